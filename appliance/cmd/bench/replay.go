package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"sunbeon/appliance"
	"sunbeon/appliance/clock"
	"sunbeon/appliance/journal"
	"sunbeon/appliance/queue"
)

// dayTickets is an office's busy day.
const dayTickets = 400

// replayDay is the start in the afternoon of an office's first day.
func replayDay(ctx context.Context, p *place) (result, error) {
	return replay(ctx, p, history{last: min(dayTickets, p.times(dayTickets))})
}

// replayYears is the same behind five years. The days before have 100 tickets
// each, so that making them takes less than a minute.
func replayYears(ctx context.Context, p *place) (result, error) {
	return replay(ctx, p, history{days: min(5*year, p.times(5*year)), tickets: 100, last: min(dayTickets, p.times(dayTickets))})
}

// replay brings a fresh loop to where the record ends, again and again. The
// figure is from opening the record, which reads the day, checks its hash chain
// and recomputes its projections, to the loop that has taken every fact; how
// much of it is the opening is in the note.
func replay(ctx context.Context, p *place, h history) (result, error) {
	begin := time.Now()
	path, err := h.path(ctx, p.dir)
	if err != nil {
		return result{}, err
	}
	made := time.Since(begin)
	var opened, started samples
	var facts int
	for range p.times(20) {
		open, took, n, err := start(ctx, path)
		if err != nil {
			return result{}, err
		}
		opened, started, facts = append(opened, open), append(started, open+took), n
	}
	return result{value: ms(started.at(0.5)), note: fmt.Sprintf(
		"median of %d, %d facts of the day, %d days before (made in %.0f s): least %.1f, %v; of it opening the record: least %.1f, %v",
		len(started), facts, h.days, made.Seconds(), ms(started.at(0)), started, ms(opened.at(0)), opened)}, err
}

// start opens the record and replays it into a loop.
func start(ctx context.Context, path string) (opened, replayed time.Duration, facts int, err error) {
	file, err := office()
	if err != nil {
		return 0, 0, 0, err
	}
	begin := time.Now()
	j, err := journal.Open(ctx, path, journal.Options{})
	if err != nil {
		return 0, 0, 0, err
	}
	opened = time.Since(begin)
	defer func() { err = errors.Join(err, j.Close()) }()
	begin = time.Now()
	loop := appliance.New(appliance.Options{Config: file.Queue, Clock: clock.NewBench(nine()), Record: j,
		Journal: j.ID(), Address: file.Address, Log: slog.New(slog.DiscardHandler)})
	err = j.Replay(func(f queue.Fact) error {
		facts++
		return loop.Replay(f)
	})
	return opened, time.Since(begin), facts, err
}
