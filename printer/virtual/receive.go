package virtual

import "time"

// realtime finds DLE EOT n, DLE ENQ n and DLE DC4 in the stream as it arrives,
// whatever the bytes belong to.
type realtime struct {
	seen [10]byte
	n    int
}

// next takes a byte and returns a whole real-time command when b ended one.
func (r *realtime) next(b byte) []byte {
	if r.n == 0 {
		if b == dle {
			r.seen[0], r.n = b, 1
		}
		return nil
	}
	r.seen[r.n] = b
	r.n++
	want := 3
	switch r.seen[1] {
	case eot, enq:
	case dc4:
		want = 5 // 10 14 fn m t
		if r.n > 2 && r.seen[2] == 8 {
			want = 10 // 10 14 08 01 03 14 01 06 02 08
		}
	case dle:
		r.n = 1
		return nil
	default:
		r.n = 0
		return nil
	}
	if r.n < want {
		return nil
	}
	r.n = 0
	return r.seen[:want]
}

// gap is how long the line must be quiet for the next byte to be a first one.
const gap = 100 * time.Millisecond

// receive takes bytes off the line, up to one that must wait for room or, when
// somebody wants to know, up to a first byte. It returns how many it took, whether the
// next is a first byte, and the channel to wait on.
func (p *Printer) receive(l *link, data []byte) (n int, first bool, wait <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, b := range data {
		if p.link != l {
			return len(data), false, nil // the power went, perhaps came back: not this link
		}
		if l.hold && len(p.buf) >= p.cfg.Buffer && !p.silent && !p.swallow {
			return i, false, p.room
		}
		if p.cfg.FirstByte != nil && !p.silent && p.real.n == 0 && b != dle {
			now := time.Now()
			quiet := now.Sub(p.lastData)
			p.lastData = now
			if quiet >= gap {
				return i, true, nil
			}
		}
		p.received++
		if p.cutAfter > 0 {
			if p.cutAfter--; p.cutAfter == 0 {
				p.powerOff()
				p.stateChanged()
				continue
			}
		}
		if p.silent {
			continue
		}
		cmd := p.real.next(b)
		if p.swallow {
			p.obey(cmd)
			continue
		}
		if len(p.buf) >= p.cfg.Buffer {
			p.dropped++
		} else {
			p.buf = append(p.buf, b)
		}
		p.pump()
		p.obey(cmd)
	}
	return len(data), false, nil
}

// obey does a real-time command.
func (p *Printer) obey(cmd []byte) {
	if len(cmd) == 0 {
		return
	}
	switch {
	case cmd[1] == eot:
		if b, ok := p.realtimeStatus(cmd[2]); ok {
			p.send(b)
		}
	case cmd[1] == enq && (cmd[2] == 1 || cmd[2] == 2):
		if !p.cutterError {
			return // means something in an error only
		}
		if cmd[2] == 2 {
			p.clearBuffers()
		}
		p.cutterError = false
		p.stateChanged()
		p.pump()
	case cmd[1] == dc4 && cmd[2] == 8 && string(cmd[3:]) == "\x01\x03\x14\x01\x06\x02\x08":
		p.clearBuffers()
		p.cutterError = false
		p.stateChanged()
		p.send(0x37, 0x25, 0)
	}
}

// flowOff sends XOFF and XON where that is the flow control of the link.
func (p *Printer) flowOff() {
	if p.cfg.Flow != FlowXON || !p.on || p.silent {
		return
	}
	switch {
	case !p.xoff && len(p.buf) >= p.cfg.Buffer*3/4:
		p.xoff = true
		p.send(0x13)
	case p.xoff && len(p.buf) <= p.cfg.Buffer/4:
		p.xoff = false
		p.send(0x11)
	}
}
