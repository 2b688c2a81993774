package broker_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"sunbeon/appliance/feed/link/badline"
)

// far is an office at the end of a line that can go bad.
type far struct {
	*kiosk
	line  *badline.Line
	shown int
}

func newLine(t *testing.T, b server) *badline.Line {
	t.Helper()
	l, err := badline.Listen(b.url()[len("tcp://"):])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

func newFar(t *testing.T, id string, b server) *far {
	l := newLine(t, b)
	return &far{kiosk: newKiosk(t, id, "tcp://"+l.Addr()), line: l}
}

// tell shows another state than all before.
func (f *far) tell() {
	f.shown++
	f.show(100 + f.shown)
}

// longer waits for an event that takes as long as a slow line does.
func longer(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !ok(); {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
		<-time.After(20 * time.Millisecond)
	}
}

// settled waits until the city has all that the offices recorded, and checks that
// it is that, byte for byte and once; that the offices and the broker know how far
// the city is; and that the broker keeps each office's last state.
func settled(t *testing.T, b server, c *cityEnd, offices ...*far) {
	t.Helper()
	for _, o := range offices {
		n := uint64(o.rec.len())
		longer(t, fmt.Sprintf("%s: %d facts stored", o.id, n), func() bool {
			of, _ := c.city.Office(o.id)
			return of.Stored.Seq >= n
		})
		c.whole(o.rec, o.id)
		longer(t, o.id+": the cursor is at the end", func() bool { seq, _ := o.rec.Cursor(); return seq == n })
		longer(t, o.id+": the newest state is shown", func() bool { return c.waiting(o.id) == 100+o.shown })
		if of, _ := c.city.Office(o.id); of.Stored.Trouble != "" {
			t.Errorf("%s: %s", o.id, of.Stored.Trouble)
		}
	}
	s := newStrangerWith(t, b.url(), fmt.Sprint("reader", offices[0].rec.len()), nil)
	for _, o := range offices {
		for topic, want := range map[string]string{
			o.address().State():  fmt.Sprintf(`"waiting":%d,`, 100+o.shown),
			o.address().Cursor(): fmt.Sprintf(`"seq":%d}`, o.rec.len()),
		} {
			kept := s.listen(topic)
			longer(t, topic+" is kept with "+want, func() bool {
				select {
				case m := <-kept:
					if !m.Retained || !bytes.Contains(m.Payload, []byte(want)) {
						t.Fatalf("%s keeps %s, want %s", topic, m.Payload, want)
					}
					return true
				default:
					return false
				}
			})
		}
	}
	n := c.city.Counts()
	t.Logf("%d facts stored, %d repeated, %d ahead of a gap", n.Facts, n.Repeated, n.Gaps)
}

// TestOutagesOfOffices: every kind at once, an office each, and one that has none.
func TestOutagesOfOffices(t *testing.T) {
	t.Parallel()
	m := newMosquitto(t)
	c := newCity(t, m.url())
	well := newFar(t, "well", m)
	bad := map[string]badline.Condition{
		"cut":  {Refuse: true},
		"mute": {SwallowUp: true},
		"deaf": {SwallowDown: true},
		"away": {SwallowUp: true, SwallowDown: true},
		"slow": {Rate: 2000, Delay: 800 * time.Millisecond},
		"late": {Delay: time.Second},
	}
	all := []*far{well}
	for id := range bad {
		all = append(all, newFar(t, id, m))
	}
	for _, o := range all {
		o.grow(90)
		o.tell()
	}
	for _, o := range all {
		longer(t, o.id+": all are stored", func() bool { seq, _ := o.rec.Cursor(); return seq == 90 })
		o.line.Set(bad[o.id])
		o.grow(30)
		o.tell()
	}
	for _, o := range all {
		longer(t, o.id+": it is hit", func() bool {
			n, was := o.line.Counts(), bad[o.id]
			return was == (badline.Condition{}) || was.Delay > 0 || n.LostUp+n.LostDown+n.Refused > 0
		})
		if bad[o.id].Rate == 0 {
			o.line.Set(badline.Condition{}) // the slow line stays slow
		}
		o.grow(20) // and the state told in the outage is the last
	}
	settled(t, m, c, all...)
}

// TestADayOffline: what a busy office records in a day without a line arrives when
// there is one again, and the states of the day do not.
func TestADayOffline(t *testing.T) {
	t.Parallel()
	m := newMosquitto(t)
	c := newCity(t, m.url())
	o := newFar(t, "CS0001", m)
	o.grow(10)
	o.tell()
	settled(t, m, c, o)
	o.line.Set(badline.Condition{Refuse: true})
	for range 500 {
		o.grow(10)
		o.tell()
	}
	o.off() // in the evening
	o.on()
	o.tell()
	longer(t, "it tried in vain", func() bool { return o.line.Counts().Refused > 0 })
	o.line.Set(badline.Condition{})
	settled(t, m, c, o)
	if n := c.city.Counts(); n.Snapshots > 100 {
		t.Errorf("%d states came of those of the day", n.Snapshots)
	}
}

// TestOutagesOfTheCity: of its own line, while two offices go on.
func TestOutagesOfTheCity(t *testing.T) {
	t.Parallel()
	m := newMosquitto(t)
	line := newLine(t, m)
	c := newCity(t, "tcp://"+line.Addr())
	a, b := newFar(t, "a", m), newFar(t, "b", m)
	for _, bad := range []badline.Condition{
		{SwallowUp: true}, // its cursors
		{SwallowDown: true},
		{SwallowUp: true, SwallowDown: true},
		{Refuse: true},
	} {
		before := line.Counts()
		line.Set(bad)
		for _, o := range []*far{a, b} {
			o.grow(100)
			o.tell()
		}
		longer(t, "it is hit", func() bool {
			n := line.Counts()
			return n.LostUp+n.LostDown+n.Refused > before.LostUp+before.LostDown+before.Refused
		})
		line.Set(badline.Condition{})
		a.grow(30)
		longer(t, "it is back", func() bool {
			of, _ := c.city.Office("a")
			return of.Stored.Seq == uint64(a.rec.len())
		})
	}
	settled(t, m, c, a, b)
}

// TestFaultsAtRandom: lines that go bad in every way, the broker killed, kiosks and
// city switched off and on, all by chance.
func TestFaultsAtRandom(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	m := newMosquitto(t)
	cityLine := newLine(t, m)
	c := newCity(t, "tcp://"+cityLine.Addr())
	var all []*far
	for _, id := range []string{"a", "b", "c"} {
		o := newFar(t, id, m)
		o.tell()
		all = append(all, o)
	}
	some := func() badline.Condition {
		switch r.IntN(7) {
		case 0:
			return badline.Condition{Refuse: true}
		case 1:
			return badline.Condition{SwallowUp: true}
		case 2:
			return badline.Condition{SwallowDown: true}
		case 3:
			return badline.Condition{SwallowUp: true, SwallowDown: true}
		case 4:
			return badline.Condition{Rate: 20_000, Delay: time.Duration(r.IntN(300)) * time.Millisecond}
		}
		return badline.Condition{}
	}
	for end := time.Now().Add(25 * time.Second); time.Now().Before(end); {
		o := all[r.IntN(len(all))]
		line := o.line
		if r.IntN(4) == 0 {
			line = cityLine
		}
		switch r.IntN(16) {
		case 0:
			m.kill()
			o.grow(r.IntN(20))
			m.start()
		case 1:
			o.off()
			o.grow(r.IntN(20))
			o.on()
			o.tell()
		case 2:
			c.off()
			o.grow(r.IntN(20))
			c.on()
		case 3, 4, 5:
			line.Tear() // wherever it just is
		case 6, 7, 8, 9:
			line.Set(some())
		default:
			for _, o := range all {
				o.grow(r.IntN(60))
				o.tell()
			}
		}
		<-time.After(time.Duration(r.IntN(300)) * time.Millisecond) // anywhere within what was begun
	}
	cityLine.Set(badline.Condition{})
	for _, o := range all {
		o.line.Set(badline.Condition{})
		o.tell()
	}
	settled(t, m, c, all...)
	for _, o := range all {
		n := o.line.Counts()
		t.Logf("%s: %d facts, %d connections, %d refused, %d without a broker, %d bytes up of which %d vanished",
			o.id, o.rec.len(), n.Connections, n.Refused, n.Unserved, n.Up+n.LostUp, n.LostUp)
	}
}
