package board

import (
	"image"
	"math"
	"time"
)

// What moves on a board besides the pulse of a call: notices roll into their
// place, slides fade into each other. Both stand still otherwise, and altogether
// while a call is highlighted, so that nothing draws the eye away from it: then
// the turn waits until the highlight is over.
//
//	turns     |---- 0 ----|---- 1 ----|---- 2 ----|---- 3 ----|
//	call                        |<- highlight ->|
//	shown     0           1                       3, rolling in
const (
	pageTurn  = 8 * time.Second // of notices, languages, and what does not fit at once
	slideTurn = 12 * time.Second
	rollTime  = 400 * time.Millisecond
	fadeTime  = time.Second
)

// rotation is what stands in a place whose contents take turns.
type rotation struct {
	shown int       // of the contents
	next  int       // takes over: while moving now, else at the next turn
	since time.Time // of the movement
	moves bool
}

// turns returns what of n contents stands in a place at the picture's time, when
// they turn every period and take so long to change.
func (c *canvas) turns(n int, period, change time.Duration) rotation {
	index := func(t time.Time) int64 { return floor(t, period) / period.Milliseconds() }
	item := func(i int64) int { return int(i % int64(n)) }
	if n < 2 {
		return rotation{}
	}
	if from, to, held := c.held(c.at); held {
		c.until(to)
		i := index(from)
		return rotation{shown: item(i), next: item(i + 1)}
	}
	now := index(c.at)
	c.until(time.UnixMilli((now + 1) * period.Milliseconds()))
	start := time.UnixMilli(floor(c.at, period))
	before := now - 1
	if from, to, held := c.held(start); held { // the turn waited
		start, before = to, index(from)
	} else if from, _, held := c.held(start.Add(-time.Millisecond)); held {
		before = index(from)
	}
	r := rotation{shown: item(now), next: item(now + 1)}
	if end := start.Add(change); c.at.Before(end) && !c.board.opt.Still && item(before) != r.shown {
		r.next, r.shown, r.since, r.moves = r.shown, item(before), start, true
		c.until(end)
	}
	return r
}

// held returns the span of highlights that covers a time, one after the other
// without a gap, and whether there is one.
func (c *canvas) held(t time.Time) (from, to time.Time, is bool) {
	from, to = t, t
	for grown := true; grown; {
		grown = false
		for _, k := range c.s.Calls {
			start := unix(k.At)
			end := start.Add(Highlight)
			if start.After(to) || end.Before(from) || !is && (start.After(t) || !end.After(t)) {
				continue
			}
			if !is || start.Before(from) || end.After(to) {
				grown = true
			}
			if is = true; start.Before(from) {
				from = start
			}
			if end.After(to) {
				to = end
			}
		}
	}
	return from, to, is
}

// floor is the beginning of a turn, Unix ms.
func floor(t time.Time, period time.Duration) int64 {
	return t.UnixMilli() - t.UnixMilli()%period.Milliseconds()
}

// progress is how far a change has come that began at a time, 0 to 1, slow at
// both ends.
func progress(began, now time.Time, takes time.Duration) float64 {
	t := min(1, max(0, float64(now.Sub(began))/float64(takes)))
	return (1 - math.Cos(math.Pi*t)) / 2
}

// part is what has a layer of its own: its strokes, and how it moves.
type part struct {
	id    string
	rect  image.Rectangle
	ops   []op
	alpha func(time.Time) float64     // nil: 1
	move  func(time.Time) image.Point // nil: stands at rect
	clip  image.Rectangle
}

// part collects what draw leaves as a part, over everything drawn before it. The
// strokes must fill the rectangle.
func (c *canvas) part(p part, draw func()) {
	base := c.ops
	c.ops = nil
	draw()
	p.ops, c.ops = c.ops, base
	c.parts = append(c.parts, p)
}

// shifted returns strokes moved by d.
func shifted(ops []op, d image.Point) []op {
	out := make([]op, len(ops))
	for i, o := range ops {
		o.rect, o.x, o.y = o.rect.Add(d), o.x+64*d.X, o.y+d.Y
		out[i] = o
	}
	return out
}
