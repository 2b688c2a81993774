package intake

import (
	"fmt"
	"testing"
	"time"

	"sunbeon/appliance/queue"
)

// What was heard of an old machine, and any kind of fact that the city does not
// know, is stored and acknowledged like the others and leaves the day as it is.
func TestFactsOfAnObservedOfficeAreStored(t *testing.T) {
	c := newCity(t)
	o := newOffice(t, "a", config(rules(1, false, queue.LateFront)))
	own := o.issue("civil", queue.Ordinary, queue.Button)
	before := len(o.record)
	o.must(queue.CloseDay{})
	o.wait(24 * time.Hour)
	listens := config(rules(1, false, queue.LateFront))
	listens.Observed = true
	listens.Services[1].Online, listens.Services[1].Arrival = false, false
	o.must(queue.Tick{Next: &listens})
	for n := range 5 {
		o.must(queue.Observe{What: queue.HeardIssued, Service: "civil", Number: n + 1})
		o.must(queue.Observe{What: queue.HeardCalled, Service: "civil", Number: n + 1, Counter: 2})
	}
	o.must(queue.Observe{What: queue.HeardNothing})
	o.must(queue.CloseDay{})

	c.hearFacts(t, "o", o.record[:before]...)
	c.digest(t)
	if got, ok := c.Ticket(own); !ok || got.Doubt {
		t.Fatalf("the day before: %+v, %v", got, ok)
	}
	c.hearFacts(t, "o", o.record[before:]...)
	c.digest(t)
	last := o.state.Seq
	if got, want := c.pending(), fmt.Sprintf("o:a:%d", last); got != want {
		t.Errorf("cursor %q, want %q", got, want)
	}
	if of, _ := c.Office("o"); of.Stored != (Stored{Journal: "a", Seq: last}) {
		t.Errorf("%+v", of.Stored)
	}
	s := c.cfg.Store.days
	if d := s.byOffice["o"]; d == nil || d.doubt || d.number != 2 || d.seq != last || len(d.tickets) != 0 {
		t.Errorf("the observed day: %+v", d)
	}
	if _, ok := c.Ticket(own); ok {
		t.Error("a ticket of the day before is still known")
	}
}
