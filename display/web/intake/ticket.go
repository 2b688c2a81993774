package intake

import (
	"time"

	"sunbeon/appliance/feed"
)

// Ticket is a ticket of an office's current business day, on paper or online,
// as the facts tell it. It is a value.
type Ticket struct {
	Office       string
	Label        string // as printed and called
	Service      string // id of the service it waits for, or is served for
	Name, NameEn string // of that service; empty when the office has it no more
	Day          int64
	Priority     bool
	Online       bool
	Status       string // feed.StatusWaiting and so on
	Counter      int    // where it is, or was last; while waiting the only one that may call it, 0 is any
	// Ahead is how many wait for the service before it, counted as the office
	// counts them; 0 unless it waits. Last: nobody waits behind it.
	Ahead int
	Last  bool
	Moved bool // it was passed on, let back in or let others pass: what was told at issue does not hold
	// Away: its holder has not said that they have arrived. While it waits the next
	// key passes over it; a no-show that is Away was skipped so.
	Away bool
	// DelayLeft is how many who wait behind it may be let pass now, by the office's
	// rule.
	DelayLeft int
	// Doubt: a fact of the day could not be read or did not follow. What is said
	// may be wrong, and Ahead is not exact.
	Doubt   bool
	Issued  time.Time   // zero: the office's clock was not confirmed
	Changed time.Time   // the last change of status; zero likewise
	Told    *feed.Range // the wait told at issue, seconds; nil was none
	Rules   feed.Rules  // of the office
	// Journal and Seq are the last fact that this takes in.
	Journal string
	Seq     uint64
}

// Ticket finds a ticket by its token, in constant time and in memory alone. Of
// a token that belongs to no office's current day it reports false.
func (c *City) Ticket(token string) (Ticket, bool) {
	return c.cfg.Store.days.ticket(token)
}

// Rules are an office's, as its current day has them; false if it has said
// nothing of a day.
func (c *City) Rules(office string) (feed.Rules, bool) {
	return c.cfg.Store.days.rules(office)
}

func (s *days) rules(office string) (feed.Rules, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	d := s.byOffice[office]
	if d == nil {
		return feed.Rules{}, false
	}
	return d.setup.Rules, true
}
