package main

import (
	"strings"
	"testing"
	"time"
)

// Readers are spread by Zipf's law, all of them, and no place loses one when more
// are added.
func TestCrowd(t *testing.T) {
	before := crowdOf(0, countryOffices)
	for _, n := range []int{1, 10, 2000, 5000, 19000} {
		sum := 0
		now := crowdOf(n, countryOffices)
		for i, a := range now {
			sum += a.N
			if a.N < before[i].N {
				t.Errorf("%d readers: %s has %d, and had %d with fewer", n, a.Path, a.N, before[i].N)
			}
		}
		if sum != n {
			t.Errorf("%d readers are %d", n, sum)
		}
		before = now
	}
	if first, second, last := before[0].N, before[1].N, before[busyOffices-1].N; first < 3000 || second*2 > first || second*2 < first-2*busyOffices || last < 10 {
		t.Errorf("the first office has %d, the second %d, the last %d", first, second, last)
	}
}

// Growth is of a unit's cost beyond the base, and of what is more than noise.
func TestGrowth(t *testing.T) {
	at := func(size float64, web time.Duration) window {
		return window{size, day{took: 10 * time.Second, web: web}}
	}
	units := func(w window) int { return int(w.size) }
	for _, c := range []struct {
		name string
		all  []window
		want float64
		note string
	}{
		{"linear", []window{at(0, time.Second), at(1000, 2*time.Second), at(2000, 3*time.Second), at(4000, 5*time.Second)}, 1, "base 10.0 %"},
		{"square", []window{at(0, time.Second), at(1000, 2*time.Second), at(4000, 17*time.Second)}, 4, "1000: 1000.0, 4000: 4000.0"},
		{"noise at first", []window{at(0, time.Second), at(10, time.Second), at(1000, 2*time.Second), at(2000, 3*time.Second)}, 1, "10: too little"},
		{"noise", []window{at(0, time.Second), at(1000, time.Second), at(2000, time.Second)}, 0, "no two sizes"},
	} {
		r, err := growth(c.all, "readers", "delivery", units)
		if err != nil || r.value < c.want-0.01 || r.value > c.want+0.01 || !strings.Contains(r.note, c.note) {
			t.Errorf("%s: %v %q %v, want %v", c.name, r.value, r.note, err, c.want)
		}
	}
}
