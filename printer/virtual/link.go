package virtual

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

var (
	// ErrPowerOff is returned by Serve when the printer is or goes off.
	ErrPowerOff = errors.New("virtual: printer has no power; call PowerOn")
	// ErrBusy is returned by Serve while another link is served.
	ErrBusy = errors.New("virtual: another link is connected; close it first")
)

// maxAnswers bounds the bytes waiting for a host that does not read them.
const maxAnswers = 4096

// link is the connected host.
type link struct {
	c      io.ReadWriteCloser
	hold   bool          // not read while the receive buffer is full
	out    []byte        // answers not yet written; under Printer.mu
	wake   chan struct{} // one token: out has grown
	gone   chan struct{} // closed by drop
	once   sync.Once
	reason error
}

// drop closes the link; the first reason stays.
func (l *link) drop(reason error) {
	l.once.Do(func() {
		l.reason = reason
		close(l.gone)
		hangUp(l.c, reason)
	})
}

// hangUp closes c; what Close says matters less than why. Without power a TCP
// connection is reset: a host must not take that for a printer that has finished.
func hangUp(c io.Closer, reason error) {
	if tcp, ok := c.(*net.TCPConn); ok && errors.Is(reason, ErrPowerOff) {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}

// Serve is the printer's socket: it reads c and answers on it until the host hangs
// up (nil), ctx ends (its error), the power goes (ErrPowerOff) or the link breaks. It
// closes c. Data already received is printed also after Serve has returned.
func (p *Printer) Serve(ctx context.Context, c io.ReadWriteCloser) error {
	return p.serve(ctx, c, p.cfg.Flow == FlowHold)
}

func (p *Printer) serve(ctx context.Context, c io.ReadWriteCloser, hold bool) error {
	l := &link{c: c, hold: hold, wake: make(chan struct{}, 1), gone: make(chan struct{})}
	p.mu.Lock()
	switch {
	case !p.on:
		p.mu.Unlock()
		hangUp(c, ErrPowerOff)
		return ErrPowerOff
	case p.link != nil:
		p.mu.Unlock()
		_ = c.Close()
		return ErrBusy
	}
	p.link = l
	p.stateChanged()
	p.mu.Unlock()

	stop := context.AfterFunc(ctx, func() { l.drop(ctx.Err()) })
	defer stop()
	var writer sync.WaitGroup
	writer.Go(func() { p.answer(l) })
	err := p.listen(l)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	l.drop(err)
	writer.Wait()

	p.mu.Lock()
	if p.link == l {
		p.link = nil
	}
	p.stateChanged()
	p.mu.Unlock()
	return l.reason
}

// listen reads the link and paces what it read to the line rate.
func (p *Printer) listen(l *link) error {
	var next time.Time
	buf := make([]byte, 512)
	for {
		n, err := l.c.Read(buf)
		if p.cfg.Baud > 0 && n > 0 {
			if now := time.Now(); next.Before(now) {
				next = now
			}
			for i := range n {
				next = next.Add(p.byteTime())
				if !l.sleep(time.Until(next)) || !p.take(l, buf[i:i+1]) {
					return io.EOF
				}
			}
		} else if !p.take(l, buf[:n]) {
			return io.EOF
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				err = fmt.Errorf("virtual: read: %w", err)
			}
			return err
		}
	}
}

// take hands bytes to the printer, waiting for room where the link can be held.
func (p *Printer) take(l *link, data []byte) bool {
	for len(data) > 0 {
		n, first, wait := p.receive(l, data)
		if first {
			p.cfg.FirstByte()
		}
		data = data[n:]
		if wait != nil {
			select {
			case <-wait:
			case <-l.gone:
				return false
			}
		}
	}
	return true
}

// byteTime is ten bits at the line rate.
func (p *Printer) byteTime() time.Duration {
	return 10 * time.Second / time.Duration(p.cfg.Baud)
}

// sleep waits, and reports false when the link went meanwhile.
func (l *link) sleep(d time.Duration) bool {
	if d <= 0 {
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-l.gone:
		return false
	}
}

// answer writes what send collects.
func (p *Printer) answer(l *link) {
	for {
		select {
		case <-l.wake:
		case <-l.gone:
			return
		}
		p.mu.Lock()
		out := l.out
		l.out = nil
		p.mu.Unlock()
		if p.cfg.Baud > 0 && !l.sleep(time.Duration(len(out))*p.byteTime()) {
			return
		}
		if _, err := l.c.Write(out); err != nil {
			// A host that no longer listens may still have sent a job: reading ends the link.
			return
		}
	}
}

// send puts an answer on the return line. Caller holds mu.
func (p *Printer) send(b ...byte) {
	l := p.link
	if !p.cfg.Answers || !p.on || p.silent || l == nil || len(l.out)+len(b) > maxAnswers {
		return
	}
	if p.garbage {
		l.out = append(l.out, p.someNoise()...)
	}
	l.out = append(l.out, b...)
	if p.garbage {
		l.out = append(l.out, p.someNoise()...)
	}
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// someNoise is one to four bytes of anything.
func (p *Printer) someNoise() []byte {
	b := make([]byte, 1+p.noise.IntN(4))
	for i := range b {
		b[i] = byte(p.noise.Uint32())
	}
	return b
}

// ListenTCP serves one connection after the other, as the raw port 9100 of a
// network printer does: a second host waits until the first hangs up. While the power is
// off connections are reset at once. TCP holds the host back when the receive buffer
// is full, whatever Config.Flow says. It closes ln and returns when ctx ends.
func (p *Printer) ListenTCP(ctx context.Context, ln net.Listener) error {
	stop := context.AfterFunc(ctx, func() { _ = ln.Close() })
	defer stop()
	defer ln.Close()
	for {
		c, err := ln.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("virtual: accept: %w", err)
		}
		// How one link ended is the host's affair: the printer takes the next.
		_ = p.serve(ctx, c, true)
	}
}
