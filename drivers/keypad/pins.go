package keypad

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"
)

// Pin is a key wired to a GPIO line that it closes to ground.
type Pin struct {
	Key  Key
	Line gpio.PinIn
}

// Pins is a unit of keys on GPIO lines.
type Pins struct {
	pins []Pin
	o    Options
}

// bounce is how long a key must be open in one go before it can be pressed
// again; reread how often a line is looked at without an edge; polled how often
// when its waits do not wait.
const (
	bounce = 30 * time.Millisecond
	reread = 100 * time.Millisecond
	polled = 10 * time.Millisecond
)

// NewPins prepares the lines as inputs, pulled up, with both edges.
func NewPins(pins []Pin, o Options) (*Pins, error) {
	if len(pins) == 0 {
		return nil, errors.New("keypad: no lines; name one for each key")
	}
	seen := map[Key]bool{}
	for _, p := range pins {
		if err := p.Key.Check(); err != nil {
			return nil, err
		}
		if p.Line == nil || seen[p.Key] {
			return nil, fmt.Errorf("keypad: key %q has no line or two; one each", string(p.Key))
		}
		seen[p.Key] = true
		if err := p.Line.In(gpio.PullUp, gpio.BothEdges); err != nil {
			return nil, fmt.Errorf("keypad: line %s of key %q: %w; is it used by something else?", p.Line.Name(), string(p.Key), err)
		}
	}
	return &Pins{pins: pins, o: o.withDefaults()}, nil
}

// press is a key pressed at a time.
type press struct {
	key Key
	at  time.Duration
}

// Run watches the lines until ctx is done and returns its error. Call it once.
func (u *Pins) Run(ctx context.Context) error {
	presses := make(chan press)
	var watchers sync.WaitGroup
	defer watchers.Wait()
	for _, p := range u.pins {
		watchers.Go(func() { u.watch(ctx, p, presses) })
	}
	var e Entry
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case p := <-presses:
			var c *Command
			if e, c = e.Step(u.o.Rules, p.key, p.at); c != nil && u.o.OnCommand != nil {
				u.o.OnCommand(*c)
			}
		}
	}
}

// watch reads one line. Waits are finite and longer than 0: periph's lines and
// its doubles disagree about what 0 and -1 mean.
func (u *Pins) watch(ctx context.Context, p Pin, to chan<- press) {
	var c contact
	deaf := false
	for ctx.Err() == nil {
		at := u.o.Now()
		var pressed bool
		if c, pressed = c.step(p.Line.Read() == gpio.Low, at); pressed {
			select {
			case to <- press{p.Key, at}:
			case <-ctx.Done():
			}
		}
		began := time.Now()
		if p.Line.WaitForEdge(reread) {
			continue
		}
		early := time.Since(began) < reread/2
		if early && !deaf {
			u.o.Log.Warn("keypad: the line reports no edges; it is polled", "line", p.Line.Name())
		}
		if deaf = early; early {
			pause(ctx, polled)
		}
	}
}

// contact is what is known of one key's contact. It is a plain value: step is a
// pure function.
type contact struct {
	seen, down, open bool
	openAt           time.Duration
}

// step takes a reading and says whether it begins a press: the first closed one
// after the contact was open for long enough. A key that is closed when watching
// begins is no press.
func (c contact) step(closed bool, at time.Duration) (contact, bool) {
	if !c.seen {
		return contact{seen: true, down: closed}, false
	}
	if c.down && c.open && at-c.openAt >= bounce {
		c.down, c.open = false, false
	}
	switch {
	case closed && !c.down:
		c.down = true
		return c, true
	case closed:
		c.open = false
	case c.down && !c.open:
		c.open, c.openAt = true, at
	}
	return c, false
}
