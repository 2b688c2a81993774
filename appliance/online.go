package appliance

import (
	"context"
	"errors"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/queue"
)

// Online answers the city's requests from the loop. Its method Handle is what
// the uplink asks.
type Online struct{ Loop Handler }

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
	default:
		return refused(r.ID, &queue.Refusal{Code: queue.BadInput})
	}
	result, err := o.Loop.Do(ctx, Command{Command: c, Request: r.ID, By: "online"})
	if err != nil {
		return refused(r.ID, err)
	}
	t := result.Ticket
	issued := &feed.Issued{Label: result.Label, Service: t.Service, Token: t.Token,
		Status: string(t.Status), Ahead: t.Ahead}
	if v := result.View; v != nil {
		issued.Day = v.Public.Day
	}
	if t.Status == queue.AtCounter {
		issued.Counter = t.Counter
	}
	if f := t.Forecast; f.Known {
		issued.Wait = &feed.Range{Low: f.Low, Mid: f.Mid, High: f.High}
	}
	return feed.Reply{V: 1, ID: r.ID, Ticket: issued}
}

func refused(id string, err error) feed.Reply {
	var r *queue.Refusal
	if errors.As(err, &r) {
		return feed.Reply{V: 1, ID: id, Refusal: &feed.Refusal{Code: string(r.Code), Ko: r.Korean(), En: r.English()}}
	}
	return feed.Reply{V: 1, ID: id, Refusal: &feed.Refusal{Code: "unavailable",
		Ko: "지금은 번호표를 드릴 수 없습니다. 잠시 후 다시 시도해 주십시오.",
		En: "No ticket can be given at the moment. Please try again shortly."}}
}
