package voice

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Period is a part of every day with a volume of its own.
type Period struct {
	From, To time.Duration // since midnight; To before From is on the next day
	Volume   int           // percent; 0 is silent
}

// ParsePeriod reads "12:00-13:00 30%".
func ParsePeriod(s string) (Period, error) {
	bad := fmt.Errorf("voice: period %q is not understood; write it as 12:00-13:00 30%%", s)
	hours, volume, ok := strings.Cut(s, " ")
	from, to, dash := strings.Cut(hours, "-")
	percent, isPercent := strings.CutSuffix(volume, "%")
	n, err := strconv.Atoi(percent)
	if !ok || !dash || !isPercent || err != nil {
		return Period{}, bad
	}
	p := Period{Volume: n}
	for _, t := range []struct {
		text string
		into *time.Duration
	}{{from, &p.From}, {to, &p.To}} {
		at, err := time.Parse("15:04", t.text)
		if err != nil {
			return Period{}, bad
		}
		*t.into = sinceMidnight(at)
	}
	return p, p.check()
}

func (p Period) check() error {
	const day = 24 * time.Hour
	if p.From < 0 || p.To < 0 || p.From >= day || p.To > day || p.From == p.To {
		return errors.New("voice: a period begins and ends within a day, at different times")
	}
	return volumeCheck(p.Volume)
}

func volumeCheck(v int) error {
	if v < 0 || v > 100 {
		return fmt.Errorf("voice: volume %d; it is 0 to 100 percent", v)
	}
	return nil
}

// covers reports whether a time of day is in the period.
func (p Period) covers(at time.Duration) bool {
	if p.From < p.To {
		return at >= p.From && at < p.To
	}
	return at >= p.From || at < p.To
}

// volume is that of the first period that covers a time, or else the usual one.
func volume(usual int, periods []Period, now time.Time) int {
	for _, p := range periods {
		if p.covers(sinceMidnight(now)) {
			return p.Volume
		}
	}
	return usual
}

func sinceMidnight(t time.Time) time.Duration {
	h, m, s := t.Clock()
	return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second
}
