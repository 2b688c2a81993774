package button

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"
)

// reread is how often a level is read when no edge comes, and how soon Run
// notices that its context is done.
const reread = 100 * time.Millisecond

// polled is how often a level is read on a line whose waits do not wait.
const polled = 10 * time.Millisecond

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
	Timing  Timing
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
	o.Timing = o.Timing.withDefaults()
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
	d.watch(ctx)
	lamp.Wait()
	return ctx.Err()
}

func (d *Dev) watch(ctx context.Context) {
	var c Contact
	deaf := false // the line's waits do not wait
	for ctx.Err() == nil {
		at := d.o.Now()
		was := c.Stuck()
		var press bool
		c, press = c.Step(d.o.Timing, bool(d.in.Read()) == d.o.ClosedHigh, at)
		if c.Stuck() != was {
			d.tellStuck(c.Stuck(), at)
		}
		if press && d.o.OnPress != nil {
			d.o.OnPress(at)
		}
		began := time.Now()
		if d.in.WaitForEdge(reread) {
			continue
		}
		early := time.Since(began) < reread/2
		if early != deaf {
			deaf = early
			d.tellDeaf(deaf)
		}
		if early {
			pause(ctx, polled)
		}
	}
}

func (d *Dev) tellStuck(stuck bool, at time.Duration) {
	if stuck {
		d.o.Log.Warn("button: the contact stays closed; look whether something leans on it")
	} else {
		d.o.Log.Info("button: the contact is open again")
	}
	if d.o.OnStuck != nil {
		d.o.OnStuck(stuck, at)
	}
}

func (d *Dev) tellDeaf(deaf bool) {
	if deaf {
		d.o.Log.Warn("button: the line reports no edges; it is polled", "line", d.in.Name())
	} else {
		d.o.Log.Info("button: the line reports edges", "line", d.in.Name())
	}
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

// pause waits for a time or for ctx.
func pause(ctx context.Context, wait time.Duration) {
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
