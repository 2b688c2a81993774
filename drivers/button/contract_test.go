package button

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/gpio"

	"sunbeon/drivers/contact/contacttest"
)

// bench is a line and what moves it; drive is nil where nothing does.
type bench struct {
	in    gpio.PinIn
	drive wire
}

// contract is what every line must do, doubles and real ones alike.
func contract(t *testing.T, b bench) {
	r := start(t, b.in, nil, Options{})
	until := func(n int) {
		t.Helper()
		for range 300 {
			if r.presses() >= n {
				break
			}
			time.Sleep(10 * ms)
		}
		time.Sleep(200 * ms) // more would be wrong
		if got := r.presses(); got != n {
			t.Errorf("%d presses, want %d", got, n)
		}
	}
	time.Sleep(300 * ms)
	until(0)
	if b.drive != nil {
		press := func(levels ...gpio.Level) {
			for _, l := range levels {
				b.drive.Set(l)
				time.Sleep(2 * ms)
			}
		}
		press(gpio.Low)
		until(1)
		press(gpio.High) // a release is no press
		until(1)
		press(gpio.Low, gpio.High, gpio.Low, gpio.High, gpio.Low)
		until(2)
		time.Sleep(time.Second) // leaning
		press(gpio.High, gpio.Low)
		until(2)
		press(gpio.High, gpio.Low, gpio.High)
		time.Sleep(300 * ms)
		press(gpio.Low)
		until(3)
		press(gpio.High)
	}
	if err := r.stop(); !errors.Is(err, context.Canceled) {
		t.Errorf("Run: %v", err)
	}
}

func TestContract(t *testing.T) {
	t.Run("gpioioctl", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := contacttest.NewPin("GPIO17")
			contract(t, bench{p, p})
		})
	})
	t.Run("gpiotest", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := contacttest.NewQueue("GPIO17")
			contract(t, bench{p, p})
		})
	})
	t.Run("line", func(t *testing.T) {
		name := os.Getenv("SUNBEON_GPIO_BUTTON")
		if name == "" {
			t.Skip("no real line: set SUNBEON_GPIO_BUTTON=chip-label/line-name, and SUNBEON_GPIO_DRIVE to a line wired to it or to a gpio-sim pull file")
		}
		b := bench{in: realLine(t, name)}
		if d := os.Getenv("SUNBEON_GPIO_DRIVE"); strings.HasPrefix(d, "/") {
			b.drive = pullFile{t, d}
		} else if d != "" {
			b.drive = jumper{t, realLine(t, d)}
		}
		if b.drive != nil {
			b.drive.Set(gpio.High)
		}
		contract(t, b)
	})
}

func realLine(t *testing.T, name string) gpio.PinIO {
	t.Helper()
	chip, line, _ := strings.Cut(name, "/")
	l, err := FindLine(chip, line)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

// jumper drives a line through another one wired to it.
type jumper struct {
	t   *testing.T
	out gpio.PinOut
}

func (j jumper) Set(l gpio.Level) {
	if err := j.out.Out(l); err != nil {
		j.t.Error(err)
	}
}

// pullFile drives a line of gpio-sim.
type pullFile struct {
	t    *testing.T
	path string
}

func (p pullFile) Set(l gpio.Level) {
	to := "pull-down"
	if l {
		to = "pull-up"
	}
	if err := os.WriteFile(p.path, []byte(to), 0); err != nil {
		p.t.Error(err)
	}
}
