package intake

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/queue"
)

// morning is an office with some of everything.
func morning(t *testing.T, journal string) *office {
	o := newOffice(t, journal, config(rules(2, false, queue.LateAfter)))
	for range 6 {
		o.issue("civil", queue.Ordinary, queue.Button)
	}
	o.issue("civil", queue.Priority, queue.Button)
	o.issue("passport", queue.Ordinary, queue.Online)
	o.must(queue.CallNext{Counter: 1})
	o.must(queue.CallNext{Counter: 1})
	o.must(queue.MarkNoShow{Counter: 1})
	o.must(queue.CallNext{Counter: 1})
	o.must(queue.ReportDevice{Device: "printer", Conditions: []string{"cover_open"}}) // not about tickets
	return o
}

// TestTicketsOutliveTheCity: after a restart every ticket of the day is known,
// and goes on.
func TestTicketsOutliveTheCity(t *testing.T) {
	s, dsn := openStore(t)
	c := New(Config{City: "u", Store: s})
	o := morning(t, "a")
	c.hearFacts(t, "o", o.record...)
	c.digest(t)
	o.compare("live", c.Ticket)
	s = storeAt(t, dsn)
	c = New(Config{City: "u", Store: s})
	o.compare("after the restart", c.Ticket)
	heard := len(o.record)
	o.must(queue.CallNext{Counter: 2})
	c.hearFacts(t, "o", o.record[heard:]...)
	c.digest(t)
	o.compare("and on", c.Ticket)
}

// TestStartReadsTheCurrentDayOnly: by an index, and of a long record nothing but
// the last day is kept.
func TestStartReadsTheCurrentDayOnly(t *testing.T) {
	s, dsn := openStore(t)
	c := New(Config{City: "u", Store: s})
	o := newOffice(t, "a", config(rules(1, false, queue.LateEnd)))
	for range 40 {
		for range 5 {
			o.issue("civil", queue.Ordinary, queue.Button)
		}
		o.wait(24 * time.Hour)
		o.must(queue.Tick{})
	}
	o.issue("civil", queue.Ordinary, queue.Button)
	for part := range slices.Chunk(o.record, factsHeld) {
		c.hearFacts(t, "o", part...)
		c.digest(t)
	}
	o.compare("live", c.Ticket)
	s = storeAt(t, dsn)
	o.compare("after the restart", New(Config{City: "u", Store: s}).Ticket)
	var plan string
	var a, b, d int
	if err := s.db.QueryRow(t.Context(), `EXPLAIN QUERY PLAN `+dayFacts(), "o", 41, "a", 1000).Scan(&a, &b, &d, &plan); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(plan, "fact_day (office=? AND day=? AND journal=? AND seq<?)") {
		t.Errorf("the day is looked for by %s", plan)
	}
}

func TestTicketsOfAPastDayAreForgotten(t *testing.T) {
	c := newCity(t)
	o := morning(t, "a")
	c.hearFacts(t, "o", o.record...)
	c.digest(t)
	first := o.tokens[5]
	if got, ok := c.Ticket(first); !ok || got.Ahead != 3 || got.Status != feed.StatusWaiting {
		t.Fatalf("%+v %v", got, ok)
	}
	heard := len(o.record)
	o.must(queue.CloseDay{})
	c.hearFacts(t, "o", o.record[heard:]...)
	c.digest(t)
	if got, ok := c.Ticket(first); !ok || got.Status != feed.StatusLeft || got.Ahead != 0 {
		t.Errorf("after the day: %+v %v", got, ok)
	}
	heard = len(o.record)
	o.wait(24 * time.Hour)
	o.must(queue.Tick{})
	again := o.issue("civil", queue.Ordinary, queue.Button)
	c.hearFacts(t, "o", o.record[heard:]...)
	c.digest(t)
	if got, ok := c.Ticket(first); ok {
		t.Errorf("yesterday's: %+v", got)
	}
	if got, ok := c.Ticket(again); !ok || got.Label != "1" || got.Ahead != 0 || !got.Last {
		t.Errorf("today's with the same number: %+v %v", got, ok)
	}
	if d := c.cfg.Store.days; d.tickets != 1 || len(d.byToken) != 1 {
		t.Errorf("%d tickets, %d tokens are kept", d.tickets, len(d.byToken))
	}
}

// TestFactsThatComeInDisorder: what the store does not take, the tickets do not.
func TestFactsThatComeInDisorder(t *testing.T) {
	c := newCity(t)
	o := morning(t, "a")
	rec := o.record
	for _, part := range [][]feed.FactMessage{rec[3:], rec[:4], rec[1:3], rec[6:8], rec[4:9], rec[:2], rec[5:], rec} {
		c.hearFacts(t, "o", part...)
		c.digest(t)
	}
	o.compare("in the end", c.Ticket)
	if got, ok := c.Ticket("nobodys-tickettt"); ok {
		t.Error(got)
	}
	for _, token := range []string{"", "j", strings.ToUpper(o.tokens[0]), o.tokens[0] + "a", o.tokens[0][:15], "../../etc/passwd"} {
		if got, ok := c.Ticket(token); ok {
			t.Errorf("%q: %+v", token, got)
		}
	}
}

// TestWatchersHearOfTickets: a fact alone wakes who looks at the office.
func TestWatchersHearOfTickets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCity(t)
		o := morning(t, "a")
		c.hearFacts(t, "o", o.record[:len(o.record)-1]...)
		c.digest(t)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		told := c.Watch(ctx)
		synctest.Wait()
		c.hearFacts(t, "o", o.record[len(o.record)-1])
		c.digest(t)
		synctest.Wait()
		select {
		case id := <-told:
			if got, _ := c.Ticket(o.tokens[0]); id != "o" || got.Seq != o.state.Seq {
				t.Errorf("told %q, knowing up to %d", id, got.Seq)
			}
		default:
			t.Error("nobody is told")
		}
	})
}

// TestAnotherRecord: the card was exchanged, and the day opened anew. What the
// old one still says is not mixed in.
func TestAnotherRecord(t *testing.T) {
	c := newCity(t)
	old, fresh := morning(t, "a"), morning(t, "b")
	c.hearFacts(t, "o", old.record[:10]...)
	c.digest(t)
	c.hearFacts(t, "o", fresh.record...)
	c.hearFacts(t, "o", old.record[10:]...)
	c.digest(t)
	fresh.compare("the new record", c.Ticket)
	if got, ok := c.Ticket(old.tokens[0]); ok {
		t.Errorf("of the old record: %+v", got)
	}
}

// forge continues a record by facts that an honest office would not write.
func forge(o *office, kind, body string) {
	raw := fmt.Appendf(nil, `{"day":1,"seq":%d,"at":{"wall":1},"kind":%q,"body":%s}`, len(o.record)+1, kind, body)
	o.hash = chain(o.hash, raw)
	o.record = append(o.record, feed.FactMessage{V: 1, Journal: o.journal, Hash: hex.EncodeToString(o.hash[:]), Fact: raw})
}

// TestHostileFacts: a fact that cannot be true is stored, because the record is
// the office's own, and from then on the city says that it is not sure.
func TestHostileFacts(t *testing.T) {
	for what, f := range map[string][2]string{
		"a body that is none":             {"called", `null`},
		"a call of nobody":                {"called", `{"band":"civil","number":99,"counter":1}`},
		"a call of who is called":         {"called", `{"band":"civil","number":2,"counter":3}`},
		"a number twice":                  {"issued", `{"band":"civil","number":1,"class":"ordinary","origin":"button","place":{"after":1}}`},
		"a number of no service":          {"issued", `{"band":"tax","number":1,"class":"ordinary","origin":"button","place":{"after":1}}`},
		"a finish elsewhere":              {"finished", `{"band":"civil","number":2,"counter":3}`},
		"a hold of who waits":             {"held", `{"band":"civil","number":6,"counter":1}`},
		"a return of who was not missed":  {"returned", `{"band":"civil","number":6,"place":{"after":1}}`},
		"a transfer of who waits":         {"transferred", `{"band":"civil","number":6,"from":1,"service":"civil","place":{"after":1}}`},
		"a cancel of who is at a counter": {"cancelled", `{"band":"civil","number":2}`},
		"an arrival of nobody":            {"arrived", `{"band":"civil","number":77}`},
		"an arrival of who is here":       {"arrived", `{"band":"civil","number":6}`},
		"a skip of nobody":                {"skipped", `{"band":"civil","number":77}`},
		"a skip of who is here":           {"skipped", `{"band":"civil","number":6}`},
		"a delay of nobody":               {"delayed", `{"band":"civil","number":77,"place":{"after":1},"passed":1}`},
		"a delay of who is at a counter":  {"delayed", `{"band":"civil","number":2,"place":{"after":9},"passed":1}`},
		"a delay behind nobody":           {"delayed", `{"band":"civil","number":6,"place":{"after":9},"passed":0}`},
		"a void of nobody":                {"voided", `{"band":"civil","number":77}`},
		"a configuration of nonsense":     {"config_changed", `{"config":{"rules":{}}}`},
		"a cancel on another day":         {"cancelled", `{"band":"civil","number":6},"day":2`},
	} {
		c := newCity(t)
		o := morning(t, "a")
		before := len(o.record)
		forge(o, f[0], f[1])
		c.hearFacts(t, "o", o.record[:before]...)
		c.digest(t)
		last := o.tokens[5]
		was, ok := c.Ticket(last)
		if !ok || was.Doubt {
			t.Fatalf("%s: before it: %+v %v", what, was, ok)
		}
		c.hearFacts(t, "o", o.record[before:]...)
		c.digest(t)
		got, ok := c.Ticket(last)
		if was.Seq++; !ok || !got.Doubt || got.Seq != was.Seq {
			t.Errorf("%s: %+v %v", what, got, ok)
		}
		got.Doubt, got.Told, was.Told = false, nil, nil
		if got != was {
			t.Errorf("%s: %+v became %+v", what, was, got)
		}
	}
}

func TestADayThatCannotBeReadEndsTheOneBefore(t *testing.T) {
	c := newCity(t)
	o := morning(t, "a")
	forge(o, "day_opened", `{"number":"two"}`)
	forge(o, "issued", `{"band":"civil","number":1,"class":"ordinary","origin":"button","place":{"after":1}}`)
	c.hearFacts(t, "o", o.record...)
	c.digest(t)
	if got, ok := c.Ticket(o.tokens[0]); ok {
		t.Errorf("%+v", got)
	}
}

// TestNoOfficeTakesAnothersPage: the token is whose it was first.
func TestNoOfficeTakesAnothersPage(t *testing.T) {
	c := newCity(t)
	o, thief := morning(t, "a"), morning(t, "a")
	c.hearFacts(t, "o", o.record...)
	c.digest(t)
	c.hearFacts(t, "thief", thief.record...)
	c.digest(t)
	heard := len(thief.record)
	thief.wait(24 * time.Hour)
	thief.must(queue.Tick{})
	c.hearFacts(t, "thief", thief.record[heard:]...)
	c.digest(t)
	o.compare("after another office gave the same tokens", c.Ticket)
}

func TestClockThatIsNotConfirmed(t *testing.T) {
	c := newCity(t)
	o := newOffice(t, "a", config(rules(1, false, queue.LateEnd)))
	o.now.Trusted = false
	token := o.issue("civil", queue.Ordinary, queue.Button)
	c.hearFacts(t, "o", o.record...)
	c.digest(t)
	if got, ok := c.Ticket(token); !ok || !got.Issued.IsZero() || !got.Changed.IsZero() {
		t.Errorf("%+v %v", got, ok)
	}
}

// TestTwentyThousandTickets: an office's day is bounded, in memory too.
func TestTwentyThousandTickets(t *testing.T) {
	s := newDays()
	note := func(seq int, kind string, body any) {
		b, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		s.note("o", "a", feed.FactHead{Day: 1, Seq: uint64(seq), Kind: kind, Body: b})
	}
	o := office{journal: "a"}
	heap := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	start := heap()
	setup := feed.Setup{Rules: feed.Rules{LatePlace: feed.LateEnd}}
	for i := range 4 {
		setup.Services = append(setup.Services, feed.ServiceSetup{ID: fmt.Sprint("service", i)})
	}
	note(1, "day_opened", feed.FactDayOpened{Number: 1, Setup: setup})
	for i := range officeTickets + 10 {
		note(i+2, "issued", feed.FactIssued{TicketRef: feed.TicketRef{Band: fmt.Sprint("service", i%4), Number: 1 + i/4}, Class: feed.ClassOrdinary,
			Origin: feed.OriginButton, Token: o.token(i), Place: feed.Place{After: uint64(i + 1)}})
	}
	if grown := heap() - start; grown > officeTickets*500 {
		t.Errorf("%d bytes a ticket, want 500 at the most", grown/officeTickets)
	} else {
		t.Logf("%d bytes a ticket", grown/officeTickets)
	}
	if len(s.byToken) != officeTickets || s.tickets != officeTickets {
		t.Errorf("%d tokens, %d tickets", len(s.byToken), s.tickets)
	}
	last := o.token(officeTickets - 1)
	if got, ok := s.ticket(last); !ok || got.Ahead != officeTickets/4-1 || !got.Last || !got.Doubt {
		t.Errorf("%+v %v", got, ok)
	}
	if _, ok := s.ticket(o.token(officeTickets)); ok {
		t.Error("one more is known")
	}
	note(1, "day_opened", feed.FactDayOpened{Number: 1, Setup: setup})
	if len(s.byToken) != 0 || s.tickets != 0 {
		t.Errorf("a new day begins with %d tokens, %d tickets", len(s.byToken), s.tickets)
	}
}
