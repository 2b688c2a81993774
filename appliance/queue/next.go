package queue

import (
	"cmp"
	"slices"
)

// serves reports whether the waiting ticket is one of the counter's: it was sent
// here, or it is for a service of the counter and was sent to nobody who works.
func (s *State) serves(k *CounterState, t *Ticket) bool {
	if t.Counter == k.Number {
		return true
	}
	if t.Counter != 0 {
		if other := s.Counter(t.Counter); other != nil && other.Open {
			return false
		}
	}
	return slices.Contains(k.Services, t.Service)
}

// group is whom a counter chooses among: all that wait for it, or under
// RuleWeighted those of one service.
type group struct {
	service            string
	ordinary, priority *Ticket // the first of each class
}

// next chooses whom the counter calls, whether that is a priority ticket before
// its place, and the counter's shares afterwards. Who is away counts for nothing
// in it. It returns nil when nobody waits who is here.
func (s *State) next(k *CounterState) (t *Ticket, jump bool, credit map[string]int) {
	def := s.rule(k.Number)
	groups := s.groups(k, def.Rule)
	if len(groups) == 0 {
		return nil, false, k.Credit
	}
	g, jumps, credit := groups[0], k.Jumps, k.Credit
	if def.Rule == RuleWeighted {
		g, credit = share(groups, k.Credit, def)
		jumps = k.JumpsIn[g.service]
	}
	switch {
	case g.priority == nil:
		return g.ordinary, false, credit
	case g.ordinary == nil || before(def.Rule, k, g.priority, g.ordinary):
		return g.priority, false, credit
	case jumps < s.Config.Rules.PriorityRun:
		return g.priority, true, credit
	}
	return g.ordinary, false, credit
}

// groups are sorted by service.
func (s *State) groups(k *CounterState, rule Rule) []group {
	var out []group
	for i := range s.Tickets {
		t := &s.Tickets[i]
		if t.Status != Waiting || t.Away || !s.serves(k, t) {
			continue
		}
		service := ""
		if rule == RuleWeighted {
			service = t.Service
		}
		at, have := slices.BinarySearchFunc(out, service, func(g group, id string) int { return cmp.Compare(g.service, id) })
		if !have {
			out = slices.Insert(out, at, group{service: service})
		}
		first := &out[at].ordinary
		if t.Class == Priority {
			first = &out[at].priority
		}
		if *first == nil || before(rule, k, t, *first) {
			*first = t
		}
	}
	return out
}

// RuleOf is the rule of the counter.
func (s *State) RuleOf(counter int) Rule { return s.rule(counter).Rule }

func (s *State) rule(counter int) Counter {
	i := slices.IndexFunc(s.Config.Counters, func(c Counter) bool { return c.Number == counter })
	if i < 0 {
		return Counter{Rule: RuleLongest}
	}
	return s.Config.Counters[i]
}

// before reports whether a is called before b, classes aside.
func before(r Rule, k *CounterState, a, b *Ticket) bool {
	if r == RuleStrict {
		if x, y := rank(k, a), rank(k, b); x != y {
			return x < y
		}
	}
	return a.Place.Before(b.Place)
}

// rank is the ticket's service in the counter's order; those sent to the
// counter come first.
func rank(k *CounterState, t *Ticket) int {
	if t.Counter == k.Number {
		return -1
	}
	return slices.Index(k.Services, t.Service)
}

// share picks the service whose turn it is by smooth weighted round robin: each
// service with somebody waiting gains its weight, the richest is called and
// pays what all gained. Tickets sent to the counter for a service that it does
// not serve have weight 1. An empty service saves nothing up.
func share(groups []group, had map[string]int, def Counter) (group, map[string]int) {
	total, best := 0, 0
	credit := make(map[string]int, len(groups))
	for i, g := range groups {
		weight := 1
		if j := slices.Index(def.Services, g.service); j >= 0 && j < len(def.Weights) {
			weight = def.Weights[j]
		}
		total += weight
		credit[g.service] = had[g.service] + weight
		if credit[g.service] > credit[groups[best].service] {
			best = i
		}
	}
	credit[groups[best].service] -= total
	return groups[best], credit
}

// waiting lists waiting tickets in the order of their places.
func (s *State) waiting(want func(*Ticket) bool) []*Ticket {
	var line []*Ticket
	for i := range s.Tickets {
		if t := &s.Tickets[i]; t.Status == Waiting && want(t) {
			line = append(line, t)
		}
	}
	slices.SortStableFunc(line, func(a, b *Ticket) int {
		switch {
		case a.Place.Before(b.Place):
			return -1
		case b.Place.Before(a.Place):
			return 1
		}
		return 0
	})
	return line
}

// Waiting is how many wait for the service.
func (s *State) Waiting(service string) int {
	n := 0
	for i := range s.Tickets {
		if t := &s.Tickets[i]; t.Status == Waiting && t.Service == service {
			n++
		}
	}
	return n
}

// Callable is how many wait whom the counter may call: who is away is not among
// them.
func (s *State) Callable(counter int) int {
	k := s.Counter(counter)
	if k == nil {
		return 0
	}
	n := 0
	for i := range s.Tickets {
		if t := &s.Tickets[i]; t.Status == Waiting && !t.Away && s.serves(k, t) {
			n++
		}
	}
	return n
}

// Ahead is how many people of the service are told to be ahead of a new ticket
// of the class: everybody who waits, or for a priority ticket the priority
// tickets that wait. Without PriorityRun the classes are alike.
func (s *State) Ahead(service string, class Class) int {
	n := 0
	all := class == Ordinary || s.Config.Rules.PriorityRun == 0
	for i := range s.Tickets {
		if t := &s.Tickets[i]; t.Status == Waiting && t.Service == service && (all || t.Class == Priority) {
			n++
		}
	}
	return n
}

// AheadOf is the same for a ticket that waits; 0 for any other. For an ordinary
// ticket it counts every priority ticket, also those that came later: it never
// promises too much.
func (s *State) AheadOf(r Ref) int {
	me := s.Find(r)
	if me == nil || me.Status != Waiting {
		return 0
	}
	alike := s.Config.Rules.PriorityRun == 0
	n := 0
	for i := range s.Tickets {
		t := &s.Tickets[i]
		if t.Status != Waiting || t.Service != me.Service || t.Ref == r {
			continue
		}
		if (alike || t.Class == me.Class) && t.Place.Before(me.Place) || !alike && t.Class == Priority && me.Class == Ordinary {
			n++
		}
	}
	return n
}

// Line lists the services of the tickets that counters may call before a new
// ticket of the service and class, in the order of their places, priority
// first: what a forecast steps through. It counts the tickets of every service
// that shares an open counter with the asked one.
func (s *State) Line(service string, class Class) []string {
	shared := []string{service}
	for i := range s.Counters {
		if k := &s.Counters[i]; k.Open && slices.Contains(k.Services, service) {
			shared = append(shared, k.Services...)
		}
	}
	line := s.waiting(func(t *Ticket) bool { return slices.Contains(shared, t.Service) })
	alike := s.Config.Rules.PriorityRun == 0
	out := make([]string, 0, len(line))
	add := func(c Class) {
		for _, t := range line {
			if alike || t.Class == c {
				out = append(out, t.Service)
			}
		}
	}
	if !alike {
		add(Priority)
	}
	if alike || class == Ordinary {
		add(Ordinary)
	}
	return out
}
