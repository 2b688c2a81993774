package intake

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/feed/link"
)

const (
	batchFacts  = 1024             // about, in one transaction
	cursorGap   = time.Second      // between two cursors of an office that say the same
	storeRetry  = 2 * time.Second  // after the store failed
	storeWithin = 15 * time.Second // a store that does not answer has failed
	// lookAfter is how long the facts that a state tells of may take to come here
	// before they are looked for in the store.
	lookAfter = time.Second
)

// Run listens until ctx ends. It fails at once if the configuration is wrong;
// a store that fails is logged and tried again, while the pages go on.
func (c *City) Run(ctx context.Context) error {
	if err := (feed.Address{City: c.cfg.City, Office: "x"}).Check(); err != nil {
		return fmt.Errorf("intake: %w", err)
	}
	if c.cfg.Store == nil {
		return errors.New("intake: without a store")
	}
	c.begin()
	lc := c.cfg.Link
	if lc.ClientID == "" {
		lc.ClientID = "sunbeon-city-" + c.cfg.City
		if c.cfg.Replica != "" {
			lc.ClientID += "-" + c.cfg.Replica
		}
	}
	if lc.Username == "" {
		lc.Username = lc.ClientID // the broker's listener for this machine refuses who has no name
	}
	if lc.Log == nil {
		lc.Log = c.cfg.Log
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() { c.work(ctx) })
	wg.Go(func() { c.show(ctx) })
	return link.Run(ctx, lc, c.rivalry(lc.ClientID, c.session))
}

// begin knows the offices of the store before they speak.
func (c *City) begin() {
	for id, cur := range current(c.cfg.Store.heads) {
		c.update(id, func(o *Office, _ *Counts) bool {
			o.Stored = Stored{Journal: cur.Journal, Seq: cur.Seq}
			return true
		})
	}
}

// session is one connection: listen, and say cursors as they move.
func (c *City) session(ctx context.Context, conn link.Conn) error {
	for _, s := range []struct {
		leaf string
		qos  byte
	}{
		{"reply/+", 1},
		{"facts", 1},
		// A broker's queue for a reader at QoS 1 is bounded, and all retained messages
		// come at once; an old one is worth nothing, so nothing is queued. A cluster of
		// NATS moreover loses what is published while it makes a reader at QoS 1.
		{"status", 0},
		{"state", 0},
	} {
		if err := conn.Subscribe(ctx, feed.Wildcard(c.cfg.City, s.leaf), s.qos, c.file); err != nil {
			return err
		}
	}
	c.asks.connect(conn)
	defer c.asks.connect(nil)
	c.setLink(true)
	defer c.setLink(false)
	return c.speak(ctx, conn)
}

// errDeaf ends a connection on which no office is heard any more, although some
// were: a cluster of NATS loses the subscriptions of a client that comes back at
// once. A new connection has it heal; where the offices are silent, it costs nothing.
var errDeaf = errors.New("intake: no office has been heard for a while; connecting anew")

// deaf reports whether that is so on a connection since it began.
func (c *City) deaf(began time.Time) bool {
	last := c.heard.Load()
	return last != 0 && time.Since(began) > offlineAfter && time.Since(time.Unix(0, last)) > offlineAfter
}

// show is the one goroutine that reads states: the pages have them at once, while
// work may be waiting for the store.
func (c *City) show(ctx context.Context) {
	for {
		select {
		case <-c.news.wake:
		case <-ctx.Done():
			return
		}
		for _, p := range c.news.take(batchFacts) {
			c.readState(p)
			c.readStatus(p)
		}
	}
}

// work is the one goroutine that judges facts and owns the store.
func (c *City) work(ctx context.Context) {
	for office, cur := range current(c.cfg.Store.heads) {
		c.cursors.say(office, cur)
	}
	for {
		select {
		case <-c.mail.wake:
		case <-c.late.C:
			if err := c.catchUp(ctx, c.behind()); err != nil && ctx.Err() == nil {
				c.cfg.Log.Error("intake: facts of other replicas not read; check the database", "err", err)
			}
			continue
		case <-ctx.Done():
			return
		}
		posts := c.mail.take(batchFacts)
		for _, p := range posts {
			c.readTold(p)
		}
		err := c.storeFacts(ctx, posts)
		if ctx.Err() == nil {
			c.stored(err)
		}
		if err != nil && ctx.Err() == nil {
			// The facts are dropped; the offices still have them.
			c.cfg.Log.Error("intake: facts not stored; check the disk or the database", "err", err)
			select {
			case <-time.After(storeRetry):
			case <-ctx.Done():
				return
			}
		}
	}
}

func (c *City) readState(p post) {
	if p.state == nil {
		return
	}
	s, err := feed.DecodeSnapshot(feed.Address{City: c.cfg.City, Office: p.office}, p.state.Payload)
	if err != nil {
		c.refuse("state", p.office, err)
		return
	}
	c.snapshot(s, p.state.Retained)
	c.mail.tell(p.office, feed.Cursor{Journal: s.Journal, Seq: s.Seq})
}

// readTold learns from a state how far the office's record goes.
func (c *City) readTold(p post) {
	at := head{p.office, p.told.Journal}
	if at.journal == "" {
		return
	}
	if _, known := c.Office(p.office); known {
		// An office that nobody acknowledged yet waits with a full window.
		c.cursors.introduce(p.office, feed.Cursor{V: 1, Journal: at.journal, Seq: c.cfg.Store.seq(at.office, at.journal)})
	}
	if c.cfg.Store.db.Shared() && p.told.Seq > c.cfg.Store.noted[at] {
		if len(c.told) == 0 {
			c.late.Reset(lookAfter)
		}
		c.told[at] = p.told.Seq
	}
}

// behind are the offices whose facts have not come here although the office's
// state tells of them.
func (c *City) behind() (offices []string) {
	for h, seq := range c.told {
		if seq > c.cfg.Store.noted[h] {
			offices = append(offices, h.office)
		}
	}
	clear(c.told)
	return offices
}

func (c *City) readStatus(p post) {
	if p.status == nil {
		return
	}
	s, err := feed.DecodeStatus(p.status.Payload)
	if err != nil {
		c.refuse("status", p.office, err)
		return
	}
	c.status(p.office, s)
}

// refuse counts a bad message and logs the first of each kind and office.
func (c *City) refuse(kind, office string, err error) {
	c.mu.Lock()
	c.counts.Refused++
	c.refused[kind]++
	key := kind + " " + office
	first := !c.complained[key] && len(c.complained) < 4*maxOffices
	if first {
		c.complained[key] = true
	}
	c.mu.Unlock()
	if first {
		c.cfg.Log.Warn("intake: message refused; more of the kind are only counted", "kind", kind, "office", office, "err", err)
	}
}
