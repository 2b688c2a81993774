package appliance

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/forecast"
	"sunbeon/appliance/queue"
)

// line is a state that commands are given to without a loop.
type line struct {
	t *testing.T
	s *queue.State
	f *forecasts
	h time.Duration // since midnight
}

func newLine(t *testing.T, shifts ...queue.Shift) *line {
	t.Helper()
	c := queue.Config{Office: queue.Office{ID: "CS0001", Name: "민원실"},
		Services: []queue.Service{{ID: "civil", Name: "민원", First: 1, Last: 99, Handling: 60}, {ID: "tax", Name: "세금", Prefix: "T", First: 1, Last: 99, Handling: 60}},
		Counters: []queue.Counter{{Number: 1, Services: []string{"civil", "tax"}, Rule: queue.RuleLongest}},
		Shifts:   shifts, Rules: queue.Rules{LatePlace: queue.LateEnd, DayJumpLimit: 14}}
	l := &line{t: t, s: queue.New(), f: newForecasts(&c), h: 9 * time.Hour}
	l.do(queue.Configure{Config: c})
	l.do(queue.Tick{})
	l.do(queue.OpenCounter{Counter: 1})
	return l
}

func (l *line) at() queue.Stamp {
	midnight := time.Date(2026, 11, 23, 0, 0, 0, 0, queue.KST())
	return queue.Stamp{Wall: midnight.Add(l.h).UnixMilli(), Trusted: true, Mono: l.h.Milliseconds(), Boot: "a"}
}

func (l *line) do(c queue.Command) {
	l.t.Helper()
	in := queue.Input{At: l.at(), Command: c}
	d, err := l.s.Decide(in)
	if err != nil {
		l.t.Fatalf("%s: %v", c.Name(), err)
	}
	for _, f := range l.s.Facts(in, d.Events) {
		if err := l.s.Apply(f); err != nil {
			l.t.Fatal(err)
		}
		l.f.observe(l.s, f)
	}
}

func (l *line) issue() {
	l.t.Helper()
	l.do(queue.Issue{Service: "civil", Class: queue.Ordinary, Origin: queue.Button})
}

func shift(from, to int, services ...string) queue.Shift {
	return queue.Shift{Counter: 1, Services: services, Closed: len(services) == 0,
		When: queue.Hours{Spans: []queue.Span{{From: from * 60, To: to * 60}}}}
}

func changes(c []forecast.Change) (out []string) {
	for _, x := range c {
		out = append(out, fmt.Sprint(x.In, x.Open, x.Services))
	}
	return out
}

// The plan is what the schedule will do, also where shifts touch or overlap.
func TestPlanFollowsTheSchedule(t *testing.T) {
	for name, c := range map[string]struct {
		shifts []queue.Shift
		want   []string
	}{
		"lunch":    {[]queue.Shift{shift(12, 13)}, []string{"3h0m0s false [civil tax]", "4h0m0s true [civil tax]"}},
		"touching": {[]queue.Shift{shift(13, 14, "tax"), shift(12, 13)}, []string{"3h0m0s false [civil tax]", "4h0m0s true [tax]", "5h0m0s true [civil tax]"}},
		"first wins": {[]queue.Shift{shift(12, 13, "tax"), shift(12, 14)},
			[]string{"3h0m0s true [tax]", "4h0m0s false [civil tax]", "5h0m0s true [civil tax]"}},
		"over":    {[]queue.Shift{shift(7, 9)}, nil},
		"far off": {[]queue.Shift{shift(18, 19)}, nil},
	} {
		l := newLine(t, c.shifts...)
		if got := changes(plan(l.s, l.at())); fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: got %q want %q", name, got, c.want)
		}
		for _, change := range plan(l.s, l.at()) {
			l.h = 9*time.Hour + change.In
			l.do(queue.Tick{})
			if k := l.s.Counter(1); k.Paused == change.Open || change.Open && !slices.Equal(k.Services, change.Services) {
				t.Errorf("%s: at %v the schedule has paused %v and %q", name, l.h, k.Paused, k.Services)
			}
		}
	}
	l := newLine(t, shift(12, 13))
	at := l.at()
	at.Trusted = false
	if got := plan(l.s, at); got != nil {
		t.Errorf("a plan by a clock that is not confirmed: %v", got)
	}
}

// A call-to-next-call pair is a handling; what a pause, a no-show or the night
// fell into is none.
func TestWhatCountsAsHandling(t *testing.T) {
	serve := func(l *line, takes time.Duration) {
		l.issue()
		l.do(queue.CallNext{Counter: 1})
		l.h += takes
	}
	for name, c := range map[string]struct {
		each func(l *line)
		long bool
	}{
		"twenty minutes each": {func(l *line) { serve(l, 20*time.Minute); l.do(queue.Finish{Counter: 1}) }, true},
		"paused in between": {func(l *line) {
			serve(l, time.Minute)
			l.do(queue.Pause{Counter: 1})
			l.h += 20 * time.Minute
			l.do(queue.Finish{Counter: 1})
		}, false},
		"nobody came": {func(l *line) { serve(l, 20*time.Minute); l.do(queue.MarkNoShow{Counter: 1}) }, false},
		"idle afterwards": {func(l *line) {
			serve(l, time.Minute)
			l.do(queue.Finish{Counter: 1})
			l.h += 20 * time.Minute
		}, false},
		"closed and opened again": {func(l *line) {
			l.issue()
			serve(l, time.Minute)
			l.do(queue.Finish{Counter: 1}) // one waits
			l.do(queue.CloseDay{})
			l.h += 20 * time.Minute
			l.do(queue.OpenDay{})
			l.do(queue.CallNext{Counter: 1})
			l.h += time.Minute
			l.do(queue.Finish{Counter: 1})
		}, false},
	} {
		l := newLine(t)
		for range 30 {
			c.each(l)
		}
		l.issue()
		l.do(queue.CallNext{Counter: 1})
		l.issue()
		got := time.Duration(l.f.ask(l.s, "civil", queue.Ordinary, l.at()).Mid) * time.Second
		if (got > 10*time.Minute) != c.long {
			t.Errorf("%s: the next waits %v", name, got)
		}
	}
}

func TestIssuingStates(t *testing.T) {
	l := newLine(t)
	v := viewer{words: func(string, string) Words { return Words{} }, forecasts: l.f}
	issuing := func() feed.Issuing { return v.view(l.s, l.at(), "", "").Public.Services[0].Issuing }
	expect := func(when string, want feed.Issuing) {
		t.Helper()
		if got := issuing(); got != want {
			t.Errorf("%s: %s, not %s", when, got, want)
		}
	}
	expect("at first", feed.IssuingOpen)
	l.do(queue.CloseIssuing{Service: "civil"})
	expect("closed by hand", feed.IssuingEarly)
	l.s.Service("civil").Scheduled = true
	expect("by hand, and the hours are over", feed.IssuingClosed)
	l.s.Service("civil").Scheduled = false
	l.do(queue.CloseDay{})
	expect("by hand, and the day is over", feed.IssuingClosed)
	l.do(queue.OpenDay{})
	l.do(queue.ReopenIssuing{Service: "civil"})
	l.s.Service("civil").Next = 100
	expect("no number left", feed.IssuingFull)
}

// A view that was published does not change with the line.
func TestViewSharesNothingWithTheLine(t *testing.T) {
	l := newLine(t)
	v := viewer{words: func(string, string) Words { return Words{} }, forecasts: l.f}
	l.issue()
	l.do(queue.CallNext{Counter: 1})
	l.do(queue.ReportDevice{Device: "printer", Conditions: []string{"paper-end"}})
	kept := v.view(l.s, l.at(), "", "")
	print := func() string {
		return fmt.Sprintf("%+v %+v %+v %+v %+v", kept.Public, *kept.Config, kept.Services, kept.Counters[0].CounterState, *kept.Counters[0].Ticket)
	}
	before := print()
	for i := range l.s.Tickets {
		l.s.Tickets[i].Status, l.s.Tickets[i].Service = queue.Void, "x"
	}
	for i := range l.s.Counters {
		l.s.Counters[i].Services[0], l.s.Counters[i].Current = "x", queue.Ref{}
	}
	for i := range l.s.Services {
		l.s.Services[i] = queue.ServiceState{}
	}
	for i := range l.s.Calls {
		l.s.Calls[i] = queue.Call{}
	}
	l.s.Devices["printer"][0] = "x"
	if after := print(); after != before {
		t.Errorf("it was\n%s\nand is\n%s", before, after)
	}
}

// TestWhoIsAwayTeachesLittle: a ticket whose holder is on the way counts as one who
// comes; skipped it counts like one for whom nobody came, and how long it waited is
// not held against the line.
func TestWhoIsAwayTeachesLittle(t *testing.T) {
	start := func(arrival bool) *line {
		l := newLine(t)
		c := l.s.Config
		c.Services = slices.Clone(c.Services)
		c.Services[0].Online, c.Services[0].Arrival = true, arrival
		l.do(queue.Configure{Config: c})
		return l
	}
	online := func(l *line) {
		f := l.f.predict(l.s, "civil", queue.Ordinary, l.at())
		l.do(queue.Issue{Service: "civil", Class: queue.Ordinary, Origin: queue.Online, Token: "t", Forecast: f})
	}
	learned := func(l *line) string { return string(l.f.model.Snapshot()) }
	away, here := start(true), start(false)
	online(away)
	online(here)
	if a, b := away.f.predict(away.s, "civil", queue.Ordinary, away.at()), here.f.predict(here.s, "civil", queue.Ordinary, here.at()); a != b || !a.Known || a.Line != 1 {
		t.Errorf("behind one who is away %+v, behind one who is here %+v", a, b)
	}
	before := learned(away)
	away.h += time.Hour
	away.do(queue.Arrive{Token: "t"})
	away.do(queue.CallNext{Counter: 1})
	if learned(away) != before {
		t.Error("the line is blamed for who came late")
	}
	before = learned(here)
	here.h += time.Hour
	here.do(queue.CallNext{Counter: 1})
	if learned(here) == before {
		t.Error("nothing is learned of who was here")
	}

	skips, misses := start(true), start(true)
	for _, l := range []*line{skips, misses} {
		online(l)
		l.issue()
	}
	skips.do(queue.CallNext{Counter: 1}) // and the other is skipped
	misses.do(queue.Pick{Counter: 1, Ref: queue.Ref{Band: "civil", Number: 1}})
	misses.do(queue.MarkNoShow{Counter: 1})
	if learned(skips) != learned(misses) {
		t.Error("a skip teaches otherwise than a no-show")
	}
}
