package sign_test

import (
	"bytes"
	"os"
	"testing"
	"time"

	"sunbeon/drivers/sign"
)

// echo is a port that answers each frame with the same bytes, in pieces as long
// as the first byte says.
type echo struct {
	answer, left []byte
	piece        int
}

func (e *echo) Close() error                     { return nil }
func (e *echo) SetReadDeadline(time.Time) error  { return nil }
func (e *echo) SetWriteDeadline(time.Time) error { return nil }
func (e *echo) Write(b []byte) (int, error)      { e.left = e.answer; return len(b), nil }

func (e *echo) Read(b []byte) (int, error) {
	if len(e.left) == 0 {
		return 0, os.ErrDeadlineExceeded
	}
	n := copy(b[:min(len(b), e.piece)], e.left)
	e.left = e.left[n:]
	return n, nil
}

// FuzzAcknowledgement: a sign has taken a number if its answer is the
// acknowledgement, or begins with it in a piece of its own, and never else.
func FuzzAcknowledgement(f *testing.F) {
	f.Add(byte(1), []byte{6})
	f.Add(byte(1), []byte{0x15})
	f.Add(byte(3), []byte{6, 6})
	f.Add(byte(7), bytes.Repeat([]byte{0x55}, 200))
	f.Fuzz(func(t *testing.T, piece byte, answer []byte) {
		c := config(t, "edwards")
		c.Units = c.Units[:1]
		e := &echo{answer: answer, piece: max(1, int(piece))}
		first := answer[:min(len(answer), e.piece, 64)]
		if err := sign.Probe(t.Context(), e, c, func(p sign.Probed) {
			if want := bytes.Equal(first, c.Frame.Ack); p.Confirmed != want || (p.Err == nil) != want {
				t.Errorf("answer % x in pieces of %d: %+v", answer, e.piece, p)
			}
		}); err != nil {
			t.Error(err)
		}
	})
}
