package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Settling is over when the record is tidied and the pages have their state.
const (
	settleFor = 5 * time.Second
	idleFor   = 30 * time.Second
)

// kioskIdle is the processor time of the real program while nobody presses: a
// few people wait, two bench pages and two console pages are open, a broker is
// connected.
func kioskIdle(ctx context.Context, p *place) (r result, err error) {
	k, err := p.kiosk(ctx)
	if err != nil {
		return result{}, err
	}
	defer func() { err = errors.Join(err, k.close()) }()
	open, err := k.watch(ctx)
	if err != nil {
		return result{}, err
	}
	for range 5 {
		if err := k.press(ctx); err != nil {
			return result{}, err
		}
	}
	if err := k.printed(ctx, 5); err != nil {
		return result{}, err
	}
	if err := wait(ctx, p.span(settleFor)); err != nil {
		return result{}, err
	}
	used, took, err := atRest(ctx, k.program, p.span(idleFor))
	if err != nil {
		return result{}, err
	}
	rss, _, err := memory(k.program)
	if err != nil {
		return result{}, err
	}
	return result{value: 100 * float64(used) / float64(took), note: fmt.Sprintf(
		"%d ms in %.0f s by /proc/pid/stat, in steps of 10 ms; kiosk -sim with %s and a broker, 5 waiting; %.1f MB",
		used.Milliseconds(), took.Seconds(), open, rss)}, nil
}

// kioskMemory is what the program holds after a busy day: every ticket pressed,
// printed and called over HTTP, with the same pages open. The paper of the
// bench moves at once, so that the day lasts seconds.
func kioskMemory(ctx context.Context, p *place) (r result, err error) {
	k, err := p.kiosk(ctx)
	if err != nil {
		return result{}, err
	}
	defer func() { err = errors.Join(err, k.close()) }()
	open, err := k.watch(ctx)
	if err != nil {
		return result{}, err
	}
	fresh, _, err := memory(k.program)
	if err != nil {
		return result{}, err
	}
	const line = 8
	var most float64
	n := min(dayTickets, p.times(dayTickets))
	for i := range n {
		if err := k.press(ctx); err != nil {
			return result{}, err
		}
		if i >= line {
			if err := k.next(ctx, i); err != nil {
				return result{}, err
			}
		}
		if err := k.printed(ctx, i+1); err != nil {
			return result{}, err
		}
		now, _, err := memory(k.program)
		if err != nil {
			return result{}, err
		}
		most = max(most, now)
	}
	if err := wait(ctx, p.span(settleFor)); err != nil {
		return result{}, err
	}
	end, own, err := memory(k.program)
	if err != nil {
		return result{}, err
	}
	return result{value: end, note: fmt.Sprintf("VmRSS of kiosk -sim after %d tickets printed and called, with %s and a broker; %.1f of it its own, the rest pages of files; %.1f at the start, %.1f at most",
		n, open, own, fresh, max(most, end))}, nil
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
