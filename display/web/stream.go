package web

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"time"
)

// Limits of one stream.
const (
	writeWithin = 10 * time.Second
	writeBuffer = 16 << 10 // kernel memory a stalled reader may hold
)

type connKey struct{}

// withConn lets a stream find its connection.
func withConn(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// stream serves a reader's events.
func (s *Site) stream(w http.ResponseWriter, r *http.Request, me *reader) {
	head := w.Header()
	head.Set("Content-Type", "text/event-stream")
	head.Set("Cache-Control", "no-store")
	head.Set("X-Accel-Buffering", "no") // nginx would hold events back
	if r.Method == http.MethodHead {
		return
	}
	me.after, me.mail = s.hub.seen(r.Header.Get("Last-Event-ID")), make(chan []byte, mailbox)
	if !s.attend(r.Context(), me) {
		head.Set("Retry-After", "30")
		s.refuse(w, r, because(tooMany))
		return
	}
	defer s.quit(me)
	if c, ok := r.Context().Value(connKey{}).(interface{ SetWriteBuffer(int) error }); ok {
		_ = c.SetWriteBuffer(writeBuffer) // where it fails the system's own size holds
	}
	rc := http.NewResponseController(w)
	write := func(b []byte) bool {
		_ = rc.SetWriteDeadline(time.Now().Add(writeWithin)) // unsupported in a recorder only
		if _, err := w.Write(b); err != nil {
			return false
		}
		return rc.Flush() == nil
	}
	// Readers come back spread over some seconds, not all at once.
	if !write(fmt.Appendf(nil, "retry: %d\n\n", 2000+rand.IntN(4000))) {
		return
	}
	for {
		select {
		case <-r.Context().Done():
			return
		case b, ok := <-me.mail:
			if !ok || !write(b) {
				return
			}
		}
	}
}

// attend enters a reader; false means that there is no room, or no hub.
func (s *Site) attend(ctx context.Context, r *reader) bool {
	taken := make(chan bool, 1)
	select {
	case s.hub.join <- joining{r, taken}:
		return <-taken
	case <-s.done:
	case <-ctx.Done():
	}
	return false
}

func (s *Site) quit(r *reader) {
	select {
	case s.hub.leave <- r:
	case <-s.done:
	}
}
