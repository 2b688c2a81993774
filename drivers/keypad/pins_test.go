package keypad

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/gpio"

	"sunbeon/drivers/contact/contacttest"
)

func TestPins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keys := []Key{Next, Recall, Hold, NoShow, Pause}
		lines := map[Key]*contacttest.Pin{}
		var pins []Pin
		for i, k := range keys {
			lines[k] = contacttest.NewPin("GPIO" + string(rune('5'+i)))
			pins = append(pins, Pin{k, lines[k]})
		}
		lines[Pause].Deafen()
		var c clerk
		u, err := NewPins(pins, Options{OnCommand: c.add})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- u.Run(ctx) }()
		time.Sleep(time.Second)
		lines[Hold].Set(gpio.Low) // something lies on it
		time.Sleep(time.Hour)
		for _, k := range []Key{Next, Next, Recall, NoShow, Pause} {
			for _, l := range []gpio.Level{gpio.Low, gpio.High, gpio.Low} { // bounces
				lines[k].Set(l)
				time.Sleep(2 * ms)
			}
			time.Sleep(200 * ms)
			lines[k].Set(gpio.High)
			time.Sleep(200 * ms)
		}
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("Run: %v", err)
		}
		if got, want := c.said(), "hold, next, next, recall, no_show, pause"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if n, _ := lines[Pause].Waits(); n > 400_000 {
			t.Errorf("%d waits in an hour on a line without edges", n)
		}
	})
}

func TestNewPinsRefuses(t *testing.T) {
	busy := contacttest.NewPin("GPIO5")
	busy.Occupy()
	for name, pins := range map[string][]Pin{
		"none":        nil,
		"no line":     {{Next, nil}},
		"unknown key": {{"dance", contacttest.NewPin("GPIO5")}},
		"twice":       {{Next, contacttest.NewPin("GPIO5")}, {Next, contacttest.NewPin("GPIO6")}},
		"busy":        {{Next, busy}},
	} {
		if _, err := NewPins(pins, Options{}); err == nil || !strings.HasPrefix(err.Error(), "keypad: ") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}
