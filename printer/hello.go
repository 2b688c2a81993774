package printer

import (
	"context"
	"time"
)

// hello finds out what stands at the other end: is somebody there, is the line
// clear of a crashed host's half picture, which question is answered. It leaves
// the link synced, or not when a fault shows: then the fault comes first and
// hello again after it.
func (s *Session) hello(ctx context.Context, l *link) error {
	p := s.cfg.Profile
	if !p.twoWay() {
		l.silent = true
		return s.greeted(l)
	}
	l.greeting, l.misses, l.answered = true, 0, false
	defer func() { l.greeting, l.lag = false, 0 }()
	for attempt := range 2 {
		if attempt > 0 {
			// Real-time status is answered even inside a picture, a fence is not.
			if _, err := l.send(make([]byte, flushLen)); err != nil {
				return err
			}
			if s.cfg.Serial { // the last half of them is not out yet
				l.lag = drainWait
			}
		}
		l.hasID, l.hasFence = p.ProcessID, p.Fence
		before := l.owed
		msg := l.appendFence([]byte{0x10, 0x04, 1, 0x1b, '@', 0x1d, 'a', 0xff})
		l.watch = false // there is no ticket in it
		l.n, l.heard, l.asked, l.askedAt, l.round = 1, 0, true, time.Now(), l.status
		if _, err := l.send(msg); err != nil {
			return err
		}
		// One fence will do: those of a ticket cut short are answered just
		// before hello's, or never, if the printer was switched off. Where ids
		// are known to work, a stray byte must not pass for the answer.
		reached := func() bool { return l.gotID || p.Fence && !s.idKnown && l.owed <= before }
		_, err := s.await(ctx, s.cfg.AnswerTimeout+l.lag, func() bool { return l.n == 0 && (l.stops() || reached()) })
		if err != nil {
			return err
		}
		if l.stops() {
			s.lost = ""
			return nil
		}
		if !reached() {
			continue
		}
		if _, err := s.await(ctx, settleTime, func() bool { return l.owed == 0 && (l.gotID || !p.ProcessID) }); err != nil {
			return err
		}
		l.hasID, l.hasFence = l.gotID, p.Fence && l.owed <= before
		// With all fences answered the ticket before is out to its cut; without,
		// its tail may have met a full buffer.
		s.ragged, s.half = s.ragged || s.half && (l.owed > 0 || !p.Fence), false
		l.owed = 0
		s.fenced = s.fenced || s.looked
		return s.greeted(l)
	}
	if s.fenced || s.answered && !l.answered {
		return errNoAnswer
	}
	l.n, l.asked, l.owed, l.id = 0, false, 0, ""
	l.hasID, l.hasFence, l.silent = false, false, !l.answered
	s.ragged, s.half = s.ragged || s.half, false
	return s.greeted(l)
}

// greeted makes the link ready for tickets.
func (s *Session) greeted(l *link) error {
	l.synced, l.wasSynced = true, true
	s.lost = ""
	s.cfg.Log.Info("printer: ready", "profile", s.cfg.Profile.Name,
		"silent", l.silent, "process_id", l.hasID, "gs_r", l.hasFence)
	return nil
}

// waitOut waits until the status is clean again, which somebody in the hall
// brings about. A half ticket is dropped from the printer's buffers where the
// model can, so that its rest does not come out before the copy.
func (s *Session) waitOut(ctx context.Context, l *link) error {
	if l.spoiled && s.cfg.Profile.ClearBuffer {
		// Nothing may be sent between this command and its answer.
		l.greeting, l.cleared = true, false
		if _, err := s.await(ctx, s.cfg.AnswerTimeout, func() bool { return l.n == 0 }); err != nil {
			return err
		}
		if _, err := l.send([]byte{0x10, 0x14, 8, 1, 3, 20, 1, 6, 2, 8}); err != nil {
			return err
		}
		_, err := s.await(ctx, s.cfg.AnswerTimeout, func() bool { return l.cleared })
		l.greeting, l.owed, s.ragged, s.half = false, 0, s.ragged || s.half, false
		if err != nil {
			return err
		}
	}
	l.spoiled, l.watch = false, false
	l.pace(s.cfg.FaultPoll)
	for l.stops() {
		if _, err := s.await(ctx, nudgeEvery, func() bool { return !l.stops() }); err != nil {
			return err
		}
		// A cutter whose paper was taken out stays stopped until it is told to
		// try again (DLE ENQ 2). The cover is shut: no fingers are near.
		if l.status.cutter && !l.status.cover && !l.status.end {
			if _, err := l.send([]byte{0x10, 0x05, 2}); err != nil {
				return err
			}
			l.owed, s.ragged, s.half = 0, s.ragged || s.half, false // it empties the buffers too
			l.look()
		}
	}
	return nil
}
