package broker

import (
	"net"
	"sync"
	"time"
)

// tracked is a listener whose Close also closes every connection it gave out:
// the server forgets one that arrives while it closes.
type tracked struct {
	net.Listener
	mu     sync.Mutex
	open   map[net.Conn]bool
	closed bool
}

func (t *tracked) Accept() (net.Conn, error) {
	c, err := t.Listener.Accept()
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		c.Close()
		return nil, net.ErrClosed
	}
	t.open[c] = true
	return &trackedConn{Conn: c, in: t}, nil
}

func (t *tracked) Close() error {
	t.mu.Lock()
	t.closed = true
	for c := range t.open {
		c.Close()
	}
	clear(t.open)
	t.mu.Unlock()
	return t.Listener.Close()
}

type trackedConn struct {
	net.Conn
	in *tracked
}

// Write gives up on a client that does not read: others wait for the server's
// answer to its subscription.
func (c *trackedConn) Write(b []byte) (int, error) {
	if err := c.Conn.SetWriteDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return 0, err
	}
	return c.Conn.Write(b)
}

func (c *trackedConn) Close() error {
	c.in.mu.Lock()
	delete(c.in.open, c.Conn)
	c.in.mu.Unlock()
	return c.Conn.Close()
}
