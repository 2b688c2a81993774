package journal

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"sunbeon/appliance/queue"
)

func TestSpreadIsNearestRank(t *testing.T) {
	for _, c := range []struct {
		n           int
		median, p90 time.Duration
	}{{1, 1, 1}, {2, 1, 2}, {3, 2, 3}, {9, 5, 9}, {10, 5, 9}, {11, 6, 10}, {100, 50, 90}} {
		ms := make([]int64, c.n)
		for i, k := range rand.Perm(c.n) {
			ms[i] = int64(k + 1)
		}
		if got, want := spread(ms), (Spread{c.n, c.median * time.Millisecond, c.p90 * time.Millisecond}); got != want {
			t.Errorf("1 to %d: %v, want %v", c.n, got, want)
		}
	}
	if spread(nil) != (Spread{}) {
		t.Error("nothing has a median")
	}
}

// scripted is a morning whose figures can be told by hand.
func scripted(t *testing.T, b *bench) {
	t.Helper()
	b.open()                // 09:00
	one := b.issue("civil") // 1
	b.wait(2 * time.Minute)
	b.issue("civil")                   // 2, 09:02
	b.do(queue.CallNext{Counter: 1})   // 1 waited 2 min
	b.wait(3 * time.Minute)            // 09:05
	b.do(queue.CallNext{Counter: 1})   // 1 took 3 min and straight on; 2 waited 3 min
	third := b.issue("civil")          // 3: the last one called waited 3 min
	b.wait(time.Minute)                // 09:06
	b.do(queue.MarkNoShow{Counter: 1}) // 2 did not come
	b.do(queue.Cancel{Ref: third})
	b.do(queue.Issue{Service: "passport", Class: queue.Ordinary, Origin: queue.Online}) // P1
	b.wait(54 * time.Minute)                                                            // 10:00
	b.do(queue.CallNext{Counter: 3})                                                    // P1 waited 54 min
	b.wait(10 * time.Minute)
	b.do(queue.Transfer{Counter: 3, Service: "civil"}) // 10:10
	b.wait(5 * time.Minute)
	b.do(queue.CallNext{Counter: 2}) // 10:15
	b.wait(4 * time.Minute)
	b.do(queue.Finish{Counter: 2}) // 10:19
	b.issue("civil")               // 4, 10:19
	b.wait(time.Minute)
	// A power cut; after it the clock is not known, so neither is the wait.
	b.now.Boot, b.now.Mono, b.now.Trusted = "boot-b", 500, false
	b.do(queue.CallNext{Counter: 1})
	b.issue("civil") // 5, at an unknown hour
	b.wait(2 * time.Minute)
	b.do(queue.CallNext{Counter: 2}) // 5 waited 2 min
	b.do(queue.Reprint{Ref: one})
	b.wait(time.Minute)
	b.issue("civil") // 6 stays
	b.do(queue.CloseDay{})
}

func TestFigures(t *testing.T) {
	ctx := context.Background()
	j := openNew(t)
	b := newBench(t, j.Append)
	scripted(t, b)
	whole(t, j)
	f, err := j.Figures(ctx, "2026-11-01", "2026-11-30")
	if err != nil {
		t.Fatal(err)
	}
	minutes := func(n int, median, p90 float64) Spread {
		return Spread{n, time.Duration(median * float64(time.Minute)), time.Duration(p90 * float64(time.Minute))}
	}
	button, online := queue.Button, queue.Online
	want := Figures{From: "2026-11-01", To: "2026-11-30", Days: 1,
		Total: Group{Issued: map[queue.Origin]int{button: 6, online: 1}, Served: 4, NoShows: 1, Cancelled: 1, Left: 1,
			Waiting: minutes(4, 2, 54), Handling: minutes(2, 3, 4)},
		Hours: []Group{
			{Key: "", Issued: map[queue.Origin]int{button: 2}, Served: 1, Left: 1, Waiting: minutes(1, 2, 2)},
			{Key: "09", Issued: map[queue.Origin]int{button: 3, online: 1}, Served: 2, NoShows: 1, Cancelled: 1,
				Waiting: minutes(3, 3, 54), Handling: minutes(2, 3, 4)},
			{Key: "10", Issued: map[queue.Origin]int{button: 1}, Served: 1},
		},
		Services: []Group{
			{Key: "civil", Issued: map[queue.Origin]int{button: 6}, Served: 3, NoShows: 1, Cancelled: 1, Left: 1,
				Waiting: minutes(3, 2, 3), Handling: minutes(2, 3, 4)},
			{Key: "passport", Issued: map[queue.Origin]int{online: 1}, Served: 1, Waiting: minutes(1, 54, 54)},
		},
		Counters: []Group{
			{Key: "1", Issued: map[queue.Origin]int{button: 3}, Served: 2, NoShows: 1, Waiting: minutes(2, 2, 3), Handling: minutes(1, 3, 3)},
			{Key: "2", Issued: map[queue.Origin]int{button: 1}, Served: 2, Waiting: minutes(1, 2, 2), Handling: minutes(1, 4, 4)},
			{Key: "3", Issued: map[queue.Origin]int{online: 1}, Waiting: minutes(1, 54, 54)},
		},
	}
	same(t, "total", []Group{f.Total}, []Group{want.Total})
	same(t, "hour", f.Hours, want.Hours)
	same(t, "service", f.Services, want.Services)
	same(t, "counter", f.Counters, want.Counters)
	if f.Days != 1 || f.From != want.From || f.To != want.To {
		t.Errorf("%d days from %s to %s", f.Days, f.From, f.To)
	}
	none, err := j.Figures(ctx, "2026-12-01", "2026-12-31")
	if err != nil || none.Days != 0 || len(none.Hours)+len(none.Services)+len(none.Counters) > 0 || len(none.Total.Issued) > 0 {
		t.Errorf("December has %+v %v", none, err)
	}
}

func same(t *testing.T, what string, got, want []Group) {
	t.Helper()
	if !slices.EqualFunc(got, want, func(a, b Group) bool {
		issued := maps.Equal(a.Issued, b.Issued)
		a.Issued, b.Issued = nil, nil
		return issued && fmt.Sprint(a) == fmt.Sprint(b)
	}) {
		t.Errorf("by %s\n got %+v\nwant %+v", what, got, want)
	}
}

func TestSamplesAndHandlings(t *testing.T) {
	ctx := context.Background()
	j := openNew(t)
	b := newBench(t, j.Append)
	scripted(t, b)
	samples, err := j.Samples(ctx, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range samples {
		got = append(got, fmt.Sprint(s.Day, s.Service, s.Ahead, s.Forecast.Mid, s.Forecast.Line, s.Wait, s.InTurn, s.LastKnown, s.LastCalled))
	}
	want := []string{
		"1civil0 120 3 2m0s true false 0s",
		"1civil1 120 3 3m0s true false 0s",
		"1passport0 0 0 54m0s true false 0s",
		"1civil0 120 3 2m0s true false 0s", // 5: what 4 waited is not known
	}
	if !slices.Equal(got, want) {
		t.Errorf("samples\n%q\n%q", got, want)
	}
	var last int64
	if err := j.read.QueryRow("SELECT last_called FROM tickets WHERE number = 3").Scan(&last); err != nil || last != 180_000 {
		t.Errorf("before ticket 3 the last one called waited %d ms: %v", last, err)
	}
	handlings, err := j.Handlings(ctx, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	got = nil
	for _, h := range handlings {
		got = append(got, fmt.Sprint(h.Service, h.Counter, " ", h.Ended, h.NoShow(), h.Took, h.ToNext))
	}
	want = []string{
		"civil1 finishedfalse 3m0s 3m0s",
		"civil1 no_showtrue 1m0s 0s",
		"passport3 transferredfalse 10m0s 0s",
		"civil2 finishedfalse 4m0s 0s",
		"civil1 day_closedfalse 0s 0s",
		"civil2 day_closedfalse 0s 0s",
	}
	if !slices.Equal(got, want) {
		t.Errorf("handlings\n%q\n%q", got, want)
	}
	if none, err := j.Handlings(ctx, 2, 9); err != nil || none != nil {
		t.Errorf("other days have %v %v", none, err)
	}
}

// TestWhoWasAway: a skipped ticket is a no-show of nobody's counter, a counter that
// only has people on the way does not go straight on, and how long somebody waited
// who may have come late says nothing of the line.
func TestWhoWasAway(t *testing.T) {
	ctx := context.Background()
	j := openNew(t)
	b := newBench(t, j.Append)
	c := office()
	c.Services[1].Arrival, c.Rules.DelayMost = true, 5
	b.do(queue.Configure{Config: c})
	b.do(queue.Tick{})
	online := func() queue.Ref {
		return b.do(queue.Issue{Service: "passport", Class: queue.Ordinary, Origin: queue.Online, Forecast: queue.Forecast{Known: true, Mid: 60}})
	}
	b.issue("passport") // P1
	b.do(queue.CallNext{Counter: 3})
	comes, never := online(), online() // P2, P3
	b.wait(time.Minute)
	b.do(queue.Finish{Counter: 3}) // only P2 and P3 wait: not straight on
	b.wait(9 * time.Minute)
	b.do(queue.Arrive{Ref: comes})
	b.do(queue.CallNext{Counter: 3})
	b.issue("passport") // P4
	b.issue("passport") // P5
	b.do(queue.Delay{Ref: queue.Ref{Band: "passport", Number: 4}, Pass: 1})
	b.wait(time.Minute)
	b.do(queue.CallNext{Counter: 3}) // P3 is skipped, P5 called: straight on
	b.wait(time.Minute)
	b.do(queue.CallNext{Counter: 3}) // P4, who let somebody pass
	whole(t, j)
	samples, err := j.Samples(ctx, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range samples {
		got = append(got, fmt.Sprint(s.Wait, s.InTurn))
	}
	if want := []string{"0s true", "10m0s false", "2m0s false", "1m0s true"}; !slices.Equal(got, want) {
		t.Errorf("waits %q, want %q", got, want)
	}
	handlings, err := j.Handlings(ctx, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	got = nil
	for _, h := range handlings {
		got = append(got, fmt.Sprint(h.Took, h.ToNext))
	}
	if want := []string{"1m0s 0s", "1m0s 1m0s", "1m0s 1m0s"}; !slices.Equal(got, want) {
		t.Errorf("handlings %q, want %q", got, want)
	}
	f, err := j.Figures(ctx, "2026-11-23", "2026-11-23")
	if err != nil || f.Total.NoShows != 1 || f.Total.Served != 3 || len(f.Counters) != 1 || f.Counters[0].NoShows != 0 {
		t.Errorf("figures %+v, %v", f, err)
	}
	b.do(queue.Arrive{Ref: never})
	if f, err = j.Figures(ctx, "2026-11-23", "2026-11-23"); err != nil || f.Total.NoShows != 0 {
		t.Errorf("back in the line: %+v, %v", f.Total, err)
	}
}
