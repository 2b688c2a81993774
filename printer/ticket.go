package printer

import (
	"errors"
	"time"
)

// Ticket is what a 순번대기표 says, already worded by the caller: no field is
// looked up or translated here. An empty text is left off the paper.
type Ticket struct {
	Office    string // name of the office, first on the paper
	Service   string // what the citizen comes for, Korean
	ServiceEn string // the same in English, printed under it
	Number    string // with its prefix, "117" or "A117"; required
	Class     string // "" for ordinary, else as printed: "우선배려"

	Ahead    int // people ahead; below 0 is unknown and left off
	WaitLow  int // expected wait in minutes, from
	WaitHigh int // to; both 0 is unknown and left off

	IssuedAt     time.Time // printed in its own location; the zero time is left off
	ClockTrusted bool      // false prints 시계 미확인 beside the time
	BusinessDay  string    // "2026-11-23" or "업무일 17"

	URL     string // in the QR; "" for none, at most MaxURL bytes once escaped
	Message string // of the office, may have line breaks
	Copy    bool   // prints the mark 재발행
}

// ErrNoNumber refuses a ticket without a number: such paper would send a
// citizen to wait for nothing.
var ErrNoNumber = errors.New("printer: ticket without a number; give Ticket.Number")
