package keypad

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"
	"pgregory.net/rapid"
)

// linePin behaves like gpioioctl.GPIOLine: a wait of 0 lasts for ever, one of -1
// is over at once.
type linePin struct {
	name  string
	mu    sync.Mutex
	level gpio.Level
	edges chan struct{}
	busy  bool
	deaf  bool
	waits int
}

func newLinePin(name string) *linePin {
	return &linePin{name: name, edges: make(chan struct{}, 16)}
}

func (p *linePin) String() string                        { return p.name }
func (p *linePin) Name() string                          { return p.name }
func (p *linePin) Number() int                           { return 0 }
func (p *linePin) Function() string                      { return "" }
func (p *linePin) Halt() error                           { return nil }
func (p *linePin) Pull() gpio.Pull                       { return gpio.PullUp }
func (p *linePin) DefaultPull() gpio.Pull                { return gpio.PullNoChange }
func (p *linePin) PWM(gpio.Duty, physic.Frequency) error { return errors.New("no PWM") }

func (p *linePin) In(pull gpio.Pull, _ gpio.Edge) error {
	if p.busy {
		return errors.New("device or resource busy")
	}
	p.set(pull == gpio.PullUp)
	return nil
}

func (p *linePin) Read() gpio.Level {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.level
}

func (p *linePin) set(l gpio.Level) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.level = l
	select {
	case p.edges <- struct{}{}:
	default:
	}
}

func (p *linePin) WaitForEdge(timeout time.Duration) bool {
	p.mu.Lock()
	p.waits++
	p.mu.Unlock()
	if timeout < 0 || p.deaf {
		return false
	}
	var due <-chan time.Time
	if timeout > 0 {
		t := time.NewTimer(timeout)
		defer t.Stop()
		due = t.C
	}
	select {
	case <-p.edges:
		return true
	case <-due:
		return false
	}
}

func TestPins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keys := []Key{Next, Recall, Hold, NoShow, Pause}
		lines := map[Key]*linePin{}
		var pins []Pin
		for i, k := range keys {
			lines[k] = newLinePin("GPIO" + string(rune('5'+i)))
			pins = append(pins, Pin{k, lines[k]})
		}
		lines[Pause].deaf = true
		var c clerk
		u, err := NewPins(pins, Options{OnCommand: c.add})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- u.Run(ctx) }()
		time.Sleep(time.Second)
		lines[Hold].set(gpio.Low) // something lies on it
		time.Sleep(time.Hour)
		for _, k := range []Key{Next, Next, Recall, NoShow, Pause} {
			for _, l := range []gpio.Level{gpio.Low, gpio.High, gpio.Low} { // bounces
				lines[k].set(l)
				time.Sleep(2 * ms)
			}
			time.Sleep(200 * ms)
			lines[k].set(gpio.High)
			time.Sleep(200 * ms)
		}
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("Run: %v", err)
		}
		if got, want := c.said(), "hold, next, next, recall, no_show, pause"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if n := lines[Pause].waits; n > 400_000 {
			t.Errorf("%d waits in an hour on a line without edges", n)
		}
	})
}

func TestNewPinsRefuses(t *testing.T) {
	busy := newLinePin("GPIO5")
	busy.busy = true
	for name, pins := range map[string][]Pin{
		"none":        nil,
		"no line":     {{Next, nil}},
		"unknown key": {{"dance", newLinePin("GPIO5")}},
		"twice":       {{Next, newLinePin("GPIO5")}, {Next, newLinePin("GPIO6")}},
		"busy":        {{Next, busy}},
	} {
		if _, err := NewPins(pins, Options{}); err == nil || !strings.HasPrefix(err.Error(), "keypad: ") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// TestContact: a press is a closing after 30 ms open in one go, or after a start
// that was open.
func TestContact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c contact
		closed := rapid.Bool().Draw(t, "closed at start")
		at, length := time.Duration(0), 0
		c, p := c.step(closed, 0)
		if p {
			t.Fatal("a press at the start")
		}
		for i, n := range rapid.SliceOfN(rapid.IntRange(1, 80), 0, 40).Draw(t, "lengths") {
			at += time.Duration(n) * ms
			if length = n; rapid.Bool().Draw(t, "reread") {
				c, p = c.step(closed, at-ms)
				if p {
					t.Fatal("a press without an edge")
				}
			}
			closed = !closed
			c, p = c.step(closed, at)
			if want := closed && (i == 0 || length >= 30); p != want {
				t.Fatalf("press %v, want %v, after %d ms", p, want, length)
			}
		}
	})
}
