package main

import (
	"slices"
	"testing"
	"time"
)

// A cycle counts when both its readings are inside; the one across an instant
// may begin and end anywhere.
func TestCycles(t *testing.T) {
	start := time.Now()
	at := func(ms ...int) (out []time.Time) {
		for _, m := range ms {
			out = append(out, start.Add(time.Duration(m)*time.Millisecond))
		}
		return out
	}
	h := &hall{}
	h.asked[0] = at(0, 100, 210, 330, 460)
	h.asked[1] = at(50, 250, 300)
	h.asked[2] = at(0, 1000)
	some := func(unit int) bool { return unit < 2 }
	want := samples{110 * time.Millisecond, 120 * time.Millisecond, 50 * time.Millisecond}
	if got := h.cycles(some, at(100)[0], at(330)[0]); !slices.Equal(got, want) {
		t.Errorf("got %v want %v", []time.Duration(got), []time.Duration(want))
	}
	for ms, want := range map[int]time.Duration{
		110: 200, 210: 200, 249: 200, // 50 to 250 and, up to 210, 100 to 210
		250: 120, 459: 130, 460: 0, // from 330 on unit 1 has no later reading
	} {
		if got := h.across(some, at(ms)[0]); got != want*time.Millisecond {
			t.Errorf("across %d ms: got %v want %v", ms, got, want*time.Millisecond)
		}
	}
}

func TestHallOffice(t *testing.T) {
	file, err := hallOffice()
	if err != nil {
		t.Fatal(err)
	}
	cfg := hallConfig()
	if err := cfg.Check(); err != nil {
		t.Error(err)
	}
	for i, u := range cfg.Units {
		if file.Queue.Counters[i].Number != u.Counter {
			t.Errorf("unit %d is at counter %d, the office has %d there", i, u.Counter, file.Queue.Counters[i].Number)
		}
	}
}
