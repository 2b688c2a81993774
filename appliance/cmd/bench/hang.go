package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sunbeon/appliance/queue"
)

// hungPrinter compares calls at two kiosks that differ in one thing: the
// printer of one eats what it is sent and says nothing, with tickets waiting for
// it. They are called at in turns.
func hungPrinter(ctx context.Context, p *place) (r result, err error) {
	well, err := p.open(ctx, "well")
	if err != nil {
		return result{}, err
	}
	defer func() { err = errors.Join(err, well.close()) }()
	hung, err := p.open(ctx, "hung")
	if err != nil {
		return result{}, err
	}
	defer func() { err = errors.Join(err, hung.close()) }()

	hung.printer.Silence(true)
	const waiting = 40
	calls := p.times(1000)
	for _, s := range []*stand{well, hung} {
		for range waiting {
			if err := s.issue(ctx, queue.Button); err != nil {
				return result{}, err
			}
		}
	}
	if err := well.printed(ctx); err != nil {
		return result{}, err
	}
	var healthy, stuck samples
	for i := range calls {
		if i%bareTurns == 0 {
			if err := errors.Join(well.Journal.Checkpoint(), hung.Journal.Checkpoint()); err != nil {
				return result{}, err
			}
		}
		turn := []*stand{well, hung}
		if i%2 == 1 {
			turn[0], turn[1] = hung, well
		}
		for _, s := range turn {
			if err := s.issue(ctx, queue.Online); err != nil { // somebody to call
				return result{}, err
			}
			begin := time.Now()
			if err := s.call(ctx); err != nil {
				return result{}, err
			}
			took := time.Since(begin)
			if s == well {
				healthy = append(healthy, took)
			} else {
				stuck = append(stuck, took)
			}
		}
	}
	if n := len(hung.Loop.View().Unpaper); n != waiting {
		return result{}, fmt.Errorf("bench: %d tickets wait for the hung printer, not %d", n, waiting)
	}
	whole, least, most := ratios(stuck, healthy)
	return result{value: whole, note: fmt.Sprintf("p99 of %d calls with %d tickets stuck, %v; healthy: %v; ratio by fifths %.2f to %.2f",
		calls, waiting, stuck, healthy, least, most)}, nil
}
