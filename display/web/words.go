package web

import (
	"fmt"
	"time"

	"sunbeon/appliance/feed"
)

// seoul is the only time zone of the offices; it has no summer time.
func seoul(t time.Time) time.Time { return t.In(feed.KST()) }

// moment words a time: with the date, because "14:02" alone may be yesterday's.
func moment(t time.Time) Words {
	if t.IsZero() {
		return Words{}
	}
	t = seoul(t)
	return Words{fmt.Sprintf("%d월 %d일 %s", t.Month(), t.Day(), t.Format("15:04")), t.Format("2 Jan 15:04")}
}

// unknown stands for a figure that nobody knows.
func unknown() Words { return Words{"알 수 없음", "not known"} }

// people words a number of people.
func people(n *int) Words {
	if n == nil {
		return unknown()
	}
	return Words{fmt.Sprintf("%d명", *n), fmt.Sprint(*n)}
}

// atLeast words the people of an office of whom only some services tell.
func atLeast(n int) Words {
	if n == 0 {
		return unknown()
	}
	return Words{fmt.Sprintf("%d명 이상", n), fmt.Sprintf("%d or more", n)}
}

// some reports whether a count is known to be above nothing.
func some(n *int) bool { return n != nil && *n > 0 }

// none reports whether a count is known to be nothing.
func none(n *int) bool { return n != nil && *n == 0 }

// ago words an age; the page's module says the same while it ticks.
func ago(d time.Duration) Words {
	s := max(int(d/time.Second), 0)
	switch {
	case s < 60:
		return Words{fmt.Sprintf("%d초 전", s), fmt.Sprintf("%d s ago", s)}
	case s < 3600:
		return Words{fmt.Sprintf("%d분 전", s/60), fmt.Sprintf("%d min ago", s/60)}
	case s < 86400:
		return Words{fmt.Sprintf("%d시간 전", s/3600), fmt.Sprintf("%d h ago", s/3600)}
	}
	return Words{fmt.Sprintf("%d일 전", s/86400), fmt.Sprintf("%d d ago", s/86400)}
}

// span words an expected wait as a range of minutes, rounded outwards so that
// it never promises more than the forecast does.
func span(r *feed.Range) Words {
	low, high := r.Low/60, (r.High+59)/60
	switch {
	case high <= 1:
		return Words{"1분 이내", "within 1 min"}
	case low == 0:
		return Words{fmt.Sprintf("%s 이내", ko(high)), "within " + en(high)}
	case low == high:
		return Words{"약 " + ko(high), "about " + en(high)}
	case high < 100:
		return Words{fmt.Sprintf("%d~%d분", low, high), fmt.Sprintf("%d–%d min", low, high)}
	}
	return Words{ko(low) + "~" + ko(high), en(low) + " – " + en(high)}
}

func ko(minutes int) string {
	switch h, m := minutes/60, minutes%60; {
	case h == 0:
		return fmt.Sprintf("%d분", m)
	case m == 0:
		return fmt.Sprintf("%d시간", h)
	default:
		return fmt.Sprintf("%d시간 %d분", h, m)
	}
}

func en(minutes int) string {
	switch h, m := minutes/60, minutes%60; {
	case h == 0:
		return fmt.Sprintf("%d min", m)
	case m == 0:
		return fmt.Sprintf("%d h", h)
	default:
		return fmt.Sprintf("%d h %d min", h, m)
	}
}

// Level is how crowded a service is, by the expected minutes of waiting.
type Level string

const (
	Smooth  Level = "smooth"  // 원활: up to smoothMinutes
	Normal  Level = "normal"  // 보통: up to normalMinutes
	Busy    Level = "busy"    // 혼잡: more
	Unknown Level = "unknown" // no forecast
)

// The rule of the levels, minutes of the median forecast. The pages show it.
const (
	smoothMinutes = 10
	normalMinutes = 30
)

// level rates a service.
func level(v feed.Service) Level {
	switch {
	case v.Wait == nil && none(v.Waiting) && some(v.Counters) && v.Issuing == feed.IssuingOpen:
		return Smooth
	case v.Wait == nil:
		return Unknown
	case v.Wait.Mid <= smoothMinutes*60:
		return Smooth
	case v.Wait.Mid <= normalMinutes*60:
		return Normal
	}
	return Busy
}

// rank orders levels for "the busiest of them".
func (l Level) rank() int {
	switch l {
	case Smooth:
		return 1
	case Normal:
		return 2
	case Busy:
		return 3
	}
	return 0
}

// Words of the level.
func (l Level) Words() Words {
	switch l {
	case Smooth:
		return Words{"원활", "Smooth"}
	case Normal:
		return Words{"보통", "Normal"}
	case Busy:
		return Words{"혼잡", "Busy"}
	}
	return Words{"예상 자료 없음", "No estimate"}
}

// State says whether an office or a service gives tickets.
type State string

const (
	Open    State = "open"
	Before  State = "before" // outside the hours, and they begin later today
	Closed  State = "closed" // outside the hours
	Early   State = "early"  // closed early by staff
	Full    State = "full"   // today's numbers are used up
	Unheard State = "unheard"
)

// Words of the state; opens is when a Before ends, "HH:MM".
func (s State) Words(opens string) Words {
	switch s {
	case Open:
		return Words{"접수 중", "Open"}
	case Before:
		return Words{opens + "부터 접수", "Opens " + opens}
	case Closed:
		return Words{"마감", "Closed"}
	case Early:
		return Words{"조기마감", "Closed early"}
	case Full:
		return Words{"오늘 번호 소진", "No numbers left today"}
	}
	return Words{"소식 없음", "Not heard from"}
}
