package callunit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"sunbeon/drivers/serialport/frame"
)

// Heard is a good frame as it came: of a known key or not.
type Heard struct {
	Address int
	Code    string // command and data in hexadecimal, as the table writes them
	// Counter and Key are 0 and "" where the table does not have them.
	Counter int
	Key     string
}

// Listen tells every good frame until ctx ends, repetitions and those of unknown
// units and keys too, and acknowledges as Dev does. It is for a technician who
// presses key after key, to see what works or to write a table. Where nothing is
// told, Stats say why: bytes that the table takes for no frame, or none at all. A
// line whose units speak only when asked is asked meanwhile. The error is the
// port's, or the configuration's; that ctx ends is none.
func Listen(ctx context.Context, port Port, cfg Config, heard func(Heard)) (Stats, error) {
	d, err := New(cfg, func(int, string) {}, slog.New(slog.DiscardHandler))
	if err != nil {
		return Stats{}, err
	}
	d.tell = heard
	if err = d.serve(ctx, port); ctx.Err() != nil {
		err = nil
	}
	return d.Stats(), err
}

// Probed is what a unit said when it was asked once.
type Probed struct {
	Unit Unit
	Took time.Duration // from the question to the answer, 0 where none came
	Key  string        // down now, "" for none
	Err  error         // what is wrong and what to do
}

// Probe asks every unit of cfg once, and once more where no answer comes. It is
// for a technician while no Dev has the port. Units that speak by themselves
// cannot be asked: that is an error, and Listen is for them. each is called as
// the answers come. The error is the port's, ctx's or the configuration's.
func Probe(ctx context.Context, port Port, cfg Config, each func(Probed)) error {
	if cfg.Poll == "" {
		return errors.New("callunit: units that speak by themselves cannot be asked; press a key on each and listen")
	}
	d, err := New(cfg, func(int, string) {}, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	buf := make([]byte, 256)
	for _, u := range cfg.Units {
		p := Probed{Unit: u}
		for range 2 {
			if ctx.Err() != nil {
				return fmt.Errorf("callunit: %w", ctx.Err())
			}
			s := &frame.Scanner{Table: cfg.Frame}
			// What waits in the buffer is no answer.
			if _, err := d.listen(port, s, buf, afterFrame); err != nil {
				return fmt.Errorf("callunit: %w", err)
			}
			before, begin := d.Stats(), time.Now()
			var answer *Heard
			d.tell = func(h Heard) {
				if answer == nil || answer.Address != u.Address {
					answer, p.Took = &h, time.Since(begin)
				}
			}
			if err := d.ask(port, u); err != nil {
				return fmt.Errorf("callunit: %w", err)
			}
			if _, err := d.listen(port, s, buf, d.cfg.Answer); err != nil {
				return fmt.Errorf("callunit: %w", err)
			}
			d.tell = nil
			if p.Key, p.Err = d.judge(u, answer, d.Stats().Garbled > before.Garbled); p.Err == nil {
				break
			}
		}
		each(p)
	}
	return nil
}

// judge is what an answer to a question to u means.
func (d *Dev) judge(u Unit, answer *Heard, garbled bool) (key string, err error) {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("callunit: address %d: "+format, append([]any{u.Address}, args...)...)
	}
	switch {
	case answer == nil && garbled:
		return "", bad("a damaged answer; correct the baud rate, the parity or the table's check")
	case answer == nil && d.cfg.None == "":
		return "", bad("no answer; by this table silence says that no key is down: hold one and check again")
	case answer == nil:
		return "", bad("no answer; look at its power, its wires, its address and the baud rate")
	case answer.Address != u.Address:
		return "", bad("address %d answered; set one's switches to another address", answer.Address)
	case answer.Code == d.cfg.None:
		return "", nil
	case answer.Key == "":
		return "", bad("it says %q, which the table does not have; add it to the keys, or as none", answer.Code)
	}
	return answer.Key, nil
}
