package legacy

import "time"

// line is what is known of one service's numbers.
type line struct {
	s     Service
	gap   int
	known bool
	last  int // issued
	at    time.Duration
	// suspects are numbers that do not follow; one of them counts when a ticket
	// follows it.
	suspects []suspect

	callKnown bool
	called    int
}

type suspect struct {
	n  int
	at time.Duration
}

// suspectsKept is how many damaged tickets may lie between a restart and the
// ticket that proves it.
const suspectsKept = 4

func (t *Tracker) issue(r Reading) []Event {
	l, strange := t.line(r)
	if strange || l == nil || r.Number == 0 {
		// Without a service there is no order to judge by.
		t.n.Strange++
		return nil
	}
	if !l.known {
		if r.Trust >= Checked {
			return t.issued(l, r)
		}
		return t.suspect(l, r)
	}
	ahead := l.s.ahead(l.last, r.Number)
	early := l.s.ahead(l.s.Low, r.Number) <= l.gap
	quiet := r.At-l.at >= t.c.Quiet
	switch {
	case quiet && (r.Number == l.s.Low && ahead != 1 || early && ahead > l.gap && r.Trust >= Checked):
		return t.restart(l, r)
	case ahead == 0:
		t.n.Duplicates++
		l.at = r.At
		return nil
	case ahead == 1, ahead <= l.gap && r.Trust >= Checked:
		t.n.Missed += ahead - 1
		if r.Number < l.last {
			t.n.Wraps++
		}
		return t.issued(l, r)
	case r.Trust == Sure && early:
		return t.restart(l, r)
	case r.Trust == Sure:
		t.n.Resyncs++
		return t.issued(l, r)
	}
	return t.suspect(l, r)
}

// suspect keeps a number that does not follow, unless it proves an earlier one.
func (t *Tracker) suspect(l *line, r Reading) []Event {
	step := 2
	if r.Trust >= Checked {
		step = l.gap
	}
	for i, s := range l.suspects {
		ahead := l.s.ahead(s.n, r.Number)
		if ahead > step || r.At-s.at >= t.c.Quiet {
			continue
		}
		l.suspects = append(l.suspects[:i], l.suspects[i+1:]...)
		first := r
		first.Number, first.At = s.n, s.at
		var events []Event
		switch {
		case !l.known:
			events = t.issued(l, first)
		case l.s.ahead(l.last, s.n) <= l.gap:
			t.n.Missed += l.s.ahead(l.last, s.n) - 1
			if s.n < l.last {
				t.n.Wraps++
			}
			events = t.issued(l, first)
		case l.s.ahead(l.s.Low, s.n) <= l.gap:
			events = t.restart(l, first)
		default:
			t.n.Resyncs++
			events = t.issued(l, first)
		}
		if ahead == 0 {
			t.n.Duplicates++
			return events
		}
		t.n.Missed += ahead - 1
		return append(events, t.issued(l, r)...)
	}
	t.n.Held++
	l.suspects = append(l.suspects, suspect{r.Number, r.At})
	if len(l.suspects) > suspectsKept {
		l.suspects = l.suspects[1:]
		t.n.Dropped++
	}
	return nil
}

// issued believes a ticket.
func (t *Tracker) issued(l *line, r Reading) []Event {
	t.dropSuspects(l)
	l.known, l.last, l.at = true, r.Number, r.At
	t.n.Issued++
	return []Event{Issued{Service: l.s.ID, Number: r.Number, At: r.At}}
}

// restart believes that the numbers began again. What was called of numbers that
// are not yet given again is of the time before.
func (t *Tracker) restart(l *line, r Reading) []Event {
	t.n.Restarts++
	old := func(n int) bool { return l.s.has(n) && l.s.ahead(l.s.Low, n) >= l.s.ahead(l.s.Low, r.Number) }
	l.callKnown = l.callKnown && !old(l.called)
	for _, d := range t.desks {
		if old(d.number) {
			d.number = 0
		}
	}
	events := []Event{Restarted{Service: l.s.ID, At: r.At}}
	return append(events, t.issued(l, r)...)
}

func (t *Tracker) dropSuspects(l *line) {
	t.n.Dropped += len(l.suspects)
	l.suspects = nil
}
