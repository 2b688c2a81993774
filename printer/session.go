package printer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// ErrFull refuses a job because SessionConfig.Limit jobs wait already: the
// printer has been stopped for long, and a number on the board serves better.
var ErrFull = errors.New("printer: too many tickets wait for paper; see to the printer")

// Session brings tickets to paper, one after the other, and says what became
// of each. Run owns the port; Submit and Drop may be called from anywhere.
type Session struct {
	cfg  SessionConfig
	wake chan struct{} // one token: the queue has changed

	mu    sync.Mutex
	queue []*entry // in order; the head stays until its outcome is known

	// Owned by Run.
	enc       *Encoder
	link      *link  // nil while there is none
	current   *entry // whose bytes are on their way
	health    Health
	published bool
	timer     *time.Timer
	serial    int       // of process ids
	lost      Fault     // why there is no link, until a printer is found again
	ragged    bool      // half a ticket may lie under the head, not cut off
	half      bool      // the last ticket sent may not be out to its cut
	begun     bool      // a ticket has been sent in this run
	answered  bool      // a printer has answered for certain, on whatever link
	looked    bool      // DLE EOT, that is
	fenced    bool      // a fence or a process id
	idKnown   bool      // a process id
	automatic bool      // automatic status, when it was switched on
	stop      Fault     // the last fault that stopped tickets
	stopAt    time.Time // when it was last seen
}

// entry is a job on its way.
type entry struct {
	job     Job
	since   time.Time
	dropped bool // under Session.mu
	touched bool // bytes of it may be on paper
	copied  bool // the last paper sent says 재발행
	unheard int  // papers sent whole whose proof did not come, for no fault that can be believed
}

// mostUnheard bounds the copies of a ticket whose proof never comes, from a
// printer that is well each time it is asked before: its buffer overflows, or
// noise covers its answers. Then the number is better called by other means.
const mostUnheard = 4

// NewSession makes a session; nothing happens before Run.
func NewSession(cfg SessionConfig) *Session {
	cfg.setDefaults()
	if cfg.Serial {
		cfg.Profile = cfg.Profile.OverSerial()
	}
	return &Session{cfg: cfg, wake: make(chan struct{}, 1), ragged: cfg.Interrupted}
}

// Submit puts a job at the end of the line. It never blocks. Errors: ErrFull,
// and ErrNoNumber for a ticket without a number.
func (s *Session) Submit(j Job) error {
	if strings.TrimSpace(j.Ticket.Number) == "" {
		return fmt.Errorf("%w (job %q)", ErrNoNumber, j.ID)
	}
	s.mu.Lock()
	full := len(s.queue) >= s.cfg.Limit
	if !full {
		s.queue = append(s.queue, &entry{job: j, since: time.Now()})
	}
	s.mu.Unlock()
	if full {
		return fmt.Errorf("%w (job %q, limit %d)", ErrFull, j.ID, s.cfg.Limit)
	}
	s.poke()
	return nil
}

// Drop abandons the waiting jobs with this ID, for a ticket that is called or
// void by now. One that is on its way to paper is finished if it can be, but
// not begun again.
func (s *Session) Drop(id string) {
	s.mu.Lock()
	for _, e := range s.queue {
		if e.job.ID == id {
			e.dropped = true
		}
	}
	s.mu.Unlock()
	s.poke()
}

func (s *Session) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Run drives the printer until ctx ends, and returns its error then, or before
// only for a configuration that cannot work. Jobs without an outcome stay so:
// whoever keeps the record prints them again after a start. When Run returns,
// the port is closed and no goroutine is left. It may be called once.
func (s *Session) Run(ctx context.Context) error {
	if s.cfg.Dial == nil {
		return errors.New("printer: session without SessionConfig.Dial; give it one")
	}
	var err error
	if s.enc, err = NewEncoder(s.cfg.Profile, s.cfg.Faces); err != nil {
		return err
	}
	if s.cfg.Faces == nil {
		s.cfg.Log.Warn("printer: no typeface: what the printer's ROM lacks prints as □; apt-get install fonts-nanum")
	}
	s.timer = time.NewTimer(time.Hour)
	defer s.timer.Stop()
	pause := s.cfg.BackoffMin
	s.publish()
	for {
		synced, err := s.connect(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if synced {
			pause = s.cfg.BackoffMin
		}
		s.lose(err)
		if _, err := s.await(ctx, pause, never); err != nil {
			return err
		}
		pause = min(2*pause, s.cfg.BackoffMax)
	}
}

// connect opens the port and serves it until it dies; synced says whether the
// printer was ever ready on it.
func (s *Session) connect(ctx context.Context) (synced bool, err error) {
	tr, err := s.cfg.Dial(ctx)
	if err != nil {
		return false, err
	}
	l := newLink(s, tr)
	s.link = l
	// A blocked write ends with the port; so does the reader.
	closed := make(chan struct{})
	stop := context.AfterFunc(ctx, func() { tr.Close(); close(closed) })
	defer func() {
		if !stop() {
			<-closed
		}
		tr.Close()
		<-l.in.done
	}()
	err = s.serve(ctx, l)
	return l.wasSynced, err
}

// lose notes why there is no link. A printer that stopped reading because of
// a fault we know of keeps that fault.
func (s *Session) lose(err error) {
	was := s.lost
	s.lost = Unplugged
	if errors.Is(err, errNoAnswer) || errors.Is(err, os.ErrDeadlineExceeded) {
		s.lost = NoAnswer
		if s.link != nil && s.link.stops() {
			s.lost = s.link.status.faults()[0]
		}
	}
	s.ragged, s.half = s.ragged || s.half, false
	s.link, s.current = nil, nil
	if s.lost != was {
		s.cfg.Log.Warn("printer: link lost", "fault", string(s.lost), "err", err)
	}
}

// serve is the life of one link: hello, then tickets, waiting out every fault.
func (s *Session) serve(ctx context.Context, l *link) error {
	for {
		var err error
		switch {
		case l.stops():
			err = s.waitOut(ctx, l)
		case !l.synced:
			err = s.hello(ctx, l)
		case s.ragged:
			err = s.cutOff(ctx, l)
		default:
			l.pace(s.cfg.IdlePoll)
			_, err = s.await(ctx, forever, func() bool { return l.stops() || !l.synced || s.head() != nil })
			e := s.head()
			switch {
			case err != nil || e == nil || !l.synced || l.stops():
			case !s.begun && e.job.Ticket.Copy: // what does it copy?
				s.begun, s.ragged = true, true
			default:
				err = s.print(ctx, l, e)
			}
		}
		if err != nil {
			return err
		}
	}
}

// cutOff parts what may lie under the head from what comes next. It waits for
// the blade, during which a fast line would overflow the receive buffer, and
// with it no ticket is on its way yet if the blade jams.
func (s *Session) cutOff(ctx context.Context, l *link) error {
	defer func() { l.watch = false }()
	n, err := l.send(l.appendFence(s.enc.appendCut(s.enc.appendStart(nil))))
	if n > 0 {
		s.ragged, s.half = false, true
	}
	if err != nil {
		return err
	}
	if !l.silent {
		l.pace(s.cfg.FaultPoll)
		_, err = s.confirm(ctx, l)
	}
	switch {
	case l.spoiled:
		l.synced = false
	case err == nil || errors.Is(err, errNoAnswer): // once is enough
		s.half = false
	}
	return err
}

// print sends one ticket and waits for the printer's word. The entry keeps its
// place in the line unless the outcome is known on return.
func (s *Session) print(ctx context.Context, l *link, e *entry) error {
	if e.unheard == mostUnheard {
		s.cfg.Log.Error("printer: ticket given up, no paper of it was confirmed; check cable, noise and flow control", "job", e.job.ID, "papers", e.unheard)
		s.settle(e, Abandoned)
		return nil
	}
	s.current = e
	defer func() { s.current, l.watch = nil, false }()
	t := e.job.Ticket
	t.Copy = t.Copy || e.touched
	data, err := s.enc.Encode(t)
	if err != nil { // Submit saw to the number: the URL is too long
		s.cfg.Log.Error("printer: ticket without its QR", "job", e.job.ID, "err", err)
		t.URL = ""
		if data, err = s.enc.Encode(t); err != nil {
			return err
		}
	}
	n, err := l.send(l.appendFence(data))
	if n > 0 {
		e.touched, e.copied = true, t.Copy
		s.begun, s.half = true, true
	}
	if err != nil {
		return err
	}
	if l.silent {
		s.half = false
		s.settle(e, Unconfirmed)
		return nil
	}
	l.pace(s.cfg.FaultPoll)
	before := l.noise
	printed, err := s.confirm(ctx, l)
	switch {
	case errors.Is(err, errNoAnswer):
		e.unheard++
		return err
	case err != nil:
		return err
	case l.spoiled:
		s.cfg.Log.Warn("printer: ticket spoiled, it will be printed again", "job", e.job.ID, "faults", l.status.faults())
		l.synced = false
		if l.noise > before {
			e.unheard++
		}
	case printed:
		s.answered, s.fenced, s.half = true, true, false
		s.settle(e, Confirmed)
	default:
		s.half = false
		s.settle(e, Unconfirmed)
	}
	return nil
}

// confirm waits until the ticket just sent is printed, or spoiled, or the
// printer can say no more about it. A fault that only delays is waited out, but
// not for ever.
func (s *Session) confirm(ctx context.Context, l *link) (printed bool, err error) {
	sent := time.Now()
	wait := func(done func() bool) error {
		for {
			ok, err := s.await(ctx, s.cfg.ConfirmTimeout, func() bool { return l.spoiled || done() })
			if ok || err != nil {
				return err
			}
			if !l.stops() {
				return fmt.Errorf("%w: nothing said about the ticket sent", errNoAnswer)
			}
			if time.Since(sent) >= delayLimit {
				l.spoiled = true
				return nil
			}
		}
	}
	if l.hasID {
		err := wait(func() bool { return l.gotID })
		return l.gotID, err
	}
	if l.hasFence {
		if err := wait(func() bool { return l.owed == 0 }); err != nil || l.spoiled {
			return false, err
		}
	}
	// The fence says that the bytes were worked off, not how it went. A model
	// without real-time status has said what it can by now.
	if !l.looks {
		return l.hasFence, nil
	}
	round := l.look()
	err = wait(func() bool { return l.rounds >= round && !l.stops() })
	return l.hasFence && !l.spoiled, err
}

// head is the job whose turn it is.
func (s *Session) head() *entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queue) == 0 {
		return nil
	}
	return s.queue[0]
}

// settle takes an entry out of the line and reports it.
func (s *Session) settle(e *entry, r Result) {
	s.mu.Lock()
	s.queue = slices.DeleteFunc(s.queue, func(q *entry) bool { return q == e })
	s.mu.Unlock()
	if s.current == e {
		s.current = nil
	}
	out := Outcome{ID: e.job.ID, Result: r, Copy: e.copied, Partly: r == Abandoned && e.touched, Took: time.Since(e.since)}
	if !s.stopAt.Before(e.since) {
		out.Fault = s.stop
	}
	s.cfg.Report(out)
}

// expire settles what is dropped or too old, and says when to look again (zero:
// nothing waits with a limit).
func (s *Session) expire(now time.Time) (next time.Time) {
	var over []*entry
	s.mu.Lock()
	for _, e := range s.queue {
		limit := e.since.Add(e.job.NotAfter)
		switch {
		case e == s.current:
		case e.dropped, e.job.NotAfter > 0 && !now.Before(limit):
			over = append(over, e)
		case e.job.NotAfter > 0 && (next.IsZero() || limit.Before(next)):
			next = limit
		}
	}
	s.mu.Unlock()
	for _, e := range over {
		s.settle(e, Abandoned)
	}
	return next
}

// publish tells the health if it has changed, and logs a change of state.
func (s *Session) publish() {
	h := Health{State: Connecting}
	l := s.link
	switch {
	case l != nil && l.stops():
		h.State, h.Faults = Stopped, l.status.faults()
	case s.lost != "":
		h.State, h.Faults = Stopped, []Fault{s.lost}
	case l == nil || !l.synced:
	case l.silent:
		h.State, h.Faults = Silent, []Fault{NoAnswer}
	case s.current != nil:
		h.State, h.Faults = Printing, l.status.faults()
	default:
		h.State, h.Faults = Ready, l.status.faults()
	}
	if h.State == Stopped {
		// While a fault is being cleared a look may catch the off-line bit
		// alone; it says less than what went before.
		if h.Faults[0] != Offline || s.health.State != Stopped {
			s.stop = h.Faults[0]
		}
		s.stopAt = time.Now()
	}
	s.mu.Lock()
	h.Waiting = len(s.queue)
	s.mu.Unlock()
	if s.published && s.health.equal(h) {
		return
	}
	if !slices.Equal(h.Faults, s.health.Faults) {
		s.cfg.Log.Info("printer: faults", "now", h.Faults, "state", h.State.String(), "waiting", h.Waiting)
	}
	s.health, s.published = h, true
	s.cfg.OnHealth(h)
}
