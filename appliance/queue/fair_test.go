package queue_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"sunbeon/appliance/queue"
)

// fair is an office whose counters serve the same services by one rule.
func fair(rule queue.Rule, counters, run int, weights ...int) queue.Config {
	c := queue.Config{
		Office: queue.Office{ID: "CS0001", Name: "가능동 주민센터"},
		Rules:  queue.Rules{PriorityRun: run, LatePlace: queue.LateEnd, DayStarts: 240, DayJumpLimit: 14},
	}
	var ids []string
	for i := range weights {
		ids = append(ids, fmt.Sprintf("s%d", i))
		c.Services = append(c.Services, queue.Service{ID: ids[i], Name: "업무", Prefix: string(rune('A' + i)), First: 1, Last: 9999, Priority: true, Handling: 60})
	}
	for n := range counters {
		k := queue.Counter{Number: n + 1, Services: ids, Rule: rule}
		if rule == queue.RuleWeighted {
			k.Weights = weights
		}
		c.Counters = append(c.Counters, k)
	}
	return c
}

// waits watches how many calls happen while a ticket waits.
type waits struct {
	calls int
	since map[queue.Ref]int
	bound map[queue.Ref]int
}

func (w *waits) issued(r queue.Ref, bound int) {
	if w.since == nil {
		w.since, w.bound = map[queue.Ref]int{}, map[queue.Ref]int{}
	}
	w.since[r], w.bound[r] = w.calls, bound
}

func (w *waits) called(fatal func(string, ...any), r queue.Ref) {
	w.calls++
	delete(w.since, r)
	for r, since := range w.since {
		if w.calls-since > w.bound[r] {
			fatal("%v waits for %d calls, bound %d", r, w.calls-since, w.bound[r])
		}
	}
}

func fairDesk(t tb, c queue.Config) *desk {
	d := newDesk(t)
	d.must("", queue.Configure{Config: c})
	return d
}

// Under RuleLongest every ticket is called within PriorityRun+1 calls for each
// one that waited when it came, and the run that each counter may be in.
// Under RuleStrict that holds of the first service.
func TestNobodyStarves(t *testing.T) {
	for _, rule := range []queue.Rule{queue.RuleLongest, queue.RuleStrict, queue.RuleWeighted} {
		t.Run(string(rule), func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) {
				counters := rapid.IntRange(1, 3).Draw(rt, "counters")
				run := rapid.IntRange(0, 3).Draw(rt, "run")
				weights := rapid.SliceOfN(rapid.IntRange(1, 5), 1, 4).Draw(rt, "weights")
				d := fairDesk(rt, fair(rule, counters, run, weights...))
				total := 0
				for _, w := range weights {
					total += w
				}
				var w waits
				for range rapid.IntRange(1, 120).Draw(rt, "steps") {
					if rapid.Bool().Draw(rt, "issue") {
						service := rapid.IntRange(0, len(weights)-1).Draw(rt, "service")
						class := rapid.SampledFrom([]queue.Class{queue.Ordinary, queue.Priority}).Draw(rt, "class")
						ahead := 0
						for i := range d.state.Tickets {
							if t := &d.state.Tickets[i]; t.Status == queue.Waiting && (rule == queue.RuleLongest || t.Service == fmt.Sprintf("s%d", service)) {
								ahead++
							}
						}
						r := d.issue(fmt.Sprintf("s%d", service), class)
						turns := (ahead+1)*(run+1) + counters*run
						switch {
						case rule == queue.RuleWeighted:
							w.issued(r, turns*counters*2*total)
						case rule == queue.RuleLongest || service == 0:
							w.issued(r, turns)
						}
					}
					k := rapid.IntRange(1, counters).Draw(rt, "counter")
					dec, err := d.do("", queue.CallNext{Counter: k})
					waiting := slices.ContainsFunc(d.state.Tickets, func(t queue.Ticket) bool { return t.Status == queue.Waiting })
					switch {
					case err == nil && dec.Notice == nil:
						w.called(rt.Fatalf, dec.Answer.Ref)
					case waiting:
						rt.Fatalf("counter %d calls nobody though somebody waits", k)
					}
				}
			})
		})
	}
}

// The hall never empties: after every call somebody of the same service and
// class comes. Each rule must keep its bound for ever.
func TestNobodyStarvesInAFullHall(t *testing.T) {
	for _, rule := range []queue.Rule{queue.RuleLongest, queue.RuleWeighted} {
		for run := range 4 {
			for _, weights := range [][]int{{1}, {1, 1}, {3, 1}, {1, 2, 3}, {5, 1}, {1, 1, 1, 1}} {
				t.Run(fmt.Sprint(rule, run, weights), func(t *testing.T) {
					d := fairDesk(t, fair(rule, 1, run, weights...))
					total := 0
					for _, w := range weights {
						total += w
					}
					var w waits
					come := func(service string, class queue.Class) {
						bound := (2*len(weights) + 1) * (run + 1)
						if rule == queue.RuleWeighted {
							bound = 3 * (run + 1) * 2 * total
						}
						w.issued(d.issue(service, class), bound)
					}
					for i := range weights {
						come(fmt.Sprintf("s%d", i), queue.Ordinary)
						come(fmt.Sprintf("s%d", i), queue.Priority)
					}
					called := map[string]int{}
					for range 120 {
						r := d.must("", queue.CallNext{Counter: 1}).Answer.Ref
						w.called(t.Fatalf, r)
						tk := d.state.Find(r)
						called[tk.Service]++
						come(tk.Service, tk.Class)
					}
					if rule == queue.RuleWeighted {
						for i, weight := range weights {
							if got, want := called[fmt.Sprintf("s%d", i)], 120*weight/total; got < want-1 || got > want+1 {
								t.Errorf("service %d of share %d/%d was called %d times", i, weight, total, got)
							}
						}
					}
				})
			}
		}
	}
}

// The documented exception: under RuleStrict a later service waits as long as
// an earlier one has people, and is called as soon as it has none.
func TestStrictOrder(t *testing.T) {
	d := fairDesk(t, fair(queue.RuleStrict, 1, 1, 1, 1))
	late := d.issue("s1", queue.Ordinary)
	for range 50 {
		first := d.issue("s0", queue.Ordinary)
		if got := d.must("", queue.CallNext{Counter: 1}).Answer.Ref; got != first {
			t.Fatalf("called %v before %v", got, first)
		}
	}
	if got := d.must("", queue.CallNext{Counter: 1}).Answer.Ref; got != late {
		t.Fatalf("called %v", got)
	}
}

// At most PriorityRun priority calls in a row pass an ordinary ticket that came
// earlier, and without PriorityRun none does.
func TestPriorityRun(t *testing.T) {
	for run, want := range []string{"oooopppp", "popopopo", "ppoppooo", "pppopooo"} {
		d := fairDesk(t, fair(queue.RuleLongest, 1, run, 1))
		for range 4 {
			d.issue("s0", queue.Ordinary)
		}
		for range 4 {
			d.issue("s0", queue.Priority)
		}
		got := ""
		for range 8 {
			got += string(d.state.Find(d.must("", queue.CallNext{Counter: 1}).Answer.Ref).Class[:1])
		}
		if got != want {
			t.Errorf("run %d: called %s, want %s", run, got, want)
		}
	}
}
