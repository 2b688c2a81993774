package keypad

import (
	"fmt"
	"slices"
	"time"
)

// Key is what a key does.
type Key string

const (
	Next     Key = "next"
	Recall   Key = "recall"
	Hold     Key = "hold"
	NoShow   Key = "no_show"
	Pause    Key = "pause"
	Finish   Key = "finish"
	Pick     Key = "pick"     // takes digits: the number to call
	Transfer Key = "transfer" // takes digits: where to
	Clear    Key = "clear"    // empties the digits
)

// Check says whether a key is one of the above or a digit.
func (k Key) Check() error {
	if k.digit() >= 0 || slices.Contains([]Key{Next, Recall, Hold, NoShow, Pause, Finish, Pick, Transfer, Clear}, k) {
		return nil
	}
	return fmt.Errorf("keypad: key %q; 0 to 9, next, recall, hold, no_show, pause, finish, pick, transfer or clear", string(k))
}

// digit is the value of a digit key, -1 for others.
func (k Key) digit() int {
	if len(k) == 1 && k[0] >= '0' && k[0] <= '9' {
		return int(k[0] - '0')
	}
	return -1
}

// Command is what the clerk asked for.
type Command struct {
	Key    Key
	Number int // of Pick and Transfer
	// Rejected: the digits did not fit; nothing is to be done but to show it.
	Rejected bool
	At       time.Duration // of the press that completed it
}

// Rules of entering digits.
type Rules struct {
	Timeout time.Duration // since the last digit, 5 s if 0
	Digits  int           // at most, 4 if 0
	Chatter time.Duration // of one key, 40 ms if 0
}

func (r Rules) withDefaults() Rules {
	if r.Timeout <= 0 {
		r.Timeout = 5 * time.Second
	}
	if r.Digits <= 0 {
		r.Digits = 4
	}
	if r.Chatter <= 0 {
		r.Chatter = 40 * time.Millisecond
	}
	return r
}

// Entry is the keys pressed so far. The zero value is empty. It is a plain
// value: Step is a pure function of it, a key and a time.
type Entry struct {
	typed   int // value of the digits
	digits  int // how many
	typedAt time.Duration

	last   Key
	lastAt time.Duration
}

// Step takes the press of a key and gives at most one command. at is monotonic.
func (e Entry) Step(r Rules, k Key, at time.Duration) (Entry, *Command) {
	r = r.withDefaults()
	at = max(at, e.lastAt)
	chatter := e.last == k && at-e.lastAt < r.Chatter
	e.last, e.lastAt = k, at
	if chatter {
		return e, nil
	}
	if e.digits > 0 && at-e.typedAt >= r.Timeout {
		e = e.Forget()
	}
	reject := func() (Entry, *Command) { return e.Forget(), &Command{Key: k, Rejected: true, At: at} }
	if d := k.digit(); d >= 0 {
		if e.digits == r.Digits {
			return reject()
		}
		e.typed, e.digits, e.typedAt = e.typed*10+d, e.digits+1, at
		return e, nil
	}
	switch k {
	case Clear:
		return e.Forget(), nil
	case Pick, Transfer:
		if e.digits == 0 {
			return reject()
		}
		return e.Forget(), &Command{Key: k, Number: e.typed, At: at}
	}
	if e.digits > 0 {
		return reject()
	}
	return e, &Command{Key: k, At: at}
}

// Forget drops the digits typed so far.
func (e Entry) Forget() Entry {
	e.typed, e.digits, e.typedAt = 0, 0, 0
	return e
}
