package sign

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"sunbeon/drivers/serialport"
	"sunbeon/drivers/serialport/frame"
)

// Port is the signs' line.
type Port interface {
	io.ReadWriteCloser
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

// Config is a line of signs and their table.
type Config struct {
	Frame   frame.Table `toml:"frame"`
	Command frame.Bytes `toml:"command"` // of the frame that shows a number
	// Form is "text", right-aligned in Width characters, or "binary", a number of
	// two bytes, high first.
	Form  string `toml:"form"`
	Width int    `toml:"width"` // digits that the sign has, 1 to 8
	// Dark is the number that stands for nothing in the form "binary".
	Dark  int    `toml:"dark"`
	Units []Unit `toml:"units"`
	// Answer is how long an acknowledgement may take: 200 ms.
	Answer time.Duration
	// Rewrite is how often a sign is written although nothing changed: 30 s.
	Rewrite time.Duration
}

// Unit is a sign over a counter.
type Unit struct {
	Address int `toml:"address"`
	Counter int `toml:"counter"`
}

// Check reports everything that is wrong with c.
func (c Config) Check() error {
	errs := []error{c.Frame.Validate()}
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf("sign: "+format, args...)) }
	if c.Form != "text" && c.Form != "binary" {
		bad("form %q; \"text\" or \"binary\"", c.Form)
	}
	if c.Width < 1 || c.Width > 8 || c.Dark < 0 || c.Dark > 65535 {
		bad("width %d, dark %d; 1 to 8, 0 to 65535", c.Width, c.Dark)
	}
	if len(c.Units) == 0 {
		bad("no signs; give [[units]] with address and counter")
	}
	at := map[int]bool{}
	for _, u := range c.Units {
		if at[u.Address] || u.Counter < 1 {
			bad("sign at address %d, counter %d; addresses differ, counters start at 1", u.Address, u.Counter)
		}
		at[u.Address] = true
		if _, err := c.encode(u.Address, ""); err != nil {
			bad("sign at address %d: %w", u.Address, err)
		}
	}
	if c.Answer < 0 || c.Rewrite < 0 {
		bad("negative time; leave it out for the default")
	}
	return errors.Join(errs...)
}

// fits reports whether a sign can show text; what it cannot, it shows dark: a
// cut number is a wrong number.
func (c Config) fits(text string) bool {
	if len(text) > c.Width {
		return false
	}
	if c.Form == "binary" && text != "" {
		_, err := strconv.ParseUint(text, 10, 16)
		return err == nil
	}
	return !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
}

// encode builds the frame that makes the sign at address show text.
func (c Config) encode(address int, text string) ([]byte, error) {
	f := frame.Frame{Address: address, Command: c.Command}
	if c.Form == "binary" {
		n := uint64(c.Dark)
		if text != "" {
			var err error
			if n, err = strconv.ParseUint(text, 10, 16); err != nil {
				return nil, fmt.Errorf("sign: %q is no number: %w", text, err)
			}
		}
		f.Data = binary.BigEndian.AppendUint16(nil, uint16(n))
	} else {
		f.Data = fmt.Appendf(nil, "%*s", c.Width, text)
	}
	return c.Frame.Encode(f)
}

// Health is a sign that was written or not. Without an acknowledgement in the
// table there is none.
type Health struct {
	Address, Counter int
	Alive            bool
	Reason           string
}

const (
	tries      = 3 // in a row, before the others' turn
	backOffMin = time.Second
	backOffMax = 10 * time.Second
)

const noAnswer = "no acknowledgement; look at its power, its wires, its address and the baud rate"

// Dev is a line of signs.
type Dev struct {
	cfg    Config
	health func(Health)
	log    *slog.Logger
	units  []*unit

	wake chan struct{}
	mu   sync.Mutex
	want map[int]string
}

type unit struct {
	Unit
	shown string
	due   time.Time // of the next writing, whatever is shown
	wait  time.Duration
	alive bool
	known bool // health was told
}

// New makes the driver of a line. health, which may be nil, is called from Run's
// goroutine on changes.
func New(cfg Config, health func(Health), log *slog.Logger) (*Dev, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	if cfg.Answer == 0 {
		cfg.Answer = 200 * time.Millisecond
	}
	if cfg.Rewrite == 0 {
		cfg.Rewrite = 30 * time.Second
	}
	d := &Dev{cfg: cfg, health: health, log: log, wake: make(chan struct{}, 1), want: map[int]string{}}
	for _, u := range cfg.Units {
		d.units = append(d.units, &unit{Unit: u})
	}
	return d, nil
}

// Show puts text over a counter; newest wins; it never blocks. "" is dark, and
// so is what a sign cannot show.
func (d *Dev) Show(counter int, text string) {
	if !d.cfg.fits(text) {
		d.log.Warn("sign stays dark: it cannot show the text", "counter", counter, "text", text)
		text = ""
	}
	d.mu.Lock()
	d.want[counter] = text
	d.mu.Unlock()
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

func (d *Dev) wanted(counter int) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.want[counter]
}

// Run writes the signs until ctx ends, and opens the port again when it fails.
func (d *Dev) Run(ctx context.Context, dial func(context.Context) (Port, error)) error {
	return serialport.Redial(ctx, d.log, dial, d.serve)
}

func (d *Dev) serve(ctx context.Context, port Port) error {
	for _, u := range d.units {
		u.due, u.wait = time.Time{}, 0
	}
	for ctx.Err() == nil {
		u, at := d.next()
		if wait := time.Until(at); wait > 0 {
			t := time.NewTimer(wait)
			select {
			case <-ctx.Done():
			case <-t.C:
			case <-d.wake:
			}
			t.Stop()
			continue
		}
		if err := d.write(port, u); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// next is the sign to be written first: those that show something old before
// those that are only due. One that does not answer waits for its turn.
func (d *Dev) next() (first *unit, at time.Time) {
	for _, u := range d.units {
		due := u.due
		if u.wait == 0 && u.shown != d.wanted(u.Counter) {
			due = time.Time{}
		}
		if first == nil || due.Before(at) {
			first, at = u, due
		}
	}
	return first, at
}

// write makes u show what is wanted. An error is the port's.
func (d *Dev) write(port Port, u *unit) error {
	text := d.wanted(u.Counter)
	b, err := d.cfg.encode(u.Address, text)
	if err != nil {
		return err // Check has tried it
	}
	for range tries {
		var taken bool
		if taken, _, err = d.say(port, b); err != nil {
			return err
		}
		if taken {
			again := d.cfg.Rewrite
			if text != u.shown && d.cfg.Frame.Check != "crc16" {
				again = afresh
			}
			u.shown, u.wait, u.due = text, 0, time.Now().Add(again)
			d.tell(u, true, "")
			return nil
		}
	}
	u.wait = min(max(2*u.wait, backOffMin), backOffMax)
	u.due = time.Now().Add(u.wait)
	d.tell(u, false, noAnswer)
	return nil
}

func (d *Dev) tell(u *unit, alive bool, reason string) {
	if len(d.cfg.Frame.Ack) == 0 || u.known && u.alive == alive {
		return
	}
	u.known, u.alive = true, alive
	d.log.Info("sign", "address", u.Address, "counter", u.Counter, "alive", alive)
	if d.health != nil {
		d.health(Health{u.Address, u.Counter, alive, reason})
	}
}

// afresh is after what time a new number is written once more where a damaged
// frame could have passed for a good one.
const afresh = 150 * time.Millisecond

// between is the silence before a frame.
const between = 20 * time.Millisecond

// settle drops what arrives for a while: a late acknowledgement must not count
// for another frame.
func settle(port Port, d time.Duration) error {
	if err := port.SetReadDeadline(time.Now().Add(d)); err != nil {
		return err
	}
	buf := make([]byte, 64)
	for {
		if _, err := port.Read(buf); errors.Is(err, os.ErrDeadlineExceeded) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// say sends b and waits for its acknowledgement, if the table has one; took is
// how long that was. Where it does not come, as much silence follows again.
func (d *Dev) say(port Port, b []byte) (taken bool, took time.Duration, err error) {
	if err := settle(port, between); err != nil {
		return false, 0, err
	}
	begin := time.Now()
	if err := port.SetWriteDeadline(begin.Add(time.Second)); err != nil {
		return false, 0, err
	}
	if _, err := port.Write(b); err != nil {
		return false, 0, err
	}
	if len(d.cfg.Frame.Ack) == 0 {
		return true, 0, nil
	}
	if err := port.SetReadDeadline(time.Now().Add(d.cfg.Answer)); err != nil {
		return false, 0, err
	}
	var got []byte
	buf := make([]byte, 64)
	for {
		n, err := port.Read(buf)
		got = append(got, buf[:n]...)
		switch nak := d.cfg.Frame.Nak; {
		case bytes.Equal(got, d.cfg.Frame.Ack):
			return true, time.Since(begin), nil
		case len(nak) > 0 && bytes.Equal(got, nak):
			return false, 0, nil
		case errors.Is(err, os.ErrDeadlineExceeded), len(got) > len(buf):
			return false, 0, settle(port, d.cfg.Answer)
		case err != nil:
			return false, 0, err
		}
	}
}
