package printer

import (
	"context"
	"log/slog"
	"time"

	"sunbeon/display/typeface"
)

// SessionConfig is what a session needs. Dial and Profile are required; zero
// values elsewhere mean the defaults named.
type SessionConfig struct {
	// Dial opens the port. It is called again, with back-off, whenever the
	// transport dies, always from Run's goroutine.
	Dial    func(context.Context) (Transport, error)
	Profile Profile
	// Serial says that Dial opens an RS-232 line: pictures then go line by line,
	// whatever the model can take at once; see Profile.OverSerial.
	Serial bool
	// Interrupted says that the last run ended with a ticket on its way, so that
	// half of it may lie under the head: the first ticket of this run, whatever
	// it is, is cut off from it. Without it only a first copy is, since the blank
	// piece that this costs at every start is paper for nothing.
	Interrupted bool
	Faces       *typeface.Set // nil: what the ROM lacks prints as □

	// Report gets one outcome a job. OnHealth gets the health when it changes.
	// Both are called from Run's goroutine, which owns the port: they must not
	// block, and must not call Submit's callers back.
	Report   func(Outcome)
	OnHealth func(Health)
	Log      *slog.Logger

	Limit int // jobs without an outcome; 64

	AnswerTimeout  time.Duration // for a status request: 2 s
	ConfirmTimeout time.Duration // from the last byte until the printer says printed: 15 s
	WriteTimeout   time.Duration // for 1 kB: 5 s
	IdlePoll       time.Duration // between looks at an idle printer: 10 s
	FaultPoll      time.Duration // between looks at a stopped or a printing one: 1 s
	BackoffMin     time.Duration // after the link died: 250 ms, doubling
	BackoffMax     time.Duration // up to 5 s: one printer, one host, no herd
}

func (c *SessionConfig) setDefaults() {
	def := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	def(&c.AnswerTimeout, 2*time.Second)
	def(&c.ConfirmTimeout, 15*time.Second)
	def(&c.WriteTimeout, 5*time.Second)
	def(&c.IdlePoll, 10*time.Second)
	def(&c.FaultPoll, time.Second)
	def(&c.BackoffMin, 250*time.Millisecond)
	def(&c.BackoffMax, 5*time.Second)
	if c.Limit <= 0 {
		c.Limit = 64
	}
	if c.Report == nil {
		c.Report = func(Outcome) {}
	}
	if c.OnHealth == nil {
		c.OnHealth = func(Health) {}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
}
