package stage

import (
	"hash/maphash"
	"image"
)

// Size of a band, px: small enough that little beside a change is sent, large
// enough that a picture is not thousands of them. Bands lie from the picture's
// corner on, so that none crosses a multiple of BandWidth.
const (
	BandWidth  = 512
	bandHeight = 32
)

// Bands finds what has changed in a picture that is drawn anew in place, without
// a second one to compare with: it keeps a sum of each band. The zero value
// knows no picture. It is for one goroutine.
type Bands struct {
	seed maphash.Seed
	of   image.Rectangle
	sums []uint64
	row  []byte
}

// Changed calls send for every band of m whose pixels are others than at the call
// before: r is its place in m, pixels its rows without a gap, valid during the
// call. A picture of another size has changed everywhere.
func (b *Bands) Changed(m *image.RGBA, send func(r image.Rectangle, pixels []byte)) {
	if b.seed == (maphash.Seed{}) {
		b.seed = maphash.MakeSeed()
	}
	known := b.of == m.Rect
	if !known {
		b.of, b.sums = m.Rect, b.sums[:0]
	}
	i := 0
	for y := m.Rect.Min.Y; y < m.Rect.Max.Y; y += bandHeight {
		for x := m.Rect.Min.X; x < m.Rect.Max.X; x += BandWidth {
			r := image.Rect(x, y, x+BandWidth, y+bandHeight).Intersect(m.Rect)
			b.row = b.row[:0]
			for line := r.Min.Y; line < r.Max.Y; line++ {
				b.row = append(b.row, m.Pix[m.PixOffset(r.Min.X, line):m.PixOffset(r.Min.X, line)+4*r.Dx()]...)
			}
			sum := maphash.Bytes(b.seed, b.row)
			switch {
			case !known:
				b.sums = append(b.sums, sum)
			case b.sums[i] != sum:
				b.sums[i] = sum
			default:
				i++
				continue
			}
			send(r, b.row)
			i++
		}
	}
}
