package queue

import (
	"slices"
	"time"
)

// decideNext is the clerk's one key.
func (s *State) decideNext(c CallNext) (Decision, *Refusal) {
	k := s.Counter(c.Counter)
	if k == nil {
		return Decision{}, refuse(UnknownCounter, c.Counter)
	}
	d := s.ready(k)
	t, jump, credit := s.next(k)
	if t == nil {
		d.Notice = s.nobody(k)
		if len(d.Events) == 0 {
			return Decision{}, d.Notice
		}
		return d, nil
	}
	d.Events = append(d.Events, s.skipped(k, t)...)
	d.Events = append(d.Events, Called{Ref: t.Ref, Counter: k.Number, How: ByNext, Jump: jump, Credit: credit})
	return d, nil
}

// ready finishes what the counter has and opens it.
func (s *State) ready(k *CounterState) Decision {
	var d Decision
	if !k.Current.IsZero() {
		d.Events = append(d.Events, Finished{k.Current, k.Number})
	}
	if !k.Open {
		d.Events = append(d.Events, CounterOpened{k.Number})
	} else if k.Paused {
		d.Events = append(d.Events, CounterResumed{k.Number})
	}
	return d
}

func (s *State) decidePick(c Pick) (Decision, *Refusal) {
	k, t := s.Counter(c.Counter), s.Find(c.Ref)
	switch {
	case k == nil:
		return Decision{}, refuse(UnknownCounter, c.Counter)
	case t == nil:
		return Decision{}, refuse(UnknownTicket)
	case t.Status == AtCounter && t.Counter == k.Number:
		return events(Recalled{t.Ref, k.Number}), nil
	case t.Status == AtCounter:
		return Decision{}, refuse(TicketElsewhere, t.Counter)
	case !t.Status.Live():
		return Decision{}, refuse(TicketEnded)
	}
	how := ByPick
	if t.Status == OnHold {
		how = ByHold
	}
	d := s.ready(k)
	d.Events = append(d.Events, Called{Ref: t.Ref, Counter: k.Number, How: how})
	return d, nil
}

func (s *State) decideReturn(at Stamp, c Return) (Decision, *Refusal) {
	t := s.Find(c.Ref)
	if t == nil {
		return Decision{}, refuse(UnknownTicket)
	}
	if t.Status != Missed {
		return Decision{}, refuse(TicketNotMissed)
	}
	limit := time.Duration(s.Config.Rules.LateWithin) * time.Minute
	if gone, known := at.Since(t.Changed); known && limit > 0 && gone > limit {
		return Decision{}, refuse(TooLate)
	}
	return events(Returned{c.Ref, s.latePlace(t)}), nil
}

// latePlace keeps late citizens in the order in which they come back: with
// LateAfter, who comes later stands behind those let in at the same place.
func (s *State) latePlace(t *Ticket) Place {
	end := Place{After: s.Order + 1}
	switch s.Config.Rules.LatePlace {
	case LateFront:
		return Place{After: 0, Then: s.Order + 1}
	case LateAfter:
		line := s.waiting(func(w *Ticket) bool { return w.Service == t.Service })
		if n := s.Config.Rules.LateAfter; n <= len(line) {
			return Place{After: line[n-1].Place.After, Then: s.Order + 1}
		}
	}
	return end
}

func (s *State) decideTransfer(c Transfer) (Decision, *Refusal) {
	k := s.Counter(c.Counter)
	if k == nil {
		return Decision{}, refuse(UnknownCounter, c.Counter)
	}
	if k.Current.IsZero() {
		return Decision{}, refuse(CounterIdle)
	}
	t := s.Find(k.Current)
	to := Transferred{Ref: t.Ref, From: k.Number, Service: c.Service, Counter: c.ToCounter, Place: t.Place}
	if to.Service == "" {
		to.Service = t.Service
	}
	if s.Service(to.Service) == nil {
		return Decision{}, refuse(UnknownService, to.Service)
	}
	if to.Counter != 0 {
		switch other := s.Counter(to.Counter); {
		case other == nil:
			return Decision{}, refuse(UnknownCounter, to.Counter)
		case !other.Open: // nobody there would call it
			return Decision{}, refuse(CounterNotOpen, to.Counter)
		}
	}
	if to.Counter == k.Number || to.Counter == 0 && to.Service == t.Service {
		return Decision{}, refuse(NowhereToGo)
	}
	if !s.Config.Rules.TransferKeepsPlace {
		to.Place = Place{After: s.Order + 1}
	}
	return events(to), nil
}

// decideDesk opens, closes, pauses, resumes a counter or changes its services.
func (s *State) decideDesk(c Command) (Decision, *Refusal) {
	var n int
	switch c := c.(type) {
	case OpenCounter:
		n = c.Counter
	case CloseCounter:
		n = c.Counter
	case Pause:
		n = c.Counter
	case Resume:
		n = c.Counter
	case SetServices:
		n = c.Counter
	}
	k := s.Counter(n)
	if k == nil {
		return Decision{}, refuse(UnknownCounter, n)
	}
	switch c := c.(type) {
	case OpenCounter:
		if k.Open {
			return Decision{}, refuse(CounterIsOpen)
		}
		return events(CounterOpened{n}), nil
	case CloseCounter:
		if !k.Open {
			return Decision{}, refuse(CounterNotOpen)
		}
		if !k.Current.IsZero() {
			return events(Finished{k.Current, n}, CounterClosed{n}), nil
		}
		return events(CounterClosed{n}), nil
	case Pause:
		if !k.Open {
			return Decision{}, refuse(CounterNotOpen)
		}
		if k.Paused {
			return Decision{}, refuse(CounterPaused)
		}
		return events(CounterLeft{n}), nil
	case Resume:
		if !k.Open {
			return Decision{}, refuse(CounterNotOpen)
		}
		if !k.Paused {
			return Decision{}, refuse(CounterIsOpen)
		}
		return events(CounterResumed{n}), nil
	case SetServices:
		if len(c.Services) == 0 {
			return Decision{}, refuse(BadInput, "services")
		}
		for i, id := range c.Services {
			if s.Service(id) == nil {
				return Decision{}, refuse(UnknownService, id)
			}
			if slices.Contains(c.Services[:i], id) {
				return Decision{}, refuse(BadInput, id)
			}
		}
		return events(ServicesChanged{Counter: n, Services: slices.Clone(c.Services), Shift: k.Shift}), nil
	}
	return Decision{}, refuse(BadInput)
}
