package xwatch

import (
	"context"
	"errors"
	"fmt"
	"image"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/randr"
	"github.com/jezek/xgb/xproto"
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
	conn, err := xgb.NewConnDisplay(display)
	if err != nil {
		return fmt.Errorf("xwatch: %w; is DISPLAY=%s right?", err, display)
	}
	stop := context.AfterFunc(ctx, conn.Close)
	defer func() {
		if stop() {
			conn.Close()
		}
	}()
	root := xproto.Setup(conn).DefaultScreen(conn).Root
	if err := xproto.ChangeWindowAttributesChecked(conn, root, xproto.CwEventMask,
		[]uint32{xproto.EventMaskStructureNotify | xproto.EventMaskSubstructureNotify}).Check(); err != nil {
		return fmt.Errorf("xwatch: %w", err)
	}
	randrIs := randr.Init(conn) == nil // an old server has no outputs to switch
	if randrIs {
		if err := randr.SelectInputChecked(conn, root,
			randr.NotifyMaskScreenChange|randr.NotifyMaskCrtcChange|randr.NotifyMaskOutputChange).Check(); err != nil {
			return fmt.Errorf("xwatch: RandR: %w", err)
		}
	}
	for {
		if randrIs {
			lit, err := lit(conn, root)
			if err != nil && ctx.Err() == nil {
				return fmt.Errorf("%w: %w", ErrGone, err)
			}
			h.Output(lit)
		}
		event, fault := conn.WaitForEvent()
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case event == nil && fault == nil:
			return ErrGone
		}
		h.Changed()
	}
}

// lit is the place of the first output that is connected and has a picture.
func lit(conn *xgb.Conn, root xproto.Window) (image.Rectangle, error) {
	resources, err := randr.GetScreenResourcesCurrent(conn, root).Reply()
	if err != nil {
		return image.Rectangle{}, err
	}
	for _, o := range resources.Outputs {
		info, err := randr.GetOutputInfo(conn, o, resources.ConfigTimestamp).Reply()
		if err != nil {
			return image.Rectangle{}, err
		}
		if info.Connection == randr.ConnectionDisconnected || info.Crtc == 0 {
			continue
		}
		at, err := randr.GetCrtcInfo(conn, info.Crtc, resources.ConfigTimestamp).Reply()
		if err != nil {
			return image.Rectangle{}, err
		}
		if at.Mode != 0 {
			x, y := int(at.X), int(at.Y)
			return image.Rect(x, y, x+int(at.Width), y+int(at.Height)), nil
		}
	}
	return image.Rectangle{}, nil
}
