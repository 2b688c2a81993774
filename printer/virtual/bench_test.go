package virtual

import (
	"context"
	"errors"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/text/encoding/korean"
)

// full is a printer that can do everything.
var full = Config{Answers: true, ASB: true, ProcessID: true, NativeQR: true}

// host is the other end of the cable, inside a synctest bubble.
type host struct {
	*Printer
	t    *testing.T
	c    net.Conn
	mu   sync.Mutex
	in   []byte
	done chan error
}

// bench runs f with a printer and a host on its cable, in fake time.
func bench(t *testing.T, cfg Config, f func(h *host)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := &host{Printer: New(cfg), t: t}
		h.plug()
		f(h)
		h.unplug()
	})
}

// plug connects a new cable.
func (h *host) plug() {
	var far net.Conn
	h.c, far = net.Pipe()
	h.done = make(chan error, 1)
	go func() { h.done <- h.Serve(context.Background(), far) }()
	go func(c net.Conn) {
		buf := make([]byte, 256)
		for {
			n, err := c.Read(buf)
			h.mu.Lock()
			h.in = append(h.in, buf[:n]...)
			h.mu.Unlock()
			if err != nil {
				return
			}
		}
	}(h.c)
	synctest.Wait()
}

// unplug hangs up and returns what Serve said.
func (h *host) unplug() error {
	_ = h.c.Close()
	return <-h.done
}

// send writes and lets everything that needs no time happen.
func (h *host) send(s string) {
	h.t.Helper()
	if _, err := h.c.Write([]byte(s)); err != nil && !errors.Is(err, net.ErrClosed) {
		h.t.Logf("write: %v", err)
	}
	synctest.Wait()
}

// after lets fake time pass.
func (h *host) after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// got takes what the printer has answered since the last look.
func (h *host) got() string {
	synctest.Wait()
	h.mu.Lock()
	defer h.mu.Unlock()
	s := string(h.in)
	h.in = nil
	return s
}

// answers demands exactly these bytes.
func (h *host) answers(want string) {
	h.t.Helper()
	if got := h.got(); got != want {
		h.t.Errorf("answered % X, want % X", got, want)
	}
}

// last is the newest piece.
func (h *host) last() Piece {
	h.t.Helper()
	all := h.Pieces()
	if len(all) == 0 {
		h.t.Fatal("nothing was cut off")
	}
	return all[len(all)-1]
}

// ko is CP949.
func ko(s string) string {
	out, err := korean.EUCKR.NewEncoder().String(s)
	if err != nil {
		panic(err)
	}
	return out
}

const (
	hello = "\x1b@\x1bt\x00\x1c&\x1bR\x0d" // how every Korean job begins
	knife = "\x1dVB\x00"
)
