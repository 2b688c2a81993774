package board

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"slices"
	"time"

	"rsc.io/qr"

	"sunbeon/appliance/feed"
	"sunbeon/display/typeface"
	"sunbeon/display/typeset"
)

// ErrOptions is wrapped by New for options that cannot make a picture.
var ErrOptions = errors.New("board: bad options")

// Sizes of a picture, pixels.
const (
	MinWidth  = 320
	MinHeight = 240
	MaxSide   = 4096
)

// Layout is how the picture is divided.
type Layout int

const (
	Auto      Layout = iota // by the screen's shape and the number of counters
	OneCall                 // the newest call over the full width: up to 4 counters
	Rows                    // the newest call beside a table of counters: up to 8
	Grid                    // a tile for every counter: up to 30 at once
	ByService               // a row for every service with the number it has reached
	Portrait                // upright screens, in place of the three above; Grid on others
	Passport                // one tall column for each service: up to 3, beyond that ByService
)

func (l Layout) String() string {
	names := [...]string{"auto", "onecall", "rows", "grid", "byservice", "portrait", "passport"}
	if l < 0 || int(l) >= len(names) {
		return fmt.Sprintf("Layout(%d)", int(l))
	}
	return names[l]
}

// Options of a board.
type Options struct {
	Width, Height int      // pixels of the screen, from 320x240 to 4096x4096
	Layout        Layout   // Auto when zero
	Lang          []string // "ko", then any of "en", "zh", "vi", "ja", which take turns; ko and en when empty
	Link          string   // address of the office's page, shown as a QR code; empty is off
	Still         bool     // nothing moves, fades or pulses: for machines without a GPU
}

// Freshness says whether the kiosk still speaks. The zero value is Live.
type Freshness struct {
	since time.Time
}

// Live is the freshness of a board that hears from its kiosk.
func Live() Freshness { return Freshness{} }

// Lost is the freshness of a board that has heard nothing since the given time.
func Lost(since time.Time) Freshness { return Freshness{since: since} }

// Since returns when the kiosk was last heard, and whether it is lost.
func (f Freshness) Since() (time.Time, bool) { return f.since, !f.since.IsZero() }

// Layer is a part of the picture. Layers are painted in order, each at Rect,
// which equals Image.Rect. The image is opaque, belongs to the board and is
// rewritten only by a call of Layers that also raises Version.
type Layer struct {
	ID      string // base, clock, slide, slide/in, ticker, ticker/in, pulse/0, pulse/1, ...
	Rect    image.Rectangle
	Version uint64 // grows whenever the image's content or Rect changed
	Image   *image.RGBA

	// Alpha is the layer's opacity in 0..1 at a time; nil is always 1. It is
	// a pure function and may be called from the drawing loop of a screen.
	Alpha func(now time.Time) float64

	// Move is where the layer stands besides Rect at a time, px; nil is at Rect.
	// What leaves Clip is not shown; an empty Clip is the whole picture. A layer
	// with Alpha or Move is in motion: the screen paints at its own rate until
	// the time that Layers gives.
	Move func(now time.Time) image.Point
	Clip image.Rectangle
}

// Board draws one screen. It is not safe for concurrent use.
type Board struct {
	opt    Options
	others []language // beside Korean, in their turns
	set    *typeset.Setter
	brush  *painter
	whole  *image.RGBA
	kept   map[string]*kept // by a layer's ID
	link   code             // of Options.Link
	pages  map[string]code  // of addresses that were shown; bounded
	slides []scaled         // of the pictures that were shown last; bounded
}

// kept is a layer's picture with what it shows.
type kept struct {
	layer Layer
	ops   []op
}

// New returns a board for one screen. It fails, wrapping ErrOptions, for sizes
// out of bounds, unknown layouts and languages, languages without a face, and a
// link too long for a code.
func New(faces *typeface.Set, opt Options) (*Board, error) {
	switch {
	case faces == nil || faces.Regular == nil || faces.Bold == nil:
		return nil, fmt.Errorf("%w: no faces; load them with typeface.Load", ErrOptions)
	case opt.Width < MinWidth || opt.Height < MinHeight || opt.Width > MaxSide || opt.Height > MaxSide:
		return nil, fmt.Errorf("%w: %dx%d pixels; use %dx%d to %dx%d",
			ErrOptions, opt.Width, opt.Height, MinWidth, MinHeight, MaxSide, MaxSide)
	case opt.Layout < Auto || opt.Layout > Passport:
		return nil, fmt.Errorf("%w: unknown layout %d", ErrOptions, opt.Layout)
	}
	others := []language{en}
	if len(opt.Lang) > 0 {
		others = nil
	}
	for i, code := range opt.Lang {
		l, known := parseLanguage(code)
		if !known || (i == 0) != (l == ko) || slices.Contains(others, l) {
			return nil, fmt.Errorf(`%w: languages %q; use "ko" first, then any of "en", "zh", "vi", "ja"`, ErrOptions, opt.Lang)
		}
		if l != ko {
			others = append(others, l)
		}
	}
	set, err := newSetter(faces, others)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOptions, err)
	}
	b := &Board{opt: opt, others: others, set: set, brush: newPainter(set),
		kept: map[string]*kept{}, pages: map[string]code{}}
	if opt.Link != "" {
		if b.link, err = encode(opt.Link, qr.M); err != nil {
			return nil, fmt.Errorf("%w: link: %v; use a shorter address", ErrOptions, err)
		}
	}
	return b, nil
}

// Bounds returns the picture's rectangle.
func (b *Board) Bounds() image.Rectangle { return image.Rect(0, 0, b.opt.Width, b.opt.Height) }

// Show is what a board has to show.
type Show struct {
	Hall   *feed.Hall // nil: the kiosk has not been heard yet
	Fresh  Freshness
	Slides []Slide // pictures of the city, shown in turn where there is room
}

// Slide is a picture of the city. Its image must not change while it is shown: a
// new picture has a new ID.
type Slide struct {
	ID    string
	Image image.Image
}

// Draw returns the whole picture at a time. Times are shown in at's location.
// The picture belongs to the board and is valid until the next Draw.
func (b *Board) Draw(v Show, at time.Time) *image.RGBA {
	if b.whole == nil {
		b.whole = image.NewRGBA(b.Bounds())
	}
	tone := hotDeep
	if !b.opt.Still {
		tone = mix(hotDeep, hotPale, glow(at))
	}
	sc := b.compose(v, at, tone)
	b.brush.paint(b.whole, sc.ops)
	for _, p := range sc.parts {
		b.add(b.whole, p, at)
	}
	return b.whole
}

// add paints a part as a screen adds its layer.
func (b *Board) add(dst *image.RGBA, p part, at time.Time) {
	place, ops := p.rect, p.ops
	if p.move != nil {
		d := p.move(at)
		place, ops = place.Add(d), shifted(ops, d)
	}
	if !p.clip.Empty() {
		place = place.Intersect(p.clip)
	}
	if p.alpha == nil {
		b.brush.paint(dst.SubImage(place).(*image.RGBA), ops)
		return
	}
	over := image.NewRGBA(place)
	b.brush.paint(over, ops)
	veil := image.NewUniform(color.Alpha{uint8(255*p.alpha(at) + 0.5)})
	draw.DrawMask(dst, place, over, place.Min, veil, image.Point{}, draw.Over)
}

// Layers returns the picture as layers, and when the caller should ask again
// though no new snapshot came: at the next minute, turn of a page, or end of a
// highlight or movement. Painting the layers with their alpha, where they have
// moved to, gives what Draw draws, to within rounding. A layer that has neither
// stands until then. The slice and its images are valid until the next Layers.
func (b *Board) Layers(v Show, at time.Time) ([]Layer, time.Time) {
	sc := b.compose(v, at, hotDeep)
	layers := append(make([]Layer, 0, 1+len(sc.parts)+len(sc.hot)), b.layer(part{id: "base", rect: b.Bounds(), ops: sc.ops}))
	for _, p := range sc.parts {
		layers = append(layers, b.layer(p))
	}
	if len(sc.hot) > 0 && !b.opt.Still {
		pale := b.compose(v, at, hotPale)
		for i, r := range pale.hot {
			layers = append(layers, b.layer(part{id: fmt.Sprintf("pulse/%d", i), rect: r, ops: within(pale.ops, r), alpha: glow}))
		}
	}
	return layers, sc.next.In(at.Location())
}

// layer paints a part, unless it is as it was.
func (b *Board) layer(p part) Layer {
	k := b.kept[p.id]
	if k == nil {
		k = &kept{}
		b.kept[p.id] = k
	}
	l := &k.layer
	l.Alpha, l.Move, l.Clip = p.alpha, p.move, p.clip
	if l.Image != nil && l.Rect == p.rect && slices.Equal(k.ops, p.ops) {
		return *l
	}
	if n := 4 * p.rect.Dx() * p.rect.Dy(); l.Image == nil || n > cap(l.Image.Pix) {
		l.Image = image.NewRGBA(p.rect)
	} else {
		l.Image = &image.RGBA{Pix: l.Image.Pix[:n], Stride: 4 * p.rect.Dx(), Rect: p.rect}
	}
	l.ID, l.Rect = p.id, p.rect
	l.Version++
	k.ops = p.ops
	b.brush.paint(l.Image, p.ops)
	return *l
}

// mix returns the colour that lies t of the way from a to b.
func mix(a, b color.RGBA, t float64) color.RGBA {
	lerp := func(x, y uint8) uint8 { return uint8(float64(x) + (float64(y)-float64(x))*t + 0.5) }
	return color.RGBA{lerp(a.R, b.R), lerp(a.G, b.G), lerp(a.B, b.B), 255}
}
