package web

import (
	"cmp"
	"slices"
	"time"

	"sunbeon/appliance/feed"
)

// Held is a ticket as far as the city knows.
type Held struct {
	Office string
	Taken  time.Time
	feed.Issued
	calls uint64 // the newest call folded in; 0 before the first snapshot
}

// Statuses of a ticket, as feed.Issued has them, and one that only the city
// needs: it was called, and is at no counter any more.
const (
	waiting   = "waiting"
	called    = "called"
	onHold    = "held"
	missed    = "no_show"
	finished  = "finished"
	cancelled = "cancelled"
	void      = "void"
	left      = "left"
	departed  = "departed"
)

// ended reports whether nothing more can happen to the ticket.
func (t Held) ended() bool {
	switch t.Status {
	case finished, cancelled, void, left:
		return true
	}
	return false
}

// follow folds a snapshot into the ticket. Who is in the line is not public, so
// the people ahead are an upper bound: those told at issue less the calls since,
// and never more than the others who wait.
func follow(t Held, s *feed.Snapshot) Held {
	if t.ended() || s.Day < t.Day {
		return t
	}
	if s.Day > t.Day || !s.DayOpen {
		t.Status, t.Ahead = left, 0
		return t
	}
	var before, mine int // calls since: of others of the service, and of this one
	for _, c := range s.Calls {
		switch {
		case c.Seq <= t.calls:
		case c.Ticket == t.Label:
			mine = cmp.Or(mine, c.Counter)
		case t.calls > 0 && c.Service == t.Service && !c.Recall:
			before++ // the first snapshot's calls may be older than the ticket
		}
	}
	t.calls = max(t.calls, s.CallSeq)
	at := slices.IndexFunc(s.Counters, func(k feed.Counter) bool { return k.Ticket == t.Label })
	switch {
	case at >= 0:
		t.Status, t.Counter, t.Ahead = called, s.Counters[at].Number, 0
	case slices.Contains(s.Held, t.Label):
		t.Status, t.Ahead = onHold, 0
	case slices.Contains(s.Missed, t.Label):
		t.Status, t.Ahead = missed, 0
	case mine > 0:
		t.Status, t.Counter, t.Ahead = departed, mine, 0
	case t.Status == called:
		t.Status = departed
	case t.Status == missed:
		t.Status, t.Ahead = waiting, others(s, t.Service)
	case t.Status == waiting:
		t.Ahead = max(0, min(t.Ahead-before, others(s, t.Service)))
	}
	return t
}

// others is how many wait for the service beside the ticket itself.
func others(s *feed.Snapshot, service string) int {
	i := slices.IndexFunc(s.Services, func(v feed.Service) bool { return v.ID == service })
	if i < 0 {
		return 0
	}
	return max(0, s.Services[i].Waiting-1)
}
