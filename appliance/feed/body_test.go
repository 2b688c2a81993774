package feed_test

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/queue"
)

const token = "abcdefghijkl2345"

// TestBodiesAreTheOffices writes every kind of fact as an office does and reads
// it as the city does.
func TestBodiesAreTheOffices(t *testing.T) {
	source, err := os.ReadFile("../queue/fact.go")
	if err != nil {
		t.Fatal(err)
	}
	left := map[string]bool{}
	for _, m := range regexp.MustCompile(`Kind\(\) string +\{ return "(\w+)" \}`).FindAllSubmatch(source, -1) {
		left[string(m[1])] = true
	}
	config := queue.Config{Office: queue.Office{ID: "CS0001", Name: "가"},
		Services: []queue.Service{{ID: "civil", Name: "민원", NameEn: "Certificates", Prefix: "A", First: 1, Last: 99, Handling: 240}},
		Counters: []queue.Counter{{Number: 1, Services: []string{"civil"}, Rule: queue.RuleLongest}},
		Rules:    queue.Rules{PriorityRun: 2, LateWithin: 10, LatePlace: queue.LateAfter, LateAfter: 3, DelayMost: 5, DayJumpLimit: 14}}
	setup := feed.Setup{Services: []feed.ServiceSetup{{ID: "civil", Name: "민원", NameEn: "Certificates", Prefix: "A"}},
		Rules: feed.Rules{PriorityRun: 2, LateWithin: 10, LatePlace: feed.LateAfter, LateAfter: 3, DelayMost: 5}}
	ref, r := queue.Ref{Band: "civil", Number: 7}, feed.TicketRef{Band: "civil", Number: 7}
	place, p := queue.Place{After: 3, Then: 9}, feed.Place{After: 3, Then: 9}
	used := map[string]bool{}
	for _, c := range []struct {
		office queue.Event
		city   feed.Body
	}{
		{queue.DayOpened{Number: 2, Date: "2026-11-24", Config: config, Devices: map[string][]string{"printer": {"cover_open"}}},
			feed.FactDayOpened{Number: 2, Date: "2026-11-24", Setup: setup}},
		{queue.DayReopened{}, feed.FactDayReopened{}},
		{queue.DayClosed{}, feed.FactDayClosed{}},
		{queue.ConfigChanged{Config: config}, feed.FactConfigChanged{Setup: setup}},
		{queue.ClockConfirmed{Date: "2026-11-24"}, nil},
		{queue.Issued{Ref: ref, Class: queue.Priority, Origin: queue.Online, Token: token, Place: place, Ahead: 4,
			Forecast: queue.Forecast{Known: true, Low: 1, Mid: 2, High: 3, Base: 4, Line: 5}, Paper: true, Away: true},
			feed.FactIssued{TicketRef: r, Class: feed.ClassPriority, Origin: feed.OriginOnline, Token: token, Place: p, Told: feed.Told{Known: true, Low: 1, Mid: 2, High: 3}, Away: true}},
		{queue.Issued{Ref: ref, Class: queue.Ordinary, Origin: queue.Button, Place: place}, // no page, no forecast
			feed.FactIssued{TicketRef: r, Class: feed.ClassOrdinary, Origin: feed.OriginButton, Place: p}},
		{queue.Issued{Ref: ref, Class: queue.Ordinary, Origin: queue.Clerk, Place: place}, feed.FactIssued{TicketRef: r, Class: feed.ClassOrdinary, Origin: feed.OriginClerk, Place: p}},
		{queue.Printed{Ref: ref, Confirmed: true, Copy: true}, nil},
		{queue.PrintFailed{Ref: ref, Reason: "용지 없음"}, nil},
		{queue.ReprintAsked{Ref: ref}, nil},
		{queue.Called{Ref: ref, Counter: 4, How: queue.ByNext, Jump: true, Credit: map[string]int{"civil": -1}}, feed.FactCalled{TicketRef: r, Counter: 4}},
		{queue.Recalled{Ref: ref, Counter: 4}, feed.FactRecalled{TicketRef: r, Counter: 4}},
		{queue.Held{Ref: ref, Counter: 4}, feed.FactHeld{TicketRef: r, Counter: 4}},
		{queue.NoShow{Ref: ref, Counter: 4}, feed.FactNoShow{TicketRef: r, Counter: 4}},
		{queue.Returned{Ref: ref, Place: place}, feed.FactReturned{TicketRef: r, Place: p}},
		{queue.Arrived{Ref: ref}, feed.FactArrived{TicketRef: r}},
		{queue.Skipped{Ref: ref}, feed.FactSkipped{TicketRef: r}},
		{queue.Delayed{Ref: ref, Place: place, Passed: 2}, feed.FactDelayed{TicketRef: r, Place: p, Passed: 2}},
		{queue.Transferred{Ref: ref, From: 1, Service: "passport", Counter: 2, Place: place},
			feed.FactTransferred{TicketRef: r, From: 1, Service: "passport", Counter: 2, Place: p}},
		{queue.Finished{Ref: ref, Counter: 4}, feed.FactFinished{TicketRef: r, Counter: 4}},
		{queue.Cancelled{Ref: ref}, feed.FactCancelled{TicketRef: r}},
		{queue.Voided{Ref: ref, Reason: "시험"}, feed.FactVoided{TicketRef: r}},
		{queue.CounterOpened{Counter: 1}, nil},
		{queue.CounterClosed{Counter: 1}, nil},
		{queue.CounterLeft{Counter: 1}, nil},
		{queue.CounterResumed{Counter: 1}, nil},
		{queue.ServicesChanged{Counter: 1, Services: []string{"civil"}, Shift: 1}, nil},
		{queue.IssuingClosed{Service: "civil"}, nil},
		{queue.IssuingReopened{Service: "civil"}, nil},
		{queue.DeviceChanged{Device: "printer", Conditions: []string{"paper_end"}}, nil},
		{queue.Observed{What: queue.HeardIssued, Service: "civil", Number: 7}, nil},
	} {
		raw, err := json.Marshal(queue.Fact{Day: 2, Seq: 9, Request: "r", Cause: "c", By: "b", At: queue.Stamp{Wall: 1, Trusted: true}, Event: c.office})
		if err != nil {
			t.Fatal(err)
		}
		message, err := feed.EncodeFact("j", strings.Repeat("0", 64), raw)
		if err != nil {
			t.Fatal(err)
		}
		_, h, err := feed.DecodeFact(message)
		if err != nil {
			t.Fatal(err)
		}
		got, err := feed.DecodeBody(h.Kind, h.Body)
		if err != nil || !reflect.DeepEqual(got, c.city) {
			t.Errorf("%s: %+v (%v), want %+v", h.Kind, got, err, c.city)
		}
		if got != nil {
			used[got.Kind()] = true
			if got.Kind() != h.Kind {
				t.Errorf("%s was read as %s", h.Kind, got.Kind())
			}
		}
		delete(left, h.Kind)
	}
	for kind := range left {
		t.Errorf("%s is in no test", kind)
	}
	for _, kind := range feed.BodyKinds() {
		if !used[kind] {
			t.Errorf("%s is no kind that an office writes", kind)
		}
		delete(used, kind)
	}
	for kind := range used {
		t.Errorf("BodyKinds lacks %s", kind)
	}
}

func TestWordsAreTheOffices(t *testing.T) {
	for got, want := range map[string]string{
		feed.StatusWaiting: string(queue.Waiting), feed.StatusCalled: string(queue.AtCounter), feed.StatusHeld: string(queue.OnHold),
		feed.StatusNoShow: string(queue.Missed), feed.StatusFinished: string(queue.Done), feed.StatusCancelled: string(queue.Given),
		feed.StatusVoid: string(queue.Void), feed.StatusLeft: string(queue.Left),
		feed.LateFront: string(queue.LateFront), feed.LateAfter: string(queue.LateAfter), feed.LateEnd: string(queue.LateEnd),
	} {
		if got != want {
			t.Errorf("%q here, %q in the office", got, want)
		}
	}
	places := []queue.Place{{After: 0, Then: 9}, {After: 3}, {After: 3, Then: 4}, {After: 9}}
	for _, p := range places {
		for _, q := range places {
			if got := (feed.Place{After: p.After, Then: p.Then}).Compare(feed.Place{After: q.After, Then: q.Then}); (got < 0) != p.Before(q) || (got == 0) != (p == q) {
				t.Errorf("%v and %v: %d", p, q, got)
			}
		}
	}
}

func TestBadBodies(t *testing.T) {
	const setup = `{"services":[{"id":"a","name":"n"}],"rules":{"priorityRun":1,"latePlace":"end"}}`
	const issued = `{"band":"a","number":7,"class":"ordinary","origin":"button","token":"abcdefghijkl2345","place":{"after":1}}`
	good := map[string]string{
		"day_opened": `{"number":1,"config":` + setup + `}`, "config_changed": `{"config":` + setup + `}`, "day_closed": `{}`, "issued": issued,
		"called": `{"band":"a","number":7,"counter":1}`, "transferred": `{"band":"a","number":7,"from":1,"service":"b","place":{"after":1}}`,
		"cancelled": `{"band":"a","number":7,"colour":"of a later version"}`,
		"delayed":   `{"band":"a","number":7,"place":{"after":1,"then":2},"passed":3}`,
	}
	for kind, body := range good {
		if b, err := feed.DecodeBody(kind, []byte(body)); err != nil || b == nil {
			t.Errorf("%s: %v, %v", kind, b, err)
		}
	}
	for _, c := range []struct{ kind, from, to string }{
		{"day_closed", `{}`, `null`}, {"day_closed", `{}`, `[]`}, {"day_closed", `{}`, ``}, {"day_closed", `{}`, `{}{}`},
		{"day_opened", `"number":1`, `"number":0`}, {"day_opened", `"number":1`, `"number":"1"`}, {"day_opened", `"number":1`, `"number":1.5`},
		{"day_opened", `{"number":1`, `{"number":1,"date":"2026-11-24T00:00"`},
		{"day_opened", `"id":"a"`, `"id":""`}, {"day_opened", `"end"`, `"middle"`}, {"day_opened", `"priorityRun":1`, `"priorityRun":-1`},
		{"day_opened", `"priorityRun":1`, `"lateWithin":-1`}, {"day_opened", `"priorityRun":1`, `"lateWithin":99999999`},
		{"config_changed", `"n"`, `"` + strings.Repeat("n", 401) + `"`}, {"config_changed", `"n"`, `"n","prefix":"` + strings.Repeat("n", 17) + `"`},
		{"config_changed", `[{`, `[` + strings.Repeat(`{"id":"x"},`, 64) + `{`},
		{"issued", `"number":7`, `"number":0`}, {"issued", `"number":7`, `"number":100000`}, {"issued", `"number":7`, `"number":-7`},
		{"issued", `"band":"a"`, `"band":""`}, {"issued", `"band":"a"`, `"band":"` + strings.Repeat("n", 401) + `"`}, {"issued", `"ordinary"`, `"royal"`}, {"issued", `"button"`, `""`},
		{"issued", `"abcdefghijkl2345"`, `"abcdefghijkl234"`}, {"issued", `"abcdefghijkl2345"`, `"abcdefghijkl2340"`}, {"issued", `"abcdefghijkl2345"`, `"ABCDEFGHIJKL2345"`},
		{"issued", `"abcdefghijkl2345"`, `"abcdefg/../l2345"`}, {"issued", `"after":1`, `"after":-1`}, {"issued", `"after":1`, `"after":18446744073709551616`},
		{"issued", `{"band"`, `{"forecast":{"known":true,"low":5,"mid":4,"high":9},"band"`}, {"issued", `{"band"`, `{"forecast":{"known":true,"high":-1},"band"`},
		{"issued", `{"band"`, `{"forecast":{"known":true,"high":99999999},"band"`},
		{"called", `"counter":1`, `"counter":0`}, {"called", `"counter":1`, `"counter":100`},
		{"transferred", `"service":"b"`, `"service":""`}, {"transferred", `"from":1`, `"from":0`}, {"transferred", `"from":1`, `"from":1,"counter":-1`}, {"transferred", `"from":1`, `"from":1,"counter":100`},
		{"delayed", `"passed":3`, `"passed":0`}, {"delayed", `"passed":3`, `"passed":-1`}, {"delayed", `,"passed":3`, ``}, {"delayed", `"passed":3`, `"passed":100000`},
		{"day_opened", `"priorityRun":1`, `"delayMost":-1`}, {"issued", `{"band"`, `{"away":1,"band"`},
		{"cancelled", `"number":7`, `"number":null`},
	} {
		body := strings.Replace(good[c.kind], c.from, c.to, 1)
		if body == good[c.kind] {
			t.Fatalf("%s is not broken by %s", c.kind, c.to)
		}
		if b, err := feed.DecodeBody(c.kind, []byte(body)); !errors.Is(err, feed.ErrInvalid) || b != nil {
			t.Errorf("%s %.200s: read as %+v, %v", c.kind, body, b, err)
		}
	}
	for _, kind := range []string{"called", "recalled", "held", "no_show", "finished", "returned", "arrived", "skipped", "delayed", "cancelled", "voided", "transferred", "issued"} {
		if b, err := feed.DecodeBody(kind, []byte(`{}`)); !errors.Is(err, feed.ErrInvalid) {
			t.Errorf("%s of no ticket: %v, %v", kind, b, err)
		}
	}
	if b, err := feed.DecodeBody("teleported", []byte(`null`)); b != nil || err != nil {
		t.Errorf("a kind of a later version: %v, %v", b, err)
	}
}

func FuzzDecodeBody(f *testing.F) {
	f.Fuzz(func(t *testing.T, kind string, raw []byte) {
		b, err := feed.DecodeBody(kind, raw)
		switch {
		case err != nil && (!errors.Is(err, feed.ErrInvalid) || b != nil):
			t.Fatal(b, err)
		case b == nil:
			if err == nil && slices.Contains(feed.BodyKinds(), kind) {
				t.Fatalf("%s is not read", kind)
			}
			return
		case b.Kind() != kind:
			t.Fatalf("%s was read as %s", kind, b.Kind())
		}
		if len(raw) > feed.MaxSnapshot/8 {
			return // its escaped form may be larger than is read
		}
		out, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		again, err := feed.DecodeBody(kind, out)
		if err != nil || !reflect.DeepEqual(again, b) {
			t.Fatalf("%+v became %+v (%v)", b, again, err)
		}
	})
}
