package screen

// #cgo LDFLAGS: -lX11 -lXrandr
// #include <stdio.h>
// #include <stdlib.h>
// #include <X11/Xlib.h>
// #include <X11/extensions/Xrandr.h>
//
// // lit counts the outputs that are connected and have a picture, as ebiten does.
// static int lit(Display *d) {
// 	int event, error, n = 0;
// 	if (!XRRQueryExtension(d, &event, &error)) {
// 		return 1;
// 	}
// 	XRRScreenResources *all = XRRGetScreenResourcesCurrent(d, DefaultRootWindow(d));
// 	for (int i = 0; all != NULL && i < all->noutput; i++) {
// 		XRROutputInfo *o = XRRGetOutputInfo(d, all, all->outputs[i]);
// 		if (o != NULL) {
// 			n += o->connection == RR_Connected && o->crtc != None;
// 			XRRFreeOutputInfo(o);
// 		}
// 	}
// 	if (all != NULL) {
// 		XRRFreeScreenResources(all);
// 	}
// 	return n;
// }
//
// // Ebiten opens the display while Go initialises its packages, before main, and
// // panics where it finds none, or no monitor. This runs before Go does.
// __attribute__((constructor)) static void needs_display(void) {
// 	const char *name = getenv("DISPLAY");
// 	Display *d = XOpenDisplay(NULL);
// 	if (d == NULL && (name == NULL || *name == 0)) {
// 		fputs("signboard: DISPLAY is not set; start an X server, and name it like DISPLAY=:0\n", stderr);
// 		exit(1);
// 	}
// 	if (d == NULL) {
// 		fprintf(stderr, "signboard: there is no X server at DISPLAY=%s, or it refuses us; see XAUTHORITY\n", name);
// 		exit(1);
// 	}
// 	if (lit(d) == 0) {
// 		fprintf(stderr, "signboard: no monitor is switched on at DISPLAY=%s; plug one in, and see `xrandr --auto`\n", name);
// 		exit(1);
// 	}
// 	XCloseDisplay(d);
// }
import "C"
