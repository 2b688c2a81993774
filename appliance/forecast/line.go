package forecast

import "slices"

// simulation is the scratch of Predict: it is kept so that a forecast
// allocates nothing once the office is known.
type simulation struct {
	spend []int64 // by service: milliseconds a ticket takes today
	head  []int   // by service: its first waiting ticket, -1 when none
	tail  []int   // by service: its last
	next  []int   // by ticket: the next of the same service, -1 when last
	desks []desk
	lists []int // the services of the desks, one list after the other
	plan  []Change
	order []int // busy desks that may take the asked ticket, soonest free first
}

type desk struct {
	number   int
	free     int64 // milliseconds from now
	open     bool
	strict   bool
	spent    bool // nobody left whom it serves
	from, to int  // its services in lists
}

// simulate steps the line through the counters and the plan: whoever is free
// first takes the next ticket by its rule. It returns after how many
// milliseconds that is the ticket asked about.
func (m *Model) simulate(line Line, counters []Counter, plan []Change) (int64, bool) {
	s := &m.sim
	asked := s.load(m, line, counters, plan)
	if !s.hope(line.Service, counters) {
		return 0, false
	}
	now := int64(0)
	for {
		best := -1
		for i := range s.desks {
			d := &s.desks[i]
			if d.open && !d.spent && (best < 0 || d.free < s.desks[best].free) {
				best = i
			}
		}
		if len(s.plan) > 0 && (best < 0 || toMS(s.plan[0].In) <= s.desks[best].free) {
			now = max(now, toMS(s.plan[0].In))
			s.apply(m, s.plan[0], now)
			s.plan = s.plan[1:]
			continue
		}
		if best < 0 {
			return 0, false
		}
		d := &s.desks[best]
		now = max(now, d.free)
		service := s.pick(d)
		if service < 0 {
			d.spent = true
			continue
		}
		ticket := s.head[service]
		if ticket == asked {
			return min(now, maxMS), true
		}
		s.head[service] = s.next[ticket]
		d.free = now + s.spend[service]
	}
}

// pick is the service from which a desk takes its next ticket, -1 when nobody
// waits whom it serves.
func (s *simulation) pick(d *desk) int {
	best := -1
	for _, service := range s.lists[d.from:d.to] {
		if s.head[service] < 0 {
			continue
		}
		if d.strict {
			return service
		}
		if best < 0 || s.head[service] < s.head[best] {
			best = service
		}
	}
	return best
}

// load takes over the question and returns the asked ticket.
func (s *simulation) load(m *Model, line Line, counters []Counter, plan []Change) int {
	s.next, s.desks, s.lists = s.next[:0], s.desks[:0], s.lists[:0]
	s.head, s.tail = s.head[:0], s.tail[:0]
	for _, name := range line.Ahead {
		s.queue(m.service(name))
	}
	s.queue(m.service(line.Service))

	for _, c := range counters {
		d := desk{number: c.Number, open: c.Open, strict: c.Strict}
		d.from, d.to = s.list(m, c.Services)
		s.desks = append(s.desks, d)
	}
	s.plan = s.plan[:0]
	for _, c := range plan {
		i := len(s.plan)
		s.plan = append(s.plan, c)
		for ; i > 0 && s.plan[i-1].In > c.In; i-- {
			s.plan[i] = s.plan[i-1]
		}
		s.plan[i] = c
	}
	s.busy(m, line.Service, counters)

	pace := m.pace.factor()
	s.spend = s.spend[:0]
	for _, v := range m.services {
		s.spend = append(s.spend, max(v.times.mean*pace/one, 1))
	}
	return len(s.next) - 1
}

// queue adds a ticket to the line.
func (s *simulation) queue(service int) {
	s.know(service)
	ticket := len(s.next)
	s.next = append(s.next, -1)
	if s.head[service] < 0 {
		s.head[service] = ticket
	} else {
		s.next[s.tail[service]] = ticket
	}
	s.tail[service] = ticket
}

// know makes room for a service.
func (s *simulation) know(service int) {
	for len(s.head) <= service {
		s.head, s.tail = append(s.head, -1), append(s.tail, -1)
	}
}

// list keeps the services of a desk.
func (s *simulation) list(m *Model, names []string) (from, to int) {
	from = len(s.lists)
	for _, name := range names {
		service := m.service(name)
		s.know(service)
		s.lists = append(s.lists, service)
	}
	return from, len(s.lists)
}

// busy gives every counter the time at which it will be free: half-way through
// what is left of such handlings. Those of the n counters that may take the
// asked ticket are spread instead, the k-th at k of n+1 parts: otherwise all
// would be free at the same late moment, where in truth the first of n is free
// early.
func (s *simulation) busy(m *Model, service string, counters []Counter) {
	pace := m.pace.factor()
	s.order = s.order[:0]
	for i, c := range counters {
		if !c.Open || (c.BusyService == "" && !c.Paused) {
			continue
		}
		s.desks[i].free = m.remaining(c, pace, one/2)
		if !slices.Contains(c.Services, service) {
			continue
		}
		k := len(s.order)
		s.order = append(s.order, i)
		for ; k > 0 && s.desks[s.order[k-1]].free > s.desks[i].free; k-- {
			s.order[k] = s.order[k-1]
		}
		s.order[k] = i
	}
	n := int64(len(s.order))
	for k, i := range s.order {
		s.desks[i].free = m.remaining(counters[i], pace, int64(k+1)*one/(n+1))
	}
}

// remaining is quantile q of the time for which a counter is still taken.
func (m *Model) remaining(c Counter, pace, q int64) int64 {
	busy := max(toMS(c.BusyFor), 0)
	if c.BusyService == "" {
		return m.pauses.remaining(&m.timeEdges, busy, q)
	}
	t := &m.services[m.service(c.BusyService)].times
	return t.remaining(&m.timeEdges, busy*one/pace, q) * pace / one
}

// hope says whether anybody can be expected to serve the asked service at all:
// a counter that is open and not paused, or one that the plan opens. When a
// paused counter is the only one nobody knows when it comes back.
func (s *simulation) hope(service string, counters []Counter) bool {
	for _, c := range counters {
		if c.Open && !c.Paused && slices.Contains(c.Services, service) {
			return true
		}
	}
	for _, p := range s.plan {
		if !p.Open {
			continue
		}
		if slices.Contains(p.Services, service) {
			return true
		}
		for _, c := range counters {
			if p.Services == nil && c.Number == p.Counter && slices.Contains(c.Services, service) {
				return true
			}
		}
	}
	return false
}

// apply makes a planned change happen.
func (s *simulation) apply(m *Model, c Change, now int64) {
	at := -1
	for i := range s.desks {
		if s.desks[i].number == c.Counter {
			at = i
		}
	}
	if at < 0 {
		at = len(s.desks)
		s.desks = append(s.desks, desk{number: c.Counter})
	}
	d := &s.desks[at]
	if c.Services != nil {
		d.from, d.to = s.list(m, c.Services)
	}
	d.open, d.spent = c.Open, false
	d.free = max(d.free, now)
}
