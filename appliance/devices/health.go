package devices

import (
	"strconv"
	"sync"

	"sunbeon/appliance/health"
)

// Conditions of devices, as they stand in facts.
const (
	notFound  = "not-found"
	unplugged = "unplugged"
	noAnswer  = "no-answer"
	stuck     = "stuck"
	inUse     = "in-use" // of a check only
)

// line is a port and the units behind it: one fault where all are gone.
type line struct {
	name string
	h    *health.Reporter

	mu    sync.Mutex
	lost  bool
	units map[int]bool // by address, whether it answers
}

func newLine(h *health.Reporter, name string) *line {
	h.Set(name)
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
		l.h.Set(l.name, unplugged)
	case whole:
		l.h.Set(l.name, noAnswer)
	default:
		l.h.Set(l.name)
	}
	for address, alive := range l.units {
		l.h.When(l.name+"/"+strconv.Itoa(address), !alive && !whole && !l.lost, noAnswer)
	}
}
