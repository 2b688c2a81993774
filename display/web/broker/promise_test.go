package broker_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/feed/link"
)

// offices is how many offices all of Korea has, about.
const offices = 3800

// snapshotOf is a state as an office says it, of the usual size.
func snapshotOf(t *testing.T, office string, waiting int) []byte {
	t.Helper()
	s := feed.Snapshot{V: 1, City: cityName, Office: office, Journal: "j-" + office, Epoch: 1, Rev: 1, Clock: true, Name: "행정복지센터 민원실", Day: 1}
	for i := range 4 {
		s.Services = append(s.Services, feed.Service{ID: fmt.Sprint("service", i), Name: "가족관계등록", Waiting: &waiting, Issuing: feed.IssuingOpen})
	}
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// allStates subscribes as the city does, and counts the offices that come.
func allStates(t *testing.T, url, name string) (*heard, func() bool) {
	t.Helper()
	h := &heard{all: map[string]string{}}
	// A cluster that has just lost a machine answers late, and is asked again.
	within(t, time.Minute, "the subscription of "+name, func() bool {
		s := newStrangerWith(t, url, name, nil)
		err := s.conn.Subscribe(t.Context(), feed.Wildcard(cityName, "state"), 0, h.take)
		return err == nil
	})
	return h, func() bool { return h.offices() == offices }
}

// TestEveryStateForAWildcardReader: whoever subscribes gets the last state of
// every office of the country; also after the broker has died, where it promises
// that.
func TestEveryStateForAWildcardReader(t *testing.T) {
	eachBroker(t, func(t *testing.T, b server) {
		warm(t, b)
		s := newStranger(t, b.url())
		start := time.Now()
		for i := range offices {
			id := fmt.Sprintf("CS%04d", i)
			publish := s.conn.Send
			if i%100 == 99 {
				publish = s.conn.Publish // and wait: a cluster takes about a millisecond for each
			}
			if err := publish(t.Context(), feed.Address{City: cityName, Office: id}.State(), 1, true, snapshotOf(t, id, i)); err != nil {
				t.Fatal(err)
			}
		}
		t.Logf("%d states published in %v", offices, time.Since(start))
		for _, name := range []string{"first", "second"} {
			start := time.Now()
			complete(t, b, name)
			t.Logf("%s reader: %v", name, time.Since(start))
		}
		if m, ok := b.(*mosquitto); ok {
			eventually(t, "all is on the disk", func() bool { return onDisk(t, m, "CS3799") })
		}
		p := b.promises()
		b.kill()
		if p.machine {
			complete(t, b, "meanwhile")
			b.gone()
		}
		b.back()
		readAgain(t, b, "first", p.memory)
		if !p.memoryLater {
			readAgain(t, b, "second", p.memory)
			return
		}
		warm(t, b)
		complete(t, b, "later")
	})
}

// complete is a reader that gets every state. A cluster takes a while until all
// that it has acknowledged is there for those who subscribe: there one of the
// readers that come one after the other must.
func complete(t *testing.T, b server, name string) {
	t.Helper()
	if !b.promises().machine {
		_, all := allStates(t, b.url(), name)
		eventually(t, name+" reader: every state", all)
		return
	}
	tries := 0
	within(t, 2*time.Minute, name+" reader: every state", func() bool {
		tries++
		h, all := allStates(t, b.url(), fmt.Sprint(name, "-", tries))
		for last := -1; last < h.offices() && !all(); { // as long as more come
			last = h.offices()
			marked(t, b, h, fmt.Sprint(name, " ", tries, " ", last))
		}
		return all()
	})
	if tries > 1 {
		t.Logf("%s reader: the %d. gets all", name, tries)
	}
}

// marked says something, and waits until a reader has heard it.
func marked(t *testing.T, b server, h *heard, mark string) {
	t.Helper()
	a := feed.Address{City: cityName, Office: "CS9999"}
	eventually(t, "what is said now", func() bool {
		s := newStrangerWith(t, b.url(), "marks", nil)
		return s.conn.Publish(t.Context(), a.State(), 1, false, []byte(mark)) == nil
	})
	eventually(t, "it is heard", func() bool { return h.has(mark) })
}

// warm sees to it that every machine of a cluster has had a client: to the first
// in its life it says nothing that was retained before.
func warm(t *testing.T, b server) {
	t.Helper()
	for i, one := range strings.Split(b.url(), ",") {
		within(t, time.Minute, "an answer of "+one, func() bool {
			s := newStrangerWith(t, one, fmt.Sprint("warm-", i), nil)
			return s.conn.Publish(t.Context(), feed.Address{City: cityName, Office: "CS0000"}.Facts(), 1, false, []byte("here")) == nil
		})
	}
}

// readAgain is a reader after the whole broker has died.
func readAgain(t *testing.T, b server, name string, promised bool) {
	t.Helper()
	h, all := allStates(t, b.url(), "again-"+name)
	if promised {
		within(t, time.Minute, "reader "+name+": every state, after all has died", all)
		return
	}
	// What is said now comes, and of what was before some at most.
	marked(t, b, h, name)
	if n := h.offices(); n >= offices {
		t.Errorf("reader %s: every state came from a memory that is said to be lost; %s", name, improved)
	}
	t.Logf("%s reader after the death of all: %d states", name, h.offices())
}

// improved is what to do about a broker that does more than is written down.
const improved = "correct promises() and docs/brokers.md"

// TestOrderWithinAConnection: what one connection says at QoS 1 comes in its order.
func TestOrderWithinAConnection(t *testing.T) {
	eachBroker(t, func(t *testing.T, b server) {
		const n = 1000
		a := feed.Address{City: cityName, Office: "CS0001"}
		reader, writer := newStranger(t, b.url()), newStrangerWith(t, b.url(), "writer", nil)
		got := make(chan string, n)
		if err := reader.conn.Subscribe(t.Context(), a.Facts(), 1, func(m link.Message) { got <- string(m.Payload) }); err != nil {
			t.Fatal(err)
		}
		for i := range n {
			if err := writer.conn.Send(t.Context(), a.Facts(), 1, false, fmt.Append(nil, i)); err != nil {
				t.Fatal(err)
			}
		}
		for i := range n {
			select {
			case m := <-got:
				if m != fmt.Sprint(i) {
					t.Fatalf("message %d is %s", i, m)
				}
			case <-time.After(20 * time.Second):
				t.Fatalf("%d of %d messages came", i, n)
			}
		}
	})
}

// TestLargeMessages: the largest snapshot passes; what is larger than anything on
// the feed ends the connection of who sends it, and nobody else's.
func TestLargeMessages(t *testing.T) {
	eachBroker(t, func(t *testing.T, b server) {
		a := feed.Address{City: cityName, Office: "CS0001"}
		reader, writer := newStranger(t, b.url()), newStrangerWith(t, b.url(), "writer", nil)
		h := &heard{all: map[string]string{}}
		if err := reader.conn.Subscribe(t.Context(), a.State(), 0, h.take); err != nil {
			t.Fatal(err)
		}
		large := strings.Repeat("a", feed.MaxSnapshot)
		writer.say(a.State(), true, []byte(large))
		eventually(t, "the largest snapshot", func() bool { return h.has(large) })

		huge := strings.Repeat("b", feed.MaxSnapshot+8<<10)
		if err := writer.conn.Publish(t.Context(), a.State(), 1, true, []byte(huge)); err == nil {
			t.Error("a message that is too large was taken")
		}
		eventually(t, "its connection ends", func() bool {
			select {
			case <-writer.conn.Done():
				return true
			default:
				return false
			}
		})
		other := newStrangerWith(t, b.url(), "other", nil)
		other.say(a.State(), true, []byte("small"))
		eventually(t, "the others go on", func() bool { return h.has("small") })
		if h.has(huge) {
			t.Error("it was passed on")
		}
	})
}

// TestTakeover: who comes with the id of a client that is there ends the other's
// connection. That is how a kiosk is rid of its own dead one. Whether the last
// will of the other is said then is another matter: it is a hint.
func TestTakeover(t *testing.T) {
	eachBroker(t, func(t *testing.T, b server) {
		a := feed.Address{City: cityName, Office: "CS0001"}
		watch := newStranger(t, b.url())
		h, _ := watch.hears(a.Status())
		one := newStrangerWill(t, b.url(), "office", nil, &link.Message{Topic: a.Status(), Payload: []byte("will"), QoS: 1})
		two := newStrangerWill(t, b.url(), "office", nil, &link.Message{Topic: a.Status(), Payload: []byte("other will"), QoS: 1})
		eventually(t, "the first is ended", func() bool {
			select {
			case <-one.conn.Done():
				return true
			default:
				return false
			}
		})
		eventually(t, "the second is heard", func() bool {
			if err := two.conn.Publish(t.Context(), a.Status(), 1, false, []byte("here")); err != nil {
				t.Fatal(err)
			}
			return h.has("here")
		})
		if said, promised := h.has("will"), b.promises().willAtTakeover; said != promised {
			t.Errorf("the will of who was ended is said: %v; %s", said, improved)
		}
	})
}

// TestTheSecondBroker: the first in the list dies, with all it knew; offices and
// city meet at the second, and everything comes there once and in order.
func TestTheSecondBroker(t *testing.T) {
	eachBroker(t, func(t *testing.T, one server) {
		two := one.another()
		both := one.url()
		if two != nil {
			both += "," + two.url()
		}
		c := newCity(t, both)
		k, l := newKiosk(t, "CS0001", both), newKiosk(t, "CS0002", both)
		k.grow(200)
		l.grow(20)
		k.show(7)
		c.whole(k.rec, "CS0001")
		eventually(t, "the state", func() bool { return c.waiting("CS0001") == 7 })
		k.grow(500)
		eventually(t, "some are stored", func() bool { o, _ := c.city.Office("CS0001"); return o.Stored.Seq > 200 })
		one.kill()
		k.show(8)
		start := time.Now()
		within(t, time.Minute, "the state at the second", func() bool { return c.waiting("CS0001") == 8 })
		t.Logf("the state is there again after %v", time.Since(start))
		k.grow(100)
		l.grow(100)
		c.whole(k.rec, "CS0001")
		c.whole(l.rec, "CS0002")
		reply, err := c.city.Ask(t.Context(), "CS0002", feed.Request{Kind: feed.RequestIssue, Service: "passport"})
		if err != nil || reply.Ticket == nil {
			t.Errorf("a request at the second: %+v, %v", reply, err)
		}
	})
}

// TestTwoBrokersApart is what two brokers that know nothing of each other cannot
// do: one that comes back draws those who start anew, and they are alone there.
func TestTwoBrokersApart(t *testing.T) {
	eachBroker(t, func(t *testing.T, one server) {
		two := one.another()
		if two == nil {
			t.Skip("a cluster is one broker")
		}
		both := one.url() + "," + two.url()
		c := newCity(t, both)
		k, l := newKiosk(t, "CS0001", both), newKiosk(t, "CS0002", both)
		eventually(t, "all are at the first", func() bool { return c.waiting("CS0001") == 1 && c.waiting("CS0002") == 1 })
		one.kill()
		k.show(2)
		l.show(2)
		eventually(t, "all are at the second", func() bool { return c.waiting("CS0001") == 2 && c.waiting("CS0002") == 2 })
		k.off()
		one.start()
		k.on()
		eventually(t, "an office is at the first again", func() bool { return k.up.Stats().Proven })
		k.show(3)
		l.show(3)
		eventually(t, "the city is at the second still", func() bool { return c.waiting("CS0002") == 3 })
		if c.waiting("CS0001") == 3 {
			t.Errorf("the city hears both; %s", improved)
		}
	})
}
