package virtual

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"
)

// waitFor polls by events until cond holds.
func waitFor(t *testing.T, p *Printer, what string, cond func() bool) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		ch := p.Changed()
		if cond() {
			return
		}
		select {
		case <-ch:
		case <-deadline:
			t.Fatalf("still waiting for %s: %+v", what, p.State())
		}
	}
}

func TestTCP(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	p := New(full)
	done := make(chan error, 1)
	go func() { done <- p.ListenTCP(ctx, ln) }()
	dial := func() net.Conn {
		c, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
			t.Fatal(err)
		}
		return c
	}
	expect := func(c net.Conn, want string) {
		t.Helper()
		got := make([]byte, len(want))
		if _, err := io.ReadFull(c, got); err != nil || string(got) != want {
			t.Fatalf("read % X, %v; want % X", got, err, want)
		}
	}

	first, second := dial(), dial()
	if _, err := second.Write([]byte("b\n" + knife + "\x1dr\x01")); err != nil {
		t.Fatal(err)
	}
	if _, err := first.Write([]byte("a\n" + knife + "\x1dr\x01")); err != nil {
		t.Fatal(err)
	}
	expect(first, "\x00")
	if n := len(p.Pieces()); n != 1 {
		t.Errorf("the second host was served while the first was connected: %d pieces", n)
	}
	first.Close()
	expect(second, "\x00")
	if all := p.Pieces(); len(all) != 2 || all[1].Text() != "b" {
		t.Errorf("%+v", all)
	}

	p.CutPowerAfter(1)
	if _, err := second.Write([]byte("c")); err != nil {
		t.Fatal(err)
	}
	if _, err := second.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the link was not reset with the power: %v", err)
	}
	if third, err := net.Dial("tcp", ln.Addr().String()); err == nil { // or reset before Dial returns
		_ = third.SetDeadline(time.Now().Add(20 * time.Second))
		if _, err := third.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a printer without power took a connection: %v", err)
		}
	}
	p.PowerOn()
	fourth := dial()
	if _, err := fourth.Write([]byte("\x10\x04\x01")); err != nil {
		t.Fatal(err)
	}
	expect(fourth, "\x12")

	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("ListenTCP said %v", err)
	}
	if _, err := fourth.Read(make([]byte, 1)); err == nil {
		t.Error("the link outlived its context")
	}
}

func TestOneLinkAtATime(t *testing.T) {
	bench(t, full, func(h *host) {
		near, far := net.Pipe()
		defer near.Close()
		if err := h.Serve(t.Context(), far); !errors.Is(err, ErrBusy) {
			t.Errorf("Serve said %v", err)
		}
		h.send("\x10\x04\x01")
		h.answers("\x12")
	})
}

func TestServeEnds(t *testing.T) {
	p := New(full)
	_, far := net.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- p.Serve(ctx, far) }()
	waitFor(t, p, "a link", func() bool { return p.State().Linked })
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("Serve said %v", err)
	}
	near, far := net.Pipe()
	go func() { done <- p.Serve(t.Context(), far) }()
	near.Close()
	if err := <-done; err != nil {
		t.Errorf("after the host hung up Serve said %v", err)
	}
}

func TestPTY(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p := New(full)
	path, wait, err := p.ListenPTY(ctx)
	if err != nil {
		t.Fatal(err)
	}
	open := func() *os.File {
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	talk := func(f *os.File, sent, want string) {
		t.Helper()
		if _, err := f.WriteString(sent); err != nil {
			t.Fatal(err)
		}
		got := make([]byte, len(want))
		if _, err := io.ReadFull(f, got); err != nil || string(got) != want {
			t.Fatalf("read % X, %v; want % X", got, err, want)
		}
	}
	// All 256 values pass unchanged, both ways: 03h, 11h, 13h, 0Ah and 0Dh are data.
	f := open()
	var image []byte
	for i := range 256 {
		image = append(image, byte(i))
	}
	talk(f, "\x1b@\x1dv0\x00\x01\x00\x00\x01"+string(image)+"a\r\n"+knife+"\x1d(H\x06\x0000\x0d\x0a\x11\x03", "7\"\x0d\x0a\x11\x03\x00")
	pc := p.Pieces()[0]
	if pc.Text() != "a" || pc.Rasters != 1 || len(pc.Unknown) > 0 {
		t.Errorf("%q, %d images, unknown %q", pc.Text(), pc.Rasters, pc.Unknown)
	}
	f.Close()

	f = open()
	talk(f, "\x10\x04\x01", "\x12")
	p.CutPowerAfter(0)
	waitFor(t, p, "the link to drop", func() bool { return !p.State().Linked })
	if _, err := f.WriteString("lost\n"); err != nil {
		t.Errorf("the cable went with the power: %v", err)
	}
	p.PowerOn()
	waitFor(t, p, "the link", func() bool { return p.State().Linked })
	talk(f, "b\n"+knife+"\x1dr\x01", "\x00")
	if all := p.Pieces(); len(all) != 2 || all[1].Lines[len(all[1].Lines)-1].Text != "b" {
		t.Errorf("%+v", all)
	}
	f.Close()
	cancel()
	if err := wait(); !errors.Is(err, context.Canceled) {
		t.Errorf("wait said %v", err)
	}
}
