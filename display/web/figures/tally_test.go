package figures

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/queue"
)

// TestCountsWhatTheOfficeHad drives an office at random and counts beside it, from
// the office's own state and a millisecond clock, what the facts must give.
func TestCountsWhatTheOfficeHad(t *testing.T) {
	for range 6 {
		seed := rand.Uint64()
		r := rand.New(rand.NewPCG(seed, 1))
		o := newSite(t, "o", "a", tuesday(8, 50))
		var span [Halves]int64
		area := map[string]*[Halves]int64{"civil": {}, "passport": {}}
		called := map[queue.Ref]bool{}
		waits := map[string]map[int][]int{"civil": {}, "passport": {}}
		issued := map[string]map[int]int{"civil": {}, "passport": {}}
		half := func(wall int64) int { return int((wall - tuesday(0, 0).UnixMilli()) / halfMs) }
		for range 500 {
			was := o.now.Wall
			open, waiting := o.state.Day.Open, map[string]int{"civil": o.state.Waiting("civil"), "passport": o.state.Waiting("passport")}
			known := len(o.state.Tickets)
			c := o.random(r)
			if o.now.Wall >= tuesday(23, 59).UnixMilli() {
				break
			}
			for ms := was; open && ms < o.now.Wall; ms += 1000 {
				h := half(ms)
				span[h] += 1000
				for v, n := range waiting {
					area[v][h] += int64(n) * 1000
				}
			}
			o.do(c)
			for i := range o.state.Tickets {
				k := &o.state.Tickets[i]
				if i >= known {
					issued[k.Band][half(k.Issued.Wall)]++
				}
				if k.Status == queue.AtCounter && !called[k.Ref] {
					called[k.Ref] = true
					h := half(k.Issued.Wall)
					waits[k.Band][h] = append(waits[k.Band][h], int((o.now.Wall-k.Issued.Wall)/1000))
				}
			}
		}
		// A time that nobody has told of yet is not in the facts.
		tally := o.tally()
		lines := tally.figures(o.now.Wall)
		if tally.doubt || len(lines) != 3 || lines[0].Service != "" {
			t.Fatalf("seed %d: %+v", seed, tally)
		}
		for h := range Halves {
			var n, all int
			var people float64
			for _, l := range lines[1:] {
				f := l.Halves[h]
				want := Half{Span: int(span[h] / 1000), Issued: issued[l.Service][h], Called: len(waits[l.Service][h])}
				if want.Called > 0 {
					want.Wait = median(waits[l.Service][h])
				}
				if span[h] > 0 {
					want.Waiting = float64(area[l.Service][h]) / float64(span[h])
				}
				if math.Abs(want.Waiting-f.Waiting) > 1e-9 {
					t.Fatalf("seed %d: %s in half hour %d: %v waited, want %v", seed, l.Service, h, f.Waiting, want.Waiting)
				}
				want.Waiting = f.Waiting
				if f != want {
					t.Fatalf("seed %d: %s in half hour %d: %+v, want %+v", seed, l.Service, h, f, want)
				}
				n, all, people = n+f.Issued, all+f.Called, people+f.Waiting
			}
			if f := lines[0].Halves[h]; f.Issued != n || f.Called != all || math.Abs(f.Waiting-people) > 1e-9 || f.Span != int(span[h]/1000) {
				t.Fatalf("seed %d: the office in half hour %d: %+v, want %d, %d, %v", seed, h, f, n, all, people)
			}
		}
	}
}

// median by another way than rank: the smallest that half of all do not exceed.
func median(values []int) int {
	best := math.MaxInt
	for _, v := range values {
		n := 0
		for _, w := range values {
			if w <= v {
				n++
			}
		}
		if 2*n >= len(values) {
			best = min(best, v)
		}
	}
	return best
}

func TestRank(t *testing.T) {
	for _, c := range []struct {
		values []int
		q      float64
		want   int
	}{
		{[]int{7}, 0.5, 7}, {[]int{2, 1}, 0.5, 1}, {[]int{3, 1, 2}, 0.5, 2}, {[]int{4, 3, 2, 1}, 0.5, 2},
		{[]int{1, 2, 3, 4}, 0.25, 1}, {[]int{1, 2, 3, 4}, 0.75, 3}, {[]int{1, 2, 3, 4, 5}, 0.25, 2}, {[]int{1, 2, 3, 4, 5}, 0.75, 4},
		{[]int{1, 2, 3, 4, 5, 6, 7, 8}, 0.25, 2}, {[]int{1, 2, 3, 4, 5, 6, 7, 8}, 0.75, 6},
	} {
		if got := rank(c.values, c.q); got != c.want {
			t.Errorf("%v of %v: %d, want %d", c.q, c.values, got, c.want)
		}
	}
}

// TestWaitBelongsToTheHalfHourOfIssue, and is measured by the monotonic clock.
func TestWaitBelongsToTheHalfHourOfIssue(t *testing.T) {
	o := newSite(t, "o", "a", tuesday(9, 20))
	o.issue("civil")
	o.wait(25 * time.Minute)
	o.now.Wall -= (3 * time.Minute).Milliseconds() // the clock is set back
	o.call()
	l := o.tally().figures(0)[0]
	if f := l.Halves[18]; f.Issued != 1 || f.Called != 1 || f.Wait != 25*60 || f.Span != 600 || f.Waiting != 1 {
		t.Errorf("9:00: %+v", f)
	}
	if f := l.Halves[19]; f.Issued != 0 || f.Called != 0 || f.Span != 12*60 || f.Waiting != 1 {
		t.Errorf("9:30: %+v", f)
	}
	if f := l.Halves[17]; f != (Half{}) {
		t.Errorf("before the day: %+v", f)
	}
}

// TestTimeStandsStillWhileTheClockIsBehind: nothing is counted twice.
func TestTimeStandsStillWhileTheClockIsBehind(t *testing.T) {
	o := newSite(t, "o", "a", tuesday(9, 0))
	o.issue("civil")
	o.wait(20 * time.Minute)
	o.issue("civil")
	o.now.Wall -= (10 * time.Minute).Milliseconds()
	o.issue("civil")
	o.wait(15 * time.Minute) // 9:25 by the clock
	o.issue("civil")
	f := o.tally().figures(0)[0].Halves[18]
	if want := (20*60*1.0 + 5*60*3) / (25 * 60); f.Span != 25*60 || math.Abs(f.Waiting-want) > 1e-9 || f.Issued != 4 {
		t.Errorf("%+v, want %v on average", f, want)
	}
}

// TestStampsBeforeTheClockWasConfirmed are corrected by the first after it, in the
// same boot; those of another boot put the day in doubt.
func TestStampsBeforeTheClockWasConfirmed(t *testing.T) {
	early := func() *site {
		o := newSite(t, "o", "a", time.UnixMilli(0))
		o.now.Trusted = false
		o.state, o.record = queue.New(), nil
		o.must(queue.Configure{Config: config()})
		o.must(queue.OpenDay{})
		o.wait(10 * time.Minute)
		o.issue("civil")
		o.wait(5 * time.Minute)
		return o
	}
	o := early()
	if got := o.tally(); got.doubt || len(got.held) != 2 || got.figures(0)[0] != (Line{}) {
		t.Errorf("nothing is confirmed yet: doubt %v, %d held, %+v", got.doubt, len(got.held), got.figures(0)[0])
	}
	o.now.Wall, o.now.Trusted = tuesday(9, 20).UnixMilli(), true
	o.must(queue.Tick{})
	o.call()
	got := o.tally()
	l := got.figures(0)[0]
	if got.doubt || got.date != "2026-11-24" || l.Halves[18] != (Half{Span: 15 * 60, Issued: 1, Waiting: 1. / 3, Called: 1, Wait: 300}) {
		t.Errorf("doubt %v, %s: %+v", got.doubt, got.date, l.Halves[18])
	}

	o = early()
	o.now = queue.Stamp{Wall: tuesday(9, 20).UnixMilli(), Trusted: true, Mono: 5, Boot: "another"}
	o.must(queue.Tick{})
	o.call()
	if !o.tally().doubt {
		t.Error("a time that nobody can know is no doubt")
	}
}

func TestAnEndAndAnEndTakenBack(t *testing.T) {
	o := newSite(t, "o", "a", tuesday(17, 0))
	o.issue("civil")
	o.issue("civil")
	o.call()
	o.wait(15 * time.Minute)
	o.must(queue.CloseDay{})
	o.wait(5 * time.Minute)
	o.must(queue.OpenDay{})
	o.wait(5 * time.Minute)
	o.must(queue.CloseDay{})
	f := o.tally().figures(tuesday(20, 0).UnixMilli())[0].Halves
	if f[34] != (Half{Span: 20 * 60, Issued: 2, Waiting: 1, Called: 1}) || f[35] != (Half{}) {
		t.Errorf("%+v, then %+v", f[34], f[35])
	}
}

// TestOnlineTicketsOfTheAbsent wait, but their wait is their own choice.
func TestOnlineTicketsOfTheAbsent(t *testing.T) {
	at := func(minute int) feed.FactTime {
		return feed.FactTime{Wall: tuesday(9, minute).UnixMilli(), Trusted: true, Mono: int64(minute) * 60000, Boot: "a"}
	}
	k := newTally("a", 1)
	for i, f := range []struct {
		minute     int
		kind, body string
	}{
		{0, "day_opened", `{"number":1,"date":"2026-11-24","config":{"services":[{"id":"a","name":"n"}],"rules":{"priorityRun":1,"latePlace":"end"}}}`},
		{0, "issued", `{"band":"a","number":1,"class":"ordinary","origin":"online","place":{"after":1},"away":true}`},
		{0, "issued", `{"band":"a","number":2,"class":"ordinary","origin":"button","place":{"after":2}}`},
		{10, "skipped", `{"band":"a","number":1}`},
		{10, "called", `{"band":"a","number":2,"counter":1}`},
		{12, "arrived", `{"band":"a","number":1}`},
		{12, "returned", `{"band":"a","number":1,"place":{"after":3}}`},
		{14, "called", `{"band":"a","number":1,"counter":1}`},
		{20, "delayed", `{"band":"a","number":1,"place":{"after":9},"passed":1}`},
		{20, "of_a_later_version", `null`},
	} {
		k.take(feed.FactHead{Day: 1, Seq: uint64(i + 1), Kind: f.kind, At: at(f.minute), Body: []byte(f.body)})
	}
	f := k.figures(0)[0].Halves[18]
	if k.doubt || f != (Half{Span: 20 * 60, Issued: 2, Waiting: (2*10 + 2) / 20., Called: 1, Wait: 600}) {
		t.Errorf("%+v", f)
	}
	k.take(feed.FactHead{Day: 1, Seq: 20, Kind: "called", At: at(21), Body: []byte(`{}`)})
	if !k.doubt {
		t.Error("a fact that cannot be read leaves the day beyond doubt")
	}
}

// TestHostileTimes: nothing is counted outside the date, and nothing runs away.
func TestHostileTimes(t *testing.T) {
	o := newSite(t, "o", "a", tuesday(9, 0))
	o.issue("civil")
	o.now.Wall = latest
	o.issue("civil")
	o.now.Wall = math.MaxInt64
	o.issue("civil")
	k := o.tally()
	total := 0
	for _, f := range k.figures(math.MaxInt64)[0].Halves {
		total += f.Span
	}
	if total != 15*3600 {
		t.Errorf("%d s are known from 9:00 to midnight", total)
	}
}
