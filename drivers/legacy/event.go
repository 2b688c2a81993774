package legacy

import "time"

// Event is something that the old machine did: Issued, Called, Waiting or
// Restarted. Service "" and Counter 0 mean that the wire does not say.
type Event interface{ event() }

// Issued is a ticket given to a citizen.
type Issued struct {
	Service string
	Number  int
	At      time.Duration // when its message ended
}

// Called is a number shown for the first time over a counter. The same number
// shown again, a refresh or a recall, is no event.
type Called struct {
	Service string
	Number  int
	Counter int
	At      time.Duration // when it was first seen, also if it was believed later
}

// Waiting is how many wait, as the old machine counts.
type Waiting struct {
	Service string
	Count   int
	At      time.Duration
}

// Restarted says that a service's numbers began again without having reached
// the end of their band. The first ticket after it follows as Issued.
type Restarted struct {
	Service string
	At      time.Duration
}

func (Issued) event()    {}
func (Called) event()    {}
func (Waiting) event()   {}
func (Restarted) event() {}

// Kind is what a message is about.
type Kind string

const (
	Issue Kind = "issued"
	Call  Kind = "called"
	Wait  Kind = "waiting"
)

// Trust is how sure a reading is to be what was sent.
type Trust int

const (
	// Bare readings have no redundancy: a damaged byte makes another number. They
	// count when they are the next in line, or seen twice.
	Bare Trust = iota + 1
	// Checked readings bear an 8-bit check or the number twice: one damaged byte is
	// noticed, two may not be. They count at once where they are plausible.
	Checked
	// Sure readings came over a CRC-16 or TCP. They count at once.
	Sure
)

// Reading is what one message says, before it is judged.
type Reading struct {
	Kind    Kind
	Service string // "" unknown
	Number  int    // 0 is a dark display
	Counter int    // 0 unknown
	Count   int
	Trust   Trust
	// Repeats: the machine sends it again and again, so that the first one after
	// the start is an old call.
	Repeats bool
	At      time.Duration
}

// Decoder turns the bytes of one wire into readings. It is a pure state machine:
// the same bytes at the same times give the same readings, however they are cut
// into slices, as long as the cuts do not move the times.
type Decoder interface {
	// Decode takes what arrived at a time; nil only tells the time. What it
	// returns is the caller's.
	Decode(b []byte, at time.Duration) []Reading
	// Reset forgets an unfinished message: the line was cut.
	Reset()
	// Heard is what was counted so far.
	Heard() Heard
}

// Heard counts what a decoder met.
type Heard struct {
	Bytes     int
	Messages  int // whole messages
	Damaged   int // messages with a wrong check or cut short
	Skipped   int // bytes that belong to no message
	Unmatched int // whole messages that no rule knows, or that contradict themselves
}
