package forecast

import (
	"testing"
	"time"
)

// TestSpread: of many busy counters one is free long before the half of them.
func TestSpread(t *testing.T) {
	m := New(map[string]time.Duration{"a": 8 * minute})
	for i := range 300 {
		m.Handled("a", time.Duration(1+i%15)*minute) // 1 to 15 minutes
	}
	one := known(t, m.Predict(Line{Service: "a"}, busyDesks(1, "a"), nil)).Base
	eight := known(t, m.Predict(Line{Service: "a"}, busyDesks(8, "a"), nil)).Base
	if one < 6*minute || one > 10*minute || eight < minute/2 || eight > 3*minute {
		t.Errorf("free after %v at one counter, %v at eight", one, eight)
	}
	// Counters that do not serve the ticket are not among the n.
	mixed := known(t, m.Predict(Line{Service: "a"}, append(busyDesks(1, "a"), busyDesks(8, "b")...), nil)).Base
	if mixed != one {
		t.Errorf("eight counters for something else took %v to %v", one, mixed)
	}
}

func TestRemaining(t *testing.T) {
	edges := timeEdges()
	i := binOf(edges[:], 300_000)
	var v times // as much weight in a bin as in the next
	v.bins[i], v.bins[i+1], v.mean = 4*one, 4*one, 300_000
	width, next := edges[i+1]-edges[i], edges[i+2]-edges[i+1]
	for _, c := range []struct{ busy, q, want int64 }{
		{0, one / 4, edges[i] + width/2},
		{0, one / 2, edges[i+1]},
		{edges[i], one / 4, width / 2},
		// A quarter of the first bin is left, a fifth of all: a tenth is half
		// of that, and three fifths are half of the second bin.
		{edges[i] + width*3/4, one / 10, width / 8},
		{edges[i] + width*3/4, one * 3 / 5, width/4 + next/2},
	} {
		if got := v.remaining(&edges, c.busy, c.q); got < c.want-width/50 || got > c.want+width/50 {
			t.Errorf("busy for %d, share %.2f: %d left, want %d", c.busy, float64(c.q)/one, got, c.want)
		}
	}
}

func TestBinOf(t *testing.T) {
	edges := []int64{0, 10, 20, 40}
	for v, want := range map[int64]int{-5: 0, 0: 0, 9: 0, 10: 1, 19: 1, 20: 2, 39: 2, 40: 2, 99: 2} {
		if got := binOf(edges, v); got != want {
			t.Errorf("%d is in bin %d, want %d", v, got, want)
		}
	}
	times, ratios := timeEdges(), ratioEdges()
	for _, e := range [][]int64{times[:], ratios[:]} {
		for i := 1; i < len(e); i++ {
			if e[i] <= e[i-1] {
				t.Fatalf("edge %d is %d after %d", i, e[i], e[i-1])
			}
		}
	}
	if last := times[timeBins]; last < 8*3600*1000 {
		t.Errorf("handling times end at %d ms", last)
	}
	if last := ratios[ratioBins]; last < 14*one {
		t.Errorf("ratios end at %d", last/one)
	}
}

// TestLevel: where a tenth lies outside on either side nothing moves; where
// more does, that end moves out, and where less, in.
func TestLevel(t *testing.T) {
	f := Range{Low: 5 * minute, Mid: 10 * minute, High: 20 * minute, Known: true, Base: 10 * minute}
	walk := func(f Range, below, above int) level {
		l := newLevel()
		for i := range 2000 {
			wait := 10 * minute
			if i%20 < below {
				wait = minute
			} else if i%20 >= 20-above {
				wait = 30 * minute
			}
			l.observe(f, wait.Milliseconds())
		}
		return l
	}
	start := newLevel()
	near := func(a, b int64) bool { return a-b < one/100 && b-a < one/100 }
	if l := walk(f, 2, 2); !near(l.low, start.low) || !near(l.high, start.high) {
		t.Errorf("a tenth on either side moved %v to %v", start, l)
	}
	if l := walk(f, 4, 2); l.low > start.low-one/50 || !near(l.high, start.high) {
		t.Errorf("a fifth below moved %v to %v", start, l)
	}
	if l := walk(f, 2, 4); l.high < start.high+one/50 || !near(l.low, start.low) {
		t.Errorf("a fifth above moved %v to %v", start, l)
	}
	if l := walk(f, 0, 0); l.low < start.low+one/50 || l.high > start.high-one/50 {
		t.Errorf("none outside moved %v to %v", start, l)
	}
	f.Low = 0 // nobody can be below it
	if l := walk(f, 2, 2); l.low != start.low {
		t.Errorf("a range from 0 moved its lower end from %d to %d", start.low, l.low)
	}

	m := learnedModel()
	for range 100 {
		m.Waited("a", 4, Range{Low: minute, Mid: 9 * minute, High: 30 * minute, Known: true, Base: 10 * minute}, 9*minute)
	}
	if l := m.level[bucketOf(4, 1)]; l.low <= start.low || l.high >= start.high {
		t.Errorf("outcomes did not reach the level: %v", l)
	}
}

// TestQuantile: a bin that holds nearly everything is taken whole.
func TestQuantile(t *testing.T) {
	m := New(nil)
	m.blend[70] = 100 * one
	if low, high := m.quantile(0, 100*one, one/10); low != m.ratioEdges[70] || high != m.ratioEdges[71] {
		t.Errorf("all in bin 70 (%d to %d): %d to %d", m.ratioEdges[70], m.ratioEdges[71], low, high)
	}
	for i := range 100 {
		m.blend[i] = one
	}
	m.blend[70] = 2 * one // of 101
	low, high := m.quantile(0, 101*one, one*71/101)
	if mid := (m.ratioEdges[70] + m.ratioEdges[71]) / 2; low != high || low < mid-mid/200 || low > mid+mid/200 {
		t.Errorf("half-way into bin 70 is %d to %d, want %d", low, high, mid)
	}
	if low, high := m.quantile(30*one, 131*one, one/5); low != 0 || high != 0 {
		t.Errorf("30 of 131 did not wait, and a fifth is %d to %d", low, high)
	}
}

// TestForgetting: a range that was sure widens again when nothing confirms it.
func TestForgetting(t *testing.T) {
	m := learnedModel()
	at := func() Range {
		return known(t, m.Predict(Line{Service: "a", Ahead: ahead(6, "a")}, busyDesks(2, "a"), nil))
	}
	m.StartDay(0)
	rng := seeded(8)
	for range 300 {
		f := at()
		m.Waited("a", 6, f, time.Duration(float64(f.Base)*(0.9+0.2*rng.Float64())))
	}
	sure := at()
	for day := range int64(80) {
		m.StartDay(day)
	}
	if open := at(); open.High-open.Low < 2*(sure.High-sure.Low) {
		t.Errorf("%v to %v, 80 days later %v to %v", sure.Low, sure.High, open.Low, open.High)
	}
}
