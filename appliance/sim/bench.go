// Package sim is the whole bench in memory: buttons with lamps, the paper roll,
// call units, signs and the clock. `kiosk -sim` is the demonstration, the
// training stand and the test bench.
//
//	[제증명] [신고] [여권]   buttons, lit         1: 117   2: 402   signs
//	    |      |      |                            ^        ^
//	    v      v      v                            |        |
//	  .-------------------- kiosk ------------------------------.
//	  |  the same loop, record, printer session and feed as on  |
//	  |  the Pi; only what has wires is simulated               |
//	  '------|-----------------------------------^--------------'
//	         v ESC/POS over TCP                  | keys of call units
//	  .- virtual printer -.               [호출][재호출][보류][부재][부재중]
//	  |  paper roll       |
//	  '-------------------'
//
// A scenario file plays a day on the bench: see Play.
package sim

import (
	"context"
	"net"
	"sync"
	"time"

	"sunbeon/appliance"
	"sunbeon/appliance/clock"
	"sunbeon/display/typeface"
	"sunbeon/printer"
	"sunbeon/printer/virtual"
)

// PrinterSpeed is that of a usual ticket printer, mm/s.
const PrinterSpeed = 200

// piecesKept is how many tickets the roll remembers: more than anybody looks
// back at, and few enough for a small board's memory.
const piecesKept = 256

// Bench is what an office has on its walls and desks. Its methods may be called
// from any goroutine.
type Bench struct {
	Printer *virtual.Printer
	Clock   *clock.Bench
	Speaker *Speaker
	Located chan struct{} // somebody asks where the dispenser is; holds one
	Disk    Disk

	mu    sync.Mutex
	signs map[int]string
	moved chan struct{} // closed at the next change of a sign
}

// New is a bench at the wall time start, with an 80 mm printer that prints speed
// mm/s (0 is at once; PrinterSpeed is usual) and answers everything.
func New(start time.Time, faces *typeface.Set, speed int) *Bench {
	return &Bench{
		Printer: virtual.New(virtual.Config{Width: 576, Speed: speed, ProcessID: true, ASB: true, Answers: true,
			ROM: virtual.KSX1001, NativeQR: true, Faces: faces, Keep: piecesKept}),
		Clock:   clock.NewBench(start),
		Speaker: NewSpeaker(),
		Located: make(chan struct{}, 1),
		signs:   map[int]string{},
		moved:   make(chan struct{}),
	}
}

// Show is appliance.Signs: a sign is a number, written and seen at once.
func (b *Bench) Show(counter int, text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.signs[counter] == text {
		return
	}
	b.signs[counter] = text
	close(b.moved)
	b.moved = make(chan struct{})
}

// Sign is what the counter's sign shows, "" when dark, and a channel that is
// closed at the next change of any sign.
func (b *Bench) Sign(counter int) (text string, changed <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.signs[counter], b.moved
}

// Dark puts every sign out, as a power cut does.
func (b *Bench) Dark() {
	b.mu.Lock()
	defer b.mu.Unlock()
	clear(b.signs)
	close(b.moved)
	b.moved = make(chan struct{})
}

// Dial is a short cable to the printer, for a bench without a network. Each call
// is a new connection, which lasts until the host closes it.
func (b *Bench) Dial(ctx context.Context) (printer.Transport, error) {
	host, device := net.Pipe()
	go b.Printer.Serve(context.WithoutCancel(ctx), device)
	return host, nil
}

var _ appliance.Signs = (*Bench)(nil)
