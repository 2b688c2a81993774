package contact_test

import (
	"bytes"
	"context"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/gpio"

	"sunbeon/drivers/contact"
	"sunbeon/drivers/contact/contacttest"
)

const (
	ms     = time.Millisecond
	reread = 100 * ms
)

// watched is a line under test.
type watched struct {
	mu    sync.Mutex
	at    []time.Duration
	stuck []bool
	stop  func()
}

func (w *watched) presses() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.at)
}

// start watches a contact that closes to ground.
func start(t *testing.T, in gpio.PinIn, l contact.Line) *watched {
	t.Helper()
	w := &watched{}
	if err := in.In(gpio.PullUp, gpio.BothEdges); err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	l.In, l.Now = in, func() time.Duration { return time.Since(begin) }
	if l.Log == nil {
		l.Log = slog.New(slog.DiscardHandler)
	}
	l.OnPress = func(at time.Duration) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.at = append(w.at, at)
	}
	l.OnStuck = func(stuck bool, _ time.Duration) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.stuck = append(w.stuck, stuck)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); l.Watch(ctx) }()
	w.stop = func() { cancel(); <-done }
	t.Cleanup(w.stop)
	return w
}

func TestLostEdges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := contacttest.NewPin("GPIO17")
		r := start(t, in, contact.Line{})
		time.Sleep(time.Second)
		in.Lose(gpio.Low)
		time.Sleep(reread)
		synctest.Wait()
		if r.presses() != 1 {
			t.Errorf("%d presses, want 1 though the edge is lost", r.presses())
		}
		in.Lose(gpio.High)
		time.Sleep(2*reread + 50*ms)
		in.Lose(gpio.Low)
		time.Sleep(reread)
		synctest.Wait()
		if r.presses() != 2 {
			t.Errorf("%d presses, want 2", r.presses())
		}
	})
}

func TestStormOfEdges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := contacttest.NewPin("GPIO17")
		r := start(t, in, contact.Line{})
		time.Sleep(time.Second)
		for i := range 1001 { // ends closed
			in.Set(gpio.Level(i%2 == 1))
		}
		time.Sleep(time.Second)
		if r.presses() != 1 {
			t.Errorf("%d presses, want 1", r.presses())
		}
	})
}

// TestSpike: an edge is only a hint; what is over when the level is read is no press.
func TestSpike(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := contacttest.NewPin("GPIO17")
		r := start(t, in, contact.Line{})
		time.Sleep(time.Second)
		synctest.Wait()
		in.Spike()
		time.Sleep(time.Second)
		if r.presses() != 0 {
			t.Errorf("%d presses, want 0", r.presses())
		}
	})
}

// TestDeafLine: a line whose waits fail at once is polled, not spun upon.
func TestDeafLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		in := contacttest.NewPin("GPIO17")
		in.Deafen()
		r := start(t, in, contact.Line{Log: slog.New(slog.NewTextHandler(&log, nil))})
		time.Sleep(10 * time.Second)
		in.Set(gpio.Low)
		time.Sleep(100 * ms)
		if r.presses() != 1 {
			t.Errorf("%d presses, want 1", r.presses())
		}
		r.stop()
		if n, _ := in.Waits(); n > 1100 {
			t.Errorf("%d waits in 10 s: it spins", n)
		}
		if n := strings.Count(log.String(), "no edges"); n != 1 {
			t.Errorf("logged %d times, want once:\n%s", n, log.String())
		}
	})
}

func TestNeverWaitsForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := contacttest.NewPin("GPIO17")
		r := start(t, in, contact.Line{Timing: contact.Timing{Bounce: time.Nanosecond}})
		for range 20 {
			in.Set(gpio.Low)
			time.Sleep(3 * ms)
			in.Set(gpio.High)
			time.Sleep(3 * ms)
		}
		r.stop()
		if _, worst := in.Waits(); worst != 0 {
			t.Errorf("waited for %v", worst)
		}
	})
}

// TestStuckBlocksNobody: a contact that closes for an hour and flickers is told
// once and costs the one beside it nothing.
func TestStuckBlocksNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck, other := contacttest.NewPin("GPIO17"), contacttest.NewPin("GPIO22")
		w, o := start(t, stuck, contact.Line{}), start(t, other, contact.Line{})
		time.Sleep(time.Second)
		stuck.Set(gpio.Low)
		for i := range 3600 {
			time.Sleep(500 * ms)
			stuck.Set(gpio.High)
			time.Sleep(ms)
			stuck.Set(gpio.Low)
			other.Set(gpio.Low)
			time.Sleep(250 * ms)
			other.Set(gpio.High)
			time.Sleep(249 * ms)
			if o.presses() != i+1 {
				t.Fatalf("%d presses beside it, want %d", o.presses(), i+1)
			}
		}
		if w.presses() != 1 || !slices.Equal(w.stuck, []bool{true}) {
			t.Errorf("%d presses, stuck %v", w.presses(), w.stuck)
		}
		stuck.Set(gpio.High)
		time.Sleep(time.Second)
		if w.presses() != 1 || !slices.Equal(w.stuck, []bool{true, false}) {
			t.Errorf("%d presses, stuck %v", w.presses(), w.stuck)
		}
		stuck.Set(gpio.Low) // works again
		time.Sleep(time.Second)
		if w.presses() != 2 {
			t.Errorf("%d presses after it was freed, want 2", w.presses())
		}
	})
}

// TestWrongReadings: single readings that are wrong neither make a press nor end
// one that goes on.
func TestWrongReadings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := contacttest.NewPin("GPIO17")
		w := start(t, in, contact.Line{})
		lies := func(want int) {
			t.Helper()
			for range 1000 {
				time.Sleep(2 * reread) // a true reading stands between two wrong ones
				in.Lie(1)
			}
			if w.presses() != want {
				t.Fatalf("%d presses, want %d", w.presses(), want)
			}
		}
		lies(0)
		in.Set(gpio.Low)
		lies(1)
		in.Set(gpio.High)
		lies(1)
	})
}

// TestLeaning: citizens press, lean, wobble and let go; contacts bounce; half of
// the edges are lost and a reading now and then is wrong. Each press is one.
func TestLeaning(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	for _, deaf := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1))
			in := contacttest.NewPin("GPIO17")
			if deaf {
				in.Deafen()
			}
			w := start(t, in, contact.Line{})
			time.Sleep(time.Second)
			move := func(l gpio.Level) {
				if r.IntN(2) == 0 {
					in.Lose(l)
				} else {
					in.Set(l)
				}
				if r.IntN(10) == 0 {
					in.Lie(1)
				}
			}
			// to moves the contact and bounces for up to 20 ms.
			to := func(l gpio.Level) {
				for left := r.IntN(20); left > 0; {
					move(l)
					n := 1 + r.IntN(min(left, 8))
					time.Sleep(time.Duration(n) * ms)
					move(!l)
					time.Sleep(ms)
					left -= n + 1
				}
				move(l)
			}
			for i := range 2000 {
				to(gpio.Low)
				time.Sleep(time.Duration(150+r.IntN(2000)) * ms)
				for range r.IntN(5) { // wobbles
					move(gpio.High)
					time.Sleep(time.Duration(1+r.IntN(40)) * ms)
					move(gpio.Low)
					time.Sleep(time.Duration(15+r.IntN(300)) * ms)
				}
				if w.presses() != i+1 {
					t.Fatalf("deaf %v: %d presses of %d", deaf, w.presses(), i+1)
				}
				to(gpio.High)
				time.Sleep(time.Duration(200+r.IntN(1000)) * ms)
			}
			if w.presses() != 2000 || w.stuck != nil {
				t.Errorf("deaf %v: %d presses of 2000, stuck %v", deaf, w.presses(), w.stuck)
			}
		})
	}
}
