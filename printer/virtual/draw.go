package virtual

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"

	"golang.org/x/image/font"
	"golang.org/x/image/math/fixed"

	"sunbeon/display/typeface"
)

// paper is white and ink black: thermal paper knows no grey.
var palette = color.Palette{color.White, color.Black}

// Image is the paper as a person sees it, one pixel a dot, the top of the
// paper first.
func (pc Piece) Image() image.Image {
	img := image.NewPaletted(image.Rect(0, 0, max(pc.width, 1), max(pc.dots, 1)), palette)
	g := &glyphs{faces: pc.faces, made: map[glyph]*image.Alpha{}}
	for _, it := range pc.items {
		if it.bits != nil {
			drawBitmap(img, it.x, it.y, it.bits, it.bits.sx, it.bits.sy)
			continue
		}
		for _, c := range it.cells {
			g.draw(img, it.x+c.x, it.y+it.h-c.height(), c)
		}
	}
	return img
}

// PNG writes Image as a PNG of one bit a dot.
func (pc Piece) PNG(w io.Writer) error {
	if err := png.Encode(w, pc.Image()); err != nil {
		return fmt.Errorf("virtual: paper as PNG: %w", err)
	}
	return nil
}

func drawBitmap(img *image.Paletted, x0, y0 int, b *bitmap, sx, sy int) {
	for y := range b.h {
		for x := range b.w {
			if b.at(x, y) {
				fill(img, x0+x*sx, y0+y*sy, sx, sy, 1)
			}
		}
	}
}

// fill sets a rectangle, clipped to the paper.
func fill(img *image.Paletted, x, y, w, h int, ink uint8) {
	r := image.Rect(x, y, x+w, y+h).Intersect(img.Rect)
	for yy := r.Min.Y; yy < r.Max.Y; yy++ {
		for xx := r.Min.X; xx < r.Max.X; xx++ {
			img.Pix[yy*img.Stride+xx] = ink
		}
	}
}

type glyph struct {
	r    rune
	w, h int
}

// glyphs is the character ROM: outlines brought to the cell at one bit a dot.
type glyphs struct {
	faces *typeface.Set
	face  font.Face
	made  map[glyph]*image.Alpha
}

// oversample is how much larger a glyph is drawn before it is brought to dots.
const oversample = 8

// inkAt is the coverage from which a dot is burnt: under a half, since heat spreads on
// thermal paper and a ROM font has no strokes of one dot.
const inkAt = 0x60

// get returns the dots of r in a cell of w by h.
func (g *glyphs) get(r rune, w, h int) *image.Alpha {
	key := glyph{r, w, h}
	if m, ok := g.made[key]; ok {
		return m
	}
	m := image.NewAlpha(image.Rect(0, 0, w, h))
	g.made[key] = m
	if ruled(m, r) {
		return m
	}
	if g.faces == nil {
		if r != ' ' {
			hollow(m)
		}
		return m
	}
	if g.face == nil {
		g.face = typeface.Face(g.faces.Regular, 24*oversample)
	}
	_, adv, ok := g.face.GlyphBounds(r)
	if !ok {
		hollow(m)
		return m
	}
	natural := max(adv.Ceil(), 1)
	big := image.NewAlpha(image.Rect(0, 0, max(natural, w*oversample*24/h), 24*oversample))
	d := font.Drawer{Dst: big, Src: image.Opaque, Face: g.face,
		Dot: fixed.P((big.Rect.Dx()-natural)/2, 20*oversample)}
	d.DrawString(string(r))
	burn(m, big)
	return m
}

// burn sets the dots of m whose share of big is inked enough. It counts in whole
// numbers, so that every machine burns the same dots.
func burn(m, big *image.Alpha) {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	bw, bh := big.Rect.Dx(), big.Rect.Dy()
	for y := range h {
		for x := range w {
			sum, n := 0, 0
			for by := y * bh / h; by < (y+1)*bh/h; by++ {
				for bx := x * bw / w; bx < (x+1)*bw/w; bx++ {
					sum += int(big.Pix[by*big.Stride+bx])
					n++
				}
			}
			if sum >= inkAt*n {
				m.Pix[y*m.Stride+x] = 0xff
			}
		}
	}
}

func hollow(m *image.Alpha) {
	r := m.Rect.Inset(2)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if x == r.Min.X || y == r.Min.Y || x == r.Max.X-1 || y == r.Max.Y-1 {
				m.SetAlpha(x, y, color.Alpha{A: 0xff})
			}
		}
	}
}

// draw puts a cell on paper: magnified dot by dot, emphasised by a second strike one
// dot to the right, as the firmware does both.
func (g *glyphs) draw(img *image.Paletted, x0, y0 int, c cell) {
	if c.bits != nil {
		drawBitmap(img, x0, y0, c.bits, c.sx, c.sy)
		return
	}
	ink := uint8(1)
	if c.inverse {
		fill(img, x0, y0, c.width(), c.height(), 1)
		ink = 0
	}
	m := g.get(c.r, c.w, c.h)
	for y := range c.h {
		for x := range c.w {
			if m.AlphaAt(x, y).A != 0 {
				w := c.sx
				if c.bold {
					w++
				}
				fill(img, x0+x*c.sx, y0+y*c.sy, w, c.sy, ink)
			}
		}
	}
	if c.under > 0 && !c.inverse {
		fill(img, x0, y0+c.height()-c.under, c.width(), c.under, 1)
	}
}
