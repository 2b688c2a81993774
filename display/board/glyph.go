package board

import (
	"image"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"sunbeon/display/typeface"
)

type weight uint8

const (
	regular weight = iota
	bold
)

// Limits of the caches; a full cache is emptied and fills again with what the
// screen shows now.
const (
	maxGlyphBytes = 48 << 20
	maxFits       = 4096
)

// subpixel is the em below which a glyph is placed to a quarter of a pixel.
const subpixel = 48

// typesetter measures and rasterises text. Unhinted advances grow linearly
// with the size, so one table in ems serves all sizes.
type typesetter struct {
	fonts  [2]*opentype.Font
	rulers [2]font.Face // at rulerSize
	ems    [2]map[rune]float64
	inks   [2]map[rune]inkBox
	faces  map[faceKey]font.Face
	glyphs map[glyphKey]glyph
	bytes  int
	fits   map[fitKey]block
}

// inkBox is where a glyph has ink, ems from its origin, y downwards.
type inkBox struct{ left, top, right, bottom float64 }

type faceKey struct {
	size   int
	weight weight
}

type glyphKey struct {
	faceKey
	r   rune
	sub uint8 // quarters of a pixel
}

// glyph is a rasterised mask. Its rectangle is relative to the origin.
type glyph struct {
	rect image.Rectangle
	mask []uint8 // rect.Dx() a row
}

const rulerSize = 1000

func newTypesetter(set *typeface.Set) *typesetter {
	t := &typesetter{fonts: [2]*opentype.Font{regular: set.Regular, bold: set.Bold}}
	for w := range t.fonts {
		t.rulers[w] = typeface.Face(t.fonts[w], rulerSize)
		t.ems[w] = map[rune]float64{}
		t.inks[w] = map[rune]inkBox{}
	}
	t.faces = map[faceKey]font.Face{}
	t.glyphs = map[glyphKey]glyph{}
	t.fits = map[fitKey]block{}
	return t
}

// em returns the advance of a rune in ems.
func (t *typesetter) em(r rune, w weight) float64 {
	if a, ok := t.ems[w][r]; ok {
		return a
	}
	adv, _ := t.rulers[w].GlyphAdvance(r)
	a := float64(adv) / 64 / rulerSize
	t.ems[w][r] = a
	return a
}

// width returns the advance of a text in ems.
func (t *typesetter) width(s string, w weight) float64 {
	sum := 0.0
	for _, r := range s {
		sum += t.em(r, w)
	}
	return sum
}

func (t *typesetter) ink(r rune, w weight) inkBox {
	if b, ok := t.inks[w][r]; ok {
		return b
	}
	bounds, _, _ := t.rulers[w].GlyphBounds(r)
	em := func(v fixed.Int26_6) float64 { return float64(v) / 64 / rulerSize }
	b := inkBox{em(bounds.Min.X), em(bounds.Min.Y), em(bounds.Max.X), em(bounds.Max.Y)}
	t.inks[w][r] = b
	return b
}

// inkRect returns the pixels that a text touches at the most.
func (t *typesetter) inkRect(s string, w weight, size, x64, y int) image.Rectangle {
	var box image.Rectangle
	em, x := float64(size), float64(x64)/64
	for _, r := range s {
		b := t.ink(r, w)
		if b.right > b.left && b.bottom > b.top {
			// Large glyphs are placed to the nearest pixel, which may add one.
			box = box.Union(image.Rect(
				int(math.Floor(x+b.left*em-0.5)), y+int(math.Floor(b.top*em)),
				int(math.Ceil(x+b.right*em+0.5)), y+int(math.Ceil(b.bottom*em))))
		}
		x += t.em(r, w) * em
	}
	return box
}

// glyph returns the mask of a rune.
func (t *typesetter) glyph(k glyphKey) glyph {
	if g, ok := t.glyphs[k]; ok {
		return g
	}
	face, ok := t.faces[k.faceKey]
	if !ok {
		if len(t.faces) > 256 {
			clear(t.faces)
		}
		face = typeface.Face(t.fonts[k.weight], float64(k.size))
		t.faces[k.faceKey] = face
	}
	var g glyph
	dr, mask, mp, _, ok := face.Glyph(fixed.Point26_6{X: fixed.Int26_6(k.sub) * 16}, k.r)
	if alpha, is := mask.(*image.Alpha); ok && is && !dr.Empty() {
		g.rect = dr
		g.mask = make([]uint8, dr.Dx()*dr.Dy())
		for y := range dr.Dy() {
			from := alpha.PixOffset(mp.X, mp.Y+y)
			copy(g.mask[y*dr.Dx():(y+1)*dr.Dx()], alpha.Pix[from:from+dr.Dx()])
		}
	}
	if t.bytes += len(g.mask) + 64; t.bytes > maxGlyphBytes {
		clear(t.glyphs)
		t.bytes = len(g.mask)
	}
	t.glyphs[k] = g
	return g
}
