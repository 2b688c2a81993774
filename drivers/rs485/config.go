package rs485

import (
	"errors"
	"fmt"
	"regexp"
	"time"
)

// Config is a line and the units on it. The zero durations mean the defaults.
type Config struct {
	Units []Unit `toml:"units"`

	// Baud must be that of the port: the bus counts the time of bytes on the
	// wire by it, ten bits a byte. 0 is 9600.
	Baud int `toml:"baud"`
	// Echo is for adapters that hear what they send; the echo is then compared
	// with what was sent, which also finds collisions.
	Echo bool `toml:"echo"`

	// Answer is how long a unit may take to begin its answer, 50 ms.
	Answer time.Duration
	// Late is how long the line stays silent after an answer that did not come,
	// so that it cannot be taken for the next one's: 100 ms.
	Late time.Duration
	// Active and Idle are how often the keys of a counter are read: 50 ms while
	// it works and 200 ms otherwise, as far as the line's speed allows.
	Active time.Duration
	Idle   time.Duration
	// Working is how long a counter counts as working after a key or a change
	// of its sign: two minutes.
	Working time.Duration
	// Bounce is how long a key must be up before it counts again: 50 ms.
	Bounce time.Duration
	// Rewrite is how often a sign is written although nothing changed: 30 s.
	Rewrite time.Duration
}

// Unit is a device on the line: keys, a sign, or both.
type Unit struct {
	Address int `toml:"address"` // 1 to 247
	Counter int `toml:"counter"`
	// Keys names the discrete inputs, counted from First.
	Keys map[int]string `toml:"keys"`
	// First is the address of input 0 on the wire.
	First int `toml:"first_input"`
	// Latch is "" for inputs that are the contacts themselves, "read" for units
	// that keep a press until it is read, "clear" for units that keep it until
	// the coil Clear is written.
	Latch string `toml:"latch"`
	Clear int    `toml:"clear_coil"`
	Sign  *Sign  `toml:"sign"`
}

// Sign is a number display.
type Sign struct {
	Register int `toml:"register"` // takes a number; 7 on DM56A04 and DM36B06
	Digits   int `toml:"digits"`   // 1 to 6
	// Letters is for displays that take ASCII, a digit a register from 0 on:
	// they can show "A12" and be dark.
	Letters bool `toml:"letters"`
	// Dark is the number that stands for nothing on a display without letters.
	Dark int `toml:"dark"`
}

var keyName = regexp.MustCompile(`^[a-z0-9_]+$`)

// Check reports everything that is wrong with c.
func (c Config) Check() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf("rs485: "+format, args...)) }
	if c.Baud != 0 && (c.Baud < 1200 || c.Baud > 256000) {
		bad("%d baud; 1200 to 256000", c.Baud)
	}
	for name, d := range map[string]time.Duration{"answer": c.Answer, "late": c.Late, "active": c.Active, "idle": c.Idle, "working": c.Working, "bounce": c.Bounce, "rewrite": c.Rewrite} {
		if d < 0 {
			bad("%s of %v; give a positive time or leave it out", name, d)
		}
	}
	if c.Idle > absence/3 || c.Active > absence/3 {
		bad("active of %v, idle of %v; up to %v, or keys are missed", c.Active, c.Idle, absence/3)
	}
	if len(c.Units) == 0 {
		bad("no units; give [[units]] with address and counter")
	}
	at := map[int]bool{}
	for _, u := range c.Units {
		if u.Address < 1 || u.Address > 247 {
			bad("unit address %d; 1 to 247", u.Address)
		}
		if at[u.Address] {
			bad("two units at address %d; set one's switches to another address", u.Address)
		}
		at[u.Address] = true
		if err := u.check(); err != nil {
			bad("unit %d: %w", u.Address, err)
		}
	}
	return errors.Join(errs...)
}

func (u Unit) check() error {
	var errs []error
	if u.Counter < 1 {
		errs = append(errs, fmt.Errorf("counter %d; give the counter's number", u.Counter))
	}
	if len(u.Keys) == 0 && u.Sign == nil {
		errs = append(errs, errors.New("neither keys nor a sign; give one of them"))
	}
	for input, key := range u.Keys {
		if input < 0 || input > 63 || !keyName.MatchString(key) {
			errs = append(errs, fmt.Errorf("key %q at input %d; inputs are 0 to 63, names like \"next\"", key, input))
		}
	}
	if u.First < 0 || u.First > 65535-64 || u.Clear < 0 || u.Clear > 65535 {
		errs = append(errs, fmt.Errorf("first_input %d, clear_coil %d; addresses are 0 to 65535", u.First, u.Clear))
	}
	if u.Latch != "" && u.Latch != "read" && u.Latch != "clear" {
		errs = append(errs, fmt.Errorf("latch %q; \"read\", \"clear\" or \"\" for none", u.Latch))
	}
	if s := u.Sign; s != nil && (s.Register < 0 || s.Register > 65535 || s.Digits < 1 || s.Digits > 6 || s.Dark < 0 || s.Dark > 65535) {
		errs = append(errs, fmt.Errorf("sign with register %d, %d digits, dark %d; 0 to 65535, 1 to 6, 0 to 65535", s.Register, s.Digits, s.Dark))
	}
	return errors.Join(errs...)
}

// filled is c with its defaults.
func (c Config) filled() Config {
	if c.Baud == 0 {
		c.Baud = 9600
	}
	for _, d := range []struct {
		to *time.Duration
		is time.Duration
	}{
		{&c.Answer, 50 * time.Millisecond}, {&c.Late, 100 * time.Millisecond},
		{&c.Active, 50 * time.Millisecond}, {&c.Idle, 200 * time.Millisecond}, {&c.Working, 2 * time.Minute},
		{&c.Bounce, 50 * time.Millisecond}, {&c.Rewrite, 30 * time.Second},
	} {
		if *d.to == 0 {
			*d.to = d.is
		}
	}
	return c
}

// inputs is how many inputs are read: whole bytes, as keypads have them.
func (u Unit) inputs() int {
	last := 0
	for input := range u.Keys {
		last = max(last, input)
	}
	return last/8*8 + 8
}
