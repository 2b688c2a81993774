package printer

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// errNoAnswer ends a link whose printer has fallen silent; it has answered
// before, so that silence means something.
var errNoAnswer = errors.New("printer: no answer; check its power and cable")

const (
	forever = time.Duration(-1)

	// chunk is what one write deadline covers: a second at 9600 baud.
	chunk = 1024
	// drainWait is how long what a write left in the kernel may take to go out:
	// 4 kB at 9600 baud.
	drainWait = 4500 * time.Millisecond
	// flushLen ends any picture that a crashed host left unfinished: a printer
	// takes NULs outside a picture for nothing.
	flushLen = 8192
	// settleTime is how long the rest of hello's answers may follow the first.
	settleTime = 300 * time.Millisecond
	// nudgeEvery spaces the attempts to leave a cutter error.
	nudgeEvery = 10 * time.Second
	// delayLimit is how long a ticket stays on its way while the printer says
	// that it is only held up: a head cools in a minute or two, nobody leans on
	// the feed button for longer. Past it the ticket is owed a copy, so that it
	// may be given up in its time.
	delayLimit = 5 * time.Minute
)

func never() bool { return false }

// link is one open transport and what was learned on it. Run's goroutine owns
// it; the reader goroutine only fills the inbox.
type link struct {
	s  *Session
	tr Transport
	in *inbox

	status status // what the printer last said
	round  status // what the look under way adds up to

	synced, wasSynced bool // hello is done, and has been
	silent            bool // nothing ever answered on it
	answered          bool
	greeting          bool          // hello owns the line: no looks meanwhile
	hasID, hasFence   bool          // learned at hello
	lag               time.Duration // until what was written is on the wire

	owed    int    // fences not yet answered
	id      string // the process id awaited
	gotID   bool
	cleared bool
	watch   bool // a ticket is in the printer's hands
	spoiled bool // and met a fault there

	looks   bool // DLE EOT is answered
	heard   int  // answers in the look under way
	n       int  // of the DLE EOT n next or under way; 0 between looks
	asked   bool
	askedAt time.Time
	misses  int
	rounds  int           // looks completed
	every   time.Duration // between looks; 0 is none
	due     time.Time
	since   time.Time // a look first found it stopped; zero while it is not
	noise   int
}

func newLink(s *Session, tr Transport) *link {
	l := &link{s: s, tr: tr, in: &inbox{wake: make(chan struct{}, 1), done: make(chan struct{})}}
	go l.in.read(tr)
	return l
}

// stops reports whether a fault keeps tickets from being sent.
func (l *link) stops() bool {
	for _, f := range l.status.faults() {
		if f.Stops() {
			return true
		}
	}
	return false
}

// send writes all of b; n bytes went out.
func (l *link) send(b []byte) (n int, err error) {
	for n < len(b) {
		if err := l.tr.SetWriteDeadline(time.Now().Add(l.s.cfg.WriteTimeout)); err != nil {
			return n, fmt.Errorf("printer: write: %w", err)
		}
		k, err := l.tr.Write(b[n:min(n+chunk, len(b))])
		n += k
		if err != nil {
			return n, fmt.Errorf("printer: write: %w", err)
		}
	}
	return n, nil
}

// appendFence ends a job with the questions that the printer answers only when
// it has worked off what stands before them, and awaits their answers.
func (l *link) appendFence(dst []byte) []byte {
	l.gotID, l.spoiled, l.watch = false, false, true
	if l.hasID {
		l.s.serial++
		l.id = fmt.Sprintf("%04d", l.s.serial%10000)
		dst = append(dst, 0x1d, '(', 'H', 6, 0, '0', '0')
		dst = append(dst, l.id...)
	}
	if l.hasFence {
		l.owed++
		dst = append(dst, 0x1d, 'r', 1)
	}
	return dst
}

// turn takes the answers that have come and looks at the printer when it is
// time to.
func (l *link) turn(now time.Time) error {
	answers, err := l.in.take()
	for _, a := range answers {
		l.heed(a, now)
	}
	if err != nil {
		return err
	}
	return l.poll(now)
}

// heed takes one answer; what was not asked for is noise. That this printer
// answers at all, which turns silence into a fault from then on, is believed on
// stronger proof only: an id, a whole look, a ticket confirmed.
func (l *link) heed(a answer, now time.Time) {
	expected := true
	switch a.kind {
	case realTime:
		if expected = l.asked; expected {
			l.looks = true
			l.heard++
			l.round.realTime(l.n, a.b[0])
			l.next(now)
		}
	case automatic:
		l.s.automatic = l.s.automatic || l.greeting // hello asks for it
		l.status.automatic(a.b)
		l.round = l.status
	case sensors:
		if expected = l.owed > 0; expected {
			l.owed--
			l.status.sensors(a.b[0])
			l.round.sensors(a.b[0])
		}
	case block: // noise may stand before what counts
		switch {
		case l.id != "" && strings.HasSuffix(a.data, `"`+l.id):
			l.gotID, l.id = true, ""
			l.hasID = true // also when hello's answer comes late
			l.s.answered, l.s.fenced, l.s.idKnown = true, true, true
		case strings.HasSuffix(a.data, "%"):
			l.cleared = true
		default:
			expected = false
		}
	case flow:
		return
	default:
		expected = false
	}
	if !expected {
		if l.noise++; l.noise == 1 {
			l.s.cfg.Log.Warn("printer: noise on the return line; check its speed and plug", "byte", a.b[0])
		}
		return
	}
	l.answered, l.misses = true, 0
	if l.silent { // it does answer: start over
		l.silent, l.synced = false, false
	}
	if l.watch && !l.gotID {
		for _, f := range l.status.faults() {
			l.spoiled = l.spoiled || f.spoils()
		}
	}
}

// poll keeps the look under way going, one question at a time since answers do
// not say what they answer, and starts one when it is due.
func (l *link) poll(now time.Time) error {
	if l.n == 0 && l.every > 0 && !l.greeting && !now.Before(l.due) {
		l.n, l.round = 1, l.status
	}
	if l.asked && now.Sub(l.askedAt) >= l.patience() {
		l.asked = false
		if l.n > 1 { // a model that does not know this n
			l.next(now)
		} else if l.misses++; l.misses > 1 {
			l.n, l.heard, l.misses, l.due = 0, 0, 0, now.Add(l.every)
			// While a ticket prints a slow model may answer late: then its
			// fence decides.
			switch {
			case l.greeting || l.s.current != nil:
			case l.s.looked:
				return errNoAnswer
			case l.looks: // what answered before was noise
				l.looks, l.synced = false, false
			case l.stops() && !l.s.automatic: // and so was what stopped it
				l.status, l.synced = status{}, false
			}
		}
	}
	if l.n == 0 || l.asked {
		return nil
	}
	l.asked, l.askedAt = true, now
	_, err := l.send([]byte{0x10, 0x04, byte(l.n)})
	return err
}

// next goes on to the next question; after the fourth the look counts.
func (l *link) next(now time.Time) {
	l.asked = false
	if l.n++; l.n > 4 {
		if l.heard == 4 { // noise does not say the right thing four times
			l.s.answered, l.s.looked = true, true
		}
		l.n, l.status, l.heard = 0, l.round, 0
		l.rounds++
		switch {
		case !l.stops():
			l.since = time.Time{}
		case l.since.IsZero():
			l.since = now
		}
		l.due = now.Add(l.rest(now))
	}
}

// rest is the pause before the next look. A printer that stands still keeps the
// bytes of every question in its receive buffer: asked every second it is full
// in six minutes, and says nothing more. So the questions grow rarer with the
// time it stands; with automatic status it speaks up by itself.
func (l *link) rest(now time.Time) time.Duration {
	if l.since.IsZero() {
		return l.every
	}
	most := 20 * time.Second
	if l.s.automatic {
		most = 5 * time.Minute
	}
	return max(l.every, min(now.Sub(l.since)/20, most))
}

// patience is how long a question may stay open. The first one decides whether
// the printer is there at all.
func (l *link) patience() time.Duration {
	if l.n == 1 {
		return l.s.cfg.AnswerTimeout + l.lag
	}
	return l.s.cfg.AnswerTimeout / 4
}

// look asks for a look that begins after now, and gives its count.
func (l *link) look() int {
	l.due = time.Now()
	if l.n != 0 {
		return l.rounds + 2
	}
	return l.rounds + 1
}

// pace sets how often to look; 0 is never.
func (l *link) pace(every time.Duration) {
	if !l.s.cfg.Profile.twoWay() {
		every = 0
	}
	l.every = every
	if soon := time.Now().Add(every); l.due.IsZero() || soon.Before(l.due) {
		l.due = soon
	}
}

// wakeAt is when poll has something to do next; zero is never.
func (l *link) wakeAt() time.Time {
	switch {
	case l.asked:
		return l.askedAt.Add(l.patience())
	case l.every > 0 && !l.greeting:
		return l.due
	}
	return time.Time{}
}

// await lets the world go on until done, or for d. It is the only place where
// Run waits: answers, looks, expiry and health all happen here.
func (s *Session) await(ctx context.Context, d time.Duration, done func() bool) (bool, error) {
	end := time.Now().Add(d)
	for {
		now := time.Now()
		var answers <-chan struct{}
		var wakeAt time.Time
		if l := s.link; l != nil {
			// The last answers before the end of a link still count.
			if err := l.turn(now); err != nil {
				if done() {
					return true, nil
				}
				return false, err
			}
			answers, wakeAt = l.in.wake, l.wakeAt()
		}
		wakeAt = earlier(wakeAt, s.expire(now))
		s.publish()
		switch {
		case done():
			return true, nil
		case d >= 0 && !now.Before(end):
			return false, nil
		case d >= 0:
			wakeAt = earlier(wakeAt, end)
		}
		var alarm <-chan time.Time
		if !wakeAt.IsZero() {
			s.timer.Reset(time.Until(wakeAt))
			alarm = s.timer.C
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-answers:
		case <-s.wake:
		case <-alarm:
		}
	}
}

// earlier is the first of two times, a zero one being never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
