package button

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"

	"sunbeon/drivers/contact"
)

// Options are what differs between buttons. The callbacks run on the button's
// own goroutine and must not block.
type Options struct {
	Name string // for the log, e.g. the service's id
	// ClosedHigh says that a pressed contact reads high. Default: it closes to
	// ground, and the line is pulled up.
	ClosedHigh bool
	// Pull is the internal resistor. PullNoChange, the zero value, takes the one
	// away from the closed level; gpio.Float is for lines with their own.
	Pull    gpio.Pull
	LampLow bool // the lamp lights when its line is low
	Timing  contact.Timing
	// OnPress is told of each press with its time by Now.
	OnPress func(at time.Duration)
	// OnStuck is told when a contact stays closed, and when it is open again.
	OnStuck func(stuck bool, at time.Duration)
	// Now is monotonic. Buttons that share it blink together. Nil counts from New.
	Now func() time.Duration
	Log *slog.Logger // nil is silent
}

// Dev is one button.
type Dev struct {
	in   gpio.PinIn
	lamp gpio.PinOut
	o    Options

	mu      sync.Mutex
	pattern Pattern
	changed chan struct{}
}

// New prepares the lines: the contact as an input with both edges, the lamp
// dark. lamp may be nil.
func New(in gpio.PinIn, lamp gpio.PinOut, o Options) (*Dev, error) {
	if in == nil {
		return nil, errors.New("button: no line for the contact; name one")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Log = o.Log.With("button", o.Name)
	if o.Now == nil {
		start := time.Now()
		o.Now = func() time.Duration { return time.Since(start) }
	}
	pull := o.Pull
	if pull == gpio.PullNoChange {
		pull = gpio.PullUp
		if o.ClosedHigh {
			pull = gpio.PullDown
		}
	}
	if err := in.In(pull, gpio.BothEdges); err != nil {
		return nil, fmt.Errorf("button: line %s as input: %w; is it used by something else?", in.Name(), err)
	}
	d := &Dev{in: in, lamp: lamp, o: o, pattern: Closed, changed: make(chan struct{}, 1)}
	if lamp != nil {
		if err := d.shine(false); err != nil {
			return nil, fmt.Errorf("button: line %s as output: %w; is it used by something else?", lamp.Name(), err)
		}
	}
	return d, nil
}

// Light shows a pattern. It never blocks; the newest wins. Before the first
// call the lamp is dark.
func (d *Dev) Light(p Pattern) {
	d.mu.Lock()
	d.pattern = p
	d.mu.Unlock()
	select {
	case d.changed <- struct{}{}:
	default:
	}
}

// Run watches the contact and drives the lamp until ctx is done; it leaves the
// lamp dark and returns the context's error. Call it once.
func (d *Dev) Run(ctx context.Context) error {
	var lamp sync.WaitGroup
	if d.lamp != nil {
		lamp.Go(func() { d.blink(ctx) })
	}
	d.contact().Watch(ctx)
	lamp.Wait()
	return ctx.Err()
}

// contact is the line as it is read.
func (d *Dev) contact() contact.Line {
	l := contact.Line{In: d.in, ClosedHigh: d.o.ClosedHigh, Timing: d.o.Timing, Now: d.o.Now, OnPress: d.o.OnPress, OnStuck: d.o.OnStuck, Log: d.o.Log}
	if l.OnPress == nil {
		l.OnPress = func(time.Duration) {}
	}
	return l
}

// blink owns the lamp's line. A line that refuses is tried again every second
// and never stops the button.
func (d *Dev) blink(ctx context.Context) {
	dead := false
	for ctx.Err() == nil {
		d.mu.Lock()
		p := d.pattern
		d.mu.Unlock()
		at := d.o.Now()
		next := p.Next(at)
		err := d.shine(p.Lit(at))
		if err != nil && !dead {
			d.o.Log.Warn("button: the lamp's line refuses", "line", d.lamp.Name(), "err", err)
		}
		dead = err != nil
		if dead && (next == 0 || next > time.Second) {
			next = time.Second
		}
		d.rest(ctx, next)
	}
	if err := d.shine(false); err != nil && !dead {
		d.o.Log.Warn("button: the lamp may be left lit", "line", d.lamp.Name(), "err", err)
	}
}

// rest waits for d.changed, for ctx and, unless it is 0, for a time.
func (d *Dev) rest(ctx context.Context, wait time.Duration) {
	var due <-chan time.Time
	if wait > 0 {
		t := time.NewTimer(wait)
		defer t.Stop()
		due = t.C
	}
	select {
	case <-ctx.Done():
	case <-d.changed:
	case <-due:
	}
}

func (d *Dev) shine(lit bool) error {
	return d.lamp.Out(gpio.Level(lit != d.o.LampLow))
}
