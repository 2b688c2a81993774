package console

import (
	"bufio"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/appliance/queue"
)

// wire is a response on a pipe: writing waits for the reader, as on a full
// connection, and obeys the deadline.
type wire struct {
	net.Conn
	head http.Header
	code int
}

func (w *wire) Header() http.Header             { return w.head }
func (w *wire) WriteHeader(code int)            { w.code = code }
func (w *wire) FlushError() error               { return nil }
func (w *wire) SetReadDeadline(time.Time) error { return nil }

// reader is the far end of a stream.
type reader struct {
	t     *testing.T
	lines *bufio.Reader
	conn  net.Conn
	done  chan struct{} // closed when the handler has returned
	gone  context.CancelFunc
}

func (b *browser) stream(path string) *reader {
	here, there := net.Pipe()
	ctx, cancel := context.WithCancel(b.t.Context())
	req := httptest.NewRequest(http.MethodGet, path, nil).WithContext(ctx)
	req.AddCookie(&http.Cookie{Name: cookieName, Value: b.cookie})
	r := &reader{t: b.t, lines: bufio.NewReader(here), conn: here, done: make(chan struct{}), gone: cancel}
	go func() {
		defer close(r.done)
		defer there.Close()
		b.mux.ServeHTTP(&wire{Conn: there, head: http.Header{}}, req)
	}()
	return r
}

// next reads one event; "" is the end of the stream.
func (r *reader) next() (event, data string) {
	r.t.Helper()
	for {
		line, err := r.lines.ReadString('\n')
		if err != nil {
			return "", ""
		}
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "event: "):
			event = line[7:]
		case strings.HasPrefix(line, "data: "):
			data = line[6:]
		case line == "" && event != "":
			return event, data
		}
	}
}

func (r *reader) state() update {
	r.t.Helper()
	for {
		event, data := r.next()
		switch event {
		case "state":
			var u update
			if err := json.Unmarshal([]byte(data), &u); err != nil {
				r.t.Fatal(err)
			}
			return u
		case "beat":
		default:
			r.t.Fatalf("got %q instead of a state", event)
		}
	}
}

func TestStreamGivesTheNewestState(t *testing.T) {
	inBubble(t, office(), func(t *testing.T, r *rig) {
		r.issue("civil", 3)
		s := r.as("3").stream("/counter/3/events")
		if u := s.state(); u.Title != "3번 창구" || !strings.Contains(u.HTML, "<b>3</b>명 대기") {
			t.Fatalf("at once: %q %s", u.Title, u.HTML)
		}
		r.must(queue.CallNext{Counter: 3})
		if u := s.state(); u.Title != "1 · 3번 창구" || !strings.Contains(u.HTML, `id="current">1<`) {
			t.Fatalf("after a call: %q %s", u.Title, u.HTML)
		}
		// Not read meanwhile: many changes, of which the newest counts.
		r.issue("civil", 50)
		synctest.Wait()
		last := r.loop.View().Public.Seq
		n := 0
		for u := s.state(); u.Seq != last; u = s.state() {
			if n++; n > 2 {
				t.Fatalf("state %d of %d comes after %d others", u.Seq, last, n)
			}
		}
		s.gone()
		s.conn.Close()
		<-s.done
	})
}

func TestStreamOfTheManager(t *testing.T) {
	inBubble(t, office(), func(t *testing.T, r *rig) {
		b := r.as("manager")
		s := b.stream("/manager/events")
		s.state()
		b.press("/manager/close_issuing", "service", "passport")
		if u := s.state(); !strings.Contains(u.HTML, "여권 조기마감 <span class=\"soft\">(담당자)</span>") {
			t.Fatalf("got %s", u.HTML)
		}
		s.gone()
		s.conn.Close()
		<-s.done
	})
}

// Who does not read is dropped, and the loop goes on meanwhile.
func TestSlowReaderIsDropped(t *testing.T) {
	inBubble(t, office(), func(t *testing.T, r *rig) {
		s := r.as("3").stream("/counter/3/events")
		synctest.Wait() // the handler writes, nobody reads
		before := time.Now()
		r.issue("civil", 100)
		if d := time.Since(before); d > 0 {
			t.Fatalf("the loop waited %v for a reader", d)
		}
		<-s.done
		if d := time.Since(before); d > writeWithin {
			t.Fatalf("dropped after %v", d)
		}
		if n := len(r.con.streams); n != 0 {
			t.Fatalf("%d streams are counted", n)
		}
	})
}

func TestHeartbeat(t *testing.T) {
	inBubble(t, office(), func(t *testing.T, r *rig) {
		s := r.as("3").stream("/counter/3/events")
		s.state()
		began := time.Now()
		for range 3 {
			if event, _ := s.next(); event != "beat" {
				t.Fatalf("got %q", event)
			}
		}
		if d := time.Since(began); d != 3*heartbeat {
			t.Fatalf("three beats took %v", d)
		}
		s.gone()
		s.conn.Close()
		<-s.done
	})
}

// A stream ends with its session, and does not keep it alive.
func TestStreamEndsWithTheSession(t *testing.T) {
	inBubble(t, office(), func(t *testing.T, r *rig) {
		b := r.as("3")
		s := b.stream("/counter/3/events")
		s.state()
		(&browser{rig: r, from: b.from, cookie: b.cookie}).post("/signout")
		if event, _ := s.next(); event != "signed_out" {
			t.Fatalf("after the sign-out: %q", event)
		}
		<-s.done

		b = r.as("3")
		began := time.Now()
		time.Sleep(11 * time.Hour)
		s = b.stream("/counter/3/events") // as after a broken connection: it is no use of the page
		for {
			event, _ := s.next()
			if event == "signed_out" {
				break
			}
			if event == "" || time.Since(began) > 13*time.Hour {
				t.Fatalf("%q after %v", event, time.Since(began))
			}
		}
		if d := time.Since(began); d < idleFor || d > idleFor+2*heartbeat {
			t.Fatalf("ended after %v", d)
		}
		<-s.done
	})
}

func TestStreamsAreBounded(t *testing.T) {
	inBubble(t, office(), func(t *testing.T, r *rig) {
		b := r.as("3")
		for range streamsMost {
			r.con.streams <- struct{}{}
		}
		wantStatus(t, b.get("/counter/3/events"), http.StatusServiceUnavailable, "열린 화면이 너무 많습니다.")
	})
}

// The script asks by HEAD whether it is signed in, and must not hang on it.
func TestHeadOfAStream(t *testing.T) {
	inBubble(t, office(), func(t *testing.T, r *rig) {
		b := r.as("3")
		began := time.Now()
		if w := b.do(httptest.NewRequest(http.MethodHead, "/counter/3/events", nil)); w.Code != http.StatusOK {
			t.Fatalf("signed in: %d", w.Code)
		}
		if w := r.browser().do(httptest.NewRequest(http.MethodHead, "/counter/3/events", nil)); w.Code != http.StatusUnauthorized {
			t.Fatalf("not signed in: %d", w.Code)
		}
		if d := time.Since(began); d > 0 {
			t.Fatalf("answered after %v", d)
		}
	})
}
