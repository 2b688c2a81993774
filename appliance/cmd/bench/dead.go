package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// deadUnit compares two halls that differ in one thing: a unit of one is
// unplugged when the measurement begins. They run at the same time, so that the
// machine's noise meets both, and the same 31 units of each are looked at. The
// time in which the unit is given up is in the figure.
func deadUnit(ctx context.Context, p *place) (r result, err error) {
	const dead = hallUnits / 2
	var halls [2]*hall
	for i := range halls {
		halls[i] = newHall()
		_, end, err := halls[i].work(ctx, nil)
		if err != nil {
			return result{}, err
		}
		defer func() { err = errors.Join(err, end()) }()
	}
	if err := wait(ctx, p.span(2*time.Second)); err != nil {
		return result{}, err
	}
	whole, hurt := halls[0], halls[1]
	hurt.line.Do(func() { hurt.units[dead].Mute = true })
	from := time.Now()
	if err := wait(ctx, max(3*time.Second, p.span(60*time.Second))); err != nil {
		return result{}, err
	}
	to := time.Now()
	live := func(unit int) bool { return unit != dead }
	with, without := hurt.cycles(live, from, to), whole.cycles(live, from, to)
	if len(with) == 0 || len(without) == 0 {
		return result{}, errors.New("bench: no unit was read twice")
	}
	questions := len(hurt.cycles(func(unit int) bool { return unit == dead }, from, to)) + 1
	return result{value: float64(with.mean()) / float64(without.mean()), note: fmt.Sprintf(
		"mean of %d cycles over that of %d, two lines side by side for %.0f s from the moment it died; with: mean %.1f %v; all alive: mean %.1f %v; the dead one was asked %d times",
		len(with), len(without), to.Sub(from).Seconds(), ms(with.mean()), with, ms(without.mean()), without, questions)}, nil
}
