package console

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"sunbeon/appliance"
)

// Limits of one stream of live updates.
const (
	heartbeat   = 10 * time.Second // the script gives up after 25 s of silence
	writeWithin = 10 * time.Second
	streamsMost = 64
)

// update is one event: what the page shows from now on, whole.
type update struct {
	Seq   uint64 `json:"seq"`   // of the last fact
	Title string `json:"title"` // of the browser's tab
	HTML  string `json:"html"`  // of the element #live
}

// stream sends the newest state with every change until the reader or its
// session goes. A reader that does not keep up misses states, never the newest;
// one that does not read at all is dropped. Neither delays the loop, which
// leaves views in a mailbox of one.
func (c *Console) stream(w http.ResponseWriter, r *http.Request, s *session, render func(*appliance.View) (update, error)) {
	select {
	case c.streams <- struct{}{}:
		defer func() { <-c.streams }()
	default:
		w.Header().Set("Retry-After", "10")
		c.refuse(w, r, trouble(http.StatusServiceUnavailable, "busy", "열린 화면이 너무 많습니다. 쓰지 않는 화면을 닫아 주십시오.",
			"Too many pages are open. Please close those not in use."))
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	if r.Method == http.MethodHead { // the script asks whether it is still signed in
		return
	}
	rc := http.NewResponseController(w)
	_ = rc.SetReadDeadline(time.Time{}) // the server's is for requests; a stream lasts
	write := func(event string) bool {
		_ = rc.SetWriteDeadline(time.Now().Add(writeWithin)) // unsupported in a recorder only
		if _, err := w.Write([]byte(event)); err != nil {
			return false
		}
		return rc.Flush() == nil
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	views := c.opt.Views.Watch(ctx)
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	if !write("retry: 2000\n\n") {
		return
	}
	for {
		event := "event: beat\ndata: {}\n\n"
		select {
		case <-ctx.Done():
			return
		case <-s.ended:
			write("event: signed_out\ndata: {}\n\n")
			return
		case v := <-views:
			u, err := render(v)
			if err != nil {
				c.opt.Log.Error("live update", "err", err)
				return
			}
			b, err := json.Marshal(u)
			if err != nil {
				panic("console: an update does not encode: " + err.Error()) // it holds plain data only
			}
			event = fmt.Sprintf("event: state\ndata: %s\n\n", b)
		case now := <-beat.C:
			c.sessions.sweep(now)
		}
		if !write(event) {
			return
		}
	}
}
