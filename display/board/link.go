package board

import (
	"image"
	"strings"

	"rsc.io/qr"

	"sunbeon/display/typeset"
)

// code is a QR code: its dark runs and its side, both in modules. The zero value
// is none.
type code struct {
	runs []image.Rectangle
	size int
}

func encode(address string, level qr.Level) (code, error) {
	m, err := qr.Encode(address, level)
	if err != nil {
		return code{}, err
	}
	out := code{size: m.Size}
	for y := range m.Size {
		for x := 0; x < m.Size; x++ {
			from := x
			for x < m.Size && m.Black(x, y) {
				x++
			}
			if x > from {
				out.runs = append(out.runs, image.Rect(from, y, x, y+1))
			}
		}
	}
	return out, nil
}

// pagesKept is how many codes a board remembers: more than it shows in
// a round of turns, and bounded.
const pagesKept = 128

// page is the code of an address; none where there is no address, or it
// is too long for a code.
func (b *Board) page(address string) code {
	if address == "" {
		return code{}
	}
	if c, ok := b.pages[address]; ok {
		return c
	}
	if len(b.pages) >= pagesKept {
		clear(b.pages)
	}
	c, err := encode(address, qr.L) // a screen is never torn, and larger modules are read from farther away
	if err != nil {
		c = code{}
	}
	b.pages[address] = c
	return c
}

// quietZone is the white around a code, modules.
const quietZone = 4

// qr paints a code in the middle of r as large as whole pixels allow, in its
// quiet zone, and returns what it covers; nothing where r is too small.
func (c *canvas) qr(r image.Rectangle, k code) image.Rectangle {
	n := k.size + 2*quietZone
	module := min(r.Dx(), r.Dy()) / n
	if k.size == 0 || module < 1 {
		return image.Rectangle{}
	}
	area := square(r, module*n)
	c.fill(area, alarm)
	for _, run := range k.runs {
		c.fill(image.Rect((run.Min.X+quietZone)*module, (run.Min.Y+quietZone)*module, (run.Max.X+quietZone)*module, (run.Max.Y+quietZone)*module).Add(area.Min), hotInk)
	}
	return area
}

// Measures of the card that the way to an address stands on, units.
const (
	cardWide = 204 // of a card with its words below the code
	cardLow  = 106 // of the words below the code
	cardCode = 44  // of the digits of the check-in, the first of them
	cardText = 162 // of the words beside the code, at the least
	cardPad  = 8
)

// arrival is the code with which a person with an online ticket says that they
// are here; where there is none, the way to the office's page.
func (c *canvas) arrival() code {
	if k := c.board.page(c.hall.CheckIn); k.size > 0 {
		return k
	}
	return c.board.link
}

// side is what a code wants: modules of three units.
func (k code) side(c *canvas) int { return c.px(3 * float64(k.size+2*quietZone)) }

// Measures of the card: as high as its code and the words below it, as high as
// the code alone, and then as long as both.
func (c *canvas) cardHigh() int { return c.arrival().side(c) + c.px(2*cardPad+6+cardLow) }
func (c *canvas) cardFlat() int { return c.arrival().side(c) + c.px(2*cardPad) }
func (c *canvas) cardLong() int { return c.cardFlat() + c.px(cardText+cardPad) }

// checkInCode is what people type who do not scan, its digits apart: it is no
// number that is called. It is "" where there is none.
func (c *canvas) checkInCode() string {
	code := typeset.Clean(c.hall.CheckInCode)
	switch {
	case c.hall.CheckIn == "":
		return ""
	case strings.Trim(code, "0123456789") != "":
		return code
	}
	return strings.Join(strings.Split(code, ""), " ")
}

// arrive shows the code and says what it is for.
func (c *canvas) arrive(r image.Rectangle) {
	c.round(r, 12, panel)
	w, typed := say.page, c.checkInCode()
	switch {
	case typed != "":
		w = say.checkInCode
	case c.hall.CheckIn != "":
		w = say.checkIn
	}
	k := c.arrival()
	in := inset(r, c.px(cardPad), c.px(cardPad))
	var box, text image.Rectangle
	a, small := centre, 15.0
	if r.Dx() < c.cardLong() {
		gap, n := c.px(6), k.size+2*quietZone
		side := min(in.Dx(), in.Dy()-c.px(cardLow)-gap)
		box, text = cutTop(in, side-side%n, gap) // what the modules leave is for the words
	} else {
		box, text = cutLeft(in, min(in.Dy(), in.Dx()-c.px(cardText+cardPad)), c.px(cardPad+4))
		text, a, small = inset(text, 0, c.px(4)), left, 17
	}
	c.qr(box, k)
	if typed != "" {
		var row image.Rectangle
		row, text = cutTop(text, c.px(cardCode), 0)
		c.write(row, typed, style{size: c.px(44), font: bold, col: ink, align: a})
	}
	st, se := style{size: c.px(24), lines: 4, font: bold, col: ink, align: a}, style{size: c.px(small), lines: 3, col: soft, align: a}
	c.group(text, w, st, se)
}
