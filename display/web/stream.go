package web

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// stream serves a reader's events. The connection is taken over where that can
// be done, so that net/http keeps nothing for it; over HTTP/2 it cannot.
func (s *Site) stream(w http.ResponseWriter, r *http.Request, of room) {
	head := w.Header()
	head.Set("Content-Type", "text/event-stream")
	head.Set("Cache-Control", "no-store")
	head.Set("X-Accel-Buffering", "no") // nginx would hold events back
	if r.Method == http.MethodHead {
		return
	}
	if s.stopped() || !s.hub.place() {
		head.Set("Retry-After", "30")
		s.refuse(w, r, because(tooMany))
		return
	}
	// What a page showed from the start, unless its stream was interrupted since.
	after := cmp.Or(r.Header.Get("Last-Event-ID"), r.URL.Query().Get("after"))
	me := &reader{crowd: &crowd{room: of}, seen: s.hub.seen(after), pressed: takesGzip(r.Header.Get("Accept-Encoding"))}
	// Readers come back spread over some seconds, not all at once.
	me.head = fmt.Appendf(nil, "retry: %d\n\n", 2000+rand.IntN(4000))
	if me.pressed {
		head.Set("Content-Encoding", "gzip")
		me.head = append([]byte(pressHeader), stored(me.head)...)
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		s.streamPlain(w, r, me)
		return
	}
	me.take(conn, head)
	if !s.attend(me) {
		_ = conn.Close() // nobody is left to tell
		s.hub.free()
	}
}

// take makes a connection the reader's, with the answer's head to be sent first.
func (r *reader) take(c net.Conn, header http.Header) {
	_ = c.SetDeadline(time.Time{}) // those of the request; a connection that has died fails later
	header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
	header.Set("Connection", "close") // its end is the end of the answer
	var b bytes.Buffer
	b.WriteString("HTTP/1.1 200 OK\r\n")
	_ = header.Write(&b) // into memory
	b.WriteString("\r\n")
	r.conn, r.head = c, append(b.Bytes(), r.head...)
	if t, ok := c.(interface{ SetWriteBuffer(int) error }); ok {
		_ = t.SetWriteBuffer(writeBuffer) // where it fails the system's own size holds
	}
	t, ok := c.(*net.TCPConn) // of others, as one with TLS, the bytes on the wire are not ours to write
	if !ok {
		return
	}
	raw, err := t.SyscallConn()
	if err != nil {
		return
	}
	r.raw = raw
	_ = raw.Control(func(fd uintptr) { // where it fails the system's own patience holds
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(vanished/time.Millisecond))
	})
}

// streamPlain serves a reader through net/http, whose goroutine waits here.
func (s *Site) streamPlain(w http.ResponseWriter, r *http.Request, me *reader) {
	a := &answerStream{w: w, rc: http.NewResponseController(w), closed: make(chan struct{})}
	me.conn = a
	if !s.attend(me) {
		s.hub.free()
		return
	}
	select {
	case <-a.closed:
		return
	case <-r.Context().Done():
	}
	s.quit(me)
	<-a.closed
}

// answerStream is an answer of net/http as a reader's stream.
type answerStream struct {
	w      http.ResponseWriter
	rc     *http.ResponseController
	mu     sync.Mutex // a write under way
	ended  bool
	closed chan struct{}

	limit sync.Mutex // a deadline being set; net/http has none after its handler
	over  bool       // no deadline is set any more
}

func (a *answerStream) Write(b []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ended {
		return 0, net.ErrClosed
	}
	n, err := a.w.Write(b)
	if err != nil {
		return n, err
	}
	return n, a.rc.Flush()
}

func (a *answerStream) SetWriteDeadline(t time.Time) error {
	a.limit.Lock()
	defer a.limit.Unlock()
	if a.over {
		return net.ErrClosed
	}
	return a.rc.SetWriteDeadline(t)
}

func (a *answerStream) Close() error {
	_ = a.SetWriteDeadline(time.Unix(1, 0)) // unsupported in a recorder only
	a.limit.Lock()
	a.over = true
	a.limit.Unlock()
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.ended {
		a.ended = true
		close(a.closed)
	}
	return nil
}

// attend enters a reader; false means that there is no hub.
func (s *Site) attend(r *reader) bool {
	select {
	case s.hub.join <- r:
		return true
	case <-s.done:
		return false
	}
}

func (s *Site) quit(r *reader) {
	select {
	case s.hub.leave <- r:
	case <-s.done:
	}
}

// stopped reports whether the site's Run has ended.
func (s *Site) stopped() bool {
	select {
	case <-s.done:
		return true
	default:
		return false
	}
}
