package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
)

// The country of the measurements: all its offices, of which some have readers.
const (
	countryOffices = 3800
	countryReaders = 19000
	busyOffices    = 230 // those with readers, by Zipf's law: the second has half as many as the first, the third a third
	frontReaders   = 4   // of the page of all offices: see crowdOf
	changeRate     = 1000.0
	changeSpan     = 20 * time.Second
	growthSpan     = 6 * time.Second
	growthRate     = 400.0 // changes a second at the busy offices, while readers are added
)

// crowdOf spreads readers over the pages of the busy offices.
func crowdOf(readers, offices int) []audience {
	busy := min(busyOffices, offices)
	var all float64
	for i := range busy {
		all += 1 / float64(i+1)
	}
	var out []audience
	left := readers
	for i := range busy {
		n := int(float64(readers) / float64(i+1) / all)
		left -= n
		id := officeName(i)
		out = append(out, audience{Path: "/o/" + id + "/events", Office: id, N: n})
	}
	out[0].N += left // what rounding leaves
	return out
}

// fronts are the readers of the page of all offices. A city's page has 15 to 60
// of them; that of a whole country has no reader that could take a thousand cards
// a second, so that a few stand for it.
func fronts(n int) audience { return audience{Path: "/events", N: n, Front: true} }

// cityRun is what came of one run of the whole city.
type cityRun struct {
	offices, readers int
	opened           time.Duration // to connect the readers
	brokerMB         float64       // of the broker's own memory, at the end
	byReaders        []window      // the first without readers
	byChanges        []window      // the first without changes; the last is the whole load
}

// window is some time with so many readers and changes a second.
type window struct {
	size float64
	day
}

// served adds up the readers of both processes; of times it has the worse.
func (w window) served(of func(readersAnswer) served) (all served) {
	for _, a := range w.readers {
		s := of(a)
		all.Events, all.Bytes = all.Events+s.Events, all.Bytes+s.Bytes
		all.Middle, all.Slow, all.Slowest = max(all.Middle, s.Middle), max(all.Slow, s.Slow), max(all.Slowest, s.Slowest)
	}
	return all
}

func (w window) office() served { return w.served(func(a readersAnswer) served { return a.Office }) }
func (w window) front() served  { return w.served(func(a readersAnswer) served { return a.Front }) }

func (w window) deliveries() int { return w.office().Events + w.front().Events }

func (w window) core(used time.Duration) float64 { return 100 * float64(used) / float64(w.took) }

// wholeCity is the run that several lines share.
func (p *place) wholeCity(ctx context.Context) (*cityRun, error) {
	if p.ran == nil {
		r := &cityRun{offices: p.times(countryOffices), readers: p.times(countryReaders)}
		if err := r.run(ctx, p); err != nil {
			return nil, err
		}
		p.ran = r
	}
	return p.ran, nil
}

func (r *cityRun) run(ctx context.Context, p *place) (err error) {
	c, err := p.city(ctx, r.offices)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	fraction := min(1, p.scale)
	front := max(1, int(frontReaders*fraction))
	have := crowdOf(0, r.offices)
	for _, part := range []float64{0, 2.0 / 19, 5.0 / 19, 10.0 / 19, 1} {
		want := crowdOf(int(math.Round(float64(r.readers-front)*part)), r.offices)
		more := make([]audience, len(want))
		for i := range want {
			more[i] = want[i]
			more[i].N -= have[i].N
		}
		have = want
		begin := time.Now()
		if err := c.open(more); err != nil {
			return err
		}
		r.opened += time.Since(begin)
		d, err := c.changes(ctx, officesOrder{Rate: max(10, growthRate*fraction), Span: p.span(growthSpan), Among: busyOffices})
		if err != nil {
			return err
		}
		r.byReaders = append(r.byReaders, window{part * float64(r.readers-front), d})
	}
	if err := c.open([]audience{fronts(front)}); err != nil {
		return err
	}
	for _, part := range []float64{0, 0.1, 0.25, 0.5, 1} {
		o := officesOrder{Rate: part * max(20, changeRate*fraction), Span: p.span(growthSpan), Among: r.offices}
		if part == 1 {
			o.Span = p.span(changeSpan)
		}
		d, err := c.changes(ctx, o)
		if err != nil {
			return err
		}
		r.byChanges = append(r.byChanges, window{o.Rate, d})
	}
	_, r.brokerMB, err = memory(c.broker)
	return err
}

// load is the window with everything.
func (r *cityRun) load() window { return r.byChanges[len(r.byChanges)-1] }

func factToReader(ctx context.Context, p *place) (result, error) {
	r, err := p.wholeCity(ctx)
	if err != nil {
		return result{}, err
	}
	w := r.load()
	o, f := w.office(), w.front()
	rate := func(s served) float64 { return float64(s.Bytes) / 1e6 / w.took.Seconds() }
	return result{value: ms(max(o.Slow, f.Slow)), note: fmt.Sprintf(
		"offices' pages: p50 %.1f p99 %.1f max %.1f ms over %d deliveries, %.1f MB/s; the page of all: p50 %.1f p99 %.1f max %.1f ms over %d, %.1f MB/s compressed; %d offices, %d changes in %.1f s (a fact of %d B and a state of %d B each, late at most %.1f ms), %d readers connected in %.1f s",
		ms(o.Middle), ms(o.Slow), ms(o.Slowest), o.Events, rate(o), ms(f.Middle), ms(f.Slow), ms(f.Slowest), f.Events, rate(f),
		r.offices, w.offices.Changes, w.took.Seconds(), w.offices.Fact, w.offices.State, ms(w.offices.Late), r.readers, r.opened.Seconds())}, nil
}

func brokerCore(ctx context.Context, p *place) (result, error) {
	r, err := p.wholeCity(ctx)
	if err != nil {
		return result{}, err
	}
	w := r.load()
	return result{w.core(w.broker), fmt.Sprintf("mosquitto in that run: %d connections, %.0f messages a second in, as many to the city, a cursor for each office with news; %.0f MB",
		r.offices+1, 2*float64(w.offices.Changes)/w.took.Seconds(), r.brokerMB)}, nil
}

func citywebCore(ctx context.Context, p *place) (result, error) {
	r, err := p.wholeCity(ctx)
	if err != nil {
		return result{}, err
	}
	w := r.load()
	return result{w.core(w.web), fmt.Sprintf("in that run: %.0f facts stored and %.0f deliveries a second; %.1f %% with the readers and without changes",
		float64(w.offices.Changes)/w.took.Seconds(), float64(w.deliveries())/w.took.Seconds(), r.byChanges[0].core(r.byChanges[0].web))}, nil
}

// readerGrowth compares what a delivery costs with the most readers and with the
// fewest, less what the changes cost without any reader.
func readerGrowth(ctx context.Context, p *place) (result, error) {
	r, err := p.wholeCity(ctx)
	if err != nil {
		return result{}, err
	}
	return growth(r.byReaders, "readers", "delivery", window.deliveries)
}

// changeGrowth does so for changes, less what the readers cost without any.
func changeGrowth(ctx context.Context, p *place) (result, error) {
	r, err := p.wholeCity(ctx)
	if err != nil {
		return result{}, err
	}
	return growth(r.byChanges, "changes/s", "change", func(w window) int { return w.offices.Changes })
}

// growth is the cost of a unit at the largest size over that at the smallest
// whose cost stands out from the base, the first window: what is less than a tenth
// of it is noise, as in a very short run.
func growth(all []window, of, unit string, units func(window) int) (result, error) {
	base := float64(all[0].web) / float64(all[0].took)
	var costs []float64
	var said []string
	for _, w := range all[1:] {
		before := base * float64(w.took)
		more := float64(w.web) - before
		if more < before/10 || units(w) == 0 {
			said = append(said, fmt.Sprintf("%.0f: too little", w.size))
			continue
		}
		costs = append(costs, more/float64(units(w)))
		said = append(said, fmt.Sprintf("%.0f: %.1f", w.size, costs[len(costs)-1]/1e3))
	}
	note := fmt.Sprintf("cityweb's processor, us a %s at so many %s: %s; base %.1f %% of a core", unit, of, strings.Join(said, ", "), 100*base)
	if len(costs) < 2 {
		return result{0, note + "; no two sizes to compare"}, nil
	}
	return result{costs[len(costs)-1] / costs[0], note}, nil
}
