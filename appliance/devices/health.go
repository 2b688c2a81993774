package devices

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"sunbeon/appliance"
	"sunbeon/appliance/queue"
)

// Conditions of devices, as they stand in facts.
const (
	well      = ""
	notFound  = "not-found"
	unplugged = "unplugged"
	noAnswer  = "no-answer"
	stuck     = "stuck"
	inUse     = "in-use" // of a check only
)

const (
	// settle is how long a change lasts before it is told.
	settle = 5 * time.Second
	// apart is the least time between two facts about a device.
	apart = 15 * time.Second
	// recordAgain is the pause before a record that took nothing is asked again.
	recordAgain = time.Second
)

// health tells the record how the devices are: what lasts, not what flickers.
type health struct {
	log  *slog.Logger
	wake chan struct{}

	mu  sync.Mutex
	all map[string]*wellbeing
}

// wellbeing is what is known of a device and what of it has been told.
type wellbeing struct {
	is, told string
	since    time.Time // is differs from told
	toldAt   time.Time
	never    bool // nothing has been told yet
}

func newHealth(log *slog.Logger) *health {
	return &health{log: log, wake: make(chan struct{}, 1), all: map[string]*wellbeing{}}
}

func (h *health) names() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Sorted(maps.Keys(h.all))
}

// add makes a device known, as well.
func (h *health) add(device string) { h.set(device, well) }

// when is set with the condition or none.
func (h *health) when(device string, wrong bool, condition string) {
	if !wrong {
		condition = well
	}
	h.set(device, condition)
}

// set says how a device is. It does not block.
func (h *health) set(device, is string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	w := h.all[device]
	if w == nil {
		w = &wellbeing{never: true, since: time.Now()}
		h.all[device] = w
	}
	if w.is == is {
		return
	}
	if w.is == w.told && !w.never {
		w.since = time.Now()
	}
	w.is = is
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// due is a device that must be told, or when to look again.
func (h *health) due(now time.Time) (device, is string, wait time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	wait = time.Hour
	for _, name := range slices.Sorted(maps.Keys(h.all)) {
		w := h.all[name]
		if w.is == w.told && !w.never {
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
	return "", "", wait
}

func (h *health) told(device, is string, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	w := h.all[device]
	w.told, w.toldAt, w.never = is, now, false
	if w.is != is {
		w.since = now
	}
}

// run tells until ctx ends. The error is the loop's.
func (h *health) run(ctx context.Context, loop appliance.Handler) error {
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
		c := queue.ReportDevice{Device: device, Conditions: []string{}}
		if is != well {
			c.Conditions = []string{is}
		}
		_, err := loop.Do(ctx, appliance.Command{Command: c, By: "devices"})
		var refusal *queue.Refusal
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, appliance.ErrRecord):
			if !pause(ctx, recordAgain) {
				return nil
			}
			continue
		case errors.As(err, &refusal):
			h.log.Warn("the line does not take a device's condition", "device", device, "condition", is, "why", refusal)
		case err != nil:
			return err
		}
		h.told(device, is, time.Now())
	}
}

// line is a port and the units behind it: one fault where all are gone.
type line struct {
	name string
	h    *health

	mu    sync.Mutex
	lost  bool
	units map[int]bool // by address, whether it answers
}

func (h *health) line(name string) *line {
	h.add(name)
	return &line{name: name, h: h, units: map[int]bool{}}
}

// add makes a unit known, as one that has not answered yet.
func (l *line) add(address int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.units[address] = false
	l.tell()
}

// plugged says whether the port is there.
func (l *line) plugged(is bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lost = !is
	l.tell()
}

// alive says whether a unit answers.
func (l *line) alive(address int, is bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.units[address] = is
	l.tell()
}

// tell is under the lock.
func (l *line) tell() {
	dead := 0
	for _, alive := range l.units {
		if !alive {
			dead++
		}
	}
	whole := len(l.units) > 1 && dead == len(l.units)
	switch {
	case l.lost:
		l.h.set(l.name, unplugged)
	case whole:
		l.h.set(l.name, noAnswer)
	default:
		l.h.set(l.name, well)
	}
	for address, alive := range l.units {
		l.h.when(l.name+"/"+strconv.Itoa(address), !alive && !whole && !l.lost, noAnswer)
	}
}
