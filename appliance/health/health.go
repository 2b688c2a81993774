// Package health tells the record how the devices around a loop are: what lasts,
// not what flickers.
//
//	Set(device, conditions) --> settle 5 s --> ReportDevice --> loop
//	                            15 s apart
//
// A change is told when it has lasted, and a device that comes and goes gives a
// few facts a minute and not thousands. A record that takes nothing is asked
// again until it does.
package health

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"sunbeon/appliance"
	"sunbeon/appliance/queue"
)

const (
	// settle is how long a change lasts before it is told.
	settle = 5 * time.Second
	// apart is the least time between two facts about a device.
	apart = 15 * time.Second
	// recordAgain is the pause before a record that took nothing is asked again.
	recordAgain = time.Second
)

// Reporter tells a loop how devices are. Run must run for anything to be told.
type Reporter struct {
	log  *slog.Logger
	wake chan struct{}

	mu  sync.Mutex
	all map[string]*wellbeing
}

// wellbeing is what is known of a device and what of it has been told.
type wellbeing struct {
	is, told []string  // conditions, sorted
	since    time.Time // is differs from told
	toldAt   time.Time
	never    bool // nothing has been told yet
}

// New knows no device yet.
func New(log *slog.Logger) *Reporter {
	return &Reporter{log: log, wake: make(chan struct{}, 1), all: map[string]*wellbeing{}}
}

// Names lists the devices, sorted.
func (h *Reporter) Names() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Sorted(maps.Keys(h.all))
}

// When is Set with the condition or none.
func (h *Reporter) When(device string, wrong bool, condition string) {
	if wrong {
		h.Set(device, condition)
	} else {
		h.Set(device)
	}
}

// Set says how a device is: its conditions, none when it is well. The first Set
// makes it known. It does not block.
func (h *Reporter) Set(device string, is ...string) {
	is = slices.Sorted(slices.Values(is))
	h.mu.Lock()
	defer h.mu.Unlock()
	w := h.all[device]
	switch {
	case w == nil:
		w = &wellbeing{never: true, since: time.Now()}
		h.all[device] = w
	case slices.Equal(w.is, is):
		return
	}
	if slices.Equal(w.is, w.told) && !w.never {
		w.since = time.Now()
	}
	w.is = is
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// due is a device that must be told, or when to look again.
func (h *Reporter) due(now time.Time) (device string, is []string, wait time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	wait = time.Hour
	for _, name := range slices.Sorted(maps.Keys(h.all)) {
		w := h.all[name]
		if slices.Equal(w.is, w.told) && !w.never {
			continue
		}
		at := w.since.Add(settle)
		if next := w.toldAt.Add(apart); next.After(at) {
			at = next
		}
		if !at.After(now) {
			return name, w.is, 0
		}
		wait = min(wait, at.Sub(now))
	}
	return "", nil, wait
}

func (h *Reporter) told(device string, is []string, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	w := h.all[device]
	w.told, w.toldAt, w.never = is, now, false
	if !slices.Equal(w.is, is) {
		w.since = now
	}
}

// Run tells until ctx ends. The error is the loop's.
func (h *Reporter) Run(ctx context.Context, loop appliance.Handler) error {
	for {
		device, is, wait := h.due(time.Now())
		if device == "" {
			t := time.NewTimer(wait)
			select {
			case <-h.wake:
			case <-t.C:
			case <-ctx.Done():
				return nil
			}
			t.Stop()
			continue
		}
		c := queue.ReportDevice{Device: device, Conditions: append([]string{}, is...)}
		_, err := loop.Do(ctx, appliance.Command{Command: c, By: "devices"})
		var refusal *queue.Refusal
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, appliance.ErrRecord):
			select {
			case <-time.After(recordAgain):
			case <-ctx.Done():
				return nil
			}
			continue
		case errors.As(err, &refusal):
			h.log.Warn("the line does not take a device's condition", "device", device, "conditions", is, "why", refusal)
		case err != nil:
			return err
		}
		h.told(device, is, time.Now())
	}
}
