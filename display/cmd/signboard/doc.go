// Command signboard is the screen of the hall: it shows what the kiosk tells,
// whole and at once, on a monitor that people read from ten metres.
//
//	kiosk ~~ socket or LAN ~~> hall.Client --.
//	folder of slides --> slides.Folder -------+--> director --Scene--> stage --> screen
//	X server --> xwatch: output, damage ------'        |
//	                                                   `--conditions--> kiosk
//
// It may be started once for each screen, each with its own -screen. It reads no
// configuration: layout, languages and the page's address come with the stream,
// and flags override them.
//
// # How to run it
//
//	make board                                       in a window, at the kiosk of make run
//	signboard                                        on the kiosk's own machine, the whole monitor
//	signboard -kiosk http://10.0.0.7:8470 -key-file key -screen second -still
//	xvfb-run signboard -window 1280x720              where there is no screen
//
// # What it does about trouble
//
//	the kiosk is gone     the last picture stays, with a line that says since when
//	                      the kiosk was last heard; the stream comes back by itself
//	the monitor goes      goes on, and reports "no-output" to the kiosk
//	slides not readable   goes on with those it has, and reports "slides"
//	no X, no OpenGL, no   ends with status 1 and a line that says what to do; the
//	monitor at the start  kiosk knows the screen as gone
//	X goes away           ends with status 1
//	the picture stands    a watch ends it with status 1 after 25 seconds
//
// The watch counts turns of the draw loop (screen.Options.Tick); a watchdog of
// systemd would be fed from the same place.
//
// # What it takes
//
// At 1080p on software GL, by make bench: at rest 0.5 % of a core, a painting
// every ten seconds; 40 ms for one painting, so that a call that stands out takes
// a core for ten seconds, and nothing of that with -still; 125 MB of memory after
// calls and slides, up to 175 for half a minute after a start or a call, until
// what is not used is given back (tidy.go).
//
// It has nothing that the kiosk waits for: the worst that it can do to the office
// is to be dark.
//
// # Caveats
//
// -version and -help need a display too, because ebiten opens it before main.
// With two monitors at one X server it fills the first; give each its own server.
package main
