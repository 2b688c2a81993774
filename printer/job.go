package printer

import (
	"slices"
	"time"
)

// Job asks for one ticket on paper.
type Job struct {
	ID     string // the caller's, comes back in the Outcome
	Ticket Ticket
	// NotAfter is how long the job may wait for a printer, from its submission;
	// 0 is no limit. A ticket that is on its way to paper is never called back.
	NotAfter time.Duration
}

// Result says what is known of a job's paper in the end.
type Result int

const (
	// Confirmed: the printer said that the ticket is printed.
	Confirmed Result = iota + 1
	// Unconfirmed: everything was sent, but this link never says what became of
	// it. It must not be shown as printed.
	Unconfirmed
	// Abandoned: older than NotAfter, or dropped by Session.Drop.
	Abandoned
)

func (r Result) String() string {
	switch r {
	case Confirmed:
		return "confirmed"
	case Unconfirmed:
		return "unconfirmed"
	case Abandoned:
		return "abandoned"
	}
	return "unknown"
}

// Outcome is reported once for every submitted job, in the order of the paper.
type Outcome struct {
	ID     string
	Result Result
	Copy   bool          // the last paper sent says 재발행
	Partly bool          // for Abandoned: some of the ticket may be on paper
	Fault  Fault         // the last fault the job met, "" for none
	Took   time.Duration // from submission
}

// State is what the session is doing, in one word.
type State int

const (
	Connecting State = iota // nothing is known yet
	Ready                   // nothing to print
	Printing                // a ticket is on its way to paper
	Stopped                 // a fault holds the tickets; see Health.Faults
	Silent                  // prints, but the link never answers
)

func (s State) String() string {
	switch s {
	case Connecting:
		return "connecting"
	case Ready:
		return "ready"
	case Printing:
		return "printing"
	case Stopped:
		return "stopped"
	case Silent:
		return "silent"
	}
	return "unknown"
}

// Health is what a panel shows of the printer.
type Health struct {
	State   State
	Faults  []Fault // what is wrong, worst first; PaperNearEnd is a warning
	Waiting int     // jobs without an outcome, the one being printed included
}

func (h Health) equal(o Health) bool {
	return h.State == o.State && h.Waiting == o.Waiting && slices.Equal(h.Faults, o.Faults)
}
