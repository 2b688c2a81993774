package board

import (
	"fmt"
	"image"

	"rsc.io/qr"
)

// encodeLink returns the dark runs of the address's code and its modules a side.
func encodeLink(link string) ([]image.Rectangle, int, error) {
	code, err := qr.Encode(link, qr.M)
	if err != nil {
		return nil, 0, fmt.Errorf("%w: link: %v; use a shorter address", ErrOptions, err)
	}
	var runs []image.Rectangle
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			from := x
			for x < code.Size && code.Black(x, y) {
				x++
			}
			if x > from {
				runs = append(runs, image.Rect(from, y, x, y+1))
			}
		}
	}
	return runs, code.Size, nil
}

// code paints the QR code as large as whole pixels allow, in a quiet zone.
func (c *canvas) code(r image.Rectangle) {
	c.round(r, 12, panel)
	foot, box := cutBottom(inset(r, c.px(8), c.px(8)), c.px(26), 0)
	n := c.board.qrSize + 8 // four modules of quiet on each side
	module := min(box.Dx(), box.Dy()) / n
	if module < 1 {
		return
	}
	area := square(box, module*n)
	c.fill(area, alarm)
	for _, run := range c.board.qr {
		c.fill(image.Rect((run.Min.X+4)*module, (run.Min.Y+4)*module, (run.Max.X+4)*module, (run.Max.Y+4)*module).Add(area.Min), hotInk)
	}
	c.write(foot, "대기 현황 보기", style{size: c.px(18), weight: bold, col: soft, align: centre})
}
