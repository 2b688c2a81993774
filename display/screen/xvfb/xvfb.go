package xvfb

import (
	"bufio"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/randr"
	"github.com/jezek/xgb/xproto"
)

// ErrMissing is wrapped by Start where there is no Xvfb.
var ErrMissing = errors.New("xvfb: no Xvfb here; install it with `apt-get install xvfb libgl1-mesa-dri`")

// Server is an X server that runs, and a client of it. A Server is not safe for
// concurrent use.
type Server struct {
	Display string // as DISPLAY has it, like :99
	cmd     *exec.Cmd
	conn    *xgb.Conn
	root    xproto.Window
	size    image.Point
}

// Start runs a server with one screen of the given size on a free display. It
// ends with Close, at the latest with this process.
func Start(size image.Point) (*Server, error) {
	program, err := exec.LookPath("Xvfb")
	if err != nil {
		return nil, ErrMissing
	}
	// It tells of a file of cookies that is not needed, and of the end that Close
	// makes; what goes wrong is returned.
	xgb.Logger.SetOutput(io.Discard)
	read, write, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("xvfb: %w", err)
	}
	defer read.Close()
	s := &Server{size: size}
	s.cmd = exec.Command(program, "-displayfd", "3", "-screen", "0", fmt.Sprintf("%dx%dx24", size.X, size.Y), "-nolisten", "tcp", "-noreset")
	s.cmd.ExtraFiles = []*os.File{write}
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	err = s.cmd.Start()
	write.Close()
	if err != nil {
		return nil, fmt.Errorf("xvfb: %w", err)
	}
	number, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("xvfb: it names no display: %w", err), s.Close())
	}
	n, err := strconv.Atoi(strings.TrimSpace(number))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("xvfb: %w", err), s.Close())
	}
	s.Display = fmt.Sprintf(":%d", n)
	if s.conn, err = xgb.NewConnDisplay(s.Display); err != nil {
		return nil, errors.Join(fmt.Errorf("xvfb: %w", err), s.Close())
	}
	s.root = xproto.Setup(s.conn).DefaultScreen(s.conn).Root
	if err := s.extend(); err != nil {
		return nil, errors.Join(fmt.Errorf("xvfb: %w", err), s.Close())
	}
	return s, nil
}

// extend lets the client speak RandR. It is randr.Init without what that writes
// into maps of the whole process, where another Server may read.
func (s *Server) extend() error {
	const name = "RANDR"
	reply, err := xproto.QueryExtension(s.conn, uint16(len(name)), name).Reply()
	if err != nil {
		return err
	}
	if !reply.Present {
		return errors.New("it has no RandR")
	}
	s.conn.ExtLock.Lock()
	defer s.conn.ExtLock.Unlock()
	s.conn.Extensions[name] = reply.MajorOpcode
	return nil
}

// Pid is the server's process.
func (s *Server) Pid() int { return s.cmd.Process.Pid }

// Close kills the server, as a crash does, and waits for its end.
func (s *Server) Close() error {
	if s.conn != nil {
		s.conn.Close()
		s.conn = nil
	}
	if s.cmd.ProcessState != nil {
		return nil
	}
	err := s.cmd.Process.Kill()
	_ = s.cmd.Wait() // that it was killed
	return err
}

// Grab returns what is seen in a part of the screen.
func (s *Server) Grab(r image.Rectangle) (*image.RGBA, error) {
	reply, err := xproto.GetImage(s.conn, xproto.ImageFormatZPixmap, xproto.Drawable(s.root),
		int16(r.Min.X), int16(r.Min.Y), uint16(r.Dx()), uint16(r.Dy()), 0xffffffff).Reply()
	if err != nil {
		return nil, fmt.Errorf("xvfb: GetImage: %w", err)
	}
	m := image.NewRGBA(r)
	if len(reply.Data) != len(m.Pix) {
		return nil, fmt.Errorf("xvfb: %d bytes for %v, not 4 a pixel", len(reply.Data), r.Size())
	}
	for i := 0; i < len(m.Pix); i += 4 { // blue first, as little-endian servers have it
		m.Pix[i], m.Pix[i+1], m.Pix[i+2], m.Pix[i+3] = reply.Data[i+2], reply.Data[i+1], reply.Data[i], 255
	}
	return m, nil
}

// Cover puts a window of one colour on top of a part of the screen, and returns
// how to take it away. The server clears what was under it to black.
func (s *Server) Cover(r image.Rectangle, colour uint32) (uncover func() error, err error) {
	id, err := xproto.NewWindowId(s.conn)
	if err != nil {
		return nil, fmt.Errorf("xvfb: %w", err)
	}
	screen := xproto.Setup(s.conn).DefaultScreen(s.conn)
	if err := xproto.CreateWindowChecked(s.conn, screen.RootDepth, id, s.root, int16(r.Min.X), int16(r.Min.Y),
		uint16(r.Dx()), uint16(r.Dy()), 0, xproto.WindowClassInputOutput, screen.RootVisual,
		xproto.CwBackPixel|xproto.CwOverrideRedirect, []uint32{colour, 1}).Check(); err != nil {
		return nil, fmt.Errorf("xvfb: CreateWindow: %w", err)
	}
	if err := xproto.MapWindowChecked(s.conn, id).Check(); err != nil {
		return nil, fmt.Errorf("xvfb: MapWindow: %w", err)
	}
	return func() error { return xproto.DestroyWindowChecked(s.conn, id).Check() }, nil
}

// Output switches the screen's only output off, or on at its first size, as
// `xrandr --output screen --off` and `--auto` do.
func (s *Server) Output(on bool) error {
	resources, err := randr.GetScreenResources(s.conn, s.root).Reply()
	if err != nil {
		return fmt.Errorf("xvfb: %w", err)
	}
	if len(resources.Crtcs) == 0 || len(resources.Outputs) == 0 || len(resources.Modes) == 0 {
		return errors.New("xvfb: the server has no output")
	}
	mode, outputs := randr.Mode(0), []randr.Output(nil)
	if on {
		for _, m := range resources.Modes {
			if int(m.Width) == s.size.X && int(m.Height) == s.size.Y {
				mode, outputs = randr.Mode(m.Id), resources.Outputs[:1]
			}
		}
	}
	return s.set(resources, mode, outputs)
}

// Resize has the output show another size, not larger than the first, as a monitor
// of another make does.
func (s *Server) Resize(size image.Point) error {
	name := fmt.Sprintf("%dx%d", size.X, size.Y)
	made, err := randr.CreateMode(s.conn, s.root, randr.ModeInfo{Width: uint16(size.X), Height: uint16(size.Y), NameLen: uint16(len(name))}, name).Reply()
	if err != nil {
		return fmt.Errorf("xvfb: CreateMode: %w", err)
	}
	resources, err := randr.GetScreenResources(s.conn, s.root).Reply()
	if err != nil {
		return fmt.Errorf("xvfb: %w", err)
	}
	if err := randr.AddOutputModeChecked(s.conn, resources.Outputs[0], made.Mode).Check(); err != nil {
		return fmt.Errorf("xvfb: AddOutputMode: %w", err)
	}
	return s.set(resources, made.Mode, resources.Outputs[:1])
}

func (s *Server) set(resources *randr.GetScreenResourcesReply, mode randr.Mode, outputs []randr.Output) error {
	reply, err := randr.SetCrtcConfig(s.conn, resources.Crtcs[0], 0, resources.ConfigTimestamp, 0, 0, mode, randr.RotationRotate0, outputs).Reply()
	if err != nil {
		return fmt.Errorf("xvfb: SetCrtcConfig: %w", err)
	}
	if reply.Status != 0 {
		return fmt.Errorf("xvfb: SetCrtcConfig: status %d", reply.Status)
	}
	return nil
}
