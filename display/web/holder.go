package web

import (
	"fmt"
	"time"

	"sunbeon/appliance/feed"
)

// TicketView is a ticket as its page shows it.
type TicketView struct {
	Token     string `json:"-"`
	Office    string `json:"office"`
	Name      Words  `json:"officeName"`
	Label     string `json:"label"`
	Service   Words  `json:"service"`
	Status    string `json:"status"`
	Head      Words  `json:"head"` // what to do, large
	Text      Words  `json:"text"` // what it means
	Ahead     int    `json:"ahead"`
	Expect    Words  `json:"expect"` // when the call is expected, "" when unknown
	Ended     bool   `json:"ended"`
	Stale     bool   `json:"stale"`
	Heard     int64  `json:"heard"`
	HeardText Words  `json:"heardText"`
}

// find words the ticket behind a token.
func (s *Site) find(token string) (TicketView, bool) {
	t, ok := s.book.find(token)
	if !ok {
		return TicketView{}, false
	}
	now := time.Now()
	v := TicketView{Token: token, Office: t.Office, Name: Words{t.Office, t.Office}, Label: t.Label,
		Service: Words{t.Issued.Service, t.Issued.Service}, Status: t.Status, Ahead: t.Ahead, Ended: t.ended()}
	v.Head, v.Text = statusWords(t)
	if o, ok := s.city.Office(t.Office); ok {
		connected, _ := s.city.Link()
		c := card(o, connected, now)
		v.Name, v.Stale, v.Heard, v.HeardText = c.Name, c.Stale, c.Heard, c.HeardText
		for _, x := range c.Services {
			if x.ID == t.Issued.Service {
				v.Service = x.Name
			}
		}
	}
	if t.Status == waiting && t.Wait != nil {
		v.Expect = expected(t.Taken, t.Wait, now)
	}
	return v, true
}

// expected words the time of the call as told at issue.
func expected(taken time.Time, r *feed.Range, now time.Time) Words {
	from, to := taken.Add(time.Duration(r.Low)*time.Second), taken.Add(time.Duration(r.High)*time.Second)
	if now.After(to) {
		return Words{"예상보다 늦어지고 있습니다", "Later than expected"}
	}
	a, b := seoul(from).Format("15:04"), seoul(to).Format("15:04")
	return Words{a + " ~ " + b, a + " – " + b}
}

// statusWords say what the holder of a ticket should do, and why.
func statusWords(t Held) (head, text Words) {
	switch t.Status {
	case waiting:
		if t.Ahead == 0 {
			return Words{"다음 차례입니다", "You are next"},
				Words{"창구 가까이에서 기다려 주십시오.", "Please wait near the counters."}
		}
		return Words{fmt.Sprintf("앞에 %d명", t.Ahead), fmt.Sprintf("%d ahead of you", t.Ahead)},
			Words{"호출되면 이 화면에 창구 번호가 나타납니다.", "When you are called, the counter appears here."}
	case called:
		return Words{fmt.Sprintf("%d번 창구로 오십시오", t.Counter), fmt.Sprintf("Go to counter %d", t.Counter)},
			Words{"호출되었습니다. 창구에서 번호를 보여 주십시오.", "You have been called. Please show your number at the counter."}
	case onHold:
		return Words{"보류 중", "On hold"},
			Words{"창구에서 잠시 보류하였습니다. 다시 호출할 때까지 가까이에서 기다려 주십시오.", "The counter has put you on hold. Please stay near; you will be called again."}
	case missed:
		return Words{"호출에 오시지 않았습니다", "You missed your call"},
			Words{"민원실 직원에게 번호를 말씀하여 주십시오. 다시 순서를 받을 수 있습니다.", "Please tell your number to the staff: you may be let back into the line."}
	case departed:
		return Words{"창구를 떠난 번호", "No longer at the counter"},
			Words{fmt.Sprintf("%d번 창구에 호출되었던 번호입니다. 업무가 끝났거나 다른 업무로 옮겨졌습니다.", t.Counter),
				fmt.Sprintf("This number was called to counter %d. Your business there is finished, or was passed on.", t.Counter)}
	case finished:
		return Words{"완료", "Finished"}, Words{"업무가 끝났습니다. 이용하여 주셔서 감사합니다.", "Your business is finished. Thank you."}
	case cancelled:
		return Words{"취소됨", "Cancelled"}, Words{"번호표를 취소하였습니다.", "You have given this ticket up."}
	case void:
		return Words{"무효", "Void"}, Words{"민원실에서 무효로 한 번호표입니다.", "The office has taken this ticket out."}
	}
	return Words{"종료", "Ended"}, Words{"업무일이 끝나 더 호출되지 않는 번호표입니다.", "The business day has ended; this number will not be called."}
}
