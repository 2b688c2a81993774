package forecast

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// The offices of this file are not the model's idea of an office: times are
// drawn from lognormals, counters pause, people do not come, days differ.

const hour = float64(time.Hour / time.Millisecond)

// trade is a service of a simulated office.
type trade struct {
	name   string
	prior  time.Duration // what the office configured, right or not
	mean   float64       // minutes
	sigma  float64       // of the logarithm
	share  float64       // of the arrivals
	noShow float64
}

// post is a counter of a simulated office.
type post struct {
	serves []string
	from   []shift // state at the start of the day first, at -1
}

// shift is a planned change at a counter.
type shift struct {
	at     float64 // hour of the day
	open   bool
	serves []string
}

// office is a kind of office.
type office struct {
	name     string
	trades   []trade
	posts    []post
	perHour  []float64 // arrivals by hour, from nine
	demand   float64   // spread of a day's demand (sigma of the logarithm)
	tempo    float64   // spread of a day's handling times
	drift    []float64 // factor on handling times by hour, from nine
	react    float64   // seconds until an idle clerk calls, at most
	gap      float64   // seconds between finish and next call, mean
	breaks   float64   // unplanned, by counter and hour
	breakMin float64   // their mean length
	silent   bool      // a counter on a break does not say so
	priority float64   // share of priority tickets
	ranked   bool      // counters take their first service first, not the oldest ticket
}

type person struct {
	service  int
	name     string
	at       float64
	priority bool
	forecast Range
	ahead    int
	les      float64
	lesKnown bool
}

// class keeps the last waits of priority and ordinary tickets apart, or the
// naive forecast would look worse than it is.
func (p *person) class() string {
	if p.priority {
		return p.name + " priority"
	}
	return p.name
}

type clerk struct {
	serves   []string
	open     bool
	with     *person
	absent   bool    // the person called is not there
	called   float64 // when
	until    float64 // end of handling, gap, reaction; +Inf when idle
	leaving  bool    // in the gap after a finish, or reacting: calls at until
	paused   bool
	pausedAt float64
	want     bool // will pause when it has finished
}

// run lives through days of an office with a model and returns the samples.
func (o office) run(m *Model, seed uint64, days int) []Sample {
	rng := rand.New(rand.NewPCG(seed, 20260401))
	var samples []Sample
	for day := range days {
		m.StartDay(int64(day))
		samples = append(samples, o.day(m, rng, int64(day))...)
	}
	return samples
}

// scored runs days of warm-up and scores those after.
func (o office) scored(seed uint64, warm, days int) Score {
	all := o.run(o.model(), seed, warm+days)
	return Evaluate(slices.DeleteFunc(all, func(s Sample) bool { return s.Day < int64(warm) }))
}

func (o office) model() *Model {
	prior := map[string]time.Duration{}
	for _, t := range o.trades {
		prior[t.name] = t.prior
	}
	return New(prior)
}

type officeDay struct {
	office
	m       *Model
	rng     *rand.Rand
	day     int64
	now     float64
	tempo   float64
	clerks  []*clerk
	line    []*person
	les     map[string]float64
	samples []Sample
}

func (o office) day(m *Model, rng *rand.Rand, day int64) []Sample {
	d := &officeDay{office: o, m: m, rng: rng, day: day, les: map[string]float64{}}
	d.tempo = math.Exp(rng.NormFloat64() * o.tempo)
	arrivals := o.arrivals(rng)
	type planned struct {
		at float64
		i  int
		s  shift
	}
	var plan []planned
	var pauses []planned
	for i, p := range o.posts {
		d.clerks = append(d.clerks, &clerk{serves: p.serves, open: true, until: math.Inf(1)})
		for _, s := range p.from {
			if s.at < 0 {
				d.clerks[i].open = s.open
				continue
			}
			plan = append(plan, planned{s.at * hour, i, s})
		}
		for at := 9*hour + rng.ExpFloat64()*hour/o.breaks; o.breaks > 0 && at < 18*hour; at += rng.ExpFloat64() * hour / o.breaks {
			pauses = append(pauses, planned{at: at, i: i})
		}
	}
	byTime := func(a, b planned) int {
		if a.at < b.at {
			return -1
		} else if a.at > b.at {
			return 1
		}
		return a.i - b.i
	}
	slices.SortFunc(plan, byTime)
	slices.SortFunc(pauses, byTime)
	for {
		next, which, who := math.Inf(1), 0, 0
		if len(arrivals) > 0 {
			next, which = arrivals[0].at, 1
		}
		if len(plan) > 0 && plan[0].at < next {
			next, which = plan[0].at, 2
		}
		if len(pauses) > 0 && pauses[0].at < next {
			next, which = pauses[0].at, 3
		}
		for i, c := range d.clerks {
			if c.until < next {
				next, which, who = c.until, 4, i
			}
		}
		if which == 0 || next > 20*hour {
			return d.samples
		}
		d.now = next
		switch which {
		case 1:
			p := arrivals[0]
			arrivals = arrivals[1:]
			var rest []Change
			for _, s := range plan {
				if s.at < d.now+3*hour {
					rest = append(rest, Change{In: ms(s.at - d.now), Counter: s.i + 1, Open: s.s.open, Services: s.s.serves})
				}
			}
			d.arrive(p, rest)
		case 2:
			s := plan[0]
			plan = plan[1:]
			c := d.clerks[s.i]
			c.open = s.s.open
			if s.s.serves != nil {
				c.serves = s.s.serves
			}
			d.wake()
		case 3:
			c := d.clerks[pauses[0].i]
			pauses = pauses[1:]
			if c.open {
				c.want = true
				if math.IsInf(c.until, 1) {
					d.free(c)
				}
			}
		case 4:
			d.step(d.clerks[who])
		}
	}
}

func ms(v float64) time.Duration { return time.Duration(v) * time.Millisecond }

func (o office) arrivals(rng *rand.Rand) []*person {
	factor := math.Exp(rng.NormFloat64() * o.demand)
	var out []*person
	for h, rate := range o.perHour {
		from := 9 + float64(h)
		for at := rng.ExpFloat64() / (rate * factor); at < 1; at += rng.ExpFloat64() / (rate * factor) {
			p := &person{at: (from + at) * hour, priority: rng.Float64() < o.priority}
			pick := rng.Float64()
			for i, t := range o.trades {
				if pick -= t.share; pick < 0 || i == len(o.trades)-1 {
					p.service, p.name = i, t.name
					break
				}
			}
			out = append(out, p)
		}
	}
	return out
}

// arrive issues a ticket with its forecast.
func (d *officeDay) arrive(p *person, plan []Change) {
	var counters []Counter
	shared := map[string]bool{}
	for i, c := range d.clerks {
		v := Counter{Number: i + 1, Services: c.serves, Open: c.open, Strict: d.ranked}
		if c.with != nil {
			v.BusyService, v.BusyFor = c.with.name, ms(d.now-c.called)
		}
		if c.paused && !d.silent {
			v.Paused, v.BusyFor = true, ms(d.now-c.pausedAt)
		}
		counters = append(counters, v)
		if slices.Contains(c.serves, p.name) {
			for _, s := range c.serves {
				shared[s] = true
			}
		}
	}
	at := len(d.line)
	if p.priority {
		at = slices.IndexFunc(d.line, func(q *person) bool { return !q.priority })
		if at < 0 {
			at = len(d.line)
		}
	}
	l := Line{Service: p.name, Priority: p.priority}
	for _, q := range d.line[:at] {
		if shared[q.name] {
			l.Ahead = append(l.Ahead, q.name)
		}
	}
	p.forecast = d.m.Predict(l, counters, plan)
	p.ahead = len(l.Ahead)
	p.les, p.lesKnown = d.les[p.class()]
	d.line = slices.Insert(d.line, at, p)
	d.wake()
}

// wake lets idle clerks call.
func (d *officeDay) wake() {
	for _, c := range d.clerks {
		if math.IsInf(c.until, 1) && !c.paused && d.pick(c) >= 0 {
			c.leaving = true
			c.until = d.now + d.rng.Float64()*d.react*1000
			if d.react == 0 {
				d.step(c)
			}
		}
	}
}

// pick is the next in line for a clerk, -1 when there is nobody.
func (d *officeDay) pick(c *clerk) int {
	if !c.open {
		return -1
	}
	if !d.ranked {
		return slices.IndexFunc(d.line, func(p *person) bool { return slices.Contains(c.serves, p.name) })
	}
	for _, s := range c.serves {
		if i := slices.IndexFunc(d.line, func(p *person) bool { return p.name == s }); i >= 0 {
			return i
		}
	}
	return -1
}

// step is what a clerk does at until.
func (d *officeDay) step(c *clerk) {
	c.until = math.Inf(1)
	switch {
	case c.paused:
		c.paused = false
		d.m.Break(ms(d.now - c.pausedAt))
		d.free(c)
	case c.leaving:
		c.leaving = false
		d.free(c)
	case c.with != nil: // finished
		busy := d.now - c.called
		name := c.with.name
		if c.absent {
			c.with = nil
			d.m.NoShow(name)
			d.free(c)
			return
		}
		gap := d.rng.ExpFloat64() * d.gap * 1000
		c.with = nil
		if !c.want && d.pick(c) >= 0 && gap > 0 {
			d.m.Handled(name, ms(busy+gap))
			c.leaving, c.until = true, d.now+gap
			return
		}
		d.m.Handled(name, ms(busy))
		d.free(c)
	}
}

// free makes a clerk pause, call or wait.
func (d *officeDay) free(c *clerk) {
	if c.want {
		c.want, c.paused, c.pausedAt = false, true, d.now
		c.until = d.now + d.breakMin*60_000*(0.4+d.rng.ExpFloat64()*0.6)
		return
	}
	i := d.pick(c)
	if i < 0 {
		return
	}
	p := d.line[i]
	d.line = slices.Delete(d.line, i, i+1)
	wait := d.now - p.at
	d.m.Waited(p.name, p.ahead, p.forecast, ms(wait))
	d.samples = append(d.samples, Sample{
		Day: d.day, Service: p.name, Ahead: p.ahead, Forecast: p.forecast,
		LES: ms(p.les), LESKnown: p.lesKnown, Actual: ms(wait),
	})
	d.les[p.class()] = wait
	t := d.trades[p.service]
	c.with, c.called = p, d.now
	if c.absent = d.rng.Float64() < t.noShow; c.absent {
		c.until = d.now + (20+d.rng.Float64()*25)*1000
		return
	}
	took := math.Exp(d.rng.NormFloat64()*t.sigma-t.sigma*t.sigma/2) * t.mean * 60_000 * d.tempo
	if h := int(d.now/hour) - 9; h >= 0 && len(d.drift) > 0 {
		took *= d.drift[min(h, len(d.drift)-1)]
	}
	c.until = d.now + max(took, 15_000)
}
