package web

import (
	"context"
	"sync"
	"time"

	"sunbeon/appliance/feed"
)

// Bounds of the book.
const (
	remembered = 4096 // answers: more than a city gives in the time that a fact takes
	// bridged is how long an answer stands in for its fact at most: a day's work,
	// for an office whose line was cut just after it answered.
	bridged = 12 * time.Hour
)

// book keeps the last answers of the offices, and lets each request be asked
// once at a time. It is shared by all handlers.
type book struct {
	mu      sync.Mutex
	flights map[string]*flight // by request, while asked and while its answer is kept
	answers map[string]spoken  // by token
	entries []entry            // oldest first
}

type entry struct{ request, token string }

type flight struct {
	done  chan struct{}
	reply feed.Reply
	err   error
}

// spoken is what an office itself has said of a ticket.
type spoken struct {
	Office string
	Came   time.Time
	feed.Issued
	// Seq is the last fact of the office that had come before a delay was asked for:
	// until another one does, the answer knows better; 0 in any other.
	Seq uint64
}

func newBook() *book {
	return &book{flights: map[string]*flight{}, answers: map[string]spoken{}}
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
	b.keep(key, spoken{Office: office, Came: time.Now(), Issued: *f.reply.Ticket})
	return f.reply, nil
}

// keep enters an answer; the caller holds the lock.
func (b *book) keep(request string, a spoken) {
	_, known := b.answers[a.Token]
	if known && b.answers[a.Token].Office != a.Office {
		return // whoever had the token first keeps it
	}
	b.answers[a.Token] = a
	if known && request == "" {
		return
	}
	b.entries = append(b.entries, entry{request, a.Token})
	if len(b.entries) > remembered {
		old := b.entries[0]
		b.entries = b.entries[1:]
		delete(b.flights, old.request)
		delete(b.answers, old.token)
	}
}

// given enters an office's answer to what was not asked through the book: another
// request than for a ticket, or one of another replica.
func (b *book) given(office string, t feed.Issued) {
	b.told(office, t, 0, time.Now())
}

// told is given for a ticket whose facts, up to seq, are known.
func (b *book) told(office string, t feed.Issued, seq uint64, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.keep("", spoken{office, now, t, seq})
}

// forget drops what a request has led to: nobody was shown it.
func (b *book) forget(office, id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.flights, office+"/"+id)
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

// find gives what an office has answered of a ticket, if that is not too long
// ago to stand in for a fact.
func (b *book) find(token string, now time.Time) (spoken, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	a, ok := b.answers[token]
	return a, ok && now.Sub(a.Came) < bridged
}
