package appliance

import (
	"cmp"
	"slices"
	"time"

	"sunbeon/appliance/forecast"
	"sunbeon/appliance/queue"
)

// forecasts feeds the model with what happens and asks it for waiting times. It
// belongs to the loop's goroutine.
type forecasts struct {
	model *forecast.Model
	desks map[int]*deskTimes
	known map[string]queue.Forecast // by service, since the last change of the line
	asked queue.Stamp               // when known was emptied
}

// deskTimes is what a counter's clock says of the ticket before.
type deskTimes struct {
	called   queue.Stamp
	ended    queue.Stamp
	service  string
	straight bool // somebody was waiting when it ended, so the gap to the next call counts
	pending  bool // ended and not yet reported
	paused   bool // a pause fell into it
	left     queue.Stamp
}

// refresh is how long a forecast is shown without a change of the line: counters
// grow older with time.
const refresh = 15 * time.Second

func newForecasts(c *queue.Config) *forecasts {
	f := &forecasts{desks: map[int]*deskTimes{}, known: map[string]queue.Forecast{}}
	f.model = forecast.New(priors(c))
	return f
}

func priors(c *queue.Config) map[string]time.Duration {
	p := map[string]time.Duration{}
	for _, s := range c.Services {
		p[s.ID] = time.Duration(s.Handling) * time.Second
	}
	return p
}

func (f *forecasts) desk(n int) *deskTimes {
	d := f.desks[n]
	if d == nil {
		d = &deskTimes{}
		f.desks[n] = d
	}
	return d
}

// observe takes a fact after it was applied.
func (f *forecasts) observe(s *queue.State, fact queue.Fact) {
	switch e := fact.Event.(type) {
	case queue.Printed, queue.PrintFailed, queue.ReprintAsked, queue.Recalled, queue.DeviceChanged:
		return // the line did not change
	case queue.DayOpened:
		f.model.StartDay(e.Number)
		clear(f.desks)
	case queue.DayClosed:
		for _, d := range f.desks {
			f.settle(d, d.ended)
		}
	case queue.Called:
		f.called(s, fact.At, e)
	case queue.Finished:
		f.ended(s, fact.At, e.Counter, e.Ref)
	case queue.Transferred:
		f.ended(s, fact.At, e.From, e.Ref)
	case queue.Held:
		f.ended(s, fact.At, e.Counter, e.Ref)
	case queue.NoShow:
		f.desk(e.Counter).pending = false
		f.model.NoShow(serviceOf(s, e.Ref))
	case queue.Skipped: // it took nobody's time, and those behind it had waited for it
		f.model.NoShow(serviceOf(s, e.Ref))
	case queue.CounterLeft:
		d := f.desk(e.Counter)
		f.settle(d, d.ended)
		d.paused, d.left = true, fact.At
		if fact.Cause == (queue.Tick{}).Name() {
			d.left = queue.Stamp{} // a rest that was planned teaches nothing about others
		}
	case queue.CounterResumed:
		d := f.desk(e.Counter)
		if away, known := fact.At.Since(d.left); known && d.left != (queue.Stamp{}) {
			f.model.Break(away)
		}
		d.left = queue.Stamp{}
	case queue.CounterClosed:
		d := f.desk(e.Counter)
		f.settle(d, d.ended)
	}
	clear(f.known)
	f.asked = fact.At
}

func (f *forecasts) called(s *queue.State, at queue.Stamp, e queue.Called) {
	d := f.desk(e.Counter)
	if d.pending && d.straight {
		f.settle(d, at)
	} else {
		f.settle(d, d.ended)
	}
	t := s.Find(e.Ref)
	*d = deskTimes{called: at, service: t.Service, left: d.left}
	wait, known := at.Since(t.Issued)
	inTurn := e.How == queue.ByNext && t.Service == t.Band && t.Place.Then == 0 && !awaited(s, t)
	if known && inTurn && t.Forecast.Known {
		f.model.Waited(t.Service, t.Forecast.Line, RangeOf(t.Forecast), wait)
	}
}

// awaited reports whether the ticket's holder may have come after their turn: how
// long it waited then says nothing about the line.
func awaited(s *queue.State, t *queue.Ticket) bool {
	def, _ := s.Config.Service(t.Band)
	return t.Origin == queue.Online && def.Arrival
}

func (f *forecasts) ended(s *queue.State, at queue.Stamp, counter int, r queue.Ref) {
	d := f.desk(counter)
	d.ended, d.pending = at, true
	d.straight = s.Callable(counter) > 0
}

// settle reports the handling that ended, taken to last until to.
func (f *forecasts) settle(d *deskTimes, to queue.Stamp) {
	if took, known := to.Since(d.called); d.pending && known && !d.paused {
		f.model.Handled(d.service, took)
	}
	d.pending = false
}

// predict is the forecast for who takes a ticket of the service now; the zero
// value when it is unknown.
func (f *forecasts) predict(s *queue.State, service string, class queue.Class, at queue.Stamp) queue.Forecast {
	if age, ok := at.Since(f.asked); !ok || age > refresh {
		clear(f.known)
		f.asked = at
	}
	key := service + "/" + string(class)
	got, ok := f.known[key]
	if !ok {
		got = f.ask(s, service, class, at)
		f.known[key] = got
	}
	return got
}

func (f *forecasts) ask(s *queue.State, service string, class queue.Class, at queue.Stamp) queue.Forecast {
	line := forecast.Line{Ahead: s.Line(service, class), Service: service, Priority: class == queue.Priority}
	r := f.model.Predict(line, f.counters(s, at), plan(s, at))
	if !r.Known {
		return queue.Forecast{}
	}
	return queue.Forecast{Known: true, Low: seconds(r.Low), Mid: seconds(r.Mid), High: seconds(r.High), Base: r.Base.Milliseconds(), Line: len(line.Ahead)}
}

func (f *forecasts) counters(s *queue.State, at queue.Stamp) []forecast.Counter {
	out := make([]forecast.Counter, 0, len(s.Counters))
	for _, k := range s.Counters {
		c := forecast.Counter{Number: k.Number, Services: k.Services, Open: k.Open, Paused: k.Paused,
			Strict: s.RuleOf(k.Number) == queue.RuleStrict}
		if k.Paused && at.Trusted && k.Shift > 0 && k.Shift <= len(s.Config.Shifts) && s.Config.Shifts[k.Shift-1].Closed {
			c.Open = false // the plan says when it comes back
		}
		if t := s.Find(k.Current); t != nil {
			c.BusyService = t.Service
			c.BusyFor, _ = at.Since(t.Called)
		} else if d := f.desks[k.Number]; k.Paused && d != nil {
			c.BusyFor, _ = at.Since(d.left)
		}
		out = append(out, c)
	}
	return out
}

// horizon is how far ahead the plan is looked at: longer than any wait.
const horizon = 8 * time.Hour

// plan lists what the shifts will change at open counters within the horizon, if
// the clock is trusted. At each minute at which a shift begins or ends it asks
// which one is then in force, as the schedule will.
func plan(s *queue.State, at queue.Stamp) []forecast.Change {
	if !at.Trusted {
		return nil
	}
	var out []forecast.Change
	now := at.Time()
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	for _, k := range s.Config.Counters {
		if have := s.Counter(k.Number); have == nil || !have.Open {
			continue
		}
		shifts := slices.DeleteFunc(slices.Clone(s.Config.Shifts), func(sh queue.Shift) bool {
			return sh.Counter != k.Number || !sh.When.OnDay(at)
		})
		for _, minute := range edges(shifts) {
			in := midnight.Add(time.Duration(minute) * time.Minute).Sub(now)
			if in <= 0 || in >= horizon {
				continue
			}
			c := forecast.Change{In: in, Counter: k.Number, Open: true, Services: k.Services}
			if i := slices.IndexFunc(shifts, func(sh queue.Shift) bool { return inForce(sh, minute) }); i >= 0 {
				c.Open = !shifts[i].Closed
				if c.Open {
					c.Services = shifts[i].Services
				}
			}
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b forecast.Change) int { return cmp.Compare(a.In, b.In) })
	return out
}

// edges are the minutes at which any of the shifts begins or ends, in order.
func edges(shifts []queue.Shift) []int {
	var out []int
	for _, sh := range shifts {
		for _, span := range sh.When.Spans {
			out = append(out, span.From, span.To)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func inForce(sh queue.Shift, minute int) bool {
	return slices.ContainsFunc(sh.When.Spans, func(sp queue.Span) bool { return sp.From <= minute && minute < sp.To })
}

func seconds(d time.Duration) int { return int(d.Round(time.Second) / time.Second) }

// RangeOf is the forecast kept with a ticket, as the model gave it.
func RangeOf(f queue.Forecast) forecast.Range {
	return forecast.Range{
		Low: time.Duration(f.Low) * time.Second, Mid: time.Duration(f.Mid) * time.Second,
		High: time.Duration(f.High) * time.Second, Base: time.Duration(f.Base) * time.Millisecond, Known: f.Known,
	}
}
