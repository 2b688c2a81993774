package broker_test

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/feed/link"
	"sunbeon/appliance/feed/uplink"
	"sunbeon/display/web/intake"
	"sunbeon/display/web/sqldb"
)

const cityName = "uijeongbu"

// fast is a link for tests: the same behaviour, sooner. Brokers stand in url with
// commas between.
func fast(url, name string) link.Config {
	return link.Config{Brokers: strings.Split(url, ","), ClientID: name, Username: name,
		KeepAlive: 4 * time.Second, Timeout: 4 * time.Second, // a busy machine answers late
		MinBackoff: 10 * time.Millisecond, MaxBackoff: 100 * time.Millisecond}
}

// record is a journal in memory.
type record struct {
	id string

	mu     sync.Mutex
	all    []uplink.Record
	hash   [sha256.Size]byte
	cursor uint64
}

func newRecord(id string) *record { return &record{id: id} }

func (r *record) grow(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for range n {
		seq := uint64(len(r.all) + 1)
		// Space, angle brackets and escapes are part of the record's bytes.
		raw := fmt.Appendf(nil, `{"day":%d, "seq":%d,"at":{"wall":%d},"kind":"issued","body":{"note":"<민원> & 여권","n":%d}}`,
			1+seq/100, seq, 1700000000000+seq, seq)
		h := sha256.New()
		h.Write(r.hash[:])
		h.Write(raw)
		h.Sum(r.hash[:0])
		r.all = append(r.all, uplink.Record{Day: int64(1 + seq/100), Seq: seq, Hash: hex.EncodeToString(r.hash[:]), Raw: raw})
	}
}

func (r *record) len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.all)
}

func (r *record) After(_ context.Context, seq uint64, limit int) ([]uplink.Record, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if seq >= uint64(len(r.all)) {
		return nil, nil
	}
	rest := r.all[seq:]
	return append([]uplink.Record(nil), rest[:min(limit, len(rest))]...), nil
}

func (r *record) Cursor() (uint64, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.cursor, nil
}

func (r *record) SetCursor(seq uint64) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cursor = seq
	return nil
}

func (r *record) ID() string { return r.id }

// counterDesk is the loop: it gives numbers, once for each id.
type counterDesk struct {
	mu     sync.Mutex
	given  map[string]feed.Reply
	asked  int
	before func(ctx context.Context, r feed.Request) // nil, or runs first
}

func (d *counterDesk) Handle(ctx context.Context, r feed.Request) feed.Reply {
	d.mu.Lock()
	d.asked++
	before := d.before
	d.mu.Unlock()
	if before != nil {
		before(ctx, r)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if old, ok := d.given[r.ID]; ok {
		return old
	}
	if d.given == nil {
		d.given = make(map[string]feed.Reply)
	}
	reply := feed.Reply{V: 1, ID: r.ID, Ticket: &feed.Issued{Label: fmt.Sprint(101 + len(d.given)), Service: r.Service, Token: r.ID, Status: "waiting"}}
	d.given[r.ID] = reply
	return reply
}

func (d *counterDesk) numbers() (given, asked int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.given), d.asked
}

// kiosk is an office's end that can be switched off and on.
type kiosk struct {
	t     *testing.T
	id    string
	url   string
	rec   *record
	desk  *counterDesk
	epoch int64
	tls   func() (*tls.Config, error) // of ssl://
	name  string                      // of the client; "" is the id

	up     *uplink.Uplink
	cancel context.CancelFunc
	done   chan struct{}
}

func newKiosk(t *testing.T, id, url string) *kiosk { return newKioskWith(t, id, url, nil) }

func newKioskWith(t *testing.T, id, url string, secure func() (*tls.Config, error)) *kiosk {
	k := &kiosk{t: t, id: id, url: url, tls: secure, rec: newRecord("j-" + id), desk: new(counterDesk)}
	t.Cleanup(k.off)
	k.on()
	return k
}

func (k *kiosk) address() feed.Address { return feed.Address{City: cityName, Office: k.id} }

func (k *kiosk) on() {
	k.epoch++
	lc := fast(k.url, cmp.Or(k.name, k.id))
	lc.TLS = k.tls
	k.up = uplink.New(uplink.Config{Address: k.address(), Link: lc, Source: k.rec, Office: k.desk,
		Epoch: k.epoch, Software: "test"})
	ctx, cancel := context.WithCancel(context.Background())
	k.cancel, k.done = cancel, make(chan struct{})
	go func() {
		defer close(k.done)
		k.up.Run(ctx)
	}()
	k.show(1)
}

func (k *kiosk) off() {
	if k.cancel != nil {
		k.cancel()
		<-k.done
		k.cancel = nil
	}
}

// show publishes a state with so many waiting.
func (k *kiosk) show(waiting int) {
	k.up.State(&feed.Snapshot{Journal: k.rec.id, Clock: true, Name: "민원실", Day: 1,
		Services: []feed.Service{{ID: "passport", Name: "여권", Waiting: &waiting, Issuing: feed.IssuingOpen}}})
}

// grow adds facts and tells the uplink.
func (k *kiosk) grow(n int) {
	k.rec.grow(n)
	k.up.Facts()
}

// cityEnd is the city's end that can be switched off and on; its store stays.
type cityEnd struct {
	t    *testing.T
	url  string
	path string
	tls  func() (*tls.Config, error) // of ssl://

	db     *sqldb.DB
	store  *intake.Store
	city   *intake.City
	cancel context.CancelFunc
	done   chan struct{}
}

func newCity(t *testing.T, url string) *cityEnd { return newCityWith(t, url, nil) }

func newCityWith(t *testing.T, url string, secure func() (*tls.Config, error)) *cityEnd {
	c := &cityEnd{t: t, url: url, tls: secure, path: filepath.Join(t.TempDir(), "facts.db")}
	t.Cleanup(c.off)
	c.on()
	return c
}

func (c *cityEnd) on() {
	c.t.Helper()
	var err error
	if c.db, err = sqldb.Open(context.Background(), c.path); err != nil {
		c.t.Fatal(err)
	}
	if c.store, err = intake.OpenStore(context.Background(), c.db); err != nil {
		c.t.Fatal(err)
	}
	lc := fast(c.url, "city")
	lc.TLS = c.tls
	c.city = intake.New(intake.Config{City: cityName, Link: lc, Store: c.store})
	ctx, cancel := context.WithCancel(context.Background())
	c.cancel, c.done = cancel, make(chan struct{})
	go func() {
		defer close(c.done)
		c.city.Run(ctx)
	}()
}

func (c *cityEnd) off() {
	if c.cancel == nil {
		return
	}
	c.cancel()
	<-c.done
	c.cancel = nil
	if err := c.db.Close(); err != nil {
		c.t.Error(err)
	}
}

// waiting is the number the city shows for an office; -1 if none.
func (c *cityEnd) waiting(office string) int {
	o, _ := c.city.Office(office)
	if o.Snapshot == nil {
		return -1
	}
	return *o.Snapshot.Services[0].Waiting
}

// whole checks that the store holds exactly the record.
func (c *cityEnd) whole(r *record, office string) {
	c.t.Helper()
	n := r.len()
	eventually(c.t, fmt.Sprintf("%s: %d facts stored", office, n), func() bool {
		o, _ := c.city.Office(office)
		return o.Stored.Journal == r.id && o.Stored.Seq == uint64(n)
	})
	stored, err := c.store.Facts(context.Background(), office, r.id, 0, n+1)
	if err != nil {
		c.t.Fatal(err)
	}
	if len(stored) != n {
		c.t.Fatalf("%s: %d facts stored, the record has %d", office, len(stored), n)
	}
	for i, f := range stored {
		if want := r.all[i]; f.Seq != want.Seq || f.Hash != want.Hash || string(f.Raw) != string(want.Raw) || f.Day != want.Day {
			c.t.Fatalf("%s: fact %d differs: %+v, want %+v", office, i+1, f, want)
		}
	}
}

// stranger is a client that says what it likes.
type stranger struct {
	t      *testing.T
	conn   link.Conn
	cancel context.CancelFunc
	done   chan struct{}
}

func newStranger(t *testing.T, url string) *stranger { return newStrangerWith(t, url, "stranger", nil) }

func newStrangerWith(t *testing.T, url, name string, secure func() (*tls.Config, error)) *stranger {
	return newStrangerWill(t, url, name, secure, nil)
}

func newStrangerWill(t *testing.T, url, name string, secure func() (*tls.Config, error), will *link.Message) *stranger {
	lc := fast(url, name)
	lc.Will = will
	lc.KeepAlive = time.Minute // it listens on one connection, however slow the machine is
	lc.TLS = secure
	ctx, cancel := context.WithCancel(context.Background())
	s := &stranger{t: t, cancel: cancel, done: make(chan struct{})}
	conns := make(chan link.Conn)
	go func() {
		defer close(s.done)
		link.Run(ctx, lc, func(ctx context.Context, c link.Conn) error {
			select {
			case conns <- c:
			case <-ctx.Done():
			}
			<-ctx.Done()
			cancel() // it has one connection in its life
			return ctx.Err()
		})
	}()
	t.Cleanup(func() { cancel(); <-s.done })
	select {
	case s.conn = <-conns:
	case <-time.After(20 * time.Second):
		t.Fatal("no connection")
	}
	return s
}

func (s *stranger) say(topic string, retained bool, payload []byte) {
	s.t.Helper()
	if err := s.conn.Publish(s.t.Context(), topic, 1, retained, payload); err != nil {
		s.t.Fatal(err)
	}
}

func (s *stranger) listen(filter string) <-chan link.Message {
	s.t.Helper()
	got := make(chan link.Message, 1000)
	if err := s.conn.Subscribe(s.t.Context(), filter, 1, func(m link.Message) {
		select {
		case got <- m:
		default:
		}
	}); err != nil {
		s.t.Fatal(err)
	}
	return got
}
