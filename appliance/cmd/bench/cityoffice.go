package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"sunbeon/appliance/feed"
)

// city is the topic level of the simulated offices.
const city = "benchcity"

// stampBefore stands before the moment of a change, Unix µs to the base of 36, in
// place of a called number: what the office publishes is what the page shows.
const stampBefore = `"called":"@`

func stamp(at time.Time) string { return "@" + strconv.FormatInt(at.UnixMicro(), 36) }

// officeSpoken is one simulated office: four services, eight counters, its last
// calls and its record, as a kiosk at work has them.
type officeSpoken struct {
	address feed.Address
	state   feed.Snapshot
	seq     uint64
	hash    [sha256.Size]byte
	issued  int
	called  int
}

func officeName(i int) string { return fmt.Sprintf("CS%04d", i+1) }

func newOfficeSpoken(i int, now time.Time) *officeSpoken {
	id := officeName(i)
	o := &officeSpoken{address: feed.Address{City: city, Office: id}}
	s := &o.state
	*s = feed.Snapshot{V: 1, City: city, Office: id, Journal: "j" + strings.ToLower(id), Epoch: 1, Clock: true,
		Name: fmt.Sprintf("수정%d동 행정복지센터", i+1), NameEn: fmt.Sprintf("Sujeong %d-dong Community Center", i+1), Day: 1, Date: now.Format("2006-01-02"), DayOpen: true,
		Held: []string{"A7"}, Missed: []string{"B12", "A31"},
		Where: &feed.Where{Stdg: "4113510300", Road: fmt.Sprintf("경기도 성남시 수정구 수정로 %d", i+1), Lot: "경기도 성남시 수정구 신흥동 2463-5", Lat: 37.44, Lon: 127.13, Weekdays: "0900-1800", Night: "화요일 20시까지"}}
	for j, name := range []struct{ id, ko, en string }{{"civil", "제증명 민원", "Certificates"}, {"move", "전입·인감", "Moving in, seals"}, {"passport", "여권", "Passports"}, {"welfare", "복지 상담", "Welfare"}} {
		s.Services = append(s.Services, feed.Service{ID: name.id, Name: name.ko, NameEn: name.en, Waiting: new(3 + j), Wait: &feed.Range{Low: 240, Mid: 420, High: 660},
			Issuing: feed.IssuingOpen, Counters: new(2), Called: fmt.Sprintf("%c%d", 'A'+j, 30+j), CalledAt: j + 1, Issued: new(40), Online: j == 2, OnlineNow: j == 2, Priority: true, Hours: "09:00-18:00"})
	}
	for n := range 8 {
		s.Counters = append(s.Counters, feed.Counter{Number: n + 1, State: feed.CounterOpen, Ticket: fmt.Sprintf("A%d", 20+n), Services: []string{"civil", "move"}})
		s.Calls = append(s.Calls, feed.Call{Seq: uint64(8 - n), Ticket: fmt.Sprintf("A%d", 27-n), Service: "civil", Counter: n + 1, At: now.UnixMilli()})
	}
	s.CallSeq = 8
	return o
}

// opening is the record's first fact.
func (o *officeSpoken) opening(now time.Time) ([]byte, error) {
	setup := feed.Setup{Rules: feed.Rules{PriorityRun: 1, LatePlace: feed.LateEnd}}
	for i, v := range o.state.Services {
		setup.Services = append(setup.Services, feed.ServiceSetup{ID: v.ID, Name: v.Name, NameEn: v.NameEn, Prefix: string(rune('A' + i))})
	}
	return o.fact(now, feed.FactDayOpened{Number: 1, Date: o.state.Date, Setup: setup})
}

// change is the next thing that happens at the office: a ticket, or its call. It
// gives the fact and the state after it.
func (o *officeSpoken) change(now time.Time) (fact, state []byte, err error) {
	s := &o.state
	if o.issued == o.called {
		o.issued++
		fact, err = o.fact(now, feed.FactIssued{TicketRef: feed.TicketRef{Band: "civil", Number: o.issued}, Class: feed.ClassOrdinary, Origin: feed.OriginButton,
			Token: o.token(), Place: feed.Place{After: o.seq + 1}, Told: feed.Told{Known: true, Low: 240, Mid: 420, High: 660}})
		*s.Services[0].Waiting++
		*s.Services[0].Issued++
	} else {
		o.called++
		counter := 1 + o.called%len(s.Counters)
		fact, err = o.fact(now, feed.FactCalled{TicketRef: feed.TicketRef{Band: "civil", Number: o.called}, Counter: counter})
		*s.Services[0].Waiting--
		s.CallSeq++
		copy(s.Calls[1:], s.Calls)
		s.Calls[0] = feed.Call{Seq: s.CallSeq, Ticket: fmt.Sprintf("A%d", o.called), Service: "civil", Counter: counter, At: now.UnixMilli()}
		s.Counters[counter-1].Ticket = s.Calls[0].Ticket
	}
	if err != nil {
		return nil, nil, err
	}
	state, err = o.say(now)
	return fact, state, err
}

// say is the state as it is published.
func (o *officeSpoken) say(now time.Time) ([]byte, error) {
	s := &o.state
	s.Rev++
	s.Seq, s.AsOf, s.Services[0].Called = o.seq, now.UnixMilli(), stamp(now)
	b, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	return b, nil
}

// token is that of the last number: unguessable ones are not needed here.
func (o *officeSpoken) token() string {
	const digits = "abcdefghijklmnopqrstuvwxyz234567"
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", o.address.Office, o.issued))
	b := make([]byte, 16)
	for i := range b {
		b[i] = digits[sum[i]%32]
	}
	return string(b)
}

// fact is the next of the record, chained to the one before.
func (o *officeSpoken) fact(now time.Time, body feed.Body) ([]byte, error) {
	o.seq++
	b, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	raw := fmt.Appendf(nil, `{"day":1,"seq":%d,"at":{"wall":%d,"trusted":true,"mono":1,"boot":"b"},"kind":%q,"body":%s}`, o.seq, now.UnixMilli(), body.Kind(), b)
	o.hash = sha256.Sum256(append(o.hash[:], raw...))
	return feed.EncodeFact(o.state.Journal, hex.EncodeToString(o.hash[:]), raw)
}
