// Package lobby is what people in the hall see and hear, on the kiosk's side: it
// gives the loop's views to the screens, and tells the record how screens are.
//
//	          .-- hall.Server --> screens (display/cmd/signboard)
//	view -----|                      |
//	          '-- ...                '-- there or not, no monitor, ... --> health --> loop
//
// A screen that office.toml names and that nobody hears is a fault for staff:
//
//	screen:hall     gone, no-output, slides
//
// Nothing here can delay the loop: views are fetched, the newest one when there
// is time.
package lobby
