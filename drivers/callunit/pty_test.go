package callunit_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"testing"
	"time"

	"sunbeon/drivers/callunit"
	"sunbeon/drivers/serialport"
	"sunbeon/drivers/serialport/serialtest"
)

// A unit on a real terminal at its true speed: its frame comes byte by byte, is
// acknowledged, and is one press.
func TestUnitOnATerminal(t *testing.T) {
	far, path, err := serialtest.Open(9600)
	if err != nil {
		t.Fatal(err)
	}
	c := config(t, "edwards")
	pressed := make(chan string, 8)
	d, err := callunit.New(c, func(_ int, key string) { pressed <- key }, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	open := make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() {
		ran <- d.Run(ctx, func(ctx context.Context) (callunit.Port, error) {
			p, err := serialport.Dialer{Config: serialport.Config{Path: path}}.Open(ctx)
			if err == nil {
				close(open)
			}
			return p, err
		})
	}()
	<-open
	for _, key := range []int{0, 4} {
		if _, err := far.Write(wire(t, c, 5, key)); err != nil {
			t.Fatal(err)
		}
		ack := make([]byte, 1)
		if _, err := io.ReadFull(far, ack); err != nil || !bytes.Equal(ack, c.Frame.Ack) {
			t.Fatalf("acknowledged with % x, %v", ack, err)
		}
	}
	for _, want := range []string{"next", "pause"} {
		select {
		case got := <-pressed:
			if got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("%s was not told", want)
		}
	}
	cancel()
	<-ran
	far.Close()
	if n := len(pressed); n > 0 {
		t.Errorf("%d presses too many", n)
	}
}
