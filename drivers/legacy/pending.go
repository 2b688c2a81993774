package legacy

import "time"

// pending is what arrived and is no whole message yet, with the count of what
// was heard. The decoders of binary wires and of objects are built on it.
type pending struct {
	buf  []byte
	last time.Duration // of the newest byte
	n    Heard
	// hurt is when damage was heard last, if was.
	hurt time.Duration
	was  bool
}

// doubtful is for how long after damage a wire's checks are not relied on: noise
// comes in hours, and one of 65,536 damaged frames passes even a CRC-16.
const doubtful = 10 * time.Minute

// damaged counts damage.
func (p *pending) damaged(at time.Duration) {
	p.n.Damaged++
	p.hurt, p.was = at, true
}

// trust is what a message of a wire deserves that by its check deserves t. What
// comes again anyway need not be believed at once where there was damage.
func (p *pending) trust(t Trust, repeats bool, at time.Duration) Trust {
	if repeats && p.was && at-p.hurt < doubtful {
		return Bare
	}
	return t
}

// Heard is what was counted so far.
func (p *pending) Heard() Heard { return p.n }

// Reset forgets an unfinished message.
func (p *pending) Reset() {
	if len(p.buf) > 0 {
		p.damaged(p.last)
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
