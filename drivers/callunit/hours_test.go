package callunit_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/drivers/callunit"
	"sunbeon/drivers/serialport/frame"
)

// hall is a line with two call units as a port: what happens on it happens in
// simulated time while the driver reads. Frames are damaged in both directions.
type hall struct {
	r     *rand.Rand
	cfg   callunit.Config
	share int // one frame in so many is damaged
	hurt  int

	read   time.Time // deadline
	coming []coming  // towards the driver, in order
	units  [2]keypad
	words  [2][6][]byte // frames of their keys
	nones  [2][]byte    // no key; nil for silence
	// questions are those to the units.
	questions [2][]byte
	pressed   int
	end       time.Time
	stop      func()
	t         *testing.T
}

type coming struct {
	at time.Time
	b  []byte
}

// keypad is a unit. One that is polled tells the key that is down; one that
// speaks by itself says it every 250 ms until it is acknowledged, ten times.
type keypad struct {
	key    int // -1 for none
	next   time.Time
	down   time.Time // until then
	says   int       // times left
	sayAt  time.Time
	untold bool // the press was not told yet
}

func (h *hall) Close() error                       { return nil }
func (h *hall) SetWriteDeadline(time.Time) error   { return nil }
func (h *hall) SetReadDeadline(at time.Time) error { h.read = at; return nil }

// damage hurts one frame in share.
func (h *hall) damage(b []byte) []byte {
	if h.r.IntN(h.share) > 0 {
		return b
	}
	h.hurt++
	var out []byte
	how, at := h.r.IntN(3), h.r.IntN(len(b))
	for i, v := range b {
		switch {
		case how == 0 && (i == at || h.r.IntN(16) == 0):
			v ^= 1 << h.r.IntN(8)
		case how == 1 && i == at:
			continue
		case how == 2 && i == at:
			out = append(out, v)
		}
		out = append(out, v)
	}
	return out
}

const wireTime = 12 * time.Millisecond

func (h *hall) say(b []byte) {
	at := time.Now().Add(wireTime)
	if n := len(h.coming); n > 0 && h.coming[n-1].at.After(at) {
		at = h.coming[n-1].at // one pair of wires
	}
	h.coming = append(h.coming, coming{at, h.damage(b)})
}

// Write is what the driver says: a question or an acknowledgement.
func (h *hall) Write(b []byte) (int, error) {
	got := h.damage(slices.Clone(b))
	if bytes.Equal(got, h.cfg.Frame.Ack) {
		for i := range h.units {
			// The one that spoke last is meant: the units wait for each other.
			if u := &h.units[i]; u.says > 0 && time.Since(u.sayAt) < 100*time.Millisecond {
				u.says = 0
			}
		}
		return len(b), nil
	}
	if h.cfg.Poll == "" {
		return len(b), nil
	}
	for i, question := range h.questions {
		if bytes.Equal(got, question) {
			h.answer(i)
			return len(b), nil
		}
	}
	// A damaged one may still be a question, to another unit.
	s := frame.Scanner{Table: h.cfg.Frame}
	for _, f := range s.Feed(got) {
		if code := hex.EncodeToString(append(f.Command, f.Data...)); code == h.cfg.Poll && (f.Address == 5 || f.Address == 6) {
			h.answer(f.Address - 5)
		}
	}
	return len(b), nil
}

// answer is what polled unit i says.
func (h *hall) answer(i int) {
	if u := h.units[i]; u.key >= 0 {
		h.say(slices.Clone(h.words[i][u.key]))
	} else if h.nones[i] != nil {
		h.say(slices.Clone(h.nones[i]))
	}
}

// word is a frame of unit i, from its code.
func (h *hall) word(i int, code string) []byte {
	b, err := hex.DecodeString(code)
	if err != nil {
		h.t.Fatal(err)
	}
	n := h.cfg.Frame.Command
	w, err := h.cfg.Frame.Encode(frame.Frame{Address: 5 + i, Command: b[:n], Data: b[n:]})
	if err != nil {
		h.t.Fatal(err)
	}
	return w
}

// Read lets time pass until something comes.
func (h *hall) Read(b []byte) (int, error) {
	for {
		at := h.read
		if len(h.coming) > 0 && h.coming[0].at.Before(at) {
			at = h.coming[0].at
		}
		who := -1
		for i, u := range h.units {
			for _, due := range []time.Time{u.next, u.down, u.sayAt} {
				if !due.IsZero() && due.Before(at) {
					at, who = due, i
				}
			}
		}
		time.Sleep(time.Until(at))
		switch {
		case who >= 0:
			h.move(who, at)
		case len(h.coming) > 0 && !h.coming[0].at.After(at):
			n := copy(b, h.coming[0].b)
			h.coming = h.coming[1:]
			return n, nil
		default:
			if at.After(h.end) {
				h.stop()
			}
			return 0, os.ErrDeadlineExceeded
		}
	}
}

// move is a clerk's hand or a unit's clock at a time.
func (h *hall) move(i int, at time.Time) {
	u := &h.units[i]
	switch at {
	case u.next: // presses
		u.key, u.untold = h.r.IntN(6), true
		h.pressed++
		u.next, u.down = time.Time{}, at.Add(time.Duration(1000+h.r.IntN(3000))*time.Millisecond)
		if h.cfg.Poll == "" {
			u.says, u.sayAt = 10, at
		}
	case u.down: // lets go
		if h.cfg.Poll != "" {
			u.key = -1
		}
		u.down, u.next = time.Time{}, at.Add(time.Duration(3000+h.r.IntN(20_000))*time.Millisecond)
	case u.sayAt:
		u.sayAt = time.Time{}
		if u.says > 0 {
			u.says--
			if len(h.cfg.Frame.Ack) == 0 {
				u.says = 0
			}
			u.sayAt = at.Add(250 * time.Millisecond)
			h.say(slices.Clone(h.words[i][u.key]))
		}
	}
}

// hours is how long the tests of damaged wires go on, in simulated time.
func hours(t *testing.T, usual int) (n int, seed uint64) {
	t.Helper()
	n, seed = usual, rand.Uint64()
	var err error
	if s := os.Getenv("SUNBEON_HOURS"); s != "" {
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatalf("SUNBEON_HOURS: %v", err)
		}
	}
	if s := os.Getenv("SUNBEON_SEED"); s != "" {
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatalf("SUNBEON_SEED: %v", err)
		}
	}
	t.Logf("seed %d, %d hours", seed, n)
	return n, seed
}

// TestHours works lines on which frames are damaged: bits flipped, bytes dropped
// and doubled, in both directions. No key is told that was not pressed, and none
// twice, for every table that can confirm; for the others the rate is told, and
// stands in the package's doc.
//
// SUNBEON_HOURS sets the simulated hours (1) and SUNBEON_SEED the seed.
func TestHours(t *testing.T) {
	for _, tc := range []struct {
		name      string
		shape     string
		share     int // one frame in so many is damaged
		sightings int
		ack       bool
		polled    bool
		none      bool
		wrong     bool // may pass
	}{
		{"crc16, by itself", "length-crc", 10, 0, true, false, false, false},
		{"sum, by itself", "edwards", 10, 0, true, false, false, false},
		{"xor, by itself", "compoway", 10, 0, true, false, false, false},
		{"sum, polled", "callunit21", 10, 2, false, true, true, false},
		{"crc16, polled", "length-crc", 10, 0, false, true, true, false},
		{"sum, polled, silence is up", "callunit21", 100, 2, false, true, false, false},
		{"sum, by itself, said once", "callunit21", 10, 0, false, false, false, true},
		{"sum, by itself, said once, little noise", "callunit21", 1000, 0, false, false, false, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			n, seed := hours(t, 1)
			synctest.Test(t, func(t *testing.T) {
				c := config(t, tc.shape)
				c.Sightings = tc.sightings
				if c.Frame.Ack = nil; tc.ack {
					c.Frame.Ack = frame.Bytes{6}
				}
				if tc.polled {
					c.Poll = hex.EncodeToString(append(command(c.Frame), "??"...))
				}
				if tc.none {
					c.None = hex.EncodeToString(append(command(c.Frame), "00"...))
				}
				ctx, stop := context.WithCancel(t.Context())
				h := &hall{r: rand.New(rand.NewPCG(seed, 1)), cfg: c, share: tc.share, t: t, stop: stop, end: time.Now().Add(time.Duration(n) * time.Hour)}
				for i := range h.units {
					h.units[i] = keypad{key: -1, next: time.Now().Add(time.Duration(1+i) * time.Second)}
					for key := range h.words[i] {
						h.words[i][key] = wire(t, c, 5+i, key)
					}
					if tc.polled {
						h.questions[i] = h.word(i, c.Poll)
					}
					if tc.none {
						h.nones[i] = h.word(i, c.None)
					}
				}
				told, wrong := 0, 0
				d, err := callunit.New(c, func(counter int, key string) {
					u := &h.units[counter-3]
					code := hex.EncodeToString(append(command(c.Frame), byte('0'+u.key), '1'))
					if u.untold && c.Keys[code] == key {
						u.untold = false
						told++
						return
					}
					if wrong++; !tc.wrong {
						t.Errorf("%v: told %d %s; %+v", time.Since(h.end), counter, key, *u)
					}
				}, slog.New(slog.DiscardHandler))
				if err != nil {
					t.Fatal(err)
				}
				_ = d.Run(ctx, func(context.Context) (callunit.Port, error) { return h, nil })
				t.Logf("%d frames damaged, %d presses, %d told, %d told wrongly; %s", h.hurt, h.pressed, told, wrong, fmt.Sprintf("%+v", d.Stats()))
				// A line that is damaged in one frame of ten loses some.
				if h.hurt == 0 && h.pressed > 10*tc.share || h.pressed == 0 || told < h.pressed*85/100 {
					t.Errorf("%d of %d presses told", told, h.pressed)
				}
			})
		})
	}
}
