package notify_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/display/web"
	"sunbeon/display/web/ledger"
	"sunbeon/display/web/notify"
	"sunbeon/display/web/sqldb"
)

// line is what the city knows of tickets.
type line struct {
	mu  sync.Mutex
	all map[string]web.TicketView
}

func (l *line) View(token string) (web.TicketView, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	v, ok := l.all[token]
	return v, ok
}

func (l *line) set(token string, v web.TicketView) {
	l.mu.Lock()
	defer l.mu.Unlock()
	v.Office, v.Label = "CS0001", "502"
	l.all[token] = v
}

func waiting(ahead int) web.TicketView {
	return web.TicketView{Status: feed.StatusWaiting, Ahead: ahead, Go: ahead <= 3, Head: web.Words{Ko: fmt.Sprintf("앞에 %d명", ahead)}}
}

// carrier notes what it is given and fails as it is told.
type carrier struct {
	mu    sync.Mutex
	got   []string
	fails error
}

func (c *carrier) Carry(_ context.Context, p notify.Parcel) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fails != nil {
		c.got = append(c.got, fmt.Sprint(p.Kind, " fails"))
		return c.fails
	}
	c.got = append(c.got, fmt.Sprint(p.Kind, " ", p.To.Endpoint))
	return nil
}

func (c *carrier) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fails = err
}

// said is what it was given since the last time.
func (c *carrier) said() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	slices.Sort(c.got)
	s := strings.Join(c.got, ", ")
	c.got = nil
	return s
}

// city is a number of replicas on one store.
type city struct {
	t       *testing.T
	line    *line
	push    *carrier
	gateway *carrier
	ledgers []*ledger.Ledger
	all     []*notify.Notifier
	stop    func()
}

// newCity starts replicas inside a bubble.
func newCity(t *testing.T, path string, replicas int) *city {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	c := &city{t: t, line: &line{all: map[string]web.TicketView{}}, push: &carrier{}, gateway: &carrier{}}
	var wg sync.WaitGroup
	var dbs []*sqldb.DB
	for range replicas {
		db, err := sqldb.Open(ctx, path)
		if err != nil {
			t.Fatal(err)
		}
		l, err := ledger.Open(ctx, db)
		if err != nil {
			t.Fatal(err)
		}
		n := notify.New(notify.Config{Tickets: c.line, Ledger: l, Outbox: l, Push: c.push, Gateway: c.gateway, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
		wg.Go(func() {
			if err := n.Run(ctx); err != nil {
				t.Error(err)
			}
		})
		dbs, c.ledgers, c.all = append(dbs, db), append(c.ledgers, l), append(c.all, n)
	}
	c.stop = func() {
		cancel()
		wg.Wait()
		for _, db := range dbs {
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	return c
}

func (c *city) subscribe(token string, endpoints ...string) {
	c.t.Helper()
	for _, e := range endpoints {
		if err := c.ledgers[0].Subscribe(c.t.Context(), web.Subscription{Token: token, Lang: web.Ko, Endpoint: e}); err != nil {
			c.t.Fatal(err)
		}
	}
}

// after lets time go by.
func (c *city) after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (c *city) says(from *carrier, when, want string) {
	c.t.Helper()
	c.after(3 * time.Second)
	if got := from.said(); got != want {
		c.t.Errorf("%s: %q, not %q", when, got, want)
	}
}

const browser = "https://push.example/1"

// TestThreeMessages: however many replicas there are, and browsers.
func TestThreeMessages(t *testing.T) {
	path := filepath.Join(t.TempDir(), "city.db")
	synctest.Test(t, func(t *testing.T) {
		c := newCity(t, path, 2)
		c.line.set("a", waiting(9))
		c.subscribe("a", browser, "https://push.example/2", web.GatewayEndpoint)
		c.says(c.push, "far away", "")
		near := waiting(3)
		near.Stale = true
		c.line.set("a", near)
		c.says(c.push, "when the figures are old", "")
		c.line.set("a", waiting(3))
		c.says(c.push, "near", "near "+browser+", near https://push.example/2")
		c.line.set("a", waiting(2))
		c.says(c.push, "nearer", "")
		c.line.set("a", waiting(0))
		c.says(c.push, "next", "next "+browser+", next https://push.example/2")
		c.line.set("a", waiting(1)) // somebody was let in before
		c.line.set("a", waiting(0))
		c.says(c.push, "next again", "")
		missed := web.TicketView{Status: feed.StatusNoShow, Away: true}
		c.line.set("a", missed)
		c.says(c.push, "missed", "missed "+browser+", missed https://push.example/2")
		c.line.set("a", web.TicketView{Status: feed.StatusCalled, Counter: 7})
		c.says(c.push, "a fourth", "")
		if got := c.gateway.said(); got != "missed gateway:, near gateway:, next gateway:" {
			t.Errorf("gateway: %q", got)
		}
		c.line.set("a", web.TicketView{Status: feed.StatusFinished, Ended: true})
		c.says(c.push, "the end", "")
		if got := c.gateway.said(); got != "end gateway:" {
			t.Errorf("gateway: %q", got)
		}
		if left, err := c.ledgers[0].Watched(t.Context()); err != nil || len(left) > 0 {
			t.Errorf("still watched: %q %v", left, err)
		}
		c.after(time.Minute)
		if got := c.gateway.said() + c.push.said(); got != "" {
			t.Errorf("after the end: %q", got)
		}
		if n := c.all[0].Counts().Sent + c.all[1].Counts().Sent; n != 10 {
			t.Errorf("%d sent", n)
		}
		c.stop()
	})
}

// TestFastLineSkipsMessages, and does not send them afterwards.
func TestFastLineSkipsMessages(t *testing.T) {
	path := filepath.Join(t.TempDir(), "city.db")
	synctest.Test(t, func(t *testing.T) {
		c := newCity(t, path, 1)
		c.subscribe("a", browser)
		c.line.set("a", web.TicketView{Status: feed.StatusCalled, Counter: 7})
		c.says(c.push, "called", "call "+browser)
		c.line.set("a", web.TicketView{Status: feed.StatusHeld})
		c.says(c.push, "on hold", "")
		c.stop()
	})
}

func TestPushServiceOutOfOrder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "city.db")
	synctest.Test(t, func(t *testing.T) {
		c := newCity(t, path, 2)
		count := func() (k notify.Counts) {
			for _, n := range c.all {
				x := n.Counts()
				k.Sent, k.Gone, k.Dead, k.Retried = k.Sent+x.Sent, k.Gone+x.Gone, k.Dead+x.Dead, k.Retried+x.Retried
			}
			return k
		}
		c.subscribe("a", browser)
		c.push.fail(fmt.Errorf("away"))
		c.line.set("a", waiting(3))
		c.after(10 * time.Second) // tried at once, after 2 s and after 4 s more
		if got := c.push.said(); got != "near fails, near fails, near fails" {
			t.Errorf("%q", got)
		}
		c.push.fail(nil)
		c.after(10 * time.Second)
		if got := c.push.said(); got != "near "+browser {
			t.Errorf("when it is back: %q", got)
		}
		// A message that is of no use any more is let go.
		c.push.fail(fmt.Errorf("away"))
		c.line.set("a", waiting(0))
		c.after(time.Hour)
		if k := count(); k.Dead != 1 || k.Sent != 1 || k.Retried < 5 || k.Retried > 20 {
			t.Errorf("%+v", k)
		}
		c.push.said()
		c.push.fail(nil)
		c.after(time.Hour)
		if got := c.push.said(); got != "" {
			t.Errorf("sent late: %q", got)
		}
		// A browser that is gone is forgotten.
		c.push.fail(notify.ErrGone)
		c.line.set("a", web.TicketView{Status: feed.StatusCalled, Counter: 7})
		c.says(c.push, "gone", "call fails")
		if left, err := c.ledgers[0].Watched(t.Context()); err != nil || len(left) > 0 || count().Gone != 1 {
			t.Errorf("%q %v %+v", left, err, count())
		}
		c.stop()
	})
}

// TestNothingIsSentThatNobodyCarries: a city without push keys or a gateway.
func TestNothingIsSentThatNobodyCarries(t *testing.T) {
	path := filepath.Join(t.TempDir(), "city.db")
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		db, err := sqldb.Open(ctx, path)
		if err != nil {
			t.Fatal(err)
		}
		l, err := ledger.Open(ctx, db)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Subscribe(ctx, web.Subscription{Token: "a", Lang: web.Ko, Endpoint: browser}); err != nil {
			t.Fatal(err)
		}
		tickets := &line{all: map[string]web.TicketView{}}
		tickets.set("a", waiting(0))
		n := notify.New(notify.Config{Tickets: tickets, Ledger: l, Outbox: l, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
		done := make(chan error, 1)
		go func() { done <- n.Run(ctx) }()
		time.Sleep(time.Minute)
		synctest.Wait()
		if k := n.Counts(); k.Dead != 1 || k.Sent != 0 {
			t.Errorf("%+v", k)
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
}
