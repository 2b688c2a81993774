package web

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"sunbeon/appliance/feed"
)

// TicketView is a ticket as its page shows it, and as the JSON of version 1
// gives it.
type TicketView struct {
	Office    string `json:"office"`
	Name      Words  `json:"officeName"`
	Label     string `json:"label"`
	Service   Words  `json:"service"`
	Status    string `json:"status"`
	Counter   int    `json:"counter,omitempty"` // where it was called; 0 while it is nowhere
	Head      Words  `json:"head"`              // what to do, large
	Text      Words  `json:"text"`              // what it means
	Ahead     int    `json:"ahead"`             // exact, while waiting and not in doubt
	Doubt     bool   `json:"doubt"`             // the office's record contradicts itself, or is still coming
	DoubtText Words  `json:"doubtText"`
	Expect    Words  `json:"expect"`     // "" when nothing honest can be said
	ExpectOf  Words  `json:"expectFrom"` // what Expect is, and from when
	Online    bool   `json:"online"`
	Cancel    bool   `json:"cancel"`   // it can be given up
	Away      bool   `json:"away"`     // its holder is to check in at the office
	Arrived   Words  `json:"arrived"`  // that its holder has checked in; "" where nobody has to
	Pass      Pass   `json:"pass"`     // how many others it can let go first
	Earliest  int64  `json:"earliest"` // when it may be called at the earliest, Unix ms; 0 is not known
	Go        bool   `json:"go"`       // it is time to go to the office, for who needs GoMinutes
	Ended     bool   `json:"ended"`
	Stale     bool   `json:"stale"`
	Heard     int64  `json:"heard"`
	HeardText Words  `json:"heardText"`
}

// Pass says which choices of letting others go first a ticket has.
type Pass struct {
	One   bool `json:"one"`
	Three bool `json:"three"`
	Five  bool `json:"five"`
}

// A holder is told to go when the earliest moment of the call is no further away
// than the way to the office, or with few people ahead whatever was expected. The
// page's module takes the minutes that its reader has chosen; who has no module,
// and messages, take GoMinutes.
const (
	GoMinutes = 15
	goAhead   = 3
)

// late is how long facts may stay behind the state before the page says so.
const late = 3 * time.Second

// view words a ticket.
func (s *Site) view(t held, now time.Time) TicketView {
	o, _ := s.city.Office(t.Office)
	connected, _ := s.city.Link()
	c := card(o, connected, now)
	v := TicketView{Office: t.Office, Name: named(cmp.Or(c.Name.Ko, t.Office), c.Name.En), Label: t.Label,
		Service: named(cmp.Or(t.Name, t.Service), t.NameEn), Status: t.Status, Ahead: t.Ahead, Online: t.Online,
		Cancel: t.Status == feed.StatusWaiting, Ended: t.ended(), Stale: c.Stale, Heard: c.Heard, HeardText: c.HeardText}
	if v.HeardText == (Words{}) {
		v.HeardText = noTime()
	}
	if t.Name == "" {
		for _, x := range c.Services {
			if x.ID == t.Service {
				v.Service = x.Name
			}
		}
	}
	if t.Status != feed.StatusWaiting {
		v.Counter = t.Counter
	}
	v.Head, v.Text = statusWords(t.Ticket, now)
	v.Away = t.Away && (t.Status == feed.StatusWaiting || t.Status == feed.StatusNoShow && !gone(t.Ticket, now))
	if t.Status == feed.StatusWaiting {
		v.ExpectOf, v.Expect = expect(t.Ticket, o, now)
		v.Earliest = earliest(t.Ticket, o, now)
		v.Pass = Pass{t.DelayLeft >= 1, t.DelayLeft >= 3, t.DelayLeft >= 5}
		if t.Online && !t.Away && checksIn(o, t.Service) {
			v.Arrived = Words{"도착이 확인되었습니다", "You have checked in"}
		}
		near := t.Ahead <= goAhead || v.Earliest > 0 && v.Earliest <= now.Add(GoMinutes*time.Minute).UnixMilli()
		v.Go = near && v.Arrived == (Words{}) // who has checked in is there
		switch {
		case t.Doubt:
			v.Doubt, v.DoubtText = true, Words{"민원실 기록에 읽을 수 없는 내용이 있어 앞사람 수가 다를 수 있습니다. 순번 표시판을 함께 확인하여 주십시오.",
				"Part of the office's record could not be read: the number of people ahead may be off. Please watch the board too."}
		case t.Behind && now.Sub(o.Received) > late:
			v.Doubt, v.DoubtText = true, Words{"민원실 기록이 아직 다 도착하지 않아 앞사람 수가 조금 전 값일 수 있습니다.",
				"The office's record is still arriving: the number of people ahead may be from a moment ago."}
		}
	}
	return v
}

// expect says when a waiting ticket will be called, and what that is: for the
// last in the line the service's present forecast, which is for who comes now
// and therefore promises no less; else what was told at issue, if the ticket
// still has the place it had then.
func expect(t Ticket, o Office, now time.Time) (of, text Words) {
	if w := present(t, o, now); w != nil {
		return Words{"지금 줄 끝에서 예상되는 대기", "Expected wait at the end of the line, now"}, span(w)
	}
	switch {
	case t.Told == nil || t.Moved:
		return Words{}, Words{}
	case t.Issued.IsZero():
		return Words{"발급할 때 안내한 예상 대기", "Wait as told when the ticket was given"}, span(t.Told)
	}
	at := seoul(t.Issued).Format("15:04")
	return Words{at + " 발급 때 안내한 호출 시각", "Call as told at " + at + ", when the ticket was given"}, expected(t.Issued, t.Told, now)
}

// earliest is the moment behind expect, Unix ms; 0 is not known.
func earliest(t Ticket, o Office, now time.Time) int64 {
	if w := present(t, o, now); w != nil {
		return now.Add(time.Duration(w.Low) * time.Second).UnixMilli()
	}
	if t.Told == nil || t.Moved || t.Issued.IsZero() {
		return 0
	}
	return t.Issued.Add(time.Duration(t.Told.Low) * time.Second).UnixMilli()
}

// checksIn reports whether an office asks the holders of a service's online
// tickets to check in.
func checksIn(o Office, service string) bool {
	return o.Snapshot != nil && slices.ContainsFunc(o.Snapshot.Services, func(v feed.Service) bool { return v.ID == service && v.Arrival })
}

// present is the forecast of the ticket's service, if the ticket is the last in
// the line and the state agrees that it is.
func present(t Ticket, o Office, now time.Time) *feed.Range {
	if !t.Last || t.Priority || t.Doubt || stale(o, now) {
		return nil
	}
	for _, v := range o.Snapshot.Services {
		if v.ID == t.Service && v.Waiting != nil && *v.Waiting == t.Ahead+1 {
			return v.Wait
		}
	}
	return nil
}

// expected words the time of the call as told at issue.
func expected(issued time.Time, r *feed.Range, now time.Time) Words {
	from, to := issued.Add(time.Duration(r.Low)*time.Second), issued.Add(time.Duration(r.High)*time.Second)
	if now.After(to) {
		return Words{"예상보다 늦어지고 있습니다", "Later than expected"}
	}
	a, b := seoul(from).Format("15:04"), seoul(to).Format("15:04")
	if a == b {
		return Words{a + " 무렵", "about " + a}
	}
	return Words{a + " ~ " + b, a + " – " + b}
}

// statusWords say what the holder of a ticket should do, and why.
func statusWords(t Ticket, now time.Time) (head, text Words) {
	switch t.Status {
	case feed.StatusWaiting:
		return waitingWords(t)
	case feed.StatusCalled:
		return Words{fmt.Sprintf("%d번 창구로 오십시오", t.Counter), fmt.Sprintf("Go to counter %d", t.Counter)},
			Words{"호출되었습니다. 창구에서 번호를 보여 주십시오.", "You have been called. Please show your number at the counter."}
	case feed.StatusHeld:
		return Words{"보류 중", "On hold"},
			Words{"창구에서 잠시 보류하였습니다. 번호표는 그대로 유효합니다. 다시 호출할 때까지 창구 가까이에서 기다려 주십시오.",
				"The counter has put you on hold. Your ticket stays valid. Please wait near the counters; you will be called again."}
	case feed.StatusNoShow:
		if t.Away {
			return Words{"차례가 지났습니다", "Your turn has passed"}, lateWords(t, now)
		}
		return Words{"호출에 오시지 않았습니다", "You missed your call"}, lateWords(t, now)
	case feed.StatusFinished:
		return Words{"완료", "Finished"}, Words{"업무가 끝났습니다. 이용하여 주셔서 감사합니다.", "Your business is finished. Thank you."}
	case feed.StatusCancelled:
		return Words{"취소됨", "Cancelled"}, Words{"취소된 번호표입니다. 호출되지 않습니다.", "This ticket was given up; it will not be called."}
	case feed.StatusVoid:
		return Words{"무효", "Void"}, Words{"민원실에서 무효로 한 번호표입니다. 궁금하신 점은 직원에게 말씀하여 주십시오.", "The office has taken this ticket out. Please ask the staff if in doubt."}
	}
	return Words{"종료", "Ended"}, Words{"업무일이 끝나 더 호출되지 않는 번호표입니다.", "The business day has ended; this number will not be called."}
}

func waitingWords(t Ticket) (head, text Words) {
	head = Words{fmt.Sprintf("앞에 %d명", t.Ahead), fmt.Sprintf("%d ahead of you", t.Ahead)}
	text = Words{"호출되면 이 화면에 창구 번호가 나타납니다.", "When you are called, the counter appears here."}
	if t.Ahead == 0 {
		head = Words{"다음 차례입니다", "You are next"}
		text = Words{"창구 가까이에서 기다려 주십시오.", "Please wait near the counters."}
	}
	if t.Away {
		text = Words{"민원실에 도착하시면 순번 표시판의 코드로 도착 확인을 하여 주십시오. 도착 확인 전에 차례가 오면 다음 분을 먼저 모십니다.",
			"When you arrive, please check in with the code on the board in the hall. If your turn comes before that, the next person is called first."}
	}
	if t.Counter > 0 {
		text.Ko = fmt.Sprintf("%d번 창구에서 호출합니다. ", t.Counter) + text.Ko
		text.En = fmt.Sprintf("Counter %d will call you. ", t.Counter) + text.En
	}
	return head, text
}

// lateWords say in plain words what the office's rule is for who missed a call,
// or whose turn came before they had checked in.
func lateWords(t Ticket, now time.Time) Words {
	r := t.Rules
	do, why := Words{"민원실 직원에게 번호를 말씀하여 주십시오.", "Please tell your number to the staff."}, Words{}
	if t.Away {
		do = Words{"민원실에서 도착 확인을 하여 주십시오.", "Please check in at the office."}
		why = Words{"도착 확인 전에 차례가 와서 다음 분을 먼저 모셨습니다. ", "Your turn came before you had checked in, and the next person was called. "}
	}
	within := time.Duration(r.LateWithin) * time.Minute
	until := seoul(t.Changed.Add(within)).Format("15:04")
	say := func(when, back string) Words {
		place := latePlace(r)
		return Words{why.Ko + when + do.Ko + place.Ko, why.En + do.En + " " + back + place.En}
	}
	switch {
	case r.LatePlace == "": // the rule has not come yet
		return Words{why.Ko + do.Ko + " 다시 순서를 받을 수 있습니다.", why.En + do.En + " You may be let back into the line."}
	case within == 0:
		return say("오늘 업무 시간 안에 ", "You may come back until the office closes today:")
	case t.Changed.IsZero():
		return say(fmt.Sprintf("부재 처리된 뒤 %d분 안에 ", r.LateWithin), fmt.Sprintf("You may come back within %d minutes of being marked absent:", r.LateWithin))
	case gone(t, now):
		return Words{fmt.Sprintf("%s돌아오실 수 있는 시간(%s까지)이 지났습니다. 번호표를 새로 받아 주십시오.", why.Ko, until),
			fmt.Sprintf("%sThe time to come back (until %s) has passed. Please take a new ticket.", why.En, until)}
	}
	return say(until+"까지 ", "You may come back until "+until+":")
}
