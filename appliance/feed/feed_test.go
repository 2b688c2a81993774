package feed

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

var office = Address{City: "uijeongbu", Office: "CS0001"}

const hash64 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// full is a snapshot with every field set.
func full() *Snapshot {
	return &Snapshot{V: 1, City: office.City, Office: office.Office, Journal: "01J", Epoch: 3, Rev: 7, Seq: 42, AsOf: 1700000000000, Clock: true,
		Name: "의정부1동", NameEn: "Uijeongbu 1", Day: 12, Date: "2026-03-02", DayOpen: true, Observed: true,
		Services: []Service{{ID: "passport", Name: "여권", NameEn: "Passport", Waiting: new(3), Wait: &Range{60, 120, 300}, Issuing: IssuingEarly,
			Counters: new(2), Called: "101", CalledAt: 3, Issued: new(9), Online: true, OnlineNow: true, OnlineLeft: new(4), Arrival: true, Away: 2, Priority: true, Hours: "09:00-18:00"}},
		Counters: []Counter{{Number: 3, Name: "삼", State: CounterPaused, Ticket: "101", Services: []string{"passport"}}},
		CallSeq:  5, Calls: []Call{{Seq: 5, Ticket: "101", Service: "passport", Counter: 3, At: 1700000000000, Recall: true}},
		Held: []string{"99"}, Missed: []string{"98"}, Unprinted: []string{"117", "여권-3"}, Notices: []string{"점심시간"}, Faults: []Fault{{"printer", "paper_out", "용지", "paper"}},
		Where: &Where{Stdg: "4115010100", Road: "시민로 1", Lot: "의정부동 1", Lat: 37.7, Lon: 127.0, Weekdays: "0900-1800", Night: "목", Weekend: "토"}}
}

func marshal(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestEverythingSurvivesTheWire(t *testing.T) {
	snap, err := DecodeSnapshot(office, marshal(t, full()))
	if err != nil || !reflect.DeepEqual(snap, full()) {
		t.Errorf("snapshot: %+v, %v", snap, err)
	}
	status := &Status{V: 1, Online: true, Epoch: 3, AsOf: 5, Software: "1.0", Clock: true, Faults: []Fault{{"a", "b", "c", "d"}}, DiskFree: 9, Celsius: 51.5}
	if s, err := DecodeStatus(marshal(t, status)); err != nil || !reflect.DeepEqual(s, status) {
		t.Errorf("status: %+v, %v", s, err)
	}
	cursor := Cursor{V: 1, Journal: "01J", Seq: 9}
	if c, err := DecodeCursor(marshal(t, cursor)); err != nil || c != cursor {
		t.Errorf("cursor: %+v, %v", c, err)
	}
	request := Request{V: 1, ID: "0123456789abcdef", Kind: RequestIssue, Service: "passport", Class: "priority", Token: "x", Deadline: 4}
	if r, err := DecodeRequest(request.ID, marshal(t, request)); err != nil || r != request {
		t.Errorf("request: %+v, %v", r, err)
	}
	reply := Reply{V: 1, ID: request.ID, Ticket: &Issued{"101", "passport", 12, "x", "waiting", 3, 2, &Range{1, 2, 3}, true}}
	if r, err := DecodeReply(request.ID, marshal(t, reply)); err != nil || !reflect.DeepEqual(r, reply) {
		t.Errorf("reply: %+v, %v", r, err)
	}
}

// What is not known is not on the wire, and what is 0 is.
func TestAbsentIsNotZero(t *testing.T) {
	s := full()
	s.Services = []Service{{ID: "heard", Called: "7"}, {ID: "known", Waiting: new(0), Counters: new(0), Issued: new(0)}}
	s.Counters, s.Calls = []Counter{{Number: 1, State: CounterUnknown, Ticket: "7"}}, []Call{{Seq: 5, Ticket: "7", At: 1}}
	raw := marshal(t, s)
	for _, key := range []string{`"waiting":`, `"counters":0`, `"issued":`} {
		if n := strings.Count(string(raw), key); n != 1 {
			t.Errorf("%s stands %d times in %s", key, n, raw)
		}
	}
	if strings.Contains(string(raw), `"counter":`) {
		t.Errorf("a call to counter 0: %s", raw)
	}
	if back, err := DecodeSnapshot(office, raw); err != nil || !reflect.DeepEqual(back, s) {
		t.Errorf("%+v, %v", back, err)
	}
}

func TestFactKeepsItsBytes(t *testing.T) {
	raw := []byte(`{"day":1, "seq":7,"at":{"wall":5,"mono":6,"boot":"b","trusted":true},"kind":"issued","body":{"t":"<&>  \u00e9 여권"}}`)
	b, err := EncodeFact("01J", hash64, raw)
	if err != nil {
		t.Fatal(err)
	}
	m, h, err := DecodeFact(b)
	if err != nil {
		t.Fatal(err)
	}
	if string(m.Fact) != string(raw) || m.Hash != hash64 || m.Journal != "01J" {
		t.Errorf("%+v", m)
	}
	if h.Day != 1 || h.Seq != 7 || h.Kind != "issued" || h.At != (FactTime{5, true, 6, "b"}) {
		t.Errorf("head %+v", h)
	}
	for _, bad := range []string{` {"day":1,"seq":7,"kind":"x"}`, `{"day":1,"seq":7,"kind":"x"} `, `{"day":1,"seq":7,"kind":"x"},"v":2`, ``, `null`} {
		if _, err := EncodeFact("01J", hash64, []byte(bad)); !errors.Is(err, ErrInvalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestRefusals(t *testing.T) {
	id := "0123456789abcdef"
	snapshot := func(change func(*Snapshot)) []byte {
		s := full()
		change(s)
		return marshal(t, s)
	}
	fact := func(journal, hash, fact string) []byte {
		return fmt.Appendf(nil, `{"v":1,"journal":%q,"hash":%q,"fact":%s}`, journal, hash, fact)
	}
	readSnapshot := func(b []byte) error { _, err := DecodeSnapshot(office, b); return err }
	readFact := func(b []byte) error { _, _, err := DecodeFact(b); return err }
	readStatus := func(b []byte) error { _, err := DecodeStatus(b); return err }
	readCursor := func(b []byte) error { _, err := DecodeCursor(b); return err }
	readRequest := func(b []byte) error { _, err := DecodeRequest(id, b); return err }
	readReply := func(b []byte) error { _, err := DecodeReply(id, b); return err }
	for what, c := range map[string]struct {
		read func([]byte) error
		b    []byte
	}{
		"snapshot of another office": {readSnapshot, snapshot(func(s *Snapshot) { s.Office = "CS0002" })},
		"snapshot version":           {readSnapshot, snapshot(func(s *Snapshot) { s.V = 2 })},
		"snapshot journal":           {readSnapshot, snapshot(func(s *Snapshot) { s.Journal = "a/b" })},
		"snapshot services":          {readSnapshot, snapshot(func(s *Snapshot) { s.Services = make([]Service, 65) })},
		"snapshot held":              {readSnapshot, snapshot(func(s *Snapshot) { s.Held = make([]string, 2001) })},
		"snapshot unprinted":         {readSnapshot, snapshot(func(s *Snapshot) { s.Unprinted = slices.Repeat([]string{"1"}, MaxUnprinted+1) })},
		"snapshot unprinted number":  {readSnapshot, snapshot(func(s *Snapshot) { s.Unprinted = []string{""} })},
		"snapshot unprinted length":  {readSnapshot, snapshot(func(s *Snapshot) { s.Unprinted = []string{strings.Repeat("1", 401)} })},
		"snapshot epoch":             {readSnapshot, snapshot(func(s *Snapshot) { s.Epoch = -1 })},
		"snapshot name":              {readSnapshot, snapshot(func(s *Snapshot) { s.Name = strings.Repeat("가", 134) })},
		"snapshot counters":          {readSnapshot, snapshot(func(s *Snapshot) { s.Services[0].Counters = new(-1) })},
		"snapshot issued":            {readSnapshot, snapshot(func(s *Snapshot) { s.Services[0].Issued = new(-1) })},
		"snapshot waiting":           {readSnapshot, snapshot(func(s *Snapshot) { s.Services[0].Waiting = new(-1) })},
		"snapshot range":             {readSnapshot, snapshot(func(s *Snapshot) { s.Services[0].Wait = &Range{5, 4, 6} })},
		"snapshot counter":           {readSnapshot, snapshot(func(s *Snapshot) { s.Counters[0].Number = 100 })},
		"snapshot too large":         {readSnapshot, make([]byte, MaxSnapshot+1)},
		"status too large":           {readStatus, make([]byte, MaxMessage+1)},
		"status null":                {readStatus, []byte("null")},
		"status twice":               {readStatus, []byte(`{"v":1}{"v":1}`)},
		"status not UTF-8":           {readStatus, []byte("{\"v\":1,\"software\":\"\xff\"}")},
		"fact number":                {readFact, fact("j", hash64, `{"day":1,"seq":0,"kind":"x"}`)},
		"fact number beyond a store": {readFact, fact("j", hash64, `{"day":1,"seq":9223372036854775808,"kind":"x"}`)},
		"fact day":                   {readFact, fact("j", hash64, `{"day":-1,"seq":1,"kind":"x"}`)},
		"fact kind":                  {readFact, fact("j", hash64, `{"day":1,"seq":1}`)},
		"fact record":                {readFact, fact("", hash64, `{"day":1,"seq":1,"kind":"x"}`)},
		"fact hash":                  {readFact, fact("j", "", `{"day":1,"seq":1,"kind":"x"}`)},
		"fact absent":                {readFact, []byte(`{"v":1,"journal":"j","hash":"` + hash64 + `"}`)},
		"cursor without number":      {readCursor, []byte(`{"v":1,"journal":"j"}`)},
		"cursor without record":      {readCursor, []byte(`{"v":1,"seq":1}`)},
		"cursor negative":            {readCursor, []byte(`{"v":1,"journal":"j","seq":-1}`)},
		"cursor null":                {readCursor, []byte(`null`)},
		"request of another topic":   {readRequest, []byte(`{"v":1,"id":"0123456789abcdeg","kind":"issue"}`)},
		"request kind":               {readRequest, []byte(`{"v":1,"id":"0123456789abcdef","kind":"sell"}`)},
		"request long field":         {readRequest, marshal(t, Request{V: 1, ID: id, Kind: RequestIssue, Service: strings.Repeat("a", 65)})},
		"reply of another topic":     {readReply, []byte(`{"v":1,"id":"0123456789abcdeg","refusal":{}}`)},
		"reply with neither":         {readReply, []byte(`{"v":1,"id":"0123456789abcdef"}`)},
		"reply with both":            {readReply, []byte(`{"v":1,"id":"0123456789abcdef","ticket":{},"refusal":{}}`)},
	} {
		if err := c.read(c.b); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestNewer(t *testing.T) {
	at := func(epoch int64, rev uint64) *Snapshot { return &Snapshot{Epoch: epoch, Rev: rev} }
	for _, c := range []struct {
		s, old *Snapshot
		want   bool
	}{
		{at(1, 1), nil, true}, {at(1, 2), at(1, 1), true}, {at(1, 1), at(1, 1), false}, {at(1, 1), at(1, 2), false},
		{at(2, 1), at(1, 9), true}, {at(1, 9), at(2, 1), false},
	} {
		if got := c.s.Newer(c.old); got != c.want {
			t.Errorf("%+v newer than %+v: %v", c.s, c.old, got)
		}
	}
}

func TestTopics(t *testing.T) {
	const id = "0123456789abcdef"
	for topic, leaf := range map[string]string{office.State(): "state", office.Status(): "status", office.Facts(): "facts",
		office.Cursor(): "cursor", office.Request(id): "request", office.Reply(id): "reply"} {
		a, l, i, err := ParseTopic(topic)
		if err != nil || a != office || l != leaf || (i == id) != (leaf == "request" || leaf == "reply") {
			t.Errorf("%s: %v %q %q %v", topic, a, l, i, err)
		}
	}
	for _, bad := range []string{"", "sunbeon/v1", "sunbeon/v2/a/b/state", "sunbeon/v1/a/b/state/", "sunbeon/v1/a/b/state/x", "sunbeon/v1/a/b/request",
		"sunbeon/v1/a/b/request/short", "sunbeon/v1/+/b/state", "sunbeon/v1/a/#", "sunbeon/v1//b/state", "sunbeon/v1/a/b/other", "$SYS/a", "sunbeon/v1/a/b/reply/" + id + "/x"} {
		if _, _, _, err := ParseTopic(bad); !errors.Is(err, ErrInvalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if err := (Address{"a/b", "c"}).Check(); !errors.Is(err, ErrInvalid) {
		t.Error(err)
	}
	if got := Wildcard("a", "state"); got != "sunbeon/v1/a/+/state" {
		t.Error(got)
	}
}
