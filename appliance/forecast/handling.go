package forecast

import "time"

// one is 1 in the fixed-point numbers of this package: weights, ratios, levels.
const one = 1 << 16

const (
	timeBins  = 84
	priorObs  = 8       // the configured figure weighs as many observations
	clipTimes = 10      // an observation counts as at most so many means
	maxWeight = 1 << 36 // no bin of a snapshot may be heavier
)

// timeEdges are the limits of the bins of handling times, in milliseconds:
// 2 s, each an eighth wider than the one before, the last beyond ten hours.
func timeEdges() (e [timeBins + 1]int64) {
	e[0] = 0
	e[1] = 2000
	for i := 2; i <= timeBins; i++ {
		e[i] = e[i-1] + e[i-1]/8
	}
	return e
}

// times is the distribution of the handling times of a service: observations
// in log-spaced bins, and the configured figure as if it had been observed
// priorObs times with the spread that handling times usually have.
type times struct {
	prior  [timeBins]int64
	bins   [timeBins]int64
	weight int64 // sum of bins
	sum    int64 // milliseconds x weight
	config int64 // the configured figure, milliseconds
	mean   int64 // milliseconds, of both
}

// priorShape is a lognormal of mean 1 and sigma 0.7 in sixteen equal parts, in
// thousandths.
func priorShape() [16]int64 {
	return [16]int64{212, 311, 386, 454, 522, 591, 663, 741, 827, 924, 1037, 1174, 1348, 1587, 1969, 3254}
}

func (t *times) setPrior(edges *[timeBins + 1]int64, d time.Duration) {
	t.config = max(toMS(d), 1000)
	t.prior = [timeBins]int64{}
	for _, f := range priorShape() {
		t.prior[binOf(edges[:], t.config*f/1000)] += priorObs * one / 16
	}
	t.refresh()
}

func (t *times) refresh() {
	t.mean = max((t.config*priorObs*one+t.sum)/(priorObs*one+t.weight), 1000)
}

// clip limits an observation that is no handling any more: a counter left
// without a pause.
func (t *times) clip(ms int64) int64 { return min(ms, t.mean*clipTimes) }

func (t *times) add(edges *[timeBins + 1]int64, ms int64) {
	t.bins[binOf(edges[:], ms)] += one
	t.weight += one
	t.sum += ms * one
	t.refresh()
}

// age makes a day's observations weigh six sevenths of what they did.
func (t *times) age() {
	t.weight = 0
	for i := range t.bins {
		t.bins[i] -= (t.bins[i] + 6) / 7 // rounded up: everything is forgotten in the end
		t.weight += t.bins[i]
	}
	t.sum -= t.sum / 7
	if t.weight == 0 {
		t.sum = 0
	}
	t.refresh()
}

// remaining is the time after which a share q (fixed point) of those who have
// been at a counter for busy milliseconds will have left it.
func (t *times) remaining(edges *[timeBins + 1]int64, busy, q int64) int64 {
	first := binOf(edges[:], busy)
	lo, hi := max(edges[first], min(busy, edges[first+1]-1)), edges[first+1]
	part := func(i int) int64 { // weight of bin i that lies beyond busy
		w := t.prior[i] + t.bins[i]
		if i == first {
			w = w * (hi - lo) / (hi - edges[first])
		}
		return w
	}
	var tail int64
	for i := first; i < timeBins; i++ {
		tail += part(i)
	}
	if tail < one/4 { // longer than anybody ever
		return max(t.mean/2, busy/4) * 2 * q / one
	}
	want := tail / one * q
	if tail < one*one {
		want = tail * q / one
	}
	for i := first; i < timeBins; i++ {
		w := part(i)
		if w > 0 && want <= w {
			if i > first {
				lo, hi = edges[i], edges[i+1]
			}
			return max(lo+(hi-lo)*want/w-busy, 0)
		}
		want -= w
	}
	return edges[timeBins] - busy
}

// binOf returns the bin of v: the last i with edges[i] <= v, the outer bins
// taking what lies outside.
func binOf(edges []int64, v int64) int {
	lo, hi := 0, len(edges)-1
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; edges[mid] <= v {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo
}

// pace is how the office works just now against its usual, fixed point: the
// mean of the last hundred-odd ratios of a handling time to the mean of its
// service. It begins each day at one.
type pace int64

func (p *pace) observe(ms, mean int64) {
	r := min(ms*one/mean, 5*one)
	*p += (pace(r) - *p) / 128
}

// factor is what handling times are multiplied by: three quarters of the way,
// because part of what the last ones showed was chance.
func (p pace) factor() int64 { return one + int64(p-one)*3/4 }
