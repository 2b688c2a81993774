package queue_test

import (
	"slices"

	"sunbeon/appliance/queue"
)

// model is the office once more, in slices and linear scans. It shares nothing
// with the package but names of services, codes and commands. The line is one
// slice in the order in which people would be called; who leaves it keeps the
// position, which a transfer may keep.
type model struct {
	rules    queue.Rules
	services []*mService
	counters []*mCounter
	line     []*mTicket
	order    int // last ordinal given
	open     bool
	minute   int
}

type mService struct {
	id                       string
	first, last, next        int
	quota, onlineQuota       int
	issued, issuedOnline     int
	online, priority, closed bool
	arrival                  bool
}

type mCounter struct {
	n        int
	rule     queue.Rule
	own      []string // configured
	weights  []int
	services []string
	open     bool
	away     bool
	at       *mTicket
	shares   []*mShare // one is enough, named "", but for the weighted rule
}

type mShare struct {
	id            string
	credit, jumps int
}

type mTicket struct {
	ref          queue.Ref
	service      string
	prio, online bool
	status       string
	counter      int
	group, then  int // those let in at one place stand together; group 0 is the front
	missed       int // minute
	away         bool
	passed       int
}

func newModel(c queue.Config) *model {
	m := &model{rules: c.Rules, open: true}
	for _, s := range c.Services {
		m.services = append(m.services, &mService{id: s.ID, first: s.First, last: s.Last, next: s.First, quota: s.Quota,
			onlineQuota: s.OnlineQuota, online: s.Online, priority: s.Priority, arrival: s.Arrival})
	}
	for _, k := range c.Counters {
		m.counters = append(m.counters, &mCounter{n: k.Number, rule: k.Rule, own: k.Services, weights: k.Weights, services: k.Services})
	}
	return m
}

func (m *model) service(id string) *mService {
	for _, s := range m.services {
		if s.id == id {
			return s
		}
	}
	return nil
}

func (m *model) counter(n int) *mCounter {
	for _, k := range m.counters {
		if k.n == n {
			return k
		}
	}
	return nil
}

func (m *model) ticket(r queue.Ref) *mTicket {
	for _, t := range m.line {
		if t.ref == r {
			return t
		}
	}
	return nil
}

func (m *model) place(t *mTicket, group int) {
	m.order++
	m.put(t, group, m.order)
}

func (m *model) placeLast(t *mTicket) {
	m.order++
	m.put(t, m.order, 0)
}

func (m *model) put(t *mTicket, group, then int) {
	m.line = slices.DeleteFunc(m.line, func(o *mTicket) bool { return o == t })
	t.group, t.then = group, then
	at := 0
	for at < len(m.line) && (m.line[at].group < group || m.line[at].group == group && m.line[at].then < then) {
		at++
	}
	m.line = slices.Insert(m.line, at, t)
}

func (m *model) may(k *mCounter, t *mTicket) bool {
	switch {
	case t.status != "waiting":
		return false
	case t.counter == k.n:
		return true
	case t.counter != 0 && m.counter(t.counter).open:
		return false
	}
	return slices.Contains(k.services, t.service)
}

// next calls who is next to k, nil if nobody waits who is here. Who is away and
// would have been called is skipped: one after the other, until somebody is here.
func (m *model) next(k *mCounter) *mTicket {
	var all, every []*mTicket
	for _, t := range m.line {
		if m.may(k, t) {
			if every = append(every, t); !t.away {
				all = append(all, t)
			}
		}
	}
	if len(all) == 0 {
		return nil
	}
	share := k.share("")
	switch k.rule {
	case queue.RuleStrict:
		all, every = k.byService(all), k.byService(every)
	case queue.RuleWeighted:
		total := 0
		share = nil
		for _, id := range []string{"civil", "passport", "tax"} {
			s := k.share(id)
			if !slices.ContainsFunc(all, func(t *mTicket) bool { return t.service == id }) {
				s.credit = 0
				continue
			}
			weight := 1
			for i := range k.own {
				if k.own[i] == id {
					weight = k.weights[i]
				}
			}
			s.credit += weight
			total += weight
			if share == nil || s.credit > share.credit {
				share = s
			}
		}
		share.credit -= total
		other := func(t *mTicket) bool { return t.service != share.id }
		all, every = slices.DeleteFunc(all, other), slices.DeleteFunc(every, other)
	}
	t, jumps := m.first(all, share)
	for {
		i := slices.IndexFunc(every, func(o *mTicket) bool { first, _ := m.first(every, share); return o == first })
		if !every[i].away {
			break
		}
		every[i].status, every[i].missed = "no_show", m.minute
		every = slices.Delete(every, i, i+1)
	}
	if share.jumps++; !jumps {
		share.jumps = 0
	}
	return t
}

// byService is a stable sort: those sent here, then the counter's list.
func (k *mCounter) byService(all []*mTicket) []*mTicket {
	sorted := []*mTicket{}
	for _, t := range all {
		if t.counter == k.n {
			sorted = append(sorted, t)
		}
	}
	for _, id := range k.services {
		for _, t := range all {
			if t.counter != k.n && t.service == id {
				sorted = append(sorted, t)
			}
		}
	}
	return sorted
}

// first is the first of them, unless a priority ticket behind it may pass.
func (m *model) first(all []*mTicket, share *mShare) (t *mTicket, jumps bool) {
	if i := slices.IndexFunc(all, func(t *mTicket) bool { return t.prio }); i > 0 && share.jumps < m.rules.PriorityRun {
		return all[i], true
	}
	return all[0], false
}

func (k *mCounter) share(id string) *mShare {
	for _, s := range k.shares {
		if s.id == id {
			return s
		}
	}
	k.shares = append(k.shares, &mShare{id: id})
	return k.shares[len(k.shares)-1]
}

func (m *model) leave(k *mCounter, status string) *mTicket {
	t := k.at
	k.at, t.status = nil, status
	return t
}

func (m *model) callTo(k *mCounter, t *mTicket) {
	t.status, t.counter, t.away, k.at = "called", k.n, false, t
}

// do carries the command out: the code is a refusal, or a notice when nobody
// waited; the ticket is the one concerned, nil for none.
func (m *model) do(c queue.Command) (queue.Code, *mTicket) {
	if c, ok := c.(queue.OpenDay); ok {
		_ = c
		if m.open {
			return queue.DayIsOpen, nil
		}
		m.open = true
		for _, t := range m.line {
			if t.status == "left" {
				t.status, t.counter = "waiting", 0
			}
		}
		return "", nil
	}
	if !m.open {
		return queue.DayNotOpen, nil
	}
	switch c := c.(type) {
	case queue.CloseDay:
		m.open = false
		for _, k := range m.counters {
			if k.at != nil {
				m.leave(k, "finished")
			}
			k.open, k.away = false, false
		}
		for _, t := range m.line {
			if t.status == "waiting" || t.status == "held" || t.status == "no_show" {
				t.status = "left"
			}
		}
		return "", nil
	case queue.Issue:
		return m.issue(c)
	case queue.Return:
		return m.comeBack(m.ticket(c.Ref))
	case queue.Arrive:
		return m.arrive(m.ticket(c.Ref))
	case queue.Delay:
		return m.delay(m.ticket(c.Ref), c.Pass)
	case queue.Cancel:
		return m.end(m.ticket(c.Ref), "cancelled")
	case queue.Remove:
		return m.end(m.ticket(c.Ref), "void")
	case queue.CloseIssuing:
		return m.issuing(c.Service, true)
	case queue.ReopenIssuing:
		return m.issuing(c.Service, false)
	}
	return m.desk(c)
}

func (m *model) issue(c queue.Issue) (queue.Code, *mTicket) {
	s := m.service(c.Service)
	prio, online := c.Class == queue.Priority, c.Origin == queue.Online
	switch {
	case prio && !s.priority:
		return queue.NoPriority, nil
	case online && !s.online:
		return queue.NoOnline, nil
	case s.closed:
		return queue.IssuingIsClosed, nil
	case s.next > s.last:
		return queue.BandExhausted, nil
	case s.quota > 0 && s.issued == s.quota:
		return queue.QuotaReached, nil
	case online && s.onlineQuota > 0 && s.issuedOnline == s.onlineQuota:
		return queue.OnlineQuotaDone, nil
	}
	t := &mTicket{ref: queue.Ref{Band: s.id, Number: s.next}, service: s.id, prio: prio, online: online, status: "waiting", away: online && s.arrival}
	s.next++
	s.issued++
	if online {
		s.issuedOnline++
	}
	m.placeLast(t)
	return "", t
}

func (m *model) comeBack(t *mTicket) (queue.Code, *mTicket) {
	switch {
	case t == nil:
		return queue.UnknownTicket, nil
	case t.status != "no_show":
		return queue.TicketNotMissed, nil
	case m.rules.LateWithin > 0 && m.minute-t.missed > m.rules.LateWithin:
		return queue.TooLate, nil
	}
	behind := []*mTicket{}
	for _, o := range m.line {
		if o.status == "waiting" && o.service == t.service {
			behind = append(behind, o)
		}
	}
	switch n := m.rules.LateAfter; {
	case m.rules.LatePlace == queue.LateFront:
		m.place(t, 0)
	case m.rules.LatePlace == queue.LateAfter && len(behind) >= n:
		m.place(t, behind[n-1].group)
	default:
		m.placeLast(t)
	}
	t.status, t.counter, t.away = "waiting", 0, false
	return "", t
}

func (m *model) arrive(t *mTicket) (queue.Code, *mTicket) {
	switch {
	case t == nil:
		return queue.UnknownTicket, nil
	case t.over():
		return queue.TicketEnded, nil
	case t.status == "no_show" && t.away:
		return m.comeBack(t)
	case t.status == "no_show":
		return queue.MissedCall, nil
	}
	t.away = false
	return "", t
}

func (m *model) delay(t *mTicket, pass int) (queue.Code, *mTicket) {
	left := 0
	if t != nil {
		left = m.rules.DelayMost - t.passed
	}
	switch {
	case t == nil:
		return queue.UnknownTicket, nil
	case t.over():
		return queue.TicketEnded, nil
	case t.status != "waiting":
		return queue.NotWaiting, nil
	case m.rules.DelayMost == 0:
		return queue.NoDelay, nil
	case left == 0:
		return queue.DelayUsed, nil
	}
	behind, seen := []*mTicket{}, false
	for _, o := range m.line {
		if seen && o.status == "waiting" && o.service == t.service && (o.prio == t.prio || m.rules.PriorityRun == 0) {
			behind = append(behind, o)
		}
		seen = seen || o == t
	}
	for n := min(pass, left, len(behind)); n > 0; n-- {
		last := behind[n-1]
		if n == len(behind) || behind[n].group > last.group {
			m.place(t, last.group)
			t.passed += n
			return "", t
		}
		// Between the two there may be an ordinal that nobody has.
		for then := behind[n].then - 1; then > last.then; then-- {
			if !slices.ContainsFunc(m.line, func(o *mTicket) bool { return o.group == last.group && o.then == then }) {
				m.put(t, last.group, then)
				t.passed += n
				return "", t
			}
		}
	}
	return queue.NobodyBehind, nil
}

func (t *mTicket) over() bool {
	return t.status != "waiting" && t.status != "called" && t.status != "held" && t.status != "no_show"
}

func (m *model) end(t *mTicket, status string) (queue.Code, *mTicket) {
	switch {
	case t == nil:
		return queue.UnknownTicket, nil
	case t.status == "called":
		return queue.TicketElsewhere, nil
	case t.status != "waiting" && t.status != "held" && t.status != "no_show":
		return queue.TicketEnded, nil
	}
	t.status = status
	s := m.service(t.ref.Band)
	s.issued--
	if t.online {
		s.issuedOnline--
	}
	return "", t
}

func (m *model) issuing(id string, closed bool) (queue.Code, *mTicket) {
	changed := false
	for _, s := range m.services {
		if id == "" || s.id == id {
			changed = changed || s.closed != closed
			s.closed = closed
		}
	}
	switch {
	case changed:
		return "", nil
	case closed:
		return queue.IssuingIsClosed, nil
	}
	return queue.IssuingIsOpen, nil
}
