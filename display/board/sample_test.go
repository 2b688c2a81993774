package board

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/display/typeface"
)

var seoul = time.FixedZone("KST", 9*3600)

// noon is when the samples are drawn: 3.4 s after the newest call.
var noon = time.Date(2026, 11, 23, 14, 32, 8, 400e6, seoul)

var loaded = sync.OnceValues(func() (*typeface.Set, error) { return typeface.Load() })

func faces(t testing.TB) *typeface.Set {
	t.Helper()
	set, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func board(t testing.TB, opt Options) *Board {
	t.Helper()
	b, err := New(faces(t), opt)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// realNames are names of services as offices write them.
var realNames = [][2]string{
	{"민원서류 발급", "Certificates"},
	{"출생·혼인/이혼·사망 신고", "Family registration"},
	{"여권 접수 및 교부", "Passports"},
	{"전입신고·인감·주민등록", "Residence and seal"},
	{"지방세 상담 및 납부", "Local tax"},
	{"외국인 체류지 변경", "Foreign residents"},
	{"사회복지·기초연금 상담", "Welfare"},
	{"부동산 거래신고", "Real estate"},
}

// office makes a working afternoon with so many services and counters.
func office(services, counters int) *feed.Snapshot {
	s := &feed.Snapshot{
		V: 1, City: "uijeongbu", Office: "CS0001", Epoch: 1, Rev: 12, Clock: true,
		Name: "의정부시청 민원실", NameEn: "Uijeongbu City Hall",
		Day: 214, Date: "2026-11-23", DayOpen: true,
	}
	for i := range services {
		n := realNames[i%len(realNames)]
		low := 240 + 190*i
		s.Services = append(s.Services, feed.Service{
			ID: fmt.Sprintf("s%d", i+1), Name: n[0], NameEn: n[1], Waiting: new((7 + 5*i) % 23),
			Wait: &feed.Range{Low: low, Mid: low + 200, High: low + 470}, Issuing: feed.IssuingOpen,
			Counters: new(1), Called: fmt.Sprint(1017 + 1000*i - 3*((i+2)%3)), CalledAt: i%max(counters, 1) + 1, Hours: "09:00-18:00",
		})
	}
	for i := range counters {
		sv := i % services
		s.Counters = append(s.Counters, feed.Counter{
			Number: i + 1, State: feed.CounterOpen, Ticket: fmt.Sprint(1000*(sv+1) + 17 - i/services),
			Services: []string{fmt.Sprintf("s%d", sv+1)},
		})
	}
	for i := range min(counters, 8) {
		k := s.Counters[(i*(counters-1)+2)%counters]
		s.Calls = append(s.Calls, feed.Call{
			Seq: uint64(100 - i), Ticket: k.Ticket, Service: k.Services[0], Counter: k.Number,
			At: noon.Add(-3400*time.Millisecond - time.Duration(i)*97*time.Second).UnixMilli(),
		})
	}
	return s
}

// show is what a board has to show.
func show(s *feed.Snapshot, offers []feed.Offer, fresh Freshness) Show {
	v := Show{Fresh: fresh}
	if s != nil {
		v.Hall = &feed.Hall{Snapshot: *s, Offers: offers}
	}
	return v
}
