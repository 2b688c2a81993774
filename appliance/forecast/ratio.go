package forecast

const (
	ratioBins = 137
	buckets   = 11

	shiftMS  = 20_000 // see scale
	poolObs  = 24     // the first, wide range weighs as many outcomes
	cellObs  = 30     // and the office's as many in that of a service
	minRatio = one / 16
)

// ratioEdges are the limits of the bins of ratios, fixed point: a sixteenth,
// each a 24th wider, the last about sixteen. Bin 0 begins at 0.
func ratioEdges() (e [ratioBins + 1]int64) {
	e[0], e[1] = 0, minRatio
	for i := 2; i <= ratioBins; i++ {
		e[i] = e[i-1] + e[i-1]/24
	}
	return e
}

// cell has the outcomes of forecasts of one kind: actual over simulated wait,
// both plus shiftMS.
type cell struct {
	zero   int64 // those who did not wait at all
	bins   [ratioBins]int64
	weight int64 // of all

	q      quantiles // of a service's cell, or of the office's
	cached bool      // q is of the bins as they are
}

// quantiles are factors on a simulated wait, fixed point; 0 says no wait.
type quantiles struct{ low, mid, high int64 }

func (c *cell) add(edges *[ratioBins + 1]int64, base, actual int64) {
	c.weight += one
	if actual < 500 {
		c.zero += one
		return
	}
	c.bins[binOf(edges[:], (actual+shiftMS)*one/(base+shiftMS))] += one
}

// age makes a day's outcomes weigh fifteen sixteenths of what they did.
func (c *cell) age() {
	c.zero -= (c.zero + 15) / 16
	c.weight = c.zero
	for i := range c.bins {
		c.bins[i] -= (c.bins[i] + 15) / 16
		c.weight += c.bins[i]
	}
	c.cached = false
}

// bucketOf tells the kinds of forecast apart: the more people are ahead the
// nearer the sum of their times is to what was expected. Bucket 0 is for those
// who find a counter idle.
func bucketOf(ahead int, base int64) int {
	if base == 0 {
		return 0
	}
	for i, most := range [...]int{0, 1, 3, 5, 8, 13, 20, 32, 50} {
		if ahead <= most {
			return i + 1
		}
	}
	return buckets - 1
}

// scale applies a ratio to a simulated wait. Ratios are taken of times plus
// twenty seconds, so that they exist, and stay small, where the wait is
// next to nothing; for waits of minutes the shift does not matter.
func scale(base, ratio int64) int64 {
	return min(max((base+shiftMS)*ratio/one-shiftMS, 0), maxMS)
}

// level is where in a bucket's ratios the ends of the range are taken. It
// starts at a tenth and nine tenths and moves a little with each outcome, out
// when one falls outside and in when it does not, so that in the long run a
// tenth falls on either side even where the days are not alike.
type level struct{ low, high int64 } // fixed point

// levelStep is small against the share it moves: the outcomes of a day are
// alike, and a quick hand would follow them out and in again for nothing.
const levelStep = one / 8192

func newLevel() level { return level{one / 10, one - one/10} }

func (l *level) observe(f Range, actual int64) {
	if low := toMS(f.Low); low > 0 { // nobody can wait less than nothing
		if actual < low {
			l.low -= 9 * levelStep
		} else {
			l.low += levelStep
		}
	}
	if actual > toMS(f.High) {
		l.high += 9 * levelStep
	} else {
		l.high -= levelStep
	}
	*l = l.bounded()
}

// bounded keeps the levels from running away where one does not matter.
func (l level) bounded() level {
	return level{
		low:  min(max(l.low, one/50), one/4),
		high: min(max(l.high, one-one/4), one-one/50),
	}
}

// outcome learns from a wait that is over.
func (m *Model) outcome(service, ahead int, f Range, actual int64) {
	base := max(toMS(f.Base), 0)
	b := bucketOf(ahead, base)
	s := m.services[service]
	if s.cells[b] == nil {
		s.cells[b] = &cell{}
	}
	s.cells[b].add(&m.ratioEdges, base, actual)
	m.pool[b].add(&m.ratioEdges, base, actual)
	m.level[b].observe(f, actual)
	for _, o := range m.services {
		if o.cells[b] != nil {
			o.cells[b].cached = false
		}
	}
	m.pool[b].cached = false
}

// quantiles returns the factors for a forecast of this kind: of the service's
// own outcomes, filled up with the office's, filled up with a wide guess.
func (m *Model) quantiles(service, b int) quantiles {
	pool := &m.pool[b]
	own := m.services[service].cells[b]
	if own == nil {
		own = pool
	}
	if own.cached {
		return own.q
	}
	clear(m.blend[:])
	for _, r := range guessShape() {
		m.blend[binOf(m.ratioEdges[:], r*one/1000)] += poolObs * one / 16
	}
	zero, total := pool.zero, pool.weight+poolObs*one
	for i := range m.blend {
		m.blend[i] += pool.bins[i]
	}
	if own != pool { // the office counts as cellObs outcomes of the service
		parts := total / one
		zero = zero*cellObs/parts + own.zero
		total = zero
		for i := range m.blend {
			m.blend[i] = m.blend[i]*cellObs/parts + own.bins[i]
			total += m.blend[i]
		}
	}
	l := m.level[b]
	own.q.low, _ = m.quantile(zero, total, l.low)
	_, own.q.high = m.quantile(zero, total, l.high)
	lo, hi := m.quantile(zero, total, one/2)
	own.q.mid = (lo + hi) / 2
	own.cached = true
	return own.q
}

// quantile reads the ratio below which a share q of the blended outcomes lie.
// The two results are the same, but for a bin that alone holds an eighth of
// everything: there they are its limits, because waits that are all alike
// would else fall on either side of the ends of the range.
func (m *Model) quantile(zero, total, q int64) (low, high int64) {
	want := total / one * q
	if want <= zero {
		return 0, 0
	}
	want -= zero
	for i, w := range m.blend {
		if want > w {
			want -= w
			continue
		}
		low, high = m.ratioEdges[i], m.ratioEdges[i+1]
		if w < total/8 {
			low += (high - low) * want / w
			high = low
		}
		return low, high
	}
	return m.ratioEdges[ratioBins], m.ratioEdges[ratioBins]
}

// guessShape is a lognormal of median 1 and sigma 0.7 in sixteen equal parts,
// in thousandths: the range before there are outcomes.
func guessShape() [16]int64 {
	return [16]int64{271, 397, 493, 581, 667, 755, 847, 947, 1056, 1181, 1325, 1500, 1722, 2028, 2516, 3684}
}
