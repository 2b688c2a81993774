package queue

import (
	"errors"
	"fmt"
	"slices"
)

// Who took a ticket online may still be on the way. Such a ticket stands in the
// line and is not called by the next key before its holder has arrived.

// Away is how many wait for the service and have not arrived.
func (s *State) Away(service string) int {
	n := 0
	for i := range s.Tickets {
		if t := &s.Tickets[i]; t.Status == Waiting && t.Away && t.Service == service {
			n++
		}
	}
	return n
}

// nobody says why the counter calls nobody: nobody waits, or all who do are away.
func (s *State) nobody(k *CounterState) *Refusal {
	away := 0
	for i := range s.Tickets {
		if t := &s.Tickets[i]; t.Status == Waiting && t.Away && s.serves(k, t) {
			away++
		}
	}
	if away == 0 {
		return refuse(NobodyWaiting)
	}
	return refuse(NobodyArrived, away)
}

// skipped lists the tickets that the counter would have called instead of t if
// their holders were here, in the order in which it would have. Under
// RuleWeighted they are of t's service: the others had no turn.
func (s *State) skipped(k *CounterState, t *Ticket) []Event {
	def := s.rule(k.Number)
	jumps := k.Jumps
	if def.Rule == RuleWeighted {
		jumps = k.JumpsIn[t.Service]
	}
	first := func(a, b *Ticket) bool { // a is called rather than b
		inPlace := before(def.Rule, k, a, b)
		switch mayJump := jumps < s.Config.Rules.PriorityRun; {
		case a.Class == Priority && b.Class != Priority:
			return inPlace || mayJump
		case a.Class != Priority && b.Class == Priority:
			return inPlace && !mayJump
		}
		return inPlace
	}
	var away []*Ticket
	for i := range s.Tickets {
		a := &s.Tickets[i]
		if a.Status != Waiting || !a.Away || !s.serves(k, a) || def.Rule == RuleWeighted && a.Service != t.Service {
			continue
		}
		if first(a, t) {
			away = append(away, a)
		}
	}
	slices.SortStableFunc(away, func(a, b *Ticket) int {
		switch {
		case first(a, b):
			return -1
		case first(b, a):
			return 1
		}
		return 0
	})
	out := make([]Event, len(away))
	for i, a := range away {
		out[i] = Skipped{a.Ref}
	}
	return out
}

// decideArrive lets who has come into the line: in the old place who has not been
// skipped, by the late rule who has. To say it again does nothing.
func (s *State) decideArrive(at Stamp, c Arrive) (Decision, *Refusal) {
	r := s.named(c.Ref, c.Token)
	t := s.Find(r)
	switch {
	case t == nil:
		return Decision{}, refuse(UnknownTicket)
	case !t.Status.Live():
		return Decision{}, refuse(TicketEnded)
	case t.Status == Missed && !t.Away:
		return Decision{}, refuse(MissedCall)
	case !t.Away:
		return Decision{Answer: Answer{Ref: r}}, nil
	case t.Status == Waiting:
		return events(Arrived{r}), nil
	}
	d, no := s.decideReturn(at, Return{r})
	d.Events = slices.Insert(d.Events, 0, Event(Arrived{r}))
	return d, no
}

// decideDelay moves a waiting ticket behind others. It passes as many as were
// asked for, or fewer: no more than wait behind, than the rule leaves, or than
// there is a place behind.
func (s *State) decideDelay(c Delay) (Decision, *Refusal) {
	t := s.Find(s.named(c.Ref, c.Token))
	most := s.Config.Rules.DelayMost
	switch {
	case t == nil:
		return Decision{}, refuse(UnknownTicket)
	case !t.Status.Live():
		return Decision{}, refuse(TicketEnded)
	case t.Status != Waiting:
		return Decision{}, refuse(NotWaiting)
	case c.Pass < 1:
		return Decision{}, refuse(BadInput, "pass")
	case most == 0:
		return Decision{}, refuse(NoDelay)
	case t.Passed >= most:
		return Decision{}, refuse(DelayUsed, most)
	}
	line := s.behind(t)
	for n := min(c.Pass, most-t.Passed, len(line)); n > 0; n-- {
		if p, ok := s.placeBehind(line, n); ok {
			return events(Delayed{Ref: t.Ref, Place: p, Passed: n}), nil
		}
	}
	return Decision{}, refuse(NobodyBehind)
}

// behind lists whom a delay may let pass: those who wait for the same service
// behind the ticket, of its class unless the classes are alike.
func (s *State) behind(t *Ticket) []*Ticket {
	alike := s.Config.Rules.PriorityRun == 0
	return s.waiting(func(o *Ticket) bool {
		return o.Service == t.Service && (alike || o.Class == t.Class) && t.Place.Before(o.Place)
	})
}

// placeBehind is a place behind the first n of the line and before the others.
// There is none when two stand behind one place, one right after the other.
func (s *State) placeBehind(line []*Ticket, n int) (Place, bool) {
	p := line[n-1].Place
	if n == len(line) || line[n].Place.After != p.After {
		return Place{After: p.After, Then: s.Order + 1}, true
	}
	for then := line[n].Place.Then - 1; then > p.Then; then-- {
		at := Place{After: p.After, Then: then}
		if !slices.ContainsFunc(s.Tickets, func(o Ticket) bool { return o.Place == at }) {
			return at, true
		}
	}
	return Place{}, false
}

// unasked lists as arrived who waits away for a service of which the
// configuration no longer asks it: nobody else would ever call them.
func (s *State) unasked(c Config, waits Status) []Event {
	var out []Event
	for i := range s.Tickets {
		t := &s.Tickets[i]
		if !t.Away || t.Status != waits {
			continue
		}
		if def, _ := c.Service(t.Band); !def.Arrival {
			out = append(out, Arrived{t.Ref})
		}
	}
	return out
}

func (s *State) arrive(r Ref) error {
	t := s.Find(r)
	if t == nil || !t.Away || t.Status != Waiting && t.Status != Missed {
		return fmt.Errorf("ticket %d of %q is not awaited", r.Number, r.Band)
	}
	t.Away = false
	return nil
}

func (s *State) skip(at Stamp, r Ref) error {
	t := s.Find(r)
	if t == nil || !t.Away || t.Status != Waiting {
		return fmt.Errorf("ticket %d of %q is not waiting for its holder", r.Number, r.Band)
	}
	t.Status, t.Changed = Missed, at
	return nil
}

func (s *State) delay(e Delayed) error {
	t := s.Find(e.Ref)
	if t == nil || t.Status != Waiting {
		return fmt.Errorf("ticket %d of %q is not waiting", e.Number, e.Band)
	}
	if e.Passed < 1 {
		return errors.New("nobody passes")
	}
	s.placed(e.Place)
	t.Place = e.Place
	t.Passed += e.Passed
	return nil
}
