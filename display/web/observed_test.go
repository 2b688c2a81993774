package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"sunbeon/appliance/feed"
)

// heardHall is an office that keeps its old machine: of 민원 the wire tells all, of
// 여권 the calls and not where.
func heardHall(id string, received time.Time) Office {
	o := hall(id, received)
	s := o.Snapshot
	s.Observed = true
	civil, passport := &s.Services[0], &s.Services[1]
	civil.Wait, civil.Counters = nil, nil
	passport.Wait, passport.Counters, passport.Waiting, passport.CalledAt = nil, nil, nil, 0
	passport.Online, passport.OnlineNow = false, false
	s.Counters = []feed.Counter{
		{Number: 2, State: feed.CounterUnknown, Ticket: "118", Services: []string{"civil"}},
		{Number: 7, Name: "여권", State: feed.CounterUnknown, Services: []string{"passport", "civil"}},
	}
	s.Calls = append([]feed.Call{{Seq: 6, Ticket: "501", Service: "passport", At: received.UnixMilli()}}, s.Calls...)
	return o
}

func TestObservedOfficeSaysWhatItIsAndWhatIsNotKnown(t *testing.T) {
	s := newSite(t, newTown(heardHall("CS0001", time.Now())))
	front := visible(text(t, get(t, s, "/")))
	if !contains(front, "관측 기존 순번발행기에서 알아낸 것만 보여 드립니다.", "대기 7명 이상", "118 2번 창구", "대기 알 수 없음", "‘관측’이라고 적힌 민원실은", "예상 자료 없음") {
		t.Error(front)
	}
	page := text(t, get(t, s, "/o/CS0001"))
	office := visible(page)
	if !contains(office, "관측 이 민원실은 기존 순번발행기를 그대로 씁니다.", "알아낼 수 없는 것은 ‘알 수 없음’이라고 적습니다", "호출 118 2번 창구 대기 7명",
		"호출 501 대기 알 수 없음", "2번 창구 118 마지막 호출 민원", "7번 창구 여권 알 수 없음 여권 · 민원", "501 여권", "118 2번 창구 민원") {
		t.Error(office)
	}
	for _, never := range []string{"0번 창구", "창구 0곳", "0명", "닫힘", "응대 중", "마감", "&lt;nil&gt;", "바로 가능", "Counter 0"} {
		if strings.Contains(office, never) || strings.Contains(front, never) {
			t.Errorf("%q is made up: %s", never, office)
		}
	}
	if !contains(page, `data-observed="true"`) {
		t.Error("the page cannot leave out what an observed office never has")
	}
	english := visible(text(t, get(t, s, "/en/o/CS0001")))
	if !contains(english, "Observed This office keeps its old ticket machine", "Waiting not known", "Counter 2", "Last call") {
		t.Error(english)
	}
	other := text(t, get(t, newSite(t, newTown(hall("CS0002", time.Now()))), "/o/CS0002"))
	if !contains(other, `<p class="observed" data-show="observed" hidden>`, `data-observed="false"`) || strings.Contains(other, "‘관측’이라고 적힌") {
		t.Errorf("an office with its own line: %s", other)
	}
}

// The JSON lacks what is not known; it never says 0 for it.
func TestObservedOfficeAsJSON(t *testing.T) {
	s := newSite(t, newTown(heardHall("CS0001", time.Now())))
	var o struct {
		Observed    bool
		Waiting     *int
		WaitingText Words
		Services    []map[string]any
		Calls       []Call
	}
	r := get(t, s, "/api/v1/offices/CS0001")
	if err := json.Unmarshal([]byte(text(t, r)), &o); err != nil || r.StatusCode != http.StatusOK {
		t.Fatal(err, r.Status)
	}
	if !o.Observed || o.Waiting != nil || o.WaitingText.Ko != "7명 이상" || o.WaitingText.En != "7 or more" || o.Calls[0].At != (Words{}) {
		t.Errorf("%+v", o)
	}
	if v := o.Services[0]; v["waiting"] != 7.0 {
		t.Errorf("known: %+v", v)
	}
	for i, v := range o.Services {
		for _, key := range []string{"wait", "counters"} {
			if _, there := v[key]; there {
				t.Errorf("service %d has %s: %+v", i, key, v)
			}
		}
	}
	if _, there := o.Services[1]["waiting"]; there {
		t.Errorf("nobody knows who waits: %+v", o.Services[1])
	}
}

func TestTotalsOfAnObservedOffice(t *testing.T) {
	for _, c := range []struct {
		civil, passport *int
		known           bool
		ko              string
	}{
		{new(7), new(4), true, "11명"}, {new(7), nil, false, "7명 이상"}, {new(0), nil, false, "알 수 없음"}, {nil, nil, false, "알 수 없음"}, {new(0), new(0), true, "0명"},
	} {
		o := heardHall("CS0001", noon)
		o.Snapshot.Services[0].Waiting, o.Snapshot.Services[1].Waiting = c.civil, c.passport
		if got := card(o, true, noon); (got.Waiting != nil) != c.known || got.WaitingText.Ko != c.ko || got.Level != Unknown {
			t.Errorf("%s: %+v", c.ko, got)
		}
	}
}

// The national format has no word for what is not known: the figure is blank.
func TestNationalFormatOfAnObservedOffice(t *testing.T) {
	rows := realtimeRows(heardHall("CS0001", noon), noon)
	civil, passport := rows[0].(realtimeRow), rows[1].(realtimeRow)
	if civil.WtngCnt != "7" || civil.ClotNo != "118" || civil.ClotCnterNo != "2" {
		t.Errorf("%+v", civil)
	}
	if passport.WtngCnt != "" || passport.ClotNo != "501" || passport.ClotCnterNo != "" {
		t.Errorf("%+v", passport)
	}
}
