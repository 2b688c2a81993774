package uplink

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/feed/link"
)

const (
	clerks   = 8 // requests answered at a time
	queued   = 64
	handling = 5 * time.Second // of one request; the citizen is gone then
	memory   = 256             // answers kept
)

// desk answers requests that come over one connection.
type desk struct {
	u  *Uplink
	in chan feed.Request

	mu   sync.Mutex
	busy map[string]bool // ids being answered
}

func newDesk(u *Uplink) *desk {
	return &desk{u: u, in: make(chan feed.Request, queued), busy: make(map[string]bool)}
}

// hear is the subscription's handler.
func (d *desk) hear(m link.Message) {
	a, leaf, id, err := feed.ParseTopic(m.Topic)
	if err == nil && (leaf != "request" || a != d.u.cfg.Address) {
		err = fmt.Errorf("%w: topic %.80q", feed.ErrInvalid, m.Topic)
	}
	if err == nil && m.Retained {
		err = fmt.Errorf("%w: a retained request: clear the topic", feed.ErrInvalid)
	}
	var r feed.Request
	if err == nil {
		r, err = feed.DecodeRequest(id, m.Payload)
	}
	if err != nil {
		d.u.complaints.add("request", err)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.busy[r.ID] {
		return // a repetition: the answer under way is its answer too
	}
	select {
	case d.in <- r:
		d.busy[r.ID] = true
	default: // the city asks again
		d.u.complaints.add("request too many", errors.New("more requests wait than are answered"))
	}
}

func (d *desk) run(ctx context.Context, c link.Conn) error {
	var wg sync.WaitGroup
	for range clerks {
		wg.Go(func() {
			for {
				select {
				case r := <-d.in:
					d.serve(ctx, c, r)
				case <-ctx.Done():
					return
				}
			}
		})
	}
	wg.Wait()
	return ctx.Err()
}

func (d *desk) serve(ctx context.Context, c link.Conn, r feed.Request) {
	reply, ok := d.answer(ctx, r)
	d.mu.Lock()
	delete(d.busy, r.ID)
	d.mu.Unlock()
	if !ok {
		return
	}
	b, err := json.Marshal(reply)
	if err == nil {
		_, err = feed.DecodeReply(r.ID, b)
	}
	if err != nil {
		d.u.complaints.add("reply of our own", err)
		return
	}
	// Unsent, it is asked for again.
	if err := c.Publish(ctx, d.u.cfg.Address.Reply(r.ID), 1, false, b); err != nil && ctx.Err() == nil {
		d.u.cfg.Log.Warn("uplink: a reply did not get out", "id", r.ID, "err", err)
	}
}

// answer finds the answer; ok is false if none can be given honestly.
func (d *desk) answer(ctx context.Context, r feed.Request) (_ feed.Reply, ok bool) {
	// First the memory: a ticket that was given is not denied because the
	// repetition came late.
	if known, ok := d.u.answered.get(r.ID); ok {
		return known, true
	}
	if d.u.cfg.Now().UnixMilli() > r.Deadline {
		return feed.Reply{V: 1, ID: r.ID, Refusal: &feed.Refusal{Code: feed.RefusalExpired,
			Ko: "요청 시간이 지났습니다. 다시 신청하여 주십시오.",
			En: "The request came too late. Please apply again."}}, true
	}
	ctx, cancel := context.WithTimeout(ctx, handling)
	defer cancel()
	reply := d.u.cfg.Office.Handle(ctx, r)
	if reply.Ticket == nil && ctx.Err() != nil {
		return feed.Reply{}, false // nobody knows whether it was done
	}
	reply.V, reply.ID = 1, r.ID
	if reply.Ticket != nil {
		d.u.answered.put(reply)
	}
	return reply, true
}

// answered keeps the last tickets given, by request id. Refusals are not kept:
// the loop judges anew.
type answered struct {
	mu    sync.Mutex
	byID  map[string]feed.Reply
	order []string
}

func (a *answered) get(id string) (feed.Reply, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	r, ok := a.byID[id]
	return r, ok
}

func (a *answered) put(r feed.Reply) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.byID == nil {
		a.byID = make(map[string]feed.Reply)
	}
	if len(a.order) == memory {
		delete(a.byID, a.order[0])
		a.order = a.order[1:]
	}
	a.byID[r.ID] = r
	a.order = append(a.order, r.ID)
}
