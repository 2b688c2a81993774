package keypad

import (
	"slices"
	"strings"
	"testing"

	"github.com/holoplot/go-evdev"
	"periph.io/x/conn/v3/gpio"

	"sunbeon/drivers/contact/contacttest"
)

func TestMissingKeys(t *testing.T) {
	table := NumericKeys()
	table[evdev.KEY_ENTER] = Next // either Enter will do
	codes := []evdev.EvCode{evdev.KEY_A, evdev.KEY_ENTER}
	for c := range NumericKeys() {
		if c != evdev.KEY_KPENTER && c != evdev.KEY_KPSLASH && c != evdev.KEY_BACKSPACE {
			codes = append(codes, c)
		}
	}
	if got := table.missing(codes); !slices.Equal(got, []Key{Hold, Transfer}) {
		t.Errorf("%q", got)
	}
}

func TestProbeSaysWhatToDo(t *testing.T) {
	for name, want := range map[string]string{
		"/dev/input/by-id/nothing": "there are: ",
		"ffff:fffe":                "no ffff:fffe with these keys; there are: ",
		"keypad":                   "or vendor:product",
	} {
		if p, err := Probe(name, NumericKeys()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
}

func TestClosedKeys(t *testing.T) {
	next, hold := contacttest.NewPin("GPIO5"), contacttest.NewPin("GPIO13")
	u, err := NewPins([]Pin{{Next, next}, {Hold, hold}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := u.Closed(); got != nil {
		t.Errorf("%q are down", got)
	}
	hold.Set(gpio.Low)
	if got := u.Closed(); !slices.Equal(got, []Key{Hold}) {
		t.Errorf("%q are down", got)
	}
}
