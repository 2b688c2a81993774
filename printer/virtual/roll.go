package virtual

import (
	"slices"
	"strings"

	"sunbeon/display/typeface"
)

// Align is the justification of a line (ESC a).
type Align int

const (
	Left Align = iota
	Center
	Right
)

// Line is one printed line of text.
type Line struct {
	Text          string // decoded, UTF-8; gaps are spaces, □ is a character the ROM lacks
	Width, Height int    // largest magnification on the line, 1 to 8
	Bold          bool   // some of it
	Underline     bool   // some of it
	Inverse       bool   // some of it: white on black
	Align         Align
	Wrapped       bool // the line was full: what follows was meant to stand on it too
}

// Piece is a length of paper.
type Piece struct {
	Seq         int // 1 is the first piece cut off since New; 0 is not cut off
	Lines       []Line
	QRs         []string // contents of the QR codes in order, printed by GS ( k or read off the dots of an image
	Rasters     int      // images of dots (GS v 0, GS ( L); those that adjoin count once
	Cut         bool
	Millimetres float64
	Unknown     []string // as State.Unknown, while this piece was printed

	dots  int // length
	width int
	items []item
	faces *typeface.Set
}

// Text is all lines, joined by newlines.
func (pc Piece) Text() string {
	var s strings.Builder
	for i, l := range pc.Lines {
		if i > 0 {
			s.WriteByte('\n')
		}
		s.WriteString(l.Text)
	}
	return s.String()
}

// item is something at a place on the paper.
type item struct {
	x, y  int // dots from the left and the top of the piece
	cells []cell
	h     int // of the cells' line
	bits  *bitmap
	qr    string
	line  *Line
}

// What hangs out uncut is bounded: 4 m of paper, and as many things on it, since a
// host can print empty lines without moving the paper.
const (
	maxRoll  = 4000 * dotsPerMM
	maxItems = 8192
)

// roll is the paper since the last cut.
type roll struct {
	head        int // dots since the last cut that have passed the head
	items       []item
	unknown     []string
	everUnknown []string
}

// advance moves the paper and tears off by hand what has become absurdly long.
func (r *roll) advance(dots int) {
	r.head += dots
	if r.head > maxRoll {
		r.cut(r.head - maxRoll/2)
	}
}

// add puts something on paper and moves it.
func (r *roll) add(it item, advance int) {
	if len(r.items) >= maxItems {
		r.items = slices.Clone(r.items[maxItems/2:])
	}
	r.items = append(r.items, it)
	r.advance(advance)
}

func (r *roll) printLine(l line, m mode, advance int, wrapped bool) {
	out := Line{Text: l.text(), Width: 1, Height: 1, Align: m.align, Wrapped: wrapped}
	for _, c := range l.cells {
		if c.bits == nil {
			out.Width, out.Height = max(out.Width, c.sx), max(out.Height, c.sy)
			out.Bold = out.Bold || c.bold
			out.Underline = out.Underline || c.under > 0
			out.Inverse = out.Inverse || c.inverse
		}
	}
	r.add(item{x: m.left + indent(m, l.pen), y: r.head, h: l.height(), cells: l.cells, line: &out}, advance)
}

func (r *roll) printBitmap(b *bitmap, m mode, qr string) {
	r.add(item{x: m.left + indent(m, b.w*b.sx), y: r.head, h: b.h * b.sy, bits: b, qr: qr}, b.h*b.sy)
}

// indent is how far the alignment moves something w dots wide.
func indent(m mode, w int) int {
	switch m.align {
	case Center:
		return max(m.area-w, 0) / 2
	case Right:
		return max(m.area-w, 0)
	}
	return 0
}

// cut separates the paper at dots from the last cut. What begins before is on the
// piece, the rest stays. ok is false when there is no paper to cut.
func (r *roll) cut(at int) (pc Piece, ok bool) {
	if at <= 0 {
		return Piece{}, false
	}
	i := 0
	for i < len(r.items) && r.items[i].y < at {
		i++
	}
	pc = piece(r.items[:i:i], at)
	pc.Cut = true
	pc.Unknown = r.unknown
	rest := slices.Clone(r.items[i:])
	for j := range rest {
		rest[j].y -= at
	}
	r.items, r.head, r.unknown = rest, r.head-at, nil
	return pc, true
}

// piece is what can be read on the items.
func piece(items []item, dots int) Piece {
	pc := Piece{dots: dots, Millimetres: float64(dots) / dotsPerMM, items: items}
	for i := 0; i < len(items); {
		switch it := items[i]; {
		case it.line != nil:
			pc.Lines = append(pc.Lines, *it.line)
			i++
		case it.qr != "":
			pc.QRs = append(pc.QRs, it.qr)
			i++
		default:
			whole, n := join(items[i:])
			pc.QRs = append(pc.QRs, readQRs(whole)...)
			pc.Rasters++
			i += n
		}
	}
	return pc
}

// join makes one picture of the images at the start of items that adjoin without a
// gap, and says how many they are.
func join(items []item) (*bitmap, int) {
	first := items[0]
	whole := *first.bits
	whole.bits = slices.Clone(whole.bits)
	n := 1
	for ; n < len(items); n++ {
		prev, it := items[n-1], items[n]
		if it.bits == nil || it.qr != "" || it.x != first.x || it.y != prev.y+prev.h ||
			it.bits.w != whole.w || it.bits.stride != whole.stride || it.bits.sx != whole.sx || it.bits.sy != whole.sy {
			break
		}
		whole.bits = append(whole.bits, it.bits.bits...)
		whole.h += it.bits.h
	}
	return &whole, n
}

// Pieces are the pieces cut off so far, oldest first.
func (p *Printer) Pieces() []Piece {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := slices.Clone(p.pieces)
	for i := range out {
		out[i].width, out[i].faces = p.cfg.Width, p.cfg.Faces
	}
	return out
}

// Roll is what is printed but not yet cut off.
func (p *Printer) Roll() Piece {
	p.mu.Lock()
	defer p.mu.Unlock()
	pc := piece(slices.Clone(p.roll.items), p.roll.head)
	pc.Unknown = slices.Clone(p.roll.unknown)
	pc.width, pc.faces = p.cfg.Width, p.cfg.Faces
	return pc
}
