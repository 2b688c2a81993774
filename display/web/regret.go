package web

import (
	"context"
	"time"

	"sunbeon/appliance/feed"
)

// How a number that nobody waits for is given back.
const (
	regretAfter = 30 * time.Second // in which the citizen may press again
	regretAgain = 30 * time.Second // between tries, while the office is silent
	regretTries = 20
	regretsHeld = 256
	// longPast is a deadline that every office refuses, unless it knows the
	// answer: 1 ms of 1970, which every clock has behind it.
	longPast = 1
)

// regret is a request that was not answered in time.
type regret struct {
	office  string
	request feed.Request
	due     time.Time
	tried   int
}

// doubtful notes that a request may have led to a ticket that nobody saw.
func (s *Site) doubtful(g regret, after time.Duration) {
	g.due = time.Now().Add(after)
	select {
	case s.regrets <- g:
	default:
		s.log.Warn("too many requests without an answer: a number may be called that nobody waits for", "office", g.office)
	}
}

// regret works through such requests, in the order of their time, until ctx ends.
func (s *Site) regret(ctx context.Context) {
	for {
		select {
		case g := <-s.regrets:
			select {
			case <-time.After(time.Until(g.due)):
			case <-ctx.Done():
				return
			}
			if g.tried++; !s.giveBack(ctx, g) && g.tried < regretTries {
				s.doubtful(g, regretAgain)
			}
		case <-ctx.Done():
			return
		}
	}
}

// giveBack cancels the ticket that a request has led to, if it has and nobody
// came for it. It reports false if the office has not said.
func (s *Site) giveBack(ctx context.Context, g regret) bool {
	if !s.book.spend(g.office, g.request.ID) {
		return true
	}
	within := func(r feed.Request) (feed.Reply, error) {
		ctx, stop := context.WithTimeout(ctx, askWithin)
		defer stop()
		return s.desk.Ask(ctx, g.office, r)
	}
	g.request.Deadline = longPast
	reply, err := within(g.request)
	switch {
	case err != nil:
		return false
	case reply.Ticket == nil:
		return true // it came too late for a number
	}
	token := reply.Ticket.Token
	reply, err = within(feed.Request{V: 1, ID: requestID(g.request.ID, "back"), Kind: feed.RequestCancel, Token: token})
	if err != nil {
		return false
	}
	s.log.Info("a number that nobody waited for was given back", "office", g.office, "refused", reply.Refusal != nil)
	return true
}
