package virtual

import (
	"image"
	"image/color"
)

// Arms of a ruled-line character.
const (
	up = 1 << iota
	right
	down
	left
)

// arms are the ruled lines of the ROM. An outline font leaves gaps between them; the
// ROM draws them to the edge of the cell, so that neighbours join.
func arms(r rune) int {
	switch r {
	case '─', '━', '═':
		return left | right
	case '│', '┃', '║':
		return up | down
	case '┌', '╭', '┏', '╔':
		return down | right
	case '┐', '╮', '┓', '╗':
		return down | left
	case '└', '╰', '┗', '╚':
		return up | right
	case '┘', '╯', '┛', '╝':
		return up | left
	case '├', '┣', '╠':
		return up | down | right
	case '┤', '┫', '╣':
		return up | down | left
	case '┬', '┳', '╦':
		return left | right | down
	case '┴', '┻', '╩':
		return left | right | up
	case '┼', '╋', '╬':
		return left | right | up | down
	}
	return 0
}

// ruled draws r when it is made of lines or blocks, and reports whether it is.
func ruled(m *image.Alpha, r rune) bool {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	ink := func(x0, y0, x1, y1 int) {
		for y := y0; y < y1; y++ {
			for x := x0; x < x1; x++ {
				m.SetAlpha(x, y, color.Alpha{A: 0xff})
			}
		}
	}
	shade := func(every int) {
		for y := range h {
			for x := range w {
				if (x+y*2)%every == 0 {
					ink(x, y, x+1, y+1)
				}
			}
		}
	}
	const thick = 2
	x, y := (w-thick)/2, (h-thick)/2
	a := arms(r)
	switch {
	case a != 0:
		if a&up != 0 {
			ink(x, 0, x+thick, y+thick)
		}
		if a&down != 0 {
			ink(x, y, x+thick, h)
		}
		if a&left != 0 {
			ink(0, y, x+thick, y+thick)
		}
		if a&right != 0 {
			ink(x, y, w, y+thick)
		}
	case r == '█':
		ink(0, 0, w, h)
	case r == '▄':
		ink(0, h/2, w, h)
	case r == '▀':
		ink(0, 0, w, h/2)
	case r == '▌':
		ink(0, 0, w/2, h)
	case r == '▐':
		ink(w/2, 0, w, h)
	case r == '░':
		shade(4)
	case r == '▒':
		shade(2)
	case r == '▓':
		ink(0, 0, w, h)
		for y := 0; y < h; y += 2 {
			for x := y % 4 / 2; x < w; x += 2 {
				m.SetAlpha(x, y, color.Alpha{})
			}
		}
	default:
		return false
	}
	return true
}
