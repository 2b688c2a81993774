package forecast

// simulation is the scratch of Predict: it is kept so that a forecast
// allocates nothing once the office is known.
type simulation struct {
	tickets []int    // service of each ticket ahead, the asked one last
	taken   []bool   // by ticket
	spend   []int64  // by service: milliseconds a ticket takes today
	words   int      // of the set of services of a counter
	serves  []uint64 // by counter: set of services
	desks   []desk
	plan    []Change
	order   []int
	rest    []int64
}

type desk struct {
	number int
	free   int64 // milliseconds from now
	open   bool
	spent  bool // nobody left whom it serves
	next   int  // first ticket it has not looked at
}

// simulate steps the line through the counters and the plan: the counter that
// is free first takes the first ticket it serves. It returns after how many
// milliseconds that is the ticket asked about.
func (m *Model) simulate(line Line, counters []Counter, plan []Change) (int64, bool) {
	s := &m.sim
	s.load(m, line, counters, plan)
	if !s.served(counters) {
		return 0, false
	}
	asked := len(s.tickets) - 1
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
		for d.next <= asked && (s.taken[d.next] || !s.has(best, s.tickets[d.next])) {
			d.next++
		}
		switch {
		case d.next > asked:
			d.spent = true
		case d.next == asked:
			return min(now, maxMS), true
		default:
			s.taken[d.next] = true
			d.free = now + s.spend[s.tickets[d.next]]
		}
	}
}

// load takes over the question.
func (s *simulation) load(m *Model, line Line, counters []Counter, plan []Change) {
	s.tickets, s.taken, s.desks, s.plan = s.tickets[:0], s.taken[:0], s.desks[:0], s.plan[:0]
	for _, a := range line.Ahead {
		s.tickets = append(s.tickets, m.service(a))
		s.taken = append(s.taken, false)
	}
	s.tickets = append(s.tickets, m.service(line.Service))
	s.taken = append(s.taken, false)
	for _, c := range plan {
		i := len(s.plan)
		s.plan = append(s.plan, c)
		for ; i > 0 && s.plan[i-1].In > c.In; i-- {
			s.plan[i] = s.plan[i-1]
		}
		s.plan[i] = c
	}
	pace := m.pace.now()
	s.spend = s.spend[:0]
	s.words = 0
	s.serves = s.serves[:0]
	for _, c := range counters {
		for _, name := range c.Services {
			m.service(name)
		}
		if c.BusyService != "" {
			m.service(c.BusyService)
		}
	}
	for _, c := range plan {
		for _, name := range c.Services {
			m.service(name)
		}
	}
	s.words = (len(m.services) + 63) / 64
	for _, v := range m.services {
		s.spend = append(s.spend, max(v.times.mean*pace/one, 1))
	}
	for i, c := range counters {
		s.desks = append(s.desks, desk{number: c.Number, open: c.Open})
		s.setServices(m, i, c.Services)
	}
	s.busy(m, counters, pace)
}

// busy gives every counter the time at which it will be free. The counters'
// remaining times are spread over their distribution, the k-th of n at k of
// n+1 parts: with their means alone all would be free at the same late
// moment, where in truth the first of n is free early.
func (s *simulation) busy(m *Model, counters []Counter, pace int64) {
	s.order, s.rest = s.order[:0], s.rest[:0]
	for i, c := range counters {
		s.rest = append(s.rest, 0)
		if !c.Open || (c.BusyService == "" && !c.Paused) {
			continue
		}
		t := m.timesAt(c)
		s.rest[i] = t.remaining(&m.timeEdges, max(toMS(c.BusyFor), 0)*one/pace, one/2)
		k := len(s.order)
		s.order = append(s.order, i)
		for ; k > 0 && s.rest[s.order[k-1]] > s.rest[i]; k-- {
			s.order[k] = s.order[k-1]
		}
		s.order[k] = i
	}
	n := int64(len(s.order))
	for k, i := range s.order {
		c := counters[i]
		t := m.timesAt(c)
		left := t.remaining(&m.timeEdges, max(toMS(c.BusyFor), 0)*one/pace, int64(k+1)*one/(n+1))
		s.desks[i].free = left * pace / one
	}
}

// timesAt is the distribution of what keeps a counter.
func (m *Model) timesAt(c Counter) *times {
	if c.BusyService != "" {
		return &m.services[m.service(c.BusyService)].times
	}
	return &m.pauses.times
}

// setServices makes names the services of desk i, appending the desk's set.
func (s *simulation) setServices(m *Model, i int, names []string) {
	for len(s.serves) < (i+1)*s.words {
		s.serves = append(s.serves, 0)
	}
	set := s.serves[i*s.words : (i+1)*s.words]
	clear(set)
	for _, name := range names {
		k := m.service(name)
		set[k/64] |= 1 << (k % 64)
	}
}

func (s *simulation) has(i, service int) bool {
	return s.serves[i*s.words+service/64]&(1<<(service%64)) != 0
}

// served says whether anybody can be expected to serve the asked ticket at
// all: a counter that is open and not paused, or one that the plan changes.
// When a paused counter is the only one nobody knows when it comes back.
func (s *simulation) served(counters []Counter) bool {
	asked := s.tickets[len(s.tickets)-1]
	for i, c := range counters {
		if c.Open && !c.Paused && s.has(i, asked) {
			return true
		}
	}
	return len(s.plan) > 0
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
		s.setServices(m, at, nil)
	}
	d := &s.desks[at]
	if c.Services != nil {
		s.setServices(m, at, c.Services)
		d.next = 0
	}
	d.open, d.spent = c.Open, false
	d.free = max(d.free, now)
}
