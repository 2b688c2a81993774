package appliance

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"log/slog"
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
	Config  queue.Config
	Clock   Clock
	Record  Record
	Paper   Paper // nil: no printer
	Signs   Signs // nil: no signs
	Journal string
	Address feed.Address
	Where   *feed.Where
	Notices []string
	Log     *slog.Logger
	Random  io.Reader // of tokens; nil is crypto/rand

	// Words gives the sentences for a device's condition.
	Words func(device, condition string) (ko, en string)
	// Why names the condition that an error of Record stands for, e.g.
	// "disk_full"; nil says "failed".
	Why func(error) string
	// Viewer gets every new view, Recorded every seq on disk. Both are called
	// on the loop's goroutine and must not block.
	Viewer   func(*View)
	Recorded func(seq uint64)
	// KeepModel stores what the forecast has learned when a day opens.
	KeepModel func(day int64, model []byte) error
	// ReprintWithin is the age up to which a ticket without paper is printed
	// again after a restart.
	ReprintWithin time.Duration
}

// Loop owns the line. Make it with New, feed it with Replay, then Run it.
type Loop struct {
	opt     Options
	state   *queue.State
	viewer  viewer
	inbox   chan job
	last    atomic.Pointer[View]
	pending string // configuration that waits for the next day
	broken  string // condition of the record
	stopped chan struct{}
}

type job struct {
	ctx   context.Context
	cmd   Command
	reply chan<- answer
}

type answer struct {
	result Result
	err    error
}

// schedulePeriod is how often the schedule and a broken record are looked at
// when nothing else happens.
const schedulePeriod = time.Second

// New is a loop with an empty line.
func New(opt Options) *Loop {
	if opt.Random == nil {
		opt.Random = rand.Reader
	}
	if opt.Words == nil {
		opt.Words = func(device, condition string) (string, string) {
			text := device + ": " + condition
			return text, text
		}
	}
	if opt.Why == nil {
		opt.Why = func(error) string { return "failed" }
	}
	l := &Loop{opt: opt, state: queue.New(), inbox: make(chan job), stopped: make(chan struct{})}
	l.viewer = viewer{address: opt.Address, journal: opt.Journal, where: opt.Where, notices: opt.Notices,
		words: opt.Words, forecasts: newForecasts(&opt.Config)}
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

// View is the newest view; it is nil before Run.
func (l *Loop) View() *View { return l.last.Load() }

// Do gives a command and waits for what comes of it. It is safe for concurrent
// use.
func (l *Loop) Do(ctx context.Context, c Command) (Result, error) {
	reply := make(chan answer, 1)
	select {
	case l.inbox <- job{ctx, c, reply}:
	case <-ctx.Done():
		return Result{}, ctx.Err()
	case <-l.stopped:
		return Result{}, errors.New("appliance: the loop has stopped")
	}
	// From here on the command is carried out, whatever becomes of the caller:
	// it learns the outcome.
	a := <-reply
	return a.result, a.err
}

// Run owns the line until ctx ends. The error is a state that the record does
// not explain: the program must start again from the record.
func (l *Loop) Run(ctx context.Context) error {
	defer close(l.stopped)
	if err := l.begin(); err != nil {
		return err
	}
	schedule := time.NewTicker(schedulePeriod)
	defer schedule.Stop()
	for {
		select {
		case j := <-l.inbox:
			result, err := l.do(j.cmd)
			j.reply <- answer{result, err}
			if fatal := l.fatal(err); fatal != nil {
				return fatal
			}
		case <-schedule.C:
			_, err := l.do(Command{Command: queue.Tick{}, By: "schedule"})
			if fatal := l.fatal(err); fatal != nil {
				return fatal
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// errState is wrapped when the record and the state have parted.
var errState = errors.New("appliance: the state does not follow the record")

func (l *Loop) fatal(err error) error {
	if errors.Is(err, errState) {
		return err
	}
	return nil
}

// begin compares the configuration with the record's, lets the schedule act and
// takes up the tickets whose paper is unknown.
func (l *Loop) begin() error {
	_, err := l.step(l.opt.Clock.Now(), Command{Command: queue.Configure{Config: l.opt.Config}, By: "file"})
	var r *queue.Refusal
	switch {
	case errors.As(err, &r) && r.Code == queue.ConfigInUse:
		l.pending = r.Detail
		l.opt.Log.Warn("the changed configuration waits for the next business day", "in use", r.Detail)
	case errors.Is(err, ErrRecord):
		// shown by the view, and tried again with the schedule
	case err != nil:
		return err
	}
	now := l.opt.Clock.Now()
	for _, t := range l.state.Tickets {
		if t.Paper != queue.Pending || !t.Status.Live() {
			continue
		}
		if age, known := now.Since(t.Issued); known && age > l.opt.ReprintWithin {
			_, _ = l.do(Command{Command: queue.PaperResult{Day: l.state.Day.Number, Ref: t.Ref, Paper: queue.Failed, Reason: "restart"}, By: "restart"})
			continue
		}
		l.print(t, true)
	}
	l.show()
	for _, k := range l.state.Counters {
		l.sign(k.Number)
	}
	return nil
}

// do carries out one command: schedule, decide, record, apply, act.
func (l *Loop) do(c Command) (Result, error) {
	at := l.opt.Clock.Now()
	if len(l.state.Config.Services) == 0 { // the first start, or it could not be recorded then
		if _, err := l.step(at, Command{Command: queue.Configure{Config: l.opt.Config}, By: "file"}); err != nil {
			return Result{View: l.View()}, err
		}
	}
	if _, tick := c.Command.(queue.Tick); !tick {
		if _, err := l.step(at, Command{Command: l.tick(), By: "schedule"}); err != nil {
			return Result{View: l.View()}, err
		}
	} else {
		c.Command = l.tick()
	}
	return l.step(at, c)
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
	}
	in := queue.Input{At: at, Request: c.Request, By: c.By, Command: c.Command}
	d, err := l.state.Decide(in)
	if err != nil {
		return Result{View: l.View()}, err
	}
	if len(d.Events) > 0 || l.broken != "" {
		if err := l.record(in, d.Events); err != nil {
			return Result{View: l.View()}, err
		}
	}
	r := Result{Decision: d, View: l.View()}
	if t := l.state.Find(d.Answer.Ref); t != nil {
		r.Ticket, r.Label = *t, l.state.Label(t.Ref)
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

// record puts the events on disk, applies them and acts on them.
func (l *Loop) record(in queue.Input, events []queue.Event) error {
	if l.broken != "" {
		return l.mend(in, events)
	}
	facts := l.state.Facts(in, events)
	if len(facts) == 0 {
		return nil
	}
	if err := l.opt.Record.Append(facts); err != nil {
		l.broken = l.opt.Why(err)
		l.opt.Log.Error("the record takes no facts", "condition", l.broken, "err", err)
		l.show()
		return fmt.Errorf("%w: %w", ErrRecord, err)
	}
	return l.act(in, facts)
}

// mend tries a broken record with a fact that says so, then goes on.
func (l *Loop) mend(in queue.Input, events []queue.Event) error {
	if l.state.Day.Number == 0 && len(events) == 0 {
		return nil // nothing to try it with
	}
	was := l.broken
	note := in
	note.Request, note.By, note.Command = "", "schedule", queue.Tick{}
	if l.state.Day.Number > 0 {
		facts := l.state.Facts(note, []queue.Event{
			queue.DeviceChanged{Device: "journal", Conditions: []string{was}},
			queue.DeviceChanged{Device: "journal"},
		})
		if err := l.opt.Record.Append(facts); err != nil {
			l.broken = l.opt.Why(err)
			return fmt.Errorf("%w: %w", ErrRecord, err)
		}
		l.broken = ""
		if err := l.act(note, facts); err != nil {
			return err
		}
	}
	l.broken = ""
	l.opt.Log.Info("the record takes facts again", "condition", was)
	if err := l.record(in, events); err != nil {
		return err
	}
	l.show()
	return nil
}

// act applies recorded facts and tells the sinks, paper first.
func (l *Loop) act(in queue.Input, facts []queue.Fact) error {
	for _, f := range facts {
		if o, ok := f.Event.(queue.DayOpened); ok {
			l.newDay(o)
		}
		if err := l.state.Apply(f); err != nil {
			return fmt.Errorf("%w: %w", errState, err)
		}
		switch e := f.Event.(type) {
		case queue.Issued:
			if e.Paper {
				l.print(*l.state.Find(e.Ref), false)
			}
		case queue.ReprintAsked:
			l.print(*l.state.Find(e.Ref), true)
		}
		l.viewer.forecasts.observe(l.state, f)
	}
	for _, n := range touched(l.state, facts) {
		l.sign(n)
	}
	if l.opt.Recorded != nil {
		l.opt.Recorded(facts[len(facts)-1].Seq)
	}
	l.show()
	return nil
}

// newDay keeps what the forecast learned up to the day before, and takes the
// configuration that waited for the day.
func (l *Loop) newDay(o queue.DayOpened) {
	if l.opt.KeepModel != nil {
		if err := l.opt.KeepModel(o.Number-1, l.viewer.forecasts.model.Snapshot()); err != nil {
			l.opt.Log.Warn("what the forecast learned is not kept", "err", err)
		}
	}
	l.pending = ""
}

// touched lists the counters whose sign may have changed.
func touched(s *queue.State, facts []queue.Fact) []int {
	var out []int
	add := func(n int) {
		for _, have := range out {
			if have == n {
				return
			}
		}
		out = append(out, n)
	}
	for _, f := range facts {
		switch e := f.Event.(type) {
		case queue.Called:
			add(e.Counter)
		case queue.Held:
			add(e.Counter)
		case queue.NoShow:
			add(e.Counter)
		case queue.Finished:
			add(e.Counter)
		case queue.Transferred:
			add(e.From)
		case queue.CounterOpened:
			add(e.Counter)
		case queue.CounterClosed:
			add(e.Counter)
		case queue.DayOpened, queue.DayClosed, queue.DayReopened, queue.ConfigChanged:
			for _, k := range s.Counters {
				add(k.Number)
			}
		}
	}
	return out
}

func (l *Loop) sign(counter int) {
	if l.opt.Signs == nil {
		return
	}
	text := ""
	if k := l.state.Counter(counter); k != nil && !k.Current.IsZero() {
		text = l.state.Label(k.Current)
	}
	l.opt.Signs.Show(counter, text)
}

func (l *Loop) print(t queue.Ticket, reprint bool) {
	if l.opt.Paper == nil {
		return
	}
	service, _ := l.state.Config.Service(t.Band)
	l.opt.Paper.Print(PrintJob{Ticket: t, Office: l.state.Config.Office, Service: service, Day: l.state.Day, Copy: reprint})
}

func (l *Loop) show() {
	v := l.viewer.view(l.state, l.opt.Clock.Now(), l.pending, l.broken)
	l.last.Store(v)
	if l.opt.Viewer != nil {
		l.opt.Viewer(v)
	}
}
