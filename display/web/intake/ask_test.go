package intake

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/feed/link"
)

func TestAsk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCity(t)
		ask := func(r feed.Request) (feed.Reply, error) { return c.Ask(t.Context(), "o", r) }
		issue := feed.Request{Kind: feed.RequestIssue, Service: "passport"}
		if _, err := ask(issue); !errors.Is(err, ErrOffline) {
			t.Errorf("an unknown office: %v", err)
		}
		c.hearSnapshot(t, false, feed.Snapshot{Office: "o", Epoch: 1, Rev: 1})
		c.digest(t)
		if _, err := ask(issue); !errors.Is(err, ErrOffline) {
			t.Errorf("without a broker: %v", err)
		}
		l := new(line)
		c.asks.connect(l)
		start := time.Now()
		if _, err := ask(issue); !errors.Is(err, ErrTimeout) || time.Since(start) != 5*time.Second {
			t.Errorf("a silent office: %v after %v, want a timeout after 5 s", err, time.Since(start))
		}
		if n := len(l.out); n != 4 {
			t.Errorf("asked %d times, want 4", n)
		}
		l.hang = true // a broker that does not acknowledge
		start = time.Now()
		if _, err := ask(issue); !errors.Is(err, ErrTimeout) || time.Since(start) != 5*time.Second {
			t.Errorf("a silent broker: %v after %v, want a timeout after 5 s", err, time.Since(start))
		}
		l.hang = false
		reply := func(from string, m link.Message) {
			_, _, id, err := feed.ParseTopic(m.Topic)
			if err != nil {
				t.Error(err)
				return
			}
			r, err := feed.DecodeRequest(id, m.Payload)
			if err != nil || r.Deadline != time.Now().Add(5*time.Second).UnixMilli() || m.Retained || m.QoS != 1 {
				t.Errorf("request %+v: %v", r, err)
			}
			b, err := json.Marshal(feed.Reply{V: 1, ID: id, Ticket: &feed.Issued{Label: from}})
			if err != nil {
				t.Error(err)
			}
			c.file(link.Message{Topic: feed.Address{City: "u", Office: from}.Reply(id), Payload: b})
		}
		l.answer = func(m link.Message) {
			reply("imposter", m)
			reply("o", m)
			reply("o", m) // twice
		}
		if r, err := ask(issue); err != nil || r.Ticket == nil || r.Ticket.Label != "o" {
			t.Errorf("%+v, %v", r, err)
		}
		if _, err := ask(feed.Request{Kind: "sell"}); err == nil || errors.Is(err, ErrTimeout) {
			t.Errorf("a request nobody understands: %v", err)
		}
		time.Sleep(offlineAfter + time.Second)
		if _, err := ask(issue); !errors.Is(err, ErrOffline) {
			t.Errorf("an office that fell silent: %v", err)
		}
		if len(c.asks.waiting) != 0 {
			t.Error("requests wait for ever")
		}
	})
}

// TestDeadlineIsByTheOfficesClock: a clock that is wrong by a minute, or by
// years, neither refuses a request in time nor takes one that is late.
func TestDeadlineIsByTheOfficesClock(t *testing.T) {
	for _, wrong := range []time.Duration{0, time.Minute, -time.Minute, -20 * 365 * 24 * time.Hour} {
		for _, within := range []time.Duration{patience, 3 * time.Second} {
			synctest.Test(t, func(t *testing.T) {
				c := newCity(t)
				office := func() int64 { return time.Now().Add(wrong).UnixMilli() }
				c.hearSnapshot(t, false, feed.Snapshot{Office: "o", Epoch: 1, Rev: 1, AsOf: office()})
				c.digest(t)
				time.Sleep(20 * time.Second)
				l := new(line)
				c.asks.connect(l)
				ctx, stop := context.WithTimeout(t.Context(), within)
				defer stop()
				if _, err := c.Ask(ctx, "o", feed.Request{Kind: feed.RequestIssue}); !errors.Is(err, ErrTimeout) {
					t.Error(err)
				}
				// Now that the city has given up, the office refuses, and not before.
				_, _, id, err := feed.ParseTopic(l.out[0].Topic)
				if err != nil {
					t.Fatal(err)
				}
				r, err := feed.DecodeRequest(id, l.out[0].Payload)
				if err != nil || r.Deadline != office() {
					t.Errorf("clock wrong by %v: deadline %d ms from the end (%v)", wrong, r.Deadline-office(), err)
				}
			})
		}
	}
}

// TestDeadlineOfAKeptState: what the broker had kept says nothing of the clock.
func TestDeadlineOfAKeptState(t *testing.T) {
	o := Office{Snapshot: &feed.Snapshot{AsOf: 1000, Clock: true}, Received: time.UnixMilli(61_000)}
	if got := o.ahead(); got != 0 {
		t.Error(got)
	}
	if o.Live = true; o.ahead() != -time.Minute {
		t.Error(o.ahead())
	}
}
