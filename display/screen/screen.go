package screen

import (
	"context"
	"errors"
	"fmt"
	"image"
	"log/slog"
	"time"

	"github.com/hajimehoshi/ebiten/v2"

	"sunbeon/display/screen/stage"
)

// Options of the window.
type Options struct {
	Stage  *stage.Stage
	Window image.Point // px; zero is the whole monitor, without a frame or a cursor
	Title  string
	// Monitor is the size of the output, px, zero if it is not known. Ebiten knows
	// it too, but does not learn of another mode of the same output.
	Monitor func() image.Point
	// Tick is called by the draw loop each time that it comes round, once in a
	// stage.Heartbeat at the least. Who hears less of it has a frozen picture.
	Tick func()
	Log  *slog.Logger
}

// Run shows the stage in a window until ctx ends, which is no error. It must be
// called by the main goroutine, once in the life of a process.
//
// It fails where OpenGL is not to be had, or no board can be made. When the X
// server goes away, Xlib ends the process with status 1: nothing can go on then.
func Run(ctx context.Context, opt Options) error {
	ebiten.SetWindowTitle(opt.Title)
	ebiten.SetScreenClearedEveryFrame(false)
	ebiten.SetTPS(ebiten.SyncWithFPS) // a turn of the loop is one Update and one Draw
	w := &window{ctx: ctx, opt: opt, glass: newGlass()}
	if opt.Window == (image.Point{}) {
		ebiten.SetWindowDecorated(false)
		ebiten.SetCursorMode(ebiten.CursorModeHidden)
		w.fill()
	} else {
		ebiten.SetWindowSize(opt.Window.X, opt.Window.Y)
		ebiten.SetWindowResizingMode(ebiten.WindowResizingModeEnabled)
	}
	err := ebiten.RunGameWithOptions(w, &ebiten.RunGameOptions{
		SingleThread: true, X11ClassName: "Sunbeon", X11InstanceName: "signboard"})
	switch {
	case err != nil:
		return fmt.Errorf("screen: %w; is there OpenGL 3.2 or GLES 3.0? `glxinfo -B` says what there is", err)
	case ctx.Err() == nil && !w.closed:
		return errors.New("screen: the window has ended by itself")
	}
	return nil
}

// window is the game that ebiten plays: it waits, has the picture made, and
// paints it.
type window struct {
	ctx    context.Context
	opt    Options
	glass  *glass
	size   image.Point // of the picture, px
	wanted image.Point // size that the window was last given
	paint  bool
	closed bool
	begun  time.Time // of the painting that is not yet seen; zero is none
}

// LayoutF learns the window's size. The game's own picture, which ebiten scales
// to the window, is a single pixel: the layers go to the window's true pixels.
func (w *window) LayoutF(outsideWidth, outsideHeight float64) (float64, float64) {
	scale := ebiten.Monitor().DeviceScaleFactor()
	w.size = image.Pt(int(outsideWidth*scale), int(outsideHeight*scale))
	return 1, 1
}

// Layout is LayoutF's, which ebiten prefers.
func (w *window) Layout(int, int) (int, int) { return 1, 1 }

// Update sleeps until something is to be painted.
func (w *window) Update() error {
	if !w.begun.IsZero() {
		w.opt.Log.Debug("screen: painted", "took", time.Since(w.begun))
		w.begun = time.Time{}
	}
	w.opt.Tick()
	w.opt.Stage.Wait(w.ctx)
	if w.ctx.Err() != nil {
		return ebiten.Termination
	}
	w.fill()
	paint, err := w.opt.Stage.Step(w.size)
	w.paint = paint
	return err
}

// fill keeps the window as large as its monitor. Without a window manager nobody
// else does when an output is switched.
func (w *window) fill() {
	if w.opt.Window != (image.Point{}) {
		return
	}
	full := w.opt.Monitor()
	if full == (image.Point{}) && w.wanted == full {
		width, height := ebiten.Monitor().Size()
		scale := ebiten.Monitor().DeviceScaleFactor()
		full = image.Pt(int(float64(width)*scale), int(float64(height)*scale))
	}
	if full == (image.Point{}) || full == w.wanted {
		return
	}
	w.wanted = full
	scale := ebiten.Monitor().DeviceScaleFactor()
	ebiten.SetWindowPosition(0, 0)
	ebiten.SetWindowSize(int(float64(full.X)/scale), int(float64(full.Y)/scale))
}

// Draw tells ebiten that there is something to paint by touching its picture.
func (w *window) Draw(pixel *ebiten.Image) {
	if w.paint {
		pixel.Clear()
	}
}

// DrawFinalScreen paints the layers on the window itself.
func (w *window) DrawFinalScreen(on ebiten.FinalScreen, _ *ebiten.Image, _ ebiten.GeoM) {
	w.begun = time.Now()
	w.glass.on = on
	w.opt.Stage.Paint(w.glass)
	w.glass.on = nil
}
