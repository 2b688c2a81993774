package rs485

import (
	"sync/atomic"
	"time"
)

const (
	// failures in a row make a unit dead.
	failures = 3
	// A dead unit is asked again after 250 ms, doubling to 8 s.
	backOffMin = 250 * time.Millisecond
	backOffMax = 8 * time.Second
	// probeShare bounds what questions to dead units take from the others: one
	// in so much of the line's time. The first two, after 250 and 500 ms, are
	// free: most that are lost suffered from noise.
	probeShare = 25
	probesFree = 500 * time.Millisecond
	// writesInARow may pass before a reading that is due.
	writesInARow = 8
)

// task is what a unit is asked for.
type task int

const (
	rest task = iota // nothing is due
	poll
	write
)

// unit is a Unit and what the bus knows of it.
type unit struct {
	Unit
	keypad keypad

	alive bool
	why   string // not alive
	fails int    // in a row
	wait  time.Duration

	due     time.Time // of the next reading; for a dead unit, of the next question
	polled  time.Time // last reading
	working time.Time // its counter works until then
	// interval is the time between the last two readings.
	interval atomic.Int64

	number  uint64    // of the wish on the sign
	written bool      // since the unit came
	rewrite time.Time // when the sign is written although nothing changed
	retry   time.Time // not before, after a failure
}

// reset forgets what a new port makes doubtful.
func (u *unit) reset() {
	u.lost()
	u.fails, u.wait = 0, 0
	u.due, u.retry = time.Time{}, time.Time{}
}

// lost forgets what only a unit that answers can show.
func (u *unit) lost() {
	u.written = false
	u.polled = time.Time{}
	u.interval.Store(0)
}

// failed puts off the next try, so that one that fails does not hold the others.
func (u *unit) failed(now time.Time, do task, by time.Duration) {
	u.fails++
	if do == write {
		u.retry = now.Add(by)
	} else {
		u.due = now.Add(by)
	}
}

func (u *unit) backOff(now time.Time) {
	u.wait = min(max(2*u.wait, backOffMin), backOffMax)
	u.due = now.Add(u.wait)
}

// dirty reports whether the sign does not show the wish.
func (u *unit) dirty(w wish) bool {
	return u.Sign != nil && (!u.written || u.number != w.number)
}

// schedule chooses who is asked next.
//
//	1 signs to be written, oldest wish first, on units that answer
//	2 whatever is due longest: keys, signs to be refreshed, dead units
//
// Where the line is too slow for all, those that are asked often still are:
// everybody is late by the same time.
type schedule struct {
	writes     int // in a row
	probeAfter time.Time
}

// next gives what to do now, or rest and until when.
func (s *schedule) next(b *Bus, now time.Time) (u *unit, do task, at time.Time) {
	u, do, at = s.due(b)
	if do == rest || at.After(now) || s.writes < writesInARow {
		if d := s.dirty(b, now); d != nil {
			s.writes++
			return d, write, now
		}
	}
	s.writes = 0
	if do == rest || at.After(now) {
		return nil, rest, s.until(b, now, at, do)
	}
	return u, do, at
}

// dirty is the unit whose sign waits longest.
func (s *schedule) dirty(b *Bus, now time.Time) *unit {
	var first *unit
	var least uint64
	for _, u := range b.units {
		if !u.alive || u.Sign == nil || u.retry.After(now) {
			continue
		}
		if w := b.wanted(u.Counter); u.dirty(w) && (first == nil || w.number < least) {
			first, least = u, w.number
		}
	}
	return first
}

// due is what is due first, perhaps later than now.
func (s *schedule) due(b *Bus) (first *unit, do task, at time.Time) {
	alive := false
	for _, u := range b.units {
		alive = alive || u.alive
	}
	take := func(u *unit, t task, when time.Time) {
		if do == rest || when.Before(at) {
			first, do, at = u, t, when
		}
	}
	for _, u := range b.units {
		switch {
		case !u.alive:
			when := u.due
			if alive && u.wait > probesFree {
				when = later(when, s.probeAfter)
			}
			if len(u.Keys) > 0 {
				take(u, poll, when)
			} else {
				take(u, write, when)
			}
			continue
		case len(u.Keys) > 0:
			take(u, poll, u.due)
		}
		if u.Sign != nil && u.written {
			take(u, write, later(u.rewrite, u.retry))
		}
	}
	return first, do, at
}

// until is when to look again: at what is due, or at the retry of a sign.
func (s *schedule) until(b *Bus, now, at time.Time, do task) time.Time {
	if do == rest {
		at = now.Add(time.Second)
	}
	for _, u := range b.units {
		if u.alive && u.retry.After(now) && u.retry.Before(at) && u.dirty(b.wanted(u.Counter)) {
			at = u.retry
		}
	}
	return at
}

// probed books the time that a dead unit took, the silence after it included.
func (s *schedule) probed(u *unit, now time.Time, took time.Duration, came bool) {
	if !came && u.wait > probesFree {
		s.probeAfter = now.Add((probeShare - 1) * took)
	}
}

// returned asks the other dead units soon: what brought one back, a breaker or
// a plug, often brings all.
func (s *schedule) returned(b *Bus, came *unit, now time.Time) {
	if came.wait == 0 {
		return // it was never away
	}
	came.wait = 0
	for _, u := range b.units {
		if !u.alive {
			u.wait, u.due = 0, now
		}
	}
}
