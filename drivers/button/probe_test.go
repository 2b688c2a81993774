package button

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/gpio"

	"sunbeon/drivers/contact/contacttest"
)

func TestProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := contacttest.NewPin("GPIO17")
		lamp := &outPin{pin: pin{"GPIO27"}, start: time.Now()}
		ctx, stop := context.WithTimeout(t.Context(), 5*time.Second)
		defer stop()
		go func() {
			time.Sleep(time.Second)
			in.Set(gpio.Low)
			time.Sleep(time.Second)
			in.Set(gpio.High)
		}()
		presses := 0
		closed, err := Probe(ctx, in, lamp, Options{OnPress: func(time.Duration) { presses++ }})
		if closed || err != nil || presses != 1 {
			t.Errorf("closed %v, %v, %d presses", closed, err, presses)
		}
		if got, want := lamp.changes(), []string{"20ms High", "5s Low"}; !slices.Equal(got, want) {
			t.Errorf("lamp %v, want %v", got, want)
		}
	})
}

// A contact that rests closed is wired the other way; a line that needs a
// moment after it became an input is not.
func TestProbeOfTheContact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, o := range []Options{{ClosedHigh: true}, {}} {
			ctx, stop := context.WithTimeout(t.Context(), time.Second)
			defer stop()
			in := &slowPin{contacttest.NewPin("GPIO17")}
			if closed, err := Probe(ctx, in, nil, o); closed == o.ClosedHigh || err != nil {
				t.Errorf("%+v: closed %v, %v", o, closed, err)
			}
		}
	})
}

// slowPin goes low 5 ms after it became an input, whatever the resistor.
type slowPin struct{ *contacttest.Pin }

func (p *slowPin) In(gpio.Pull, gpio.Edge) error {
	err := p.Pin.In(gpio.PullUp, gpio.BothEdges)
	go func() {
		time.Sleep(5 * ms)
		p.Set(gpio.Low)
	}()
	return err
}

// litRefused is a line that can be dark only.
type litRefused struct{ *outPin }

func (p litRefused) Out(l gpio.Level) error {
	if l {
		return errors.New("input/output error")
	}
	return p.outPin.Out(l)
}

func TestProbeOfALampThatRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lamp := litRefused{&outPin{pin: pin{"GPIO27"}, start: time.Now()}}
		_, err := Probe(t.Context(), contacttest.NewPin("GPIO17"), lamp, Options{})
		if err == nil || !strings.Contains(err.Error(), "GPIO27") || !strings.Contains(err.Error(), "take another line") {
			t.Errorf("%v", err)
		}
		if _, err := Probe(t.Context(), deadPin{contacttest.NewPin("GPIO17")}, nil, Options{}); err == nil || !strings.Contains(err.Error(), "used by something else") {
			t.Errorf("%v", err)
		}
	})
}
