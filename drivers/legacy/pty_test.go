package legacy_test

import (
	"context"
	"fmt"
	"io"
	"testing"
	"time"

	"sunbeon/drivers/legacy"
	"sunbeon/drivers/serialport"
	"sunbeon/drivers/serialport/serialtest"
)

// Tickets tapped from a real terminal at the speed of an old printer's wire.
func TestTicketsOnATerminal(t *testing.T) {
	far, path, err := serialtest.Open(9600)
	if err != nil {
		t.Fatal(err)
	}
	decoder, err := legacy.NewText(legacy.TextFormat{Rules: []legacy.TextRule{{Kind: legacy.Issue, Pattern: `No (?P<number>\d+)`, ServiceID: "civil"}}})
	if err != nil {
		t.Fatal(err)
	}
	open := make(chan struct{}, 8)
	issued := make(chan int, 8)
	d, err := legacy.New(legacy.Options{
		Office: legacy.Config{Services: []legacy.Service{{ID: "civil", Low: 1, High: 300}}},
		Sources: []legacy.Source{{Name: "printer", Decoder: decoder, Open: func(ctx context.Context) (io.ReadCloser, error) {
			p, err := serialport.Dialer{Config: serialport.Config{Path: path}}.Open(ctx)
			if err == nil {
				open <- struct{}{}
			}
			return p, err
		}}},
		OnEvent: func(e legacy.Event) {
			if e, ok := e.(legacy.Issued); ok {
				issued <- e.Number
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- d.Run(ctx) }()
	<-open
	for n := 1; n <= 3; n++ {
		if _, err := fmt.Fprintf(far, "\x1b@No %d\n\x1dVB\x00", n); err != nil {
			t.Fatal(err)
		}
	}
	for want := 1; want <= 3; want++ {
		select {
		case got := <-issued:
			if got != want {
				t.Errorf("heard %d, want %d", got, want)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("ticket %d was not heard", want)
		}
	}
	cancel()
	<-ran
	far.Close()
}
