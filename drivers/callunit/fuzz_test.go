package callunit_test

import (
	"context"
	"encoding/hex"
	"os"
	"testing"
	"time"

	"sunbeon/drivers/callunit"
	"sunbeon/drivers/serialport/frame"
)

// script is a port that says what it was given: a byte of length, so many bytes;
// after a length of 0 the line is silent.
type script struct {
	b    []byte
	stop func()
}

func (s *script) Close() error                     { return nil }
func (s *script) SetReadDeadline(time.Time) error  { return nil }
func (s *script) SetWriteDeadline(time.Time) error { return nil }
func (s *script) Write(b []byte) (int, error)      { return len(b), nil }

func (s *script) Read(b []byte) (int, error) {
	if len(s.b) == 0 {
		s.stop()
		return 0, os.ErrDeadlineExceeded
	}
	n := int(s.b[0])
	s.b = s.b[1:]
	if n == 0 {
		return 0, os.ErrDeadlineExceeded
	}
	n = copy(b[:min(len(b), n)], s.b)
	s.b = s.b[n:]
	return n, nil
}

// FuzzLine: whatever a line says, only keys and units of the table are heard,
// and there is no press without a frame of it, or two where two sightings are
// asked for. (Listen, for Run's goroutines would blur the coverage.)
func FuzzLine(f *testing.F) {
	shapes := []string{"compoway", "edwards", "callunit21", "board4", "length-crc"}
	for i, shape := range shapes {
		c := config(f, shape)
		w := wire(f, c, 5, 0)
		seed := append([]byte{byte(len(w))}, w...)
		f.Add(byte(i), seed)
		f.Add(byte(i)|0x80, append(append(seed, 0, 2, w[0], w[1]), append([]byte{byte(len(w) - 2)}, w[2:]...)...))
	}
	f.Fuzz(func(t *testing.T, how byte, b []byte) {
		c := config(t, shapes[int(how&0x0f)%len(shapes)])
		c.Sightings = 1 + int(how>>7)
		if how&0x40 != 0 {
			c.Poll = hex.EncodeToString(append(command(c.Frame), "??"...))
			c.None = hex.EncodeToString(append(command(c.Frame), "00"...))
		}
		ctx, stop := context.WithCancel(t.Context())
		stats, err := callunit.Listen(ctx, &script{b, stop}, c, func(h callunit.Heard) {
			if h.Counter != 0 && h.Counter != 3 && h.Counter != 4 || h.Key != "" && !callunit.Known(h.Key) {
				t.Errorf("heard %+v", h)
			}
		})
		if err != nil {
			t.Errorf("Listen: %v", err)
		}
		least, err := c.Frame.Encode(frame.Frame{Address: 5, Command: command(c.Frame), Data: []byte("01")})
		if err != nil {
			t.Fatal(err)
		}
		if most := len(b) / len(least) / c.Sightings; int(stats.Keys) > most {
			t.Errorf("%d presses out of %d bytes", stats.Keys, len(b))
		}
	})
}
