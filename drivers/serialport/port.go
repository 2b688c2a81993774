package serialport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"go.bug.st/serial"
	"golang.org/x/sys/unix"
)

// Dialer opens the port of a Config, wherever it is plugged in now.
type Dialer struct {
	Config Config
	// Sys and Dev are the roots of sysfs and of the device files; "" for /sys
	// and /dev. They bear on Config.USB only.
	Sys, Dev string
}

func (d Dialer) sys() string {
	if d.Sys == "" {
		return "/sys"
	}
	// The way up is made of resolved links, so its end must be one too.
	if root, err := filepath.EvalSymlinks(d.Sys); err == nil {
		return root
	}
	return d.Sys
}

func (d Dialer) dev() string {
	if d.Dev == "" {
		return "/dev"
	}
	return d.Dev
}

// Port is an open serial port. Reads and writes may run at the same time from
// two goroutines; a deadline that passes gives os.ErrDeadlineExceeded, an
// unplugged device ErrGone.
type Port struct {
	file *os.File
	held serial.Port // mode and exclusive access
	name string
	// direction is who switches RS-485: "", "kernel" or "adapter".
	direction string
}

// Open finds the port and opens it. The error wraps ErrGone where the device is
// not plugged in; every error says what to do.
func (d Dialer) Open(ctx context.Context) (*Port, error) {
	if err := d.Config.Check(); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("serialport: %w", err)
	}
	name, err := d.find()
	if err != nil {
		return nil, err
	}
	file, err := os.OpenFile(name, os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, opening(name, err)
	}
	p := &Port{file: file, name: name}
	if err := p.setup(d.Config); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

func (p *Port) setup(c Config) error {
	err := p.control(func(fd int) error { return unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB) })
	if err != nil {
		return opening(p.name, err)
	}
	mode := &serial.Mode{BaudRate: c.baud(), DataBits: c.DataBits, Parity: serial.NoParity, StopBits: serial.OneStopBit}
	switch c.Parity {
	case "even":
		mode.Parity = serial.EvenParity
	case "odd":
		mode.Parity = serial.OddParity
	}
	if c.StopBits == 2 {
		mode.StopBits = serial.TwoStopBits
	}
	// InitialStatusBits stays nil: a pseudo-terminal has no modem bits and would
	// not open.
	p.held, err = serial.Open(p.name, mode)
	if err != nil {
		return opening(p.name, err)
	}
	if err := p.control(func(fd int) error { return line(fd, p.name, c) }); err != nil {
		return err
	}
	p.direction, err = p.direct(c.RS485)
	if err != nil {
		return err
	}
	// What arrived before the mode was set is noise.
	if err := p.control(func(fd int) error { return unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCIOFLUSH) }); err != nil {
		return fmt.Errorf("serialport: %s: emptying the buffers: %w; is it a serial port?", p.name, err)
	}
	return nil
}

// control runs f on the file descriptor without taking it off the poller, as
// os.File.Fd would.
func (p *Port) control(f func(fd int) error) error {
	raw, err := p.file.SyscallConn()
	if err != nil {
		return err
	}
	var inner error
	if err := raw.Control(func(fd uintptr) { inner = f(int(fd)) }); err != nil {
		return err
	}
	return inner
}

// opening words why a port did not open.
func opening(name string, err error) error {
	var port *serial.PortError
	coded := errors.As(err, &port)
	switch {
	case errors.Is(err, unix.EBUSY), errors.Is(err, unix.EWOULDBLOCK), coded && port.Code() == serial.PortBusy:
		return fmt.Errorf("serialport: %s is in use: %w; end the other program, and take the login console off the line: fuser -v %s", name, err, name)
	case errors.Is(err, fs.ErrPermission), coded && port.Code() == serial.PermissionDenied:
		return fmt.Errorf("serialport: %w; put the user into the group dialout", err)
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, unix.ENXIO), errors.Is(err, unix.ENODEV):
		return fmt.Errorf("serialport: %s: %w (%w); plug the adapter in", name, ErrGone, err)
	case errors.Is(err, unix.EIO):
		return fmt.Errorf("serialport: %s: %w; the UART is off: enable it in config.txt", name, err)
	}
	return fmt.Errorf("serialport: %s: %w; is it a serial port?", name, err)
}

// Name is the device file that was opened.
func (p *Port) Name() string { return p.name }

// Direction says who switches RS-485: "kernel", "adapter", or "" if nobody was
// asked to.
func (p *Port) Direction() string { return p.direction }

// Read gives what has arrived, at least one byte.
func (p *Port) Read(b []byte) (int, error) {
	n, err := p.file.Read(b)
	return n, p.failed("read", err)
}

// Write hands all of b to the kernel or says exactly how much it took.
func (p *Port) Write(b []byte) (int, error) {
	n, err := p.file.Write(b)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return n, fmt.Errorf("serialport: %s took %d of %d bytes: %w; is the device on and its flow control the same?", p.name, n, len(b), err)
	}
	return n, p.failed("write", err)
}

// failed words an error of a port that was open.
func (p *Port) failed(what string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, io.EOF), errors.Is(err, syscall.EIO), errors.Is(err, syscall.ENXIO), errors.Is(err, syscall.ENODEV):
		return fmt.Errorf("serialport: %s: %w any more (%s: %w); plug it in again", p.name, ErrGone, what, err)
	}
	return fmt.Errorf("serialport: %w", err)
}

// SetReadDeadline bounds reads, the one that waits included; zero is for ever.
func (p *Port) SetReadDeadline(t time.Time) error { return p.file.SetReadDeadline(t) }

// SetWriteDeadline bounds writes.
func (p *Port) SetWriteDeadline(t time.Time) error { return p.file.SetWriteDeadline(t) }

// Close gives the port back and ends reads and writes that wait.
func (p *Port) Close() error {
	var held error
	if p.held != nil {
		held = p.held.Close()
	}
	return errors.Join(p.file.Close(), held)
}
