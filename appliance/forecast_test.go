package appliance_test

import (
	"container/heap"
	"context"
	"log/slog"
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/appliance"
	"sunbeon/appliance/clock"
	"sunbeon/appliance/forecast"
	"sunbeon/appliance/journal"
	"sunbeon/appliance/queue"
)

// lunchOffice has four counters, of which two rest from 12 to 13.
func lunchOffice() queue.Config {
	c := queue.Config{
		Office: queue.Office{ID: "CS0002", Name: "점심 교대 민원실"},
		Services: []queue.Service{
			{ID: "civil", Name: "민원", First: 1, Last: 999, Handling: 300},
			{ID: "passport", Name: "여권", Prefix: "P", First: 1, Last: 999, Handling: 300},
		},
		Rules: queue.Rules{PriorityRun: 1, LateWithin: 10, LatePlace: queue.LateFront, DayStarts: 240, DayJumpLimit: 14},
	}
	lunch := queue.Hours{Spans: []queue.Span{{From: 12 * 60, To: 13 * 60}}}
	for n := 1; n <= 4; n++ {
		c.Counters = append(c.Counters, queue.Counter{Number: n, Services: []string{"civil", "passport"}, Rule: queue.RuleLongest})
		if n > 2 {
			c.Shifts = append(c.Shifts, queue.Shift{Counter: n, When: lunch, Closed: true})
		}
	}
	return c
}

// visit is something that happens in the simulated office.
type visit struct {
	at      time.Duration // since the start of the day
	counter int           // 0: somebody comes; else this counter is done
}

type visits []visit

func (v visits) Len() int           { return len(v) }
func (v visits) Less(i, j int) bool { return v[i].at < v[j].at }
func (v visits) Swap(i, j int)      { v[i], v[j] = v[j], v[i] }
func (v *visits) Push(x any)        { *v = append(*v, x.(visit)) }
func (v *visits) Pop() any          { old := *v; x := old[len(old)-1]; *v = old[:len(old)-1]; return x }

// workday lets one day pass: people come from 9 to 17 with a rush before lunch,
// and clerks call the next as soon as they can.
type workday struct {
	r      *rig
	rnd    *rand.Rand
	busy   map[int]bool
	due    visits
	now    time.Duration
	demand float64
}

func (w *workday) run() {
	for at := 9 * time.Hour; at < 17*time.Hour; {
		gap := 70.0 / w.demand
		if h := at.Hours(); h > 10.5 && h < 12.5 {
			gap *= 0.75
		}
		at += time.Duration(w.rnd.ExpFloat64() * gap * float64(time.Second))
		heap.Push(&w.due, visit{at: at})
	}
	for n := 1; n <= 4; n++ {
		w.r.must(queue.OpenCounter{Counter: n})
	}
	for len(w.due) > 0 {
		v := heap.Pop(&w.due).(visit)
		w.r.clock.Skip(v.at - w.now)
		w.now = v.at
		w.r.must(queue.Tick{})
		if v.counter == 0 {
			service := "civil"
			if w.rnd.IntN(3) == 0 {
				service = "passport"
			}
			w.r.must(press(service))
		} else {
			w.busy[v.counter] = false
			w.r.must(queue.Finish{Counter: v.counter})
		}
		w.call()
	}
}

// call lets every free counter call.
func (w *workday) call() {
	for i := range w.r.loop.View().Counters {
		k := w.r.loop.View().Counters[i] // the call before took somebody
		if w.busy[k.Number] || k.Paused || k.Next == 0 {
			if k.Paused && !w.busy[k.Number] && w.now > 13*time.Hour+time.Minute {
				w.r.t.Errorf("counter %d is still at lunch", k.Number)
			}
			continue
		}
		res := w.r.must(queue.CallNext{Counter: k.Number})
		mean, spread := 210.0, 0.6
		if res.Ticket.Service == "passport" {
			mean = 420
		}
		takes := mean * math.Exp(spread*w.rnd.NormFloat64()-spread*spread/2)
		w.busy[k.Number] = true
		heap.Push(&w.due, visit{at: w.now + time.Duration(takes*float64(time.Second)), counter: k.Number})
	}
}

// The whole way of a forecast: the loop observes and asks, the fact keeps, the
// record tells, the score judges. The bounds are those promised for an
// office with a lunch shift.
func TestForecastThroughTheLoop(t *testing.T) {
	j, err := journal.Open(t.Context(), filepath.Join(t.TempDir(), "journal.db"), journal.Options{FirstEpoch: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	const days, learning = 36, 12
	synctest.Test(t, func(t *testing.T) {
		mem := &memory{}
		c := clock.NewBench(time.Date(2026, 11, 2, 4, 0, 0, 0, queue.KST()))
		loop := appliance.New(appliance.Options{Config: lunchOffice(), Clock: c, Record: mem,
			Log: slog.New(slog.DiscardHandler), ReprintWithin: time.Minute})
		ctx, cancel := context.WithCancel(t.Context())
		go loop.Run(ctx)
		synctest.Wait()
		r := &rig{t: t, mem: mem, clock: c, loop: loop}
		rnd := rand.New(rand.NewPCG(7, 11))
		for range days {
			day := &workday{r: r, rnd: rnd, busy: map[int]bool{}, now: 4 * time.Hour, demand: 0.8 + 0.3*rnd.Float64()}
			day.run()
			c.Skip(28*time.Hour - day.now)
			r.must(queue.Tick{})
			for len(mem.facts) > 0 {
				n := min(len(mem.facts), 500)
				if err := j.Append(mem.facts[:n]); err != nil {
					t.Fatal(err)
				}
				mem.facts = mem.facts[n:]
			}
		}
		cancel()
		synctest.Wait()
	})
	samples, err := j.Samples(t.Context(), learning, days)
	if err != nil {
		t.Fatal(err)
	}
	var scored []forecast.Sample
	for _, s := range samples {
		if s.InTurn {
			scored = append(scored, forecast.Sample{Day: s.Day, Service: s.Service, Ahead: s.Ahead, Forecast: appliance.RangeOf(s.Forecast),
				LES: s.LastCalled, LESKnown: s.LastKnown, Actual: s.Wait})
		}
	}
	score := forecast.Evaluate(scored)
	t.Logf("\n%s", score)
	if score.N < 3000 || score.Unknown > score.N/20 {
		t.Errorf("only %d forecasts scored, %d unknown", score.N, score.Unknown)
	}
	if score.Ratio > 0.75 {
		t.Errorf("error is %.2f of the last one called", score.Ratio)
	}
	if score.Inside < 0.78 || score.Inside > 0.82 {
		t.Errorf("%.1f %% inside the range", 100*score.Inside)
	}
}
