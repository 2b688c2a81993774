package queue

import (
	"maps"
	"slices"
)

// serves reports whether the counter may call the waiting ticket: it was sent
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

// next chooses whom the counter calls, whether that is a priority ticket before
// its place, and the counter's shares afterwards. It returns nil when nobody
// waits.
func (s *State) next(k *CounterState) (t *Ticket, jump bool, credit map[string]int) {
	credit = k.Credit
	var line []*Ticket
	for i := range s.Tickets {
		if w := &s.Tickets[i]; w.Status == Waiting && s.serves(k, w) {
			line = append(line, w)
		}
	}
	if len(line) == 0 {
		return nil, false, credit
	}
	def := s.rule(k.Number)
	if def.Rule == RuleWeighted {
		line, credit = share(line, k, def)
	}
	first := func(class Class) *Ticket {
		var best *Ticket
		for _, w := range line {
			if w.Class == class && (best == nil || s.before(def.Rule, k, w, best)) {
				best = w
			}
		}
		return best
	}
	ordinary, priority := first(Ordinary), first(Priority)
	switch {
	case priority == nil:
		return ordinary, false, credit
	case ordinary == nil || s.before(def.Rule, k, priority, ordinary):
		return priority, false, credit
	case k.Jumps < s.Config.Rules.PriorityRun:
		return priority, true, credit
	}
	return ordinary, false, credit
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
func (s *State) before(r Rule, k *CounterState, a, b *Ticket) bool {
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
// not serve have weight 1.
func share(line []*Ticket, k *CounterState, def Counter) ([]*Ticket, map[string]int) {
	weight := func(id string) int {
		if i := slices.Index(def.Services, id); i >= 0 && i < len(def.Weights) {
			return def.Weights[i]
		}
		return 1
	}
	credit := maps.Clone(k.Credit)
	if credit == nil {
		credit = map[string]int{}
	}
	byService := map[string][]*Ticket{}
	for _, t := range line {
		byService[t.Service] = append(byService[t.Service], t)
	}
	for id := range credit {
		if byService[id] == nil {
			delete(credit, id) // an empty service saves nothing up
		}
	}
	total, best := 0, ""
	for _, id := range slices.Sorted(maps.Keys(byService)) {
		credit[id] += weight(id)
		total += weight(id)
		if best == "" || credit[id] > credit[best] {
			best = id
		}
	}
	credit[best] -= total
	return byService[best], credit
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

// Callable is how many wait whom the counter may call.
func (s *State) Callable(counter int) int {
	k := s.Counter(counter)
	if k == nil {
		return 0
	}
	n := 0
	for i := range s.Tickets {
		if t := &s.Tickets[i]; t.Status == Waiting && s.serves(k, t) {
			n++
		}
	}
	return n
}

// Ahead is how many people of the service are told to be ahead of a new ticket
// of the class: everybody who waits, or for a priority ticket the priority
// tickets that wait.
func (s *State) Ahead(service string, class Class) int {
	n := 0
	for i := range s.Tickets {
		if t := &s.Tickets[i]; t.Status == Waiting && t.Service == service && (class == Ordinary || t.Class == Priority) {
			n++
		}
	}
	return n
}

// AheadOf is the same for a ticket that waits; 0 for any other.
func (s *State) AheadOf(r Ref) int {
	me := s.Find(r)
	if me == nil || me.Status != Waiting {
		return 0
	}
	n := 0
	for i := range s.Tickets {
		t := &s.Tickets[i]
		if t.Status != Waiting || t.Service != me.Service || t.Ref == r {
			continue
		}
		if t.Class == me.Class && t.Place.Before(me.Place) || t.Class == Priority && me.Class == Ordinary {
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
	shared := map[string]bool{service: true}
	for _, k := range s.Counters {
		if k.Open && slices.Contains(k.Services, service) {
			for _, id := range k.Services {
				shared[id] = true
			}
		}
	}
	var first, then []string
	for _, t := range s.waiting(func(t *Ticket) bool { return shared[t.Service] }) {
		if t.Class == Priority {
			first = append(first, t.Service)
		} else {
			then = append(then, t.Service)
		}
	}
	if class == Priority {
		return first
	}
	return append(first, then...)
}
