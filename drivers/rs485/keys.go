package rs485

import (
	"math/bits"
	"time"
)

// keypad turns readings of inputs into presses.
//
//	contact   ──┐ ┌┐┌───────────────┐┌┐┌─────────    held: one press
//	            └─┘└┘               └┘└┘
//	readings    1  1 1 1 1 1 1 1 1 1 0 1 0 0
//	            │  └ press           │     └ up for Bounce: counts again
//	            └ read again first   └ read again soon
//
// A change counts when two readings in a row show it, so neither bounce nor an
// answer damaged beyond its CRC makes a call. A unit that forgets a press once
// it was read shows it once only: there the CRC alone vouches. One that was
// told to forget and shows the key again has it held, where its memory follows
// the contact: a key must be seen up for Bounce there, too, before it counts again.
type keypad struct {
	latch  string
	bounce time.Duration
	mask   uint64 // inputs with a key
	down   uint64 // pressed and counted
	last   uint64 // the reading before
	at     time.Time
	high   [64]time.Time // when each was seen closed
}

// absence is after what time without a reading a key that is down is not a
// press: nobody is called by a key pressed while the unit was away.
const absence = 3 * time.Second

func newKeypad(u Unit, bounce time.Duration) keypad {
	k := keypad{latch: u.Latch, bounce: bounce}
	for input := range u.Keys {
		k.mask |= 1 << input
	}
	return k
}

// read takes a reading. pressed has the inputs pressed by it. first asks for the
// next reading before anybody else's: it makes a press of what was seen, or
// shows that it was none, and either ends the hurry. again asks for it soon.
func (k *keypad) read(now uint64, at time.Time) (pressed uint64, first, again bool) {
	now &= k.mask
	before, away := k.last, at.Sub(k.at) > absence
	k.last, k.at = now, at
	if away {
		k.down = now
	}
	for left := (now | before | k.down) & k.mask; left != 0; left &= left - 1 {
		input := bits.TrailingZeros64(left)
		bit := uint64(1) << input
		up, wasUp, counted := now&bit == 0, before&bit == 0, k.down&bit != 0
		rested := at.Sub(k.high[input]) >= k.bounce
		if !up {
			k.high[input] = at
		}
		switch once := k.latch == "read"; {
		case away:
		case !up && once && wasUp && (!counted || rested),
			!up && !once && !wasUp && !counted:
			k.down |= bit
			pressed |= bit
		case !up:
			first = first || !counted
		case counted && rested && (wasUp || once):
			k.down &^= bit
		case counted:
			again = true
		}
	}
	return pressed, first, again
}
