package devices

import (
	"context"
	"fmt"

	"sunbeon/appliance/config"
	"sunbeon/drivers/callunit"
	"sunbeon/drivers/keypad"
	"sunbeon/drivers/rs485"
	"sunbeon/drivers/serialport"
	"sunbeon/drivers/sign"
)

// dialer opens a line's port and says of the line whether it is there.
func dialer[P any](s *Set, l *line, c serialport.Config, as func(Port) P) func(context.Context) (P, error) {
	return func(ctx context.Context) (P, error) {
		port, err := s.open.Serial(ctx, c)
		if ctx.Err() == nil {
			l.plugged(err == nil)
		}
		if err != nil {
			var none P
			return none, err
		}
		return as(port), nil
	}
}

func (s *Set) bus(n int, b config.Bus) error {
	l := newLine(s.health, fmt.Sprintf("bus:%d", n))
	for _, u := range b.Units {
		l.add(u.Address)
	}
	bus, err := rs485.New(b.Config, dialer(s, l, b.Port, func(p Port) rs485.Port { return p }), rs485.Hooks{
		Key:    s.desks.key,
		Health: func(h rs485.Health) { l.alive(h.Address, h.Alive) },
	}, s.log.With("device", l.name))
	if err != nil {
		return err
	}
	s.signs = append(s.signs, bus)
	s.parts = append(s.parts, part{l.name, bus.Run})
	return nil
}

func (s *Set) callUnits(n int, u config.CallUnits) error {
	l := newLine(s.health, fmt.Sprintf("callunit:%d", n))
	dev, err := callunit.New(u.Config, s.desks.key, s.log.With("device", l.name))
	if err != nil {
		return err
	}
	dial := dialer(s, l, u.Port, func(p Port) callunit.Port { return p })
	s.parts = append(s.parts, part{l.name, func(ctx context.Context) error { return dev.Run(ctx, dial) }})
	return nil
}

func (s *Set) signLine(n int, g config.Signs) error {
	l := newLine(s.health, fmt.Sprintf("sign:%d", n))
	for _, u := range g.Units {
		if len(g.Frame.Ack) > 0 { // the others never say how they are
			l.add(u.Address)
		}
	}
	dev, err := sign.New(g.Config, func(h sign.Health) { l.alive(h.Address, h.Alive) }, s.log.With("device", l.name))
	if err != nil {
		return err
	}
	s.signs = append(s.signs, dev)
	dial := dialer(s, l, g.Port, func(p Port) sign.Port { return p })
	s.parts = append(s.parts, part{l.name, func(ctx context.Context) error { return dev.Run(ctx, dial) }})
	return nil
}

func (s *Set) keypad(k config.Keypad) error {
	name := fmt.Sprintf("keypad:%d", k.Counter)
	s.health.Set(name)
	dev, err := keypad.New(func() (keypad.Device, error) {
		d, err := s.open.Keypad(k.Device, k.Keys)
		s.health.When(name, err != nil, notFound)
		return d, err
	}, k.Keys, keypad.Options{
		Name:      fmt.Sprint(k.Counter),
		OnCommand: func(c keypad.Command) { s.desks.command(k.Counter, c) },
		Log:       s.log,
	})
	if err != nil {
		return err
	}
	s.parts = append(s.parts, part{name, dev.Run})
	return nil
}

func (s *Set) keys(k config.Keys) {
	name := fmt.Sprintf("keys:%d", k.Counter)
	s.health.Set(name)
	s.parts = append(s.parts, part{name, func(ctx context.Context) error {
		unit, err := s.pins(k, keypad.Options{
			Name:      fmt.Sprint(k.Counter),
			OnCommand: func(c keypad.Command) { s.desks.command(k.Counter, c) },
			Log:       s.log,
		})
		if err != nil {
			return err
		}
		s.health.Set(name)
		return unit.Run(ctx)
	}})
}

// pins finds the lines of a counter's keys.
func (s *Set) pins(k config.Keys, o keypad.Options) (*keypad.Pins, error) {
	var pins []keypad.Pin
	for key, at := range k.Lines {
		in, err := s.open.Line(k.Chip, at)
		if err != nil {
			return nil, err
		}
		pins = append(pins, keypad.Pin{Key: key, Line: in})
	}
	return keypad.NewPins(pins, o)
}
