package queue

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

func (s *State) apply(f Fact) error {
	switch e := f.Event.(type) {
	case DayOpened:
		return s.openDay(f, e)
	case DayReopened:
		return s.reopenDay()
	case DayClosed:
		if !s.Day.Open {
			return errors.New("no open day to close")
		}
		s.closeDay(f.At)
	case ConfigChanged:
		s.configure(e.Config)
	case ClockConfirmed:
		s.confirmClock(f.At, e)
	case Issued:
		return s.issue(f.At, e)
	case Printed:
		if e.Confirmed {
			return s.paper(e.Ref, OnPaper)
		}
		return s.paper(e.Ref, Unconfirmed)
	case PrintFailed:
		return s.paper(e.Ref, Failed)
	case ReprintAsked:
		return s.ticket(e.Ref, func(t *Ticket) { t.Paper, t.Copies = Pending, t.Copies+1 })
	case Called:
		return s.call(f.At, e)
	case Recalled:
		s.listCall(Call{Ref: e.Ref, Counter: e.Counter, At: f.At, Recall: true})
	case Held:
		return s.leave(f.At, e.Counter, e.Ref, OnHold)
	case NoShow:
		return s.leave(f.At, e.Counter, e.Ref, Missed)
	case Finished:
		return s.leave(f.At, e.Counter, e.Ref, Done)
	case Transferred:
		return s.transfer(f.At, e)
	case Returned:
		return s.comeBack(f.At, e)
	case Arrived:
		return s.arrive(e.Ref)
	case Skipped:
		return s.skip(f.At, e.Ref)
	case Delayed:
		return s.delay(e)
	case Cancelled:
		return s.end(f.At, e.Ref, Given)
	case Voided:
		return s.end(f.At, e.Ref, Void)
	case CounterOpened:
		return s.counter(e.Counter, func(k *CounterState) { k.Open, k.Paused, k.Since = true, false, f.At })
	case CounterClosed:
		if k := s.Counter(e.Counter); k != nil && !k.Current.IsZero() {
			return fmt.Errorf("counter %d has a ticket", e.Counter)
		}
		return s.counter(e.Counter, func(k *CounterState) { k.Open, k.Paused, k.Since = false, false, f.At })
	case CounterLeft:
		return s.counter(e.Counter, func(k *CounterState) { k.Paused = true })
	case CounterResumed:
		return s.counter(e.Counter, func(k *CounterState) { k.Paused = false })
	case ServicesChanged:
		return s.counter(e.Counter, func(k *CounterState) {
			k.Services, k.Shift, k.Credit, k.JumpsIn = slices.Clone(e.Services), e.Shift, nil, nil
		})
	case IssuingClosed:
		return s.issuing(e.Service, true, e.Schedule)
	case IssuingReopened:
		return s.issuing(e.Service, false, e.Schedule)
	case DeviceChanged:
		if len(e.Conditions) == 0 {
			delete(s.Devices, e.Device)
		} else {
			s.Devices[e.Device] = slices.Clone(e.Conditions)
		}
	case Observed:
		return s.observe(f.At, e)
	default:
		return ErrUnknownFact
	}
	return nil
}

func (s *State) openDay(f Fact, e DayOpened) error {
	if e.Number != f.Day || e.Number <= s.Day.Number && s.Day.Number != 0 {
		return fmt.Errorf("day %d after day %d", e.Number, s.Day.Number)
	}
	*s = *New()
	for device, conditions := range e.Devices {
		s.Devices[device] = slices.Clone(conditions)
	}
	s.Day = Day{Number: e.Number, Date: e.Date, Open: true, Opened: f.At}
	s.configure(e.Config)
	return nil
}

func (s *State) closeDay(at Stamp) {
	s.Day.Open, s.Day.Closed = false, at
	for i := range s.Tickets {
		t := &s.Tickets[i]
		switch t.Status {
		case AtCounter:
			t.Status, t.Changed = Done, at
		case Waiting, OnHold, Missed:
			t.Status, t.Changed = Left, at
		}
	}
	for i := range s.Counters {
		k := &s.Counters[i]
		k.Open, k.Paused, k.Current, k.Since = false, false, Ref{}, at
	}
	s.unhear("")
}

// reopenDay lets those wait again who had not been served. Who was on hold, had
// missed a call or was skipped waits in the old place; who was away still is.
func (s *State) reopenDay() error {
	if s.Day.Number == 0 || s.Day.Open {
		return errors.New("no closed day to reopen")
	}
	s.Day.Open, s.Day.Closed = true, Stamp{}
	for i := range s.Tickets {
		if t := &s.Tickets[i]; t.Status == Left {
			t.Status, t.Counter = Waiting, 0
		}
	}
	return nil
}

func (s *State) confirmClock(at Stamp, e ClockConfirmed) {
	if s.Day.Number > 0 && s.Day.Date == "" {
		s.Day.Date = e.Date
	}
	s.untrusted = ""
	s.Day.Opened = s.Day.Opened.corrected(at)
	s.Day.Closed = s.Day.Closed.corrected(at)
	for i := range s.Tickets {
		t := &s.Tickets[i]
		t.Issued, t.Called, t.Changed = t.Issued.corrected(at), t.Called.corrected(at), t.Changed.corrected(at)
	}
	for i := range s.Calls {
		s.Calls[i].At = s.Calls[i].At.corrected(at)
	}
	for i := range s.Counters {
		s.Counters[i].Since = s.Counters[i].Since.corrected(at)
	}
	for i := range s.Heard {
		h := &s.Heard[i]
		h.IssuedAt, h.CalledAt, h.ToldAt = h.IssuedAt.corrected(at), h.CalledAt.corrected(at), h.ToldAt.corrected(at)
	}
}

func (s *State) issue(at Stamp, e Issued) error {
	v := s.Service(e.Band)
	if v == nil {
		return fmt.Errorf("no service %q", e.Band)
	}
	if _, twice := s.byRef[e.Ref]; twice {
		return fmt.Errorf("number %d of %q a second time", e.Number, e.Band)
	}
	paper := NoPaper
	if e.Paper {
		paper = Pending
	}
	v.Next = max(v.Next, e.Number+1)
	v.Issued++
	if e.Origin == Online {
		v.Online++
	}
	s.byRef[e.Ref] = len(s.Tickets)
	s.Tickets = append(s.Tickets, Ticket{
		Ref: e.Ref, Service: e.Band, Class: e.Class, Origin: e.Origin, Status: Waiting, Place: e.Place,
		Paper: paper, Token: e.Token, Away: e.Away, Ahead: e.Ahead, Forecast: e.Forecast, Issued: at, Changed: at,
	})
	s.placed(e.Place)
	return nil
}

func (s *State) placed(p Place) { s.Order = max(s.Order, p.After, p.Then) }

func (s *State) paper(r Ref, p Paper) error {
	return s.ticket(r, func(t *Ticket) { t.Paper = p })
}

func (s *State) ticket(r Ref, change func(*Ticket)) error {
	t := s.Find(r)
	if t == nil {
		return fmt.Errorf("no ticket %d of %q", r.Number, r.Band)
	}
	change(t)
	return nil
}

func (s *State) counter(n int, change func(*CounterState)) error {
	k := s.Counter(n)
	if k == nil {
		return fmt.Errorf("no counter %d", n)
	}
	change(k)
	return nil
}

func (s *State) issuing(id string, closed, schedule bool) error {
	v := s.Service(id)
	if v == nil {
		return fmt.Errorf("no service %q", id)
	}
	if schedule {
		v.Scheduled = closed
		if v.Closed && v.ByHand && !closed {
			return nil // staff closed early; the schedule does not reopen that
		}
	}
	if !schedule || v.Closed != closed {
		v.Closed, v.ByHand = closed, !schedule
	}
	return nil
}

func (s *State) call(at Stamp, e Called) error {
	k, t := s.Counter(e.Counter), s.Find(e.Ref)
	switch {
	case k == nil:
		return fmt.Errorf("no counter %d", e.Counter)
	case t == nil:
		return fmt.Errorf("no ticket %d of %q", e.Number, e.Band)
	case !k.Current.IsZero():
		return fmt.Errorf("counter %d has a ticket already", e.Counter)
	case t.Status == AtCounter || !t.Status.Live():
		return fmt.Errorf("ticket %d of %q is %s", e.Number, e.Band, t.Status)
	}
	t.Status, t.Counter, t.Called, t.Changed, t.Away = AtCounter, e.Counter, at, at, false
	k.Current, k.Since = e.Ref, at
	if e.How == ByNext {
		s.countJump(k, t.Service, e.Jump)
		k.Credit = maps.Clone(e.Credit)
	}
	s.listCall(Call{Ref: e.Ref, Counter: e.Counter, At: at})
	return nil
}

// countJump counts priority calls before their place in a row. Under
// RuleWeighted each service counts its own: the services take turns, and one
// count for all could let the ordinary tickets of one service pay for the
// priority tickets of another for ever.
func (s *State) countJump(k *CounterState, service string, jump bool) {
	if s.rule(k.Number).Rule != RuleWeighted {
		if k.Jumps++; !jump {
			k.Jumps = 0
		}
		return
	}
	jumps := maps.Clone(k.JumpsIn)
	switch {
	case !jump:
		delete(jumps, service)
	case jumps == nil:
		jumps = map[string]int{service: 1}
	default:
		jumps[service]++
	}
	k.JumpsIn = jumps
}

func (s *State) listCall(c Call) {
	s.CallSeq++
	c.Seq = s.CallSeq
	if len(s.Calls) >= callsKept {
		s.Calls = append(s.Calls[:0], s.Calls[len(s.Calls)-callsKept+1:]...)
	}
	s.Calls = append(s.Calls, c)
}

// leave takes the ticket from its counter.
func (s *State) leave(at Stamp, counter int, r Ref, to Status) error {
	k, t := s.Counter(counter), s.Find(r)
	if k == nil || t == nil || k.Current != r || t.Status != AtCounter {
		return fmt.Errorf("ticket %d of %q is not at counter %d", r.Number, r.Band, counter)
	}
	k.Current, k.Since = Ref{}, at
	t.Status, t.Changed = to, at
	return nil
}

func (s *State) transfer(at Stamp, e Transferred) error {
	if err := s.leave(at, e.From, e.Ref, Waiting); err != nil {
		return err
	}
	t := s.Find(e.Ref)
	t.Service, t.Counter, t.Place = e.Service, e.Counter, e.Place
	s.placed(e.Place)
	return nil
}

func (s *State) comeBack(at Stamp, e Returned) error {
	t := s.Find(e.Ref)
	if t == nil || t.Status != Missed {
		return fmt.Errorf("ticket %d of %q was not missed", e.Number, e.Band)
	}
	s.placed(e.Place)
	t.Status, t.Counter, t.Place, t.Changed, t.Away = Waiting, 0, e.Place, at, false
	return nil
}

// end takes a ticket out of the line. A voided or cancelled ticket gives its
// share of the quota back; its number is never given again.
func (s *State) end(at Stamp, r Ref, to Status) error {
	v, t := s.Service(r.Band), s.Find(r)
	if v == nil || t == nil || t.Status == AtCounter || !t.Status.Live() {
		return fmt.Errorf("ticket %d of %q is not in the line", r.Number, r.Band)
	}
	v.Issued--
	if t.Origin == Online {
		v.Online--
	}
	t.Status, t.Changed = to, at
	return nil
}
