package typeset

import (
	"image"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"sunbeon/display/typeface"
)

// Font says in which of its faces a Setter sets a text: by their order in New.
type Font uint8

// Face is a font with the measures of its lines, ems.
type Face struct {
	Font    *opentype.Font
	Middle  float64 // of its letters and figures, above the baseline
	Leading float64 // from line to line
	Tallest float64 // of one line's ink, accents and brackets included
}

// Nanum is a face of that family: Hangul and figures are centred on its middle
// to within a hundredth.
func Nanum(f *opentype.Font) Face { return Face{f, 0.35, 1.24, 1.06} }

// NotoCJK is a face of that family: Han stands on its middle, and the tallest ink
// is that of Vietnamese capitals with two accents.
func NotoCJK(f *opentype.Font) Face { return Face{f, 0.37, 1.34, 1.26} }

// Options of a Setter.
type Options struct {
	Exact bool // glyphs stand to 1/64 px and advance by as much; else to a quarter below 48 px, to a pixel from there
	Cache int  // bytes of masks that are kept
}

// Limits of the caches that have no option.
const (
	maxFaces = 64
	maxFits  = 4096
)

// subpixel is the em below which a glyph stands to a quarter of a pixel.
const subpixel = 48

// Setter measures and sets text.
type Setter struct {
	opt    Options
	faces  []Face
	rulers []font.Face // a pixel is a unit of the font
	ems    []map[rune]float64
	inks   []map[rune]Ink
	sized  map[faceKey]font.Face
	glyphs map[glyphKey]glyph
	bytes  int
	fits   map[fitKey]Block
}

// Ink is where a glyph has ink, ems from its origin, y downwards.
type Ink struct{ Left, Top, Right, Bottom float64 }

type faceKey struct {
	size int
	font Font
}

type glyphKey struct {
	faceKey
	r   rune
	sub uint8 // 1/64 px
}

// glyph is a mask. Its rectangle is relative to the origin.
type glyph struct {
	rect image.Rectangle
	mask []uint8 // rect.Dx() a row
}

// New returns a setter of the given faces. One without a font is a gap in their
// order and must not be set with.
func New(opt Options, faces ...Face) *Setter {
	t := &Setter{opt: opt, faces: faces,
		sized: map[faceKey]font.Face{}, glyphs: map[glyphKey]glyph{}, fits: map[fitKey]Block{}}
	for _, f := range faces {
		var ruler font.Face
		if f.Font != nil {
			ruler = typeface.Face(f.Font, float64(f.Font.UnitsPerEm()))
		}
		t.rulers = append(t.rulers, ruler)
		t.ems = append(t.ems, map[rune]float64{})
		t.inks = append(t.inks, map[rune]Ink{})
	}
	return t
}

// Face returns a face as it was given to New.
func (t *Setter) Face(f Font) Face { return t.faces[f] }

// Em returns the advance of a rune, ems.
func (t *Setter) Em(r rune, f Font) float64 {
	if a, ok := t.ems[f][r]; ok {
		return a
	}
	adv, _ := t.rulers[f].GlyphAdvance(r)
	a := float64(adv) / 64 / float64(t.faces[f].Font.UnitsPerEm())
	t.ems[f][r] = a
	return a
}

// Has reports whether a face has a glyph for a rune.
func (t *Setter) Has(r rune, f Font) bool {
	_, ok := t.rulers[f].GlyphAdvance(r)
	return ok
}

// Width returns the advance of a text, ems.
func (t *Setter) Width(s string, f Font) float64 {
	sum := 0.0
	for _, r := range s {
		sum += t.Em(r, f)
	}
	return sum
}

// Advance returns how far a text reaches as Set sets it at an em of size px, px.
func (t *Setter) Advance(s string, f Font, size int) float64 {
	sum := 0.0
	for _, r := range s {
		sum += t.step(r, f, size)
	}
	return sum
}

func (t *Setter) step(r rune, f Font, size int) float64 {
	wide := t.Em(r, f) * float64(size)
	if t.opt.Exact {
		return math.Floor(wide*64+0.5) / 64
	}
	return wide
}

// Ink returns where a rune has ink; the zero value where it has none.
func (t *Setter) Ink(r rune, f Font) Ink {
	if b, ok := t.inks[f][r]; ok {
		return b
	}
	bounds, _, _ := t.rulers[f].GlyphBounds(r)
	em := func(v fixed.Int26_6) float64 { return float64(v) / 64 / float64(t.faces[f].Font.UnitsPerEm()) }
	b := Ink{em(bounds.Min.X), em(bounds.Min.Y), em(bounds.Max.X), em(bounds.Max.Y)}
	t.inks[f][r] = b
	return b
}

// InkRect returns the pixels that a text touches at the most, set at an em of
// size px from x64 (1/64 px) on the baseline y.
func (t *Setter) InkRect(s string, f Font, size, x64, y int) image.Rectangle {
	var box image.Rectangle
	em, x := float64(size), float64(x64)/64
	for _, r := range s {
		b := t.Ink(r, f)
		if b.Right > b.Left && b.Bottom > b.Top {
			// Large glyphs are placed to the nearest pixel, which may add one.
			box = box.Union(image.Rect(
				int(math.Floor(x+b.Left*em-0.5)), y+int(math.Floor(b.Top*em)),
				int(math.Ceil(x+b.Right*em+0.5)), y+int(math.Ceil(b.Bottom*em))))
		}
		x += t.Em(r, f) * em
	}
	return box
}

// Metrics returns the face's own measures at an em of size px.
func (t *Setter) Metrics(f Font, size int) font.Metrics { return t.at(faceKey{size, f}).Metrics() }

// Set sets one line at an em of size px from x64 (1/64 px) on the baseline y: it
// gives stamp the mask of every glyph that has ink, with its place. The mask has
// r.Dx() bytes a row and is the setter's own.
func (t *Setter) Set(text string, f Font, size, x64, y int, stamp func(r image.Rectangle, mask []uint8)) {
	k := glyphKey{faceKey: faceKey{size, f}}
	x := float64(x64) / 64
	steps := 1
	switch {
	case t.opt.Exact:
		steps = 64
	case size < subpixel:
		steps = 4
	}
	for _, r := range text {
		at := int(math.Floor(x*float64(steps) + 0.5))
		whole := at / steps
		k.r, k.sub = r, uint8((at-whole*steps)*(64/steps))
		if g := t.glyph(k); len(g.mask) > 0 {
			stamp(g.rect.Add(image.Pt(whole, y)), g.mask)
		}
		x += t.step(r, f, size)
	}
}

func (t *Setter) at(k faceKey) font.Face {
	face, ok := t.sized[k]
	if !ok {
		if len(t.sized) >= maxFaces {
			clear(t.sized)
		}
		face = typeface.Face(t.faces[k.font].Font, float64(k.size))
		t.sized[k] = face
	}
	return face
}

// glyph returns the mask of a rune.
func (t *Setter) glyph(k glyphKey) glyph {
	if g, ok := t.glyphs[k]; ok {
		return g
	}
	var g glyph
	dr, mask, mp, _, ok := t.at(k.faceKey).Glyph(fixed.Point26_6{X: fixed.Int26_6(k.sub)}, k.r)
	if alpha, is := mask.(*image.Alpha); ok && is && !dr.Empty() {
		g.rect = dr
		g.mask = make([]uint8, dr.Dx()*dr.Dy())
		for y := range dr.Dy() {
			from := alpha.PixOffset(mp.X, mp.Y+y)
			copy(g.mask[y*dr.Dx():(y+1)*dr.Dx()], alpha.Pix[from:from+dr.Dx()])
		}
	}
	const overhead = 128 // of an entry
	if t.bytes += len(g.mask) + overhead; t.bytes > t.opt.Cache {
		clear(t.glyphs)
		t.bytes = len(g.mask) + overhead
	}
	t.glyphs[k] = g
	return g
}
