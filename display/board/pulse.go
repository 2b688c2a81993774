package board

import (
	"math"
	"time"

	"sunbeon/appliance/feed"
)

// A new call stands out for Highlight: dark figures on a bright ground that
// breathes between two tones once in pulsePeriod. Both tones carry the same
// dark ink, so the figures are as readable at every instant, and half a hertz
// is far from what may trigger a seizure (WCAG 2.2, 2.3.1: three a second).
const (
	Highlight   = 10 * time.Second
	pulsePeriod = 2 * time.Second
	clockSkew   = 2 * time.Second // a call may seem to come from the near future
)

// glow is the pulse at a time, 0 deep to 1 pale. It depends on nothing but the
// time, so that all highlights breathe together.
func glow(now time.Time) float64 {
	phase := float64(now.UnixMilli()%pulsePeriod.Milliseconds()) / float64(pulsePeriod.Milliseconds())
	return (1 - math.Cos(2*math.Pi*phase)) / 2
}

// highlighted reports whether a call is new at a time, and until when.
func highlighted(c feed.Call, at time.Time) (bool, time.Time) {
	since := at.Sub(unix(c.At))
	return since >= -clockSkew && since < Highlight, unix(c.At).Add(Highlight)
}
