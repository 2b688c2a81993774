package forecast

import (
	"testing"
	"time"
)

// question is 30 ahead at 10 counters in an office that has a history.
func question() (*Model, Line, []Counter, []Change) {
	o := kinds()[2]
	m := o.model()
	o.run(m, 1, 10)
	var c []Counter
	l := Line{Service: "증명"}
	for i := range 10 {
		c = append(c, Counter{Number: i + 1, Services: o.posts[i%9].serves, Open: true, BusyService: o.posts[i%9].serves[0], BusyFor: time.Duration(i) * 40 * time.Second})
	}
	for i := range 30 {
		l.Ahead = append(l.Ahead, o.trades[i%4].name)
	}
	return m, l, c, []Change{{In: 9 * minute, Counter: 2}, {In: 20 * minute, Counter: 5}, {In: 69 * minute, Counter: 2, Open: true}}
}

func TestNoAllocation(t *testing.T) {
	m, l, c, plan := question()
	if n := testing.AllocsPerRun(100, func() { m.Predict(l, c, plan) }); n > 0 {
		t.Errorf("%v allocations a forecast", n)
	}
}

func BenchmarkPredict(b *testing.B) {
	m, l, c, plan := question()
	b.ReportAllocs()
	for b.Loop() {
		m.Predict(l, c, plan)
	}
}

// BenchmarkPredictAfterOutcome has the quantiles to find again every time.
func BenchmarkPredictAfterOutcome(b *testing.B) {
	m, l, c, plan := question()
	for b.Loop() {
		m.Waited("증명", 30, m.Predict(l, c, plan), 20*minute)
	}
}
