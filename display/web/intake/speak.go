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

// speak says cursors over one connection as they move, while this replica is the
// speaker.
func (c *City) speak(ctx context.Context, conn link.Conn) error {
	var until time.Time // when to fall silent
	defer func() {
		if time.Now().Before(until) {
			c.resign(ctx)
		}
	}()
	beat := time.NewTicker(leaseBeat)
	defer beat.Stop()
	for renew := true; ; {
		if renew {
			until = c.campaign(ctx, until)
		}
		if time.Now().Before(until) {
			if err := c.sayCursors(ctx, conn, until); err != nil {
				return err
			}
		}
		renew = false
		select {
		case <-c.cursors.wake:
		case <-beat.C:
			renew = true
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (c *City) sayCursors(ctx context.Context, conn link.Conn, until time.Time) error {
	for office, cur := range c.cursors.take() {
		if !time.Now().Before(until) {
			return nil // the next speaker says them all
		}
		b, err := json.Marshal(cur)
		if err != nil {
			return fmt.Errorf("intake: cursor: %w", err)
		}
		a := feed.Address{City: c.cfg.City, Office: office}
		if err := conn.Send(ctx, a.Cursor(), 1, true, b); err != nil {
			return err
		}
	}
	return nil
}

// campaign takes or renews the lease. It returns the end of the time to speak in,
// which stays as it was if the store does not answer. Who begins says all cursors,
// as they are in the store: another replica may have said some that this one has
// not come to.
func (c *City) campaign(ctx context.Context, until time.Time) time.Time {
	start := time.Now() // by a clock that does not jump
	ctx, cancel := context.WithTimeout(ctx, leaseBeat)
	defer cancel()
	held, err := c.cfg.Store.db.Lease(ctx, speakerLease+"/"+c.cfg.City, c.run, leaseTerm)
	was := start.Before(until)
	if err == nil && held && !was {
		var stored map[head]position
		if stored, err = c.cfg.Store.positions(ctx); err == nil {
			c.cursors.all(current(stored))
			c.cfg.Log.Info("intake: this replica says the cursors", "replica", c.cfg.Replica)
		}
	}
	switch {
	case err != nil:
		if was {
			c.cfg.Log.Warn("intake: the right to say the cursors was not renewed; check the database", "err", err)
		}
		return until
	case !held && was:
		c.cfg.Log.Warn("intake: another replica says the cursors", "replica", c.cfg.Replica)
	}
	if !held {
		return time.Time{}
	}
	return start.Add(leaseTerm - leaseMargin)
}

// resign lets another replica speak at once.
func (c *City) resign(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaseBeat)
	defer cancel()
	if err := c.cfg.Store.db.Release(ctx, speakerLease+"/"+c.cfg.City, c.run); err != nil {
		c.cfg.Log.Debug("intake: the right to say the cursors was not given back; it ends by itself", "err", err)
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
