package button

import (
	"testing"
	"time"
)

var patterns = []Pattern{Ready, Busy, Paper, Closed, Broken, "unknown"}

// TestPatterns draws one character per 50 ms from time 0.
func TestPatterns(t *testing.T) {
	want := map[Pattern]string{
		Ready:     "################################",
		Busy:      "#########---#########---########",
		Paper:     "################----------------",
		Closed:    "--------------------------------",
		Broken:    "####----####----####----####----",
		"unknown": "--------------------------------",
	}
	for _, p := range patterns {
		got := ""
		for i := range 32 {
			if p.Lit(time.Duration(i) * 50 * ms) {
				got += "#"
			} else {
				got += "-"
			}
		}
		if got != want[p] {
			t.Errorf("%s:\n%s want\n%s", p, want[p], got)
		}
	}
}

// TestNext: the lamp changes at Next and not before.
func TestNext(t *testing.T) {
	for _, p := range patterns {
		for at := -3 * time.Second; at < 3*time.Second; at += 7 * ms {
			next := p.Next(at)
			if next < 0 {
				t.Fatalf("%s at %v: next %v", p, at, next)
			}
			until := next
			if next == 0 {
				until = 5 * time.Second
			} else if p.Lit(at+next) == p.Lit(at) {
				t.Fatalf("%s at %v: no change after %v", p, at, next)
			}
			for d := time.Duration(0); d < until; d += ms {
				if p.Lit(at+d) != p.Lit(at) {
					t.Fatalf("%s at %v: changed after %v, announced after %v", p, at, d, next)
				}
			}
		}
	}
}

// TestNoQuickFlashes: at most three flashes in any second.
func TestNoQuickFlashes(t *testing.T) {
	for _, p := range patterns {
		for from := time.Duration(0); from < 2*time.Second; from += 10 * ms {
			flashes := 0
			for at := from + ms; at <= from+time.Second; at += ms {
				if p.Lit(at) && !p.Lit(at-ms) {
					flashes++
				}
			}
			if flashes > 3 {
				t.Fatalf("%s flashes %d times a second", p, flashes)
			}
		}
	}
}
