package web

import (
	"context"
	"sync"
	"time"

	"sunbeon/appliance/feed"
)

// remembered is how many tickets the book keeps: a busy city's day.
const remembered = 20000

// book keeps the tickets taken through this site, and lets each request be
// asked once at a time. It is shared by all handlers and the hub.
type book struct {
	mu      sync.Mutex
	flights map[string]*flight // by request id, while asked and while its ticket is kept
	tickets map[string]Held    // by token
	live    map[string]tokens  // by office: those that can still change
	entries []entry            // oldest first
}

type tokens map[string]struct{}

type entry struct{ id, token string }

type flight struct {
	done  chan struct{}
	reply feed.Reply
	err   error
}

func newBook() *book {
	return &book{flights: map[string]*flight{}, tickets: map[string]Held{}, live: map[string]tokens{}}
}

// issue asks for a ticket, once for an id however often it is called: a second
// call waits for the first one's answer, or has it already.
func (b *book) issue(ctx context.Context, d Desk, office string, r feed.Request) (feed.Reply, error) {
	key := office + "/" + r.ID
	b.mu.Lock()
	f := b.flights[key]
	if f != nil {
		b.mu.Unlock()
		select {
		case <-f.done:
			return f.reply, f.err
		case <-ctx.Done():
			return feed.Reply{}, ErrTimeout
		}
	}
	f = &flight{done: make(chan struct{})}
	b.flights[key] = f
	b.mu.Unlock()

	f.reply, f.err = d.Ask(ctx, office, r)
	b.mu.Lock()
	defer b.mu.Unlock()
	defer close(f.done)
	if f.err != nil || f.reply.Ticket == nil {
		delete(b.flights, key) // may be asked again
		return f.reply, f.err
	}
	token := f.reply.Ticket.Token
	b.tickets[token] = Held{Office: office, Taken: time.Now(), Issued: *f.reply.Ticket}
	if b.live[office] == nil {
		b.live[office] = tokens{}
	}
	b.live[office][token] = struct{}{}
	b.entries = append(b.entries, entry{key, token})
	if len(b.entries) > remembered {
		old := b.entries[0]
		b.entries = b.entries[1:]
		delete(b.flights, old.id)
		delete(b.live[b.tickets[old.token].Office], old.token)
		delete(b.tickets, old.token)
	}
	return f.reply, nil
}

// taken gives the token of a ticket that the request id has led to.
func (b *book) taken(office, id string) (token string, ok bool) {
	b.mu.Lock()
	f := b.flights[office+"/"+id]
	b.mu.Unlock()
	if f == nil {
		return "", false
	}
	select {
	case <-f.done:
	default:
		return "", false // still asked
	}
	if f.reply.Ticket == nil {
		return "", false
	}
	return f.reply.Ticket.Token, true
}

// heard folds what an office says into its tickets.
func (b *book) heard(o Office) {
	if o.Snapshot == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for token := range b.live[o.ID] {
		t := b.tickets[token]
		if !o.Received.After(t.Taken) {
			continue // from before the ticket: it knows nothing of it
		}
		b.keep(token, follow(t, o.Snapshot))
	}
}

// keep stores a ticket's new state; the caller holds the lock.
func (b *book) keep(token string, t Held) {
	b.tickets[token] = t
	if t.ended() {
		delete(b.live[t.Office], token)
	}
}

// find gives the ticket behind a token.
func (b *book) find(token string) (Held, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	t, ok := b.tickets[token]
	return t, ok
}

// update takes over what the office itself says of a ticket.
func (b *book) update(token string, now feed.Issued) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if t, ok := b.tickets[token]; ok {
		t.Status, t.Counter, t.Ahead = now.Status, now.Counter, now.Ahead
		b.keep(token, t)
	}
}
