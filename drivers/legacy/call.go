package legacy

import "time"

// desk is what is known of one counter's display; counter 0 is a display that
// names no counter.
type desk struct {
	seen   bool // something of it was believed
	number int  // last called; it stays through darkness, for displays blink
	at     time.Duration
	sight  sighting
	dark   sighting
	off    bool // after a long silence: the machine may have been off
}

func (t *Tracker) call(r Reading) []Event {
	var l *line
	if r.Number != 0 {
		var strange bool
		if l, strange = t.line(r); strange {
			t.n.Strange++
			return nil
		}
	}
	d := t.desks[r.Counter]
	if d == nil {
		d = &desk{}
		t.desks[r.Counter] = d
	}
	d.off = d.off || d.seen && r.At-d.at >= t.c.Quiet
	d.at = r.At
	if r.Number == 0 {
		t.darkness(d, r)
		return nil
	}
	if d.off && !r.Repeats {
		// A machine that sends every call once was off: the same number is a new one.
		d.off, d.number = false, 0
	}
	if d.seen && r.Number == d.number {
		t.forget(&d.sight)
		d.off = false
		t.n.Refreshes++
		return nil
	}
	at := r.At
	if !plain(l, r) {
		var ok bool
		if at, ok = t.again(&d.sight, r.Number, r.At); !ok {
			return nil
		}
	}
	t.forget(&d.sight)
	first := !d.seen
	d.seen, d.off = true, false
	d.number = r.Number
	called := Called{Number: r.Number, Counter: r.Counter, At: at}
	if l != nil {
		called.Service = l.s.ID
		l.callKnown, l.called = true, r.Number
	}
	if first && r.Repeats {
		t.n.Baselines++
		return nil
	}
	t.n.Called++
	return []Event{called}
}

// darkness is a display without a number. It means nothing, for displays blink,
// except before the first number and after a long silence.
func (t *Tracker) darkness(d *desk, r Reading) {
	if d.seen && !d.off {
		return
	}
	if r.Trust != Sure {
		if _, ok := t.again(&d.dark, 0, r.At); !ok {
			return
		}
	}
	d.seen, d.off, d.number = true, false, 0
}

// plain reports whether a call counts at its first sighting. l may be nil.
func plain(l *line, r Reading) bool {
	switch r.Trust {
	case Sure:
		return true
	case Checked:
		if l == nil || !l.callKnown {
			return false
		}
		ahead := l.s.ahead(l.called, r.Number)
		return ahead > 0 && ahead <= l.gap
	}
	return false
}
