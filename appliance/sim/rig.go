package sim

import (
	"context"
	"errors"
	"sync"

	"sunbeon/appliance"
	"sunbeon/appliance/box"
)

// Rig is a Stand: a whole kiosk on a bench, in this process. Cut ends it as a
// power cut does as far as a process can: the record is left as the last fact
// on disk left it, the printer loses its buffer, the signs go dark, and the
// clock starts a new boot.
type Rig struct {
	bench *Bench
	parts box.Parts

	mu  sync.Mutex
	on  *box.Box // nil: power is off
	end context.CancelFunc
	ran chan error
	err error
}

// NewRig makes a rig that is switched off. It fills in the parts that the bench
// has: clock, signs, and the printer's cable unless one is given.
func NewRig(b *Bench, parts box.Parts) *Rig {
	below := parts.Record
	parts.Record = func(r appliance.Record) appliance.Record {
		if below != nil {
			r = below(r)
		}
		return b.Disk.Under(r)
	}
	parts.Clock, parts.Signs = b.Clock, b
	if parts.Dial == nil {
		parts.Dial = b.Dial
	}
	return &Rig{bench: b, parts: parts}
}

// Bench is the bench.
func (r *Rig) Bench() *Bench { return r.bench }

// Kiosk is the running kiosk; both are nil while the power is off.
func (r *Rig) Kiosk() (appliance.Handler, *appliance.Hub) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.on == nil {
		return nil, nil
	}
	return r.on.Loop, r.on.Hub
}

// Box is the running box, nil while the power is off.
func (r *Rig) Box() *box.Box {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.on
}

// On starts the kiosk and returns when it shows its first view.
func (r *Rig) On(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.on != nil {
		return errors.New("sim: the power is on already")
	}
	if !r.bench.Printer.State().Power {
		r.bench.Printer.PowerOn()
	}
	b, err := box.Open(ctx, r.parts)
	if err != nil {
		return err
	}
	run, cancel := context.WithCancel(ctx)
	views := b.Hub.Watch(run)
	ran := make(chan error, 1)
	go func() { ran <- b.Run(run) }()
	select {
	case <-views:
	case err := <-ran:
		cancel()
		return errors.Join(errors.New("sim: the kiosk ended before it showed anything"), err, ctx.Err())
	}
	r.on, r.end, r.ran = b, cancel, ran
	return nil
}

// Cut takes the power; it does nothing while it is off.
func (r *Rig) Cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.on == nil {
		return
	}
	r.bench.Printer.CutPowerAfter(0)
	r.end()
	r.err = errors.Join(r.err, <-r.ran)
	r.on = nil
	r.bench.Dark()
	r.bench.Clock.Reboot()
}

// Close ends the kiosk and says whether any part of it ever failed.
func (r *Rig) Close() error {
	r.Cut()
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}
