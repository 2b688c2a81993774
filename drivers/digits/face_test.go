package digits

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"periph.io/x/conn/v3/conntest"
	"periph.io/x/conn/v3/driver/driverreg"
	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi/spitest"
	"periph.io/x/host/v3/gpioioctl"
	"periph.io/x/host/v3/sysfs"
)

// golden compares with a file of testdata; SUNBEON_GOLDEN=write writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := "testdata/" + name
	if os.Getenv("SUNBEON_GOLDEN") == "write" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; SUNBEON_GOLDEN=write go test writes it: look at it before you commit", err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
	}
}

// chip is a TM1637 on two lines: it takes the wire's levels and tells bytes.
type chip struct {
	clk, dio gpio.Level
	busy     bool
	bits     int
	b        byte
	log      strings.Builder
	refuse   error
	// What the chip would show.
	grids   [6]byte
	command byte
	at      int
	level   byte
}

func newChip() *chip { return &chip{clk: gpio.High, dio: gpio.High} }

// line is one of its two.
type line struct {
	c   *chip
	clk bool
}

func (l line) String() string {
	if l.clk {
		return "CLK"
	}
	return "DIO"
}
func (l line) Name() string                          { return l.String() }
func (l line) Number() int                           { return 0 }
func (l line) Function() string                      { return "" }
func (l line) Halt() error                           { return nil }
func (l line) In(gpio.Pull, gpio.Edge) error         { return errors.New("not an input") }
func (l line) Read() gpio.Level                      { return l.c.dio }
func (l line) WaitForEdge(time.Duration) bool        { return false }
func (l line) Pull() gpio.Pull                       { return gpio.Float }
func (l line) DefaultPull() gpio.Pull                { return gpio.Float }
func (l line) PWM(gpio.Duty, physic.Frequency) error { return errors.New("no PWM") }

func (l line) Out(v gpio.Level) error {
	c := l.c
	if c.refuse != nil {
		return c.refuse
	}
	switch {
	case l.clk && v != c.clk:
		c.clk = v
		if v == gpio.High && c.busy {
			c.clock()
		}
	case !l.clk && v != c.dio:
		c.dio = v
		if c.clk == gpio.High {
			c.busy = v == gpio.Low // start, or stop
			if c.busy {
				c.log.WriteString("start")
			} else {
				c.log.WriteString(" stop\n")
			}
			c.bits, c.b, c.at = 0, 0, -1
		}
	}
	return nil
}

// clock takes a bit at the rising clock, low bit first; the ninth acknowledges.
func (c *chip) clock() {
	if c.bits == 8 {
		fmt.Fprintf(&c.log, " %02x", c.b)
		c.take(c.b)
		c.bits, c.b = 0, 0
		return
	}
	if c.dio {
		c.b |= 1 << c.bits
	}
	c.bits++
}

func (c *chip) take(b byte) {
	switch {
	case c.at >= 0:
		if c.at < len(c.grids) {
			c.grids[c.at] = b
		}
		c.at++
	case b&0xC0 == 0x40:
		c.command = b
	case b&0xC0 == 0xC0:
		c.at = int(b & 0x0F)
	case b&0xC0 == 0x80:
		c.level = b
	}
}

func segments(t *testing.T, text string, cells int) []byte {
	t.Helper()
	s, err := Segments(text, cells)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTM1637(t *testing.T) {
	c := newChip()
	f, err := NewTM1637(line{c, true}, line{c, false}, []int{0, 1, 2, 3})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []struct {
		text  string
		level int
	}{{"117", 4}, {"A12", Brightest}, {"8888", 1}, {"", 0}} {
		fmt.Fprintf(&c.log, "%q at %d\n", s.text, s.level)
		if err := f.Write([][]byte{segments(t, s.text, 4)}, s.level); err != nil {
			t.Fatal(err)
		}
		if got, want := draw(c.grids[:4]), draw(segments(t, s.text, 4)); got != want {
			t.Errorf("shows\n%s\nwant\n%s", got, want)
		}
		want := byte(0x80)
		if s.level > 0 {
			want = 0x88 | byte(s.level-1)
		}
		if c.level != want || c.command != 0x40 {
			t.Errorf("level %#x, want %#x; command %#x", c.level, want, c.command)
		}
	}
	golden(t, "tm1637.golden", c.log.String())
}

func TestTM1637Order(t *testing.T) {
	c := newChip()
	f, err := NewTM1637(line{c, true}, line{c, false}, []int{2, 1, 0, 5, 4, 3})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Write([][]byte{segments(t, "123456", 6)}, 1); err != nil {
		t.Fatal(err)
	}
	if got, want := draw(c.grids[:]), draw(segments(t, "321654", 6)); got != want {
		t.Errorf("grids\n%s\nwant\n%s", got, want)
	}
	for _, order := range [][]int{nil, {0, 0}, {6}, {-1}} {
		if _, err := NewTM1637(line{c, true}, line{c, false}, order); err == nil {
			t.Errorf("order %v: no error", order)
		}
	}
}

// TestTM1637Refusal: periph's driver forgets what its lines answer; ours does not.
func TestTM1637Refusal(t *testing.T) {
	c := newChip()
	f, err := NewTM1637(line{c, true}, line{c, false}, []int{0, 1, 2, 3})
	if err != nil {
		t.Fatal(err)
	}
	gone := errors.New("no such device")
	c.refuse = gone
	if err := f.Write([][]byte{make([]byte, 4)}, 1); !errors.Is(err, gone) {
		t.Errorf("error %v", err)
	}
	if _, err := NewTM1637(line{c, true}, line{c, false}, []int{0}); !errors.Is(err, gone) {
		t.Errorf("error %v", err)
	}
	c.refuse = nil
	if err := f.Write([][]byte{make([]byte, 4)}, 1); err != nil {
		t.Errorf("after the line's return: %v", err)
	}
}

// chain is what MAX7219 chips would show after the recorded writes.
func chain(t *testing.T, ops []conntest.IO, chips int) (registers [][16]byte) {
	t.Helper()
	registers = make([][16]byte, chips)
	for _, op := range ops {
		if len(op.W) != 2*chips {
			t.Fatalf("% x for %d chips", op.W, chips)
		}
		// What is shifted in first ends in the farthest chip.
		for i := range chips {
			registers[chips-1-i][op.W[2*i]&15] = op.W[2*i+1]
		}
	}
	return registers
}

func TestMAX7219(t *testing.T) {
	port := &spitest.Record{}
	f, err := NewMAX7219(port, 2, 4)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	for _, s := range []struct {
		near, far string
		level     int
	}{{"117", "A12", 4}, {"1", "", Brightest}, {"", "", 0}} {
		port.Ops = nil
		if err := f.Write([][]byte{segments(t, s.near, 4), segments(t, s.far, 4)}, s.level); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&log, "%q, %q at %d\n", s.near, s.far, s.level)
		for _, op := range port.Ops {
			fmt.Fprintf(&log, "% x\n", op.W)
		}
		chips := chain(t, port.Ops, 2)
		for i, text := range []string{s.near, s.far} {
			// Datasheet, table 6: D7 is the point, D6 is A, D0 is G.
			var shown []byte
			for reg := 4; reg >= 1; reg-- {
				var b byte
				for bit := range 7 {
					b |= chips[i][reg] >> (6 - bit) & 1 << bit
				}
				shown = append(shown, b)
			}
			if got, want := draw(shown), draw(segments(t, text, 4)); got != want {
				t.Errorf("chip %d shows\n%s\nwant\n%s", i, got, want)
			}
			if on := chips[i][regOn] == 1; on != (s.level > 0) || chips[i][regTest] != 0 || chips[i][regScan] != 3 || chips[i][regDecode] != 0 {
				t.Errorf("chip %d at level %d: % x", i, s.level, chips[i])
			}
		}
	}
	golden(t, "max7219.golden", log.String())
	if _, err := NewMAX7219(port, 2, 4); err == nil {
		t.Error("a port was connected twice")
	}
	for _, n := range [][2]int{{0, 4}, {33, 4}, {1, 0}, {1, 9}} {
		if _, err := NewMAX7219(&spitest.Record{}, n[0], n[1]); err == nil {
			t.Errorf("%v: no error", n)
		}
	}
}

// TestMAX7219Refusal: every write that fails is told.
func TestMAX7219Refusal(t *testing.T) {
	for n := range 9 {
		port := &spitest.Playback{Playback: conntest.Playback{DontPanic: true}}
		f, err := NewMAX7219(port, 1, 4)
		if err != nil {
			t.Fatal(err)
		}
		rec := &spitest.Record{}
		g, err := NewMAX7219(rec, 1, 4)
		if err != nil {
			t.Fatal(err)
		}
		if err := g.Write([][]byte{make([]byte, 4)}, 1); err != nil || len(rec.Ops) != 9 {
			t.Fatalf("%v after %d writes", err, len(rec.Ops))
		}
		port.Ops = rec.Ops[:n]
		if err := f.Write([][]byte{make([]byte, 4)}, 1); err == nil {
			t.Errorf("no error though write %d failed", n)
		}
	}
}

// TestReal shows a few numbers on displays that environment variables name.
func TestReal(t *testing.T) {
	var f Face
	if names := os.Getenv("SUNBEON_DIGITS_TM1637"); names != "" {
		if _, err := driverreg.Init(); err != nil {
			t.Fatal(err)
		}
		clk, dio, _ := strings.Cut(names, ",")
		var err error
		if f, err = NewTM1637(realLine(t, clk), realLine(t, dio), []int{0, 1, 2, 3}); err != nil {
			t.Fatal(err)
		}
	} else if path := os.Getenv("SUNBEON_DIGITS_SPI"); path != "" {
		var bus, cs int
		if _, err := fmt.Sscanf(path, "/dev/spidev%d.%d", &bus, &cs); err != nil {
			t.Fatal(err)
		}
		port, err := sysfs.NewSPI(bus, cs)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = port.Close() }()
		if f, err = NewMAX7219(port, 1, 4); err != nil {
			t.Fatal(err)
		}
	} else {
		t.Skip("no real display: set SUNBEON_DIGITS_TM1637=chip/line,chip/line or SUNBEON_DIGITS_SPI=/dev/spidev0.0")
	}
	for _, text := range []string{"8888", "1234", "A 12", ""} {
		if err := f.Write([][]byte{segments(t, text, 4)}, 4); err != nil {
			t.Fatal(err)
		}
		t.Logf("now shown: %q", text)
		<-time.After(2 * time.Second) // for whoever looks
	}
}

func realLine(t *testing.T, name string) *gpioioctl.GPIOLine {
	t.Helper()
	label, lineName, _ := strings.Cut(name, "/")
	for _, c := range gpioioctl.Chips {
		if c.Label() == label && c.ByName(lineName) != nil {
			return c.ByName(lineName)
		}
	}
	t.Fatalf("no line %s", name)
	return nil
}
