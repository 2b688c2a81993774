package devices

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"sunbeon/appliance/config"
	"sunbeon/appliance/health"
)

// A program of the old machine that was restarted connects again although its
// former connection never ended: the newest is heard.
func TestNewestProgramIsHeard(t *testing.T) {
	s := &Set{log: slog.New(slog.DiscardHandler), health: health.New(slog.New(slog.DiscardHandler))}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := ln.Addr().String()
	ln.Close()
	ctx, cancel := context.WithCancel(t.Context())
	open := s.wire("listen:vendor", config.Port{Listen: address})
	ran := make(chan error, 1)
	go func() { ran <- s.parts[0].run(ctx) }()

	connect := func() net.Conn {
		t.Helper()
		for deadline := time.Now().Add(10 * time.Second); ; {
			c, err := net.Dial("tcp", address)
			if err == nil {
				return c
			}
			if time.Now().After(deadline) {
				t.Fatal(err)
			}
		}
	}
	first := connect()
	defer first.Close()
	heard, err := open(ctx)
	if err != nil {
		t.Fatal(err)
	}
	second := connect()
	defer second.Close()
	if _, err := heard.Read(make([]byte, 1)); err == nil || errors.Is(err, io.ErrUnexpectedEOF) {
		t.Fatalf("the former connection goes on: %v", err)
	}
	newest, err := open(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(second, "{"); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 1)
	if _, err := io.ReadFull(newest, b); err != nil || b[0] != '{' {
		t.Fatalf("got %q, %v", b, err)
	}
	cancel()
	if err := <-ran; err == nil {
		t.Error("the door has no reason to end")
	}
	if _, err := open(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
}

func TestTakenPortSaysSo(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	err = (&door{address: ln.Addr().String()}).run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "choose another port") {
		t.Errorf("got %v", err)
	}
}
