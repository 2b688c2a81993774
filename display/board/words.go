package board

import (
	"fmt"
	"strconv"
	"time"

	"sunbeon/appliance/feed"
)

// people returns how many wait; a dash when that is not known.
func people(n *int) (ko, en string) {
	if n == nil {
		return "–", "–"
	}
	return strconv.Itoa(*n) + "명", strconv.Itoa(*n)
}

// shows reports whether a counter's number is of somebody called there.
func shows(k feed.Counter) bool {
	return k.Ticket != "" && (k.State == feed.CounterOpen || k.State == feed.CounterUnknown)
}

// waiting words an expected wait: whole minutes, the low end rounded down and
// the high end up, so that the range never promises more than is known.
func waiting(r *feed.Range) (ko, en string) {
	if r == nil {
		return "", ""
	}
	low, high := r.Low/60, (r.High+59)/60
	switch {
	case high <= 1:
		return "1분 이내", "under 1 min"
	case high >= 180:
		low, high = r.Low/3600, (r.High+3599)/3600
		if low == high {
			return fmt.Sprintf("약 %d시간", low), fmt.Sprintf("about %d h", low)
		}
		return fmt.Sprintf("약 %d~%d시간", low, high), fmt.Sprintf("%d–%d h", low, high)
	case low == 0:
		return fmt.Sprintf("%d분 이내", high), fmt.Sprintf("under %d min", high)
	case low == high:
		return fmt.Sprintf("약 %d분", low), fmt.Sprintf("about %d min", low)
	}
	return fmt.Sprintf("약 %d~%d분", low, high), fmt.Sprintf("%d–%d min", low, high)
}

// issuing words why a service gives no tickets; empty while it does.
func issuing(i feed.Issuing) (ko, en string) {
	switch i {
	case feed.IssuingClosed:
		return "발권마감", "Tickets closed"
	case feed.IssuingEarly:
		return "조기마감", "Closed early"
	case feed.IssuingFull:
		return "번호 소진", "No tickets left"
	}
	return "", ""
}

// desk words what a counter does when it serves nobody.
func desk(k feed.Counter) (ko, en string) {
	switch {
	case k.State == feed.CounterPaused:
		return "부재중", "Away"
	case k.State == feed.CounterClosed:
		return "마감", "Closed"
	}
	return "", ""
}

var (
	weekdaysKo = [...]string{"일", "월", "화", "수", "목", "금", "토"}
	weekdaysEn = [...]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}
)

// unix converts a time of the feed.
func unix(ms int64) time.Time { return time.UnixMilli(ms) }

func date(t time.Time) (ko, en string) {
	return fmt.Sprintf("%d월 %d일 (%s)", int(t.Month()), t.Day(), weekdaysKo[t.Weekday()]),
		fmt.Sprintf("%s, %d %s", weekdaysEn[t.Weekday()], t.Day(), t.Month().String()[:3])
}

// moment words a past time: of another day with its date.
func moment(t, now time.Time) (ko, en string) {
	t = t.In(now.Location())
	clock := t.Format("15:04")
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return clock, clock
	}
	ko, en = date(t)
	return ko + " " + clock, en + " " + clock
}
