package web

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// pipes is a listener in memory, so that a bubble's clock governs the whole
// server.
type pipes struct {
	conns chan net.Conn
	once  sync.Once
	shut  chan struct{}
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), shut: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.shut:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { p.once.Do(func() { close(p.shut) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

func (p *pipes) dial() net.Conn {
	here, there := net.Pipe()
	p.conns <- there
	return here
}

// event is one server-sent event as a browser has it.
type event struct {
	id, name string
	data     map[string]any
}

// listen opens a stream and hands its events over until the connection ends.
func (p *pipes) listen(t *testing.T, path, after string) (events chan event, conn net.Conn) {
	t.Helper()
	conn = p.dial()
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: city\r\nLast-Event-ID: %s\r\n\r\n", path, after)
	r, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.StatusCode != http.StatusOK || r.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%s: %s", path, r.Status)
	}
	events = make(chan event, 100)
	go func() {
		defer close(events)
		lines := bufio.NewScanner(r.Body)
		lines.Buffer(nil, 1<<20)
		var e event
		for lines.Scan() {
			switch key, value, _ := strings.Cut(lines.Text(), ": "); key {
			case "id":
				e.id = value
			case "event":
				e.name = value
			case "data":
				if err := json.Unmarshal([]byte(value), &e.data); err != nil {
					t.Error(err)
				}
			case "":
				if e.name != "" {
					events <- e
				} else if value == "." {
					events <- event{name: "heartbeat"}
				}
				e = event{}
			}
		}
	}()
	return events, conn
}

// serve runs a whole server in a bubble; stop ends it and waits.
func serve(t *testing.T, c *town) (s *Site, p *pipes, stop func()) {
	t.Helper()
	s, p = newSite(t, c), newPipes()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, p) }()
	return s, p, func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func next(t *testing.T, from chan event) event {
	t.Helper()
	e, ok := <-from
	if !ok {
		t.Fatal("the stream has ended")
	}
	return e
}

func TestStreamTellsChangesAndStaleness(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTown(hall("CS0001", time.Now()), hall("CS0002", time.Now()))
		_, p, stop := serve(t, c)
		all, _ := p.listen(t, "/events", "")
		one, _ := p.listen(t, "/o/CS0002/events", "")
		if e := next(t, all); e.name != "city" || e.data["connected"] != true || e.data["now"] == nil {
			t.Errorf("greeting: %+v", e)
		}
		got := map[any]bool{next(t, all).data["id"]: true, next(t, all).data["id"]: true}
		if !got["CS0001"] || !got["CS0002"] {
			t.Errorf("at first all offices: %v", got)
		}
		next(t, one)
		if e := next(t, one); e.data["id"] != "CS0002" || e.data["counters"] == nil {
			t.Errorf("an office's page gets its details: %+v", e)
		}

		said := hall("CS0001", time.Now())
		said.Snapshot.Services[0].Waiting = new(41)
		c.say(said)
		if e := next(t, all); e.data["id"] != "CS0001" || e.data["waiting"] != 45.0 || e.data["stale"] != false || e.data["counters"] != nil {
			t.Errorf("a change: %+v", e)
		}
		synctest.Wait()
		if len(one) != 0 {
			t.Errorf("another office's page: %+v", <-one)
		}

		start := time.Now()
		for {
			e := next(t, one)
			if e.name != "office" {
				continue
			}
			if age := time.Since(start); e.data["stale"] != true || age < StaleAfter || age > StaleAfter+2*lookAgain {
				t.Errorf("stale after %v: %v", age, e.data["stale"])
			}
			break
		}
		stop()
		for range one { // ends, because the server has
		}
	})
}

func TestStreamTellsThatTheBrokerIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTown(hall("CS0001", time.Now()))
		_, p, stop := serve(t, c)
		one, _ := p.listen(t, "/o/CS0001/events", "")
		next(t, one)
		next(t, one)
		c.cut(true)
		c.watch <- ""
		if e := next(t, one); e.name != "city" || e.data["connected"] != false {
			t.Errorf("link: %+v", e)
		}
		e := next(t, one)
		if v := e.data["services"].([]any)[1].(map[string]any); v["onlineNow"] != false {
			t.Errorf("online tickets without a broker: %+v", v)
		}
		stop()
	})
}

func TestStreamHasHeartbeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, p, stop := serve(t, newTown())
		all, _ := p.listen(t, "/events", "")
		next(t, all)
		start := time.Now()
		if e := next(t, all); e.name != "heartbeat" || time.Since(start) > heartbeat {
			t.Errorf("%+v after %v", e, time.Since(start))
		}
		stop()
	})
}

func TestStreamResumesFromLastEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTown(hall("CS0001", time.Now()), hall("CS0002", time.Now()), hall("CS0003", time.Now()))
		s, p, stop := serve(t, c)
		all, conn := p.listen(t, "/events", "")
		var last string
		numbers := []uint64{}
		for range 4 {
			if e := next(t, all); e.id != "" {
				last = e.id
				numbers = append(numbers, s.hub.seen(e.id))
			}
		}
		if fmt.Sprint(numbers) != "[1 2 3]" {
			t.Errorf("events in order of their numbers: %v", numbers)
		}
		conn.Close()
		synctest.Wait()
		c.say(hall("CS0002", time.Now().Add(time.Second)))
		again, conn := p.listen(t, "/events", last)
		next(t, again)
		if e := next(t, again); e.data["id"] != "CS0002" {
			t.Errorf("what was missed: %+v", e)
		}
		synctest.Wait()
		if len(again) != 0 {
			t.Errorf("what was not missed: %+v", <-again)
		}
		conn.Close()
		other, _ := p.listen(t, "/events", "another-3")
		for range 4 {
			next(t, other) // an id of another run: everything
		}
		stop()
	})
}

func TestSlowReaderIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTown(hall("CS0001", time.Now()))
		s, p, stop := serve(t, c)
		s.hub.most = 1
		// room tells from outside whether the only place is free.
		room := func() bool {
			if !s.hub.place() {
				return false
			}
			s.hub.free()
			return true
		}
		conn := p.dial() // never reads
		fmt.Fprint(conn, "GET /events HTTP/1.1\r\nHost: city\r\n\r\n")
		synctest.Wait()
		if room() {
			t.Fatal("the reader is not there")
		}
		time.Sleep(writeWithin - time.Second)
		if room() {
			t.Error("dropped too early")
		}
		time.Sleep(2 * time.Second)
		if !room() {
			t.Error("a stalled reader keeps its place")
		}
		stop()
	})
}

// desk is a reader's stream in memory, which may stop reading.
type desk struct {
	got    chan []byte
	closed chan struct{}
	limit  time.Time // for a write
}

func newDesk() *desk { return &desk{got: make(chan []byte), closed: make(chan struct{})} }

func (d *desk) Write(b []byte) (int, error) {
	select {
	case d.got <- b:
		return len(b), nil
	case <-d.closed:
		return 0, net.ErrClosed
	}
}

func (d *desk) Close() error                       { close(d.closed); return nil }
func (d *desk) SetWriteDeadline(t time.Time) error { d.limit = t; return nil }

// TestSlowReaderIsGivenTheNewest, holds up nobody, and costs no memory for what it
// has missed. What all are given is encoded once.
func TestSlowReaderIsGivenTheNewest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTown(hall("CS0001", time.Now()), hall("CS0002", time.Now()))
		s := newSite(t, c)
		ctx, cancel := context.WithCancel(t.Context())
		go s.Run(ctx)
		for _, of := range []room{{}, {office: "CS0001"}} {
			slow, good, twin := newDesk(), newDesk(), newDesk()
			for _, d := range []*desk{slow, good, twin} {
				if !s.hub.place() || !s.attend(&reader{crowd: &crowd{room: of}, conn: d}) {
					t.Fatal("no room")
				}
			}
			<-good.got
			<-twin.got
			for i := range 100 {
				said := hall("CS0001", time.Now())
				said.Snapshot.Services[0].Waiting = new(i)
				c.say(said)
				a, b := <-good.got, <-twin.got
				if &a[0] != &b[0] {
					t.Fatalf("an update was encoded twice: %v %d\n%.300s\n%.300s", of, i, a, b)
				}
			}
			<-slow.got // the greeting
			newest := string(<-slow.got)
			if n := strings.Count(newest, "event: "); n != 1 || !contains(newest, `"waiting":99,`) {
				t.Errorf("the slow reader is given %d events: %s", n, newest)
			}
			synctest.Wait()
			if !slow.limit.IsZero() {
				t.Errorf("the limit of a write that has ended still holds: %v", slow.limit)
			}
			select {
			case more := <-slow.got:
				t.Errorf("and then %s", more)
			default:
			}
		}
		cancel()
		<-s.done
		if s.attend(&reader{crowd: &crowd{}}) {
			t.Error("a reader was taken after the end")
		}
	})
}

// TestFrontPageIsToldInOnePiece what several offices say at nearly the same time,
// and at once what one says after a pause.
func TestFrontPageIsToldInOnePiece(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTown(hall("CS0001", time.Now()), hall("CS0002", time.Now()), hall("CS0003", time.Now()))
		s := newSite(t, c)
		ctx, cancel := context.WithCancel(t.Context())
		go s.Run(ctx)
		d := newDesk()
		if !s.hub.place() || !s.attend(&reader{crowd: &crowd{}, conn: d}) {
			t.Fatal("no room")
		}
		<-d.got
		start := time.Now()
		c.say(hall("CS0001", time.Now()))
		if b := <-d.got; bytes.Count(b, []byte("event: ")) != 1 || time.Since(start) != 0 {
			t.Errorf("after %v: %s", time.Since(start), b)
		}
		for _, id := range []string{"CS0003", "CS0001", "CS0002", "CS0001"} {
			c.say(hall(id, time.Now()))
		}
		b := string(<-d.got)
		order := strings.Index(b, `"CS0003"`) < strings.Index(b, `"CS0002"`) && strings.Index(b, `"CS0002"`) < strings.Index(b, `"CS0001"`)
		if strings.Count(b, "event: ") != 3 || !order || time.Since(start) != frontPause {
			t.Errorf("after %v: %s", time.Since(start), b)
		}
		cancel()
		<-s.done
	})
}

func TestTooManyReaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTown()
		s, err := New(Options{City: c, Tickets: c, Desk: c, Readers: 1, Log: discard()})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		go s.Run(ctx)
		if !s.hub.place() {
			t.Fatal("no room for the first")
		}
		r := get(t, s, "/events")
		if r.StatusCode != http.StatusServiceUnavailable || r.Header.Get("Retry-After") == "" || !contains(text(t, r), `"code":"too_many_readers"`) {
			t.Errorf("%s", r.Status)
		}
		cancel()
		synctest.Wait()
	})
}

func TestStreamOfUnknownOffice(t *testing.T) {
	r := get(t, newSite(t, newTown()), "/o/CS9/events")
	if r.StatusCode != http.StatusNotFound || !contains(text(t, r), `"code":"office_unknown"`) {
		t.Errorf("%s", r.Status)
	}
}

func TestServeEndsRequestsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTown(hall("CS0001", time.Now()))
		c.slow = make(chan struct{})
		_, p, stop := serve(t, c)
		conn := p.dial()
		form := "id=0123456789abcdef&service=passport"
		go fmt.Fprintf(conn, "POST /o/CS0001/ticket HTTP/1.1\r\nHost: city\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", len(form), form)
		synctest.Wait()
		go func() {
			time.Sleep(time.Second)
			close(c.slow)
		}()
		answered := make(chan int, 1)
		go func() {
			r, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Error(err)
				answered <- 0
				return
			}
			io.Copy(io.Discard, r.Body)
			answered <- r.StatusCode
		}()
		stop()
		if got := <-answered; got != http.StatusSeeOther {
			t.Errorf("a ticket under way at the end: %d", got)
		}
		conn.Close()
	})
}

type broken struct{ *pipes }

func (broken) Accept() (net.Conn, error) { return nil, errors.New("no more files") }

func TestServeReportsAListenerThatFails(t *testing.T) {
	if err := newSite(t, newTown()).Serve(t.Context(), broken{newPipes()}); err == nil || !contains(err.Error(), "web: serve", "no more files") {
		t.Error(err)
	}
}

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

// FuzzSeen: a Last-Event-ID is what the hub wrote, or counts as nothing.
func FuzzSeen(f *testing.F) {
	f.Add("BOOT-17")
	f.Add("BOOT--1")
	f.Add("OTHER-17")
	f.Fuzz(func(t *testing.T, id string) {
		h := hub{boot: "BOOT"}
		if n := h.seen(id); n > 0 && !strings.HasPrefix(id, "BOOT-") {
			t.Errorf("%q read as %d", id, n)
		}
	})
}
