package keypad

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/holoplot/go-evdev"
)

// Options of a keypad. The callbacks run on its own goroutine and must not block.
type Options struct {
	Name  string // for the log, e.g. the counter's number
	Rules Rules
	// OnCommand is told what the clerk asked for.
	OnCommand func(Command)
	// OnLink, if set, is told when the keypad is there and when it is not.
	OnLink func(up bool)
	Now    func() time.Duration // monotonic; nil counts from New
	Log    *slog.Logger         // nil is silent
}

func (o Options) withDefaults() Options {
	o.Rules = o.Rules.withDefaults()
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Log = o.Log.With("keypad", o.Name)
	if o.Now == nil {
		start := time.Now()
		o.Now = func() time.Duration { return time.Since(start) }
	}
	return o
}

// Dev is a USB keypad.
type Dev struct {
	open func() (Device, error)
	keys Table
	o    Options

	entry   Entry
	dropped bool // the kernel lost events; nothing counts until the next report
}

// New makes a keypad of what open gives, usually Open with a name. It is opened
// by Run, and again 2 s after every failure.
func New(open func() (Device, error), keys Table, o Options) (*Dev, error) {
	if open == nil {
		return nil, errors.New("keypad: no device; name one")
	}
	if err := keys.check(); err != nil {
		return nil, err
	}
	return &Dev{open: open, keys: keys, o: o.withDefaults()}, nil
}

// again is how long after a failure the keypad is opened again.
const again = 2 * time.Second

// Run reads keys until ctx is done and returns its error. Call it once.
func (d *Dev) Run(ctx context.Context) error {
	lost := false
	for ctx.Err() == nil {
		dev, err := d.open()
		if err == nil {
			lost = false
			d.o.Log.Info("keypad: there")
			d.link(true)
			err = d.read(ctx, dev)
			d.link(false)
		}
		if ctx.Err() == nil && !lost {
			lost = true
			d.o.Log.Warn("keypad: gone; it is looked for again and again", "err", err)
		}
		pause(ctx, again)
	}
	return ctx.Err()
}

func (d *Dev) link(up bool) {
	// What was typed on one keypad does not continue on the next.
	d.entry, d.dropped = d.entry.Forget(), false
	if d.o.OnLink != nil {
		d.o.OnLink(up)
	}
}

func (d *Dev) read(ctx context.Context, dev Device) error {
	var closer sync.WaitGroup
	done := make(chan struct{})
	closer.Go(func() {
		select {
		case <-ctx.Done():
		case <-done:
		}
		_ = dev.Close()
	})
	defer closer.Wait()
	defer close(done)
	for {
		e, err := dev.ReadOne()
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if c := d.event(e, d.o.Now()); c != nil && d.o.OnCommand != nil {
			d.o.OnCommand(*c)
		}
	}
}

// event takes one of evdev's events.
func (d *Dev) event(e *evdev.InputEvent, at time.Duration) (c *Command) {
	switch {
	case e.Type == evdev.EV_SYN && e.Code == evdev.SYN_DROPPED:
		d.dropped = true
		d.entry = d.entry.Forget()
	case e.Type == evdev.EV_SYN && e.Code == evdev.SYN_REPORT:
		d.dropped = false
	case e.Type == evdev.EV_KEY && e.Value == 1 && !d.dropped:
		if k, ok := d.keys[e.Code]; ok {
			d.entry, c = d.entry.Step(d.o.Rules, k, at)
		}
	}
	return c
}

func pause(ctx context.Context, wait time.Duration) {
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
