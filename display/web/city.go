package web

import (
	"context"
	"errors"
	"time"

	"sunbeon/appliance/feed"
)

// Office is what the city has heard of one office.
type Office struct {
	ID       string         // topic part; csoSn of the national format
	Snapshot *feed.Snapshot // nil: never spoken
	Received time.Time      // when the snapshot came; zero with a nil Snapshot
	// Live is false while the snapshot is one that the broker had kept: it is
	// then as old as it says, not as old as Received.
	Live  bool
	Rules feed.Rules // as its facts have them; LatePlace is empty when not known
}

// City is what all offices have said. Its methods are called from many
// goroutines. What it returns is never changed afterwards.
type City interface {
	// Offices gives all that are known, in any order.
	Offices() []Office
	// Office gives one of them.
	Office(id string) (Office, bool)
	// Watch gives the id of an office each time it has said something new, and
	// "" when the link has changed, until ctx ends.
	Watch(ctx context.Context) <-chan string
	// Link reports whether the broker is reached, and since when that is so.
	Link() (connected bool, since time.Time)
}

// Ticket is a ticket of an office's current day, as the facts tell it.
type Ticket struct {
	Office       string
	Label        string // as printed and called
	Service      string // id of the service it waits for, or is served for
	Name, NameEn string // of that service; may be empty
	Day          int64
	Priority     bool
	Online       bool
	Status       string // feed.StatusWaiting and so on
	Counter      int    // where it is, or was last; while waiting the only one that may call it, 0 is any
	Ahead        int    // how many wait before it, as the office counts them
	Last         bool   // nobody waits behind it
	Moved        bool   // it was passed on, let back in or let others pass: what was told at issue does not hold
	Away         bool   // its holder has not arrived: it is not called before, and a no-show was skipped
	DelayLeft    int    // how many who wait behind it may be let pass now
	Doubt        bool   // the facts contradict themselves: this may be wrong
	Issued       time.Time
	Changed      time.Time   // the last change of status; both are zero when the clock was not confirmed
	Told         *feed.Range // the wait told at issue, seconds; nil was none
	Rules        feed.Rules  // of the office; LatePlace is empty when not known
	Journal      string      // of the office's record, and
	Seq          uint64      // the last of its facts that this takes in
}

// Tickets finds a ticket of a current day by its token, on paper or online. It
// answers from memory, and is called from many goroutines.
type Tickets interface {
	Ticket(token string) (Ticket, bool)
}

// Desk asks an office to act. Ask returns the office's answer, which may be a
// refusal, or an error that wraps ErrOffline or ErrTimeout. The same request
// id may be asked again: it gets the same answer. A deadline of 0 stands for the
// end of ctx, by the office's clock.
type Desk interface {
	Ask(ctx context.Context, office string, r feed.Request) (feed.Reply, error)
}

// ErrOffline: the office was not asked, because it cannot be reached.
var ErrOffline = errors.New("web: office cannot be reached; ask again when it is connected")

// ErrTimeout: the office was asked and has not answered; the same request may
// be asked again.
var ErrTimeout = errors.New("web: office did not answer in time; ask again with the same id")

// Lang is a language of the pages.
type Lang string

const (
	Ko Lang = "ko"
	En Lang = "en"
)

// Words is one text in both languages.
type Words struct {
	Ko string `json:"ko"`
	En string `json:"en"`
}

// In gives the text in one language.
func (w Words) In(l Lang) string {
	if l == En {
		return w.En
	}
	return w.Ko
}

// named pairs a Korean name with its English one, which may be missing.
func named(ko, en string) Words {
	if en == "" {
		en = ko
	}
	return Words{ko, en}
}
