package queue_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"regexp"
	"testing"

	"sunbeon/appliance/queue"
)

// everyEvent has each kind once, with every field set.
func everyEvent() []queue.Event {
	config := lunch()
	config.Services[0].Issuing = queue.Hours{Days: []int{1}, Spans: []queue.Span{{From: 1, To: 2}}, Off: []string{"2026-12-25"}}
	ref := queue.Ref{Band: "civil", Number: 7}
	place := queue.Place{After: 3, Then: 9}
	return []queue.Event{
		queue.DayOpened{Number: 2, Date: "2026-11-24", Config: config, Devices: map[string][]string{"printer": {"cover_open"}}},
		queue.DayReopened{},
		queue.DayClosed{},
		queue.ConfigChanged{Config: config},
		queue.ClockConfirmed{Date: "2026-11-24"},
		queue.Issued{Ref: ref, Class: queue.Priority, Origin: queue.Online, Token: "t<&>", Place: place, Ahead: 4,
			Forecast: queue.Forecast{Low: 1, Mid: 2, High: 3, Base: 4, Line: 5}, Paper: true, Away: true},
		queue.Printed{Ref: ref, Confirmed: true, Copy: true},
		queue.PrintFailed{Ref: ref, Reason: "용지 없음"},
		queue.ReprintAsked{Ref: ref},
		queue.Called{Ref: ref, Counter: 1, How: queue.ByNext, Jump: true, Credit: map[string]int{"civil": -1, "passport": 1}},
		queue.Recalled{Ref: ref, Counter: 1},
		queue.Held{Ref: ref, Counter: 1},
		queue.NoShow{Ref: ref, Counter: 1},
		queue.Returned{Ref: ref, Place: place},
		queue.Arrived{Ref: ref},
		queue.Skipped{Ref: ref},
		queue.Delayed{Ref: ref, Place: place, Passed: 2},
		queue.Transferred{Ref: ref, From: 1, Service: "passport", Counter: 2, Place: place},
		queue.Finished{Ref: ref, Counter: 1},
		queue.Cancelled{Ref: ref},
		queue.Voided{Ref: ref, Reason: "시험"},
		queue.CounterOpened{Counter: 1},
		queue.CounterClosed{Counter: 1},
		queue.CounterLeft{Counter: 1},
		queue.CounterResumed{Counter: 1},
		queue.ServicesChanged{Counter: 1, Services: []string{"civil"}, Shift: 1},
		queue.IssuingClosed{Service: "civil", Schedule: true},
		queue.IssuingReopened{Service: "civil", Schedule: true},
		queue.DeviceChanged{Device: "printer", Conditions: []string{"paper_end"}},
		queue.Observed{What: queue.HeardCalled, Service: "civil", Number: 7, Counter: 2, Count: 3},
	}
}

func factOf(e queue.Event) queue.Fact {
	return queue.Fact{Day: 2, Seq: 9, At: queue.Stamp{Wall: 1, Trusted: true, Mono: 2, Boot: "b"},
		Request: "r", Cause: "next", By: "counter:1", Event: e}
}

func TestEveryKindOfFactKeepsItsContent(t *testing.T) {
	source, err := os.ReadFile("fact.go")
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]bool{}
	for _, m := range regexp.MustCompile(`Kind\(\) string +\{ return "(\w+)" \}`).FindAllSubmatch(source, -1) {
		kinds[string(m[1])] = true
	}
	if len(kinds) < 27 {
		t.Fatalf("found %d kinds in fact.go", len(kinds))
	}
	for _, e := range everyEvent() {
		delete(kinds, e.Kind())
		f := factOf(e)
		raw, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		var back queue.Fact
		if err := json.Unmarshal(raw, &back); err != nil {
			t.Fatalf("%s: %v", e.Kind(), err)
		}
		if !reflect.DeepEqual(back, f) {
			t.Errorf("%s: %+v came back as %+v", e.Kind(), f, back)
		}
		for _, broken := range [][]byte{
			bytes.Replace(raw, []byte(`"body":{`), []byte(`"body":{"colour":1,`), 1),
			bytes.Replace(raw, []byte(`"body":{`), []byte(`"colour":1,"body":{`), 1),
			regexp.MustCompile(`"body":.*`).ReplaceAll(raw, []byte(`"body":null}`)),
			regexp.MustCompile(`"body":.*`).ReplaceAll(raw, []byte(`"body":[]}`)),
			regexp.MustCompile(`,"body":.*`).ReplaceAll(raw, []byte(`}`)),
			raw[:len(raw)-1],
			append(bytes.Clone(raw), '1'),
			bytes.Replace(raw, []byte(`{`), []byte(`{"colour":1,`), 1),
		} {
			broken = bytes.ReplaceAll(broken, []byte(`,}`), []byte(`}`)) // of an empty body
			if bytes.Equal(broken, raw) {
				t.Fatalf("%s is not broken", broken)
			}
			if err := new(queue.Fact).UnmarshalJSON(broken); err == nil {
				t.Errorf("accepted %s", broken)
			}
		}
	}
	for kind := range kinds {
		t.Errorf("%s is in no test", kind)
	}
}

func TestFactOfNewerVersion(t *testing.T) {
	var f queue.Fact
	err := json.Unmarshal([]byte(`{"day":1,"seq":1,"at":{"wall":0,"trusted":false,"mono":0,"boot":""},"kind":"teleported","body":{}}`), &f)
	if !errors.Is(err, queue.ErrUnknownFact) {
		t.Fatal(err)
	}
	if err := queue.New().Apply(queue.Fact{Seq: 1, Event: teleported{}}); !errors.Is(err, queue.ErrUnknownFact) {
		t.Fatal(err)
	}
	if _, err := json.Marshal(queue.Fact{}); err == nil {
		t.Fatal("a fact without an event was encoded")
	}
}

type teleported struct{}

func (teleported) Kind() string { return "teleported" }
func (teleported) Name() string { return "teleport" }

// A record that does not follow from the state is refused, never repaired.
func TestDamagedRecord(t *testing.T) {
	d := newDesk(t)
	waits := d.issue("civil", queue.Ordinary)
	d.issue("civil", queue.Ordinary)
	d.issue("civil", queue.Ordinary)
	d.must("", queue.CallNext{Counter: 1})
	d.must("", queue.Finish{Counter: 1})
	done := waits
	d.must("", queue.CallNext{Counter: 1})
	called := d.state.Counter(1).Current
	waits = queue.Ref{Band: "civil", Number: 3}
	nobody := queue.Ref{Band: "civil", Number: 99}
	next := d.state.Seq + 1
	for name, f := range map[string]queue.Fact{
		"no event":               {Day: 1, Seq: next},
		"same seq":               {Day: 1, Seq: next - 1, Event: queue.DayClosed{}},
		"gap":                    {Day: 1, Seq: next + 1, Event: queue.DayClosed{}},
		"other day":              {Day: 2, Seq: next, Event: queue.DayClosed{}},
		"day again":              {Day: 1, Seq: next, Event: queue.DayOpened{Number: 1, Config: office()}},
		"day of other number":    {Day: 3, Seq: next, Event: queue.DayOpened{Number: 2, Config: office()}},
		"open day reopened":      {Day: 1, Seq: next, Event: queue.DayReopened{}},
		"number twice":           {Day: 1, Seq: next, Event: queue.Issued{Ref: waits}},
		"number of no service":   {Day: 1, Seq: next, Event: queue.Issued{Ref: queue.Ref{Band: "tax", Number: 1}}},
		"paper of nobody":        {Day: 1, Seq: next, Event: queue.Printed{Ref: nobody, Confirmed: true}},
		"failed paper of nobody": {Day: 1, Seq: next, Event: queue.PrintFailed{Ref: nobody}},
		"copy of nobody":         {Day: 1, Seq: next, Event: queue.ReprintAsked{Ref: nobody}},
		"nobody called":          {Day: 1, Seq: next, Event: queue.Called{Ref: nobody, Counter: 2}},
		"two at one counter":     {Day: 1, Seq: next, Event: queue.Called{Ref: waits, Counter: 1}},
		"one at two counters":    {Day: 1, Seq: next, Event: queue.Called{Ref: called, Counter: 2}},
		"called after the end":   {Day: 1, Seq: next, Event: queue.Called{Ref: done, Counter: 2}},
		"called to no counter":   {Day: 1, Seq: next, Event: queue.Called{Ref: waits, Counter: 9}},
		"held elsewhere":         {Day: 1, Seq: next, Event: queue.Held{Ref: called, Counter: 2}},
		"no-show not called":     {Day: 1, Seq: next, Event: queue.NoShow{Ref: waits, Counter: 1}},
		"finished twice":         {Day: 1, Seq: next, Event: queue.Finished{Ref: done, Counter: 1}},
		"moved from elsewhere":   {Day: 1, Seq: next, Event: queue.Transferred{Ref: called, From: 2, Service: "civil"}},
		"returned not missed":    {Day: 1, Seq: next, Event: queue.Returned{Ref: waits}},
		"arrived, and was here":  {Day: 1, Seq: next, Event: queue.Arrived{Ref: waits}},
		"skipped, and was here":  {Day: 1, Seq: next, Event: queue.Skipped{Ref: waits}},
		"arrived at counter":     {Day: 1, Seq: next, Event: queue.Arrived{Ref: called}},
		"skipped at counter":     {Day: 1, Seq: next, Event: queue.Skipped{Ref: called}},
		"delayed at counter":     {Day: 1, Seq: next, Event: queue.Delayed{Ref: called, Place: queue.Place{After: 9}, Passed: 1}},
		"delayed behind nobody":  {Day: 1, Seq: next, Event: queue.Delayed{Ref: waits, Place: queue.Place{After: 9}}},
		"cancelled at counter":   {Day: 1, Seq: next, Event: queue.Cancelled{Ref: called}},
		"voided after the end":   {Day: 1, Seq: next, Event: queue.Voided{Ref: done}},
		"closed with a ticket":   {Day: 1, Seq: next, Event: queue.CounterClosed{Counter: 1}},
		"no such counter":        {Day: 1, Seq: next, Event: queue.CounterOpened{Counter: 9}},
		"shift of no counter":    {Day: 1, Seq: next, Event: queue.ServicesChanged{Counter: 9}},
		"issuing of no service":  {Day: 1, Seq: next, Event: queue.IssuingClosed{Service: "tax"}},
		"heard where none is":    {Day: 1, Seq: next, Event: queue.Observed{What: queue.HeardIssued, Service: "civil", Number: 7}},
	} {
		if err := replay(t, d.facts).Apply(f); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	d.must("", queue.CloseDay{})
	if err := d.state.Apply(queue.Fact{Day: 1, Seq: d.state.Seq + 1, Event: queue.DayClosed{}}); err == nil {
		t.Error("a closed day closed again")
	}
}

// What is accepted encodes to bytes that mean the same.
func FuzzFact(f *testing.F) {
	for _, e := range everyEvent() {
		raw, err := json.Marshal(factOf(e))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		var a, b queue.Fact
		if a.UnmarshalJSON(in) != nil {
			return
		}
		once, err := a.MarshalJSON()
		if err != nil {
			t.Fatalf("%s is accepted and does not encode: %v", in, err)
		}
		if err := b.UnmarshalJSON(once); err != nil {
			t.Fatalf("%s encodes to %s: %v", in, once, err)
		}
		if twice, err := b.MarshalJSON(); err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("%s, then %s, %v", once, twice, err)
		}
		// Whatever the fact, it must not panic.
		_ = queue.New().Apply(a)
		d := newListener(t)
		d.gives(1, 2, 3)
		d.shows(1)
		a.Day, a.Seq = d.state.Day.Number, d.state.Seq+1
		_ = d.state.Apply(a)
	})
}
