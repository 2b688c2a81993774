package callunit

import (
	"slices"
	"time"
)

// The keys of a call unit. A five-key unit has next, recall, hold, no_show and
// pause; a twelve-key unit digits, pick and transfer besides.
const (
	Next     = "next"
	Recall   = "recall"
	Hold     = "hold"
	NoShow   = "no_show"
	Pause    = "pause"
	Finish   = "finish"
	Pick     = "pick"
	Transfer = "transfer"
)

// Known reports whether key names a key: one of the constants, or "0" to "9".
func Known(key string) bool {
	return isDigit(key) || slices.Contains([]string{Next, Recall, Hold, NoShow, Pause, Finish, Pick, Transfer}, key)
}

func isDigit(key string) bool { return len(key) == 1 && key[0] >= '0' && key[0] <= '9' }

// Digits are what was typed before pick or transfer. The zero value is empty.
type Digits struct {
	typed string
	last  time.Duration
}

const (
	// Typing pauses for as long at most; then it begins anew. Half a number from
	// an hour ago must not become part of one.
	typingPause = 10 * time.Second
	// maxDigits is the longest number of a ticket.
	maxDigits = 6
)

// Command is a key with the number typed before it.
type Command struct {
	Key    string
	Number string // typed digits as typed, "" for none; only with pick and transfer
}

// Press takes a key at a monotonic time. It gives the digits as they are then,
// and a command where the key makes one: digits never do; pick and transfer take
// the number and need one; every other key drops what was typed. One digit too
// many empties the number, so that the unit's own display and ours cannot differ
// by a digit.
func (d Digits) Press(key string, at time.Duration) (Digits, Command, bool) {
	if at-d.last > typingPause {
		d.typed = ""
	}
	switch {
	case isDigit(key):
		d.last = at
		d.typed += key
		if len(d.typed) > maxDigits {
			d.typed = ""
		}
		return d, Command{}, false
	case key == Pick || key == Transfer:
		return Digits{}, Command{key, d.typed}, d.typed != ""
	}
	return Digits{}, Command{Key: key}, Known(key)
}

// Typed is the number so far, for a display that echoes it.
func (d Digits) Typed() string { return d.typed }
