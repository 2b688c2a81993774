package contact

import "time"

// Timing is how a contact is read.
type Timing struct {
	// Bounce is how long the contact must be open in one go before it can be
	// pressed again. 50 ms if 0: longer than any bounce, shorter than a person
	// needs between two presses.
	Bounce time.Duration
	// Stuck is how long a contact is closed before it is reported. 30 s if 0.
	Stuck time.Duration
}

func (t Timing) withDefaults() Timing {
	if t.Bounce <= 0 {
		t.Bounce = 50 * time.Millisecond
	}
	if t.Stuck <= 0 {
		t.Stuck = 30 * time.Second
	}
	return t
}

// Contact is what is known of a contact. The zero value has seen nothing. It is
// a plain value: Step is a pure function of it, a level and a time.
type Contact struct {
	seen   bool
	last   time.Duration // of the newest reading
	down   bool          // closed, or not yet open for long enough
	downAt time.Duration
	open   bool // while down: the newest readings were open
	openAt time.Duration
	stuck  bool
}

// Step takes a reading and says whether it begins a press. at is monotonic; a
// reading older than the last one counts as of the same instant.
//
// A contact is open again once two readings Timing.Bounce apart found it open,
// and none between found it closed: after a single open reading, however old,
// nobody knows what was missed.
func (c Contact) Step(t Timing, closed bool, at time.Duration) (Contact, bool) {
	t = t.withDefaults()
	at = max(at, c.last)
	first := !c.seen
	c.seen, c.last = true, at
	switch {
	case first:
		c.down, c.downAt = closed, at
	case closed && !c.down:
		c.down, c.downAt = true, at
		return c, true
	case closed:
		c.open = false
		c.stuck = at-c.downAt >= t.Stuck
	case c.down && !c.open:
		c.open, c.openAt = true, at
	case c.down && at-c.openAt >= t.Bounce:
		c.down, c.open, c.stuck = false, false, false
	}
	return c, false
}

// Stuck reports whether the contact has been closed for too long.
func (c Contact) Stuck() bool { return c.stuck }

// Look is how soon after a reading the next one is due if no edge comes before:
// soon while the contact seems to open, for then a lost edge could end a press
// that goes on.
func (c Contact) Look() time.Duration {
	if c.down && c.open {
		return polled
	}
	return reread
}
