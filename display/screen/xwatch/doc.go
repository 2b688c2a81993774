// Package xwatch tells what an X server does to a screen that shows one picture:
// whether an output has a monitor, of what size, and when the picture may have
// been damaged.
//
//	X server --RandR: screen, CRTC, output change--> Output(rectangle)
//	         --windows come, go and move -----------> Changed()
//	         --the connection ends -----------------> Run fails with ErrGone
//
// Ebiten reports neither, and it would have to be woken to look. Where windows
// have no manager, whatever can uncover a part of the picture is a child of the
// root window: its changes are told, and no window needs to be found.
//
// # Caveats
//
// A server tells of a monitor that was pulled out only if its driver is told by
// the kernel (hot plug), or when somebody asks it, as xrandr does. Of several
// outputs the first that is lit is taken.
package xwatch
