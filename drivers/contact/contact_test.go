package contact

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const ms = time.Millisecond

// reading is a level at a time in milliseconds.
type reading struct {
	at     int
	closed bool
}

func presses(t Timing, rs []reading) (at []int, c Contact) {
	for _, r := range rs {
		var p bool
		if c, p = c.Step(t, r.closed, time.Duration(r.at)*ms); p {
			at = append(at, r.at)
		}
	}
	return at, c
}

func TestContact(t *testing.T) {
	const C, O = true, false
	for _, tc := range []struct {
		name  string
		rs    []reading
		want  []int
		stuck bool
	}{
		{"a clean press", []reading{{0, O}, {100, C}, {200, O}, {300, O}}, []int{100}, false},
		{"counts at once, not after the bounce", []reading{{0, O}, {100, C}}, []int{100}, false},
		{"bounce on closing", []reading{{0, O}, {100, C}, {101, O}, {102, C}, {104, O}, {109, C}}, []int{100}, false},
		{"bounce on opening", []reading{{0, O}, {100, C}, {200, O}, {203, C}, {204, O}, {207, C}, {210, O}, {260, O}}, []int{100}, false},
		{"two presses", []reading{{0, O}, {100, C}, {150, O}, {200, O}, {220, C}}, []int{100, 220}, false},
		{"two presses, 50 ms between", []reading{{0, O}, {100, C}, {150, O}, {200, O}, {201, C}}, []int{100, 201}, false},
		{"open at one reading only", []reading{{0, O}, {100, C}, {150, O}, {250, C}}, []int{100}, false},
		{"49 ms open is still the same press", []reading{{0, O}, {100, C}, {150, O}, {199, O}, {200, C}}, []int{100}, false},
		{"leaning", []reading{{0, O}, {100, C}, {5000, O}, {5020, C}, {9000, O}, {9049, C}, {12000, C}}, []int{100}, false},
		{"closed at the start is no press", []reading{{0, C}, {100, C}, {29999, C}}, nil, false},
		{"closed at the start, then pressed", []reading{{0, C}, {100, O}, {150, O}, {160, C}}, []int{160}, false},
		{"stuck", []reading{{0, O}, {100, C}, {30099, C}, {30100, C}}, []int{100}, true},
		{"stuck from the start", []reading{{0, C}, {30000, C}}, nil, true},
		{"stuck though it flickers", []reading{{0, O}, {100, C}, {20000, O}, {20001, C}, {30100, C}}, []int{100}, true},
		{"freed", []reading{{0, O}, {100, C}, {40000, C}, {40001, O}, {40051, O}}, []int{100}, false},
		{"freed and closed between two readings", []reading{{0, O}, {100, C}, {40000, C}, {40001, O}, {50000, C}}, []int{100}, true},
		{"stuck though time seems to go back", []reading{{0, O}, {100, C}, {30100, C}, {20000, C}}, []int{100}, true},
		{"time does not go back", []reading{{0, O}, {100, C}, {150, O}, {90, O}, {140, C}}, []int{100}, false},
	} {
		got, c := presses(Timing{}, tc.rs)
		if len(got) != len(tc.want) {
			t.Errorf("%s: presses at %v, want %v", tc.name, got, tc.want)
			continue
		}
		for i := range got {
			if got[i] != tc.want[i] {
				t.Errorf("%s: presses at %v, want %v", tc.name, got, tc.want)
			}
		}
		if c.Stuck() != tc.stuck {
			t.Errorf("%s: stuck %v, want %v", tc.name, c.Stuck(), tc.stuck)
		}
	}
}

// edges draws a contact's life: it opens and closes in turn.
func edges(t *rapid.T) []reading {
	rs := []reading{{0, rapid.Bool().Draw(t, "closed at start")}}
	at := 0
	for _, d := range rapid.SliceOfN(rapid.IntRange(1, 120), 0, 60).Draw(t, "lengths") {
		at += d
		rs = append(rs, reading{at, !rs[len(rs)-1].closed})
	}
	return rs
}

// TestEveryPressOnce: a press is a closed reading after two open ones 50 ms apart
// with no closed one between, or after a start that was open; that is all there
// is to know, whatever is read besides.
func TestEveryPressOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var rs []reading
		for _, e := range edges(t) { // some edges twice, as readings between them are
			rs = append(rs, e)
			if rapid.Bool().Draw(t, "reread") {
				rs = append(rs, reading{e.at + rapid.IntRange(0, 100).Draw(t, "after"), e.closed})
			}
		}
		slices.SortStableFunc(rs, func(a, b reading) int { return a.at - b.at })
		var want []int
		up, since := !rs[0].closed, -1 // rests open; open since
		for _, r := range rs[1:] {
			switch {
			case r.closed && up:
				want = append(want, r.at)
				up, since = false, -1
			case r.closed:
				since = -1
			case since < 0:
				since = r.at
			default:
				up = up || r.at-since >= 50
			}
		}
		if got, _ := presses(Timing{}, rs); !slices.Equal(got, want) {
			t.Fatalf("presses at %v, want %v", got, want)
		}
	})
}

// TestLostReadings: whatever is missed, no press is counted that was not one,
// and a button that rests open works again.
func TestLostReadings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rs := edges(t)
		var some []reading
		for _, r := range rs {
			if rapid.Bool().Draw(t, "seen") {
				some = append(some, r)
			}
		}
		closings := 0
		for i, r := range rs {
			if i > 0 && r.closed {
				closings++
			}
		}
		got, c := presses(Timing{}, some)
		if len(got) > closings {
			t.Fatalf("%d presses of %d closings", len(got), closings)
		}
		end := time.Duration(rs[len(rs)-1].at) * ms
		c, _ = c.Step(Timing{}, false, end+1*ms)
		c, _ = c.Step(Timing{}, false, end+60*ms)
		if _, press := c.Step(Timing{}, true, end+61*ms); !press {
			t.Fatal("a press after a rest did not count")
		}
	})
}
