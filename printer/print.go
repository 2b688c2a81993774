package printer

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// mostUnheard bounds the copies of a ticket whose proof never comes, from a
// printer that is well each time it is asked before: its buffer overflows, or
// noise covers its answers. Then the number is better called by other means.
const mostUnheard = 4

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
