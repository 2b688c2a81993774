package board

import (
	"image"

	"rsc.io/qr"
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

// pagesKept is how many tickets' codes a board remembers: more than it shows in
// a round of turns, and bounded.
const pagesKept = 128

// page is the code of a ticket's page; none where there is no page, or its
// address is too long for a code.
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

// qr paints a code in the middle of r as large as whole pixels allow, in its
// quiet zone, and returns what it covers; nothing where r is too small.
func (c *canvas) qr(r image.Rectangle, k code) image.Rectangle {
	const quiet = 4 // modules on each side
	n := k.size + 2*quiet
	module := min(r.Dx(), r.Dy()) / n
	if k.size == 0 || module < 1 {
		return image.Rectangle{}
	}
	area := square(r, module*n)
	c.fill(area, alarm)
	for _, run := range k.runs {
		c.fill(image.Rect((run.Min.X+quiet)*module, (run.Min.Y+quiet)*module, (run.Max.X+quiet)*module, (run.Max.Y+quiet)*module).Add(area.Min), hotInk)
	}
	return area
}

// way shows the way to the office's page.
func (c *canvas) way(r image.Rectangle) {
	c.round(r, 12, panel)
	foot, box := cutBottom(inset(r, c.px(8), c.px(8)), c.px(26), 0)
	if !c.qr(box, c.board.link).Empty() {
		c.write(foot, "대기 현황 보기", style{size: c.px(18), font: bold, col: soft, align: centre})
	}
}
