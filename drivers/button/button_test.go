package button

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/gpio"
)

// running is a button under test.
type running struct {
	*Dev
	mu    sync.Mutex
	at    []time.Duration
	stuck []bool
	stop  func() error
}

func (r *running) presses() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.at)
}

func start(t *testing.T, in gpio.PinIn, lamp gpio.PinOut, o Options) *running {
	t.Helper()
	r := &running{}
	o.OnPress = func(at time.Duration) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.at = append(r.at, at)
	}
	o.OnStuck = func(stuck bool, _ time.Duration) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.stuck = append(r.stuck, stuck)
	}
	d, err := New(in, lamp, o)
	if err != nil {
		t.Fatal(err)
	}
	r.Dev = d
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	r.stop = sync.OnceValue(func() error {
		cancel()
		return <-done
	})
	t.Cleanup(func() { _ = r.stop() })
	return r
}

func TestLostEdges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := newIoctlPin("GPIO17")
		r := start(t, in, nil, Options{})
		time.Sleep(time.Second)
		in.lose(gpio.Low)
		time.Sleep(reread)
		synctest.Wait()
		if r.presses() != 1 {
			t.Errorf("%d presses, want 1 though the edge is lost", r.presses())
		}
		in.lose(gpio.High)
		time.Sleep(2*reread + 50*ms)
		in.lose(gpio.Low)
		time.Sleep(reread)
		synctest.Wait()
		if r.presses() != 2 {
			t.Errorf("%d presses, want 2", r.presses())
		}
	})
}

func TestStormOfEdges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := newIoctlPin("GPIO17")
		r := start(t, in, nil, Options{})
		time.Sleep(time.Second)
		for i := range 1001 { // ends closed
			in.set(gpio.Level(i%2 == 1))
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
		in := newIoctlPin("GPIO17")
		r := start(t, in, nil, Options{})
		time.Sleep(time.Second)
		synctest.Wait()
		in.set(gpio.Low)
		in.lose(gpio.High)
		time.Sleep(time.Second)
		if r.presses() != 0 {
			t.Errorf("%d presses, want 0", r.presses())
		}
	})
}

func TestStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		in, other := newIoctlPin("GPIO17"), newIoctlPin("GPIO22")
		r := start(t, in, nil, Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
		s := start(t, other, nil, Options{})
		time.Sleep(time.Second)
		in.set(gpio.Low)
		time.Sleep(time.Hour)
		for range 3 {
			other.set(gpio.Low)
			time.Sleep(200 * ms)
			other.set(gpio.High)
			time.Sleep(200 * ms)
		}
		if s.presses() != 3 {
			t.Errorf("the other button counted %d presses, want 3", s.presses())
		}
		in.set(gpio.High)
		time.Sleep(time.Second)
		_ = r.stop()
		if r.presses() != 1 || !slices.Equal(r.stuck, []bool{true, false}) {
			t.Errorf("%d presses, stuck %v; want 1, [true false]", r.presses(), r.stuck)
		}
		if n := strings.Count(log.String(), "stays closed"); n != 1 {
			t.Errorf("logged %d times, want once:\n%s", n, log.String())
		}
	})
}

// TestDeafLine: a line whose waits fail at once is polled, not spun upon.
func TestDeafLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		in := newIoctlPin("GPIO17")
		in.broken = true
		r := start(t, in, nil, Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
		time.Sleep(10 * time.Second)
		in.set(gpio.Low)
		time.Sleep(100 * ms)
		if r.presses() != 1 {
			t.Errorf("%d presses, want 1", r.presses())
		}
		_ = r.stop()
		if in.waits > 1100 {
			t.Errorf("%d waits in 10 s: it spins", in.waits)
		}
		if n := strings.Count(log.String(), "no edges"); n != 1 {
			t.Errorf("logged %d times, want once:\n%s", n, log.String())
		}
	})
}

func TestNeverWaitsForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := newIoctlPin("GPIO17")
		r := start(t, in, nil, Options{Timing: Timing{Bounce: time.Nanosecond}})
		for range 20 {
			in.set(gpio.Low)
			time.Sleep(3 * ms)
			in.set(gpio.High)
			time.Sleep(3 * ms)
		}
		if err := r.stop(); !errors.Is(err, context.Canceled) {
			t.Errorf("Run: %v", err)
		}
		if in.worst != 0 {
			t.Errorf("waited for %v", in.worst)
		}
	})
}

func TestClosedHigh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := newIoctlPin("GPIO17")
		r := start(t, in, nil, Options{ClosedHigh: true})
		time.Sleep(time.Second)
		in.set(gpio.High)
		time.Sleep(time.Second)
		if r.presses() != 1 || in.pull != gpio.PullDown {
			t.Errorf("%d presses with %v", r.presses(), in.pull)
		}
	})
}

func TestLamp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lamp := &outPin{pin: pin{"GPIO27"}, start: time.Now()}
		r := start(t, newIoctlPin("GPIO17"), lamp, Options{})
		time.Sleep(time.Second)
		r.Light(Ready)
		time.Sleep(1600 * ms)
		r.Light(Closed)
		r.Light(Paper) // the newest wins, also at once
		time.Sleep(3200 * ms)
		r.Light(Ready)
		time.Sleep(time.Second)
		if err := r.stop(); !errors.Is(err, context.Canceled) {
			t.Errorf("Run: %v", err)
		}
		want := []string{
			"1s High",
			"4s Low", "4.8s High", "5.6s Low", "5.8s High",
			"6.8s Low",
		}
		// 2.6 s is 1 s into a cycle of Paper: dark until 3.2 s.
		want = slices.Insert(want, 1, "2.6s Low", "3.2s High")
		if got := lamp.changes(); !slices.Equal(got, want) {
			t.Errorf("lamp %v\nwant %v", got, want)
		}
	})
}

// TestRunWaitsForTheLamp: when Run is over, nothing touches the lines any more.
func TestRunWaitsForTheLamp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lamp := &outPin{pin: pin{"GPIO27"}, start: time.Now(), slow: time.Minute}
		r := start(t, newIoctlPin("GPIO17"), lamp, Options{})
		r.Light(Ready)
		time.Sleep(time.Hour)
		_ = r.stop()
		if got := lamp.changes(); len(got) != 2 || !strings.HasSuffix(got[1], "Low") {
			t.Errorf("lamp %v, want dark at the end of Run", got)
		}
	})
}

func TestLampLow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lamp := &outPin{pin: pin{"GPIO27"}, start: time.Now()}
		r := start(t, newIoctlPin("GPIO17"), lamp, Options{LampLow: true})
		time.Sleep(time.Second)
		r.Light(Ready)
		time.Sleep(time.Second)
		_ = r.stop()
		if got, want := lamp.changes(), []string{"0s High", "1s Low", "2s High"}; !slices.Equal(got, want) {
			t.Errorf("lamp %v, want %v", got, want)
		}
	})
}

// TestDeadLamp: the contact goes on, and the lamp is right when the line returns.
func TestDeadLamp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		in := newIoctlPin("GPIO17")
		lamp := &outPin{pin: pin{"GPIO27"}, start: time.Now()}
		r := start(t, in, lamp, Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
		time.Sleep(500 * ms)
		lamp.refusing(errors.New("gone"))
		r.Light(Ready)
		time.Sleep(time.Minute)
		in.set(gpio.Low)
		time.Sleep(time.Second)
		lamp.refusing(nil)
		time.Sleep(1500 * ms) // tried again every second
		if r.presses() != 1 {
			t.Errorf("%d presses, want 1", r.presses())
		}
		if got := lamp.changes(); len(got) != 1 || !strings.HasSuffix(got[0], "High") {
			t.Errorf("lamp %v, want lit again", got)
		}
		_ = r.stop()
		if lamp.writes > 100 {
			t.Errorf("%d writes in a minute", lamp.writes)
		}
		if n := strings.Count(log.String(), "refuses"); n != 1 {
			t.Errorf("logged %d times, want once:\n%s", n, log.String())
		}
	})
}

type deadPin struct{ *ioctlPin }

func (deadPin) In(gpio.Pull, gpio.Edge) error { return errors.New("device or resource busy") }

func TestNewSaysWhichLine(t *testing.T) {
	if _, err := New(nil, nil, Options{}); err == nil {
		t.Error("no error without a line")
	}
	_, err := New(deadPin{newIoctlPin("GPIO17")}, nil, Options{})
	if err == nil || !strings.Contains(err.Error(), "GPIO17") {
		t.Errorf("error %v", err)
	}
	lamp := &outPin{pin: pin{"GPIO27"}, refuse: errors.New("busy")}
	if _, err = New(newIoctlPin("GPIO17"), lamp, Options{}); err == nil || !strings.Contains(err.Error(), "GPIO27") {
		t.Errorf("error %v", err)
	}
}
