package notify

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"sunbeon/display/web"
)

// Tickets words a ticket as its page does; false: nothing is known of it now.
type Tickets interface {
	View(token string) (web.TicketView, bool)
}

// Ledger says who wants messages, and which have been.
type Ledger interface {
	// Watched gives the tickets that have a subscription.
	Watched(ctx context.Context) ([]string, error)
	// Post makes a parcel of m for each subscription of its ticket. It reports
	// false when a message of that kind has been, or as many as there may be.
	Post(ctx context.Context, m Message, now time.Time) (bool, error)
	// Forget deletes the subscriptions and parcels of a ticket that has ended; of
	// one that the gateway knows it makes a last parcel, of m.
	Forget(ctx context.Context, m Message, now time.Time) error
}

// Outbox holds parcels until they are carried.
type Outbox interface {
	// Take gives one that is due, to one caller, until lease from now.
	Take(ctx context.Context, now time.Time, lease time.Duration) (Parcel, bool, error)
	// Put ends a parcel, or with another time than zero has it taken again then.
	Put(ctx context.Context, p Parcel, again time.Time) error
	// Unsubscribe deletes a subscription and its parcels.
	Unsubscribe(ctx context.Context, token, endpoint string) error
}

// Carrier hands a parcel over. ErrGone: there is nobody any more; ErrRefused: it
// will never be taken; any other error may pass.
type Carrier interface {
	Carry(ctx context.Context, p Parcel) error
}

// ErrGone: who subscribed is not there any more.
var ErrGone = errors.New("notify: the subscription is over")

// ErrRefused: the parcel is not taken, now or later.
var ErrRefused = errors.New("notify: the message is refused")

// Parcel is a message on its way to one subscription.
type Parcel struct {
	ID string // the same on every try
	Message
	To    web.Subscription
	Tries int // this one among them
	Made  time.Time
}

// Config of a Notifier.
type Config struct {
	Tickets Tickets
	Ledger  Ledger
	Outbox  Outbox
	Push    Carrier // nil sends none
	Gateway Carrier // nil sends none
	Log     *slog.Logger
}

// Notifier watches tickets and sends messages about them.
type Notifier struct {
	cfg    Config
	posted chan struct{} // a parcel has been made here
	counts counts
}

// Counts are how many parcels have ended how, since the start.
type Counts struct {
	Sent    int64 // taken by a push service or the gateway
	Gone    int64 // to a browser that is not there any more
	Dead    int64 // refused, or too old
	Retried int64 // tries that failed and were put off
}

type counts struct{ sent, gone, dead, retried atomic.Int64 }

// New makes a notifier.
func New(c Config) *Notifier {
	return &Notifier{cfg: c, posted: make(chan struct{}, 1)}
}

// Counts may be called from anywhere.
func (n *Notifier) Counts() Counts {
	return Counts{n.counts.sent.Load(), n.counts.gone.Load(), n.counts.dead.Load(), n.counts.retried.Load()}
}

const (
	look    = time.Second      // at the tickets, and for parcels of others
	carried = 10 * time.Second // a hand-over takes at most
	lease   = 30 * time.Second // after which a parcel is somebody else's
	atOnce  = 16               // hand-overs
)

// fiveMinutes is how long a message is of use.
const fiveMinutes = 5 * time.Minute

// Run watches and sends until ctx ends. It may be called once.
func (n *Notifier) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() { n.watch(ctx) })
	n.carry(ctx)
	return nil
}

// watch looks at every ticket that somebody wants messages of.
func (n *Notifier) watch(ctx context.Context) {
	tick := time.NewTicker(look)
	defer tick.Stop()
	said := map[string]Kind{} // the last message of a ticket, so that the ledger is not asked again
	failing := false
	for {
		tokens, err := n.cfg.Ledger.Watched(ctx)
		if err == nil {
			said, err = n.visit(ctx, tokens, said)
		}
		if failed := err != nil && ctx.Err() == nil; failed != failing {
			if failing = failed; failed {
				n.cfg.Log.Error("no messages are made: the ledger does not answer", "err", err)
			} else {
				n.cfg.Log.Info("messages are made again")
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (n *Notifier) visit(ctx context.Context, tokens []string, said map[string]Kind) (map[string]Kind, error) {
	now, still := time.Now(), make(map[string]Kind, len(tokens))
	for _, token := range tokens {
		v, known := n.cfg.Tickets.View(token)
		if !known {
			continue
		}
		m, due := message(token, v)
		switch {
		case due && m.Kind == End:
			if err := n.cfg.Ledger.Forget(ctx, m, now); err != nil {
				return said, err
			}
			n.wake()
		case due && said[token] != m.Kind:
			posted, err := n.cfg.Ledger.Post(ctx, m, now)
			if err != nil {
				return said, err
			}
			if posted {
				n.wake()
			}
		}
		still[token] = said[token]
		if due {
			still[token] = m.Kind
		}
	}
	return still, nil
}

func (n *Notifier) wake() {
	select {
	case n.posted <- struct{}{}:
	default:
	}
}

// carry hands parcels over, several at once.
func (n *Notifier) carry(ctx context.Context) {
	tick := time.NewTicker(look)
	defer tick.Stop()
	room := make(chan struct{}, atOnce)
	var wg sync.WaitGroup
	defer wg.Wait()
	failing := false
	for {
		for ctx.Err() == nil {
			room <- struct{}{} // waits for the slowest, at most as long as carried
			p, ok, err := n.cfg.Outbox.Take(ctx, time.Now(), lease)
			if failed := err != nil && ctx.Err() == nil; failed != failing {
				if failing = failed; failed {
					n.cfg.Log.Error("no messages are sent: the ledger does not answer", "err", err)
				} else {
					n.cfg.Log.Info("messages are sent again")
				}
			}
			if !ok || err != nil {
				<-room
				break
			}
			wg.Go(func() {
				defer func() { <-room }()
				n.hand(ctx, p)
			})
		}
		select {
		case <-tick.C:
		case <-n.posted:
		case <-ctx.Done():
			return
		}
	}
}

// hand carries one parcel and says what becomes of it.
func (n *Notifier) hand(ctx context.Context, p Parcel) {
	by := n.cfg.Push
	if p.To.Endpoint == web.GatewayEndpoint {
		by = n.cfg.Gateway
	}
	err := ErrRefused // nobody carries it any more
	if by != nil {
		within, stop := context.WithTimeout(ctx, carried)
		err = by.Carry(within, p)
		stop()
	}
	log := n.cfg.Log.With("message", p.Kind, "office", p.Office, "try", p.Tries)
	next := time.Now().Add(backoff(p.Tries))
	var end error
	switch {
	case err == nil:
		n.counts.sent.Add(1)
		end = n.cfg.Outbox.Put(ctx, p, time.Time{})
	case ctx.Err() != nil:
		return // the lease runs out, and another takes it
	case errors.Is(err, ErrGone):
		n.counts.gone.Add(1)
		end = n.cfg.Outbox.Unsubscribe(ctx, p.To.Token, p.To.Endpoint)
	case errors.Is(err, ErrRefused), next.Sub(p.Made) > p.useful():
		n.counts.dead.Add(1)
		log.Warn("a message was not delivered", "id", p.ID, "err", err)
		end = n.cfg.Outbox.Put(ctx, p, time.Time{})
	default:
		n.counts.retried.Add(1)
		log.Info("a message is tried again", "id", p.ID, "at", next.UTC().Format(time.RFC3339), "err", err)
		end = n.cfg.Outbox.Put(ctx, p, next)
	}
	if end != nil {
		log.Warn("what became of a message is not kept; it may be sent again", "id", p.ID, "err", end)
	}
}

// backoff is the pause after a try: 2 s, doubled each time, a minute at most.
func backoff(tries int) time.Duration {
	return min(time.Second<<min(tries, 10), time.Minute)
}
