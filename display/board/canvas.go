package board

import (
	"image"
	"image/color"
	"strings"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/display/typeset"
)

// canvas is where the parts of one picture leave their strokes.
type canvas struct {
	*typeset.Setter
	scene
	s       *feed.Snapshot
	at      time.Time
	fresh   Freshness
	second  language // whose turn it is beside Korean; ko is none
	hall    *feed.Hall
	u       float64 // pixels of a unit: the picture is 720 units high, or wide when upright
	upright bool
	hotTone color.RGBA   // ground of what is highlighted
	calls   []feed.Call  // newest of each ticket, newest first
	shown   []feed.Call  // of calls, those shown large
	offers  []feed.Offer // numbers without paper, those shown large
	slides  []Slide
	sided   bool // the coda stands beside the layout
	callEm  int  // size of the largest figures of a call, px
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
	size  int // the largest em, px
	lines int // at most
	font  typeset.Font
	col   color.RGBA
	align align
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
	if text = typeset.Clean(text); text == "" || r.Dx() < typeset.Smallest || r.Dy() <= typeset.Smallest {
		return 0, 0
	}
	b := c.Fit(text, r.Dx(), r.Dy(), st.size, max(1, st.lines), st.font)
	lines := strings.Split(b.Lines, "\n")
	pitch := float64(b.Size) * c.Face(st.font).Leading
	y := float64(r.Min.Y+r.Max.Y)/2 - pitch*float64(len(lines)-1)/2 + float64(b.Size)*c.Face(st.font).Middle
	for _, line := range lines {
		wide = max(wide, c.line(r, line, b.Size, int(y+0.5), st))
		y += pitch
	}
	return b.Size, wide
}

// line sets one line at a size and baseline, and returns its width, px.
func (c *canvas) line(r image.Rectangle, text string, size, y int, st style) int {
	w := c.Width(text, st.font) * float64(size)
	x := float64(r.Min.X)
	switch st.align {
	case centre:
		x += (float64(r.Dx()) - w) / 2
	case right:
		x += float64(r.Dx()) - w
	}
	o := op{kind: opText, col: st.col, text: text, x: int(x*64 + 0.5), y: y, size: size, font: st.font}
	o.rect = c.InkRect(text, st.font, size, o.x, y)
	if !o.rect.Empty() {
		c.ops = append(c.ops, o)
	}
	return int(w + 0.999)
}

// both writes Korean, with the other language after it on the same line where
// there is room, else below where there is room, else not at all. It returns the
// width.
func (c *canvas) both(r image.Rectangle, w words, st, se style) int {
	w = w.clean()
	if !c.foreign(w, se.size) {
		_, wide := c.write(r, w[ko], st)
		return wide
	}
	b := c.Fit(w[ko], r.Dx(), r.Dy(), st.size, max(1, st.lines), st.font)
	gap := b.Size * 2 / 5
	first := int(c.Width(w[ko], st.font)*float64(b.Size) + 0.999)
	if wide, room := c.widest(w, se), r.Dx()-first-gap; wide > room && room > 0 { // a little smaller rather than below or gone
		if size := se.size * room / wide; size >= max(c.legible(), se.size*3/4) {
			se.size = size
		}
	}
	if total := first + gap + c.widest(w, se); !strings.Contains(b.Lines, "\n") && total <= r.Dx() {
		y := int(float64(r.Min.Y+r.Max.Y)/2 + float64(b.Size)*c.Face(st.font).Middle + 0.5)
		switch st.align {
		case centre:
			r = inset(r, (r.Dx()-total)/2, 0)
		case right:
			_, r = cutLeft(r, r.Dx()-total, 0)
		}
		if st.align == right {
			se.align = right
		}
		se.font, st.align = c.second.face(se.font), left
		one, two := cutLeft(r, first, gap)
		c.line(one, w[ko], b.Size, y, st)
		c.line(two, w[c.second], se.size, y, se)
		return total
	}
	below := int(float64(se.size) * 1.3)
	tall := int(float64(b.Size) * c.High(1+strings.Count(b.Lines, "\n"), st.font))
	gap = 2 // of an accent
	if tall+gap+below > r.Dy() || !c.fitting(w, r.Dx(), below, se) {
		_, wide := c.write(r, w[ko], st)
		return wide
	}
	one, two := cutTop(inset(r, 0, (r.Dy()-tall-gap-below)/2), tall, gap)
	_, wide := c.write(one, w[ko], st)
	se.align = st.align
	return max(wide, c.other(two, w, se))
}

// common returns the em at which every one of the texts fits w by h, though not
// less than seven tenths of the largest: what is longer shrinks alone.
func (c *canvas) common(texts []string, w, h, largest, lines int, wt typeset.Font) int {
	size := largest
	for _, s := range texts {
		if s = typeset.Clean(s); s != "" {
			size = min(size, c.Fit(s, w, h, largest, lines, wt).Size)
		}
	}
	return max(size, largest*7/10)
}

// under writes Korean with the other language below it, both of one column's
// style.
func (c *canvas) under(r image.Rectangle, w words, st, se style) {
	w = w.clean()
	if !c.foreign(w, se.size) || r.Dy() < st.size+se.size*4/3+2 || !c.fitting(w, r.Dx(), r.Dy(), se) {
		c.write(r, w[ko], st)
		return
	}
	gap := se.size/3 + 2
	slack := max(0, (r.Dy()-st.size-gap-se.size)/2)
	upper, lower := cutTop(inset(r, 0, slack), st.size, gap)
	upper.Min.Y -= min(slack, c.px(2))
	upper.Max.Y += c.px(2)
	lower.Max.Y += min(slack, c.px(4))
	st.lines, se.align = 1, st.align
	c.write(upper, w[ko], st)
	c.other(lower, w, se)
}

// group writes Korean with the other language below it, each in as many lines as
// its style allows, as one block in the middle of r. It reports whether there was
// room for both.
func (c *canvas) group(r image.Rectangle, w words, st, se style) bool {
	w = w.clean()
	st.lines, se.lines = max(1, st.lines), max(1, se.lines)
	below, gap := 0, se.size/4
	for _, l := range c.board.others {
		b := c.Fit(w[l], r.Dx(), r.Dy()/2, se.size, se.lines, l.face(se.font))
		if b.Cut || b.Size < c.legible() {
			below = r.Dy()
			break
		}
		below = max(below, c.high(b, l.face(se.font)))
	}
	b := c.Fit(w[ko], r.Dx(), r.Dy()-below-gap, st.size, st.lines, st.font)
	if !c.foreign(w, se.size) || b.Cut || b.Size < c.legible() {
		c.write(r, w[ko], st)
		return false
	}
	above := c.high(b, st.font)
	_, r = cutTop(r, max(0, (r.Dy()-above-gap-below)/2), 0)
	upper, r := cutTop(r, above, gap)
	lower, _ := cutTop(r, below, 0)
	c.write(upper, w[ko], st)
	c.other(lower, w, se)
	return true
}

// high is how high a block is with all its ink, px.
func (c *canvas) high(b typeset.Block, f typeset.Font) int {
	return int(float64(b.Size)*c.High(1+strings.Count(b.Lines, "\n"), f)) + 1
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
