package badline

import (
	"bytes"
	"errors"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// ends are a client and a server with a line between them, in memory, so that the
// bubble's clock governs it.
func ends(l *Line) (client, server net.Conn, joined chan struct{}) {
	client, near := net.Pipe()
	far, server := net.Pipe()
	joined = make(chan struct{})
	go func() {
		defer close(joined)
		l.Join(near, far)
	}()
	return client, server, joined
}

func read(t *testing.T, c net.Conn, n int) string {
	t.Helper()
	b := make([]byte, n)
	if _, err := io.ReadFull(c, b); err != nil {
		t.Fatalf("after %q: %v", b, err)
	}
	return string(b)
}

func write(t *testing.T, c net.Conn, s string) {
	t.Helper()
	if _, err := c.Write([]byte(s)); err != nil {
		t.Fatal(err)
	}
}

// silent fails if anything comes, or the connection ends, within a minute.
func silent(t *testing.T, what string, c net.Conn) {
	t.Helper()
	c.SetReadDeadline(time.Now().Add(time.Minute))
	defer c.SetReadDeadline(time.Time{})
	var late net.Error
	if n, err := c.Read(make([]byte, 1)); n > 0 || !errors.As(err, &late) || !late.Timeout() {
		t.Errorf("%s: %d bytes, %v", what, n, err)
	}
}

func TestGoodLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine("")
		client, server, joined := ends(l)
		begin := time.Now()
		write(t, client, "ping")
		if got := read(t, server, 4); got != "ping" {
			t.Error(got)
		}
		write(t, server, "pong")
		if got := read(t, client, 4); got != "pong" || time.Since(begin) != 0 {
			t.Error(got, time.Since(begin))
		}
		synctest.Wait() // it counts after it has delivered
		if c := l.Counts(); c != (Counts{Connections: 1, Up: 4, Down: 4}) {
			t.Errorf("%+v", c)
		}
		client.Close()
		if _, err := server.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Error(err)
		}
		<-joined
	})
}

// TestDelayIsNoLimit: late bytes come as many at a time as ever.
func TestDelayIsNoLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine("")
		l.Set(Condition{Delay: 800 * time.Millisecond})
		client, server, joined := ends(l)
		begin := time.Now()
		for range 100 {
			write(t, client, "ping")
		}
		if read(t, server, 4); time.Since(begin) != 800*time.Millisecond {
			t.Errorf("the first came after %v", time.Since(begin))
		}
		if read(t, server, 396); time.Since(begin) != 800*time.Millisecond {
			t.Errorf("the last came after %v", time.Since(begin))
		}
		client.Close()
		<-joined
	})
}

func TestRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine("")
		l.Set(Condition{Rate: 2000, Delay: time.Second})
		client, server, joined := ends(l)
		begin := time.Now()
		for range 10 {
			write(t, client, string(bytes.Repeat([]byte("x"), 1000)))
		}
		for n := range 10 {
			read(t, server, 1000)
			if want := time.Second + time.Duration(n+1)*500*time.Millisecond; time.Since(begin) != want {
				t.Errorf("piece %d came after %v, want %v", n, time.Since(begin), want)
			}
		}
		server.Close()
		<-joined
	})
}

// TestWhatVanishesIsGoneForGood: the connection never comes right again, the other
// direction goes on, a new connection is well.
func TestWhatVanishesIsGoneForGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine("")
		client, server, joined := ends(l)
		write(t, client, "one")
		read(t, server, 3)
		l.Set(Condition{SwallowUp: true})
		write(t, client, "two")
		silent(t, "into nothing", server)
		write(t, server, "still here")
		read(t, client, 10)
		l.Set(Condition{})
		write(t, client, "three")
		silent(t, "behind a hole", server)
		if c := l.Counts(); c.LostUp != 8 || c.LostDown != 0 || c.Up != 3 {
			t.Errorf("%+v", c)
		}
		again, other, joined2 := ends(l)
		write(t, again, "four")
		read(t, other, 4)
		again.Close()
		<-joined2

		// The client gives up: the server does not hear of it, whatever it says.
		client.Close()
		silent(t, "a goodbye into nothing", server)
		write(t, server, "anybody?")
		silent(t, "nobody says that nobody is there", server)
		server.Close()
		<-joined
	})
}

func TestSwallowDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine("")
		l.Set(Condition{SwallowDown: true})
		client, server, joined := ends(l)
		write(t, server, "hello")
		silent(t, "out of nothing", client)
		write(t, client, "hello")
		read(t, server, 5)
		server.Close()
		silent(t, "a goodbye out of nothing", client)
		client.Close()
		<-joined
	})
}

func TestRefuseAndTear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine("")
		client, server, joined := ends(l)
		write(t, client, "one")
		read(t, server, 3)
		l.Tear()
		<-joined
		for _, c := range []net.Conn{client, server} {
			if _, err := c.Read(make([]byte, 1)); err == nil {
				t.Error("it still stands")
			}
		}
		_, server, joined = ends(l)
		l.Set(Condition{Refuse: true})
		<-joined
		if _, err := server.Read(make([]byte, 1)); err == nil {
			t.Error("it still stands")
		}
		_, _, joined = ends(l)
		<-joined
		if c := l.Counts(); c.Connections < 1 || c.Refused < 1 {
			t.Errorf("%+v", c)
		}
	})
}

// TestOverTCP: the same with real sockets, and nothing is left behind.
func TestOverTCP(t *testing.T) {
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	l, err := Listen(server.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	client, err := net.Dial("tcp", l.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	there, err := server.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer there.Close()
	big := bytes.Repeat([]byte("순번"), 100_000)
	go client.Write(big)
	if got := read(t, there, len(big)); got != string(big) {
		t.Error("other bytes came")
	}
	l.Set(Condition{Refuse: true})
	if _, err := there.Read(make([]byte, 1)); err == nil {
		t.Error("the server was not told")
	}
	if c, err := net.Dial("tcp", l.Addr()); err == nil {
		if _, err := c.Read(make([]byte, 1)); err == nil {
			t.Error("somebody answers")
		}
		c.Close()
	}
	l.Close()
	if _, err := net.Dial("tcp", l.Addr()); err == nil {
		t.Error("it still listens")
	}
}
