package badline

import (
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Condition is what a line is like. The zero value is a good one.
type Condition struct {
	Refuse      bool          // connections are reset, new ones at once
	SwallowUp   bool          // what the client says vanishes
	SwallowDown bool          // what the server says vanishes
	Delay       time.Duration // of every byte, in each direction
	Rate        int           // bytes a second in each direction; 0 is no limit
}

// Line is a listener that forwards. Its methods are safe for concurrent use.
type Line struct {
	to     string
	listen net.Listener
	ctx    context.Context
	end    context.CancelFunc
	wg     sync.WaitGroup

	mu      sync.Mutex
	now     Condition
	conns   map[net.Conn]bool
	counted Counts
}

// Counts are since the start. Up is from the client to the server.
type Counts struct {
	Connections       int // that reached the server
	Up, Down          int // bytes delivered
	LostUp, LostDown  int // bytes that vanished
	Refused, Unserved int // connections that were refused, and that found no server
}

// Listen begins a good line to a TCP address, on a free port of the loopback.
func Listen(to string) (*Line, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("badline: %w", err)
	}
	l := newLine(to)
	l.listen = ln
	l.wg.Go(l.accept)
	return l, nil
}

func newLine(to string) *Line {
	ctx, end := context.WithCancel(context.Background())
	return &Line{to: to, ctx: ctx, end: end, conns: make(map[net.Conn]bool)}
}

// Addr is where clients connect to, host:port.
func (l *Line) Addr() string { return l.listen.Addr().String() }

// Set changes the line's condition. What is on its way vanishes no more.
func (l *Line) Set(c Condition) {
	l.mu.Lock()
	l.now = c
	l.mu.Unlock()
	if c.Refuse {
		l.Tear()
	}
}

// Tear resets all connections of the moment.
func (l *Line) Tear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.conns {
		if tcp, ok := c.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // a reset rather than a goodbye
		}
		_ = c.Close() // whoever used it sees it
	}
}

// Counts returns the counters.
func (l *Line) Counts() Counts {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.counted
}

// Close tears the line for good and waits until nothing of it runs.
func (l *Line) Close() {
	l.end()
	_ = l.listen.Close() // nothing is lost by it
	l.Tear()
	l.wg.Wait()
}

func (l *Line) condition() Condition {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now
}

func (l *Line) count(f func(*Counts)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f(&l.counted)
}

func (l *Line) accept() {
	for {
		client, err := l.listen.Accept()
		if err != nil {
			return
		}
		l.wg.Go(func() { l.connect(client) })
	}
}

// connect finds a client its server.
func (l *Line) connect(client net.Conn) {
	if tcp, ok := client.(*net.TCPConn); ok {
		_ = tcp.SetReadBuffer(32 << 10) // a wish; less makes TCP stutter
	}
	var d net.Dialer
	server, err := d.DialContext(l.ctx, "tcp", l.to)
	if err != nil {
		l.count(func(c *Counts) { c.Unserved++ })
		_ = client.Close() // it was never used
		return
	}
	l.Join(client, server)
}

// Join lets two connections speak to each other over the line until either ends.
// It waits for that, and closes both.
func (l *Line) Join(client, server net.Conn) {
	l.mu.Lock()
	refused := l.now.Refuse || l.ctx.Err() != nil
	if refused {
		l.counted.Refused++
	} else {
		l.counted.Connections++
		l.conns[client], l.conns[server] = true, true
	}
	l.mu.Unlock()
	if !refused {
		up, down := &way{line: l, from: client, to: server, up: true}, &way{line: l, from: server, to: client}
		up.back, down.back = down, up
		var both sync.WaitGroup
		both.Go(up.carry)
		both.Go(down.carry)
		both.Wait()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range []net.Conn{client, server} {
		_ = c.Close() // mostly the second time
		delete(l.conns, c)
	}
}

// way is one direction of a connection.
type way struct {
	line     *Line
	from, to net.Conn
	up       bool
	back     *way
	lost     atomic.Bool // a byte has vanished, and so does all that follows
}

// piece is some bytes on their way.
type piece struct {
	bytes []byte
	read  time.Time
}

// flight is how many pieces are on their way at most.
const flight = 256

// carry brings the bytes across until the sender is gone. The receiver hears of
// that unless it lies beyond what vanished.
func (w *way) carry() {
	pieces := make(chan piece, flight)
	delivered := make(chan struct{})
	go func() {
		defer close(delivered)
		w.deliver(pieces)
	}()
	for {
		buf := make([]byte, 1400)
		n, err := w.from.Read(buf)
		if c := w.line.condition(); w.up && c.SwallowUp || !w.up && c.SwallowDown {
			w.lost.Store(true)
		}
		switch {
		case n == 0:
		case w.lost.Load():
			w.count(n, func(c *Counts) *int { return &c.LostUp }, func(c *Counts) *int { return &c.LostDown })
		default:
			pieces <- piece{buf[:n], time.Now()}
		}
		if err != nil {
			break
		}
	}
	close(pieces)
	<-delivered
	if !w.lost.Load() {
		_ = w.to.Close() // its reader sees it
	}
}

// deliver writes pieces when their time has come. When the receiver is gone, the
// sender hears of it unless what comes back vanishes.
func (w *way) deliver(pieces <-chan piece) {
	for p := range pieces {
		c := w.line.condition()
		due := p.read.Add(c.Delay)
		if c.Rate > 0 {
			if now := time.Now(); due.Before(now) {
				due = now
			}
			due = due.Add(time.Duration(len(p.bytes)) * time.Second / time.Duration(c.Rate))
		}
		select {
		case <-time.After(time.Until(due)):
		case <-w.line.ctx.Done():
		}
		if _, err := w.to.Write(p.bytes); err == nil {
			w.count(len(p.bytes), func(c *Counts) *int { return &c.Up }, func(c *Counts) *int { return &c.Down })
		} else if !w.back.lost.Load() {
			_ = w.from.Close() // ends carry
		}
	}
}

func (w *way) count(n int, up, down func(*Counts) *int) {
	w.line.mu.Lock()
	defer w.line.mu.Unlock()
	if w.up {
		*up(&w.line.counted) += n
	} else {
		*down(&w.line.counted) += n
	}
}
