// Package typeset measures text, cuts it into lines that fit a box, and sets it
// glyph by glyph. The board and the ticket's raster lines are drawn by it.
//
//	text --Fit--> lines and an em --Set--> masks of glyphs, each with its place
//
//	|<-- Ink().Left
//	|   +--+   <- Ink().Top, above the baseline: negative
//	|   |  |
//	o---+--+------> Em(), the advance; all three in ems
//	^ origin, on the baseline
//
// Unhinted advances grow linearly with the size, so one table of ems serves
// every size, and the same text breaks alike on a small screen and a large one.
// Who sets a text decides what a mask is painted with: the board blends it, the
// printer burns what is covered by half.
//
// # Caveats
//
// Glyphs are placed one by one: no kerning, no ligatures, no joined scripts. What
// a face lacks leaves its room empty. A Setter belongs to one goroutine; its
// caches are bounded and are emptied when they are full, since they fill again
// with what is shown now.
package typeset
