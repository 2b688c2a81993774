package board

import (
	"image"
	"time"

	"golang.org/x/image/draw"
)

// scaledKept is how many slides a board keeps at their size: the one that leaves,
// the one that is shown, and the one that follows.
const scaledKept = 3

// scaled is a slide at its size.
type scaled struct {
	id    string
	image *image.RGBA
}

// scale returns a slide as large as the box holds it whole, neither cropped nor
// stretched.
func (b *Board) scale(s Slide, box image.Point) *image.RGBA {
	from := s.Image.Bounds()
	w, h := box.X, from.Dy()*box.X/from.Dx()
	if h > box.Y {
		w, h = from.Dx()*box.Y/from.Dy(), box.Y
	}
	size := image.Rect(0, 0, max(w, 1), max(h, 1))
	for _, k := range b.slides {
		if k.id == s.ID && k.image.Rect == size {
			return k.image
		}
	}
	m := image.NewRGBA(size)
	draw.Draw(m, m.Rect, image.NewUniform(quiet), image.Point{}, draw.Src)
	draw.CatmullRom.Scale(m, m.Rect, s.Image, from, draw.Over, nil)
	b.slides = append(b.slides, scaled{s.ID, m})
	b.slides = b.slides[max(0, len(b.slides)-scaledKept):]
	return m
}

// pictures are the slides that can be shown.
func pictures(slides []Slide) []Slide {
	var out []Slide
	for _, s := range slides {
		if s.Image != nil && !s.Image.Bounds().Empty() {
			out = append(out, s)
		}
	}
	return out
}

// slideshow shows the slides in r, each whole on a quiet ground, one after the
// other.
func (c *canvas) slideshow(r image.Rectangle) {
	turn := c.turns(len(c.slides), slideTurn, fadeTime)
	one := func(i int) func() {
		return func() {
			c.fill(r, ground)
			c.round(r, 14, quiet)
			m := c.board.scale(c.slides[i], r.Size())
			at := r.Min.Add(r.Size().Sub(m.Rect.Size()).Div(2))
			c.ops = append(c.ops, op{kind: opImage, rect: m.Rect.Add(at), image: m})
		}
	}
	c.part(part{id: "slide", rect: r}, one(turn.shown))
	if turn.moves {
		fade := func(now time.Time) float64 { return progress(turn.since, now, fadeTime) }
		c.part(part{id: "slide/in", rect: r, alpha: fade}, one(turn.next))
		return
	}
	c.board.scale(c.slides[turn.next], r.Size()) // now, so that the fade does not wait for it
}

// showing reports whether the layout leaves room for slides: what people came
// for goes first.
func (c *canvas) showing(l Layout) bool {
	counters, services := len(c.s.Counters), len(c.s.Services)
	screen := c.board.Bounds()
	switch {
	case len(c.slides) == 0 || len(c.offers) > 0:
		return false
	case !c.upright && screen.Dx()*2 < screen.Dy()*3: // the call would fall below an eighth of the height
		return false
	case l == ByService:
		return services <= 5
	case l == Passport:
		return services <= 2
	}
	return counters <= 16 && services <= 6
}

// side takes from r the room of slides, beside everything else or below it. What
// else has its place in a coda stands with them.
func (c *canvas) side(r image.Rectangle) (box, rest image.Rectangle) {
	if c.upright {
		return cutBottom(r, r.Dy()*26/100, c.px(gutter))
	}
	return cutRight(r, r.Dx()*34/100, c.px(gutter))
}

// gallery fills the side: the slides, and what the layout would show in its coda.
func (c *canvas) gallery(r image.Rectangle) {
	g := c.px(gutter)
	if c.upright {
		if c.arrival().size > 0 && r.Dy() >= c.cardFlat() {
			wide := c.cardLong()
			if r.Dy() >= c.cardHigh() {
				wide = c.px(cardWide)
			}
			var card image.Rectangle
			card, r = cutRight(r, wide, g)
			c.arrive(card)
		}
		c.slideshow(r)
		return
	}
	high := c.px(150)
	if c.arrival().size > 0 && r.Dx() >= c.cardLong() {
		high += c.cardFlat() + g
	}
	low, top := cutBottom(r, min(high, r.Dy()*62/100), g)
	if over := top.Dy() - top.Dx(); over > 0 { // no picture needs more
		top.Max.Y -= over
		low.Min.Y -= over
	}
	c.slideshow(top)
	c.coda(low)
}
