package sign

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"time"
)

// Probed is what a sign said when it was written once.
type Probed struct {
	Unit Unit
	// Confirmed says that the sign acknowledged. Where Err is nil and it did not,
	// the table has no acknowledgement: somebody must look at the sign.
	Confirmed bool
	Took      time.Duration // from the frame to its acknowledgement, 0 without
	Err       error         // what is wrong and what to do
}

// Probe makes every sign of cfg show its counter's number once, so that swapped
// addresses are seen, and asks again where the acknowledgement does not come. It
// is for a technician while no Dev has the port; the signs keep their numbers
// until one runs. each is called as the answers come. The error is the port's,
// ctx's or the configuration's.
func Probe(ctx context.Context, port Port, cfg Config, each func(Probed)) error {
	d, err := New(cfg, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	for _, u := range cfg.Units {
		p := Probed{Unit: u}
		number := strconv.Itoa(u.Counter)
		if !cfg.fits(number) {
			p.Err = fmt.Errorf("sign: address %d: counter %s does not fit into a width of %d; not written: look whether the sign shows anything", u.Address, number, cfg.Width)
			each(p)
			continue
		}
		frame, err := cfg.encode(u.Address, number)
		if err != nil {
			return err // Check has tried it
		}
		taken := false
		for range 2 {
			if ctx.Err() != nil {
				return fmt.Errorf("sign: %w", ctx.Err())
			}
			var took time.Duration
			if taken, took, err = d.say(port, frame); err != nil {
				return fmt.Errorf("sign: %w", err)
			}
			if taken {
				if p.Confirmed = len(cfg.Frame.Ack) > 0; p.Confirmed {
					p.Took = took
				}
				break
			}
		}
		if !taken {
			p.Err = fmt.Errorf("sign: address %d: %s", u.Address, noAnswer)
		}
		each(p)
	}
	return nil
}
