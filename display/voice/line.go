package voice

import (
	"time"

	"sunbeon/appliance/feed"
)

// What makes a call stale, and what makes the line of calls long.
const (
	fresh      = 5 * time.Second // of a call that is there at the start
	skew       = 2 * time.Second // a call may seem to come from the near future
	staleAlone = 2 * time.Minute // even if nobody else waits
	staleHere  = 6 * time.Second // of what is said at the dispenser: its hearer has gone
	crowd      = 2               // calls behind one at which it is said in Korean alone
	mostCalls  = 32
	mostHere   = 4
)

// line is what waits to be spoken, in order, by the newest snapshot. It knows
// no clock and does nothing by itself.
type line struct {
	stale time.Duration // while others wait

	now   *feed.Snapshot // the newest
	calls []waiting
	here  []utterance // at the dispenser
	turn  bool        // a call is next, for something here came last
}

// waiting is a call and when it was first heard of.
type waiting struct {
	feed.Call
	heard time.Time
}

// utterance is a ticket, or the location sound, and when it was asked for.
type utterance struct {
	ticket *Ticket // nil is the location sound
	asked  time.Time
}

// dropped is a call that is not spoken, and why.
type dropped struct {
	feed.Call
	why string
}

// age is by the call's own time and by when it was heard of, whichever is more:
// the former tells what was called while the kiosk could not be heard, the
// latter does not mind a clock that is set back.
func (w waiting) age(now time.Time) time.Duration {
	return max(now.Sub(w.heard), now.Sub(time.UnixMilli(w.At)))
}

// follow takes a snapshot and puts the calls that it brings at the end of the
// line. Of the first one of a record, whose calls somebody has heard, and of one
// in which calls were taken back, only what was called just now counts.
func (l *line) follow(s *feed.Snapshot, now time.Time) []dropped {
	old := l.now
	same := old != nil && old.Journal == s.Journal
	if same && !s.Newer(old) {
		return nil
	}
	l.now = s
	var since uint64
	first := !same
	if same && old.Day == s.Day {
		since, first = old.CallSeq, s.CallSeq < old.CallSeq
	}
	if first {
		since = 0
	}
	var out []dropped
	for i := len(s.Calls) - 1; i >= 0; i-- {
		c := s.Calls[i]
		ago := now.Sub(time.UnixMilli(c.At))
		if c.Seq <= since || first && (ago > fresh || ago < -skew) {
			continue
		}
		out = append(out, l.add(waiting{c, now})...)
	}
	return out
}

// add puts a call at the end. A call that waits is not said twice: a recall of
// it makes it young again in its place, one to another counter takes it out.
func (l *line) add(w waiting) []dropped {
	var out []dropped
	for i, c := range l.calls {
		if c.Ticket != w.Ticket || c.Service != w.Service {
			continue
		}
		if c.Counter == w.Counter {
			l.calls[i].heard, l.calls[i].At = w.heard, w.At
			return []dropped{{w.Call, "the same call still waits to be spoken"}}
		}
		out = append(out, dropped{c.Call, "called to another counter since"})
		l.calls = append(l.calls[:i], l.calls[i+1:]...)
		break
	}
	if l.calls = append(l.calls, w); len(l.calls) > mostCalls {
		out = append(out, dropped{l.calls[0].Call, "too many calls wait"})
		l.calls = l.calls[1:]
	}
	return out
}

// say puts what is said at the dispenser into its own short line; of too much,
// the oldest is left out.
func (l *line) say(u utterance) {
	if l.here = append(l.here, u); len(l.here) > mostHere {
		l.here = l.here[1:]
	}
}

// next takes what is to be spoken now: a call with how many more wait, or
// something at the dispenser, which goes first but not twice in a row before a
// call. Both nil is nothing. What is stale falls out.
func (l *line) next(now time.Time) (call *waiting, behind int, here *utterance, out []dropped) {
	for len(l.here) > 0 && now.Sub(l.here[0].asked) > staleHere {
		l.here = l.here[1:]
	}
	for len(l.calls) > 0 {
		why := l.whyStale(l.calls[0], len(l.calls)-1, now)
		if why == "" {
			break
		}
		out = append(out, dropped{l.calls[0].Call, why})
		l.calls = l.calls[1:]
	}
	switch {
	case len(l.here) > 0 && (!l.turn || len(l.calls) == 0):
		u := l.here[0]
		l.here, l.turn = l.here[1:], true
		return nil, 0, &u, out
	case len(l.calls) > 0:
		c := l.calls[0]
		l.calls, l.turn = l.calls[1:], false
		return &c, len(l.calls), nil, out
	}
	return nil, 0, nil, out
}

// whyStale is why a call need not be spoken any more, "" if it must be.
func (l *line) whyStale(w waiting, behind int, now time.Time) string {
	for _, k := range l.now.Counters {
		if k.Number == w.Counter && k.Ticket != w.Ticket {
			return "the ticket is no longer at the counter"
		}
	}
	switch age := w.age(now); {
	case age > staleAlone:
		return "called too long ago"
	case age > l.stale && behind > 0:
		return "called too long ago while others wait"
	}
	return ""
}
