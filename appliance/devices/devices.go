package devices

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"sunbeon/appliance"
	"sunbeon/appliance/config"
	"sunbeon/appliance/health"
)

// Set is the devices of an office. It is an appliance.Signs.
type Set struct {
	log     *slog.Logger
	open    Hardware
	start   time.Time // all lamps blink together
	health  *health.Reporter
	desks   *desks
	buttons []*ticketButton
	signs   []shower
	parts   []part
	located chan struct{} // nil in an office without such a contact
	// listener is nil in an office that gives its own tickets.
	listener *listener
}

// part is a device, or a line of them, with a goroutine of its own.
type part struct {
	name string
	run  func(context.Context) error
}

// shower is whatever shows numbers over counters. Show does not block; a counter
// that it does not have is nothing to it.
type shower interface {
	Show(counter int, text string)
}

// New makes the devices of an office; nothing is opened before Run. The error is
// a configuration that config.Parse would have refused.
func New(f *config.File, open Hardware, log *slog.Logger) (*Set, error) {
	s := &Set{log: log, open: open, start: time.Now(), health: health.New(log), desks: newDesks(log)}
	w := f.Wires
	for _, b := range w.Buttons {
		s.button(b)
	}
	if w.Locate != nil {
		s.locator(*w.Locate)
	}
	var errs []error
	for i, b := range w.Buses {
		errs = append(errs, s.bus(i+1, b))
	}
	for i, u := range w.CallUnits {
		errs = append(errs, s.callUnits(i+1, u))
	}
	for i, g := range w.Signs {
		errs = append(errs, s.signLine(i+1, g))
	}
	for _, k := range w.Keypads {
		errs = append(errs, s.keypad(k))
	}
	for _, k := range w.Keys {
		s.keys(k)
	}
	for i, d := range w.Digits {
		s.digits(i+1, d)
	}
	errs = append(errs, s.listen(w.Listen, f.Queue.Services))
	return s, errors.Join(errs...)
}

// Names lists the devices as ReportDevice names them.
func (s *Set) Names() []string { return s.health.Names() }

// Show is appliance.Signs.
func (s *Set) Show(counter int, text string) {
	for _, g := range s.signs {
		g.Show(counter, text)
	}
}

// Run works the devices until ctx ends. The error is the loop's, which has
// stopped.
func (s *Set) Run(ctx context.Context, loop appliance.Handler, views *appliance.Hub) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var all sync.WaitGroup
	for _, p := range s.parts {
		all.Go(func() { s.keep(ctx, p) })
	}
	for _, b := range s.buttons {
		all.Go(func() { b.work(ctx, loop, views) })
	}
	all.Go(func() { s.desks.run(ctx, loop, views) })
	if s.listener != nil {
		all.Go(func() { s.listener.run(ctx, loop) })
	}
	if len(s.buttons) > 0 {
		all.Go(func() { s.light(ctx, views) })
	}
	err := s.health.Run(ctx, loop)
	cancel()
	all.Wait()
	return err
}

// Pauses before a device that could not be opened is tried again.
const (
	againMin = time.Second
	againMax = 30 * time.Second
)

// keep has a part running. The error of one that ends is that its device is not
// there.
func (s *Set) keep(ctx context.Context, p part) {
	wait, said := againMin, ""
	for {
		began := time.Now()
		err := p.run(ctx)
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > againMax {
			wait = againMin
		}
		s.health.Set(p.name, notFound)
		if text := err.Error(); text != said {
			said = text
			s.log.Warn("a device cannot be used; it is tried again and again", "device", p.name, "err", err)
		}
		if !pause(ctx, wait) {
			return
		}
		wait = min(2*wait, againMax)
	}
}

// pause waits; false is that ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
