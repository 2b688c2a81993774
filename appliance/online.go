package appliance

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/queue"
)

// Online answers the city's requests from the loop. Its method Handle is what
// the uplink asks.
type Online struct {
	Loop Line
	Code Checker // nil: staff alone can check somebody in
}

// Line is the loop: it takes commands and shows who is in the line. A command's
// view is there before its answer.
type Line interface {
	Handler
	View() *View
}

// Checker judges the code by which a ticket's holder shows that they are in the
// hall. If it is not good, left is how many tries the ticket has left. A request
// that comes again is no further try.
type Checker interface {
	Check(ticket, request, code string) (good bool, left int)
}

// Handle carries out the request once, whatever number of times it arrives.
func (o Online) Handle(ctx context.Context, r feed.Request) feed.Reply {
	var c queue.Command
	switch r.Kind {
	case feed.RequestIssue:
		class := queue.Ordinary
		if r.Class != "" {
			class = queue.Class(r.Class)
		}
		c = queue.Issue{Service: r.Service, Class: class, Origin: queue.Online}
	case feed.RequestCancel:
		c = queue.Cancel{Token: r.Token}
	case feed.RequestDelay:
		c = queue.Delay{Token: r.Token, Pass: r.Pass}
	case feed.RequestArrive:
		if !o.awaits(r.Token) {
			return refused(r.ID, &queue.Refusal{Code: queue.NotWaiting})
		}
		if no := o.code(r); no != nil {
			return feed.Reply{V: 1, ID: r.ID, Refusal: no}
		}
		c = queue.Arrive{Token: r.Token}
	default:
		return refused(r.ID, &queue.Refusal{Code: queue.BadInput})
	}
	result, err := o.Loop.Do(ctx, Command{Command: c, Request: r.ID, By: "online"})
	if err != nil {
		return refused(r.ID, err)
	}
	t := result.Ticket
	issued := &feed.Issued{Label: result.Label, Service: t.Service, Token: t.Token,
		Status: string(t.Status), Ahead: t.Ahead, Away: t.Away}
	if v := result.View; v != nil {
		issued.Day = v.Public.Day
	}
	if t.Status == queue.AtCounter {
		issued.Counter = t.Counter
	}
	if f := t.Forecast; f.Known {
		issued.Wait = &feed.Range{Low: f.Low, Mid: f.Mid, High: f.High}
	}
	if r.Kind == feed.RequestDelay || r.Kind == feed.RequestArrive {
		issued.Ahead, issued.Wait = result.Ahead, nil // as it is now, for which nothing was told
	}
	return feed.Reply{V: 1, ID: r.ID, Ticket: issued}
}

// awaits reports whether the ticket is still one of the line. Of others no tries
// are counted, so that nobody fills the checker's memory with tickets that are none.
func (o Online) awaits(token string) bool {
	v := o.Loop.View()
	return v != nil && token != "" && slices.ContainsFunc(v.Tickets, func(t Ticket) bool { return t.Token == token })
}

// code refuses an arrival without the hall's code; nil is that it is good.
func (o Online) code(r feed.Request) *feed.Refusal {
	good, left := false, 0
	if o.Code != nil {
		good, left = o.Code.Check(r.Token, r.ID, r.Code)
	}
	switch {
	case good:
		return nil
	case left == 0:
		return &feed.Refusal{Code: feed.RefusalStaffOnly,
			Ko: "이 번호표는 더 이상 번호로 도착 확인을 할 수 없습니다. 민원실 직원에게 말씀해 주십시오.",
			En: "This ticket can no longer check in by the code. Please speak to staff at the office."}
	}
	n := strconv.Itoa(left)
	return &feed.Refusal{Code: feed.RefusalWrongCode,
		Ko: "도착 확인 번호가 맞지 않습니다. 민원실 화면이나 안내문의 번호를 다시 확인해 주십시오. (남은 횟수 " + n + ")",
		En: "The arrival code is not right. Please look at the board or the notice in the hall again. (tries left: " + n + ")"}
}

func refused(id string, err error) feed.Reply {
	var r *queue.Refusal
	if errors.As(err, &r) {
		return feed.Reply{V: 1, ID: id, Refusal: &feed.Refusal{Code: string(r.Code), Ko: r.Korean(), En: r.English()}}
	}
	return feed.Reply{V: 1, ID: id, Refusal: &feed.Refusal{Code: "unavailable",
		Ko: "지금은 처리할 수 없습니다. 잠시 후 다시 시도해 주십시오.",
		En: "This cannot be done at the moment. Please try again shortly."}}
}
