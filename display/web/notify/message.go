package notify

import (
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/display/web"
)

// Kind of a message.
type Kind string

const (
	Near   Kind = "near"
	Next   Kind = "next"
	Call   Kind = "call"
	Missed Kind = "missed"
	// End tells the gateway that a ticket needs it no more. It is no message.
	End Kind = "end"
)

// Most messages of a ticket.
const Most = 3

// Message is what is to be told of a ticket, in both languages. It names nobody.
type Message struct {
	Kind    Kind      `json:"kind"`
	Token   string    `json:"token"`
	Office  string    `json:"office"`
	Name    web.Words `json:"officeName"`
	Label   string    `json:"label"`
	Counter int       `json:"counter,omitempty"`
	Title   web.Words `json:"title"`
	Text    web.Words `json:"text"`
}

// message is what a ticket's page, as it is now, gives reason to say.
func message(token string, v web.TicketView) (Message, bool) {
	m := Message{Token: token, Office: v.Office, Name: v.Name, Label: v.Label, Title: v.Head}
	at := func(ko, en string) web.Words {
		return web.Words{Ko: v.Label + "번 · " + v.Name.Ko + " " + v.Service.Ko + ". " + ko, En: v.Label + " · " + v.Name.En + ", " + v.Service.En + ". " + en}
	}
	switch {
	case v.Ended:
		m.Kind = End
	case v.Stale || v.Doubt:
		return m, false
	case v.Status == feed.StatusCalled:
		m.Kind, m.Counter = Call, v.Counter
		m.Text = at("창구에서 번호를 보여 주십시오.", "Please show your number at the counter.")
	case v.Status == feed.StatusNoShow && v.Away:
		m.Kind, m.Text = Missed, at(v.Text.Ko, v.Text.En)
	case v.Status != feed.StatusWaiting:
		return m, false
	case v.Ahead == 0:
		m.Kind, m.Text = Next, at("창구 가까이에서 기다려 주십시오.", "Please wait near the counters.")
		if v.Away {
			m.Text = at("도착 확인을 하셔야 호출됩니다.", "You are called only after you have checked in.")
		}
	case v.Go:
		m.Kind, m.Title = Near, web.Words{Ko: "지금 출발하십시오. " + v.Head.Ko, En: "Time to go. " + v.Head.En}
		m.Text = at("차례가 가까워졌습니다.", "Your turn is near.")
		if v.Away {
			m.Text = at("도착하시면 도착 확인을 하여 주십시오.", "Please check in when you arrive.")
		}
	default:
		return m, false
	}
	return m, true
}

// useful is how long a message may be on its way. The gateway is told of an end
// for as long as the ledger keeps it.
func (m Message) useful() time.Duration {
	if m.Kind == End {
		return 24 * time.Hour
	}
	return fiveMinutes
}
