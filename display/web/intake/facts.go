package intake

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"sunbeon/appliance/feed"
)

// outcome is what came of one office's facts in a batch.
type outcome struct {
	journal  string
	stored   uint64
	repeated uint64
	gaps     uint64
	trouble  error
}

// storeFacts stores the facts of posts in one transaction and then says the
// cursors.
func (c *City) storeFacts(ctx context.Context, posts []post) error {
	var b *batch
	done := make(map[string]*outcome)
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
			if b == nil {
				if b, err = c.cfg.Store.begin(ctx); err != nil {
					return err
				}
				defer b.rollback() // nothing after a commit
			}
			o := done[p.office]
			if o == nil || o.journal != msg.Journal {
				o = &outcome{journal: msg.Journal}
				done[p.office] = o
			}
			switch err := b.add(ctx, arrival{p.office, msg, h}); {
			case err == nil:
				o.stored++
			case errors.Is(err, errRepeated):
				o.repeated++
			case errors.Is(err, errGap):
				o.gaps++
			case errors.Is(err, errBroken), errors.Is(err, errForked):
				o.trouble = fmt.Errorf("fact %d: %w", h.Seq, err)
			default:
				return err
			}
		}
	}
	if b == nil {
		return nil
	}
	if err := b.commit(ctx); err != nil {
		return err
	}
	for office, o := range done {
		c.settle(office, o)
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
	case o.stored == 0: // it has not been shown yet that the trouble is over
		if old, _ := c.Office(office); old.Stored.Journal == now.Journal {
			now.Trouble = old.Stored.Trouble
		}
	}
	cur := feed.Cursor{V: 1, Journal: o.journal, Seq: now.Seq}
	if o.stored > 0 {
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

func (s *cursors) put(office string, c feed.Cursor) {
	s.known[office], s.pending[office], s.said[office] = c, c, time.Now()
	select {
	case s.wake <- struct{}{}:
	default:
	}
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

// all puts out every cursor, on a new connection.
func (s *cursors) all() {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.Copy(s.pending, s.known)
}

func (s *cursors) take() map[string]feed.Cursor {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.pending
	s.pending = make(map[string]feed.Cursor)
	return out
}
