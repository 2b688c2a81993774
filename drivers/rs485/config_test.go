package rs485_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"

	"sunbeon/drivers/rs485"
)

func TestConfigAsTOML(t *testing.T) {
	var got rs485.Config
	err := toml.NewDecoder(strings.NewReader(`
baud = 38400
[[units]]
address = 1
counter = 3
keys = { 0 = "next", 4 = "pause" }
latch = "clear"
clear_coil = 32
[[units]]
address = 2
counter = 3
[units.sign]
register = 7
digits = 4
letters = true
`)).DisallowUnknownFields().Decode(&got)
	want := rs485.Config{Baud: 38400, Units: []rs485.Unit{
		{Address: 1, Counter: 3, Keys: map[int]string{0: "next", 4: "pause"}, Latch: "clear", Clear: 32},
		{Address: 2, Counter: 3, Sign: &rs485.Sign{Register: 7, Digits: 4, Letters: true}},
	}}
	if err != nil || fmt.Sprint(got.Units[0]) != fmt.Sprint(want.Units[0]) || *got.Units[1].Sign != *want.Units[1].Sign || got.Check() != nil {
		t.Errorf("%+v, %v, %v", got, err, got.Check())
	}
}

func TestSlowReadingsAreRefused(t *testing.T) {
	c := rs485.Config{Idle: 2 * time.Second, Units: []rs485.Unit{keypadAndSign(1, 1)}}
	if err := c.Check(); err == nil || !strings.Contains(err.Error(), "keys are missed") {
		t.Errorf("%v", err)
	}
}
