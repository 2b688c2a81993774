package virtual

import "slices"

// State is what the lamps of the printer would show, and a little more.
type State struct {
	Power       bool
	Online      bool // takes and prints data now
	CoverOpen   bool
	PaperEnd    bool
	PaperLow    bool
	CutterError bool // a cut was tried and the blade did not come back
	Overheated  bool
	Printing    bool // paper is moving
	Linked      bool // somebody is connected

	Buffered int   // bytes waiting in the receive buffer
	Dropped  int   // bytes lost to a full buffer since New
	Received int64 // bytes received since New
	MidJob   bool  // inside a command, a character or a line that is not printed yet
	Pieces   int   // cut off since New

	// Unknown are the commands since New that the printer does not know or that came
	// at the wrong place, in hex as far as they were read, at most 64.
	Unknown []string
}

// State reports how the printer stands now.
func (p *Printer) State() State {
	p.mu.Lock()
	defer p.mu.Unlock()
	return State{
		Power:       p.on,
		Online:      p.on && !p.stopped(),
		CoverOpen:   p.cover,
		PaperEnd:    p.paperEnd,
		PaperLow:    p.paperLow,
		CutterError: p.cutterError,
		Overheated:  p.hot,
		Printing:    p.moving,
		Linked:      p.link != nil,
		Buffered:    len(p.buf),
		Dropped:     p.dropped,
		Received:    p.received,
		MidJob:      p.parser.busy() || len(p.line.cells) > 0,
		Pieces:      p.seq,
		Unknown:     slices.Clone(p.roll.everUnknown),
	}
}

// Changed returns a channel that is closed at the next change: ink on paper, a
// piece cut off, a fault, a link. Take it before looking, or a change between the
// look and the wait is missed.
func (p *Printer) Changed() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.changed
}

// stateChanged wakes whoever waits for a change and sends the automatic status
// if it differs from the one sent last.
func (p *Printer) stateChanged() {
	close(p.changed)
	p.changed = make(chan struct{})
	if p.asb != 0 && p.status() != p.lastSt {
		p.sendStatus()
	}
}

// clean reports whether the status must look healthy whatever the truth is.
func (p *Printer) clean() bool { return p.swallow }

// status is the four bytes of automatic status back.
func (p *Printer) status() [4]byte {
	s := [4]byte{0x10, 0, 0, 0x0f}
	if p.clean() {
		return s
	}
	if p.stopped() {
		s[0] |= 0x08
	}
	if p.cover {
		s[0] |= 0x20
	}
	if p.feedHeld {
		s[0] |= 0x40
	}
	if p.cutterError {
		s[1] |= 0x08
	}
	if p.hot {
		s[1] |= 0x40
	}
	s[2] = p.paperStatus()
	return s
}

func (p *Printer) sendStatus() {
	if !p.cfg.ASB {
		return
	}
	p.lastSt = p.status()
	p.send(p.lastSt[:]...)
}

// paperStatus is the byte of GS r 1: 03h near end, 0Ch end.
func (p *Printer) paperStatus() byte {
	var b byte
	if p.clean() {
		return b
	}
	if p.paperLow {
		b |= 0x03
	}
	if p.paperEnd {
		b |= 0x0f
	}
	return b
}

// realtimeStatus is the byte of DLE EOT n; ok is false for an n without an answer.
func (p *Printer) realtimeStatus(n byte) (b byte, ok bool) {
	b = 0x12
	if n < 1 || n > 4 {
		return 0, false
	}
	if p.clean() {
		return b, true
	}
	set := func(cond bool, bits byte) {
		if cond {
			b |= bits
		}
	}
	switch n {
	case 1:
		set(p.stopped(), 0x08)
	case 2:
		set(p.cover, 0x04)
		set(p.feedHeld, 0x08)
		set(p.paperEnd, 0x20)
		set(p.cutterError || p.hot, 0x40)
	case 3:
		set(p.cutterError, 0x08)
		set(p.hot, 0x40)
	case 4:
		set(p.paperLow || p.paperEnd, 0x0c)
		set(p.paperEnd, 0x60)
	}
	return b, true
}
