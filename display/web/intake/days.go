package intake

import (
	"sync"

	"sunbeon/appliance/feed"
)

// Bounds of what offices can make the city remember. All of Korea's 3,800 offices
// give some 760,000 tickets a day, at 200 each; a ticket takes about 300 bytes.
const (
	officeTickets = 20_000    // of one office's day
	cityTickets   = 1_000_000 // of all together
)

// days are the offices' current business days. One goroutine writes, with note;
// anybody reads.
type days struct {
	mu       sync.RWMutex
	byOffice map[string]*day
	byToken  map[string]*entry
	tickets  int
}

func newDays() *days {
	return &days{byOffice: make(map[string]*day), byToken: make(map[string]*entry)}
}

// note takes one stored fact in. The facts of a record come in order; the record
// that opened a day last is the one that is followed.
func (s *days) note(office, journal string, h feed.FactHead) {
	body, err := feed.DecodeBody(h.Kind, h.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.byOffice[office]
	if h.Kind == (feed.FactDayOpened{}).Kind() {
		if d == nil && len(s.byOffice) >= maxOffices {
			return
		}
		s.forget(d)
		d = newDay(office, journal, h.Day)
		s.byOffice[office] = d
	}
	if d == nil || d.journal != journal {
		return
	}
	d.seq = h.Seq
	switch {
	case err != nil:
		d.doubt = true
	case body != nil:
		if !s.apply(d, h, body) {
			d.doubt = true
		}
	}
}

// forget drops the tickets of a day that is over.
func (s *days) forget(d *day) {
	if d == nil {
		return
	}
	for _, e := range d.tickets {
		if e.token != "" {
			delete(s.byToken, e.token)
		}
	}
	s.tickets -= len(d.tickets)
}

// apply reports false for a fact that does not follow.
func (s *days) apply(d *day, h feed.FactHead, body feed.Body) bool {
	if h.Day != d.number {
		return false
	}
	e, ok := body.(feed.FactIssued)
	if !ok {
		return d.apply(stamp(h.At), body)
	}
	if len(d.tickets) >= officeTickets || s.tickets >= cityTickets {
		return false
	}
	t := d.issue(stamp(h.At), e)
	if t == nil {
		return false
	}
	s.tickets++
	// Whoever had the token first keeps it: no office takes another's page.
	if _, taken := s.byToken[e.Token]; e.Token != "" && !taken {
		t.token = e.Token
		s.byToken[e.Token] = t
	}
	return true
}

// reached says that everything up to seq has been noted.
func (s *days) reached(office string, seq uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d := s.byOffice[office]; d != nil {
		d.seq = seq
	}
}

func (s *days) ticket(token string) (Ticket, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	e := s.byToken[token]
	if e == nil {
		return Ticket{}, false
	}
	return e.day.shown(e), true
}

// Bounds within which a wall clock is believed, Unix ms: 2000 to 2200.
const (
	earliest = 946_684_800_000
	latest   = 7_258_118_400_000
)

// stamp is a fact's confirmed time, Unix ms; 0 is not known.
func stamp(at feed.FactTime) int64 {
	if !at.Trusted || at.Wall < earliest || at.Wall > latest {
		return 0
	}
	return at.Wall
}
