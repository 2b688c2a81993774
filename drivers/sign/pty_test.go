package sign_test

import (
	"context"
	"log/slog"
	"testing"

	"sunbeon/drivers/serialport"
	"sunbeon/drivers/serialport/frame"
	"sunbeon/drivers/serialport/serialtest"
	"sunbeon/drivers/sign"
)

// A sign on a real terminal at its true speed shows the number and says so.
func TestSignOnATerminal(t *testing.T) {
	far, path, err := serialtest.Open(9600)
	if err != nil {
		t.Fatal(err)
	}
	c := config(t, "edwards")
	c.Units = c.Units[:1]
	alive := make(chan bool, 8)
	d, err := sign.New(c, func(h sign.Health) { alive <- h.Alive }, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() {
		ran <- d.Run(ctx, func(ctx context.Context) (sign.Port, error) {
			return serialport.Dialer{Config: serialport.Config{Path: path}}.Open(ctx)
		})
	}()
	d.Show(3, "117")
	s := frame.Scanner{Table: c.Frame}
	for shown := ""; shown != " 117"; {
		b := make([]byte, 16)
		n, err := far.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range s.Feed(b[:n]) {
			shown = string(f.Data)
			if _, err := far.Write(c.Frame.Ack); err != nil {
				t.Fatal(err)
			}
		}
	}
	if !<-alive {
		t.Error("a sign that acknowledges is told dead")
	}
	cancel()
	<-ran
	far.Close()
}
