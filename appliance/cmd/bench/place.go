package main

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"slices"
	"time"
)

// place is where the measurements run: a folder on the disk, and how many
// samples to take.
type place struct {
	dir   string
	scale float64
	ran   *cityRun // what the lines about the city share; nil before the first
}

// times scales a number of samples; a few are always taken.
func (p *place) times(n int) int {
	return max(3, int(math.Round(float64(n)*p.scale)))
}

// span scales how long to look.
func (p *place) span(d time.Duration) time.Duration {
	return max(200*time.Millisecond, time.Duration(float64(d)*p.scale))
}

// folder makes an empty folder that remove takes away.
func (p *place) folder(name string) (dir string, remove func(), err error) {
	dir, err = os.MkdirTemp(p.dir, name+"-")
	if err != nil {
		return "", nil, fmt.Errorf("bench: %w", err)
	}
	return dir, func() { _ = os.RemoveAll(dir) }, nil
}

// samples are durations of one kind.
type samples []time.Duration

// at is the quantile by nearest rank.
func (s samples) at(q float64) time.Duration { return quantile(s, q) }

// String is the spread.
func (s samples) String() string {
	return fmt.Sprintf("p50 %.2f p99 %.2f max %.2f ms", ms(s.at(0.5)), ms(s.at(0.99)), ms(s.at(1)))
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// ratios compares two kinds taken in turns: the p99 of a over that of b, and the
// same of each fifth of the run, least and most, as the spread.
func ratios(a, b samples) (whole, least, most float64) {
	whole = ratio(a, b)
	least, most = whole, whole
	const parts = 5
	if n := min(len(a), len(b)); n >= 20*parts {
		for i := range parts {
			r := ratio(a[i*n/parts:(i+1)*n/parts], b[i*n/parts:(i+1)*n/parts])
			least, most = min(least, r), max(most, r)
		}
	}
	return whole, least, most
}

func ratio(a, b samples) float64 {
	return float64(a.at(0.99)) / float64(max(b.at(0.99), 1))
}

// quantile is by nearest rank.
func quantile[T cmp.Ordered](all []T, q float64) T {
	if len(all) == 0 {
		var none T
		return none
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[max(0, int(math.Ceil(q*float64(len(sorted))))-1)]
}

func median[T cmp.Ordered](all []T) T {
	return slices.Sorted(slices.Values(all))[len(all)/2]
}

func (s samples) mean() time.Duration {
	var sum time.Duration
	for _, d := range s {
		sum += d
	}
	return sum / time.Duration(max(1, len(s)))
}
