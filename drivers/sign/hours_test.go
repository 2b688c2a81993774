package sign_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/drivers/serialport/frame"
	"sunbeon/drivers/sign"
)

// wires is a line of two signs as a port. Frames are damaged in both directions.
type wires struct {
	r     *rand.Rand
	table frame.Table
	share int // one frame in so many is damaged

	deadline time.Time
	acks     [][]byte
	ackAt    time.Time

	mu     sync.Mutex
	hurt   int
	shows  map[int]string
	wanted map[int][2]string // before and now
	wrong  int               // numbers that were shown and never wanted then
	since  map[int]time.Time // a wrong number is shown
	worst  time.Duration
	total  time.Duration
}

func (w *wires) Close() error                       { return nil }
func (w *wires) SetWriteDeadline(time.Time) error   { return nil }
func (w *wires) SetReadDeadline(at time.Time) error { w.deadline = at; return nil }

func (w *wires) damage(b []byte) []byte {
	if w.r.IntN(w.share) > 0 {
		return b
	}
	w.hurt++
	var out []byte
	how, at := w.r.IntN(3), w.r.IntN(len(b))
	for i, v := range b {
		switch {
		case how == 0 && (i == at || w.r.IntN(16) == 0):
			v ^= 1 << w.r.IntN(8)
		case how == 1 && i == at:
			continue
		case how == 2 && i == at:
			out = append(out, v)
		}
		out = append(out, v)
	}
	return out
}

// Write is a frame to the signs; each that takes it acknowledges.
func (w *wires) Write(b []byte) (int, error) {
	time.Sleep(12 * time.Millisecond)
	w.mu.Lock()
	defer w.mu.Unlock()
	s := frame.Scanner{Table: w.table}
	for _, f := range s.Feed(w.damage(slices.Clone(b))) {
		want, ok := w.wanted[f.Address]
		if !ok || !bytes.Equal(f.Command, bytes.Repeat([]byte{'W'}, w.table.Command)) {
			continue
		}
		text := string(f.Data)
		right := text == want[0] || text == want[1]
		if at, was := w.since[f.Address]; was && text != w.shows[f.Address] {
			w.total += time.Since(at)
			w.worst = max(w.worst, time.Since(at))
			delete(w.since, f.Address)
		}
		if !right && text != w.shows[f.Address] {
			w.wrong++
			w.since[f.Address] = time.Now()
		}
		w.shows[f.Address] = text
		if len(w.table.Ack) > 0 {
			w.acks, w.ackAt = append(w.acks, w.damage(slices.Clone(w.table.Ack))), time.Now().Add(5*time.Millisecond)
		}
	}
	return len(b), nil
}

func (w *wires) Read(b []byte) (int, error) {
	if len(w.acks) > 0 && w.ackAt.Before(w.deadline) {
		time.Sleep(time.Until(w.ackAt))
		n := copy(b, w.acks[0])
		w.acks = w.acks[1:]
		return n, nil
	}
	time.Sleep(time.Until(w.deadline))
	return 0, os.ErrDeadlineExceeded
}

// TestHours works lines on which frames are damaged: bits flipped, bytes dropped
// and doubled, in both directions. With crc16 no sign shows a number that it was
// not given. A sign takes what its check lets pass, so with a weaker one the rate
// is told, and stands in the package's doc; but the right number always comes
// back.
//
// SUNBEON_HOURS sets the simulated hours (2) and SUNBEON_SEED the seed.
func TestHours(t *testing.T) {
	hours, seed := 2, rand.Uint64()
	var err error
	if s := os.Getenv("SUNBEON_HOURS"); s != "" {
		if hours, err = strconv.Atoi(s); err != nil {
			t.Fatalf("SUNBEON_HOURS: %v", err)
		}
	}
	if s := os.Getenv("SUNBEON_SEED"); s != "" {
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatalf("SUNBEON_SEED: %v", err)
		}
	}
	t.Logf("seed %d, %d hours", seed, hours)
	for _, tc := range []struct {
		shape string
		share int
	}{{"length-crc", 10}, {"edwards", 10}, {"edwards", 1000}, {"callunit21", 10}, {"callunit21", 1000}} {
		t.Run(fmt.Sprint(tc.shape, ", one in ", tc.share), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := config(t, tc.shape)
				w := &wires{r: rand.New(rand.NewPCG(seed, 2)), table: c.Frame, share: tc.share, shows: map[int]string{}, since: map[int]time.Time{},
					wanted: map[int][2]string{5: {"    ", "    "}, 6: {"    ", "    "}}}
				d, err := sign.New(c, nil, slog.New(slog.DiscardHandler))
				if err != nil {
					t.Fatal(err)
				}
				ctx, stop := context.WithCancel(t.Context())
				done := make(chan struct{})
				go func() {
					defer close(done)
					_ = d.Run(ctx, func(context.Context) (sign.Port, error) { return w, nil })
				}()
				r := rand.New(rand.NewPCG(seed, 1))
				calls := 0
				for end := time.Now().Add(time.Duration(hours) * time.Hour); time.Now().Before(end); calls++ {
					i := r.IntN(2)
					text := strconv.Itoa(1 + r.IntN(9999))
					w.mu.Lock()
					w.wanted[5+i] = [2]string{w.wanted[5+i][1], fmt.Sprintf("%4s", text)}
					w.mu.Unlock()
					d.Show(3+i, text)
					// Long enough for back-off, retries and the 30 s after which all is
					// written again.
					time.Sleep(time.Duration(32_000+r.IntN(20_000)) * time.Millisecond)
					w.mu.Lock()
					if tc.share == 10 && tc.shape == "length-crc" && w.shows[5+i] != fmt.Sprintf("%4s", text) {
						t.Errorf("sign %d shows %q long after %s", 5+i, w.shows[5+i], text)
					}
					w.mu.Unlock()
				}
				stop()
				<-done
				t.Logf("%d calls, %d frames damaged, %d wrong numbers, the longest for %v, %v in all", calls, w.hurt, w.wrong, w.worst, w.total)
				if w.hurt == 0 && tc.share == 10 {
					t.Error("nothing was damaged")
				}
				if w.wrong > 0 && tc.shape == "length-crc" || w.worst > 2*time.Minute {
					t.Errorf("%d wrong numbers, one for %v", w.wrong, w.worst)
				}
			})
		})
	}
}
