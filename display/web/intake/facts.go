package intake

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/display/web/sqldb"
)

// outcome is what came of one office's facts in a batch.
type outcome struct {
	journal  string
	stored   uint64
	repeated uint64
	gaps     uint64
	trouble  error
	found    bool // stored by another replica
}

// storeTries is how often a batch is tried that another transaction was in the
// way of.
const storeTries = 5

// storeFacts stores the facts of posts in one transaction, takes them into the
// days, and then says the cursors.
func (c *City) storeFacts(ctx context.Context, posts []post) error {
	var facts []arrival
	for _, p := range posts {
		for _, m := range p.facts {
			msg, h, err := feed.DecodeFact(m.Payload)
			if err == nil && m.Retained {
				err = fmt.Errorf("%w: a retained fact: clear the topic", feed.ErrInvalid)
			}
			if err != nil {
				c.refuse("fact", p.office, err)
				continue
			}
			facts = append(facts, arrival{p.office, msg, h})
		}
	}
	if len(facts) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, storeWithin)
	defer cancel()
	verdicts, err := c.cfg.Store.store(ctx, facts)
	for try := 1; sqldb.Transient(err) && try < storeTries; try++ {
		c.cfg.Log.Warn("intake: another transaction was in the way, trying again", "try", try, "facts", len(facts), "err", err)
		verdicts, err = c.cfg.Store.store(ctx, facts)
	}
	if err != nil {
		return err
	}
	done := make(map[string]*outcome)
	have := make(map[head]map[uint64]feed.FactHead) // those that are stored
	for i, a := range facts {
		o := done[a.office]
		if o == nil || o.journal != a.msg.Journal {
			o = &outcome{journal: a.msg.Journal}
			done[a.office] = o
		}
		switch err := verdicts[i]; err {
		case nil:
			o.stored++
		case errRepeated:
			o.repeated++
		case errGap:
			o.gaps++
			continue
		default:
			o.trouble = fmt.Errorf("fact %d: %w", a.head.Seq, err)
			continue
		}
		if have[a.record()] == nil {
			have[a.record()] = make(map[uint64]feed.FactHead)
		}
		have[a.record()][a.head.Seq] = a.head
	}
	for k := range c.cfg.Store.lost {
		delete(c.cfg.Store.lost, k)
		cur := feed.Cursor{V: 1, Journal: k.journal, Seq: c.cfg.Store.seq(k.office, k.journal)}
		c.cfg.Log.Warn("intake: the database has lost facts, an older copy of it runs; the office is asked for them", "office", k.office, "stored", cur.Seq)
		c.cursors.back(k.office, cur)
	}
	for k := range have {
		// What is stored is said, whether or not the tickets could follow: the next
		// state of the office shows that they are behind.
		if err := c.cfg.Store.follow(ctx, k, have[k]); err != nil && ctx.Err() == nil {
			c.refuse("day", k.office, err)
		}
	}
	for office, o := range done {
		c.settle(office, o)
	}
	return nil
}

// catchUp takes in what other replicas have stored of some offices and this one
// has not heard.
func (c *City) catchUp(ctx context.Context, offices []string) error {
	ctx, cancel := context.WithTimeout(ctx, storeWithin)
	defer cancel()
	s := c.cfg.Store
	if err := s.look(ctx, offices); err != nil {
		return err
	}
	for h, p := range s.heads {
		if p.seq <= s.noted[h] {
			continue
		}
		if err := s.follow(ctx, h, nil); err != nil {
			return err
		}
		c.settle(h.office, &outcome{journal: h.journal, found: true})
	}
	return nil
}

// settle says what a batch made of one office, after it is on the disk.
func (c *City) settle(office string, o *outcome) {
	now := Stored{Journal: o.journal, Seq: c.cfg.Store.seq(office, o.journal)}
	switch {
	case o.trouble != nil:
		now.Trouble = o.trouble.Error()
		c.refuse("record", office, o.trouble)
	case o.stored == 0 && !o.found: // it has not been shown yet that the trouble is over
		if old, _ := c.Office(office); old.Stored.Journal == now.Journal {
			now.Trouble = old.Stored.Trouble
		}
	}
	cur := feed.Cursor{V: 1, Journal: o.journal, Seq: now.Seq}
	if o.stored > 0 || o.found {
		c.cursors.say(office, cur)
	} else if o.gaps+o.repeated > 0 {
		c.cursors.repeat(office, cur)
	}
	c.update(office, func(of *Office, n *Counts) bool {
		n.Facts += o.stored
		n.Repeated += o.repeated
		n.Gaps += o.gaps
		changed := of.Stored != now
		of.Stored = now
		return changed
	})
}

// cursors are what is to be said to the offices: the newest of each.
type cursors struct {
	wake chan struct{} // of one

	mu      sync.Mutex
	known   map[string]feed.Cursor // the last of each office
	said    map[string]time.Time   // when known was last put out
	pending map[string]feed.Cursor
}

func newCursors() *cursors {
	return &cursors{wake: make(chan struct{}, 1), known: make(map[string]feed.Cursor),
		said: make(map[string]time.Time), pending: make(map[string]feed.Cursor)}
}

// say puts out a cursor that has moved.
func (s *cursors) say(office string, c feed.Cursor) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.put(office, c)
}

// put never takes one back: a reading of the store that comes late is not news.
func (s *cursors) put(office string, c feed.Cursor) {
	if k := s.known[office]; k.Journal == c.Journal && k.Seq > c.Seq {
		return
	}
	s.known[office], s.pending[office], s.said[office] = c, c, time.Now()
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// back puts out a cursor that is behind the one before, because the store has lost
// what it had: the office sends it again.
func (s *cursors) back(office string, c feed.Cursor) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.known, office)
	s.put(office, c)
}

// introduce puts out the first cursor of an office.
func (s *cursors) introduce(office string, c feed.Cursor) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.known[office]; !known {
		s.put(office, c)
	}
}

// repeat puts out a cursor again so that the office goes back, or forward, but
// not for every single fact that does not fit.
func (s *cursors) repeat(office string, c feed.Cursor) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known[office] == c && time.Since(s.said[office]) < cursorGap {
		return
	}
	s.put(office, c)
}

// all puts out every cursor, the ones of the store where they are further: on a
// new connection.
func (s *cursors) all(store map[string]feed.Cursor) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for office, c := range store {
		s.put(office, c)
	}
	maps.Copy(s.pending, s.known)
}

func (s *cursors) take() map[string]feed.Cursor {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.pending
	s.pending = make(map[string]feed.Cursor)
	return out
}
