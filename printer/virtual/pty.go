package virtual

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// ListenPTY offers the printer as a serial line. Path is the device for the host to
// open; it stays while the power is off and while no host has it open, as the socket
// in the wall does. The line is raw: no echo, no translation. Wait blocks until ctx
// has ended and the line is gone, and returns ctx's error.
//
// A pty carries no line rate and no modem lines; Config.Baud paces it all the same.
func (p *Printer) ListenPTY(ctx context.Context) (path string, wait func() error, err error) {
	blocking, slave, err := pty.Open()
	if err != nil {
		return "", nil, fmt.Errorf("virtual: no pty: %w; is /dev/pts mounted?", err)
	}
	master, err := pollable(blocking)
	if err == nil {
		err = raw(slave)
	}
	if err != nil {
		_, _ = blocking.Close(), slave.Close()
		return "", nil, fmt.Errorf("virtual: pty %s: %w", slave.Name(), err)
	}
	done := make(chan error, 1)
	go func() {
		err := p.serveLine(ctx, master)
		// The slave stayed open here, or the master would read EIO between two hosts.
		_, _ = slave.Close(), master.Close()
		done <- err
	}()
	return slave.Name(), sync.OnceValue(func() error { return <-done }), nil
}

// serveLine serves the line over and over: a power cut ends a link but not the cable.
func (p *Printer) serveLine(ctx context.Context, master *os.File) error {
	for ctx.Err() == nil {
		changed := p.Changed()
		if !p.State().Power {
			if err := deafUntil(ctx, master, changed); err != nil {
				return err
			}
			continue
		}
		if err := master.SetDeadline(time.Time{}); err != nil {
			return fmt.Errorf("virtual: pty: %w", err)
		}
		err := p.Serve(ctx, cable{master})
		if err != nil && !errors.Is(err, ErrPowerOff) && ctx.Err() == nil {
			return err
		}
	}
	return ctx.Err()
}

// deafUntil loses what arrives until changed or ctx ends.
func deafUntil(ctx context.Context, master *os.File, changed <-chan struct{}) error {
	if err := master.SetReadDeadline(time.Time{}); err != nil {
		return fmt.Errorf("virtual: pty: %w", err)
	}
	read := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, master)
		read <- err
	}()
	select {
	case <-changed:
	case <-ctx.Done():
	case err := <-read:
		return fmt.Errorf("virtual: pty: %w", err)
	}
	_ = master.SetReadDeadline(time.Unix(1, 0))
	<-read
	return nil
}

// cable is the line without its end: closing it only interrupts what waits on it.
type cable struct{ *os.File }

func (c cable) Close() error { return c.SetDeadline(time.Unix(1, 0)) }

// pollable is f with working deadlines: pty.Open leaves its files in blocking mode.
func pollable(f *os.File) (*os.File, error) {
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		_ = unix.Close(fd)
		return nil, err
	}
	return os.NewFile(uintptr(fd), f.Name()), f.Close()
}

// raw switches echo and translation off.
func raw(f *os.File) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var ioctl error
	err = conn.Control(func(fd uintptr) {
		t, err := unix.IoctlGetTermios(int(fd), unix.TCGETS)
		if err != nil {
			ioctl = err
			return
		}
		t.Iflag, t.Oflag, t.Lflag = 0, 0, 0
		t.Cflag = t.Cflag&^(unix.CSIZE|unix.PARENB) | unix.CS8 | unix.CREAD | unix.CLOCAL
		t.Cc[unix.VMIN], t.Cc[unix.VTIME] = 1, 0
		ioctl = unix.IoctlSetTermios(int(fd), unix.TCSETS, t)
	})
	return errors.Join(err, ioctl)
}
