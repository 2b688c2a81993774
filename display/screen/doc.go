// Package screen is the window of the hall's board: the only one that knows
// ebiten, X and OpenGL. What it shows and when is display/screen/stage's.
//
//	stage.Stage                          ebiten's loop, on the main thread
//	  Wait   <-------- Update ---------  sleeps here, up to stage.Heartbeat
//	  Step   <-------- Update ---------  asks the board, if it is time
//	                   Draw -----------  touches one pixel: "there is something"
//	  Paint  <-------- DrawFinalScreen   layers -> window, true pixels
//	    `-> glass: Upload  bands that changed -> textures of 512x512
//	               Paint   a quad for each tile, BlendCopy, or alpha over it
//
// # Why it is so
//
// The layers are painted on the window itself. Ebiten's own picture, which it
// would scale to the window, is one pixel: 8 MB and a pass over all pixels are
// saved at 1080p, and a picture made for 1366x768 is seen as such.
//
// Ebiten paints three times more after a change. The loop therefore sleeps at
// rest as long as it may, and every turn of it is one painting.
//
// The window fills the output by its size, not as a "full screen" of the
// library: that one does not follow another mode, and gives itself up with its
// output. There is no window manager on the appliance. The screen saver and DPMS
// are Xorg's: `xset s off -dpms`, or in xorg.conf
//
//	Section "ServerFlags"
//		Option "BlankTime" "0"
//		Option "StandbyTime" "0"
//		Option "SuspendTime" "0"
//		Option "OffTime" "0"
//	EndSection
//
// # How it ends
//
// Run fails where there is no OpenGL. Without an X server, or a monitor at the
// start, the process ends before main with status 1 and a line that says so
// (xserver.go): ebiten would panic there. When the server goes away Xlib ends the
// process with status 1. A call of GL that hangs cannot be ended from within:
// Options.Tick stops, and whoever watches it must end the process. In each case
// the unit starts it again, and tickets and calls know nothing of it.
//
// # Caveats
//
// OpenGL 3.2 or GLES 3.0 is needed. A Pi 3's GPU has GLES 2.0: there Mesa draws
// in software (LIBGL_ALWAYS_SOFTWARE=1), and the board should be still, because
// one painting takes about 40 ms of a core. No audio is opened.
//
// Not verified here: the GPU of a real Pi, and HDMI that is plugged. To do so, on
// the board with Xorg and without a window manager: `glxinfo -B` must name V3D;
// start the signboard, take a call at the bench, and read its use of the
// processor with `top`; pull the HDMI cable, wait until the kiosk's health says
// no-output, plug it in, and see the current state within a second. If the output
// stays off after that, `xrandr --auto` switches it on: it belongs into the unit.
package screen
