package printer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Transport is the byte stream to one printer, both ways. Deadlines must work
// and end a blocked call with an error that wraps os.ErrDeadlineExceeded; Close
// must end blocked calls too. The session reads in one goroutine, writes in
// another, and closes.
type Transport interface {
	io.ReadWriteCloser
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

var (
	_ Transport = (net.Conn)(nil)
	_ Transport = (*os.File)(nil)
)

// dialTimeout ends an attempt at a printer that is switched off: on an
// office's LAN an answer takes milliseconds.
const dialTimeout = 5 * time.Second

// DialTCP connects to a printer's raw port, "192.168.0.50:9100"; without a port
// 9100 is meant.
func DialTCP(ctx context.Context, addr string) (Transport, error) {
	if _, _, err := net.SplitHostPort(addr); err != nil {
		addr = net.JoinHostPort(addr, "9100")
	}
	d := net.Dialer{Timeout: dialTimeout, KeepAlive: 10 * time.Second}
	c, err := d.DialContext(ctx, "tcp", addr)
	if errors.Is(err, unix.ECONNREFUSED) {
		return nil, fmt.Errorf("printer: %s refuses: %w; another computer may hold the printer, or its raw port (9100) is switched off", addr, err)
	}
	if err != nil {
		return nil, fmt.Errorf("printer: %s: %w; check the printer's power, its network cable and the address in the configuration", addr, err)
	}
	return c, nil
}

// OpenTTY opens a pty, a USB printer (/dev/usb/lp0) or a serial line whose
// speed is set already. A terminal is made raw, 8 bits, with XON/XOFF towards
// the printer, which every model has and which costs nothing where it is not
// wired: without it a full receive buffer drops bytes silently.
func OpenTTY(path string) (Transport, error) { return openTTY(path, 0) }

// OpenSerial is OpenTTY for an RS-232 line, at 9600, 19200, 38400, 57600 or
// 115200 baud.
func OpenSerial(path string, baud int) (Transport, error) {
	speed, ok := map[int]uint32{9600: unix.B9600, 19200: unix.B19200, 38400: unix.B38400,
		57600: unix.B57600, 115200: unix.B115200}[baud]
	if !ok {
		return nil, fmt.Errorf("printer: %s: no such speed as %d baud; set what the printer's self test prints, 9600 to 115200", path, baud)
	}
	return openTTY(path, speed)
}

// openTTY leaves the speed alone when it is 0.
func openTTY(path string, speed uint32) (Transport, error) {
	// With O_NONBLOCK the file joins the runtime's poller, which is what makes
	// deadlines work and Close end a blocked read.
	f, err := os.OpenFile(path, os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("printer: %w; plug the printer's cable in, or set the port that `ls /dev/serial/by-path /dev/usb` shows", err)
	case errors.Is(err, os.ErrPermission):
		return nil, fmt.Errorf("printer: %w; add the program's user to the group dialout (serial) or lp (USB)", err)
	case err != nil:
		return nil, fmt.Errorf("printer: %w; check the port in the configuration", err)
	}
	if err := f.SetReadDeadline(time.Time{}); err != nil {
		f.Close()
		return nil, fmt.Errorf("printer: %s is not a device that can wait: %w; set the printer's port", path, err)
	}
	if err := makeRaw(f, speed); err != nil {
		f.Close()
		return nil, fmt.Errorf("printer: %s: set the line: %w; check the port in the configuration", path, err)
	}
	return f, nil
}

// makeRaw sets the line as cfmakeraw does, with flow control by XON/XOFF. A
// device that is no terminal (ENOTTY), such as a USB printer, needs nothing.
func makeRaw(f *os.File, speed uint32) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var lineErr error
	err = raw.Control(func(fd uintptr) {
		t, err := unix.IoctlGetTermios(int(fd), unix.TCGETS)
		if errors.Is(err, unix.ENOTTY) {
			return
		}
		if err != nil {
			lineErr = err
			return
		}
		t.Iflag &^= unix.IGNBRK | unix.BRKINT | unix.PARMRK | unix.ISTRIP | unix.INLCR | unix.IGNCR | unix.ICRNL | unix.IXOFF
		t.Iflag |= unix.IXON
		t.Oflag &^= unix.OPOST
		t.Lflag &^= unix.ECHO | unix.ECHONL | unix.ICANON | unix.ISIG | unix.IEXTEN
		t.Cflag &^= unix.CSIZE | unix.PARENB | unix.CSTOPB
		t.Cflag |= unix.CS8 | unix.CREAD | unix.CLOCAL
		t.Cc[unix.VMIN], t.Cc[unix.VTIME] = 1, 0
		if speed != 0 {
			t.Cflag = t.Cflag&^unix.CBAUD | speed
			t.Ispeed, t.Ospeed = speed, speed
		}
		// An XOFF from before, or a stray 13h, must not hold the line for ever.
		lineErr = errors.Join(unix.IoctlSetTermios(int(fd), unix.TCSETS, t),
			unix.IoctlSetInt(int(fd), unix.TCXONC, unix.TCOON))
	})
	return errors.Join(err, lineErr)
}
