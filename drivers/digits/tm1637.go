package digits

import (
	"fmt"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/devices/v3/tm1637"
)

// TM1637 is a module of up to six digits on two lines of its own.
type TM1637 struct {
	dev   *tm1637.Dev
	watch *refusal
	order []int
}

// NewTM1637 takes the clock and data lines. order names the chip's grid of each
// digit from the left: {0, 1, 2, 3} for the usual four digits, {2, 1, 0, 5, 4, 3}
// for many modules of six.
func NewTM1637(clk gpio.PinOut, dio gpio.PinIO, order []int) (*TM1637, error) {
	seen := map[int]bool{}
	for _, g := range order {
		if g < 0 || g > 5 || seen[g] {
			return nil, fmt.Errorf("digits: order %v; up to six grids, 0 to 5, each once", order)
		}
		seen[g] = true
	}
	if clk == nil || dio == nil || len(order) == 0 {
		return nil, fmt.Errorf("digits: a TM1637 needs two lines and the order of its digits")
	}
	t := &TM1637{watch: &refusal{}, order: order}
	dev, err := tm1637.New(&outLine{clk, t.watch}, &ioLine{dio, t.watch})
	if err != nil {
		return nil, fmt.Errorf("digits: TM1637 on %s and %s: %w; are the lines used by something else?", clk.Name(), dio.Name(), err)
	}
	t.dev = dev
	return t, nil
}

// Size is one number.
func (t *TM1637) Size() (numbers, cells int) { return 1, len(t.order) }

// Write shows the number.
func (t *TM1637) Write(segments [][]byte, level int) error {
	t.watch.err = nil
	var grids [6]byte
	for i, g := range t.order {
		grids[g] = segments[0][i]
	}
	if _, err := t.dev.Write(grids[:]); err != nil {
		return fmt.Errorf("digits: TM1637: %w", err)
	}
	b := tm1637.Off
	if level > 0 {
		b = tm1637.Brightness1 + tm1637.Brightness(min(level, Brightest)-1)
	}
	if err := t.dev.SetBrightness(b); err != nil {
		return fmt.Errorf("digits: TM1637: %w", err)
	}
	if t.watch.err != nil {
		return fmt.Errorf("digits: TM1637: %w", t.watch.err)
	}
	return nil
}

// refusal keeps the first error of a line, which periph's driver throws away.
type refusal struct{ err error }

func (r *refusal) note(err error) error {
	if err != nil && r.err == nil {
		r.err = err
	}
	return err
}

type outLine struct {
	gpio.PinOut
	r *refusal
}

func (l *outLine) Out(v gpio.Level) error { return l.r.note(l.PinOut.Out(v)) }

type ioLine struct {
	gpio.PinIO
	r *refusal
}

func (l *ioLine) Out(v gpio.Level) error { return l.r.note(l.PinIO.Out(v)) }
