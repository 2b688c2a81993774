package web

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// overTCP serves a site on the loopback until the test ends.
func overTCP(t *testing.T, c *town) (s *Site, address string) {
	t.Helper()
	s = newSite(t, c)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, ln) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return s, ln.Addr().String()
}

// eventually waits for an event by looking.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	look, end := time.NewTicker(5*time.Millisecond), time.After(30*time.Second)
	defer look.Stop()
	for !ok() {
		select {
		case <-look.C:
		case <-end:
			t.Fatalf("never: %s", what)
		}
	}
}

// read opens a stream and waits for its greeting.
func read(t *testing.T, address, path string) (*net.TCPConn, *bufio.Reader) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	tcp := conn.(*net.TCPConn)
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: city\r\n\r\n", path)
	b := bufio.NewReader(conn)
	r, err := http.ReadResponse(b, nil)
	if err != nil {
		t.Fatal(err)
	}
	h := r.Header
	if r.StatusCode != http.StatusOK || r.ContentLength != -1 || !r.Close || h.Get("Content-Type") != "text/event-stream" || h.Get("Cache-Control") != "no-store" || h.Get("Content-Security-Policy") == "" || h.Get("Date") == "" {
		t.Errorf("%s %v", r.Status, h)
	}
	upTo(t, b, "event: city")
	return tcp, b
}

// upTo reads lines until one has the text, and counts those of an event.
func upTo(t *testing.T, b *bufio.Reader, text string) (events int) {
	t.Helper()
	for {
		line, err := b.ReadString('\n')
		if err != nil {
			t.Fatalf("before %q: %v", text, err)
		}
		if strings.HasPrefix(line, "event: office") {
			events++
		}
		if strings.Contains(line, text) {
			return events
		}
	}
}

// TestReaderCostsNoGoroutine: the connection alone is kept.
func TestReaderCostsNoGoroutine(t *testing.T) {
	_, address := overTCP(t, newTown(hall("CS0001", time.Now())))
	read(t, address, "/events")
	before := runtime.NumGoroutine()
	for range 30 {
		read(t, address, "/o/CS0001/events")
	}
	eventually(t, "net/http's goroutines have ended", func() bool { return runtime.NumGoroutine() < before+10 })
}

// TestReaderThatFallsBehindOnTCP gets the newest when it reads again, and is not
// dropped.
func TestReaderThatFallsBehindOnTCP(t *testing.T) {
	c := newTown(hall("CS0001", time.Now()))
	_, address := overTCP(t, c)
	for _, path := range []string{"/events", "/o/CS0001/events"} {
		_, slow := read(t, address, path)
		_, other := read(t, address, "/o/CS0001/events")
		const changes = 3000 // more than the buffers of a connection hold
		for i := range changes {
			said := hall("CS0001", time.Now())
			said.Snapshot.Services[0].Waiting = new(i + 10)
			c.say(said)
			if i%100 == 0 {
				upTo(t, other, fmt.Sprintf(`"waiting":%d,`, i+10))
			}
		}
		if n := upTo(t, slow, fmt.Sprintf(`"waiting":%d,`, changes+9)); n >= changes/2 {
			t.Errorf("%s: a reader that was away was given %d of %d events", path, n, changes)
		}
	}
}

// TestPeekFindsWhoHasLeft, and takes nothing of what a reader may say.
func TestPeekFindsWhoHasLeft(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	there, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	here, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer here.Close()
	raw, err := here.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	left := func() bool {
		var p peek
		if err := raw.Read(p.read); err != nil {
			t.Fatal(err)
		}
		return p.left
	}
	if left() {
		t.Error("who is silent has left")
	}
	fmt.Fprint(there, "!")
	var b [1]byte
	if left() {
		t.Error("who speaks has left")
	}
	if _, err := here.Read(b[:]); err != nil || b[0] != '!' {
		t.Errorf("%q %v", b, err)
	}
	there.Close()
	eventually(t, "who has closed the connection has left", left)
}

// TestReaderWhoHasLeftFreesItsPlace without a word to it, and with one.
func TestReaderWhoHasLeftFreesItsPlace(t *testing.T) {
	c := newTown(hall("CS0001", time.Now()))
	s, address := overTCP(t, c)
	conn, _ := read(t, address, "/o/CS0001/events")
	silent, _ := read(t, address, "/events")
	_ = silent.SetLinger(0) // it vanishes with a reset
	silent.Close()
	conn.Close()
	eventually(t, "the places are free", func() bool { return s.hub.places.Load() == 0 })
}

// TestReaderOfHTTP2: there the connection is not ours alone.
func TestReaderOfHTTP2(t *testing.T) {
	for _, http2 := range []bool{true, false} {
		c := newTown(hall("CS0001", time.Now()))
		s := newSite(t, c)
		ctx, cancel := context.WithCancel(t.Context())
		go s.Run(ctx)
		srv := httptest.NewUnstartedServer(s.Handler())
		srv.EnableHTTP2 = http2
		srv.StartTLS()
		asks, leave := context.WithCancel(t.Context())
		rq, err := http.NewRequestWithContext(asks, "GET", srv.URL+"/o/CS0001/events", nil)
		if err != nil {
			t.Fatal(err)
		}
		client := srv.Client()
		if !http2 {
			client.Transport.(*http.Transport).TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{}
		}
		r, err := client.Do(rq)
		if err != nil {
			t.Fatal(err)
		}
		if http2 != (r.ProtoMajor == 2) || r.Header.Get("Content-Type") != "text/event-stream" {
			t.Errorf("%s %s", r.Proto, r.Status)
		}
		b := bufio.NewReader(r.Body)
		upTo(t, b, `"waiting":11,`)
		said := hall("CS0001", time.Now())
		said.Snapshot.Services[0].Waiting = new(41)
		c.say(said)
		upTo(t, b, `"waiting":45,`)
		leave()
		eventually(t, "the place is free", func() bool {
			c.say(hall("CS0001", time.Now())) // over TLS a reader that has left is found by writing
			return s.hub.places.Load() == 0
		})
		rq = rq.WithContext(t.Context())
		r, err = client.Do(rq)
		if err != nil {
			t.Fatal(err)
		}
		b = bufio.NewReader(r.Body)
		upTo(t, b, "event: city")
		cancel()
		<-s.done
		for err == nil { // the end of the site is the end of the answer
			_, err = b.ReadString('\n')
		}
		r.Body.Close()
		srv.Close()
	}
}

// TestStreamGoesOnFromThePage: what a page shows is not sent again.
func TestStreamGoesOnFromThePage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTown(hall("CS0001", time.Now()), hall("CS0002", time.Now()))
		s, p, stop := serve(t, c)
		synctest.Wait()
		for _, page := range []string{"/", "/o/CS0001"} {
			_, rest, _ := strings.Cut(text(t, get(t, s, page)), `data-events="`)
			path, _, _ := strings.Cut(rest, `"`)
			c.say(hall("CS0002", time.Now().Add(time.Second)))
			c.say(hall("CS0001", time.Now().Add(time.Second)))
			events, _ := p.listen(t, path, "")
			next(t, events)
			first := next(t, events)
			if want := map[string]string{"/": "CS0002", "/o/CS0001": "CS0001"}[page]; first.data["id"] != want {
				t.Errorf("%s: %+v", page, first)
			}
			again, _ := p.listen(t, path, first.id)
			next(t, again)
			synctest.Wait()
			if page == "/" && len(again) != 1 || page != "/" && len(again) != 0 {
				t.Errorf("%s: %d events after %s", page, len(again), first.id)
			}
			fresh, _ := p.listen(t, path[:strings.Index(path, "?")]+"?after="+first.id+"0", "")
			next(t, fresh)
			c.say(hall("CS0001", time.Now().Add(2*time.Second)))
			if e := next(t, fresh); e.data["id"] != "CS0001" {
				t.Errorf("%s: who claims to have what is still to come: %+v", page, e)
			}
		}
		stop()
	})
}
