package rs485

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// Probed is what a unit said when it was asked once.
type Probed struct {
	Unit Unit
	// Took is how long its last answer took, the question's time on the wire
	// included; 0 where none came.
	Took time.Duration
	// Closed are the inputs that are closed now, those without a key too.
	Closed []int
	// Keys and Sign say what is wrong and what to do; nil where the unit
	// answered as it should, or has none.
	Keys, Sign error
}

// Probe asks every unit of cfg once for its keys, and lets its sign show its
// counter's number, so that swapped addresses are seen. A question without
// answer is asked once more. It is for a technician while no Bus has the port;
// the signs keep their numbers until one runs. each is called as the answers
// come. The error is the port's, ctx's or the configuration's: what a unit does
// wrong stands in Probed.
func Probe(ctx context.Context, port Port, cfg Config, each func(Probed)) error {
	if err := cfg.Check(); err != nil {
		return err
	}
	var count counts
	r := newRTU(&line{port: port, cfg: cfg.filled(), count: &count, free: time.Now().Add(cfg.filled().Late)})
	for _, u := range cfg.Units {
		p := Probed{Unit: u}
		var broken error
		try := func(ask func() error) error {
			var err error
			for range 2 {
				if broken = ctx.Err(); broken != nil {
					return nil
				}
				begin := time.Now()
				if err = ask(); err == nil {
					p.Took = time.Since(begin)
					return nil
				}
				if !unitFault(err) {
					break
				}
			}
			if !unitFault(err) && !refused(err) {
				broken = err
				return nil
			}
			return remedy(u, err)
		}
		if len(u.Keys) > 0 {
			p.Keys = try(func() error {
				closed, err := r.pressed(u)
				for i := range u.inputs() {
					if err == nil && closed&(1<<i) != 0 {
						p.Closed = append(p.Closed, i)
					}
				}
				return err
			})
		}
		if number := strconv.Itoa(u.Counter); u.Sign != nil && broken == nil {
			if u.Sign.fits(number) {
				p.Sign = try(func() error { return r.show(u, number) })
			} else {
				p.Sign = fmt.Errorf("rs485: unit %d: counter %s does not fit into %d digits; not written: look whether the sign shows anything", u.Address, number, u.Sign.Digits)
			}
		}
		if broken != nil {
			return fmt.Errorf("rs485: %w", broken)
		}
		each(p)
	}
	return nil
}

// remedy says what to do about a unit's fault.
func remedy(u Unit, err error) error {
	do := ""
	switch {
	case errors.Is(err, errSilent):
		do = "; look at its power, at A and B, at its address switches and at the baud rate"
	case errors.Is(err, errGarbled):
		do = "; look for a second unit with this address, for another baud rate or parity, and for 120 ohm at both ends"
	case refused(err):
		do = "; it lives: correct first_input, the highest key or the sign's register"
	}
	return fmt.Errorf("rs485: unit %d: %w%s", u.Address, err, do)
}
