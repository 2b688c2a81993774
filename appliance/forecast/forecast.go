package forecast

import (
	"maps"
	"time"
)

// A Range is a forecast waiting time: nine waits in ten should last at least
// Low, nine in ten at most High, and half of them at most Mid.
//
// Known is false when nobody who is open, and nobody whom the plan opens, can
// serve the line; the other fields are then zero and must not be shown.
type Range struct {
	Low, Mid, High time.Duration
	Known          bool

	// Base is the simulated wait before it was corrected by what such
	// forecasts were worth. Waited needs it: keep it with the ticket. It is
	// not for people.
	Base time.Duration
}

// A Line is what stands between a ticket and its call.
type Line struct {
	// Ahead has the service of every ticket ahead, in calling order as far
	// as the rule knows it, which a counter that may take this ticket may
	// take first. Tickets already at a counter are not in it.
	Ahead []string
	// Service is that of the ticket asked about.
	Service string
	// Priority says that the ticket is of the priority class. It changes
	// nothing by itself: its place is what Ahead says.
	Priority bool
}

// A Counter is a desk as it is now.
type Counter struct {
	Number   int
	Services []string // what it serves
	// Strict says that it takes its services in the order of Services: nobody
	// of the second while anybody of the first waits. Otherwise it takes the
	// first ticket of the line that it serves.
	Strict bool
	Open   bool
	// BusyService is that of the ticket at the counter, "" when idle.
	BusyService string
	// BusyFor is the time since that ticket was called, or, at a paused
	// counter with no ticket, since the pause began.
	BusyFor time.Duration
	Paused  bool
}

// A Change is a planned shift: a counter that opens, closes or changes what it
// serves. A counter that closes finishes the ticket it has.
type Change struct {
	In       time.Duration // from now
	Counter  int
	Open     bool
	Services []string // nil: unchanged
}

const (
	// defaultPrior is the handling time of a service nobody configured.
	defaultPrior = 5 * time.Minute
	// noShowTime is how long a counter waits for somebody who does not come.
	noShowTime = 30 * time.Second
	// pausePrior is the length of a pause before any was seen.
	pausePrior = 12 * time.Minute
)

// A Model is what an office has taught. It is owned by one goroutine: Predict
// too writes to it. All its arithmetic is on integers, so that the same inputs
// in the same order give the same forecasts on every machine.
type Model struct {
	prior    map[string]time.Duration
	index    map[string]int
	services []*service
	pauses   times // the length of pauses, learned like a handling time

	day     int64
	started bool

	pace  pace
	pool  [buckets]cell // outcomes of all services
	level [buckets]level

	timeEdges  [timeBins + 1]int64
	ratioEdges [ratioBins + 1]int64
	blend      [ratioBins]int64 // scratch of quantiles
	sim        simulation       // scratch of Predict
}

// service is what is known of one service.
type service struct {
	name  string
	times times
	cells [buckets]*cell // outcomes; nil until the first one
}

// New returns a model that knows nothing but the configured handling time of
// each service (call to next call). A service that is missing or not positive
// counts as five minutes. The map is copied.
func New(prior map[string]time.Duration) *Model {
	m := &Model{
		prior:      maps.Clone(prior),
		index:      make(map[string]int, len(prior)),
		pace:       one,
		timeEdges:  timeEdges(),
		ratioEdges: ratioEdges(),
	}
	m.pauses.setPrior(&m.timeEdges, pausePrior)
	for b := range m.level {
		m.level[b] = newLevel()
	}
	return m
}

// service returns the number of a service, known or new.
func (m *Model) service(name string) int {
	if i, ok := m.index[name]; ok {
		return i
	}
	s := &service{name: name}
	d := m.prior[name]
	if d <= 0 {
		d = defaultPrior
	}
	s.times.setPrior(&m.timeEdges, d)
	m.services = append(m.services, s)
	m.index[name] = len(m.services) - 1
	return len(m.services) - 1
}

// StartDay begins a business day: what was learned before weighs less from now
// on. Every day other than the current one ages once, however far apart the
// two are, so that a closed week or a corrected clock costs nothing; the
// current day again does nothing.
func (m *Model) StartDay(day int64) {
	if m.started && day == m.day {
		return
	}
	if m.started {
		for _, s := range m.services {
			s.times.age()
			for b, c := range s.cells {
				if c == nil {
					continue
				}
				if c.age(); c.weight == 0 {
					s.cells[b] = nil
				}
			}
		}
		m.pauses.age()
		for b := range m.pool {
			m.pool[b].age()
		}
		m.pace = one
	}
	m.day, m.started = day, true
}

// Handled records one handling. Pass the time from a ticket's call to the next
// call at the same counter where the counter went straight on (somebody was
// waiting when it finished): what a ticket takes includes the clerk's time
// between two. Where it did not go on, pass the time from call to finish.
// Leave out handlings with a pause or a hold in them. One that ended in a
// transfer is a handling of the service it had at this counter.
func (m *Model) Handled(service string, d time.Duration) {
	if d <= 0 {
		return
	}
	t := &m.services[m.service(service)].times
	ms := t.clip(toMS(d))
	m.pace.observe(ms, t.mean)
	t.add(&m.timeEdges, ms)
}

// NoShow records a called ticket for which nobody came. It counts as a
// handling of half a minute, so that the time a ticket takes on average is
// right for those ahead of whom it is not known whether they are still there.
func (m *Model) NoShow(service string) {
	t := &m.services[m.service(service)].times
	t.add(&m.timeEdges, toMS(noShowTime))
}

// Break records the length of a pause that is over: how long a counter paused
// now is still away.
func (m *Model) Break(d time.Duration) {
	if d <= 0 {
		return
	}
	m.pauses.add(&m.timeEdges, m.pauses.clip(toMS(d)))
}

// Predict forecasts the wait of a ticket, or of somebody who would take one
// now, from the line ahead, the counters as they are and the plan.
func (m *Model) Predict(line Line, counters []Counter, plan []Change) Range {
	base, ok := m.simulate(line, counters, plan)
	if !ok {
		return Range{}
	}
	q := m.quantiles(m.service(line.Service), bucketOf(len(line.Ahead), base))
	return Range{
		Low:   fromMS(scale(base, q.low)),
		Mid:   fromMS(scale(base, q.mid)),
		High:  fromMS(scale(base, q.high)),
		Known: true,
		Base:  fromMS(base),
	}
}

// Waited records how a forecast ended: the range as Predict gave it when the
// ticket was issued, how many were ahead then, and the time from issue to
// call. Tickets that were cancelled, transferred, picked out of turn or held
// say nothing about the line: leave them out. A no-show was called, and counts.
func (m *Model) Waited(service string, ahead int, forecast Range, actual time.Duration) {
	if !forecast.Known || actual < 0 || ahead < 0 {
		return
	}
	m.outcome(m.service(service), ahead, forecast, toMS(actual))
}

// toMS and fromMS convert to the model's unit, the millisecond.
func toMS(d time.Duration) int64    { return min(int64(d/time.Millisecond), maxMS) }
func fromMS(ms int64) time.Duration { return time.Duration(ms) * time.Millisecond }

// maxMS bounds every time, one day, so that no product overflows.
const maxMS = 24 * 60 * 60 * 1000
