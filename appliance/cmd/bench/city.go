package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"
)

// The country of the measurements: all its offices, of which some have readers.
const (
	countryOffices = 3800
	countryReaders = 19000
	busyOffices    = 230 // those with readers, the first with the most: 1, 1/2, 1/3 ... of it
	frontReaders   = 10  // of the page of all offices: see crowdOf
	changeRate     = 1000.0
	changeSpan     = 20 * time.Second
)

// crowdOf spreads readers over the busy offices by Zipf's law. A page of all
// offices shows 15 to 60 in a city; that of a whole country has no reader that
// could take a thousand cards a second, so that a few stand for it.
func crowdOf(readers, offices int) []audience {
	busy := min(busyOffices, offices)
	var all float64
	for i := range busy {
		all += 1 / float64(i+1)
	}
	front := min(frontReaders, readers/10)
	out := []audience{{Path: "/events", N: front}}
	left := readers - front
	for i := range busy {
		n := min(left, int(math.Ceil(float64(readers-front)/float64(i+1)/all)))
		left -= n
		id := officeName(i)
		out = append(out, audience{Path: "/o/" + id + "/events", Office: id, N: n})
	}
	out[1].N += left
	return out
}

func factToReader(ctx context.Context, p *place) (r result, err error) {
	offices, readers := p.times(countryOffices), p.times(countryReaders)
	c, err := p.city(ctx, offices)
	if err != nil {
		return result{}, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	begin := time.Now()
	if err := c.open(crowdOf(readers, offices)); err != nil {
		return result{}, err
	}
	opened := time.Since(begin)
	d, err := c.changes(officesOrder{Rate: max(10, changeRate*p.scale), Span: p.span(changeSpan), Among: offices})
	if err != nil {
		return result{}, err
	}
	var slow, slowest, middle time.Duration
	events, bytes := 0, int64(0)
	for _, a := range d.readers {
		slow, slowest, middle = max(slow, a.Slow), max(slowest, a.Slowest), max(middle, a.Middle)
		events += a.Events
		bytes += a.Bytes
	}
	core := func(used time.Duration) float64 { return 100 * float64(used) / float64(d.took) }
	return result{value: ms(slow), note: fmt.Sprintf(
		"p50 %.1f max %.1f ms over %d deliveries; %d offices, %d changes in %.1f s (late at most %.1f ms), state %d B, fact %d B; %d readers connected in %.1f s; broker %.1f %%, cityweb %.1f %% of a core; %.1f MB/s to readers",
		ms(middle), ms(slowest), events, offices, d.offices.Changes, d.took.Seconds(), ms(d.offices.Late), d.offices.State, d.offices.Fact, readers, opened.Seconds(),
		core(d.broker), core(d.web), float64(bytes)/1e6/d.took.Seconds())}, nil
}
