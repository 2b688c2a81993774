package virtual

// The hands and accidents of the hall. Each takes effect at once; a line that is
// moving when the paper ends or the cover opens is still finished.

// PaperOut takes the paper away: the printer stops and goes offline.
func (p *Printer) PaperOut() { p.alter(func() { p.paperEnd, p.paperLeft = true, -1 }) }

// PaperOutAfter lets the paper end when mm more of it have passed the head.
func (p *Printer) PaperOutAfter(mm float64) {
	p.alter(func() { p.paperLeft = max(int(mm*dotsPerMM), 1) })
}

// LoadPaper puts a roll in; printing resumes where it stopped.
func (p *Printer) LoadPaper() {
	p.alter(func() { p.paperEnd, p.paperLow, p.paperLeft = false, false, -1 })
}

// PaperLow sets what the near-end sensor sees. It stops nothing.
func (p *Printer) PaperLow(low bool) { p.alter(func() { p.paperLow = low }) }

// OpenCover stops the printer until CloseCover.
func (p *Printer) OpenCover() { p.alter(func() { p.cover = true }) }

// CloseCover lets the printer go on.
func (p *Printer) CloseCover() { p.alter(func() { p.cover = false }) }

// JamCutter blocks the blade. Nobody notices before the next cut, which stops
// the printer with a cutter error.
func (p *Printer) JamCutter() { p.alter(func() { p.jam = true }) }

// ClearCutter frees the blade; a cut that failed is done now.
func (p *Printer) ClearCutter() { p.alter(func() { p.jam, p.cutterError = false, false }) }

// Overheat stops the printer while the head is hot: an error that recovers by itself.
func (p *Printer) Overheat(hot bool) { p.alter(func() { p.hot = hot }) }

// HoldFeed is somebody leaning on the feed button: the printer is off line, and
// only that button says why.
func (p *Printer) HoldFeed(on bool) { p.alter(func() { p.feedHeld = on }) }

// Silence makes the printer eat what it is sent, printing and answering
// nothing: the main board hangs, or the cable to it is cut one way.
func (p *Printer) Silence(on bool) { p.alter(func() { p.silent = on }) }

// Swallow makes the printer take data and lose it, while real-time status says
// all is well: the case that only a fence uncovers, since fences go unanswered.
func (p *Printer) Swallow(on bool) { p.alter(func() { p.swallow = on }) }

// Garbage puts noise on the return line: at once, before every answer and after it.
// The noise is the same in every run.
func (p *Printer) Garbage(on bool) {
	p.alter(func() {
		p.garbage = on
		if on {
			p.send()
		}
	})
}

// CutPowerAfter lets the power go when n more bytes have arrived, the n-th being
// lost with the buffer, the unfinished line and the parser's state; the link drops.
// What is on paper stays there. n < 1 cuts it now.
func (p *Printer) CutPowerAfter(n int) {
	p.alter(func() {
		if n < 1 {
			p.powerOff()
			return
		}
		p.cutAfter = n
	})
}

// PowerOn switches the printer on again. Open cover and missing paper are still so.
func (p *Printer) PowerOn() {
	p.alter(func() {
		p.cutAfter = -1
		p.on = true
	})
}

// alter changes the world under the lock and lets the machine react.
func (p *Printer) alter(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
	p.stateChanged()
	p.makeRoom() // a printer gone silent or dark has room for everything
	p.pump()
}

// powerOff forgets all that is not on paper. Caller holds mu.
func (p *Printer) powerOff() {
	p.clearBuffers()
	p.reset()
	p.cutAfter = -1
	p.on = false
	p.cutterError = false
	p.real = realtime{}
	p.symbol = symbol{}
	p.store = nil
	if p.link != nil {
		p.link.drop(ErrPowerOff)
		p.link = nil
	}
}
