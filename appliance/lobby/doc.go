// Package lobby is what people in the hall see and hear, on the kiosk's side: it
// gives the loop's views to screens and voice, and tells the record how they are.
//
//	          .-- hall.Server --> screens (display/cmd/signboard)
//	          |                      '-- there or not, no monitor --.
//	view -----+-- calls ---------> voice.Announcer --> player       |--> health --> loop
//	          |                    ^   ^    '-- no card, hung ------'
//	          '-- new tickets -----'   |
//	locating receiver -----------------'
//
// A ticket's number is said when it is given, where the office wants that; the
// number of a ticket without paper is said in any case, when that is known.
//
// A screen that office.toml names and that nobody hears is a fault for staff:
//
//	screen:hall     gone, no-output, slides
//	voice           no-card, no-player, hung, missing-clips
//
// Nothing here can delay the loop: views are fetched, the newest one when there
// is time.
package lobby
