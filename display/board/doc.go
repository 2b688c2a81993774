// Package board draws the hall's waiting-number screen: the state of an office
// and a time go in, a picture comes out. It is pure Go and knows neither a
// window nor a clock, so the same arguments give the same pixels everywhere.
//
//	+--------------------------------------------------------------+
//	| office                              date   clock (unconfirmed) |  clock layer
//	+--------------------------------------------------------------+
//	| ! what everybody must know: no news since, paper out, closed  |  only when so
//	|                                              +-----------------+
//	|   3017 번   ->   3 창구                       | a picture of the |  slide layer
//	|   여권 접수 및 교부             pulse layer    | city             |
//	|                               for 10 s       +-----------------+
//	|  counters          waiting, expected         calls     code to |
//	|  1 1017   2 2017   민원서류 발급 7명 4~12분    before    check in|
//	|                                                              |
//	| missed, on hold: what to do                  notices in turn |  ticker layer
//	+--------------------------------------------------------------+
//
// That is OneCall; the other layouts divide the middle differently. The newest
// call leads in each. Calls within ten seconds of each other share the place, so
// that a quick counter does not wipe out its neighbour's call.
//
// Numbers that have no paper stand beside or below all of that, with the code of
// the ticket's page: see offer.go. They come beside the snapshot, for a page's
// address is for the hall alone. They take the place of the slides, which are
// shown where the layout has room: the first thing to go. The code with which
// people with an online ticket check in, with its digits for those who type them,
// stands where else the way to the office's page would; where neither has room, both
// are left out.
//
// # How a picture is made
//
//	Show, time --compose--> scene (strokes, comparable) --paint--> pixels
//
// Composing measures and breaks text with the font's own metrics and costs a
// tenth of a millisecond. A text that is too long for its place wraps, then
// shrinks, and is shortened with an ellipsis only below five pixels; a notice
// takes several turns instead. Layers compares strokes, not pixels, and repaints
// what differs; Draw paints all.
//
// What does not fit at once takes turns every eight seconds, by the time given.
// The next time at which the picture changes by itself is returned by Layers.
//
// # What moves
//
//	pulse/0 ...            breathes for the ten seconds of a call
//	ticker, ticker/in      a notice rolls out, the next one in: 0.4 s every 8 s
//	slide, slide/in        a slide fades into the next: 1 s every 12 s
//
// Each is a function of the time alone that a screen may call at its own rate.
// Between those moments no layer has one, and the screen can sleep. While a call
// is highlighted nothing but its pulse moves; with Options.Still nothing does,
// and a call stands on a steady bright ground.
//
// # What people can rely on
//
// Korean is first and larger. Beside or below it stands English where it stays
// legible, or Chinese, Vietnamese and Japanese in their turns, one language at a
// time, while Korean keeps its place; it is left out before it gets in the way.
// Text has a contrast of 7:1 or more against its ground at every instant of the
// pulse. No state is told by colour alone. A highlight turns light on dark into
// dark on light. A slide is shown whole, neither cropped nor stretched. When the
// kiosk is gone the last state stays, under a line that says since when.
//
// # Caveats
//
// A waiting time is shown as the snapshot has it; a missing one is a dash, not
// a guess, and so is a missing number of people. An observed office has no
// waiting times, and they are left out; a call of which it is not known where
// stands alone. Calls from the future by more than two seconds are not highlighted:
// the clock was set back. What a face lacks, such as emoji, leaves a gap.
//
// An office's own notices and the names of counters are in Korean alone, and what
// a kiosk says of its faults in Korean and English; English stands in for what
// has no other name. The words of other languages want a reader of each before a
// city shows them. A slide is brought to its size when it is next to come, which
// takes a large photograph tens of milliseconds.
package board
