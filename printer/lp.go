package printer

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// file is what lp needs of an *os.File that is in the runtime's poller.
type file interface {
	Transport
	Name() string
}

// lp is a printer of the USB printer class behind the kernel's usblp driver,
// whose habits it makes those of a Transport.
//
//	what the driver does                        what lp makes of it
//	read 0      the printer sent an empty       nothing was said: read on
//	            packet, as some do at rest
//	read EINVAL the interface has no way back   nothing is ever said: wait until
//	                                            the deadline or Close
//	read EIO    a transfer failed; the next     the link is lost
//	            read may work
//	ENODEV      unplugged, or switched off      the link is lost
//	write       takes up to 8192 bytes and      a deadline bounds how long the
//	            presumes that they will go;     bytes before may take; what the
//	            EAGAIN until they have gone     printer took only a fence tells
//	close       kills the transfer under way    the same
//	open EBUSY  one program at a time           says so
//
// A transfer that fails after its write has returned is told to nobody
// (drivers/usb/class/usblp.c, usblp_write): again only a fence tells.
type lp struct {
	f file
}

// What a read waits before it asks again: an empty packet may come with every
// poll of the bus, a printer without a way back never speaks.
const (
	afterEmpty  = 10 * time.Millisecond
	afterOneWay = 250 * time.Millisecond
)

// OpenLP opens a USB printer by the path of its device, /dev/usb/lp0 or a link
// to it. The number is whoever was plugged in first: see OpenUSB.
func OpenLP(path string) (Transport, error) {
	// With O_NONBLOCK the file joins the runtime's poller, which is what makes
	// deadlines work and Close end a blocked read.
	f, err := os.OpenFile(path, os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	switch {
	case errors.Is(err, os.ErrNotExist), errors.Is(err, unix.ENODEV), errors.Is(err, unix.ENXIO):
		return nil, fmt.Errorf("printer: %w; switch the printer on, plug its USB cable in, and look where it is: ls /dev/usb", err)
	case errors.Is(err, os.ErrPermission):
		return nil, fmt.Errorf("printer: %w; add the program's user to the group lp", err)
	case errors.Is(err, unix.EBUSY):
		return nil, fmt.Errorf("printer: %w: another program holds the printer; end it (fuser -v %s), and take CUPS off the printer", err, path)
	case err != nil:
		return nil, fmt.Errorf("printer: %w; check the printer's cable and its port in the configuration", err)
	}
	if err := f.SetReadDeadline(time.Time{}); err != nil {
		f.Close()
		return nil, fmt.Errorf("printer: %s is not a device that can wait: %w; set the printer's port", path, err)
	}
	return &lp{f: f}, nil
}

func (l *lp) Read(b []byte) (int, error) {
	for {
		n, err := l.f.Read(b)
		switch {
		case n > 0 || err == nil:
			return n, nil
		case errors.Is(err, io.EOF):
			time.Sleep(afterEmpty)
		case errors.Is(err, unix.EINVAL):
			time.Sleep(afterOneWay)
		default:
			return 0, l.failed(err)
		}
	}
}

func (l *lp) Write(b []byte) (int, error) {
	n, err := l.f.Write(b)
	return n, l.failed(err)
}

// failed words the end of a link; a deadline that passed is for the caller.
func (l *lp) failed(err error) error {
	switch {
	case errors.Is(err, unix.ENODEV), errors.Is(err, unix.ENXIO):
		return fmt.Errorf("printer: %s is gone: %w; switch the printer on, plug its USB cable in again", l.f.Name(), err)
	case errors.Is(err, unix.EIO):
		return fmt.Errorf("printer: %s: the USB transfer failed: %w; check the cable", l.f.Name(), err)
	case err != nil:
		return fmt.Errorf("printer: %w", err)
	}
	return nil
}

func (l *lp) SetReadDeadline(t time.Time) error  { return l.f.SetReadDeadline(t) }
func (l *lp) SetWriteDeadline(t time.Time) error { return l.f.SetWriteDeadline(t) }
func (l *lp) Close() error                       { return l.f.Close() }
