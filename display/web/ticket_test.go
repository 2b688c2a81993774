package web

import (
	"context"
	"fmt"
	"testing"
	"time"

	"sunbeon/appliance/feed"
)

func TestTicketFollowsItsOffice(t *testing.T) {
	at := func(number int, label string) []feed.Counter {
		return []feed.Counter{{Number: number, State: feed.CounterOpen, Ticket: label}}
	}
	line := func(waiting int) []feed.Service { return []feed.Service{{ID: "passport", Waiting: waiting}} }
	calls := func(cs ...feed.Call) []feed.Call { return cs }
	for _, c := range []struct {
		name    string
		status  string
		ahead   int
		folded  uint64
		now     feed.Snapshot
		want    string
		people  int
		counter int
	}{
		{"nothing new", waiting, 3, 5, feed.Snapshot{Services: line(9), CallSeq: 5}, waiting, 3, 0},
		{"another of the service was called", waiting, 3, 5, feed.Snapshot{Services: line(9), CallSeq: 6, Calls: calls(feed.Call{Seq: 6, Ticket: "499", Service: "passport", Counter: 7})}, waiting, 2, 0},
		{"a recall moves nobody", waiting, 3, 5, feed.Snapshot{Services: line(9), CallSeq: 6, Calls: calls(feed.Call{Seq: 6, Ticket: "499", Service: "passport", Recall: true})}, waiting, 3, 0},
		{"another service was called", waiting, 3, 5, feed.Snapshot{Services: line(9), CallSeq: 6, Calls: calls(feed.Call{Seq: 6, Ticket: "12", Service: "civil"})}, waiting, 3, 0},
		{"a call folded already", waiting, 3, 6, feed.Snapshot{Services: line(9), CallSeq: 6, Calls: calls(feed.Call{Seq: 6, Ticket: "499", Service: "passport"})}, waiting, 3, 0},
		{"calls from before the first snapshot", waiting, 3, 0, feed.Snapshot{Services: line(9), CallSeq: 6, Calls: calls(feed.Call{Seq: 6, Ticket: "499", Service: "passport"})}, waiting, 3, 0},
		{"others gave up", waiting, 3, 5, feed.Snapshot{Services: line(2), CallSeq: 5}, waiting, 1, 0},
		{"at a counter", waiting, 3, 5, feed.Snapshot{Services: line(2), CallSeq: 6, Counters: at(7, "502")}, called, 0, 7},
		{"a number that begins alike", waiting, 3, 5, feed.Snapshot{Services: line(9), CallSeq: 5, Counters: at(7, "50")}, waiting, 3, 0},
		{"on hold", called, 0, 5, feed.Snapshot{CallSeq: 5, Held: []string{"502"}}, onHold, 0, 0},
		{"missed", called, 0, 5, feed.Snapshot{CallSeq: 5, Missed: []string{"502"}}, missed, 0, 0},
		{"back in the line", missed, 0, 5, feed.Snapshot{Services: line(4), CallSeq: 5}, waiting, 3, 0},
		{"away from the counter", called, 0, 5, feed.Snapshot{CallSeq: 5}, departed, 0, 0},
		{"called and away between two snapshots", waiting, 0, 5, feed.Snapshot{CallSeq: 6, Calls: calls(feed.Call{Seq: 6, Ticket: "502", Service: "passport", Counter: 7})}, departed, 0, 7},
		{"called again", departed, 0, 5, feed.Snapshot{CallSeq: 6, Counters: at(3, "502")}, called, 0, 3},
		{"the day has closed", waiting, 3, 5, feed.Snapshot{Day: -1}, left, 0, 0},
		{"the next day, the same number", waiting, 3, 5, feed.Snapshot{Day: 2, Counters: at(7, "502")}, left, 0, 0},
		{"a day before", waiting, 3, 5, feed.Snapshot{Day: -2, Counters: at(7, "502")}, waiting, 3, 0},
		{"given up", cancelled, 0, 5, feed.Snapshot{Counters: at(7, "502")}, cancelled, 0, 0},
	} {
		s := c.now
		s.DayOpen = true
		switch s.Day {
		case 0:
			s.Day = 1
		case -1:
			s.Day, s.DayOpen = 1, false
		case -2:
			s.Day = 0
		}
		got := follow(Held{Issued: feed.Issued{Label: "502", Service: "passport", Day: 1, Status: c.status, Ahead: c.ahead}, calls: c.folded}, &s)
		if got.Status != c.want || got.Ahead != c.people || got.Counter != c.counter {
			t.Errorf("%s: %s, %d ahead, counter %d", c.name, got.Status, got.Ahead, got.Counter)
		}
	}
}

func TestEveryStatusHasItsWords(t *testing.T) {
	seen := map[string]string{}
	for _, st := range []string{waiting, called, onHold, missed, departed, finished, cancelled, void, left} {
		head, text := statusWords(Held{Issued: feed.Issued{Status: st, Counter: 3, Ahead: 2}})
		if head.Ko == "" || head.En == "" || text.Ko == "" || text.En == "" || seen[head.Ko] != "" {
			t.Errorf("%s: %+v %+v, as %s", st, head, text, seen[head.Ko])
		}
		seen[head.Ko] = st
	}
	if head, _ := statusWords(Held{Issued: feed.Issued{Status: called, Counter: 3}}); head.Ko != "3번 창구로 오십시오" {
		t.Error(head.Ko)
	}
}

func TestExpectedCallIsAFixedTime(t *testing.T) {
	r := &feed.Range{Low: 600, Mid: 900, High: 1500}
	if got := expected(noon, r, noon.Add(5*time.Minute)); got.Ko != "12:10 ~ 12:25" {
		t.Error(got)
	}
	if got := expected(noon, r, noon.Add(26*time.Minute)); got.Ko != "예상보다 늦어지고 있습니다" {
		t.Error(got)
	}
}

func TestBookForgetsTheOldest(t *testing.T) {
	b, c := newBook(), newTown()
	for i := range remembered + 1 {
		if _, err := b.issue(context.Background(), c, "CS0001", feed.Request{ID: fmt.Sprint(i), Kind: feed.RequestIssue}); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok := b.find("T0"); ok {
		t.Error("the oldest is still there")
	}
	if _, ok := b.find("T1"); !ok {
		t.Error("the second oldest is gone")
	}
	if len(b.tickets) != remembered || len(b.flights) != remembered || len(b.live["CS0001"]) != remembered {
		t.Errorf("%d tickets, %d requests, %d live", len(b.tickets), len(b.flights), len(b.live["CS0001"]))
	}
}

func TestBookIgnoresASnapshotFromBeforeTheTicket(t *testing.T) {
	b, c := newBook(), newTown()
	if _, err := b.issue(context.Background(), c, "CS0001", feed.Request{ID: "a", Kind: feed.RequestIssue, Service: "passport"}); err != nil {
		t.Fatal(err)
	}
	o := hall("CS0001", time.Now().Add(-time.Second))
	o.Snapshot.Services[1].Waiting = 1
	b.heard(o)
	if got, _ := b.find("Ta"); got.Ahead != 3 {
		t.Errorf("%d ahead", got.Ahead)
	}
	o.Received = time.Now().Add(time.Second)
	b.heard(o)
	if got, _ := b.find("Ta"); got.Ahead != 0 {
		t.Errorf("%d ahead", got.Ahead)
	}
	o.Snapshot.Day++
	b.heard(o)
	if got, _ := b.find("Ta"); got.Status != left || len(b.live["CS0001"]) != 0 {
		t.Errorf("%s, %d live", got.Status, len(b.live["CS0001"]))
	}
}
