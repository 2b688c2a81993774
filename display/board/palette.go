package board

import "image/color"

// The palette. Every pair of a text and a ground in pairs below has a contrast
// of 7:1 or more (WCAG 2.2, 1.4.6), which a test computes. No state is told by
// colour alone: each has its word, and a highlight turns light on dark into
// dark on light, which every eye tells apart.
var (
	ground   = color.RGBA{0x08, 0x16, 0x2B, 255} // the wall behind everything
	panel    = color.RGBA{0x10, 0x26, 0x47, 255}
	stripe   = color.RGBA{0x17, 0x31, 0x59, 255} // every other row, and tiles
	quiet    = color.RGBA{0x0C, 0x1D, 0x37, 255} // what is closed
	rule     = color.RGBA{0x3A, 0x58, 0x88, 255} // thin lines; carries no text
	ink      = color.RGBA{0xFF, 0xFF, 0xFF, 255}
	soft     = color.RGBA{0xCB, 0xD8, 0xEC, 255} // labels and English
	digits   = color.RGBA{0xFF, 0xE0, 0x8A, 255} // a called number at rest
	hotDeep  = color.RGBA{0xFF, 0xC4, 0x1F, 255} // ground of a new call, deep end of its pulse
	hotPale  = color.RGBA{0xFF, 0xEB, 0xAD, 255} // and its pale end
	hotInk   = color.RGBA{0x07, 0x12, 0x24, 255}
	alarm    = color.RGBA{0xFF, 0xFF, 0xFF, 255} // ground of what people must read
	alarmInk = color.RGBA{0x84, 0x0C, 0x1C, 255}
	plate    = color.RGBA{0xE6, 0xEC, 0xF6, 255} // ground of a state's word
	plateInk = color.RGBA{0x0B, 0x1B, 0x35, 255}
)
