package devices

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"sunbeon/appliance/config"
	"sunbeon/drivers/digits"
)

// numbers are seven-segment digits wired to the Pi. They keep what is to be
// shown while they are not there.
type numbers struct {
	index map[int][]int // by counter, the places that show it

	mu    sync.Mutex
	shown map[int]string
	dev   *digits.Dev // nil while it is not there
}

func (s *Set) digits(n int, d config.Digits) {
	name := fmt.Sprintf("digits:%d", n)
	s.health.Set(name)
	t := &numbers{index: map[int][]int{}, shown: map[int]string{}}
	for i, counter := range d.Counters {
		t.index[counter] = append(t.index[counter], i)
	}
	s.signs = append(s.signs, t)
	s.parts = append(s.parts, part{name, func(ctx context.Context) (err error) {
		face, end, err := s.face(d)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, end()) }()
		dev, err := digits.New(face, digits.Options{Name: name, Level: d.Level, Log: s.log,
			OnLink: func(up bool) { s.health.When(name, !up, notFound) }})
		if err != nil {
			return err
		}
		s.health.Set(name)
		t.use(dev)
		defer t.use(nil)
		return dev.Run(ctx)
	}})
}

// face opens what the digits hang on.
func (s *Set) face(d config.Digits) (digits.Face, func() error, error) {
	if d.SPI != "" {
		port, err := s.open.SPI(d.SPI)
		if err != nil {
			return nil, nil, err
		}
		face, err := digits.NewMAX7219(port, len(d.Counters), d.Cells)
		if err != nil {
			return nil, nil, errors.Join(err, port.Close())
		}
		return face, port.Close, nil
	}
	clk, err := s.open.Line(d.Chip, d.CLK)
	if err != nil {
		return nil, nil, err
	}
	dio, err := s.open.Line(d.Chip, d.DIO)
	if err != nil {
		return nil, nil, err
	}
	face, err := digits.NewTM1637(clk, dio, d.Order)
	return face, func() error { return nil }, err
}

// Show is shower.
func (t *numbers) Show(counter int, text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, ours := t.index[counter]; !ours {
		return
	}
	t.shown[counter] = text
	t.write(counter, text)
}

func (t *numbers) use(dev *digits.Dev) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.dev = dev
	for counter, text := range t.shown {
		t.write(counter, text)
	}
}

// write hands a number on. The lock is held. What the digits cannot show, a
// prefix mostly, they leave out.
func (t *numbers) write(counter int, text string) {
	if t.dev == nil {
		return
	}
	for _, i := range t.index[counter] {
		_ = t.dev.Show(i, text)
	}
}
