package callunit

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"sunbeon/drivers/serialport"
	"sunbeon/drivers/serialport/frame"
)

// Port is the units' line.
type Port interface {
	io.ReadWriteCloser
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

// Config is a line of call units and their table.
type Config struct {
	Frame frame.Table `toml:"frame"`
	// Keys names what a frame says: its command and data, in hexadecimal.
	Keys map[string]string `toml:"keys"`
	// Units are the addresses on the line and the counters they stand on.
	Units []Unit `toml:"units"`
	// Repeat is within what time the same frame again is a repetition by the unit
	// (held key, or an acknowledgement it missed) and no new press: 300 ms.
	Repeat time.Duration
	// Sightings is how often a frame must come before it is a press: 1, or 2 where
	// a damaged frame could pass for a good one and the unit says it again. 0 is 2
	// for a table with an acknowledgement and without crc16, else 1.
	Sightings int `toml:"sightings"`
	// Pause is the longest silence inside a frame: 50 ms.
	Pause time.Duration
	// Poll, the command and data of a question in hexadecimal, is for units that
	// speak only when asked; None is how they say that no key was pressed.
	Poll string `toml:"poll"`
	None string `toml:"none"`
	// Answer is how long a polled unit may take: 100 ms, silence until the next
	// question included.
	Answer time.Duration
}

// Unit is a call unit on a counter.
type Unit struct {
	Address int `toml:"address"`
	Counter int `toml:"counter"`
}

// Check reports everything that is wrong with c.
func (c Config) Check() error {
	errs := []error{c.Frame.Validate()}
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf("callunit: "+format, args...)) }
	for code, key := range c.Keys {
		if _, err := c.speech(code); err != nil {
			bad("key %q: %w", code, err)
		}
		if !Known(key) {
			bad("key %q = %q; next, recall, hold, no_show, pause, finish, pick, transfer or a digit", code, key)
		}
	}
	for name, code := range map[string]string{"poll": c.Poll, "none": c.None} {
		if _, err := c.speech(code); code != "" && err != nil {
			bad("%s %q: %w", name, code, err)
		}
	}
	if len(c.Keys) == 0 || len(c.Units) == 0 {
		bad("%d keys and %d units; give [keys] and [[units]]", len(c.Keys), len(c.Units))
	}
	at := map[int]bool{}
	for _, u := range c.Units {
		if at[u.Address] {
			bad("two units at address %d; set one's switches to another address", u.Address)
		}
		at[u.Address] = true
		if u.Counter < 1 {
			bad("unit %d at counter %d; give the counter's number", u.Address, u.Counter)
		}
	}
	if c.Sightings < 0 || c.Sightings > 2 {
		bad("sightings of %d; 1 or 2, or leave it out", c.Sightings)
	}
	if c.Repeat < 0 || c.Pause < 0 || c.Answer < 0 {
		bad("negative time; leave it out for the default")
	}
	return errors.Join(errs...)
}

// speech splits hexadecimal text into command and data.
func (c Config) speech(code string) (frame.Frame, error) {
	b, err := hex.DecodeString(code)
	if err != nil {
		return frame.Frame{}, errors.New("not hexadecimal; write command and data, e.g. \"3431\"")
	}
	if len(b) < c.Frame.Command {
		return frame.Frame{}, fmt.Errorf("%d bytes; the command alone has %d", len(b), c.Frame.Command)
	}
	return frame.Frame{Command: b[:c.Frame.Command], Data: b[c.Frame.Command:]}, nil
}

// Stats are what a line has done.
type Stats struct {
	Keys     uint64 // presses
	Repeated uint64 // frames that repeated one
	Unsure   uint64 // frames that wait for their second sighting, or waited in vain
	Unknown  uint64 // good frames of a key or a unit that the table does not have
	Garbled  uint64 // damaged frames
	Dropped  uint64 // bytes that belonged to no frame
}

// Dev is a line of call units.
type Dev struct {
	cfg   Config
	onKey func(counter int, key string)
	tell  func(Heard) // if not nil, is told every good frame
	log   *slog.Logger
	units map[int]*unit // by address

	keys, repeated, unsure, unknown, garbled, dropped atomic.Uint64
}

// New makes the driver of a line. onKey is called from Run's goroutine and
// should not block: the units wait meanwhile.
func New(cfg Config, onKey func(counter int, key string), log *slog.Logger) (*Dev, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	for _, d := range []struct {
		to *time.Duration
		is time.Duration
	}{{&cfg.Repeat, 300 * time.Millisecond}, {&cfg.Pause, 50 * time.Millisecond}, {&cfg.Answer, 100 * time.Millisecond}} {
		if *d.to == 0 {
			*d.to = d.is
		}
	}
	if cfg.Sightings == 0 {
		cfg.Sightings = 1
		if len(cfg.Frame.Ack) > 0 && cfg.Frame.Check != "crc16" {
			cfg.Sightings = 2
		}
	}
	// Codes are compared as hex.EncodeToString writes them.
	keys := map[string]string{}
	for code, key := range cfg.Keys {
		keys[strings.ToLower(code)] = key
	}
	cfg.Keys, cfg.Poll, cfg.None = keys, strings.ToLower(cfg.Poll), strings.ToLower(cfg.None)
	d := &Dev{cfg: cfg, onKey: onKey, log: log, units: map[int]*unit{}}
	for _, u := range cfg.Units {
		d.units[u.Address] = &unit{counter: u.Counter}
	}
	return d, nil
}

// Stats may be called from any goroutine.
func (d *Dev) Stats() Stats {
	return Stats{d.keys.Load(), d.repeated.Load(), d.unsure.Load(), d.unknown.Load(), d.garbled.Load(), d.dropped.Load()}
}

// Run reads the line until ctx ends, and opens the port again when it fails.
func (d *Dev) Run(ctx context.Context, dial func(context.Context) (Port, error)) error {
	return serialport.Redial(ctx, d.log, dial, d.serve)
}

func (d *Dev) serve(ctx context.Context, port Port) error {
	s := &frame.Scanner{Table: d.cfg.Frame}
	buf := make([]byte, 256)
	for turn := 0; ctx.Err() == nil; turn++ {
		if d.cfg.Poll == "" {
			if _, err := d.listen(port, s, buf, d.cfg.Pause); err != nil {
				return err
			}
			continue
		}
		u := d.cfg.Units[turn%len(d.cfg.Units)]
		// One that leaves a doubt is asked again at once, but not for ever: the
		// others wait.
		for try, again := 0, true; again && try < upsBySilence && ctx.Err() == nil; try++ {
			if err := d.ask(port, u); err != nil {
				return err
			}
			answer, err := d.listen(port, s, buf, d.cfg.Answer)
			if err != nil {
				return err
			}
			if answer == silence && d.cfg.None == "" {
				d.units[u.Address].silent() // its way to say that no key is down
			}
			again = d.units[u.Address].doubtful()
		}
	}
	return ctx.Err()
}

// ask puts the question to u.
func (d *Dev) ask(port Port, u Unit) error {
	f, err := d.cfg.speech(d.cfg.Poll)
	if err != nil {
		return err
	}
	f.Address = u.Address
	b, err := d.cfg.Frame.Encode(f)
	if err != nil {
		return err
	}
	return write(port, b)
}

func write(port Port, b []byte) error {
	if err := port.SetWriteDeadline(time.Now().Add(time.Second)); err != nil {
		return err
	}
	_, err := port.Write(b)
	return err
}
