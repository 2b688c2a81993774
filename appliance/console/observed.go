package console

import (
	"fmt"
	"time"

	"sunbeon/appliance"
	"sunbeon/appliance/queue"
)

// heardRow is what the manager of an observed office sees of a service.
type heardRow struct {
	ID, Name         string
	Last, Called, At string
	Issued           int
	Waiting          string // "알 수 없음" when it is not known
	Told             bool   // Waiting is the old machine's own count
	// How old each is; -1 is unknown.
	LastAge, CalledAge, ToldAge time.Duration
}

func heardRows(v *appliance.View, now queue.Stamp) []heardRow {
	var out []heardRow
	for _, h := range v.Heard {
		s, _ := v.Config.Service(h.Service)
		r := heardRow{ID: h.Service, Name: s.Name, Last: h.Last, Called: h.Called, Issued: h.Issued, Waiting: "알 수 없음", Told: h.Told,
			LastAge: since(now, h.LastAt), CalledAge: since(now, h.CalledAt), ToldAge: since(now, h.ToldAt)}
		if h.Counter > 0 {
			r.At = placeName(h.Counter)
		}
		if h.Waiting != nil {
			r.Waiting = fmt.Sprintf("%d명", *h.Waiting)
		}
		out = append(out, r)
	}
	return out
}

// observed words what was heard of the old machine.
func (t teller) observed(e queue.Observed) string {
	label := t.label(queue.Ref{Band: e.Service, Number: e.Number})
	switch e.What {
	case queue.HeardIssued:
		return "관측: " + label + " 발급"
	case queue.HeardCalled:
		if e.Counter > 0 {
			return fmt.Sprintf("관측: %s 호출, %d번 창구", label, e.Counter)
		}
		return "관측: " + label + " 호출"
	case queue.HeardWaiting:
		return fmt.Sprintf("관측: %s 대기 %d명", t.service(e.Service), e.Count)
	case queue.HeardRestarted:
		return "관측: " + t.service(e.Service) + " 번호가 처음부터 다시 시작됨"
	case queue.HeardNothing:
		return "관측: 신호가 끊겨 대기 인원을 알 수 없음"
	}
	return "관측: " + string(e.What)
}
