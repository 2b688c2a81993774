package virtual

import (
	"slices"
	"strings"
)

// mode is everything ESC @ puts back.
type mode struct {
	left, wide int // print area asked for, dots
	area       int // what the head leaves of wide
	width      int // of the head
	align      Align
	spacing    int // line spacing, dots
	sx, sy     int // magnification, 1 to 8
	hx, hy     int // the same for two-byte characters (FS !, FS W)
	rightGap   int // dots after a character
	hanGap     [2]int
	fontB      bool
	bold       bool
	under      int // dots
	inverse    bool
	hangul     bool
	page       byte
	country    byte
	tabs       []int // columns
}

func powerOnMode(width int) mode {
	m := mode{wide: width, area: width, width: width, spacing: defaultSpacing, sx: 1, sy: 1, hx: 1, hy: 1}
	for c := 8; c < 64; c += 8 {
		m.tabs = append(m.tabs, c)
	}
	return m
}

// defaultSpacing is 1/6 inch in the 30 dots that 203 dpi printers make of it.
const defaultSpacing = 30

// cell is one character, or one ESC * strip, of the print buffer.
type cell struct {
	r       rune
	x       int // from the left of the print area, before alignment
	w, h    int // of the ROM cell, before magnification
	sx, sy  int
	bold    bool
	under   int
	inverse bool
	bits    *bitmap // ESC * strip instead of a character
}

func (c cell) width() int  { return c.w * c.sx }
func (c cell) height() int { return c.h * c.sy }

// line is the print buffer.
type line struct {
	cells []cell
	pen   int
}

func (l *line) height() int {
	h := 0
	for _, c := range l.cells {
		h = max(h, c.height())
	}
	return h
}

// maxCells bounds a line of zero-width cells; an honest one has 64.
const maxCells = 256

// put adds a cell at the pen, printing the line first when it is full.
func (p *Printer) put(c cell, after int) {
	if p.line.pen > 0 && p.line.pen+c.width() > p.mode.area || len(p.line.cells) >= maxCells {
		p.printLine(p.mode.spacing, true)
	}
	c.x = p.line.pen
	p.line.cells = append(p.line.cells, c)
	p.line.pen += c.width() + after
}

// printLine hands the print buffer to the mechanism: the line and so many dots of
// feed, at least its own height.
func (p *Printer) printLine(feed int, wrapped bool) {
	l := p.line
	p.line = line{}
	h := l.height()
	m := p.mode
	p.enqueue(motion{dots: max(feed, h), do: func() {
		p.roll.printLine(l, m, max(feed, h), wrapped)
		p.stateChanged()
	}})
}

// feed moves paper without a line of text.
func (p *Printer) feed(dots int) {
	if dots <= 0 {
		return
	}
	p.enqueue(motion{dots: dots, do: func() {
		p.roll.advance(dots)
		p.stateChanged()
	}})
}

// stepText takes a byte that is not part of a command.
func (p *Printer) stepText(b byte) {
	q := &p.parser
	if q.lead != 0 {
		if b < 0x20 {
			p.badLead()
		} else {
			r := decodeHangul(q.lead, b, p.cfg.ROM)
			q.lead = 0
			p.putHangul(r)
			return
		}
	}
	switch {
	case b == lf:
		p.printLine(p.mode.spacing, false)
	case b == ht:
		p.tab()
	case b == 0 || b == cr:
		// NUL is nothing; CR is ignored, automatic line feed being off.
	case b < 0x20 || b == 0x7f:
		p.unknown("%02X", b)
	case b >= 0x81 && b < 0xff && p.mode.hangul:
		q.lead = b
	default:
		m := &p.mode
		w, h := 12, 24
		if m.fontB {
			w, h = 9, 17
		}
		p.put(cell{r: decodeByte(b, m.page, m.country), w: w, h: h, sx: m.sx, sy: m.sy,
			bold: m.bold, under: m.under, inverse: m.inverse}, m.rightGap*m.sx)
	}
}

// putHangul adds a two-byte character.
func (p *Printer) putHangul(r rune) {
	m := &p.mode
	size := 24
	if m.fontB {
		size = 16
	}
	p.line.pen += m.hanGap[0]
	p.put(cell{r: r, w: size, h: size, sx: m.hx, sy: m.hy,
		bold: m.bold, under: m.under, inverse: m.inverse}, m.hanGap[1])
}

// badLead reports a first half whose second half never came.
func (p *Printer) badLead() {
	p.unknown("half character %02X", p.parser.lead)
	p.parser.lead = 0
	p.putHangul(tofu)
}

// tab moves the pen to the next tab stop; without one HT does nothing.
func (p *Printer) tab() {
	unit := 12*p.mode.sx + p.mode.rightGap
	if p.mode.fontB {
		unit = 9*p.mode.sx + p.mode.rightGap
	}
	for _, c := range p.mode.tabs {
		if c*unit > p.line.pen {
			p.line.pen = min(c*unit, p.mode.area)
			return
		}
	}
}

// text is the line as a person reads it: from left to right, whatever the order of
// printing was, and gaps become spaces.
func (l *line) text() string {
	cells := slices.Clone(l.cells)
	slices.SortStableFunc(cells, func(a, b cell) int { return a.x - b.x })
	var s strings.Builder
	pen := 0
	for _, c := range cells {
		if c.bits != nil {
			pen = c.x + c.width()
			continue
		}
		for ; c.x-pen >= 12; pen += 12 {
			s.WriteByte(' ')
		}
		s.WriteRune(c.r)
		pen = c.x + c.width()
	}
	return s.String()
}
