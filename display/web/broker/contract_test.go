package broker_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/display/web/intake"
)

func TestLateReaderSeesTheState(t *testing.T) {
	eachBroker(t, func(t *testing.T, b server) {
		k := newKiosk(t, "CS0001", b.url())
		k.show(7)
		seen := newStranger(t, b.url()).listen(k.address().State())
		eventually(t, "the state is with the broker", func() bool {
			select {
			case m := <-seen:
				return bytes.Contains(m.Payload, []byte(`"waiting":7`))
			default:
				return false
			}
		})
		k.off()
		c := newCity(t, b.url())
		eventually(t, "the city sees it", func() bool { return c.waiting("CS0001") == 7 })
		if o, _ := c.city.Office("CS0001"); o.Live {
			t.Error("a state from the broker's memory counts as live")
		}
		k.on()
		eventually(t, "a live one follows", func() bool {
			o, _ := c.city.Office("CS0001")
			return o.Live && o.Snapshot.Epoch == 2
		})
	})
}

// onDisk has a broker save its memory, and looks for something in it.
func onDisk(t *testing.T, m *mosquitto, what string) bool {
	t.Helper()
	b, err := os.ReadFile(m.save())
	return err == nil && bytes.Contains(b, []byte(what))
}

func TestMemorySurvivesSIGKILL(t *testing.T) {
	t.Parallel()
	m := newMosquitto(t)
	k := newKiosk(t, "CS0001", m.url())
	k.show(7)
	eventually(t, "the state is on the disk", func() bool { return onDisk(t, m, `"waiting":7`) })
	k.off()
	m.kill()
	m.start()
	c := newCity(t, m.url())
	eventually(t, "the city sees it", func() bool { return c.waiting("CS0001") == 7 })
}

func TestFactsThroughBrokerKills(t *testing.T) {
	eachBroker(t, func(t *testing.T, b server) {
		c := newCity(t, b.url())
		k, l := newKiosk(t, "CS0001", b.url()), newKiosk(t, "CS0002", b.url())
		rounds := 4
		if b.promises().machine {
			rounds = 2 // each takes the others of the cluster ten seconds or so
		}
		for i := range rounds {
			k.grow(100)
			l.grow(30)
			k.show(10 + i)
			eventually(t, "some are stored", func() bool {
				o, _ := c.city.Office("CS0001")
				return o.Stored.Seq > uint64(100*i)
			})
			b.kill()
			k.grow(50)
			l.grow(3)
			b.start()
		}
		c.whole(k.rec, "CS0001")
		c.whole(l.rec, "CS0002")
		eventually(t, "the state came back too", func() bool { return c.waiting("CS0001") == 10+rounds-1 })
	})
}

func TestFactsThroughRestartsAndCuts(t *testing.T) {
	eachBroker(t, func(t *testing.T, b server) {
		office, city := newProxy(t, b), newProxy(t, b)
		c := newCity(t, city.url())
		k := newKiosk(t, "CS0001", office.url())
		office.delay(3 * time.Millisecond)
		for i := range 6 {
			from := uint64(k.rec.len())
			k.grow(90)
			eventually(t, "some are stored", func() bool {
				o, _ := c.city.Office("CS0001")
				return o.Stored.Seq > from
			})
			switch i % 4 {
			case 0:
				office.cut(false)
			case 1:
				city.cut(false)
			case 2:
				k.off()
				k.on()
			case 3:
				c.off()
				c.on()
			}
		}
		k.show(42)
		c.whole(k.rec, "CS0001")
		eventually(t, "the newest state is shown", func() bool { return c.waiting("CS0001") == 42 })
	})
}

func TestCityAwayAndStoreLost(t *testing.T) {
	eachBroker(t, func(t *testing.T, b server) {
		k := newKiosk(t, "CS0001", b.url())
		k.grow(300) // more than the window, and nobody listens
		eventually(t, "a window is out", func() bool { return k.up.Stats().Sent >= 64 })
		if n := k.up.Stats(); n.Acked != 0 || n.Sent > 64 {
			t.Fatalf("without a city: %+v", n)
		}
		c := newCity(t, b.url())
		c.whole(k.rec, "CS0001")
		eventually(t, "the cursor is kept", func() bool { n, _ := k.rec.Cursor(); return n == 300 })
		c.off()
		for _, suffix := range []string{"", "-wal", "-shm"} {
			os.Remove(c.path + suffix)
		}
		c.on() // empty-handed: it has to ask for everything
		k.grow(1)
		c.whole(k.rec, "CS0001")
	})
}

func TestExchangedCardStartsItsRecord(t *testing.T) {
	eachBroker(t, func(t *testing.T, b server) {
		c := newCity(t, b.url())
		k := newKiosk(t, "CS0001", b.url())
		k.grow(120)
		c.whole(k.rec, "CS0001")
		k.off()
		old := k.rec
		k.rec = newRecord("other-card")
		k.rec.SetCursor(77) // and its memory is wrong
		k.rec.grow(100)
		k.on()
		c.whole(k.rec, "CS0001")
		if stored, err := c.store.Facts(t.Context(), "CS0001", old.id, 0, 1000); err != nil || len(stored) != 120 {
			t.Errorf("the record of the first card: %d facts, %v", len(stored), err)
		}
	})
}

func TestCursorAheadIsRefused(t *testing.T) {
	eachBroker(t, func(t *testing.T, b server) {
		k := newKiosk(t, "CS0001", b.url())
		s := newStranger(t, b.url())
		eventually(t, "the kiosk is there", k.up.Connected)
		k.grow(10)
		cursor, err := json.Marshal(feed.Cursor{V: 1, Journal: k.rec.id, Seq: 11})
		if err != nil {
			t.Fatal(err)
		}
		eventually(t, "it is refused", func() bool {
			s.say(k.address().Cursor(), false, cursor)
			return k.up.Stats().Bad > 0
		})
		if n, _ := k.rec.Cursor(); n != 0 {
			t.Fatalf("the cursor moved to %d", n)
		}
		c := newCity(t, b.url())
		c.whole(k.rec, "CS0001")
	})
}

func TestStaleStateIsDropped(t *testing.T) {
	eachBroker(t, func(t *testing.T, b server) {
		c := newCity(t, b.url())
		k := newKiosk(t, "CS0001", b.url())
		k.off()
		k.on() // epoch 2
		k.show(5)
		eventually(t, "the state", func() bool { return c.waiting("CS0001") == 5 })
		s := newStranger(t, b.url())
		for _, rev := range []uint64{1, 1 << 60} {
			old, err := json.Marshal(feed.Snapshot{V: 1, City: cityName, Office: "CS0001", Journal: k.rec.id, Epoch: 1, Rev: rev,
				Services: []feed.Service{{ID: "passport", Name: "여권", Waiting: new(99)}}})
			if err != nil {
				t.Fatal(err)
			}
			s.say(k.address().State(), true, old)
		}
		eventually(t, "the city has judged them", func() bool { return c.city.Counts().Older >= 1 })
		k.show(6)
		eventually(t, "the next state", func() bool { return c.waiting("CS0001") != 5 })
		if n := c.waiting("CS0001"); n != 6 {
			t.Errorf("%d waiting are shown, want 6", n)
		}
	})
}

func TestLastWill(t *testing.T) {
	eachBroker(t, func(t *testing.T, b server) {
		c := newCity(t, b.url())
		p := newProxy(t, b)
		k := newKiosk(t, "CS0001", p.url())
		online := func(want bool) func() bool {
			return func() bool {
				o, _ := c.city.Office("CS0001")
				return o.Status != nil && o.Status.Online == want
			}
		}
		eventually(t, "it is online", online(true))
		eventually(t, "and sees so itself", func() bool { return k.up.Stats().Proven })
		p.cut(true)
		eventually(t, "the will is read", online(false))
		p.mend()
		eventually(t, "it is online again", online(true))
		// A will that comes late, of a connection that is over, is contradicted.
		late, err := json.Marshal(feed.Status{V: 1, Epoch: k.epoch})
		if err != nil {
			t.Fatal(err)
		}
		st := newStranger(t, b.url())
		statuses := st.listen(k.address().Status())
		st.say(k.address().Status(), true, late)
		last := func() (said bool, online bool) {
			select {
			case m := <-statuses:
				s, err := feed.DecodeStatus(m.Payload)
				return err == nil && !m.Retained, err == nil && s.Online
			default:
				return false, false
			}
		}
		eventually(t, "the late will is out", func() bool { said, online := last(); return said && !online })
		eventually(t, "it is contradicted", func() bool { said, online := last(); return said && online })
		eventually(t, "it says that it lives", online(true))
		k.off()
		eventually(t, "it says goodbye", online(false))
	})
}

func TestRequests(t *testing.T) {
	eachBroker(t, func(t *testing.T, b server) {
		c := newCity(t, b.url())
		p := newProxy(t, b)
		k := newKiosk(t, "CS0001", p.url())
		issue := func(id string) (feed.Reply, error) {
			return c.city.Ask(t.Context(), "CS0001", feed.Request{ID: id, Kind: feed.RequestIssue, Service: "passport"})
		}
		if _, err := c.city.Ask(t.Context(), "CS0404", feed.Request{Kind: feed.RequestIssue}); !errors.Is(err, intake.ErrOffline) {
			t.Errorf("an unknown office: %v", err)
		}
		eventually(t, "the office is there", func() bool { return c.waiting("CS0001") == 1 })
		first, err := issue("0123456789abcdef")
		if err != nil || first.Ticket == nil {
			t.Fatalf("issue: %+v, %v", first, err)
		}
		again, err := issue("0123456789abcdef")
		if err != nil || again.Ticket == nil || again.Ticket.Label != first.Ticket.Label {
			t.Errorf("the same id: %+v, %v", again, err)
		}
		other, err := issue("")
		if err != nil || other.Ticket == nil || other.Ticket.Label == first.Ticket.Label {
			t.Errorf("another id: %+v, %v", other, err)
		}
		if given, _ := k.desk.numbers(); given != 2 {
			t.Errorf("%d numbers given, want 2", given)
		}

		// The cable breaks after the number is given and before the reply is out.
		k.desk.mu.Lock()
		k.desk.before = func(context.Context, feed.Request) {
			k.desk.mu.Lock()
			k.desk.before = nil
			k.desk.mu.Unlock()
			p.cut(false)
		}
		k.desk.mu.Unlock()
		torn, err := issue("torn-0123456789abcdef")
		if err != nil || torn.Ticket == nil {
			t.Errorf("over a torn cable: %+v, %v", torn, err)
		}
		if given, _ := k.desk.numbers(); given != 3 {
			t.Errorf("%d numbers given, want 3", given)
		}

		// An office that hangs, and a citizen with less patience than ours.
		k.desk.mu.Lock()
		k.desk.before = func(context.Context, feed.Request) { <-t.Context().Done() }
		k.desk.mu.Unlock()
		short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		// On a slow machine the office says first that it is too late.
		none, err := c.city.Ask(short, "CS0001", feed.Request{Kind: feed.RequestIssue, Service: "passport"})
		if expired := none.Refusal != nil && none.Refusal.Code == feed.RefusalExpired; !errors.Is(err, intake.ErrTimeout) && !expired {
			t.Errorf("a hanging office: %+v, %v", none, err)
		}

		b.gone()
		eventually(t, "the city knows", func() bool { up, _ := c.city.Link(); return !up })
		if _, err := issue("x0123456789abcdef"); !errors.Is(err, intake.ErrOffline) {
			t.Errorf("without a broker: %v", err)
		}
	})
}

func TestDeadlines(t *testing.T) {
	eachBroker(t, func(t *testing.T, b server) {
		k := newKiosk(t, "CS0001", b.url())
		eventually(t, "the kiosk is there", func() bool { return k.up.Stats().Proven })
		s := newStranger(t, b.url())
		replies := s.listen(k.address().Reply("+"))
		ask := func(id string, deadline time.Time) feed.Reply {
			t.Helper()
			r, err := json.Marshal(feed.Request{V: 1, ID: id, Kind: feed.RequestIssue, Service: "passport", Deadline: deadline.UnixMilli()})
			if err != nil {
				t.Fatal(err)
			}
			s.say(k.address().Request(id), false, r)
			select {
			case m := <-replies:
				reply, err := feed.DecodeReply(id, m.Payload)
				if err != nil || m.Retained {
					t.Fatalf("reply %s (retained %v): %v", m.Payload, m.Retained, err)
				}
				return reply
			case <-time.After(20 * time.Second):
				t.Fatal("no reply")
				return feed.Reply{}
			}
		}
		if r := ask("late-0123456789abc", time.Now().Add(-time.Second)); r.Refusal == nil || r.Refusal.Code != feed.RefusalExpired {
			t.Errorf("after its deadline: %+v", r)
		}
		if _, asked := k.desk.numbers(); asked != 0 {
			t.Error("the loop was asked after the deadline")
		}
		good := ask("good-0123456789abc", time.Now().Add(time.Minute))
		if good.Ticket == nil {
			t.Fatalf("in time: %+v", good)
		}
		if r := ask("good-0123456789abc", time.Now().Add(-time.Second)); r.Ticket == nil || r.Ticket.Label != good.Ticket.Label {
			t.Errorf("a repetition after the deadline must not deny the ticket: %+v", r)
		}
	})
}

func TestHostilePayloads(t *testing.T) {
	eachBroker(t, func(t *testing.T, b server) {
		c := newCity(t, b.url())
		k := newKiosk(t, "CS0001", b.url())
		k.grow(70)
		c.whole(k.rec, "CS0001")
		eventually(t, "the state", func() bool { return c.waiting("CS0001") == 1 })
		eventually(t, "and the status", func() bool { o, _ := c.city.Office("CS0001"); return o.Status != nil })
		before, _ := c.city.Office("CS0001")
		refused, bad := c.city.Counts().Refused, k.up.Stats().Bad

		s := newStranger(t, b.url())
		a := k.address()
		payloads := [][]byte{
			nil, []byte("x"), []byte("null"), []byte("[]"), []byte("{}"), []byte(`{"v":2}`), []byte(`{"v":"1"}`), {0xff, 0xfe, 0},
			[]byte(`{"v":1,"journal":"` + k.rec.id + `","seq":-1}`), []byte(`{"v":1,"journal":"` + k.rec.id + `","seq":1e30}`),
			[]byte(`{"v":1,"journal":"` + k.rec.id + `","seq":99999}`),
			[]byte(`{"v":1,"city":"` + cityName + `","office":"CS0002","epoch":9}`),
			[]byte(`{"v":1,"city":"` + cityName + `","office":"CS0001","epoch":9,"rev":9,"asOf":-1}`),
			[]byte(`{"v":1,"journal":"j-CS0001","hash":"` + strings.Repeat("0", 64) + `","fact":{"day":1,"seq":71,"kind":"issued","at":{}}}`),
			[]byte(`{"v":1,"journal":"j-CS0001","hash":"` + strings.Repeat("0", 64) + `","fact":{"day":1,"seq":5,"kind":"issued","at":{}}}`),
			[]byte(`{"v":1,"id":"0123456789abcdef","kind":"issue"`), bytes.Repeat([]byte("["), 20000),
			append([]byte(`{"v":1,"name":"`), bytes.Repeat([]byte("a"), 200<<10)...),
		}
		for _, p := range payloads {
			// An empty payload, retained, would clear the topic: that is a broker's
			// right, and not tried.
			for _, topic := range []string{a.State(), a.Facts(), a.Cursor(), a.Request("0123456789abcdef"), a.Reply("0123456789abcdef")} {
				s.say(topic, false, p)
			}
			if !bytes.HasPrefix(p, []byte(`{"v":1,`)) { // which is a status
				s.say(a.Status(), false, p)
			}
		}
		marker, err := json.Marshal(feed.Status{V: 1, Online: true})
		if err != nil {
			t.Fatal(err)
		}
		s.say(feed.Address{City: cityName, Office: "CS0099"}.Status(), false, marker)
		eventually(t, "the city has read all", func() bool { _, ok := c.city.Office("CS0099"); return ok })
		eventually(t, "both ends counted them", func() bool {
			return c.city.Counts().Refused >= refused+10 && k.up.Stats().Bad >= bad+uint64(len(payloads))
		})
		after, _ := c.city.Office("CS0001")
		if fmt.Sprint(after.Snapshot.Epoch, after.Stored.Seq, after.Status.Online) != fmt.Sprint(before.Snapshot.Epoch, before.Stored.Seq, before.Status.Online) {
			t.Errorf("changed: %+v, before %+v", after, before)
		}
		if _, asked := k.desk.numbers(); asked != 0 {
			t.Errorf("%d requests reached the loop", asked)
		}
		if n, _ := k.rec.Cursor(); n != 70 {
			t.Errorf("the cursor moved to %d", n)
		}
		k.grow(70)
		k.show(3)
		c.whole(k.rec, "CS0001")
		eventually(t, "the state goes on", func() bool { return c.waiting("CS0001") == 3 })
		if o, _ := c.city.Office("CS0001"); o.Stored.Trouble != "" {
			t.Errorf("trouble stays: %s", o.Stored.Trouble)
		}
	})
}
