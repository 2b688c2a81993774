package web

import (
	"slices"
	"time"

	"sunbeon/appliance/feed"
)

// held is a ticket as far as the city knows it, from everything it has heard.
type held struct {
	Ticket
	// Behind: the office has said more than its facts have told yet.
	Behind bool
}

// ended reports whether nothing more can happen to the ticket.
func (t Ticket) ended() bool {
	switch t.Status {
	case feed.StatusFinished, feed.StatusCancelled, feed.StatusVoid, feed.StatusLeft:
		return true
	}
	return false
}

// find is the ticket behind a token, or why there is none.
func (s *Site) find(token string) (held, code) {
	if !feed.IsToken(token) {
		return held{}, badToken
	}
	t, known := s.tickets.Ticket(token)
	a, answered := s.book.find(token, time.Now())
	switch {
	case known && answered && a.Status == feed.StatusCancelled && !t.ended():
		t.Status = feed.StatusCancelled // its fact is on the way
	case known && answered:
		t = a.onto(t)
	case !known && answered:
		t = a.ticket()
	case !known:
		return held{}, unknownTicket
	}
	o, _ := s.city.Office(t.Office)
	if snap := o.Snapshot; !known && snap != nil && snap.Day > t.Day {
		return held{}, unknownTicket // of another day
	}
	return newer(t, o.Snapshot), ""
}

// ticket is the answer in the shape of a ticket, until its fact comes.
func (a spoken) ticket() Ticket {
	return Ticket{Office: a.Office, Label: a.Label, Service: a.Issued.Service, Day: a.Day, Online: true, Status: a.Status,
		Counter: a.Counter, Ahead: a.Ahead, Issued: a.Came, Changed: a.Came, Told: a.Wait, Away: a.Away}
}

// onto adds what an answer says of a ticket's arrival, or of those it lets pass,
// until the fact of that comes.
func (a spoken) onto(t Ticket) Ticket {
	arrived := t.Away && !a.Away
	passed := a.Seq > 0 && t.Seq == a.Seq
	if (t.Status == feed.StatusWaiting || arrived && t.Status == feed.StatusNoShow) && a.Status == feed.StatusWaiting && (arrived || passed) {
		t.Moved = t.Moved || passed || t.Status != a.Status
		t.Status, t.Ahead, t.Away, t.Last = a.Status, a.Ahead, a.Away, false
	}
	return t
}

// newer adds what the office's state knows beyond the facts that have come: they
// go in order and each once, and after an interruption take a while. Of calls
// nobody must learn late.
func newer(t Ticket, s *feed.Snapshot) held {
	if s == nil || t.Journal != "" && t.Journal != s.Journal || s.Seq <= t.Seq || t.ended() || s.Day < t.Day {
		return held{Ticket: t}
	}
	if s.Day > t.Day || !s.DayOpen {
		t.Status, t.Ahead = feed.StatusLeft, 0
		return held{t, true}
	}
	i := slices.IndexFunc(s.Counters, func(k feed.Counter) bool { return k.Ticket == t.Label })
	if i >= 0 {
		t.Status, t.Counter, t.Ahead = feed.StatusCalled, s.Counters[i].Number, 0
	}
	return held{t, true}
}
