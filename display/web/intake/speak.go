package intake

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/feed/link"
)

// Of all replicas one says the cursors: what two say may arrive in another order
// than it was stored, and an office that sees a cursor go back believes that the
// city has lost what it had. The speaker holds a lease in the store; it falls
// silent well before another one may begin.
const (
	speakerLease = "cursors"
	leaseTerm    = 6 * time.Second
	leaseBeat    = 2 * time.Second
	leaseMargin  = 2 * time.Second // for what is on its way to the broker, and for slow answers
)

// speaker is the right to say the cursors over one connection.
type speaker struct {
	*City
	until time.Time // when to fall silent, by a clock that does not jump
	said  bool      // in the log: that it is our turn
}

// speak says cursors over one connection as they move, while this replica is the
// speaker.
func (c *City) speak(ctx context.Context, conn link.Conn) error {
	s, began := &speaker{City: c}, time.Now()
	defer s.resign(ctx)
	beat := time.NewTicker(leaseBeat)
	defer beat.Stop()
	s.campaign(ctx)
	for {
		if err := s.say(ctx, conn); err != nil {
			return err
		}
		select {
		case <-c.cursors.wake:
		case <-beat.C:
			if c.deaf(began) {
				return errDeaf
			}
			s.campaign(ctx)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (s *speaker) may() bool { return time.Now().Before(s.until) }

// say puts out what there is to say. What it may not say any more, the next
// speaker says.
func (s *speaker) say(ctx context.Context, conn link.Conn) error {
	if !s.may() {
		return nil
	}
	for office, cur := range s.cursors.take() {
		if !s.may() {
			return nil
		}
		b, err := json.Marshal(cur)
		if err != nil {
			return fmt.Errorf("intake: cursor: %w", err)
		}
		a := feed.Address{City: s.cfg.City, Office: office}
		if err := conn.Send(ctx, a.Cursor(), 1, true, b); err != nil {
			return err
		}
	}
	return nil
}

// campaign takes or renews the lease. Who begins says all cursors, as they are in
// the store: another replica may have said some that this one has not come to.
func (s *speaker) campaign(ctx context.Context) {
	start := time.Now()
	ctx, cancel := context.WithTimeout(ctx, leaseBeat)
	defer cancel()
	held, err := s.cfg.Store.db.Lease(ctx, speakerLease+"/"+s.cfg.City, s.run, leaseTerm)
	if err == nil && held && !s.may() {
		var stored map[head]position
		if stored, err = s.cfg.Store.positions(ctx); err == nil {
			s.cursors.all(current(stored))
		}
	}
	log := s.cfg.Log.With("replica", s.cfg.Replica)
	switch {
	case err != nil && s.may(): // the next beat may bring it
	case err != nil && s.said:
		log.Warn("intake: the right to say the cursors has ended, the database does not renew it", "err", err)
		s.said = false
	case err != nil:
	case held:
		s.until = start.Add(leaseTerm - leaseMargin)
		if !s.said {
			log.Info("intake: this replica says the cursors")
		}
		s.said = true
	default:
		s.until = time.Time{}
		if s.said {
			log.Warn("intake: another replica says the cursors")
		}
		s.said = false
	}
}

// resign lets another replica speak at once.
func (s *speaker) resign(ctx context.Context) {
	if !s.may() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaseBeat)
	defer cancel()
	if err := s.cfg.Store.db.Release(ctx, speakerLease+"/"+s.cfg.City, s.run); err != nil {
		s.cfg.Log.Debug("intake: the right to say the cursors was not given back; it ends by itself", "err", err)
	}
}

// rivalry tells of another process with the same client id: a broker ends the
// older connection of the two, and each comes back and ends the other's.
func (c *City) rivalry(id string, session func(context.Context, link.Conn) error) func(context.Context, link.Conn) error {
	const (
		short = 10 * time.Second // less than it takes to find a silent connection dead
		many  = 4
	)
	n := 0
	return func(ctx context.Context, conn link.Conn) error {
		start := time.Now()
		err := session(ctx, conn)
		select {
		case <-conn.Done():
		default:
			return err // ended by us
		}
		if time.Since(start) >= short {
			n = 0
			return err
		}
		if n++; n == many {
			c.cfg.Log.Error("intake: the broker has ended the connection again and again, soon after it was made: another process seems to use the same client id; give each replica its own name with -replica", "client", id)
		}
		return err
	}
}
