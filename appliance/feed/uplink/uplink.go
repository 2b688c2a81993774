package uplink

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/feed/link"
)

// Record is one fact of the journal as the wire needs it. Raw are its own
// bytes, over which Hash (hex) is chained.
type Record struct {
	Day  int64
	Seq  uint64
	Hash string
	Raw  json.RawMessage
}

// Source is the journal. Only the uplink's goroutine calls it.
type Source interface {
	// After returns up to limit records that follow seq, in order; none if there
	// are none yet.
	After(ctx context.Context, seq uint64, limit int) ([]Record, error)
	// Cursor is the last fact that the city has stored, as set last.
	Cursor() (uint64, error)
	SetCursor(seq uint64) error
	// ID tells this record from that of another card: 1 to 64 characters of
	// [A-Za-z0-9_-].
	ID() string
}

// Office answers requests: the loop. A repeated id must get the same answer
// once. Handle is called from up to 8 goroutines at a time and ends with ctx.
type Office interface {
	Handle(ctx context.Context, r feed.Request) feed.Reply
}

// Config is what an Uplink needs.
type Config struct {
	Address feed.Address
	Link    link.Config // without Will; ClientID and Log have defaults
	Source  Source
	Office  Office
	// Epoch grows with every start of the kiosk. It is in the last will and goes
	// into snapshots that have none.
	Epoch    int64
	Software string
	// Stamp gives a snapshot its Rev, greater than all before in this epoch, and
	// its AsOf; it may set Epoch and Clock. Nil counts from 1 and reads Now.
	Stamp func(*feed.Snapshot)
	// OnChange hears of every gain and loss of the broker. It must not block.
	OnChange func(connected bool)
	Log      *slog.Logger     // nil is silent
	Now      func() time.Time // nil is time.Now
}

// Uplink speaks for one office. Its methods are safe for concurrent use and
// never block.
type Uplink struct {
	cfg        Config
	state      newest[feed.Snapshot]
	status     newest[feed.Status]
	facts      chan struct{} // of one: there are new ones
	rev        uint64        // without Stamp
	connected  atomic.Bool
	complaints complaints
	answered   answered

	mu    sync.Mutex
	stats Stats
}

// Stats are for the health page. All but Acked and Proven count from the start.
type Stats struct {
	Sent   uint64 // facts, repetitions included
	Back   uint64 // times the sender went back to the cursor
	Acked  uint64 // the last fact the city has stored, as far as known
	Bad    uint64 // messages refused
	Proven bool   // what we publish comes back from the broker: its access list lets us
}

// New makes an Uplink; it is silent before Run.
func New(cfg Config) *Uplink {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Link.Log == nil {
		cfg.Link.Log = cfg.Log
	}
	if cfg.Link.ClientID == "" {
		cfg.Link.ClientID = "sunbeon-" + cfg.Address.City + "-" + cfg.Address.Office
	}
	u := &Uplink{cfg: cfg, facts: make(chan struct{}, 1)}
	u.state.changed = make(chan struct{}, 1)
	u.status.changed = make(chan struct{}, 1)
	u.complaints.log = cfg.Log
	return u
}

// State gives the newest snapshot. It is copied before it is stamped; its lists
// must not be changed afterwards.
func (u *Uplink) State(s *feed.Snapshot) { u.state.set(s) }

// Status gives the newest status. V, Online, Epoch and, where empty, AsOf and
// Software are filled in.
func (u *Uplink) Status(s feed.Status) { u.status.set(&s) }

// Facts says that the journal has grown.
func (u *Uplink) Facts() { poke(u.facts) }

// Connected reports whether the broker is connected.
func (u *Uplink) Connected() bool { return u.connected.Load() }

// Stats returns the counters.
func (u *Uplink) Stats() Stats {
	u.mu.Lock()
	defer u.mu.Unlock()
	s := u.stats
	s.Bad = u.complaints.total()
	return s
}

func (u *Uplink) count(f func(*Stats)) {
	u.mu.Lock()
	defer u.mu.Unlock()
	f(&u.stats)
}

// Run speaks until ctx ends, and says goodbye then if it can. It fails at once
// if the configuration is wrong.
func (u *Uplink) Run(ctx context.Context) error {
	if err := u.cfg.Address.Check(); err != nil {
		return fmt.Errorf("uplink: %w", err)
	}
	if u.cfg.Source == nil || u.cfg.Office == nil {
		return errors.New("uplink: without journal or loop")
	}
	will, err := json.Marshal(feed.Status{V: 1, Epoch: u.cfg.Epoch})
	if err != nil {
		return fmt.Errorf("uplink: %w", err)
	}
	lc := u.cfg.Link
	lc.Will = &link.Message{Topic: u.cfg.Address.Status(), Payload: will, QoS: 1, Retained: true}
	return link.Run(ctx, lc, func(ctx context.Context, c link.Conn) error {
		u.turn(true)
		defer u.turn(false)
		err := u.session(ctx, c)
		select {
		case <-c.Done():
		default: // ended by us: the will would not be sent
			bye, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
			defer cancel()
			c.Publish(bye, u.cfg.Address.Status(), 1, true, will)
		}
		return err
	})
}

func (u *Uplink) turn(connected bool) {
	u.connected.Store(connected)
	if u.cfg.OnChange != nil {
		u.cfg.OnChange(connected)
	}
}

// session is one connection: three senders side by side, until one fails.
func (u *Uplink) session(ctx context.Context, c link.Conn) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	pump := newPump(u)
	own := make(chan feed.Status, 8)
	desk := newDesk(u)
	for _, s := range []struct {
		topic  string
		handle func(link.Message)
	}{
		{u.cfg.Address.Status(), func(m link.Message) { u.readOwn(m, own) }},
		{u.cfg.Address.Cursor(), pump.hear},
		{u.cfg.Address.Requests(), desk.hear},
	} {
		if err := c.Subscribe(ctx, s.topic, 1, s.handle); err != nil {
			return err
		}
	}
	var wg sync.WaitGroup
	errs := make(chan error, 3)
	for _, run := range []func(context.Context, link.Conn) error{
		func(ctx context.Context, c link.Conn) error { return u.publish(ctx, c, own) },
		pump.run,
		desk.run,
	} {
		wg.Go(func() {
			defer cancel() // one fails, all end
			errs <- run(ctx, c)
		})
	}
	wg.Wait()
	return <-errs // the first to end says why
}

// readOwn takes in our own status as the broker passes it on.
func (u *Uplink) readOwn(m link.Message, own chan<- feed.Status) {
	s, err := feed.DecodeStatus(m.Payload)
	if err != nil {
		u.complaints.add("status", err)
		return
	}
	select {
	case own <- *s:
	default:
	}
}

// newest holds the newest value given.
type newest[T any] struct {
	value   atomic.Pointer[T]
	changed chan struct{} // of one
}

func (n *newest[T]) set(v *T) {
	n.value.Store(v)
	poke(n.changed)
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// complaints counts bad messages and logs the first of each kind.
type complaints struct {
	log  *slog.Logger
	mu   sync.Mutex
	seen map[string]uint64
}

func (c *complaints) add(kind string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen == nil {
		c.seen = make(map[string]uint64)
	}
	if c.seen[kind]++; c.seen[kind] == 1 {
		c.log.Warn("uplink: message refused; more of the kind are only counted", "kind", kind, "err", err)
	}
}

func (c *complaints) total() (n uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, k := range c.seen {
		n += k
	}
	return n
}
