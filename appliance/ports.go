package appliance

import (
	"context"
	"time"

	"sunbeon/appliance/queue"
)

// Clock gives the instant of a command. Only main and the bench make one.
type Clock interface {
	Now() queue.Stamp
}

// Record keeps facts. Append returns when they are on disk, all or none of
// them; an error means that none is. The loop calls it from one goroutine.
type Record interface {
	Append([]queue.Fact) error
}

// Paper prints tickets in the order given. Print must not block; how the paper
// ended comes back to the loop as a queue.PaperResult.
type Paper interface {
	Print(PrintJob)
}

// PrintJob is one ticket to be put on paper.
type PrintJob struct {
	Ticket queue.Ticket
	Office queue.Office
	// Service is the one that gave the number.
	Service queue.Service
	Day     queue.Day
	Copy    bool // marked 재발행
	// Waited is how long the ticket has waited for its paper before this job, in
	// another run of the kiosk; it counts against the office's limit.
	Waited time.Duration
}

// Signs shows numbers over counters. Show is called on the loop's goroutine and
// must not block. Who waits for a wire keeps the newest value of each counter,
// and writes it again when a sign comes back.
type Signs interface {
	Show(counter int, text string) // "" is dark
}

// Handler takes commands: what a button, a call unit or a page holds of the
// loop. The error is a *queue.Refusal, wraps ErrRecord, or is the context's.
type Handler interface {
	Do(ctx context.Context, in Command) (Result, error)
}

// Command is a command and where it comes from.
type Command struct {
	queue.Command
	Request string // makes a repetition harmless; "" for none
	By      string // "button:civil", "counter:3", "manager", "online"
}

// Result is what came of a command.
type Result struct {
	queue.Decision
	// Label is the number of the ticket concerned as people read it, "" if none.
	Label string
	// Ticket is its state after the command, zero if none is concerned; Ahead is how
	// many are ahead of it, if it waits.
	Ticket queue.Ticket
	Ahead  int
	// View shows the line after the command.
	View *View
}
