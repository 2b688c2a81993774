package feed

import (
	"bytes"
	"fmt"
	"strings"
)

// Bounds of a fact's body.
const (
	maxNumber  = 99999 // the largest number of a ticket; signs show four digits
	maxSeconds = 7 * 24 * 60 * 60
	maxMinutes = 7 * 24 * 60
)

// DecodeBody reads the body of a fact. Of a kind that the city has no use for,
// or does not know yet, it gives nil.
func DecodeBody(kind string, body []byte) (Body, error) {
	read := reader(kind)
	if read == nil {
		return nil, nil
	}
	// A body that is null would pass for one in which everything is zero.
	if !bytes.HasPrefix(body, []byte("{")) {
		return nil, fmt.Errorf("%w: fact %s: its body is not an object", ErrInvalid, kind)
	}
	return read(body)
}

func reader(kind string) func([]byte) (Body, error) {
	switch kind {
	case "day_opened":
		return body(func(e FactDayOpened) string { return first(bad(e.Number < 1, "number"), date(e.Date), e.Setup.check()) })
	case "day_closed":
		return body(func(FactDayClosed) string { return "" })
	case "day_reopened":
		return body(func(FactDayReopened) string { return "" })
	case "config_changed":
		return body(func(e FactConfigChanged) string { return e.Setup.check() })
	case "issued":
		return body(FactIssued.check)
	case "called":
		return body(func(e FactCalled) string { return at(e.TicketRef, e.Counter) })
	case "recalled":
		return body(func(e FactRecalled) string { return at(e.TicketRef, e.Counter) })
	case "held":
		return body(func(e FactHeld) string { return at(e.TicketRef, e.Counter) })
	case "no_show":
		return body(func(e FactNoShow) string { return at(e.TicketRef, e.Counter) })
	case "returned":
		return body(func(e FactReturned) string { return e.check() })
	case "arrived":
		return body(func(e FactArrived) string { return e.check() })
	case "skipped":
		return body(func(e FactSkipped) string { return e.check() })
	case "delayed":
		return body(func(e FactDelayed) string {
			return first(e.check(), bad(e.Passed < 1 || e.Passed > maxNumber, "how many pass"))
		})
	case "transferred":
		return body(func(e FactTransferred) string {
			return first(at(e.TicketRef, e.From), bad(e.Service == "" || len(e.Service) > maxText, "service"), bad(e.Counter < 0 || e.Counter > 99, "counter"))
		})
	case "finished":
		return body(func(e FactFinished) string { return at(e.TicketRef, e.Counter) })
	case "cancelled":
		return body(func(e FactCancelled) string { return e.check() })
	case "voided":
		return body(func(e FactVoided) string { return e.check() })
	}
	return nil
}

// body reads a B and refuses what check finds wrong with it.
func body[B Body](check func(B) string) func([]byte) (Body, error) {
	return func(b []byte) (Body, error) {
		var e B
		if err := decode(b, MaxSnapshot, &e); err != nil {
			return nil, err
		}
		if wrong := check(e); wrong != "" {
			return nil, fmt.Errorf("%w: fact %s: %s", ErrInvalid, e.Kind(), wrong)
		}
		return e, nil
	}
}

func bad(wrong bool, what string) string {
	if wrong {
		return what
	}
	return ""
}

func first(wrong ...string) string {
	for _, w := range wrong {
		if w != "" {
			return w
		}
	}
	return ""
}

func (r TicketRef) check() string {
	return bad(r.Band == "" || len(r.Band) > maxText || r.Number < 1 || r.Number > maxNumber, "ticket")
}

// at checks a ticket at a counter.
func at(r TicketRef, counter int) string {
	return first(r.check(), bad(counter < 1 || counter > 99, "counter"))
}

func date(s string) string {
	return bad(s != "" && len(s) != len("2006-01-02"), "date")
}

func (c Setup) check() string {
	if len(c.Services) > maxServices {
		return "too many services"
	}
	for _, v := range c.Services {
		if v.ID == "" || len(v.ID) > maxText || len(v.Name) > maxText || len(v.NameEn) > maxText || len(v.Prefix) > 16 {
			return "a service"
		}
	}
	r := c.Rules
	switch r.LatePlace {
	case LateFront, LateAfter, LateEnd:
	default:
		return "the place of the late"
	}
	return bad(r.PriorityRun < 0 || r.LateWithin < 0 || r.LateWithin > maxMinutes || r.LateAfter < 0 || r.LateAfter > maxNumber || r.DelayMost < 0 || r.DelayMost > maxNumber, "rules")
}

func (e FactIssued) check() string {
	f := e.Told
	return first(e.TicketRef.check(),
		bad(e.Class != ClassOrdinary && e.Class != ClassPriority, "class"),
		bad(e.Origin != OriginButton && e.Origin != OriginOnline && e.Origin != OriginClerk, "origin"),
		bad(e.Token != "" && !IsToken(e.Token), "token"),
		bad(f.Known && (f.Low < 0 || f.Mid < f.Low || f.High < f.Mid || f.High > maxSeconds), "forecast"))
}

// IsToken reports whether s can be the address of a ticket's page: 80 random
// bits in 16 characters of lower-case base32.
func IsToken(s string) bool {
	return len(s) == 16 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz234567") == ""
}
