package printer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"golang.org/x/sys/unix"
)

// Transport is the byte stream to one printer, both ways. Deadlines must work
// and end a blocked call with an error that wraps os.ErrDeadlineExceeded; Close
// must end blocked calls too. The session reads in one goroutine, writes in
// another, and closes. DialTCP, OpenUSB and OpenLP give one; for RS-232 the
// caller brings its serial port.
type Transport interface {
	io.ReadWriteCloser
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

var (
	_ Transport = (net.Conn)(nil)
	_ Transport = (*lp)(nil)
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
