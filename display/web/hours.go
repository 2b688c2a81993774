package web

import (
	"fmt"
	"strings"
	"time"
)

// closingWithin is how long before the end of issuing a service says so.
const closingWithin = 30 * time.Minute

// hourSpan is a part of a day, "HH:MM" each; "24:00" ends the day.
type hourSpan struct{ from, to string }

// spansOf reads worded hours, "09:00-12:00, 13:00-18:00". What is no span is left
// out: the hours are the office's words.
func spansOf(hours string) []hourSpan {
	var out []hourSpan
	for part := range strings.SplitSeq(hours, ",") {
		from, to, _ := strings.Cut(strings.TrimSpace(part), "-")
		if _, err := time.Parse("15:04", from); err != nil || len(from) != 5 {
			continue
		}
		if _, err := time.Parse("15:04", to); err != nil && to != "24:00" || len(to) != 5 {
			continue
		}
		out = append(out, hourSpan{from, to})
	}
	return out
}

// opening finds the next start of the worded hours later today.
func opening(hours string, now time.Time) (at string, ok bool) {
	clock := seoul(now).Format("15:04")
	for _, s := range spansOf(hours) {
		if clock < s.from {
			return s.from, true
		}
	}
	return "", false
}

// closing says when issuing ends, if that is within closingWithin, and when it
// begins again later today, "" when it does not. Hours that go on without a break
// have no end.
func closing(hours string, now time.Time) (until, again string, ok bool) {
	clock, soon := seoul(now).Format("15:04"), minutesOf(seoul(now).Format("15:04"))+int(closingWithin/time.Minute)
	spans := spansOf(hours)
	for _, s := range spans {
		if clock < s.from || clock >= s.to || minutesOf(s.to) > soon {
			continue
		}
		for _, next := range spans {
			if next.from <= s.to && s.to < next.to {
				return "", "", false
			}
			if s.to < next.from && (again == "" || next.from < again) {
				again = next.from
			}
		}
		return s.to, again, true
	}
	return "", "", false
}

// minutesOf an "HH:MM".
func minutesOf(clock string) int {
	var h, m int
	_, _ = fmt.Sscanf(clock, "%d:%d", &h, &m) // spansOf has seen that it is one
	return h*60 + m
}

// closingWords say that a service closes soon.
func closingWords(until, again string) Words {
	if again != "" {
		return Words{until + "까지, " + again + " 재개", "Until " + until + ", again " + again}
	}
	return Words{until + " 마감 임박", "Closing at " + until}
}
