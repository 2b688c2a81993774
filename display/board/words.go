package board

import (
	"fmt"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/display/typeset"
)

// words are one text in every language; "" where a language has none.
type words [languages]string

// korean is a text that is there in Korean alone, such as an office's notice.
func korean(text string) words { return words{ko: text} }

// plain is a text that is the same in every language.
func plain(text string) words { return words{text, text, text, text, text} }

// named is a name in Korean and English, and others where they are known; English
// stands in for what is not.
func named(name, nameEn string, others map[string]string) words {
	out := words{name, nameEn, nameEn, nameEn, nameEn}
	for code, text := range others {
		if l, ok := parseLanguage(code); ok && l > en && text != "" {
			out[l] = text
		}
	}
	return out
}

// clean makes words of others printable.
func (w words) clean() words {
	for l := range w {
		w[l] = typeset.Clean(w[l])
	}
	return w
}

// with fills in what a phrase leaves open. A moment in words is filled in in the
// language of each.
func (w words) with(args ...any) words {
	for l := range w {
		own := make([]any, len(args))
		for i, a := range args {
			if other, is := a.(words); is {
				a = other[l]
			}
			own[i] = a
		}
		w[l] = fmt.Sprintf(w[l], own...)
	}
	return w
}

// people returns how many wait; a dash when that is not known.
func people(n *int) words {
	if n == nil {
		return plain("–")
	}
	return say.people.with(*n)
}

// waitingPeople is people in a sentence of their own.
func waitingPeople(n *int) words {
	if n == nil {
		out := say.waiting
		for l := range out {
			out[l] += " –"
		}
		return out
	}
	return say.peopleWaiting.with(*n)
}

// shows reports whether a counter's number is of somebody called there.
func shows(k feed.Counter) bool {
	return k.Ticket != "" && (k.State == feed.CounterOpen || k.State == feed.CounterUnknown)
}

// waiting words an expected wait: whole minutes, the low end rounded down and
// the high end up, so that the range never promises more than is known.
func waiting(r *feed.Range) words {
	if r == nil {
		return words{}
	}
	low, high := r.Low/60, (r.High+59)/60
	switch {
	case high <= 1:
		return say.within.with(1)
	case high >= 180:
		low, high = r.Low/3600, (r.High+3599)/3600
		if low == high {
			return say.hour.with(low)
		}
		return say.hourRange.with(low, high)
	case low == 0:
		return say.within.with(high)
	case low == high:
		return say.minutes.with(low)
	}
	return say.minuteRange.with(low, high)
}

// issuing words why a service gives no tickets; empty while it does.
func issuing(i feed.Issuing) words {
	switch i {
	case feed.IssuingClosed:
		return say.ticketsClosed
	case feed.IssuingEarly:
		return say.early
	case feed.IssuingFull:
		return say.full
	}
	return words{}
}

// desk words what a counter does when it serves nobody.
func desk(k feed.Counter) words {
	switch k.State {
	case feed.CounterPaused:
		return say.away
	case feed.CounterClosed:
		return say.closed
	}
	return words{}
}

// unix converts a time of the feed.
func unix(ms int64) time.Time { return time.UnixMilli(ms) }

func date(t time.Time) words {
	out := say.date
	for l, days := range say.weekdays {
		out[l] = fmt.Sprintf(out[l], int(t.Month()), t.Day(), days[t.Weekday()], t.Month().String()[:3])
	}
	return out
}

// moment words a past time: of another day with its date.
func moment(t, now time.Time) words {
	t = t.In(now.Location())
	clock := t.Format("15:04")
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return plain(clock)
	}
	out := date(t)
	for l := range out {
		out[l] += " " + clock
	}
	return out
}
