package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/appliance/feed"
)

const paper = "paperticketaaaaa"

// slip is a paper ticket that waits.
func slip(ahead int) Ticket {
	return Ticket{Office: "CS0001", Label: "A42", Service: "civil", Name: "민원", NameEn: "Certificates", Day: 1, Status: feed.StatusWaiting, Ahead: ahead,
		Issued: noon, Changed: noon, Told: &feed.Range{Low: 600, Mid: 900, High: 1500}, Journal: "j", Seq: 10,
		Rules: feed.Rules{PriorityRun: 1, LateWithin: 10, LatePlace: feed.LateAfter, LateAfter: 2}}
}

func TestPaperTicketHasItsPage(t *testing.T) {
	c := newTown(hall("CS0001", time.Now()))
	s := newSite(t, c)
	if r := get(t, s, "/t/"+paper); r.StatusCode != http.StatusNotFound || !strings.Contains(text(t, r), `http-equiv="refresh"`) {
		t.Errorf("before its fact has come: %s; it should look again by itself", r.Status)
	}
	c.tell(paper, slip(3))
	page := text(t, get(t, s, "/t/"+paper))
	if shown := visible(page); !contains(shown, "A42", "앞에 3명", "수정동 주민센터 · 민원", "초 전", "번호표 취소") || !strings.Contains(page, `data-events="/t/`+paper+`/events"`) {
		t.Error(shown)
	}
	if shown := visible(text(t, get(t, s, "/en/t/"+paper))); !contains(shown, "A42", "3 ahead of you", "Sujeong Office · Certificates") {
		t.Error(shown)
	}
	was := slip(0)
	was.Status, was.Counter = feed.StatusCalled, 7
	c.tell(paper, was)
	if shown := visible(text(t, get(t, s, "/t/"+paper))); !contains(shown, "7번 창구로 오십시오") {
		t.Error(shown)
	}
	var v TicketView
	j := text(t, get(t, s, "/api/v1/tickets/"+paper))
	if err := json.Unmarshal([]byte(j), &v); err != nil || v.Status != "called" || v.Counter != 7 || v.Cancel || v.Ended || strings.Contains(j, paper) {
		t.Errorf("%v %s", err, j)
	}
	c.tell(paper, Ticket{})
	if r := get(t, s, "/t/"+paper); r.StatusCode != http.StatusNotFound {
		t.Errorf("when its day is over: %s", r.Status)
	}
	silent := slip(3)
	silent.Office = "CS7"
	c.tell(paper, silent)
	if shown := visible(text(t, get(t, s, "/t/"+paper))); !contains(shown, "CS7", "A42", "앞에 3명", "시각 미확인") {
		t.Errorf("of an office that has said nothing else: %s", shown)
	}
}

func TestPaperTicketIsGivenUp(t *testing.T) {
	c := newTown(hall("CS0001", time.Now()))
	s := newSite(t, c)
	c.tell(paper, slip(3))
	r := post(t, s, "/t/"+paper+"/cancel", url.Values{"id": {pageID}})
	if q := c.requests(); r.StatusCode != http.StatusSeeOther || len(q) != 1 || q[0].Kind != feed.RequestCancel || q[0].Token != paper {
		t.Fatalf("%s, asked %+v", r.Status, q)
	}
	// The office has said so; its fact is on the way.
	if shown := visible(text(t, get(t, s, "/t/"+paper))); !contains(shown, "취소됨") {
		t.Error(shown)
	}
	// A fact outranks the answer where it says that all is over in another way.
	over := slip(0)
	over.Status = feed.StatusVoid
	c.tell(paper, over)
	if shown := visible(text(t, get(t, s, "/t/"+paper))); !contains(shown, "무효") {
		t.Error(shown)
	}
}

// TestReplyStandsInForItsFact, for as long as that may be missing, and no longer.
func TestReplyStandsInForItsFact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTown(hall("CS0001", time.Now()))
		s := newSite(t, c)
		at := post(t, s, "/o/CS0001/ticket", wanted()).Header.Get("Location")
		shows := func(what string, want ...string) {
			t.Helper()
			if shown := visible(text(t, get(t, s, at))); !contains(shown, want...) {
				t.Errorf("%s: %s", what, shown)
			}
		}
		shows("from the reply", "502", "앞에 3명")
		token := strings.TrimPrefix(at, "/t/")
		fact := slip(2)
		fact.Label = "502"
		c.tell(token, fact)
		shows("from the fact", "502", "앞에 2명")
		c.tell(token, Ticket{})
		tomorrow := hall("CS0001", time.Now())
		tomorrow.Snapshot.Day = 2
		c.set(tomorrow)
		shows("the next day", "오늘의 번호표가 아니거나")
		c.set(hall("CS0001", time.Now()))
		time.Sleep(bridged)
		shows("long after, without a fact", "오늘의 번호표가 아니거나")
	})
}

// TestStateKnowsOfCallsFirst: facts come in order and may take a while.
func TestStateKnowsOfCallsFirst(t *testing.T) {
	at := []feed.Counter{{Number: 7, State: feed.CounterOpen, Ticket: "A42"}}
	for _, c := range []struct {
		name   string
		ticket func(*Ticket)
		state  *feed.Snapshot
		status string
		behind bool
	}{
		{"no state", nil, nil, feed.StatusWaiting, false},
		{"called", nil, &feed.Snapshot{Journal: "j", Seq: 11, Day: 1, DayOpen: true, Counters: at}, feed.StatusCalled, true},
		{"a state as old as the facts", nil, &feed.Snapshot{Journal: "j", Seq: 10, Day: 1, DayOpen: true, Counters: at}, feed.StatusWaiting, false},
		{"an older state", nil, &feed.Snapshot{Journal: "j", Seq: 9, Day: 1, DayOpen: true, Counters: at}, feed.StatusWaiting, false},
		{"of another record", nil, &feed.Snapshot{Journal: "k", Seq: 11, Day: 1, DayOpen: true, Counters: at}, feed.StatusWaiting, false},
		{"somebody else called", nil, &feed.Snapshot{Journal: "j", Seq: 11, Day: 1, DayOpen: true, Counters: []feed.Counter{{Number: 7, Ticket: "A4"}}}, feed.StatusWaiting, true},
		{"the day is closed", nil, &feed.Snapshot{Journal: "j", Seq: 11, Day: 1}, feed.StatusLeft, true},
		{"the next day, the same number", nil, &feed.Snapshot{Journal: "j", Seq: 11, Day: 2, DayOpen: true, Counters: at}, feed.StatusLeft, true},
		{"the day before", nil, &feed.Snapshot{Journal: "j", Seq: 11, Day: 0, DayOpen: true, Counters: at}, feed.StatusWaiting, false},
		{"given up already", func(x *Ticket) { x.Status = feed.StatusCancelled }, &feed.Snapshot{Journal: "j", Seq: 11, Day: 1, DayOpen: true, Counters: at}, feed.StatusCancelled, false},
		{"from a reply", func(x *Ticket) { x.Journal, x.Seq = "", 0 }, &feed.Snapshot{Journal: "j", Seq: 11, Day: 1, DayOpen: true, Counters: at}, feed.StatusCalled, true},
	} {
		x := slip(3)
		if c.ticket != nil {
			c.ticket(&x)
		}
		got := newer(x, c.state)
		if got.Status != c.status || got.Behind != c.behind || got.Status == feed.StatusCalled && (got.Counter != 7 || got.Ahead != 0) {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}

func TestEveryStatusHasItsWords(t *testing.T) {
	seen := map[string]string{}
	for _, st := range []string{feed.StatusWaiting, feed.StatusCalled, feed.StatusHeld, feed.StatusNoShow, feed.StatusFinished, feed.StatusCancelled, feed.StatusVoid, feed.StatusLeft} {
		head, text := statusWords(Ticket{Status: st, Counter: 3, Ahead: 2}, noon)
		if head.Ko == "" || head.En == "" || text.Ko == "" || text.En == "" || seen[head.Ko] != "" {
			t.Errorf("%s: %+v %+v, as %s", st, head, text, seen[head.Ko])
		}
		seen[head.Ko] = st
	}
	if head, _ := statusWords(Ticket{Status: feed.StatusCalled, Counter: 3}, noon); head.Ko != "3번 창구로 오십시오" {
		t.Error(head.Ko)
	}
	if head, _ := statusWords(Ticket{Status: feed.StatusWaiting}, noon); head.Ko != "다음 차례입니다" {
		t.Error(head.Ko)
	}
	if _, text := statusWords(Ticket{Status: feed.StatusWaiting, Ahead: 1, Counter: 4}, noon); !contains(text.Ko, "4번 창구에서 호출") || !contains(text.En, "Counter 4") {
		t.Error(text)
	}
}

func TestLateRuleInPlainWords(t *testing.T) {
	for _, c := range []struct {
		rules    feed.Rules
		changed  time.Time
		now      time.Duration
		want, no string
	}{
		{feed.Rules{LateWithin: 10, LatePlace: feed.LateAfter, LateAfter: 2}, noon, time.Minute, "12:10까지 민원실 직원에게 번호를 말씀하여 주십시오. 기다리시는 2명 다음 순서로 모십니다.", "새로"},
		{feed.Rules{LateWithin: 10, LatePlace: feed.LateFront}, noon, time.Minute, "바로 다음 차례", "새로"},
		{feed.Rules{LateWithin: 10, LatePlace: feed.LateEnd}, noon, 10 * time.Minute, "맨 뒤에서", "새로"},
		{feed.Rules{LateWithin: 10, LatePlace: feed.LateEnd}, noon, 11 * time.Minute, "12:10까지)이 지났습니다. 번호표를 새로", "직원"},
		{feed.Rules{LatePlace: feed.LateEnd}, noon, 9 * time.Hour, "오늘 업무 시간 안에 민원실 직원에게", "까지"},
		{feed.Rules{LateWithin: 10, LatePlace: feed.LateEnd}, time.Time{}, 0, "10분 안에", "까지"},
		{feed.Rules{}, noon, time.Hour, "다시 순서를 받을 수 있습니다", "까지"},
	} {
		_, got := statusWords(Ticket{Status: feed.StatusNoShow, Rules: c.rules, Changed: c.changed}, noon.Add(c.now))
		if !contains(got.Ko, c.want) || contains(got.Ko, c.no) || got.En == "" {
			t.Errorf("%+v after %v: %+v", c.rules, c.now, got)
		}
	}
}

// TestWaitIsToldNotGuessed: what was told at issue, with its time, or for the
// last in the line the service's present forecast.
func TestWaitIsToldNotGuessed(t *testing.T) {
	now := noon.Add(5 * time.Minute)
	for _, c := range []struct {
		name     string
		ticket   func(*Ticket)
		office   func(*Office)
		of, text string
	}{
		{"told at issue", nil, nil, "12:00 발급 때 안내한 호출 시각", "12:10 ~ 12:25"},
		{"the last in the line", func(x *Ticket) { x.Ahead, x.Last = 6, true }, nil, "지금 줄 끝에서 예상되는 대기", "4~11분"},
		{"the last, by facts that the state contradicts", func(x *Ticket) { x.Ahead, x.Last = 5, true }, nil, "12:00 발급", "12:10"},
		{"the last, and the office silent", func(x *Ticket) { x.Ahead, x.Last = 6, true }, func(o *Office) { o.Received = noon.Add(-time.Hour) }, "12:00 발급", "12:10"},
		{"the last, with a precedence that the forecast lacks", func(x *Ticket) { x.Ahead, x.Last, x.Priority = 6, true, true }, nil, "12:00 발급", "12:10"},
		{"the last, of a record in doubt", func(x *Ticket) { x.Ahead, x.Last, x.Doubt = 6, true, true }, nil, "12:00 발급", "12:10"},
		{"the last, without a forecast", func(x *Ticket) { x.Ahead, x.Last = 6, true }, func(o *Office) { o.Snapshot.Services[0].Wait = nil }, "12:00 발급", "12:10"},
		{"the last, of an office never heard", func(x *Ticket) { x.Ahead, x.Last = 6, true }, func(o *Office) { *o = Office{} }, "12:00 발급", "12:10"},
		{"issued by a clock that was not confirmed", func(x *Ticket) { x.Issued = time.Time{} }, nil, "발급할 때 안내한 예상 대기", "10~25분"},
		{"passed on since", func(x *Ticket) { x.Moved = true }, nil, "", ""},
		{"nothing told", func(x *Ticket) { x.Told = nil }, nil, "", ""},
		{"later than told", func(x *Ticket) { x.Issued = noon.Add(-time.Hour) }, nil, "11:00 발급", "예상보다 늦어지고"},
	} {
		x, o := slip(3), hall("CS0001", now)
		if c.ticket != nil {
			c.ticket(&x)
		}
		if c.office != nil {
			c.office(&o)
		}
		of, text := expect(x, o, now)
		if !contains(of.Ko, c.of) || !contains(text.Ko, c.text) || (c.of == "") != (of.En == "") || (c.text == "") != (text.Ko == "") {
			t.Errorf("%s: %q %q", c.name, of.Ko, text.Ko)
		}
	}
}

// TestDoubtIsSaid, where the people ahead may not be exact.
func TestDoubtIsSaid(t *testing.T) {
	now := time.Now()
	c := newTown(hall("CS0001", now))
	s := newSite(t, c)
	doubt := func(h held, at time.Time) bool { return s.view(h, at).Doubt }
	sure, unsure := slip(3), slip(3)
	unsure.Doubt = true
	if doubt(held{sure, false}, now.Add(time.Minute)) || !doubt(held{unsure, false}, now) {
		t.Error("a record that contradicts itself")
	}
	if doubt(held{sure, true}, now.Add(late)) || !doubt(held{sure, true}, now.Add(late+1)) {
		t.Error("facts that stay behind")
	}
	called := unsure
	called.Status = feed.StatusCalled
	if doubt(held{called, true}, now.Add(time.Minute)) {
		t.Error("a call is a call")
	}
}

func TestBookForgetsTheOldest(t *testing.T) {
	b, c := newBook(), newTown()
	for i := range remembered + 1 {
		if _, err := b.issue(context.Background(), c, "CS0001", feed.Request{ID: fmt.Sprint(i), Kind: feed.RequestIssue}); err != nil {
			t.Fatal(err)
		}
		b.given("CS0001", feed.Issued{Token: tokenOf(fmt.Sprint(i)), Status: feed.StatusCancelled})
	}
	if _, ok := b.find(tokenOf("0"), time.Now()); ok {
		t.Error("the oldest is still there")
	}
	if a, ok := b.find(tokenOf("1"), time.Now()); !ok || a.Status != feed.StatusCancelled {
		t.Errorf("the second oldest: %+v %v", a, ok)
	}
	if len(b.answers) != remembered || len(b.flights) != remembered || len(b.entries) != remembered {
		t.Errorf("%d answers, %d requests, %d entries", len(b.answers), len(b.flights), len(b.entries))
	}
}

// TestTicketsStreamOnlyWakes: each page asks for its own ticket.
func TestTicketsStreamOnlyWakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := hall("CS0001", time.Now())
		c := newTown(o)
		c.tell(paper, slip(3))
		_, p, stop := serve(t, c)
		mine, _ := p.listen(t, "/t/"+paper+"/events", "")
		page, _ := p.listen(t, "/o/CS0001/events", "")
		if e := next(t, mine); e.name != "city" {
			t.Errorf("%+v", e)
		}
		if e := next(t, mine); e.name != "ticket" || len(e.data) != 0 || e.id == "" {
			t.Errorf("at first: %+v", e)
		}
		next(t, page)
		next(t, page)
		c.say(o) // a fact has come, and the state has not changed
		if e := next(t, mine); e.name != "ticket" {
			t.Errorf("%+v", e)
		}
		synctest.Wait()
		if len(page) != 0 {
			t.Errorf("the office's page is told the same again: %+v", <-page)
		}
		said := hall("CS0001", time.Now())
		said.Snapshot.Services[0].Waiting = new(41)
		c.say(said)
		if e := next(t, page); e.name != "office" || e.data["waiting"] != 45.0 {
			t.Errorf("%+v", e)
		}
		e := next(t, mine)
		if e.name != "ticket" {
			t.Errorf("%+v", e)
		}
		synctest.Wait()
		if len(mine) != 0 {
			t.Errorf("a ticket's page is told of the office: %+v", <-mine)
		}
		c.say(said) // a fact alone, while the page was away
		synctest.Wait()
		back, _ := p.listen(t, "/t/"+paper+"/events", e.id)
		next(t, back)
		synctest.Wait()
		if len(back) != 1 || next(t, back).name != "ticket" {
			t.Error("who comes back is not told of the fact")
		}
		stop()
	})
}
