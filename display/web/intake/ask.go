package intake

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"sunbeon/appliance/feed"
)

// Why an office did not answer.
var (
	// ErrOffline: the office cannot be reached now; nothing was asked.
	ErrOffline = errors.New("intake: the office cannot be reached")
	// ErrTimeout: the office did not answer in time. It may have acted: asking
	// again with the same id gives the same answer, once.
	ErrTimeout = errors.New("intake: the office did not answer in time")
)

const (
	patience = 5 * time.Second         // of a citizen
	asking   = 1500 * time.Millisecond // between repetitions of a request
	// offlineAfter is the age of the state at which an office counts as gone: it
	// repeats it every 30 to 60 s.
	offlineAfter = 150 * time.Second
)

// publisher is what Ask needs of a connection.
type publisher interface {
	Publish(ctx context.Context, topic string, qos byte, retained bool, payload []byte) error
}

// NewID makes an id for a request: 26 characters, not to be guessed.
func NewID() string { return rand.Text() }

// Ask sends a request to an office and returns its answer, which may be a
// refusal. It answers within 5 s, or earlier when ctx ends: with an error that
// is ErrOffline or ErrTimeout. V, and where they are empty ID and Deadline, are
// filled in; the deadline is then the moment at which Ask gives up, as the
// office's own clock will show it. A caller that may ask again sets the ID.
func (c *City) Ask(ctx context.Context, office string, r feed.Request) (feed.Reply, error) {
	now := c.cfg.Now()
	o, ok := c.Office(office)
	if !ok {
		return feed.Reply{}, fmt.Errorf("%w: %.64q was never heard of", ErrOffline, office)
	}
	if age, known := o.Age(now); !known || age > offlineAfter {
		return feed.Reply{}, fmt.Errorf("%w: %s is silent", ErrOffline, office)
	}
	r.V = 1
	if r.ID == "" {
		r.ID = NewID()
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if r.Deadline == 0 {
		end, _ := ctx.Deadline()
		r.Deadline = now.Add(time.Until(end) + o.ahead()).UnixMilli()
	}
	payload, err := json.Marshal(r)
	if err != nil {
		return feed.Reply{}, fmt.Errorf("intake: ask: %w", err)
	}
	if _, err := feed.DecodeRequest(r.ID, payload); err != nil {
		return feed.Reply{}, fmt.Errorf("intake: ask: %w", err)
	}
	pub, w := c.asks.open(feed.Address{City: c.cfg.City, Office: office}, r.ID)
	defer c.asks.close(w)
	if pub == nil {
		return feed.Reply{}, fmt.Errorf("%w: no broker", ErrOffline)
	}
	again := time.NewTicker(asking)
	defer again.Stop()
	for {
		sent := make(chan error, 1)
		pctx, stop := context.WithTimeout(ctx, asking)
		go func() { sent <- pub.Publish(pctx, w.address.Request(r.ID), 1, false, payload) }()
		var reply feed.Reply
		var answered bool
		select {
		case reply = <-w.reply:
			answered = true
		case <-again.C:
		case <-ctx.Done():
		}
		stop()
		<-sent // a lost request is sent again, on the next connection if need be
		switch {
		case answered:
			return reply, nil
		case ctx.Err() != nil:
			return feed.Reply{}, fmt.Errorf("%w: %s, request %s", ErrTimeout, office, r.ID)
		}
		if p := c.asks.publisher(); p != nil {
			pub = p
		}
	}
}

// asks are the requests that wait for a reply, and the way out.
type asks struct {
	mu      sync.Mutex
	pub     publisher // nil without a connection
	waiting map[string]map[*ask]bool
}

type ask struct {
	address feed.Address
	id      string
	reply   chan feed.Reply // of one
}

func (s *asks) connect(p publisher) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pub = p
}

func (s *asks) publisher() publisher {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pub
}

func (s *asks) open(a feed.Address, id string) (publisher, *ask) {
	w := &ask{a, id, make(chan feed.Reply, 1)}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waiting == nil {
		s.waiting = make(map[string]map[*ask]bool)
	}
	if s.waiting[id] == nil {
		s.waiting[id] = make(map[*ask]bool)
	}
	s.waiting[id][w] = true
	return s.pub, w
}

func (s *asks) close(w *ask) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.waiting[w.id], w)
	if len(s.waiting[w.id]) == 0 {
		delete(s.waiting, w.id)
	}
}

// answer gives a reply to all who wait for it; it never blocks.
func (s *asks) answer(from feed.Address, r feed.Reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for w := range s.waiting[r.ID] {
		if w.address != from {
			continue
		}
		select {
		case w.reply <- r:
		default: // answered already
		}
	}
}
