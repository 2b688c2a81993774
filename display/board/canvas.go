package board

import (
	"image"
	"image/color"
	"strings"
	"time"

	"sunbeon/appliance/feed"
)

// canvas is where the parts of one picture leave their strokes.
type canvas struct {
	*typesetter
	scene
	s       *feed.Snapshot
	at      time.Time
	fresh   Freshness
	en      bool
	u       float64 // pixels of a unit: the picture is 720 units high, or wide when upright
	upright bool
	hotTone color.RGBA   // ground of what is highlighted
	calls   []feed.Call  // newest of each ticket, newest first
	shown   []feed.Call  // of calls, those shown large
	offers  []feed.Offer // numbers without paper, those shown large
	callEm  int          // size of the largest figures of a call, px
	board   *Board
}

type align uint8

const (
	left align = iota
	centre
	right
)

// style of a text.
type style struct {
	size   int // the largest em, px
	lines  int // at most
	weight weight
	col    color.RGBA
	align  align
}

// px converts units to pixels, at least one.
func (c *canvas) px(units float64) int { return max(1, int(units*c.u+0.5)) }

func (c *canvas) fill(r image.Rectangle, col color.RGBA) {
	if !r.Empty() {
		c.ops = append(c.ops, op{kind: opFill, rect: r, col: col})
	}
}

func (c *canvas) round(r image.Rectangle, units float64, col color.RGBA) {
	if !r.Empty() {
		c.ops = append(c.ops, op{kind: opRound, rect: r, radius: c.px(units), col: col})
	}
}

func (c *canvas) sign(s shape, r image.Rectangle, col color.RGBA) {
	if !r.Empty() {
		c.ops = append(c.ops, op{kind: opShape, rect: r, shape: s, col: col})
	}
}

// square returns the largest square of at most side in the middle of r.
func square(r image.Rectangle, side int) image.Rectangle {
	side = min(side, r.Dx(), r.Dy())
	x, y := r.Min.X+(r.Dx()-side)/2, r.Min.Y+(r.Dy()-side)/2
	return image.Rect(x, y, x+side, y+side)
}

// write fits a text into r, centred in its height, and returns the size it got
// and the width it took, px.
func (c *canvas) write(r image.Rectangle, text string, st style) (size, wide int) {
	if text = clean(text); text == "" || r.Dx() < smallest || r.Dy() <= smallest {
		return 0, 0
	}
	b := c.fit(text, r.Dx(), r.Dy(), st.size, max(1, st.lines), st.weight)
	lines := strings.Split(b.lines, "\n")
	pitch := float64(b.size) * leading
	y := float64(r.Min.Y+r.Max.Y)/2 - pitch*float64(len(lines)-1)/2 + float64(b.size)*middle
	for _, line := range lines {
		wide = max(wide, c.line(r, line, b.size, int(y+0.5), st))
		y += pitch
	}
	return b.size, wide
}

// line sets one line at a size and baseline, and returns its width, px.
func (c *canvas) line(r image.Rectangle, text string, size, y int, st style) int {
	w := c.width(text, st.weight) * float64(size)
	x := float64(r.Min.X)
	switch st.align {
	case centre:
		x += (float64(r.Dx()) - w) / 2
	case right:
		x += float64(r.Dx()) - w
	}
	o := op{kind: opText, col: st.col, text: text, x: int(x*64 + 0.5), y: y, size: size, weight: st.weight}
	o.rect = c.inkRect(text, st.weight, size, o.x, y)
	if !o.rect.Empty() {
		c.ops = append(c.ops, o)
	}
	return int(w + 0.999)
}

// both writes Korean, with the English after it on the same line where there is
// room, else below where there is room, else not at all. It returns the width.
func (c *canvas) both(r image.Rectangle, ko, en string, st style, enStyle style) int {
	ko, en = clean(ko), clean(en)
	b := c.fit(ko, r.Dx(), r.Dy(), st.size, max(1, st.lines), st.weight)
	gap := b.size * 2 / 5
	single := !strings.Contains(b.lines, "\n")
	koWide := int(c.width(ko, st.weight)*float64(b.size) + 0.999)
	enWide := int(c.width(en, enStyle.weight)*float64(enStyle.size) + 0.999)
	if !c.en || en == "" || enStyle.size < c.legible() {
		_, w := c.write(r, ko, st)
		return w
	}
	if single && koWide+gap+enWide <= r.Dx() {
		y := int(float64(r.Min.Y+r.Max.Y)/2 + float64(b.size)*middle + 0.5)
		var koRect, enRect image.Rectangle
		total := koWide + gap + enWide
		switch st.align {
		case left:
			koRect, enRect = cutLeft(r, koWide, gap)
		case centre:
			koRect, enRect = cutLeft(inset(r, (r.Dx()-total)/2, 0), koWide, gap)
		case right:
			_, koRect = cutLeft(r, r.Dx()-total, 0)
			koRect, enRect = cutLeft(koRect, koWide, gap)
		}
		st.align, enStyle.align = left, left
		c.line(koRect, ko, b.size, y, st)
		c.line(enRect, en, enStyle.size, y, enStyle)
		return total
	}
	below := int(float64(enStyle.size) * 1.3)
	lines := 1 + strings.Count(b.lines, "\n")
	tall := int(float64(b.size) * (tallest + leading*float64(lines-1)))
	eb := c.fit(en, r.Dx(), below, enStyle.size, 1, enStyle.weight)
	if tall+below > r.Dy() || eb.cut || eb.size < c.legible() {
		_, w := c.write(r, ko, st)
		return w
	}
	slack := (r.Dy() - tall - below) / 2
	koRect, enRect := cutTop(inset(r, 0, slack), tall, 0)
	_, w := c.write(koRect, ko, st)
	enStyle.align = st.align
	_, ew := c.write(enRect, en, enStyle)
	return max(w, ew)
}

// common returns the em at which every one of the texts fits w by h, though not
// less than seven tenths of the largest: what is longer shrinks alone.
func (c *canvas) common(texts []string, w, h, largest, lines int, wt weight) int {
	size := largest
	for _, s := range texts {
		if s = clean(s); s != "" {
			size = min(size, c.fit(s, w, h, largest, lines, wt).size)
		}
	}
	return max(size, largest*7/10)
}

// under writes Korean with the English below it, both of one column's style.
func (c *canvas) under(r image.Rectangle, ko, en string, st, se style) {
	en = clean(en)
	if !c.en || en == "" || r.Dy() < st.size+se.size*4/3 || c.fit(en, r.Dx(), r.Dy(), se.size, 1, se.weight).size < c.legible() {
		c.write(r, ko, st)
		return
	}
	gap := se.size / 3
	slack := max(0, (r.Dy()-st.size-gap-se.size)/2)
	upper, lower := cutTop(inset(r, 0, slack), st.size, gap)
	upper.Min.Y -= min(slack, c.px(2))
	upper.Max.Y += c.px(2)
	st.lines, se.align = 1, st.align
	c.write(upper, ko, st)
	c.write(lower, en, se)
}

// legible is the em under which English is left out rather than written.
func (c *canvas) legible() int { return max(9, c.px(11)) }

// page returns which of n items to show when at most so many fit, and the page
// and number of pages. Pages turn every pageTurn.
func (c *canvas) page(n, most int) (from, to, page, pages int) {
	most = max(most, 1)
	pages = max(1, (n+most-1)/most)
	most = max(1, (n+pages-1)/pages) // even pages
	if pages > 1 {
		turn := pageTurn.Milliseconds()
		now := c.at.UnixMilli()
		page = int(now / turn % int64(pages))
		c.until(time.UnixMilli((now/turn + 1) * turn))
	}
	return page * most, min(n, (page+1)*most), page, pages
}

const pageTurn = 8 * time.Second
