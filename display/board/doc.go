// Package board draws the hall's waiting-number screen: the state of an office
// and a time go in, a picture comes out. It is pure Go and knows neither a
// window nor a clock, so the same arguments give the same pixels everywhere.
//
//	+--------------------------------------------------------------+
//	| office                              date   clock (unconfirmed) |  clock layer
//	+--------------------------------------------------------------+
//	| ! what everybody must know: no news since, paper out, closed  |  only when so
//	|                                                              |
//	|   3017 번   ->   3 창구                                       |  pulse layer
//	|   여권 접수 및 교부                                            |  for 10 s
//	|                                                              |
//	|  counters            waiting, expected        calls before   |
//	|  1 1017   2 2017     민원서류 발급 7명 약 4~12분   2017 -> 2     |
//	|                                                              |
//	| missed, on hold: what to do                  notices in turn |  only when some
//	+--------------------------------------------------------------+
//
// That is OneCall; the other layouts divide the middle differently. The newest
// call leads in each. Calls within ten seconds of each other share the place, so
// that a quick counter does not wipe out its neighbour's call.
//
// Numbers that have no paper stand beside or below all of that, with the code of
// the ticket's page: see offer.go. They come beside the snapshot, for a page's
// address is for the hall alone.
//
// # How a picture is made
//
//	Snapshot, offers, time --compose--> scene (strokes, comparable) --paint--> pixels
//
// Composing measures and breaks text with the font's own metrics and costs a
// tenth of a millisecond. A text that is too long for its place wraps, then
// shrinks, and is shortened with an ellipsis only below five pixels. Layers
// compares strokes, not pixels, and repaints what differs; Draw paints all.
//
// What does not fit at once takes turns every eight seconds, by the time given.
// The next time at which the picture changes by itself is returned by Layers.
//
// # What people can rely on
//
// Korean is first and larger; English stands beside or below it where it stays
// legible, and is left out before it gets in the way. Text has a contrast of
// 7:1 or more against its ground at every instant of the pulse. No state is
// told by colour alone. A highlight turns light on dark into dark on light.
// When the kiosk is gone the last state stays, under a line that says since
// when.
//
// # Caveats
//
// A waiting time is shown as the snapshot has it; a missing one is a dash, not
// a guess, and so is a missing number of people. An observed office has no
// waiting times, and they are left out; a call of which it is not known where
// stands alone. Calls from the future by more than two seconds are not highlighted:
// the clock was set back. Names beyond the basic plane, such as emoji, show as
// the font's box.
package board
