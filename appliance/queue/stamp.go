package queue

import "time"

// Stamp is the instant of a fact as the appliance knew it.
type Stamp struct {
	Wall    int64  `json:"wall"`    // Unix time, ms
	Trusted bool   `json:"trusted"` // the wall clock was confirmed (NTP or RTC)
	Mono    int64  `json:"mono"`    // time since boot (CLOCK_BOOTTIME), ms
	Boot    string `json:"boot"`    // boot id; Mono compares only within one
}

// Time is the wall time in Korean time.
func (s Stamp) Time() time.Time { return time.UnixMilli(s.Wall).In(KST()) }

// Since is the time from earlier to s: by the monotonic clock within one boot,
// else by the wall clock if both stamps are trusted. It is unknown (false)
// otherwise, or when it would be negative.
func (s Stamp) Since(earlier Stamp) (time.Duration, bool) {
	var ms int64
	switch {
	case s.Boot == earlier.Boot:
		ms = s.Mono - earlier.Mono
	case s.Trusted && earlier.Trusted:
		ms = s.Wall - earlier.Wall
	default:
		return 0, false
	}
	if ms < 0 {
		return 0, false
	}
	return time.Duration(ms) * time.Millisecond, true
}

// KST is Korean standard time: UTC+9, no summer time since 1988.
func KST() *time.Location { return time.FixedZone("KST", 9*60*60) }

// local is the wall time as if it were UTC: date, weekday and hour are those of
// Korea, and no zone is made for every look at the schedule.
func (s Stamp) local() time.Time { return time.UnixMilli(s.Wall).UTC().Add(9 * time.Hour) }

// minute is the minute of the local day, 0 to 1439.
func (s Stamp) minute() int {
	t := s.local()
	return t.Hour()*60 + t.Minute()
}

// date is the business date, yyyy-mm-dd, of a day that starts at minute start.
func (s Stamp) date(start int) string {
	return s.local().Add(-time.Duration(start) * time.Minute).Format(time.DateOnly)
}

// corrected gives an untrusted stamp the wall time it must have had, from a
// trusted stamp of the same boot.
func (s Stamp) corrected(by Stamp) Stamp {
	if s.Trusted || !by.Trusted || s.Boot != by.Boot {
		return s
	}
	s.Wall = by.Wall - (by.Mono - s.Mono)
	s.Trusted = true
	return s
}
