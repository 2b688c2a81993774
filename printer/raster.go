package printer

import (
	"image"
	"math"

	"golang.org/x/image/font/opentype"

	"sunbeon/display/typeset"
)

// lineGap is the white below a line of the printer's own text: ESC @ leaves
// the line spacing at 30 dots for characters of 24.
const lineGap = 6

// Align places a line on the paper.
type Align byte

const (
	Left Align = iota // the values of ESC a
	Center
	Right
)

// Raster is a picture of dots, as GS v 0 takes it: rows of whole bytes, the
// leftmost dot in the highest bit, 1 is black.
type Raster struct {
	Width, Height int // dots
	Bits          []byte
}

func newRaster(width, height int) Raster {
	return Raster{Width: width, Height: height, Bits: make([]byte, (width+7)/8*height)}
}

// Stride is the number of bytes in a row.
func (r Raster) Stride() int { return (r.Width + 7) / 8 }

// Black reports the dot at x, y; outside the picture all is white.
func (r Raster) Black(x, y int) bool {
	if x < 0 || y < 0 || x >= r.Width || y >= r.Height {
		return false
	}
	return r.Bits[y*r.Stride()+x/8]&(0x80>>(x%8)) != 0
}

func (r Raster) set(x, y int) { r.Bits[y*r.Stride()+x/8] |= 0x80 >> (x % 8) }

// RasterLine draws one line of text as the encoder does for a line that the
// ROM font cannot print: an em of px dots, a dot black from half coverage on,
// dots wide, with the same white below as the printer's own lines. Text that
// is wider than dots runs out of the picture.
func RasterLine(f *opentype.Font, text string, px, dots int, align Align) Raster {
	return rasterLine(typeset.New(typeset.Options{Exact: true}, typeset.Nanum(f)), 0, text, px, dots, align)
}

func rasterLine(set *typeset.Setter, f typeset.Font, text string, px, dots int, align Align) Raster {
	out := newRaster(dots, px+lineGap)
	m := set.Metrics(f, px)
	baseline := min(m.Ascent.Round(), out.Height-m.Descent.Round())
	x := 0
	if w := int(math.Ceil(set.Advance(text, f, px))); w < dots {
		switch align {
		case Center:
			x = (dots - w) / 2
		case Right:
			x = dots - w
		}
	}
	set.Set(text, f, px, x*64, baseline, out.stamp)
	return out
}

// stamp blackens the dots of box that mask covers at least half.
func (r Raster) stamp(box image.Rectangle, mask []uint8) {
	for y := max(0, box.Min.Y); y < min(r.Height, box.Max.Y); y++ {
		row := mask[(y-box.Min.Y)*box.Dx():]
		for x := max(0, box.Min.X); x < min(r.Width, box.Max.X); x++ {
			if row[x-box.Min.X] >= 0x80 {
				r.set(x, y)
			}
		}
	}
}

// crop takes the white bytes off the right, so that a short line is short on
// the wire too.
func (r Raster) crop() Raster {
	stride, used := r.Stride(), 1
	for i, b := range r.Bits {
		if b != 0 {
			used = max(used, i%stride+1)
		}
	}
	if used == stride {
		return r
	}
	out := newRaster(used*8, r.Height)
	for y := range r.Height {
		copy(out.Bits[y*used:(y+1)*used], r.Bits[y*stride:])
	}
	return out
}

// guard makes the picture safe to send. The printer obeys DLE EOT, DLE ENQ and
// DLE DC4 (10 04, 10 05, 10 14) even inside a picture. 10h is a black dot
// alone; it gets a neighbour. That is one dot in a text of 24, and it never
// happens in a QR, whose modules are two dots or wider.
func (r Raster) guard() {
	for i := 1; i < len(r.Bits); i++ {
		if r.Bits[i-1] == 0x10 && (r.Bits[i] == 0x04 || r.Bits[i] == 0x05 || r.Bits[i] == 0x14) {
			r.Bits[i-1] = 0x18
		}
	}
}

// append writes the picture as GS v 0 commands of at most rows lines each.
func (r Raster) append(dst []byte, rows int) []byte {
	stride := r.Stride()
	for y := 0; y < r.Height; y += rows {
		n := min(rows, r.Height-y)
		dst = append(dst, 0x1d, 'v', '0', 0, byte(stride), byte(stride>>8), byte(n), byte(n>>8))
		dst = append(dst, r.Bits[y*stride:(y+n)*stride]...)
	}
	return dst
}
