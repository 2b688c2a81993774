package xwatch

// #cgo LDFLAGS: -lX11 -lXrandr
// #include <stdlib.h>
// #include <X11/Xlib.h>
// #include <X11/extensions/Xrandr.h>
//
// // Without these two Xlib ends the process when this server is gone. Of other
// // connections the process still ends, by their own second handler.
// static int lost(Display *d) { return 0; }
// static void gone(Display *d, void *flag) { *(int *)flag = 1; }
// static void survive(Display *d, int *flag) {
// 	XSetIOErrorHandler(lost);
// 	XSetIOErrorExitHandler(d, gone, flag);
// }
//
// static int descriptor(Display *d) { return ConnectionNumber(d); }
//
// // listen has the server tell of windows and, where there is RandR, of outputs.
// static int listen(Display *d) {
// 	Window root = DefaultRootWindow(d);
// 	int event, error;
// 	XSelectInput(d, root, StructureNotifyMask | SubstructureNotifyMask);
// 	if (!XRRQueryExtension(d, &event, &error)) {
// 		return 0;
// 	}
// 	XRRSelectInput(d, root, RRScreenChangeNotifyMask | RRCrtcChangeNotifyMask | RROutputChangeNotifyMask);
// 	return 1;
// }
//
// // drain takes what the server has told, and says how much it was.
// static int drain(Display *d) {
// 	int n = 0;
// 	XEvent e;
// 	while (XPending(d) > 0) {
// 		XNextEvent(d, &e);
// 		n++;
// 	}
// 	return n;
// }
//
// // lit is the place of the first output that is connected and has a picture.
// static XRectangle lit(Display *d) {
// 	XRectangle r = {0, 0, 0, 0};
// 	XRRScreenResources *all = XRRGetScreenResourcesCurrent(d, DefaultRootWindow(d));
// 	for (int i = 0; all != NULL && i < all->noutput && r.width == 0; i++) {
// 		XRROutputInfo *o = XRRGetOutputInfo(d, all, all->outputs[i]);
// 		if (o != NULL && o->connection != RR_Disconnected && o->crtc != None) {
// 			XRRCrtcInfo *c = XRRGetCrtcInfo(d, all, o->crtc);
// 			if (c != NULL && c->mode != None) {
// 				r = (XRectangle){c->x, c->y, c->width, c->height};
// 			}
// 			if (c != NULL) {
// 				XRRFreeCrtcInfo(c);
// 			}
// 		}
// 		if (o != NULL) {
// 			XRRFreeOutputInfo(o);
// 		}
// 	}
// 	if (all != NULL) {
// 		XRRFreeScreenResources(all);
// 	}
// 	return r;
// }
import "C"

import (
	"context"
	"errors"
	"fmt"
	"image"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// ErrGone is returned by Run when the server ends before its time.
var ErrGone = errors.New("xwatch: the X server has gone")

// Hooks are called by Run's goroutine and must not block.
type Hooks struct {
	// Changed: windows or outputs are no longer as they were, so that what is
	// seen may be damaged.
	Changed func()
	// Output is told, at once and whenever it may have changed, the place of the
	// first output that is connected and switched on, px; empty is none.
	Output func(image.Rectangle)
}

// Run watches the server of a display, like :0, until ctx ends. It fails when the
// server is not to be had or goes away.
func Run(ctx context.Context, display string, h Hooks) error {
	name := C.CString(display)
	defer C.free(unsafe.Pointer(name))
	d := C.XOpenDisplay(name)
	if d == nil {
		return fmt.Errorf("xwatch: there is no X server at %q; is DISPLAY right?", display)
	}
	gone := (*C.int)(C.calloc(1, C.sizeof_int))
	defer C.free(unsafe.Pointer(gone))
	C.survive(d, gone)
	defer C.XCloseDisplay(d)
	ended, end, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("xwatch: %w", err)
	}
	defer ended.Close()
	stop := context.AfterFunc(ctx, func() { _ = end.Close() }) // which wakes poll
	defer func() {
		if stop() {
			_ = end.Close()
		}
	}()
	outputs := C.listen(d) != 0
	told := []unix.PollFd{{Fd: int32(C.descriptor(d)), Events: unix.POLLIN}, {Fd: int32(ended.Fd()), Events: unix.POLLIN}}
	for {
		if outputs {
			r := C.lit(d)
			if *gone != 0 {
				return ErrGone
			}
			x, y := int(r.x), int(r.y)
			h.Output(image.Rect(x, y, x+int(r.width), y+int(r.height)))
		}
		for C.drain(d) == 0 && *gone == 0 {
			if _, err := unix.Poll(told, -1); err != nil && !errors.Is(err, unix.EINTR) {
				return fmt.Errorf("xwatch: %w", err)
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if told[0].Revents&(unix.POLLHUP|unix.POLLERR) != 0 {
				return ErrGone
			}
		}
		if *gone != 0 {
			return ErrGone
		}
		h.Changed()
	}
}
