package legacy

import "time"

// pending is what arrived and is no whole message yet, with the count of what
// was heard. The decoders of binary wires and of objects are built on it.
type pending struct {
	buf  []byte
	last time.Duration // of the newest byte
	n    Heard
}

// Heard is what was counted so far.
func (p *pending) Heard() Heard { return p.n }

// Reset forgets an unfinished message.
func (p *pending) Reset() {
	if len(p.buf) > 0 {
		p.n.Damaged++
		p.n.Skipped += len(p.buf)
	}
	p.buf = nil
}

// take adds what arrived and gives the buffer to scan: before it at the end of a
// silence, and after it. Nothing arriving only ends a silence.
func (p *pending) take(b []byte, at time.Duration, scan func(at time.Duration, end bool) []Reading) []Reading {
	var rs []Reading
	if len(p.buf) > 0 && at-p.last >= frameIdle {
		rs = scan(p.last, true)
	}
	if len(b) == 0 {
		return rs
	}
	p.last = at
	p.n.Bytes += len(b)
	p.buf = append(p.buf, b...)
	return append(rs, scan(at, false)...)
}
