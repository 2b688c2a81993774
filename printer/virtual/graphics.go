package virtual

import "rsc.io/qr"

// bitmap is dots, one bit each, most significant first, black is 1.
type bitmap struct {
	w, h   int // dots
	stride int // bytes a row
	bits   []byte
	sx, sy int // magnification
}

func newBitmap(w, h int) *bitmap {
	stride := (w + 7) / 8
	return &bitmap{w: w, h: h, stride: stride, bits: make([]byte, stride*h), sx: 1, sy: 1}
}

func (b *bitmap) set(x, y int) { b.bits[y*b.stride+x>>3] |= 0x80 >> (x & 7) }

func (b *bitmap) at(x, y int) bool {
	return b.bits[y*b.stride+x>>3]&(0x80>>(x&7)) != 0
}

// rows receives GS v 0 data row by row: however long the image is said to be, one
// row is kept, and of that only what the head is wide.
type rows struct {
	bytes  int // a row on the wire
	col    int
	row    []byte
	sx, sy int
}

// bandRows is how many rows go to paper in one motion.
const bandRows = 24

func (p *Printer) beginRows(m byte, bytes int) *rows {
	if len(p.line.cells) > 0 {
		p.unknown("1D7630 in mid-line")
		p.printLine(p.mode.spacing, false)
	}
	return &rows{bytes: bytes, sx: 1 + int(m&1), sy: 1 + int(m>>1&1)}
}

func (p *Printer) row(r *rows, b byte) {
	if r.col < (p.cfg.Width+7)/8 {
		r.row = append(r.row, b)
	}
	if r.col++; r.col < r.bytes {
		return
	}
	if p.band == nil {
		p.band = &bitmap{w: min(r.bytes*8, p.cfg.Width), stride: len(r.row), sx: r.sx, sy: r.sy}
	}
	p.band.bits = append(p.band.bits, r.row...)
	p.band.h++
	r.col, r.row = 0, nil
	if p.band.h == bandRows {
		p.endRows()
	}
}

// endRows puts the rows collected so far on paper.
func (p *Printer) endRows() {
	b := p.band
	p.band = nil
	if b != nil {
		p.printBitmap(b, "")
	}
}

// printBitmap puts dots on paper, aligned like text.
func (p *Printer) printBitmap(b *bitmap, qr string) {
	m := p.mode
	p.enqueue(motion{dots: b.h * b.sy, do: func() {
		p.roll.printBitmap(b, m, qr)
		p.stateChanged()
	}})
}

// graphics is GS ( L and GS 8 L: store a raster picture (fn 112), print it (fn 50).
func (p *Printer) graphics(data []byte) {
	if len(data) < 2 {
		p.unknown("1D284C")
		return
	}
	switch data[1] {
	case 2, 50:
		if p.store != nil && p.atStart([]byte{gs, '(', 'L'}) {
			p.printBitmap(p.store, "")
		}
		p.store = nil
	case 112:
		// m fn a bx by c xL xH yL yH d...
		if len(data) < 10 || data[2] != 48 || data[3] < 1 || data[3] > 2 || data[4] < 1 || data[4] > 2 {
			p.unknown("1D284C fn 112")
			return
		}
		w, h := word(data[6:]), word(data[8:])
		stride := (w + 7) / 8
		if stride == 0 {
			return
		}
		h = min(h, (len(data)-10)/stride)
		b := newBitmap(min(w, p.cfg.Width), h)
		b.sx, b.sy = int(data[3]), int(data[4])
		for y := range h {
			copy(b.bits[y*b.stride:(y+1)*b.stride], data[10+y*stride:])
		}
		p.store = b
	default:
		p.unknown("1D284C fn %d", data[1])
	}
}

// strip is ESC *: a column-wise strip of 8 or 24 dots, part of the line.
func (p *Printer) strip(h, data []byte) {
	rows, sx, sy := 1, 2, 3
	switch h[2] {
	case 0:
	case 1:
		sx = 1
	case 32:
		rows, sy = 3, 1
	case 33:
		rows, sx, sy = 3, 1, 1
	default:
		p.unknown("%X", h)
		return
	}
	w := min(len(data)/rows, p.mode.area/sx)
	if w == 0 {
		return
	}
	b := newBitmap(w, rows*8)
	for x := range w {
		for y := range b.h {
			if data[x*rows+y/8]&(0x80>>(y%8)) != 0 {
				b.set(x, y)
			}
		}
	}
	p.put(cell{w: w, h: b.h, sx: sx, sy: sy, bits: b}, 0)
}

// symbol is the store of GS ( k for QR.
type symbol struct {
	size  int // dots a module; 0 is 3
	level byte
	data  []byte
}

// maxSymbol is the most a QR code holds.
const maxSymbol = 7089

// runSymbol does the QR functions of GS ( k.
func (p *Printer) runSymbol(fn byte, data []byte) {
	s := &p.symbol
	switch {
	case fn == 65: // model: 2 is the only one drawn
	case fn == 67 && len(data) == 1 && data[0] >= 1 && data[0] <= 16:
		s.size = int(data[0])
	case fn == 69 && len(data) == 1 && data[0] >= 48 && data[0] <= 51:
		s.level = data[0] - 48
	case fn == 80 && len(data) > 1 && len(data) <= maxSymbol+1:
		s.data = append([]byte(nil), data[1:]...)
	case fn == 81:
		p.printSymbol()
	default:
		p.unknown("1D286B fn %d", fn)
	}
}

// printSymbol draws the stored QR code. One that is too wide for the print area is
// not printed, as on a real printer.
func (p *Printer) printSymbol() {
	s := &p.symbol
	if len(s.data) == 0 || !p.atStart([]byte{gs, '(', 'k'}) {
		return
	}
	code, err := qr.Encode(string(s.data), qr.Level(s.level))
	size := s.size
	if size == 0 {
		size = 3
	}
	if err != nil || code.Size*size > p.mode.area {
		p.unknown("1D286B QR of %d bytes does not fit", len(s.data))
		return
	}
	b := newBitmap(code.Size, code.Size)
	b.sx, b.sy = size, size
	for y := range b.h {
		for x := range b.w {
			if code.Black(x, y) {
				b.set(x, y)
			}
		}
	}
	p.printBitmap(b, string(s.data))
}
