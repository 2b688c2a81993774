package appliance

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/queue"
)

// ErrRecord is wrapped when the record takes no facts: nothing has happened.
var ErrRecord = errors.New("appliance: the record cannot be written; nothing has happened")

// Options are what a loop needs. Record, Clock and Config must be there.
type Options struct {
	Config queue.Config
	Clock  Clock
	Record Record
	Paper  Paper // nil: no printer
	Signs  Signs // nil: no signs
	// Devices are the names, beside the printer's, under which ReportDevice will
	// come; what the record says of others is over.
	Devices []string
	Journal string
	Address feed.Address
	Where   *feed.Where
	Notices []string
	Log     *slog.Logger
	Random  io.Reader // of tokens; nil is crypto/rand

	// Words gives the sentences for a device's condition: what staff must do,
	// and what citizens should know, which is empty when they need not.
	Words func(device, condition string) Words
	// Why names the condition that an error of Record stands for, e.g.
	// "disk_full"; nil says "failed".
	Why func(error) string
	// Viewer gets every new view, Recorded every seq on disk. Both are called
	// on the loop's goroutine and must not block: a Hub's Publish leaves the view
	// and returns, whatever its readers do.
	Viewer   func(*View)
	Recorded func(seq uint64)
	// KeepModel stores what the forecast has learned when a day opens.
	KeepModel func(day int64, model []byte) error
	// ReprintWithin is the age up to which a ticket without paper is printed
	// again after a restart.
	ReprintWithin time.Duration
	// TicketPage is the address of a ticket's page, without its token; "" is
	// none. With it the hall's board offers a QR code in place of paper.
	TicketPage string
}

// Loop owns the line. Make it with New, feed it with Replay, then Run it.
type Loop struct {
	opt     Options
	state   *queue.State
	viewer  viewer
	inbox   chan job
	last    atomic.Pointer[View]
	stopped chan struct{}

	configured bool                 // the record has the file's configuration, or its day keeps it waiting
	pending    string               // what of today's work keeps it waiting
	broken     string               // condition of the record
	owed       []queue.Command      // what the loop itself has to carry out, in order
	early      []queue.ReportDevice // said before the first business day
}

type job struct {
	cmd   Command
	reply chan<- answer
}

type answer struct {
	result Result
	err    error
}

// ErrState is wrapped when the state and the record have parted: the program
// must start again from the record. A Record may return it, too.
var ErrState = errors.New("appliance: the state does not follow the record; restart the kiosk")

// ErrStopped answers who comes when Run has ended.
var ErrStopped = errors.New("appliance: the loop has stopped")

const (
	// schedulePeriod is how often the schedule and a broken record are looked at
	// when nothing else happens.
	schedulePeriod = time.Second
	// viewPeriod is how old a view may become: waiting times change while nothing
	// happens.
	viewPeriod = 30 * time.Second
)

// New is a loop with an empty line.
func New(opt Options) *Loop {
	if opt.Random == nil {
		opt.Random = rand.Reader
	}
	if opt.Words == nil {
		opt.Words = func(device, condition string) Words {
			text := device + ": " + condition
			return Words{StaffKo: text, StaffEn: text, PublicKo: text, PublicEn: text}
		}
	}
	if opt.Why == nil {
		opt.Why = func(error) string { return "failed" }
	}
	l := &Loop{opt: opt, state: queue.New(), inbox: make(chan job), stopped: make(chan struct{})}
	l.viewer = viewer{address: opt.Address, journal: opt.Journal, where: opt.Where, notices: opt.Notices,
		words: opt.Words, forecasts: newForecasts(&opt.Config),
		page: opt.TicketPage, printsWithin: opt.ReprintWithin}
	return l
}

// RestoreModel takes what KeepModel stored. Call it before Replay.
func (l *Loop) RestoreModel(b []byte) error { return l.viewer.forecasts.model.Restore(b) }

// Replay takes a fact of the record. Call it with the day's facts, in order,
// before Run.
func (l *Loop) Replay(f queue.Fact) error {
	if err := l.state.Apply(f); err != nil {
		return err
	}
	l.viewer.forecasts.observe(l.state, f)
	return nil
}

// Interrupted reports whether the record ended with a ticket on its way to paper.
// Ask it between Replay and Run.
func (l *Loop) Interrupted() bool {
	return slices.ContainsFunc(l.state.Tickets, func(t queue.Ticket) bool { return t.Paper == queue.Pending })
}

// View is the newest view; it is nil before Run.
func (l *Loop) View() *View { return l.last.Load() }

// Do gives a command and waits for what comes of it. It is safe for concurrent
// use, except from a sink: the loop's goroutine would wait for itself.
//
// A command that the loop has taken is carried out whatever becomes of the
// caller, and Do then waits for the record, not for ctx: its answer is never
// lost. The error is a *queue.Refusal, or wraps ErrRecord, ErrStopped, ErrState,
// or ctx's error when the loop has not taken the command.
func (l *Loop) Do(ctx context.Context, c Command) (Result, error) {
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	reply := make(chan answer, 1)
	select {
	case l.inbox <- job{c, reply}:
	case <-ctx.Done():
		return Result{}, ctx.Err()
	case <-l.stopped:
		return Result{}, ErrStopped
	}
	a := <-reply
	return a.result, a.err
}

// Run owns the line until ctx ends. The error is a configuration that cannot be
// used, or wraps ErrState.
func (l *Loop) Run(ctx context.Context) error {
	defer close(l.stopped)
	if err := l.begin(); err != nil {
		return err
	}
	schedule := time.NewTicker(schedulePeriod)
	defer schedule.Stop()
	for {
		var err error
		select {
		case j := <-l.inbox:
			var result Result
			result, err = l.do(j.cmd)
			j.reply <- answer{result, err}
		case <-schedule.C:
			err = l.look()
		case <-ctx.Done():
			return nil
		}
		if errors.Is(err, ErrState) {
			return err
		}
		if err := l.settle(); err != nil {
			return err
		}
	}
}

// begin compares the configuration with the record's, and takes up the tickets
// whose paper is unknown: young ones that can still be served are printed again,
// and so are those whose age nobody knows, because the clock was lost with the
// power; the others are known to be without paper.
func (l *Loop) begin() error {
	now := l.opt.Clock.Now()
	if err := l.configure(now); err != nil && !errors.Is(err, ErrRecord) {
		return err
	}
	for _, t := range l.state.Tickets {
		if t.Paper != queue.Pending {
			continue
		}
		age, known := now.Since(t.Issued)
		reason := "restart"
		switch {
		case l.opt.Paper == nil: // there was a printer when the ticket was given
			reason = "no_printer"
		case t.Status.Live() && (!known || age <= l.opt.ReprintWithin):
			l.print(t, true, age)
			continue
		}
		l.owe(queue.PaperResult{Day: l.state.Day.Number, Ref: t.Ref, Paper: queue.Failed, Reason: reason})
	}
	for _, device := range slices.Sorted(maps.Keys(l.state.Devices)) {
		if !(device == "printer" && l.opt.Paper != nil || slices.Contains(l.opt.Devices, device)) {
			l.owe(queue.ReportDevice{Device: device}) // what was wrong with one that is gone
		}
	}
	if l.state.Config.Observed { // what the old machine said meanwhile nobody heard
		l.owe(queue.Observe{What: queue.HeardNothing})
	}
	if err := l.settle(); err != nil {
		return err
	}
	for _, k := range l.state.Counters {
		l.sign(k.Number)
	}
	l.show()
	return nil
}

// configure brings the file's configuration.
func (l *Loop) configure(at queue.Stamp) error {
	_, err := l.step(at, Command{Command: queue.Configure{Config: l.opt.Config}, By: "file"})
	var r *queue.Refusal
	if errors.As(err, &r) && r.Code == queue.ConfigInUse {
		l.pending, err = r.Detail, nil
		l.opt.Log.Warn("the changed configuration waits for the next business day", "in use", r.Detail)
	}
	l.configured = err == nil
	return err
}

// look lets the schedule act, and shows what has changed with time alone.
func (l *Loop) look() error {
	_, err := l.do(Command{Command: queue.Tick{}, By: "schedule"})
	now, shown := l.opt.Clock.Now(), l.View().At
	if age, known := now.Since(shown); !known || age >= viewPeriod || now.Trusted != shown.Trusted {
		l.show()
	}
	return err
}

// do carries out one command: schedule, decide, record, apply, act.
func (l *Loop) do(c Command) (Result, error) {
	at := l.opt.Clock.Now()
	err := l.prepare(at)
	if _, repeated := l.state.Requests[c.Request]; err != nil && (!repeated || !errors.Is(err, ErrRecord)) {
		return Result{View: l.View()}, err
	}
	if _, tick := c.Command.(queue.Tick); tick {
		return Result{View: l.View()}, nil
	}
	return l.step(at, c)
}

// prepare does what comes before every command: the configuration, if the
// record did not take it yet, and the schedule.
func (l *Loop) prepare(at queue.Stamp) error {
	if !l.configured {
		if err := l.configure(at); err != nil {
			return err
		}
	}
	_, err := l.step(at, Command{Command: l.tick(), By: "schedule"})
	return err
}

func (l *Loop) tick() queue.Tick {
	if l.pending == "" {
		return queue.Tick{}
	}
	return queue.Tick{Next: &l.opt.Config}
}

func (l *Loop) step(at queue.Stamp, c Command) (Result, error) {
	switch cmd := c.Command.(type) {
	case queue.Issue:
		c.Command = l.complete(cmd, at)
	case queue.OpenDay:
		cmd.Next = &l.opt.Config
		c.Command = cmd
	case queue.ReportDevice:
		if l.state.Day.Number == 0 { // no day to note it in
			l.early = slices.DeleteFunc(l.early, func(d queue.ReportDevice) bool { return d.Device == cmd.Device })
			l.early = append(l.early, cmd)
		}
	}
	in := queue.Input{At: at, Request: c.Request, By: c.By, Command: c.Command}
	d, err := l.state.Decide(in)
	if err != nil {
		return Result{View: l.View()}, err
	}
	if len(d.Events) > 0 || l.broken != "" && !d.Repeated {
		if err := l.record(in, d.Events); err != nil {
			return Result{View: l.View()}, err
		}
	}
	r := Result{Decision: d, View: l.View()}
	if t := l.state.Find(d.Answer.Ref); t != nil {
		r.Ticket, r.Label, r.Ahead = *t, l.state.Label(t.Ref), l.state.AheadOf(t.Ref)
	}
	return r, nil
}

// complete gives an issue what the core cannot make itself.
func (l *Loop) complete(c queue.Issue, at queue.Stamp) queue.Issue {
	c.NoPaper = c.NoPaper || l.opt.Paper == nil
	if c.Token == "" {
		c.Token = l.token()
	}
	if l.state.Service(c.Service) != nil {
		c.Forecast = l.viewer.forecasts.predict(l.state, c.Service, c.Class, at)
	}
	return c
}

// token is the address of a ticket's page: 80 random bits, 16 characters that
// are easy in a URL and in a QR code.
func (l *Loop) token() string {
	var b [10]byte
	if _, err := io.ReadFull(l.opt.Random, b[:]); err != nil {
		panic("appliance: no random numbers: " + err.Error())
	}
	return strings.ToLower(base32.StdEncoding.EncodeToString(b[:]))
}
