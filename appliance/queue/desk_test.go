package queue_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"sunbeon/appliance/queue"
)

// office is a small 동 주민센터: two services, three counters.
func office() queue.Config {
	return queue.Config{
		Office: queue.Office{ID: "CS0001", Name: "가능동 주민센터", NameEn: "Ganeung-dong Community Center"},
		Services: []queue.Service{
			{ID: "civil", Name: "민원", First: 1, Last: 300, Priority: true, Handling: 240},
			{ID: "passport", Name: "여권", Prefix: "P", First: 1, Last: 99, Online: true, OnlineQuota: 2, Handling: 420},
		},
		Counters: []queue.Counter{
			{Number: 1, Services: []string{"civil"}, Rule: queue.RuleLongest},
			{Number: 2, Services: []string{"civil", "passport"}, Rule: queue.RuleStrict},
			{Number: 3, Services: []string{"passport", "civil"}, Rule: queue.RuleWeighted, Weights: []int{3, 1}},
		},
		Rules: queue.Rules{PriorityRun: 1, LateWithin: 10, LatePlace: queue.LateFront, DayStarts: 240, DayJumpLimit: 14},
	}
}

// tb is what a desk needs of testing.T, testing.B and rapid.T.
type tb interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

// desk drives a state as the loop does: decide, record, apply.
type desk struct {
	t     tb
	state *queue.State
	facts []queue.Fact
	now   queue.Stamp
}

func newDesk(t tb) *desk {
	start := time.Date(2026, 11, 23, 9, 0, 0, 0, queue.KST())
	d := &desk{t: t, state: queue.New(), now: queue.Stamp{Wall: start.UnixMilli(), Trusted: true, Mono: 1000, Boot: "a"}}
	d.must("", queue.Configure{Config: office()})
	d.must("", queue.Tick{})
	return d
}

func (d *desk) wait(for_ time.Duration) {
	d.now.Wall += for_.Milliseconds()
	d.now.Mono += for_.Milliseconds()
}

func (d *desk) do(request string, c queue.Command) (queue.Decision, error) {
	in := queue.Input{At: d.now, Request: request, By: "test", Command: c}
	dec, err := d.state.Decide(in)
	if err != nil {
		return dec, err
	}
	for _, f := range d.state.Facts(in, dec.Events) {
		raw, err := json.Marshal(f)
		if err != nil {
			d.t.Fatal(err)
		}
		var back queue.Fact
		if err := json.Unmarshal(raw, &back); err != nil {
			d.t.Fatal(err)
		}
		if err := d.state.Apply(back); err != nil {
			d.t.Fatal(err)
		}
		d.facts = append(d.facts, back)
	}
	return dec, nil
}

func (d *desk) must(request string, c queue.Command) queue.Decision {
	d.t.Helper()
	dec, err := d.do(request, c)
	if err != nil {
		d.t.Fatalf("%s: %v", c.Name(), err)
	}
	return dec
}

func (d *desk) refused(code queue.Code, c queue.Command) {
	d.t.Helper()
	_, err := d.do("", c)
	if !is(err, code) {
		d.t.Fatalf("%s: got %v, want %s", c.Name(), err, code)
	}
}

func is(err error, code queue.Code) bool {
	var r *queue.Refusal
	return errors.As(err, &r) && r.Code == code
}

func replay(t tb, facts []queue.Fact) *queue.State {
	t.Helper()
	s := queue.New()
	for _, f := range facts {
		if err := s.Apply(f); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func (d *desk) issue(service string, class queue.Class) queue.Ref {
	d.t.Helper()
	return d.must("", queue.Issue{Service: service, Class: class, Origin: queue.Button}).Answer.Ref
}

func TestFromPressToFinish(t *testing.T) {
	d := newDesk(t)
	a := d.issue("civil", queue.Ordinary)
	b := d.issue("civil", queue.Ordinary)
	if a.Number != 1 || b.Number != 2 {
		t.Fatalf("numbers %v %v", a, b)
	}
	if got := d.must("", queue.CallNext{Counter: 1}).Answer; got.Ref != a || got.Counter != 1 {
		t.Fatalf("called %+v", got)
	}
	if got := d.must("", queue.CallNext{Counter: 1}).Answer.Ref; got != b {
		t.Fatalf("called %+v", got)
	}
	if s := d.state.Find(a).Status; s != queue.Done {
		t.Fatalf("first ticket is %s", s)
	}
	dec := d.must("", queue.CallNext{Counter: 1})
	if dec.Notice == nil || dec.Notice.Code != queue.NobodyWaiting {
		t.Fatalf("notice %v", dec.Notice)
	}
	d.refused(queue.NobodyWaiting, queue.CallNext{Counter: 1})

	if again := replay(t, d.facts); !bytes.Equal(again.Encode(), d.state.Encode()) {
		t.Fatalf("replay differs:\n%s\n%s", again.Encode(), d.state.Encode())
	}
}

func TestSameRequestSameAnswer(t *testing.T) {
	d := newDesk(t)
	issue := queue.Issue{Service: "passport", Class: queue.Ordinary, Origin: queue.Online}
	first := d.must("r1", issue)
	n := len(d.facts)
	again := d.must("r1", issue)
	if !again.Repeated || again.Answer != first.Answer || len(d.facts) != n {
		t.Fatalf("first %+v again %+v", first, again)
	}
}
