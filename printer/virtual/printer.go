package virtual

import (
	"math/rand/v2"
	"sync"
	"time"

	"sunbeon/display/typeface"
)

// dotsPerMM is 203 dpi, rounded as every data sheet rounds it.
const dotsPerMM = 8

// headToBlade belongs to the mechanism and not to the wire: the blade is 12 mm
// behind the head.
const headToBlade = 12 * dotsPerMM

// BladeStroke is what a cut takes beside the paper's motion, when Speed is set.
const BladeStroke = 300 * time.Millisecond

// Character sets of the ROM, for Config.ROM.
const (
	KSX1001 = "ksx1001" // 2,350 syllables; every other one prints as □
	CP949   = "cp949"   // all 11,172
)

// Flow says what a full receive buffer does to the link.
type Flow int

const (
	FlowNone Flow = iota // three-wire serial: bytes that find no room are lost without a word
	FlowHold             // TCP, USB, RTS/CTS: the link is not read until there is room
	FlowXON              // XOFF (13h) at three quarters, XON (11h) at a quarter; bytes beyond are lost
)

// Config is the model on the bench. The zero value is an 80 mm printer on a
// half-duplex link: it prints at once and never answers.
type Config struct {
	Width     int    // dots across: 384 (58 mm) or 576 (80 mm); 0 is 576
	Baud      int    // line rate, ten bits a byte, both ways; 0 is unpaced
	Buffer    int    // receive buffer in bytes; 0 is 4096
	Flow      Flow   // what a full buffer does; over TCP it is at least FlowHold
	Speed     int    // paper, mm/s; 0 is instant
	ProcessID bool   // answers GS ( H
	ASB       bool   // obeys GS a
	Answers   bool   // false: nothing is ever sent back
	ROM       string // KSX1001 (also "") or CP949
	NativeQR  bool   // prints GS ( k; without it the command is skipped and reported

	// Faces are what Piece.Image draws with; nil draws every character as an
	// empty cell.
	Faces *typeface.Set

	// Keep is how many pieces are remembered; 0 is 4096. Older ones are forgotten.
	Keep int

	// FirstByte, when set, is called before the first byte of data is looked at after
	// the link carried none for 100 ms, real-time commands aside: where a stopwatch from
	// button to paper wants its first mark. It runs on the link's goroutine with no lock held.
	FirstByte func()
}

// Printer is one virtual printer. Its methods may be called from any goroutine at
// any time. It has no goroutine of its own: whoever brings news (a byte, a fault,
// the end of a motion) takes the lock and drives the machine as far as it goes.
type Printer struct {
	cfg Config

	mu      sync.Mutex
	link    *link         // nil: nobody is connected
	changed chan struct{} // closed and replaced at every change
	room    chan struct{} // closed and replaced when the receive buffer shrinks

	// power
	on       bool
	cutAfter int // bytes until the power goes, -1 never
	life     int // counts power cuts: timers of an earlier life do nothing

	// faults
	cover, paperEnd, paperLow, jam, cutterError, hot, feedHeld bool
	silent, swallow, garbage                                   bool
	paperLeft                                                  int // dots until the paper ends, -1 never
	noise                                                      *rand.Rand

	// receiver
	real     realtime
	buf      []byte
	dropped  int
	received int64
	xoff     bool
	lastData time.Time

	// interpreter
	parser parser
	mode   mode
	line   line
	symbol symbol
	store  *bitmap // GS ( L graphics waiting for its print command
	band   *bitmap // rows of a GS v 0 image not yet on paper
	asb    byte    // GS a mask
	lastSt [4]byte // status last sent by itself

	// mechanism
	moving bool
	due    time.Time // of the motion that has just ended; zero once others may come
	todo   []motion
	roll   roll
	seq    int
	pieces []Piece
}

// motion is one act of the mechanism: so many dots of paper, then do. The blade
// refuses when it is jammed.
type motion struct {
	dots  int
	blade bool
	do    func()
}

// New returns a printer that is switched on, with paper, closed and idle.
func New(cfg Config) *Printer {
	if cfg.Width <= 0 {
		cfg.Width = 576
	}
	if cfg.Buffer <= 0 {
		cfg.Buffer = 4096
	}
	if cfg.ROM == "" {
		cfg.ROM = KSX1001
	}
	if cfg.Keep <= 0 {
		cfg.Keep = 4096
	}
	p := &Printer{
		cfg:       cfg,
		changed:   make(chan struct{}),
		room:      make(chan struct{}),
		on:        true,
		cutAfter:  -1,
		paperLeft: -1,
		noise:     rand.New(rand.NewPCG(0x5eed, 0x9100)),
		roll:      roll{head: headToBlade},
	}
	p.reset()
	return p
}

// reset is ESC @: the print buffer is cleared and every mode is as after power-on.
// What is stored (graphics, symbol) and what waits in the receive buffer stays.
func (p *Printer) reset() {
	p.mode = powerOnMode(p.cfg.Width)
	p.line = line{}
	p.asb = 0
}

// stopped reports whether the mechanism, and with it the interpreter, stands still.
func (p *Printer) stopped() bool {
	return p.cover || p.paperEnd || p.cutterError || p.hot || p.feedHeld
}

// pump drives motion and interpreter until they wait for something: time, bytes, a
// hand. Caller holds mu.
func (p *Printer) pump() {
	before := len(p.buf)
	for p.on && !p.silent && !p.swallow && !p.moving && !p.stopped() {
		if len(p.todo) > 0 {
			p.move()
			continue
		}
		if len(p.buf) == 0 {
			break
		}
		b := p.buf[0]
		p.buf = p.buf[1:]
		p.step(b)
	}
	if len(p.buf) < before {
		p.makeRoom()
	}
	p.flowOff()
}

// move starts the first motion of the queue, or does it at once when nothing takes time.
func (p *Printer) move() {
	m := p.todo[0]
	if m.blade && p.jam {
		p.cutterError = true
		p.stateChanged()
		return
	}
	var d time.Duration
	if p.cfg.Speed > 0 {
		d = time.Duration(m.dots) * time.Second / time.Duration(dotsPerMM*p.cfg.Speed)
		if m.blade {
			d += BladeStroke
		}
	}
	if d == 0 {
		p.moved()
		return
	}
	p.moving = true
	life := p.life
	// What follows a motion without a pause begins when that was due to end, not
	// when a late timer says so: the delays of thirty lines would add up.
	from := p.due
	if from.IsZero() {
		from = time.Now()
	}
	end := from.Add(d)
	time.AfterFunc(time.Until(end), func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if life != p.life || !p.moving {
			return // the power went, or the buffers were cleared, while the paper moved
		}
		p.moving, p.due = false, end
		p.moved()
		p.pump()
		p.due = time.Time{}
	})
}

// moved ends the first motion of the queue.
func (p *Printer) moved() {
	m := p.todo[0]
	p.todo = p.todo[1:]
	m.do()
	if p.paperLeft >= 0 {
		p.paperLeft -= m.dots
		if p.paperLeft <= 0 {
			p.paperLeft = -1
			p.paperEnd = true
			p.stateChanged()
		}
	}
}

// enqueue adds an act of the mechanism.
func (p *Printer) enqueue(m motion) { p.todo = append(p.todo, m) }

// clearBuffers is what DLE ENQ 2 and DLE DC4 8 do: data received and not yet
// printed is gone, modes stay.
func (p *Printer) clearBuffers() {
	p.buf = nil
	p.line = line{}
	p.todo = nil
	p.band = nil
	p.moving = false
	p.life++
	p.parser = parser{}
	p.makeRoom()
}

// makeRoom wakes a link that is held.
func (p *Printer) makeRoom() {
	close(p.room)
	p.room = make(chan struct{})
}
