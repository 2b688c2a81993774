// Package checkin is the code by which a person with an online ticket shows that
// they stand in the hall: it is shown there and nowhere else.
//
//	          .---- every minute ----.
//	          v                      |
//	random -> now: 4821 -----> before: 4821 -----> no longer good
//	          |                  |
//	          `-- shown on the board, beside its QR code:
//	              https://city/o/CS0001/arrive?code=4821
//
//	ticket's page --- 4821 ---> Check --> good
//	                              |-----> wrong: this many tries are left
//	                              `-----> no tries are left: staff check in
//
// The code before is good as well, for somebody who is typing when it changes. An
// office without a screen has a sticker instead, whose code is its own choice and
// stays.
//
// # Caveats
//
// Four digits are for people to type; what protects them is that a ticket has five
// tries, and that they are worth nothing after two minutes. Who sends a friend a
// photograph of the board lets them check in from afar for as long. A sticker's
// code can be passed on for good: change it now and then. Tries are counted in
// memory; a restart of the kiosk forgets them.
package checkin

import (
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"io"
	"math/big"
	"sync"
	"time"
)

const (
	period    = time.Minute
	mostTries = 5
	// mostTickets is how many tickets' tries are remembered: more than an office
	// has online in a day. Beyond it nobody new may try.
	mostTickets = 4096
	// aDay is after which a ticket's tries are forgotten: it has ended by then.
	aDay = 24 * time.Hour
)

// Options are what a Code needs.
type Options struct {
	Fixed  string               // the sticker's code; "" is one that changes
	Now    func() time.Duration // monotonic
	Random io.Reader            // nil is crypto/rand
}

// Code is the code of one office. It is safe for concurrent use.
type Code struct {
	opt Options

	mu     sync.Mutex
	now    string
	before string        // "" is none
	since  time.Duration // of now
	wrong  map[string]tries
}

// tries are those of one ticket.
type tries struct {
	wrong   int
	request string // the last one counted: a repetition of it is no new try
	at      time.Duration
}

// New is a code that begins now.
func New(opt Options) *Code {
	if opt.Random == nil {
		opt.Random = rand.Reader
	}
	c := &Code{opt: opt, since: opt.Now(), wrong: map[string]tries{}}
	c.now = c.draw()
	return c
}

// Shown is the code for the hall, and how long it is until the next one; 0 is
// that it stays.
func (c *Code) Shown() (code string, left time.Duration) {
	if c.opt.Fixed != "" {
		return c.opt.Fixed, 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	at := c.turn()
	return c.now, c.since + period - at
}

// Check judges the code that came with a request for a ticket. If it is not good,
// left is how many tries the ticket has; at 0 no code is good for it any more.
func (c *Code) Check(ticket, request, code string) (good bool, left int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := c.turn()
	t, known := c.wrong[ticket]
	if t.wrong >= mostTries || !known && !c.room(at) {
		return false, 0
	}
	if c.good(code) {
		return true, 0
	}
	if !known || t.request != request {
		t = tries{t.wrong + 1, request, at}
		c.wrong[ticket] = t
	}
	return false, mostTries - t.wrong
}

// good compares in a time that does not tell how much was right.
func (c *Code) good(code string) bool {
	if c.opt.Fixed != "" {
		return same(code, c.opt.Fixed)
	}
	return same(code, c.now) || c.before != "" && same(code, c.before)
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// turn changes the code when its time is over, and gives the present instant.
func (c *Code) turn() time.Duration {
	at := c.opt.Now()
	switch age := at - c.since; {
	case age >= 0 && age < period:
		return at
	case age >= period && age < 2*period:
		c.before, c.since = c.now, c.since+period
	default: // nobody looked for a while
		c.before, c.since = "", at
	}
	for last := c.now; c.now == last; { // people shall see that it is another
		c.now = c.draw()
	}
	return at
}

func (c *Code) draw() string {
	n, err := rand.Int(c.opt.Random, big.NewInt(10_000))
	if err != nil {
		panic("checkin: no random numbers: " + err.Error())
	}
	return fmt.Sprintf("%04d", n)
}

// room reports whether one more ticket may be remembered; it forgets the old ones
// when there is none.
func (c *Code) room(at time.Duration) bool {
	if len(c.wrong) >= mostTickets {
		for ticket, t := range c.wrong {
			if at-t.at > aDay {
				delete(c.wrong, ticket)
			}
		}
	}
	return len(c.wrong) < mostTickets
}
