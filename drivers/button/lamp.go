package button

import "time"

// Pattern is what the light in a button says.
type Pattern string

const (
	Ready  Pattern = "ready"  // steady: press
	Busy   Pattern = "busy"   // lit, winking: wait a moment
	Paper  Pattern = "paper"  // slow blink: a number is given, but no paper
	Closed Pattern = "closed" // dark: no tickets now
	Broken Pattern = "broken" // quick blink: ask staff
)

// cycle is how long a pattern is lit and dark in turn; all lit or all dark is
// steady. An unknown pattern is dark.
func (p Pattern) cycle() (lit, dark time.Duration) {
	switch p {
	case Ready:
		return time.Second, 0
	case Busy:
		return 450 * time.Millisecond, 150 * time.Millisecond
	case Paper:
		return 800 * time.Millisecond, 800 * time.Millisecond
	case Broken:
		return 200 * time.Millisecond, 200 * time.Millisecond
	}
	return 0, time.Second
}

// Lit reports whether the lamp is lit at a time.
func (p Pattern) Lit(at time.Duration) bool {
	lit, dark := p.cycle()
	return phase(at, lit+dark) < lit
}

// Next is how long after at the lamp changes, 0 if it never does.
func (p Pattern) Next(at time.Duration) time.Duration {
	lit, dark := p.cycle()
	if lit == 0 || dark == 0 {
		return 0
	}
	if n := phase(at, lit+dark); n < lit {
		return lit - n
	} else {
		return lit + dark - n
	}
}

// phase is at within its cycle, also before the beginning of time.
func phase(at, cycle time.Duration) time.Duration {
	return (at%cycle + cycle) % cycle
}
