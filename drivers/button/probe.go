package button

import (
	"context"
	"errors"
	"fmt"
	"time"

	"periph.io/x/conn/v3/gpio"
)

// Probe is for a technician while no Dev has the lines: it reads the contact,
// lights the lamp until ctx ends, and tells the presses meanwhile to o.OnPress.
// closed is the contact at the beginning: closed while nobody presses, it is
// wired the other way (closed_high), shorted, or stuck. The error is a line that
// refuses, and says what to do; that ctx ends is none.
func Probe(ctx context.Context, in gpio.PinIn, lamp gpio.PinOut, o Options) (closed bool, err error) {
	d, err := New(in, lamp, o)
	if err != nil {
		return false, err
	}
	select {
	case <-ctx.Done():
	case <-time.After(settling):
	}
	closed = d.contact().Closed()
	if lamp != nil {
		if err := d.shine(true); err != nil {
			return closed, fmt.Errorf("button: line %s: %w; the lamp cannot be lit: take another line", lamp.Name(), err)
		}
	}
	d.Light(Ready)
	if err := d.Run(ctx); !errors.Is(err, ctx.Err()) {
		return closed, err
	}
	return closed, nil
}

// settling is how long a contact with its resistor and capacitor takes to show
// its level after the line became an input.
const settling = 20 * time.Millisecond
