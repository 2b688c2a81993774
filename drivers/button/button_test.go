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

	"sunbeon/drivers/contact/contacttest"
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

func TestStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		in, other := contacttest.NewPin("GPIO17"), contacttest.NewPin("GPIO22")
		r := start(t, in, nil, Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
		s := start(t, other, nil, Options{})
		time.Sleep(time.Second)
		in.Set(gpio.Low)
		time.Sleep(time.Hour)
		for range 3 {
			other.Set(gpio.Low)
			time.Sleep(200 * ms)
			other.Set(gpio.High)
			time.Sleep(200 * ms)
		}
		if s.presses() != 3 {
			t.Errorf("the other button counted %d presses, want 3", s.presses())
		}
		in.Set(gpio.High)
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

func TestClosedHigh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := contacttest.NewPin("GPIO17")
		r := start(t, in, nil, Options{ClosedHigh: true})
		time.Sleep(time.Second)
		in.Set(gpio.High)
		time.Sleep(time.Second)
		if r.presses() != 1 || in.Pull() != gpio.PullDown {
			t.Errorf("%d presses with %v", r.presses(), in.Pull())
		}
	})
}

func TestLamp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lamp := &outPin{pin: pin{"GPIO27"}, start: time.Now()}
		r := start(t, contacttest.NewPin("GPIO17"), lamp, Options{})
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
		r := start(t, contacttest.NewPin("GPIO17"), lamp, Options{})
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
		r := start(t, contacttest.NewPin("GPIO17"), lamp, Options{LampLow: true})
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
		in := contacttest.NewPin("GPIO17")
		lamp := &outPin{pin: pin{"GPIO27"}, start: time.Now()}
		r := start(t, in, lamp, Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
		time.Sleep(500 * ms)
		lamp.refusing(errors.New("gone"))
		r.Light(Ready)
		time.Sleep(time.Minute)
		in.Set(gpio.Low)
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

type deadPin struct{ *contacttest.Pin }

func (deadPin) In(gpio.Pull, gpio.Edge) error { return errors.New("device or resource busy") }

func TestNewSaysWhichLine(t *testing.T) {
	if _, err := New(nil, nil, Options{}); err == nil {
		t.Error("no error without a line")
	}
	_, err := New(deadPin{contacttest.NewPin("GPIO17")}, nil, Options{})
	if err == nil || !strings.Contains(err.Error(), "GPIO17") {
		t.Errorf("error %v", err)
	}
	lamp := &outPin{pin: pin{"GPIO27"}, refuse: errors.New("busy")}
	if _, err = New(contacttest.NewPin("GPIO17"), lamp, Options{}); err == nil || !strings.Contains(err.Error(), "GPIO27") {
		t.Errorf("error %v", err)
	}
}
