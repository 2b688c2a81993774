package intake

import (
	"time"

	"sunbeon/appliance/feed"
)

// Office is what the city knows of one office. It is a value; what it points to
// is shared and must not be changed.
type Office struct {
	ID       string
	Snapshot *feed.Snapshot // the newest; nil before the first
	Received time.Time      // when that snapshot came, by the city's clock
	// Live is false while the snapshot is one that the broker had kept: it is
	// then as old as it says, not as old as Received.
	Live   bool
	Status *feed.Status // the newest; nil before the first. A hint, see Age
	Stored Stored
}

// Stored is how far the office's record has come to the city.
type Stored struct {
	Journal string
	Seq     uint64 // of the last fact stored; 0 is none
	// Trouble is why facts are refused: the record does not fit the one stored.
	// Empty is well.
	Trouble string
}

// Age is how old the office's figures are at now: the measure of liveness. A
// live snapshot ages from its receipt, whatever the office's clock; one that
// the broker had kept ages from its own stamp, and known is false if the
// office's clock was not confirmed when it was made, or without a snapshot.
func (o Office) Age(now time.Time) (age time.Duration, known bool) {
	switch {
	case o.Snapshot == nil:
		return 0, false
	case o.Live:
		age = now.Sub(o.Received)
	case !o.Snapshot.Clock:
		return 0, false
	default:
		age = now.Sub(time.UnixMilli(o.Snapshot.AsOf))
	}
	return max(age, 0), true
}

// ahead is how far the office's clock is ahead of the city's, less the time that
// the snapshot took to come; 0 where no live snapshot tells. An office judges a
// deadline by its own clock, and a clock that is some seconds ahead would refuse
// everybody, one that is behind would give numbers to people who have gone.
func (o Office) ahead() time.Duration {
	if o.Snapshot == nil || !o.Live || o.Snapshot.AsOf == 0 {
		return 0
	}
	return time.UnixMilli(o.Snapshot.AsOf).Sub(o.Received)
}
