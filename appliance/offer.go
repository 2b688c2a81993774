package appliance

import (
	"slices"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/queue"
)

// offerLonger is how long a number stays large on the board after the printer
// would have given its ticket up: long enough to look up from a form and
// photograph it, short enough that a fault long gone leaves the board to the calls.
const offerLonger = 10 * time.Minute

// offer lists who waits without paper, the newest first: their ticket failed, or
// it is still out while a fault stops the printer. A ticket on its usual way to
// paper is not among them, nor is one that has been called: its number has been
// said. The city learns the numbers alone; the hall, where the holder stands
// before the screen, also the address of the ticket's page.
func (v *viewer) offer(out *View, s *queue.State, at queue.Stamp) {
	stopped := slices.ContainsFunc(s.Devices["printer"], StopsPaper)
	for i := len(s.Tickets) - 1; i >= 0 && len(out.Public.Unprinted) < feed.MaxUnprinted; i-- {
		t := &s.Tickets[i]
		without := t.Paper == queue.Failed || t.Paper == queue.Pending && stopped
		if !without || t.Status != queue.Waiting || t.Called != (queue.Stamp{}) {
			continue
		}
		label := s.Label(t.Ref)
		out.Public.Unprinted = append(out.Public.Unprinted, label)
		if age, known := at.Since(t.Issued); known && age > v.printsWithin+offerLonger {
			continue
		}
		o := feed.Offer{Ticket: label, Service: t.Service}
		if v.page != "" && t.Token != "" {
			o.Page = v.page + t.Token
		}
		out.Offers = append(out.Offers, o)
	}
}

// StopsPaper reports whether tickets wait because of a condition of the printer.
// They do not because paper runs low, nor because the printer never answers:
// what is sent to it comes out, though nobody can tell.
func StopsPaper(condition string) bool {
	return condition != "paper-near-end" && condition != "silent"
}
