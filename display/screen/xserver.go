package screen

// #cgo LDFLAGS: -lX11
// #include <stdio.h>
// #include <stdlib.h>
// #include <X11/Xlib.h>
//
// // Ebiten opens the display while Go initialises its packages, before main, and
// // panics without one. This runs before Go does.
// __attribute__((constructor)) static void needs_display(void) {
// 	const char *name = getenv("DISPLAY");
// 	Display *display = XOpenDisplay(NULL);
// 	if (display != NULL) {
// 		XCloseDisplay(display);
// 		return;
// 	}
// 	if (name == NULL || *name == 0) {
// 		fputs("signboard: DISPLAY is not set; start an X server, and name it like DISPLAY=:0\n", stderr);
// 	} else {
// 		fprintf(stderr, "signboard: there is no X server at DISPLAY=%s, or it refuses us; see XAUTHORITY\n", name);
// 	}
// 	exit(1);
// }
import "C"
