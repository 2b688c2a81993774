package queue_test

import (
	"testing"
	"time"

	"sunbeon/appliance/queue"
)

// busyDay is a day on which 2,000 tickets were given and fifty wait.
func busyDay(b *testing.B) *desk {
	d := newDesk(b)
	c := office()
	c.Services[0].Last, c.Services[0].Issuing = 9999, queue.Hours{Spans: []queue.Span{{From: 540, To: 1080}}, Off: []string{"2026-12-25"}}
	d.must("", queue.Configure{Config: c})
	for i := range 2000 {
		class := queue.Ordinary
		if i%10 == 0 {
			class = queue.Priority
		}
		d.issue("civil", class)
		if i >= 50 {
			d.must("", queue.CallNext{Counter: 1 + i%3})
		}
		d.wait(10 * time.Second)
	}
	return d
}

// loop decides and applies as the office does, without the record.
func (d *desk) loop(c queue.Command) {
	for _, c := range []queue.Command{queue.Tick{}, c} {
		in := queue.Input{At: d.now, Command: c}
		dec, err := d.state.Decide(in)
		if err != nil {
			d.t.Fatal(err)
		}
		for _, f := range d.state.Facts(in, dec.Events) {
			if err := d.state.Apply(f); err != nil {
				d.t.Fatal(err)
			}
		}
	}
}

// BenchmarkIssueAndNext is one citizen: a ticket, a call, and the schedule
// before each.
func BenchmarkIssueAndNext(b *testing.B) {
	for _, counter := range []struct {
		name string
		n    int
	}{{"longest", 1}, {"strict", 2}, {"weighted", 3}} {
		b.Run(counter.name, func(b *testing.B) {
			d := busyDay(b)
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				if n++; n%500 == 0 { // the day must not grow
					b.StopTimer()
					d = busyDay(b)
					b.StartTimer()
				}
				d.loop(queue.Issue{Service: "civil", Class: queue.Ordinary, Origin: queue.Button})
				d.loop(queue.CallNext{Counter: counter.n})
			}
		})
	}
}

func BenchmarkTick(b *testing.B) {
	d := busyDay(b)
	b.ReportAllocs()
	for b.Loop() {
		d.loop(queue.Tick{})
	}
}

func BenchmarkLine(b *testing.B) {
	d := busyDay(b)
	b.ReportAllocs()
	for b.Loop() {
		d.state.Line("civil", queue.Ordinary)
	}
}
