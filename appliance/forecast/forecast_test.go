package forecast

import (
	"math/rand/v2"
	"testing"
	"time"
)

func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }

const minute = time.Minute

// desks are n open counters that serve a, all busy since their ticket's call.
func busyDesks(n int, services ...string) []Counter {
	var out []Counter
	for i := range n {
		out = append(out, Counter{Number: i + 1, Services: services, Open: true, BusyService: services[0]})
	}
	return out
}

func ahead(n int, service string) []string {
	var out []string
	for range n {
		out = append(out, service)
	}
	return out
}

func known(t *testing.T, r Range) Range {
	t.Helper()
	if !r.Known {
		t.Fatal("unknown, want a forecast")
	}
	if r.Low < 0 || r.Low > r.Mid || r.Mid > r.High {
		t.Fatalf("%v is no range", r)
	}
	return r
}

// learnedModel has seen service a take exactly five minutes.
func learnedModel() *Model {
	m := New(map[string]time.Duration{"a": 5 * minute, "b": 5 * minute, "c": 5 * minute})
	for range 200 {
		m.Handled("a", 5*minute)
		m.Handled("b", 10*minute)
	}
	return m
}

func TestUnknown(t *testing.T) {
	m := New(map[string]time.Duration{"a": 5 * minute})
	open := Counter{Number: 1, Services: []string{"a"}, Open: true}
	closed := Counter{Number: 1, Services: []string{"a"}}
	paused := Counter{Number: 1, Services: []string{"a"}, Open: true, Paused: true}
	other := Counter{Number: 2, Services: []string{"b"}, Open: true}
	for _, c := range []struct {
		name     string
		counters []Counter
		plan     []Change
		known    bool
	}{
		{"no counters", nil, nil, false},
		{"closed", []Counter{closed}, nil, false},
		{"open for something else", []Counter{closed, other}, nil, false},
		{"only one on a pause", []Counter{paused}, nil, false},
		{"open", []Counter{open}, nil, true},
		{"one of two on a pause", []Counter{paused, {Number: 2, Services: []string{"a"}, Open: true}}, nil, true},
		{"opens later", []Counter{closed}, []Change{{In: minute, Counter: 1, Open: true}}, true},
		{"takes it over later", []Counter{other}, []Change{{In: minute, Counter: 2, Open: true, Services: []string{"a"}}}, true},
		{"new counter later", nil, []Change{{In: minute, Counter: 7, Open: true, Services: []string{"a"}}}, true},
		{"other opens later", []Counter{closed}, []Change{{In: minute, Counter: 2, Open: true, Services: []string{"b"}}}, false},
		{"plan only closes", []Counter{closed}, []Change{{In: minute, Counter: 1}}, false},
		{"closes before the turn comes", []Counter{{Number: 1, Services: []string{"a"}, Open: true, BusyService: "a"}},
			[]Change{{In: 1, Counter: 1}}, false},
	} {
		r := m.Predict(Line{Service: "a", Ahead: []string{"a"}}, c.counters, c.plan)
		if r.Known != c.known {
			t.Errorf("%s: known %v, want %v", c.name, r.Known, c.known)
		}
		if !r.Known && r != (Range{}) {
			t.Errorf("%s: unknown, and yet %v", c.name, r)
		}
	}
}

func TestAtOnce(t *testing.T) {
	m := learnedModel()
	counters := busyDesks(2, "a")
	counters[1].BusyService = ""
	r := known(t, m.Predict(Line{Service: "a"}, counters, nil))
	if r.Base != 0 || r.Mid > 10*time.Second {
		t.Errorf("an idle counter: %v", r)
	}
	// Clerks here take between 5 and 25 seconds to look up.
	rng := seeded(1)
	for range 300 {
		m.Waited("a", 0, m.Predict(Line{Service: "a"}, counters, nil), ms(5000+20000*rng.Float64()))
	}
	r = known(t, m.Predict(Line{Service: "a"}, counters, nil))
	if r.Low < 4*time.Second || r.Low > 10*time.Second || r.Mid < 12*time.Second || r.Mid > 18*time.Second || r.High < 20*time.Second || r.High > 27*time.Second {
		t.Errorf("5 to 25 s, half over 15 s, became %v", r)
	}
	// A fifth do not wait at all: zero is in the range.
	m = learnedModel()
	for i := range 300 {
		wait := time.Duration(0)
		if i%5 > 0 {
			wait = ms(5000 + 20000*rng.Float64())
		}
		m.Waited("a", 0, m.Predict(Line{Service: "a"}, counters, nil), wait)
	}
	if r = known(t, m.Predict(Line{Service: "a"}, counters, nil)); r.Low != 0 {
		t.Errorf("a fifth do not wait, and the range begins at %v", r.Low)
	}
}

// TestAlike: waits that are all the same lie within the range, not beside it.
func TestAlike(t *testing.T) {
	idle := busyDesks(1, "a")
	idle[0].BusyService = ""
	for _, c := range []struct {
		wait     time.Duration
		ahead    int
		counters []Counter
	}{
		{0, 0, idle}, {7 * time.Second, 0, idle}, {0, 3, busyDesks(2, "a")}, {4 * minute, 3, busyDesks(2, "a")}, {11 * minute, 3, busyDesks(2, "a")},
	} {
		m := learnedModel()
		l := Line{Service: "a", Ahead: ahead(c.ahead, "a")}
		for range 400 {
			m.Waited("a", c.ahead, m.Predict(l, c.counters, nil), c.wait)
		}
		r := known(t, m.Predict(l, c.counters, nil))
		if c.wait < r.Low || c.wait > r.High || r.High-r.Low > c.wait/4+5*time.Second {
			t.Errorf("%d ahead, always %v became %v", c.ahead, c.wait, r)
		}
	}
}

func TestLonger(t *testing.T) {
	m := learnedModel()
	base := func(l Line, c []Counter, p []Change) time.Duration { return known(t, m.Predict(l, c, p)).Base }
	ten := Line{Service: "a", Ahead: ahead(10, "a")}
	four := base(ten, busyDesks(4, "a"), nil)
	if want := 10 * 5 * minute / 4; four < want-4*minute || four > want+5*minute {
		t.Errorf("10 ahead at 4 counters of 5 min: %v", four)
	}
	for name, longer := range map[string]time.Duration{
		"fewer counters": base(ten, busyDesks(2, "a"), nil),
		"more ahead":     base(Line{Service: "a", Ahead: ahead(20, "a")}, busyDesks(4, "a"), nil),
		"slower ahead":   base(Line{Service: "a", Ahead: append(ahead(5, "a"), ahead(5, "b")...)}, busyDesks(4, "a", "b"), nil),
		"lunch shift": base(ten, busyDesks(4, "a"), []Change{
			{In: 2 * minute, Counter: 3}, {In: 2 * minute, Counter: 4},
			{In: 62 * minute, Counter: 3, Open: true}, {In: 62 * minute, Counter: 4, Open: true},
		}),
	} {
		if longer < four+2*minute {
			t.Errorf("%s: %v, not longer than %v", name, longer, four)
		}
	}
	two := base(ten, busyDesks(2, "a"), nil)
	for name, shorter := range map[string]time.Duration{
		"help is coming": base(ten, append(busyDesks(2, "a"), Counter{Number: 3, Services: []string{"a"}}),
			[]Change{{In: 5 * minute, Counter: 3, Open: true}}),
		"help changes over": base(ten, append(busyDesks(2, "a"), Counter{Number: 3, Services: []string{"b"}, Open: true}),
			[]Change{{In: 5 * minute, Counter: 3, Open: true, Services: []string{"a"}}}),
		"a pause that will end": base(ten, append(busyDesks(2, "a"), Counter{Number: 3, Services: []string{"a"}, Open: true, Paused: true}), nil),
		"others go elsewhere":   base(Line{Service: "a", Ahead: append(ahead(5, "a"), ahead(5, "b")...)}, append(busyDesks(2, "a"), busyDesks(1, "b")...), nil),
	} {
		if shorter > two-2*minute {
			t.Errorf("%s: %v, not shorter than %v", name, shorter, two)
		}
	}
	// The order of the plan is that of its times, not of the slice.
	plan := []Change{{In: 62 * minute, Counter: 2, Open: true}, {In: 0, Counter: 2}}
	if a, b := base(ten, busyDesks(2, "a"), plan), base(ten, busyDesks(2, "a"), []Change{plan[1], plan[0]}); a != b {
		t.Errorf("a plan out of order gives %v, in order %v", a, b)
	}
}

func TestStrict(t *testing.T) {
	m := learnedModel()
	// a asked, three b ahead; the counter takes a before b, or the oldest.
	l := Line{Service: "a", Ahead: ahead(3, "b")}
	c := busyDesks(1, "a", "b")
	longest := known(t, m.Predict(l, c, nil)).Base
	c[0].Strict = true
	strict := known(t, m.Predict(l, c, nil)).Base
	if longest < 30*minute || strict > 6*minute {
		t.Errorf("longest first %v, strict %v", longest, strict)
	}
}

// TestInService: who has been at the counter longer is gone sooner, until that
// was longer than such handlings ever are.
func TestInService(t *testing.T) {
	m := New(map[string]time.Duration{"a": 8 * minute})
	for i := range 300 {
		m.Handled("a", time.Duration(4+i%9)*minute) // 4 to 12 minutes
	}
	at := func(busy time.Duration) time.Duration {
		return known(t, m.Predict(Line{Service: "a"}, []Counter{{Number: 1, Services: []string{"a"}, Open: true, BusyService: "a", BusyFor: busy}}, nil)).Base
	}
	if a, b := at(0), at(6*minute); a < 7*minute || a > 9*minute || b < 2*minute || b > 4*minute {
		t.Errorf("4 to 12 minutes: %v left at the call, %v after 6 min", a, b)
	}
	for _, busy := range []time.Duration{20 * minute, 3 * time.Hour, 400 * time.Hour, -minute} {
		if left := at(busy); left <= 0 || left > 12*time.Hour {
			t.Errorf("%v left after %v", left, busy)
		}
	}
}

func TestHandled(t *testing.T) {
	ten := Line{Service: "a", Ahead: ahead(10, "a")}
	base := func(m *Model) time.Duration { return known(t, m.Predict(ten, busyDesks(1, "a"), nil)).Base }
	m := New(map[string]time.Duration{"a": 5 * minute})
	fresh := base(m)
	m.Handled("a", 10*minute)
	if one := base(m); one <= fresh || one > fresh*5/4 {
		t.Errorf("one long handling took the forecast from %v to %v", fresh, one)
	}
	for range 300 {
		m.Handled("a", 10*minute)
	}
	many := base(m)
	if many < fresh*19/10 || many > fresh*23/10 {
		t.Errorf("300 twice as long: from %v to %v", fresh, many)
	}
	for range 75 { // a fifth do not come
		m.NoShow("a")
	}
	if less := base(m); less > many*85/100 || less < many*70/100 {
		t.Errorf("a fifth not coming: from %v to %v", many, less)
	}
	before := base(m)
	m.Handled("a", 23*time.Hour) // a counter that was left alone
	if after := base(m); after > before*105/100 {
		t.Errorf("one forgotten counter took the forecast from %v to %v", before, after)
	}
	m.Handled("a", -minute)
	m.Handled("a", 0)
	if after := base(m); after > before*105/100 {
		t.Errorf("impossible times counted: %v", after)
	}
	// Weeks of other times replace it, and today replaces weeks.
	for day := range 30 {
		m.StartDay(int64(day))
		for range 50 {
			m.Handled("a", 5*minute)
		}
	}
	if after := base(m); after < fresh*95/100 || after > fresh*105/100 {
		t.Errorf("30 days of the usual time left %v, not %v", after, fresh)
	}
}

func TestPace(t *testing.T) {
	base := func(m *Model) time.Duration {
		return known(t, m.Predict(Line{Service: "c", Ahead: ahead(10, "c")}, busyDesks(1, "c"), nil)).Base
	}
	m := learnedModel()
	m.StartDay(-1)
	m.StartDay(0)
	before := base(m)
	for range 128 {
		m.Handled("a", 10*minute)
	}
	slow := base(m) // c was not seen today, but the office is slow
	if slow < before*115/100 {
		t.Errorf("a slow day took another service from %v to %v", before, slow)
	}
	m.StartDay(1)
	if next := base(m); next != before {
		t.Errorf("the day after begins at %v, not %v", next, before)
	}
}

func TestBreak(t *testing.T) {
	m := learnedModel()
	c := append(busyDesks(1, "a"), Counter{Number: 2, Services: []string{"a"}, Open: true, Paused: true})
	base := func() time.Duration {
		return known(t, m.Predict(Line{Service: "a", Ahead: ahead(8, "a")}, c, nil)).Base
	}
	before := base()
	for range 100 {
		m.Break(2 * minute)
	}
	if short := base(); short >= before {
		t.Errorf("short pauses took the forecast from %v to %v", before, short)
	}
}

// TestWaited: what forecasts were worth moves the middle and the range, first
// for the service, in part for the others, by the number ahead.
func TestWaited(t *testing.T) {
	m := learnedModel()
	at := func(service string, n int) Range {
		return known(t, m.Predict(Line{Service: service, Ahead: ahead(n, service)}, busyDesks(2, service), nil))
	}
	before, other, few := at("a", 10), at("c", 10), at("a", 2)
	rng := seeded(3)
	for range 400 {
		f := at("a", 10)
		m.Waited("a", 10, f, time.Duration(float64(f.Base)*(1.3+0.4*rng.Float64())))
	}
	after := at("a", 10)
	if after.Base != before.Base {
		t.Errorf("outcomes changed the simulation: %v, %v", before.Base, after.Base)
	}
	mid := float64(after.Mid) / float64(after.Base)
	low := float64(after.Low) / float64(after.Base)
	high := float64(after.High) / float64(after.Base)
	if mid < 1.45 || mid > 1.55 || low < 1.25 || low > 1.4 || high < 1.6 || high > 1.75 {
		t.Errorf("1.3 to 1.7 times the simulation gave %.2f, %.2f, %.2f", low, mid, high)
	}
	if now := at("c", 10); now.Mid < other.Mid*5/4 {
		t.Errorf("another service in the same office went from %v to %v", other.Mid, now.Mid)
	}
	if now := at("a", 2); now.Mid != few.Mid {
		t.Errorf("two ahead went from %v to %v by what ten ahead taught", few.Mid, now.Mid)
	}
	// What cannot be an outcome teaches nothing.
	was := string(m.Snapshot())
	m.Waited("a", 10, Range{}, minute)
	m.Waited("a", 10, after, -minute)
	m.Waited("a", -1, after, minute)
	if string(m.Snapshot()) != was {
		t.Error("an impossible outcome was learned")
	}
}

func TestStartDay(t *testing.T) {
	m := learnedModel()
	m.StartDay(20261123)
	one := string(m.Snapshot())
	m.StartDay(20261123)
	if string(m.Snapshot()) != one {
		t.Error("the same day aged twice")
	}
	m.StartDay(20270101) // weeks later, by a corrected clock
	two := string(m.Snapshot())
	n := New(m.prior)
	if err := n.Restore([]byte(one)); err != nil {
		t.Fatal(err)
	}
	n.StartDay(20261124)
	if got := n.services[0].times.weight; got != m.services[0].times.weight || two == one {
		t.Errorf("a day's ageing depends on the calendar: %d, %d", got, m.services[0].times.weight)
	}
	for day := range int64(2000) {
		m.StartDay(day)
	}
	if m.services[0].times.weight != 0 || m.services[0].times.mean != (5*minute).Milliseconds() {
		t.Errorf("after 2000 days without a ticket %d is left, mean %d", m.services[0].times.weight, m.services[0].times.mean)
	}
}

// TestManyServices: there is no limit to their number.
func TestManyServices(t *testing.T) {
	m := New(nil)
	var names []string
	for i := range 300 {
		names = append(names, string(rune('가'+i)))
	}
	r := known(t, m.Predict(Line{Service: names[299], Ahead: names}, busyDesks(3, names...), nil))
	if want := 300 * defaultPrior / 3; r.Base < want*9/10 || r.Base > want*11/10 {
		t.Errorf("300 services, 3 counters, 5 min each: %v", r.Base)
	}
}
