package serialport

import (
	"errors"
	"fmt"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// line sets flow control and looks whether the port took the mode: a driver
// may change silently what its UART cannot do.
func line(fd int, name string, c Config) error {
	t, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return fmt.Errorf("serialport: %s: %w; is it a serial port?", name, err)
	}
	switch c.Flow {
	case "rtscts":
		t.Cflag |= unix.CRTSCTS
	case "xonxoff":
		t.Iflag |= unix.IXON | unix.IXOFF
		t.Cc[unix.VSTART], t.Cc[unix.VSTOP] = 0x11, 0x13
	}
	want := *t
	if err := unix.IoctlSetTermios(fd, unix.TCSETS, t); err != nil {
		return fmt.Errorf("serialport: %s: flow control: %w; set flow = \"none\"", name, err)
	}
	// TCGETS2 tells the speed in bits a second, whatever the code.
	got, err := unix.IoctlGetTermios(fd, unix.TCGETS2)
	if err != nil {
		return fmt.Errorf("serialport: %s: reading the mode back: %w; is it a serial port?", name, err)
	}
	if got.Iflag&(unix.IXON|unix.IXOFF) != want.Iflag&(unix.IXON|unix.IXOFF) || got.Cflag&unix.CRTSCTS != want.Cflag&unix.CRTSCTS {
		return fmt.Errorf("serialport: %s did not take flow = %q; use a port with these lines, or \"none\"", name, c.Flow)
	}
	parity := map[string]uint32{"even": unix.PARENB, "odd": unix.PARENB | unix.PARODD}[c.Parity]
	if got.Cflag&(unix.PARENB|unix.PARODD) != parity {
		return fmt.Errorf("serialport: %s did not take parity = %q; the mini UART cannot: use another port", name, c.Parity)
	}
	bits := uint32(unix.CS8)
	if c.DataBits == 7 {
		bits = unix.CS7
	}
	if got.Cflag&unix.CSIZE != bits || (got.Cflag&unix.CSTOPB != 0) != (c.StopBits == 2) {
		return fmt.Errorf("serialport: %s did not take %d data and %d stop bits; use another port", name, c.DataBits, c.StopBits)
	}
	// UARTs divide a clock: 3 % is what a receiver still understands.
	if off := int(got.Ospeed) - c.baud(); off*100 > 3*c.baud() || off*100 < -3*c.baud() {
		return fmt.Errorf("serialport: %s runs at %d baud, not %d; choose a speed that it has", name, got.Ospeed, c.baud())
	}
	return nil
}

// serialRS485 is struct serial_rs485 of linux/serial.h.
type serialRS485 struct {
	flags         uint32
	before, after uint32 // milliseconds
	padding       [5]uint32
}

const (
	rs485Enabled   = 1 << 0
	rs485OnSend    = 1 << 1 // RTS is high while sending
	rs485AfterSend = 1 << 2 // RTS is high while listening
)

// kernel is r as the kernel wants it.
func (r RS485) kernel() serialRS485 {
	s := serialRS485{
		flags:  rs485Enabled | rs485OnSend,
		before: uint32(r.Before / time.Millisecond),
		after:  uint32(r.After / time.Millisecond),
	}
	if r.RTSLow {
		s.flags = rs485Enabled | rs485AfterSend
	}
	return s
}

// direct asks the driver of the UART to switch the transceiver.
func (p *Port) direct(r RS485) (by string, err error) {
	if r.Direction == "" {
		return "", nil
	}
	s := r.kernel()
	err = p.control(func(fd int) error {
		_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.TIOCSRS485, uintptr(unsafe.Pointer(&s)))
		if errno != 0 {
			return errno
		}
		return nil
	})
	switch {
	case err == nil:
		return "kernel", nil
	case r.Direction == "auto" && (errors.Is(err, unix.ENOTTY) || errors.Is(err, unix.EINVAL) || errors.Is(err, unix.EOPNOTSUPP)):
		return "adapter", nil
	}
	return "", fmt.Errorf("serialport: %s: the kernel cannot switch RS-485 here: %w; use an adapter that switches by itself and direction = \"auto\"", p.name, err)
}
