package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/feed/link"
)

// line is a connection to nowhere that remembers what it carried.
type line struct {
	mu     sync.Mutex
	out    []link.Message
	answer func(link.Message)
	hang   bool
	subs   []string
}

func (l *line) Publish(ctx context.Context, topic string, qos byte, retained bool, payload []byte) error {
	l.mu.Lock()
	hang := l.hang
	l.mu.Unlock()
	if hang {
		<-ctx.Done()
		return ctx.Err()
	}
	return l.Send(ctx, topic, qos, retained, payload)
}

func (l *line) Send(_ context.Context, topic string, qos byte, retained bool, payload []byte) error {
	m := link.Message{Topic: topic, QoS: qos, Retained: retained, Payload: payload}
	l.mu.Lock()
	l.out = append(l.out, m)
	answer := l.answer
	l.mu.Unlock()
	if answer != nil {
		answer(m)
	}
	return nil
}

func (l *line) Subscribe(_ context.Context, filter string, qos byte, _ func(link.Message)) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.subs = append(l.subs, fmt.Sprint(filter, " ", qos))
	return nil
}

func (l *line) Done() <-chan struct{} { return nil }

// cursors are those carried, as office:record:number.
func (l *line) cursors(t *testing.T) (out []string) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, m := range l.out {
		a, leaf, _, err := feed.ParseTopic(m.Topic)
		if err != nil || leaf != "cursor" {
			continue
		}
		c, err := feed.DecodeCursor(m.Payload)
		if err != nil || !m.Retained || m.QoS != 1 {
			t.Errorf("cursor %+v: %v", m, err)
		}
		out = append(out, fmt.Sprintf("%s:%s:%d", a.Office, c.Journal, c.Seq))
	}
	l.out = nil
	return out
}

func newCity(t *testing.T) *City {
	t.Helper()
	s, _ := openStore(t)
	return New(Config{City: "u", Store: s})
}

func (c *City) hearSnapshot(t *testing.T, retained bool, s feed.Snapshot) {
	t.Helper()
	s.V, s.City = 1, "u"
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	c.file(link.Message{Topic: feed.Address{City: "u", Office: s.Office}.State(), Retained: retained, Payload: b})
}

func (c *City) hearFacts(t *testing.T, office string, ms ...feed.FactMessage) {
	t.Helper()
	for _, m := range ms {
		b, err := feed.EncodeFact(m.Journal, m.Hash, m.Fact)
		if err != nil {
			t.Fatal(err)
		}
		c.file(link.Message{Topic: feed.Address{City: "u", Office: office}.Facts(), QoS: 1, Payload: b})
	}
}

// digest does what show and work do with all mail there is.
func (c *City) digest(t *testing.T) {
	t.Helper()
	for posts := c.news.take(batchFacts); len(posts) > 0; posts = c.news.take(batchFacts) {
		for _, p := range posts {
			c.readState(p)
			c.readStatus(p)
		}
	}
	for posts := c.mail.take(batchFacts); len(posts) > 0; posts = c.mail.take(batchFacts) {
		for _, p := range posts {
			c.readTold(p)
		}
		if err := c.storeFacts(t.Context(), posts); err != nil {
			t.Fatal(err)
		}
	}
}

func (c *City) pending() string {
	var out []string
	for o, cur := range c.cursors.take() {
		out = append(out, fmt.Sprintf("%s:%s:%d", o, cur.Journal, cur.Seq))
	}
	return strings.Join(out, " ")
}

func TestGapIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCity(t)
		rec := recordOf("a", 6)
		c.hearFacts(t, "o", rec[0], rec[1])
		c.digest(t)
		if got := c.pending(); got != "o:a:2" {
			t.Errorf("cursor %q, want 2", got)
		}
		time.Sleep(time.Minute)
		c.hearFacts(t, "o", rec[3], rec[4])
		c.digest(t)
		if got := c.pending(); got != "o:a:2" {
			t.Errorf("after a gap: cursor %q, want 2 again", got)
		}
		c.hearFacts(t, "o", rec[5], rec[0])
		c.digest(t)
		if got := c.pending(); got != "" {
			t.Errorf("the same gap at once again: cursor %q, want silence", got)
		}
		if o, _ := c.Office("o"); o.Stored != (Stored{Journal: "a", Seq: 2}) {
			t.Errorf("%+v", o.Stored)
		}
		if n := c.Counts(); n.Facts != 2 || n.Gaps != 3 || n.Repeated != 1 {
			t.Errorf("%+v", n)
		}
		c.hearFacts(t, "o", rec[2:]...)
		c.digest(t)
		if got := c.pending(); got != "o:a:6" {
			t.Errorf("cursor %q, want 6", got)
		}
	})
}

func TestTroubleIsShownUntilItIsOver(t *testing.T) {
	c := newCity(t)
	rec := recordOf("a", 3)
	bad := rec[1]
	bad.Fact = []byte(`{"day":1,"seq":2,"kind":"forged"}`)
	trouble := func() string { o, _ := c.Office("o"); return o.Stored.Trouble }
	c.hearFacts(t, "o", rec[0], bad)
	c.digest(t)
	if trouble() == "" || !strings.Contains(trouble(), "fact 2") {
		t.Errorf("trouble %q", trouble())
	}
	c.hearFacts(t, "o", rec[0])
	c.digest(t)
	if trouble() == "" {
		t.Error("a repetition ends the trouble")
	}
	c.hearFacts(t, "o", rec[1])
	c.digest(t)
	if trouble() != "" {
		t.Errorf("trouble stays: %q", trouble())
	}
}

func TestNoCursorWithoutTheDisk(t *testing.T) {
	c := newCity(t)
	c.hearFacts(t, "o", recordOf("a", 3)...)
	if err := c.cfg.Store.db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := c.storeFacts(t.Context(), c.mail.take(batchFacts)); err == nil {
		t.Error("stored on a closed disk")
	}
	if got := c.pending(); got != "" {
		t.Errorf("cursor %q of facts that are nowhere", got)
	}
}

func TestCursorsOnEveryConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCity(t)
		c.hearFacts(t, "o", recordOf("a", 3)...)
		c.hearFacts(t, "p", recordOf("b", 2)...)
		c.digest(t)
		for range 2 {
			l := new(line)
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() { done <- c.session(ctx, l) }()
			synctest.Wait()
			if up, _ := c.Link(); !up {
				t.Error("not linked in a session")
			}
			cancel()
			if err := <-done; !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
			if up, _ := c.Link(); up {
				t.Error("linked after the session")
			}
			got := l.cursors(t)
			if len(got) != 2 || !strings.Contains(fmt.Sprint(got), "o:a:3") || !strings.Contains(fmt.Sprint(got), "p:b:2") {
				t.Errorf("cursors on connecting: %v", got)
			}
			if s := strings.Join(l.subs, ","); !strings.Contains(s, "sunbeon/v1/u/+/state 0") || !strings.Contains(s, "facts 1") {
				t.Errorf("subscriptions: %s", s)
			}
		}
	})
}

// A connection on which nothing is heard any more is made anew, unless nothing
// ever was.
func TestDeafConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCity(t)
		end := make(chan error, 1)
		session := func() context.CancelFunc {
			ctx, cancel := context.WithCancel(t.Context())
			go func() { end <- c.session(ctx, new(line)) }()
			return cancel
		}
		lasts := func(d time.Duration) {
			t.Helper()
			time.Sleep(d)
			synctest.Wait()
			select {
			case err := <-end:
				t.Fatalf("a connection ended: %v", err)
			default:
			}
		}
		cancel := session()
		lasts(time.Hour)
		c.hearSnapshot(t, true, feed.Snapshot{Office: "o", Journal: "a", Epoch: 1, Rev: 1})
		lasts(time.Hour)
		c.hearSnapshot(t, false, feed.Snapshot{Office: "o", Journal: "a", Epoch: 1, Rev: 2})
		lasts(offlineAfter)
		c.hearSnapshot(t, false, feed.Snapshot{Office: "o", Journal: "a", Epoch: 1, Rev: 3})
		lasts(offlineAfter)
		if err := <-end; !errors.Is(err, errDeaf) {
			t.Error(err)
		}
		cancel()
		cancel = session() // and has its time
		lasts(offlineAfter)
		cancel()
		<-end
	})
}

func TestUnacknowledgedOfficeIsGreetedOnce(t *testing.T) {
	c := newCity(t)
	c.hearSnapshot(t, false, feed.Snapshot{Office: "o", Journal: "a", Epoch: 1, Rev: 1})
	c.digest(t)
	if got := c.pending(); got != "o:a:0" {
		t.Errorf("cursor %q, want 0", got)
	}
	c.hearSnapshot(t, false, feed.Snapshot{Office: "o", Journal: "a", Epoch: 1, Rev: 2})
	c.digest(t)
	if got := c.pending(); got != "" {
		t.Errorf("cursor %q, want silence", got)
	}
}

func TestNewestSnapshotOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCity(t)
		hear := func(retained bool, journal string, epoch int64, rev uint64) {
			t.Helper()
			c.hearSnapshot(t, retained, feed.Snapshot{Office: "o", Journal: journal, Epoch: epoch, Rev: rev})
			c.digest(t)
		}
		shown := func(journal string, epoch int64, rev uint64) {
			t.Helper()
			o, _ := c.Office("o")
			if s := o.Snapshot; s.Journal != journal || s.Epoch != epoch || s.Rev != rev {
				t.Errorf("shown: %s %d/%d, want %s %d/%d", s.Journal, s.Epoch, s.Rev, journal, epoch, rev)
			}
		}
		hear(false, "a", 5, 5)
		hear(false, "a", 5, 4)
		hear(false, "a", 4, 9)
		shown("a", 5, 5)
		start := time.Now()
		time.Sleep(time.Second)
		hear(true, "a", 5, 5) // the broker's memory of the same
		if o, _ := c.Office("o"); !o.Received.Equal(start) || !o.Live {
			t.Error("a repetition makes the state younger or older")
		}
		hear(false, "a", 6, 1)
		shown("a", 6, 1)
		// The card was exchanged; the new one counts from the beginning.
		hear(false, "b", 1, 1)
		shown("a", 6, 1)
		time.Sleep(replaceAfter)
		hear(true, "b", 1, 2)
		hear(false, "a", 5, 9)
		shown("a", 6, 1)
		hear(false, "b", 1, 3)
		shown("b", 1, 3)
	})
}

func TestAge(t *testing.T) {
	now := time.UnixMilli(1_000_000)
	snap := &feed.Snapshot{AsOf: 400_000, Clock: true}
	for what, c := range map[string]struct {
		o     Office
		age   time.Duration
		known bool
	}{
		"nothing":        {Office{}, 0, false},
		"live":           {Office{Snapshot: snap, Live: true, Received: now.Add(-time.Minute)}, time.Minute, true},
		"kept":           {Office{Snapshot: snap, Received: now.Add(-time.Minute)}, 10 * time.Minute, true},
		"kept, no clock": {Office{Snapshot: &feed.Snapshot{AsOf: 400_000}, Received: now}, 0, false},
		"from tomorrow":  {Office{Snapshot: &feed.Snapshot{AsOf: 2_000_000, Clock: true}}, 0, true},
	} {
		if age, known := c.o.Age(now); age != c.age || known != c.known {
			t.Errorf("%s: %v %v, want %v %v", what, age, known, c.age, c.known)
		}
	}
}

func TestWillOfAnEarlierStart(t *testing.T) {
	c := newCity(t)
	c.status("o", &feed.Status{Online: true, Epoch: 2})
	c.status("o", &feed.Status{Online: false, Epoch: 1})
	if o, _ := c.Office("o"); !o.Status.Online {
		t.Error("an old will counts")
	}
	c.status("o", &feed.Status{Online: false, Epoch: 2})
	if o, _ := c.Office("o"); o.Status.Online {
		t.Error("the will does not count")
	}
}

func TestMailboxNeverWaits(t *testing.T) {
	c := newCity(t)
	rec := recordOf("a", 3*factsHeld)
	c.hearFacts(t, "o", rec...)
	for i := range uint64(1000) {
		c.hearSnapshot(t, false, feed.Snapshot{Office: "o", Epoch: 1, Rev: i + 1})
	}
	c.hearSnapshot(t, true, feed.Snapshot{Office: "o", Epoch: 1, Rev: 1}) // overtakes nothing
	if n := c.Counts().Refused; n != 2*factsHeld {
		t.Errorf("%d facts found no room, want %d", n, 2*factsHeld)
	}
	c.digest(t)
	if o, _ := c.Office("o"); o.Snapshot.Rev != 1000 || o.Stored.Seq != factsHeld {
		t.Errorf("rev %d, stored %d; want 1000, %d", o.Snapshot.Rev, o.Stored.Seq, factsHeld)
	}
	for i := range maxOffices + 10 {
		c.hearSnapshot(t, false, feed.Snapshot{Office: fmt.Sprint("x", i), Epoch: 1, Rev: 1})
	}
	c.digest(t)
	if n := len(c.Offices()); n != maxOffices {
		t.Errorf("%d offices, want at most %d", n, maxOffices)
	}
}

func TestMailIsTakenInPortions(t *testing.T) {
	m := newMailbox()
	for i := range 10 {
		for range 5 {
			m.put(fmt.Sprint(i), "facts", link.Message{})
		}
	}
	seen := ""
	for range 5 {
		<-m.wake // what is left wakes again
		for _, p := range m.take(10) {
			seen += p.office
		}
	}
	if seen != "0123456789" || len(m.take(10)) != 0 {
		t.Errorf("taken: %s", seen)
	}
}

func TestBadConfig(t *testing.T) {
	s, _ := openStore(t)
	for what, cfg := range map[string]Config{
		"city":   {City: "a/b", Store: s, Link: link.Config{Brokers: []string{"tcp://127.0.0.1"}}},
		"store":  {City: "u", Link: link.Config{Brokers: []string{"tcp://127.0.0.1"}}},
		"broker": {City: "u", Store: s},
	} {
		if err := New(cfg).Run(t.Context()); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
}
