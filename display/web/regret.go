package web

import (
	"context"
	"time"

	"sunbeon/appliance/feed"
)

// regretLook is how often requests without an answer are looked for.
const regretLook = 5 * time.Second

// longPast is a deadline that every office refuses, unless it knows the answer:
// 1 ms of 1970, which every clock has behind it.
const longPast = 1

// regret gives back the numbers that nobody came for, whichever process asked for
// them, until ctx ends.
func (s *Site) regret(ctx context.Context) {
	look := time.NewTicker(regretLook)
	defer look.Stop()
	silent := false
	for {
		select {
		case <-look.C:
		case <-ctx.Done():
			return
		}
		for ctx.Err() == nil {
			g, due, err := s.ledger.Due(ctx, time.Now())
			if failed := err != nil; failed != silent {
				if silent = failed; failed {
					s.log.Error("the ledger does not tell which numbers are to be given back", "err", err)
				} else {
					s.log.Info("the ledger tells again which numbers are to be given back")
				}
			}
			if err != nil || !due {
				break
			}
			if !s.giveBack(ctx, g) {
				if g.Tries == RegretTries {
					s.log.Warn("an office has not said whether it gave a number: one may be called that nobody waits for", "office", g.Office)
				}
				continue
			}
			if err := s.ledger.Closed(ctx, g); err != nil {
				s.log.Warn("a number was given back and is not marked so; it will be tried again", "office", g.Office, "err", err)
			}
		}
	}
}

// giveBack cancels the ticket that a request has led to, if it has. It reports
// false if the office has not said.
func (s *Site) giveBack(ctx context.Context, g Regret) bool {
	within := func(r feed.Request) (feed.Reply, error) {
		ctx, stop := context.WithTimeout(ctx, askWithin)
		defer stop()
		return s.desk.Ask(ctx, g.Office, r)
	}
	reply, err := within(feed.Request{V: 1, ID: g.Request, Kind: feed.RequestIssue, Service: g.Service, Class: feed.ClassOrdinary, Deadline: longPast})
	switch {
	case err != nil:
		return false
	case reply.Ticket == nil:
		return true // it came too late for a number
	}
	token := reply.Ticket.Token
	reply, err = within(feed.Request{V: 1, ID: requestID(g.Request, "back"), Kind: feed.RequestCancel, Token: token})
	if err != nil {
		return false
	}
	s.log.Info("a number that nobody waited for was given back", "office", g.Office, "refused", reply.Refusal != nil)
	return true
}
