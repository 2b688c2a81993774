package queue_test

import "sunbeon/appliance/queue"

// desk carries out what a clerk does at a counter.
func (m *model) desk(c queue.Command) (queue.Code, *mTicket) {
	switch c := c.(type) {
	case queue.CallNext:
		return m.callNext(m.counter(c.Counter))
	case queue.Pick:
		return m.pick(m.counter(c.Counter), m.ticket(c.Ref))
	case queue.Recall:
		return m.with(c.Counter, func(k *mCounter) *mTicket { return k.at })
	case queue.Hold:
		return m.with(c.Counter, func(k *mCounter) *mTicket { return m.leave(k, "held") })
	case queue.Finish:
		return m.with(c.Counter, func(k *mCounter) *mTicket { return m.leave(k, "finished") })
	case queue.MarkNoShow:
		return m.with(c.Counter, func(k *mCounter) *mTicket {
			k.at.missed = m.minute
			return m.leave(k, "no_show")
		})
	case queue.Transfer:
		return m.transfer(m.counter(c.Counter), c)
	case queue.OpenCounter:
		return m.state(m.counter(c.Counter), true, false)
	case queue.CloseCounter:
		k := m.counter(c.Counter)
		if !k.open {
			return queue.CounterNotOpen, nil
		}
		k.open, k.away = false, false
		if k.at != nil {
			return "", m.leave(k, "finished")
		}
		return "", nil
	case queue.Pause:
		return m.state(m.counter(c.Counter), false, true)
	case queue.Resume:
		return m.state(m.counter(c.Counter), false, false)
	case queue.SetServices:
		k := m.counter(c.Counter)
		k.services = c.Services
		if k.rule == queue.RuleWeighted {
			k.shares = nil
		}
		return "", nil
	}
	panic("the model does not know " + c.Name())
}

func (m *model) with(n int, do func(*mCounter) *mTicket) (queue.Code, *mTicket) {
	k := m.counter(n)
	if k.at == nil {
		return queue.CounterIdle, nil
	}
	return "", do(k)
}

// state opens a counter, or lets its clerk go away or come back.
func (m *model) state(k *mCounter, opens, away bool) (queue.Code, *mTicket) {
	switch {
	case opens && k.open:
		return queue.CounterIsOpen, nil
	case !opens && !k.open:
		return queue.CounterNotOpen, nil
	case !opens && away && k.away:
		return queue.CounterPaused, nil
	case !opens && !away && !k.away:
		return queue.CounterIsOpen, nil
	}
	k.open, k.away = true, away
	return "", nil
}

func (m *model) callNext(k *mCounter) (queue.Code, *mTicket) {
	before := k.at
	nobody := queue.NobodyWaiting
	for _, t := range m.line {
		if m.may(k, t) && t.away {
			nobody = queue.NobodyArrived
		}
	}
	t := m.next(k)
	if t == nil && before == nil && k.open && !k.away {
		return nobody, nil
	}
	if before != nil {
		m.leave(k, "finished")
	}
	k.open, k.away = true, false
	if t == nil {
		return nobody, before
	}
	m.callTo(k, t)
	return "", t
}

func (m *model) pick(k *mCounter, t *mTicket) (queue.Code, *mTicket) {
	switch {
	case t == nil:
		return queue.UnknownTicket, nil
	case k.at == t:
		return "", t
	case t.status == "called":
		return queue.TicketElsewhere, nil
	case t.status != "waiting" && t.status != "held" && t.status != "no_show":
		return queue.TicketEnded, nil
	}
	if k.at != nil {
		m.leave(k, "finished")
	}
	k.open, k.away = true, false
	m.callTo(k, t)
	return "", t
}

func (m *model) transfer(k *mCounter, c queue.Transfer) (queue.Code, *mTicket) {
	if k.at == nil {
		return queue.CounterIdle, nil
	}
	service := c.Service
	if service == "" {
		service = k.at.service
	}
	switch {
	case c.ToCounter != 0 && !m.counter(c.ToCounter).open:
		return queue.CounterNotOpen, nil
	case c.ToCounter == k.n, c.ToCounter == 0 && service == k.at.service:
		return queue.NowhereToGo, nil
	}
	t := m.leave(k, "waiting")
	t.service, t.counter = service, c.ToCounter
	if !m.rules.TransferKeepsPlace {
		m.placeLast(t)
	}
	return "", t
}
