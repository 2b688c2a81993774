package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sunbeon/appliance/queue"
)

// pressToByte is how long a citizen waits before the printer hears of the
// ticket, over what the disk alone takes. Each press has its bare write right
// before it, and the paper is out before the next.
func pressToByte(ctx context.Context, p *place) (r result, err error) {
	s, err := p.open(ctx, "press")
	if err != nil {
		return result{}, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	size, err := s.issueBytes(ctx, 20)
	if err != nil {
		return result{}, err
	}
	b, err := newBare(p.dir, size)
	if err != nil {
		return result{}, err
	}
	defer func() { err = errors.Join(err, b.close()) }()

	var presses, writes samples
	for i := range p.times(2000) {
		if i%bareTurns == 0 {
			if err := s.Journal.Checkpoint(); err != nil {
				return result{}, err
			}
		}
		write, err := b.write()
		if err != nil {
			return result{}, err
		}
		press, err := s.timedPress(ctx)
		if err != nil {
			return result{}, err
		}
		if err := s.call(ctx); err != nil {
			return result{}, err
		}
		presses, writes = append(presses, press), append(writes, write)
	}
	whole, least, most := ratios(presses, writes)
	return result{value: whole, note: fmt.Sprintf("p99 of %d presses, %v; fdatasync of %d B: %v; ratio by fifths %.2f to %.2f, of p50 %.2f",
		len(presses), presses, size, writes, least, most, float64(presses.at(0.5))/float64(writes.at(0.5)))}, nil
}

// timedPress takes a ticket, says when its first byte came, and waits for the
// paper.
func (s *stand) timedPress(ctx context.Context) (time.Duration, error) {
	first := s.wire.arm()
	begin := time.Now()
	if err := s.issue(ctx, queue.Button); err != nil {
		return 0, err
	}
	select {
	case at := <-first:
		return at.Sub(begin), s.printed(ctx)
	case <-time.After(10 * time.Second):
		return 0, errors.New("bench: the printer heard nothing for 10 s")
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}
