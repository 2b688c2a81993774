package callunit

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
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
	Unknown  uint64 // good frames of a key or a unit that the table does not have
	Garbled  uint64 // damaged frames
	Dropped  uint64 // bytes that belonged to no frame
}

// Dev is a line of call units.
type Dev struct {
	cfg     Config
	onKey   func(counter int, key string)
	tell    func(Heard) // if not nil, is told every good frame
	log     *slog.Logger
	counter map[int]int
	last    map[int]said // by address

	keys, repeated, unknown, garbled, dropped atomic.Uint64
}

// said is a unit's last frame.
type said struct {
	code string
	at   time.Time
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
	// Codes are compared as hex.EncodeToString writes them.
	keys := map[string]string{}
	for code, key := range cfg.Keys {
		keys[strings.ToLower(code)] = key
	}
	cfg.Keys, cfg.Poll, cfg.None = keys, strings.ToLower(cfg.Poll), strings.ToLower(cfg.None)
	d := &Dev{cfg: cfg, onKey: onKey, log: log, counter: map[int]int{}, last: map[int]said{}}
	for _, u := range cfg.Units {
		d.counter[u.Address] = u.Counter
	}
	return d, nil
}

// Stats may be called from any goroutine.
func (d *Dev) Stats() Stats {
	return Stats{d.keys.Load(), d.repeated.Load(), d.unknown.Load(), d.garbled.Load(), d.dropped.Load()}
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
		if err := d.ask(port, u); err != nil {
			return err
		}
		spoke, err := d.listen(port, s, buf, d.cfg.Answer)
		if err != nil {
			return err
		}
		if !spoke && d.cfg.None == "" {
			delete(d.last, u.Address) // its way to say that no key is down
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

// afterFrame is how long a polled line is listened to once a frame came.
const afterFrame = 10 * time.Millisecond

// listen takes frames until the line is silent for wait. spoke is false if there
// was none.
func (d *Dev) listen(port Port, s *frame.Scanner, buf []byte, wait time.Duration) (spoke bool, err error) {
	for {
		if err := port.SetReadDeadline(time.Now().Add(wait)); err != nil {
			return spoke, err
		}
		garbled, dropped := s.Garbled, s.Dropped
		n, err := port.Read(buf)
		frames := s.Feed(buf[:n])
		silent := errors.Is(err, os.ErrDeadlineExceeded)
		if silent {
			frames = append(frames, s.Gap()...)
		} else if err != nil {
			return spoke, err
		}
		for _, f := range frames {
			ours, err := d.heard(port, f)
			if err != nil {
				return spoke, err
			}
			spoke = spoke || ours
			if spoke && d.cfg.Poll != "" {
				wait = min(wait, afterFrame)
			}
		}
		d.dropped.Add(uint64(s.Dropped - dropped))
		if s.Garbled > garbled {
			d.garbled.Add(uint64(s.Garbled - garbled))
			if len(d.cfg.Frame.Nak) > 0 && len(frames) == 0 {
				if err := write(port, d.cfg.Frame.Nak); err != nil {
					return spoke, err
				}
			}
		}
		if silent {
			return spoke, nil
		}
	}
}

// heard acts on a good frame: acknowledges it, and tells a press once. spoke is
// false where the frame is our own question, heard again by the adapter.
func (d *Dev) heard(port Port, f frame.Frame) (spoke bool, err error) {
	counter, ours := d.counter[f.Address]
	code := hex.EncodeToString(slices.Concat(f.Command, f.Data))
	key, known := d.cfg.Keys[code]
	if d.cfg.Poll != "" && code == d.cfg.Poll {
		return false, nil
	}
	if d.tell != nil {
		d.tell(Heard{Address: f.Address, Code: code, Counter: counter, Key: key})
	}
	switch {
	case d.cfg.Poll != "" && code == d.cfg.None:
		delete(d.last, f.Address) // the key is up
		return true, nil
	case !ours || !known:
		if d.unknown.Add(1) == 1 {
			d.log.Warn("frame that the table does not have", "address", f.Address, "code", code)
		}
		return true, nil
	}
	// The acknowledgement first: a press told and not acknowledged comes again,
	// and is taken for the repetition that it is.
	if len(d.cfg.Frame.Ack) > 0 {
		if err := write(port, d.cfg.Frame.Ack); err != nil {
			return true, err
		}
	}
	now := time.Now()
	before := d.last[f.Address]
	d.last[f.Address] = said{code, now}
	if before.code == code && (d.cfg.Poll != "" || now.Sub(before.at) < d.cfg.Repeat) {
		d.repeated.Add(1)
		return true, nil
	}
	d.keys.Add(1)
	d.onKey(counter, key)
	return true, nil
}
