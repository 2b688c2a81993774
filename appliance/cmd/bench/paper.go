package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"

	"sunbeon/appliance/queue"
	"sunbeon/drivers/button"
	"sunbeon/drivers/serialport"
	"sunbeon/printer"
	"sunbeon/printer/virtual"
)

// The usual serial printer of a dispenser.
const (
	paperBaud  = 115200 // bits a second, ten a byte
	paperSpeed = 200    // of the paper, mm/s
)

// pressToPaper is how long a citizen waits, from the edge of the button's contact
// to the ticket cut off, over the time that the wire and the mechanism need
// whatever we do.
//
//	contact ─ drivers/button ─ loop ─ disk ─ session ─ serialport ─ pty ─ virtual printer ─ cut
//
// After each press its bytes are given to a second printer of the same kind
// without any cable: what that takes over the floor is the double's own.
func pressToPaper(ctx context.Context, p *place) (r result, err error) {
	kind := model()
	kind.Baud, kind.Speed, kind.Flow = paperBaud, paperSpeed, virtual.FlowXON
	s, err := p.openWith(ctx, "paper", kind, overSerial)
	if err != nil {
		return result{}, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	b, err := s.button(ctx)
	if err != nil {
		return result{}, err
	}
	defer b.end()

	var ratios, doubles []float64
	var took samples
	var sent int
	var moved float64
	for range p.times(30) {
		one, ticket, paper, err := s.timedPaper(ctx, b)
		if err != nil {
			return result{}, err
		}
		least := floor(len(ticket), paper)
		alone, err := paperAlone(ctx, kind, ticket)
		if err != nil {
			return result{}, err
		}
		took = append(took, one)
		ratios = append(ratios, float64(one)/float64(least))
		doubles = append(doubles, float64(alone)/float64(least))
		sent, moved = len(ticket), paper
	}
	worst := quantile(ratios, 1)
	return result{value: worst, note: fmt.Sprintf(
		"worst of %d presses (median %.3f), contact to cut %v; floor of the last %.1f ms: %d B at %d baud beside %.1f mm at %d mm/s, then the blade's %v; the same bytes to the printer alone %.3f (worst %.3f)",
		len(ratios), median(ratios), took, ms(floor(sent, moved)), sent, paperBaud, moved, paperSpeed, virtual.BladeStroke, median(doubles), quantile(doubles, 1))}, nil
}

// floor is less than any ticket can take: its bytes over the wire, its paper past
// the head, and the blade. The printer receives while it moves paper, so of the
// first two the longer one counts. That the head waits for the end of the first
// line, a few ms, is left out: a floor must not be too high.
func floor(sent int, mm float64) time.Duration {
	wire := time.Duration(sent) * 10 * time.Second / paperBaud
	motion := time.Duration(mm / paperSpeed * float64(time.Second))
	return max(wire, motion) + virtual.BladeStroke
}

// timedPaper presses the button and waits for the paper. Ticket has the bytes sent
// for it, from ESC @ to the cut; the questions before and after are not in it.
func (s *stand) timedPaper(ctx context.Context, b *pushed) (took time.Duration, ticket []byte, mm float64, err error) {
	before := s.printer.State().Pieces
	s.wire.record(true)
	begin := time.Now()
	b.push(gpio.Low)
	end, err := cutOff(ctx, s.printer, before+1)
	if err != nil {
		return 0, nil, 0, err
	}
	b.push(gpio.High)
	if err := s.printed(ctx); err != nil {
		return 0, nil, 0, err
	}
	if ticket, err = cutTicket(s.wire.record(false)); err != nil {
		return 0, nil, 0, err
	}
	pieces := s.printer.Pieces()
	if err := wait(ctx, 100*time.Millisecond); err != nil { // a finger lets go for so long
		return 0, nil, 0, err
	}
	return end.Sub(begin), ticket, pieces[len(pieces)-1].Millimetres, nil
}

// cutTicket is the ticket in what was sent.
func cutTicket(sent []byte) ([]byte, error) {
	knife := []byte{0x1d, 'V', 'B', 0}
	from := bytes.Index(sent, []byte{0x1b, '@'})
	to := bytes.LastIndex(sent, knife)
	if from < 0 || to < from {
		return nil, fmt.Errorf("bench: no ticket in the %d bytes sent", len(sent))
	}
	return sent[from : to+len(knife)], nil
}

// cutOff waits until the printer has cut n pieces off and says when that was.
func cutOff(ctx context.Context, p *virtual.Printer, n int) (time.Time, error) {
	limit := time.After(30 * time.Second)
	for {
		changed := p.Changed()
		if p.State().Pieces >= n {
			return time.Now(), nil
		}
		select {
		case <-changed:
		case <-limit:
			return time.Time{}, errors.New("bench: the printer cut nothing off for 30 s")
		case <-ctx.Done():
			return time.Time{}, ctx.Err()
		}
	}
}

// paperAlone is what the virtual printer takes for a ticket's bytes that are all
// there.
func paperAlone(ctx context.Context, kind virtual.Config, ticket []byte) (time.Duration, error) {
	p := virtual.New(kind)
	served := make(chan error, 1)
	begin := time.Now()
	go func() { served <- p.Serve(ctx, &feeder{ticket: ticket, left: 1}) }()
	end, err := cutOff(ctx, p, 1)
	return end.Sub(begin), errors.Join(err, <-served)
}

// overSerial is a serial printer's cable: a pty paced by the printer, opened as
// the kiosk opens its port and listened in to at that end.
func overSerial(ctx context.Context, p *virtual.Printer, w *wire) (dial dialer, ended <-chan error, err error) {
	path, wait, err := p.ListenPTY(ctx)
	if err != nil {
		return nil, nil, err
	}
	done := make(chan error, 1)
	go func() { done <- wait() }()
	port := serialport.Dialer{Config: serialport.Config{Path: path, Baud: paperBaud, Flow: "xonxoff"}}
	dial = func(ctx context.Context) (printer.Transport, error) {
		opened, err := port.Open(ctx)
		if err != nil {
			return nil, err
		}
		return tappedPort{opened, w}, nil
	}
	return dial, done, nil
}

type tappedPort struct {
	printer.Transport
	wire *wire
}

func (t tappedPort) Write(b []byte) (int, error) {
	n, err := t.Transport.Write(b)
	t.wire.heard(b[:n])
	return n, err
}

// pushed is a button with a hand on it.
type pushed struct {
	*contact
	end func()
}

// button wires a button to the stand as the kiosk does: its driver's goroutine
// only notes the press, another gives the command.
func (s *stand) button(ctx context.Context) (*pushed, error) {
	pin := &contact{PinIn: gpio.INVALID, level: gpio.High, edges: make(chan gpio.Level, 1)}
	presses := make(chan struct{}, 1)
	dev, err := button.New(pin, nil, button.Options{Name: "civil", OnPress: func(time.Duration) { presses <- struct{}{} }})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	var all sync.WaitGroup
	all.Go(func() { _ = dev.Run(ctx) }) // it ends with its context
	all.Go(func() {
		for {
			select {
			case <-presses:
				_ = s.issue(ctx, queue.Button) // without it there is no paper, which is found out
			case <-ctx.Done():
				return
			}
		}
	})
	return &pushed{pin, func() { cancel(); all.Wait() }}, nil
}

// contact is a GPIO line that a test pulls. The driver's goroutine owns its level.
type contact struct {
	gpio.PinIn
	level gpio.Level
	edges chan gpio.Level
}

func (c *contact) push(l gpio.Level)             { c.edges <- l }
func (c *contact) In(gpio.Pull, gpio.Edge) error { return nil }
func (c *contact) Read() gpio.Level              { return c.level }

func (c *contact) WaitForEdge(timeout time.Duration) bool {
	select {
	case c.level = <-c.edges:
		return true
	case <-time.After(timeout):
		return false
	}
}
