package main

import (
	"bytes"
	"testing"
	"time"
)

// FIELD: 70 mm at 200 mm/s is 350 ms; 450 bytes at 115200 baud take 39 ms.
func TestFloor(t *testing.T) {
	for _, c := range []struct {
		sent int
		mm   float64
		want time.Duration
	}{
		{0, 70, 350 * time.Millisecond},
		{450, 70, 350 * time.Millisecond}, // received while the paper moves
		{11520, 70, time.Second},          // a wire slower than the paper
		{450, 0, 39062500 * time.Nanosecond},
	} {
		if got := floor(c.sent, c.mm) - 300*time.Millisecond; got != c.want {
			t.Errorf("%d B and %v mm: got %v want %v before the blade", c.sent, c.mm, got, c.want)
		}
	}
}

// Of what goes over the wire the ticket alone counts: no look at the status
// before it, no fence after it.
func TestCutTicket(t *testing.T) {
	ticket := []byte("\x1b@\x1bt\x00A12\n\x1dVB\x00")
	sent := append(append([]byte{0x10, 4, 1}, ticket...), "\x1d(H\x06\x00000001\x1dr\x01"...)
	if got, err := cutTicket(sent); err != nil || !bytes.Equal(got, ticket) {
		t.Errorf("got %q (%v) want %q", got, err, ticket)
	}
	for _, none := range []string{"", "\x1b@A12\n", "\x1dVB\x00\x1b@"} {
		if got, err := cutTicket([]byte(none)); err == nil {
			t.Errorf("%q: a ticket %q", none, got)
		}
	}
}
