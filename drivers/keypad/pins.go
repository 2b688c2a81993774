package keypad

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"

	"sunbeon/drivers/contact"
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
// again: less than a ticket button's, for clerks type.
const bounce = 30 * time.Millisecond

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
		line := u.contact(p)
		line.OnPress = func(at time.Duration) {
			select {
			case presses <- press{p.Key, at}:
			case <-ctx.Done():
			}
		}
		watchers.Go(func() { line.Watch(ctx) })
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

// contact is the line of a key as it is read.
func (u *Pins) contact(p Pin) contact.Line {
	return contact.Line{In: p.Line, Timing: contact.Timing{Bounce: bounce}, Now: u.o.Now, Log: u.o.Log.With("key", p.Key)}
}
