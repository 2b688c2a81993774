package contact

import (
	"context"
	"log/slog"
	"time"

	"periph.io/x/conn/v3/gpio"
)

// reread is how often a level is read when no edge comes, and how soon Watch
// notices that its context is done.
const reread = 100 * time.Millisecond

// polled is how often a level is read on a line whose waits do not wait, and
// while a contact seems to open.
const polled = 10 * time.Millisecond

// Line is a contact on a GPIO line that is an input with both edges already.
type Line struct {
	In gpio.PinIn
	// ClosedHigh says that a closed contact reads high. Default: it closes to
	// ground.
	ClosedHigh bool
	Timing     Timing
	Now        func() time.Duration // monotonic
	// OnPress is told of each press, OnStuck, which may be nil, when the contact
	// stays closed and when it is open again. They run on Watch's goroutine and
	// must not block.
	OnPress func(at time.Duration)
	OnStuck func(stuck bool, at time.Duration)
	Log     *slog.Logger
}

// Watch reads the line until ctx is done.
func (l Line) Watch(ctx context.Context) {
	var c Contact
	deaf := false // the line's waits do not wait
	for ctx.Err() == nil {
		at := l.Now()
		was := c.Stuck()
		var press bool
		c, press = c.Step(l.Timing, l.Closed(), at)
		if c.Stuck() != was {
			l.tellStuck(c.Stuck(), at)
		}
		if press {
			l.OnPress(at)
		}
		began, wait := time.Now(), c.Look()
		if l.In.WaitForEdge(wait) {
			continue
		}
		early := time.Since(began) < wait/2
		if early != deaf {
			deaf = early
			l.tellDeaf(deaf)
		}
		if early {
			pause(ctx, polled)
		}
	}
}

// Closed reads the contact: what two readings of three say, so that one that is
// wrong, or of a spike, says nothing.
func (l Line) Closed() bool {
	first := l.In.Read()
	if second := l.In.Read(); second != first {
		first = l.In.Read()
	}
	return bool(first) == l.ClosedHigh
}

func (l Line) tellStuck(stuck bool, at time.Duration) {
	if stuck {
		l.Log.Warn("contact: it stays closed; look whether something leans on it, and at its wires")
	} else {
		l.Log.Info("contact: it is open again")
	}
	if l.OnStuck != nil {
		l.OnStuck(stuck, at)
	}
}

func (l Line) tellDeaf(deaf bool) {
	if deaf {
		l.Log.Warn("contact: the line reports no edges; it is polled", "line", l.In.Name())
	} else {
		l.Log.Info("contact: the line reports edges", "line", l.In.Name())
	}
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
