package appliance_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/appliance"
	"sunbeon/appliance/clock"
	"sunbeon/appliance/feed"
	"sunbeon/appliance/queue"
)

// listening makes the office one that keeps its old machine.
func listening(o *appliance.Options) {
	o.Config.Observed = true
	o.Config.Services = slices.Clone(o.Config.Services)
	o.Config.Services[1].Online = false
	o.Paper = nil
}

func (r *rig) hears(what queue.Observation, service string, number, counter int) {
	r.t.Helper()
	r.must(queue.Observe{What: what, Service: service, Number: number, Counter: counter})
}

// snapshot is what the city reads of the newest view, and its bytes.
func (r *rig) snapshot() (*feed.Snapshot, string) {
	r.t.Helper()
	b, err := json.Marshal(r.loop.View().Public)
	if err != nil {
		r.t.Fatal(err)
	}
	s, err := feed.DecodeSnapshot(feed.Address{City: "test", Office: "CS0001"}, b)
	if err != nil {
		r.t.Fatal(err)
	}
	return s, string(b)
}

// What the wire says reaches the snapshot; what it does not say is absent from
// it, and not 0.
func TestSnapshotOfAnObservedOffice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, &memory{}, clock.NewBench(nine), listening)
		defer r.stop()
		r.must(queue.Tick{})
		s, raw := r.snapshot()
		if !s.Observed || len(s.Counters) > 0 || strings.Contains(raw, `"waiting"`) || strings.Contains(raw, `"issued"`) || strings.Contains(raw, `"wait"`) {
			t.Fatalf("before anything was heard: %s", raw)
		}

		r.hears(queue.HeardIssued, "civil", 1, 0)
		r.hears(queue.HeardIssued, "civil", 2, 0)
		r.hears(queue.HeardCalled, "civil", 1, 2)
		r.hears(queue.HeardCalled, "passport", 44, 0)
		s, raw = r.snapshot()
		civil, passport := s.Services[0], s.Services[1]
		if !reflect.DeepEqual(civil.Waiting, new(1)) || !reflect.DeepEqual(civil.Issued, new(2)) || civil.Called != "1" || civil.CalledAt != 2 {
			t.Errorf("what was heard: %+v in %s", civil, raw)
		}
		if passport.Waiting != nil || passport.Issued != nil || passport.Called != "P44" || passport.CalledAt != 0 {
			t.Errorf("calls alone: %+v", passport)
		}
		for _, v := range s.Services {
			if v.Counters != nil || v.Wait != nil || v.OnlineNow || v.Issuing != feed.IssuingOpen {
				t.Errorf("made up: %+v", v)
			}
		}
		if want := []feed.Counter{{Number: 1, State: feed.CounterUnknown, Services: []string{"civil"}},
			{Number: 2, State: feed.CounterUnknown, Ticket: "1", Services: []string{"passport", "civil"}}}; !reflect.DeepEqual(s.Counters, want) {
			t.Errorf("counters %+v", s.Counters)
		}
		at := nine.UnixMilli()
		if want := []feed.Call{{Seq: 2, Ticket: "P44", Service: "passport", At: at}, {Seq: 1, Ticket: "1", Service: "civil", Counter: 2, At: at}}; s.CallSeq != 2 || !reflect.DeepEqual(s.Calls, want) {
			t.Errorf("calls %+v", s.Calls)
		}

		r.must(queue.Observe{What: queue.HeardWaiting, Service: "passport", Count: 0})
		if s, raw = r.snapshot(); !reflect.DeepEqual(s.Services[1].Waiting, new(0)) || !strings.Contains(raw, `"waiting":0`) {
			t.Errorf("nobody waits, as the machine says: %s", raw)
		}
	})
}

func TestObservedOfficeGivesNoNumber(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, &memory{}, clock.NewBench(nine), listening)
		defer r.stop()
		for _, c := range []queue.Command{queue.Issue{Service: "civil", Class: queue.Ordinary, Origin: queue.Button}, queue.CallNext{Counter: 1}} {
			_, err := r.do(c)
			var refusal *queue.Refusal
			if !errors.As(err, &refusal) || refusal.Code != queue.ObservedOffice {
				t.Errorf("%s: %v", c.Name(), err)
			}
		}
		reply := appliance.Online{Loop: r.loop}.Handle(t.Context(), feed.Request{V: 1, ID: "0123456789abcdef", Kind: feed.RequestIssue, Service: "passport"})
		if reply.Refusal == nil || reply.Refusal.Code != string(queue.ObservedOffice) || reply.Refusal.Ko == "" {
			t.Errorf("the city is answered %+v", reply)
		}
	})
}

// What was heard survives a restart, but for who waits: the old machine went on
// while nobody listened. A sign of Sunbeon's own follows the calls.
func TestObservedOfficeAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mem, c := &memory{}, clock.NewBench(nine)
		r := start(t, mem, c, listening)
		for n := range 5 {
			r.hears(queue.HeardIssued, "civil", n+1, 0)
		}
		mem.take()
		r.hears(queue.HeardCalled, "civil", 1, 2)
		if log := mem.take(); !slices.Contains(log, `sign 2 "1"`) {
			t.Errorf("the sign is not told: %v", log)
		}
		before, _ := r.snapshot()
		if !reflect.DeepEqual(before.Services[0].Waiting, new(4)) {
			t.Fatalf("before the restart: %+v", before.Services[0])
		}
		r.stop()
		r = start(t, mem, c, listening)
		defer func() { r.stop() }()
		after, raw := r.snapshot()
		if after.Services[0].Waiting != nil {
			t.Errorf("who waits was not heard: %s", raw)
		}
		after.Seq, after.Services[0].Waiting = before.Seq, before.Services[0].Waiting
		if !reflect.DeepEqual(after, before) {
			t.Errorf("before the restart\n%+v\nafter it\n%s", before, raw)
		}
		if got := r.loop.View().Heard[0]; got.Last != "5" || got.Called != "1" || got.Counter != 2 || got.Issued != 5 || got.Waiting != nil {
			t.Errorf("staff see %+v", got)
		}
		for n := range 4 {
			r.hears(queue.HeardIssued, "civil", n+6, 0)
		}
		for n := range 3 {
			r.hears(queue.HeardCalled, "civil", n+6, 1)
		}
		if s, raw := r.snapshot(); !reflect.DeepEqual(s.Services[0].Waiting, new(1)) {
			t.Errorf("heard again: %s", raw)
		}
		c.Skip(24 * time.Hour)
		r.must(queue.Tick{})
		if s, raw := r.snapshot(); s.Day != 2 || len(s.Calls) > 0 || len(s.Counters) > 0 || s.Services[0].Called != "" {
			t.Errorf("the next day: %s", raw)
		}
	})
}
