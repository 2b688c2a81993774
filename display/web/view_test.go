package web

import (
	"testing"
	"time"

	"sunbeon/appliance/feed"
)

var noon = time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC) // 12:00 in Seoul

func TestStaleFromNinetySeconds(t *testing.T) {
	for _, c := range []struct {
		age  time.Duration
		want bool
	}{{0, false}, {StaleAfter - time.Millisecond, false}, {StaleAfter, true}, {24 * time.Hour, true}, {-time.Minute, false}} {
		if got := card(hall("CS0001", noon.Add(-c.age)), true, noon).Stale; got != c.want {
			t.Errorf("age %v: stale %v", c.age, got)
		}
	}
}

func TestHeardTrustsNoKeptState(t *testing.T) {
	kept := hall("CS0001", noon)
	kept.Live = false
	kept.Snapshot.AsOf = noon.Add(-time.Hour).UnixMilli()
	if got := heard(kept); !got.Equal(noon.Add(-time.Hour)) {
		t.Errorf("a kept state is from its own time, got %v", got)
	}
	kept.Snapshot.AsOf = noon.Add(time.Hour).UnixMilli()
	if got := heard(kept); !got.Equal(noon) {
		t.Errorf("a state from the future is from its receipt, got %v", got)
	}
	kept.Snapshot.Clock = false
	c := card(kept, true, noon)
	if !c.Stale || c.Heard != 0 || c.HeardText.Ko != "시각 미확인" {
		t.Errorf("a kept state of an unconfirmed clock: %+v", c)
	}
	live := hall("CS0001", noon)
	live.Snapshot.AsOf, live.Snapshot.Clock = noon.Add(-time.Hour).UnixMilli(), false
	if got := heard(live); !got.Equal(noon) {
		t.Errorf("a live state is from its receipt, whatever the office's clock, got %v", got)
	}
}

func TestLevelsFollowTheRule(t *testing.T) {
	wait := func(mid int) *feed.Range { return &feed.Range{Mid: mid, High: mid} }
	for _, c := range []struct {
		v    feed.Service
		want Level
	}{
		{feed.Service{Wait: wait(600)}, Smooth},
		{feed.Service{Wait: wait(601)}, Normal},
		{feed.Service{Wait: wait(1800)}, Normal},
		{feed.Service{Wait: wait(1801)}, Busy},
		{feed.Service{Waiting: new(9)}, Unknown},
		{feed.Service{Waiting: new(0), Counters: new(1), Issuing: feed.IssuingOpen}, Smooth},
		{feed.Service{Waiting: new(0), Counters: new(0), Issuing: feed.IssuingOpen}, Unknown},
		{feed.Service{Waiting: new(0), Issuing: feed.IssuingOpen}, Unknown},
		{feed.Service{Counters: new(1), Issuing: feed.IssuingOpen}, Unknown},
	} {
		if got := level(c.v); got != c.want {
			t.Errorf("%+v: %s", c.v, got)
		}
	}
	if c := card(hall("CS0001", noon), true, noon); c.Level != Busy {
		t.Errorf("an office has the level of its busiest open service, got %s", c.Level)
	}
	o := hall("CS0001", noon)
	o.Snapshot.Services[1].Issuing = feed.IssuingEarly
	if c := card(o, true, noon); c.Level != Smooth || c.State != Open {
		t.Errorf("a closed service does not count: %s %s", c.Level, c.State)
	}
}

func TestStates(t *testing.T) {
	at := func(clock string) time.Time {
		h, err := time.Parse("15:04", clock)
		if err != nil {
			t.Fatal(err)
		}
		return time.Date(2026, 11, 23, h.Hour(), h.Minute(), 0, 0, time.FixedZone("KST", 9*3600))
	}
	for _, c := range []struct {
		issuing feed.Issuing
		hours   string
		now     string
		want    State
		ko      string
	}{
		{feed.IssuingOpen, "09:00-18:00", "12:00", Open, "접수 중"},
		{feed.IssuingClosed, "09:00-18:00", "08:59", Before, "09:00부터 접수"},
		{feed.IssuingClosed, "09:00-18:00", "09:00", Closed, "마감"},
		{feed.IssuingClosed, "09:00-12:00, 13:00-18:00", "12:30", Before, "13:00부터 접수"},
		{feed.IssuingClosed, "", "08:00", Closed, "마감"},
		{feed.IssuingClosed, "nonsense", "08:00", Closed, "마감"},
		{feed.IssuingEarly, "09:00-18:00", "08:00", Early, "조기마감"},
		{feed.IssuingFull, "09:00-18:00", "15:00", Full, "오늘 번호 소진"},
	} {
		o := hall("CS0001", at(c.now))
		for i := range o.Snapshot.Services {
			o.Snapshot.Services[i].Issuing, o.Snapshot.Services[i].Hours = c.issuing, c.hours
		}
		got := card(o, true, at(c.now))
		if got.State != c.want || got.StateText.Ko != c.ko || got.Services[0].State != c.want {
			t.Errorf("%s %q at %s: %s %q", c.issuing, c.hours, c.now, got.State, got.StateText.Ko)
		}
	}
}

func TestWordsOfWaits(t *testing.T) {
	for _, c := range []struct {
		low, high int
		ko, en    string
	}{
		{0, 40, "1분 이내", "within 1 min"},
		{0, 290, "5분 이내", "within 5 min"},
		{240, 660, "4~11분", "4–11 min"},
		{300, 300, "약 5분", "about 5 min"},
		{1500, 3900, "25~65분", "25–65 min"},
		{2400, 7800, "40분~2시간 10분", "40 min – 2 h 10 min"},
		{3600, 7200, "1시간~2시간", "1 h – 2 h"},
	} {
		if got := span(&feed.Range{Low: c.low, High: c.high}); got.Ko != c.ko || got.En != c.en {
			t.Errorf("%d to %d s: %+v", c.low, c.high, got)
		}
	}
	for d, want := range map[time.Duration]string{-time.Second: "0초 전", 59 * time.Second: "59초 전", time.Minute: "1분 전",
		time.Hour: "1시간 전", 49 * time.Hour: "2일 전"} {
		if got := ago(d); got.Ko != want {
			t.Errorf("%v: %s", d, got.Ko)
		}
	}
	if got := moment(noon); got.Ko != "11월 23일 12:00" || got.En != "23 Nov 12:00" {
		t.Errorf("%+v", got)
	}
}

func TestOfferSaysWhyNot(t *testing.T) {
	passport := func(o Office, connected bool) Service { return card(o, connected, noon).Services[1] }
	if v := passport(hall("CS0001", noon), true); !v.Take || v.Why.Ko != "" {
		t.Errorf("offered: %+v", v)
	}
	if v := card(hall("CS0001", noon), true, noon).Services[0]; v.Take || v.Why.Ko != "" {
		t.Errorf("a service without online tickets owes no reason: %+v", v)
	}
	old := hall("CS0001", noon.Add(-time.Hour))
	if v := passport(old, true); v.Take || !contains(v.Why.Ko, "연결이 끊겨", "11월 23일 11:00") {
		t.Errorf("stale: %q", v.Why.Ko)
	}
	if v := passport(hall("CS0001", noon), false); v.Take || v.Why.Ko == "" {
		t.Errorf("no broker: %+v", v)
	}
	spent := hall("CS0001", noon)
	spent.Snapshot.Services[1].OnlineNow = false
	if v := passport(spent, true); v.Take || !contains(v.Why.Ko, "모두 발급") {
		t.Errorf("spent: %q", v.Why.Ko)
	}
	early := hall("CS0001", noon)
	early.Snapshot.Services[1].Issuing = feed.IssuingEarly
	if v := passport(early, true); v.Take || !contains(v.Why.Ko, "조기마감") {
		t.Errorf("early: %q", v.Why.Ko)
	}
}

// FuzzOpening: whatever an office calls its hours, the answer is a time of day
// later than now.
func FuzzOpening(f *testing.F) {
	f.Add("09:00-12:00, 13:00-18:00")
	f.Add("24:00-")
	f.Fuzz(func(t *testing.T, hours string) {
		at, ok := opening(hours, noon)
		if !ok {
			return
		}
		if _, err := time.Parse("15:04", at); err != nil || at <= "12:00" {
			t.Errorf("%q opens at %q", hours, at)
		}
	})
}

// TestHeardIsTheSameOnAllReplicas: the office's own time, where it may be
// believed, and not when each of them has heard it.
func TestHeardIsTheSameOnAllReplicas(t *testing.T) {
	asOf := time.UnixMilli(1_800_000_000_000)
	for what, c := range map[string]struct {
		live, clock bool
		after       time.Duration // receipt
		own         bool
	}{
		"at once":                {true, true, 0, true},
		"a little later":         {true, true, 3 * time.Second, true},
		"on a clock ahead":       {true, true, -4 * time.Second, true},
		"on a clock far ahead":   {true, true, -6 * time.Second, false},
		"much later":             {true, true, 6 * time.Second, false},
		"without a sure clock":   {true, false, time.Second, false},
		"from the broker's past": {false, true, time.Hour, true},
	} {
		o := Office{Snapshot: &feed.Snapshot{AsOf: asOf.UnixMilli(), Clock: c.clock}, Received: asOf.Add(c.after), Live: c.live}
		want := o.Received
		if c.own {
			want = asOf
		}
		if got := heard(o); !got.Equal(want) {
			t.Errorf("%s: heard %v after the office's time, want %v", what, got.Sub(asOf), want.Sub(asOf))
		}
	}
}
