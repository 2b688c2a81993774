package uplink

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

var address = feed.Address{City: "uijeongbu", Office: "CS0001"}

const hash64 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// line is a connection to nowhere that remembers what it carried.
type line struct {
	rtt time.Duration

	mu     sync.Mutex
	out    []link.Message
	at     []time.Time
	subs   map[string]func(link.Message)
	broken error // of every publication
	deaf   bool  // our own status does not come back
	done   chan struct{}
}

func newLine() *line {
	return &line{subs: make(map[string]func(link.Message)), done: make(chan struct{})}
}

func (l *line) Publish(ctx context.Context, topic string, qos byte, retained bool, payload []byte) error {
	select {
	case <-time.After(l.rtt):
	case <-ctx.Done():
		return ctx.Err()
	}
	return l.Send(ctx, topic, qos, retained, payload)
}

func (l *line) Send(_ context.Context, topic string, qos byte, retained bool, payload []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken != nil {
		return l.broken
	}
	l.out = append(l.out, link.Message{Topic: topic, QoS: qos, Retained: retained, Payload: payload})
	l.at = append(l.at, time.Now())
	if back := l.subs[topic]; back != nil && !l.deaf && topic == address.Status() {
		back(link.Message{Topic: topic, QoS: qos, Payload: payload})
	}
	return nil
}

func (l *line) Subscribe(_ context.Context, filter string, _ byte, handler func(link.Message)) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.subs[filter] = handler
	return nil
}

func (l *line) Done() <-chan struct{} { return l.done }

// carried are the messages of a topic, by its last level or levels.
func (l *line) carried(leaf string) (ms []link.Message, at []time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, m := range l.out {
		if strings.HasPrefix(strings.TrimPrefix(m.Topic, "sunbeon/v1/uijeongbu/CS0001/"), leaf) {
			ms, at = append(ms, m), append(at, l.at[i])
		}
	}
	return ms, at
}

func (l *line) say(t *testing.T, filter, topic string, retained bool, v any) {
	t.Helper()
	b, ok := v.([]byte)
	if !ok {
		var err error
		if b, err = json.Marshal(v); err != nil {
			t.Fatal(err)
		}
	}
	l.mu.Lock()
	handler := l.subs[filter]
	l.mu.Unlock()
	handler(link.Message{Topic: topic, Payload: b, QoS: 1, Retained: retained})
}

type fakeSource struct {
	mu     sync.Mutex
	n      uint64
	cursor uint64
	set    []uint64
	err    error
}

func (s *fakeSource) After(_ context.Context, seq uint64, limit int) ([]Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return nil, s.err
	}
	var out []Record
	for q := seq + 1; q <= s.n && len(out) < limit; q++ {
		out = append(out, Record{Day: 1, Seq: q, Hash: hash64, Raw: fmt.Appendf(nil, `{"day":1,"seq":%d,"kind":"x"}`, q)})
	}
	return out, nil
}

func (s *fakeSource) Cursor() (uint64, error) { return s.cursor, nil }

func (s *fakeSource) SetCursor(seq uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.set = append(s.set, seq)
	return nil
}

func (s *fakeSource) ID() string { return "mine" }

func (s *fakeSource) grow(n uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n += n
}

type officeFunc func(context.Context, feed.Request) feed.Reply

func (f officeFunc) Handle(ctx context.Context, r feed.Request) feed.Reply { return f(ctx, r) }

func ticket(_ context.Context, r feed.Request) feed.Reply {
	return feed.Reply{Ticket: &feed.Issued{Label: "101"}}
}

// session runs one session in a bubble and ends it after the test's function.
func session(t *testing.T, cfg Config, l *line, test func(*Uplink)) error {
	t.Helper()
	cfg.Address = address
	if cfg.Source == nil {
		cfg.Source = new(fakeSource)
	}
	if cfg.Office == nil {
		cfg.Office = officeFunc(ticket)
	}
	u := New(cfg)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- u.session(ctx, l) }()
	synctest.Wait()
	test(u)
	cancel()
	return <-done
}

func TestStateIsCoalesced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine()
		start := time.Now()
		session(t, Config{Epoch: 5}, l, func(u *Uplink) {
			time.Sleep(time.Second)
			for i := range 1000 { // for one second, every millisecond
				u.State(&feed.Snapshot{CallSeq: uint64(i)})
				time.Sleep(time.Millisecond)
			}
			time.Sleep(time.Second)
		})
		ms, at := l.carried("state")
		if len(ms) < 10 || len(ms) > 12 {
			t.Fatalf("%d publications of 1000 changes in a second, want about 10", len(ms))
		}
		if d := at[0].Sub(start); d != time.Second {
			t.Errorf("the first change is published after %v, want at once", d-time.Second)
		}
		var rev uint64
		for i, m := range ms {
			s, err := feed.DecodeSnapshot(address, m.Payload)
			if err != nil {
				t.Fatal(err)
			}
			if s.Rev <= rev || s.Epoch != 5 || s.AsOf != at[i].UnixMilli() || !m.Retained || m.QoS != 1 {
				t.Errorf("publication %d: %+v", i, s)
			}
			rev = s.Rev
			if i == len(ms)-1 && s.CallSeq != 999 {
				t.Errorf("the last one shows change %d, want the newest", s.CallSeq)
			}
		}
	})
}

func TestStateIsRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine()
		rev := uint64(100)
		session(t, Config{Stamp: func(s *feed.Snapshot) { rev++; s.Rev, s.AsOf = rev, 7 }}, l, func(u *Uplink) {
			u.State(&feed.Snapshot{Name: "a"})
			time.Sleep(10 * time.Minute)
		})
		ms, at := l.carried("state")
		for i := 2; i < len(at); i++ { // the first repetition counts from the connection
			if d := at[i].Sub(at[i-1]); d < 30*time.Second || d > 60*time.Second {
				t.Errorf("repeated after %v, want 30 to 60 s", d)
			}
		}
		if len(ms) < 10 {
			t.Fatalf("%d publications in 10 minutes", len(ms))
		}
		if s, err := feed.DecodeSnapshot(address, ms[len(ms)-1].Payload); err != nil || s.Rev != rev || s.AsOf != 7 {
			t.Errorf("the stamp is not fresh: %+v, %v", s, err)
		}
	})
}

func TestGivenStateIsNotChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		given := &feed.Snapshot{Name: "a"}
		session(t, Config{Epoch: 9}, newLine(), func(u *Uplink) {
			u.State(given)
			time.Sleep(time.Second)
		})
		if given.Rev != 0 || given.Epoch != 0 || given.City != "" {
			t.Errorf("%+v", given)
		}
	})
}

func TestFactsWaitForTheCity(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, src := newLine(), &fakeSource{n: 200, cursor: 10}
		session(t, Config{Source: src}, l, func(u *Uplink) {
			count := func() int { synctest.Wait(); ms, _ := l.carried("facts"); return len(ms) }
			cursor := func(journal string, seq uint64) {
				t.Helper()
				l.say(t, address.Cursor(), address.Cursor(), false, feed.Cursor{V: 1, Journal: journal, Seq: seq})
				synctest.Wait()
			}
			if n := count(); n != 64 {
				t.Fatalf("%d facts are on their way, want 64", n)
			}
			if len(src.set) != 0 {
				t.Fatalf("the cursor moved without the city's word: %v", src.set)
			}
			cursor("mine", 30)
			if n := count(); n != 84 {
				t.Errorf("%d facts sent after 20 were stored, want 84", n)
			}
			cursor("mine", 201) // the record ends at 200
			if s := u.Stats(); s.Acked != 30 || s.Bad != 1 {
				t.Errorf("a cursor ahead: %+v", s)
			}
			cursor("mine", 200) // more than was sent, and true
			if s := u.Stats(); s.Acked != 200 {
				t.Errorf("a cursor beyond what was sent: %+v", s)
			}
			src.grow(1)
			u.Facts()
			if n := count(); n != 85 {
				t.Errorf("%d facts sent, want 85", n)
			}
			cursor("theirs", 999)
			ms, _ := l.carried("facts")
			if _, h, err := feed.DecodeFact(ms[len(ms)-64].Payload); err != nil || h.Seq != 1 || len(ms) != 85+64 {
				t.Errorf("after another record's cursor: fact %d first, %d sent, %v; want 1, 149", h.Seq, len(ms), err)
			}
			cursor("mine", 201)
			if s := u.Stats(); s.Acked != 201 {
				t.Errorf("%+v", s)
			}
		})
		if got := fmt.Sprint(src.set); got != "[30 200 0 201]" {
			t.Errorf("cursors kept: %s", got)
		}
	})
}

func TestJournalThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, src := newLine(), &fakeSource{n: 3, err: errors.New("disk")}
		session(t, Config{Source: src}, l, func(u *Uplink) {
			time.Sleep(time.Second)
			src.mu.Lock()
			src.err = nil
			src.mu.Unlock()
			time.Sleep(2 * time.Second)
			if ms, _ := l.carried("facts"); len(ms) != 3 {
				t.Errorf("%d facts sent after the journal recovered, want 3", len(ms))
			}
		})
	})
}

func TestRequestsAtTheDesk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine()
		var mu sync.Mutex
		busy, most, handled := 0, 0, 0
		office := officeFunc(func(ctx context.Context, r feed.Request) feed.Reply {
			mu.Lock()
			busy++
			handled++
			most = max(most, busy)
			mu.Unlock()
			d := time.Second
			if strings.HasPrefix(r.ID, "slow") {
				d = time.Minute
			}
			select {
			case <-time.After(d):
			case <-ctx.Done():
			}
			mu.Lock()
			busy--
			mu.Unlock()
			if ctx.Err() != nil {
				return feed.Reply{Refusal: &feed.Refusal{Code: "unavailable"}}
			}
			return ticket(ctx, r)
		})
		session(t, Config{Office: office}, l, func(u *Uplink) {
			ask := func(id string) {
				t.Helper()
				l.say(t, address.Requests(), address.Request(id), false,
					feed.Request{V: 1, ID: id, Kind: feed.RequestIssue, Deadline: time.Now().Add(time.Minute).UnixMilli()})
			}
			for i := range 40 {
				ask(fmt.Sprintf("id-%016d", i))
				ask(fmt.Sprintf("id-%016d", i)) // the city is impatient
			}
			time.Sleep(6 * time.Second)
			if ms, _ := l.carried("reply"); len(ms) != 40 || handled != 40 {
				t.Errorf("%d replies, %d handled; want 40 of each", len(ms), handled)
			}
			if most != clerks {
				t.Errorf("%d at a time, want %d", most, clerks)
			}
			ask("id-0000000000000007")
			synctest.Wait()
			ms, _ := l.carried("reply/id-0000000000000007")
			if len(ms) != 2 || string(ms[0].Payload) != string(ms[1].Payload) || ms[0].Retained || ms[0].QoS != 1 || handled != 40 {
				t.Errorf("repeated: %d replies, %d handled", len(ms), handled)
			}
			ask("slow-00000000000000")
			time.Sleep(time.Minute)
			if ms, _ := l.carried("reply/slow"); len(ms) != 0 {
				t.Error("a refusal was said of a request that may have been done")
			}
			bad := u.Stats().Bad
			l.say(t, address.Requests(), address.Request("id-0000000000000008"), true, // retained
				feed.Request{V: 1, ID: "id-0000000000000008", Kind: feed.RequestIssue, Deadline: time.Now().Add(time.Minute).UnixMilli()})
			if u.Stats().Bad != bad+1 {
				t.Error("a retained request was taken")
			}
		})
	})
}

func TestMemoryOfAnswersIsBounded(t *testing.T) {
	var a answered
	for i := range 3 * memory {
		a.put(feed.Reply{ID: fmt.Sprint(i)})
	}
	if len(a.byID) != memory || len(a.order) != memory {
		t.Errorf("%d answers kept, want %d", len(a.byID), memory)
	}
	if _, ok := a.get(fmt.Sprint(3*memory - 1)); !ok {
		t.Error("the newest answer is forgotten")
	}
}

// TestAccessThatIsDenied: what comes back is of an earlier start, or nothing.
func TestAccessThatIsDenied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine()
		l.deaf = true
		err := session(t, Config{Epoch: 4}, l, func(u *Uplink) {
			time.Sleep(proof / 2)
			l.say(t, address.Status(), address.Status(), false, feed.Status{V: 1, Online: true, Epoch: 3})
			time.Sleep(proof)
			if u.Stats().Proven {
				t.Error("proven by the status of an earlier start")
			}
		})
		if !errors.Is(err, errDeaf) {
			t.Errorf("the connection ended with %v", err)
		}
	})
}

// TestBrokerThatForgetsUs: what came back at first comes back no more.
func TestBrokerThatForgetsUs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine()
		err := session(t, Config{Epoch: 4}, l, func(u *Uplink) {
			time.Sleep(10 * time.Minute)
			if !u.Stats().Proven {
				t.Error("our own status came back and nothing is proven")
			}
			l.mu.Lock()
			l.deaf = true
			l.mu.Unlock()
			time.Sleep(time.Minute + proof) // the longest until the status is said again
			if u.Stats().Proven {
				t.Error("proven by silence")
			}
		})
		if !errors.Is(err, errDeaf) {
			t.Errorf("the connection ended with %v", err)
		}
	})
}

func TestSessionEndsWithTheLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLine()
		l.broken = link.ErrLost
		err := session(t, Config{Source: &fakeSource{n: 1}}, l, func(*Uplink) { time.Sleep(time.Second) })
		if !errors.Is(err, link.ErrLost) {
			t.Errorf("session: %v", err)
		}
	})
}

func TestHintsNeverBlock(t *testing.T) {
	u := New(Config{Address: address})
	for range 1000 {
		u.State(new(feed.Snapshot))
		u.Status(feed.Status{})
		u.Facts()
	}
	if u.Connected() {
		t.Error("connected before Run")
	}
	if err := u.Run(t.Context()); err == nil {
		t.Error("Run without journal and loop")
	}
}
