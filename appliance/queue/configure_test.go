package queue_test

import (
	"slices"
	"testing"

	"sunbeon/appliance/queue"
)

// without returns the office without one counter.
func without(counter int) queue.Config {
	c := office()
	c.Counters = slices.DeleteFunc(c.Counters, func(k queue.Counter) bool { return k.Number == counter })
	return c
}

func TestConfigMustKeepWhatTheDayNeeds(t *testing.T) {
	onlyCivil := func() queue.Config {
		c := office()
		c.Services = c.Services[:1]
		for i := range c.Counters {
			c.Counters[i].Services, c.Counters[i].Weights, c.Counters[i].Rule = []string{"civil"}, nil, queue.RuleLongest
		}
		return c
	}
	band := func(first, last int, prefix string) queue.Config {
		c := office()
		c.Services[1].First, c.Services[1].Last, c.Services[1].Prefix = first, last, prefix
		return c
	}
	d := newDesk(t)
	d.must("", queue.OpenCounter{Counter: 3})
	d.refused(queue.ConfigInUse, queue.Configure{Config: without(3)}) // counter 3 has no name
	d.must("", queue.Configure{Config: without(1)})
	d.must("", queue.Configure{Config: office()})
	d.must("", queue.Configure{Config: onlyCivil()}) // nobody took a passport ticket yet
	d.must("", queue.Configure{Config: office()})

	ref := d.issue("passport", queue.Ordinary)
	for name, c := range map[string]queue.Config{
		"service gone": onlyCivil(), "other prefix": band(1, 99, "Q"), "number below": band(2, 99, "P"),
	} {
		if _, err := d.do("", queue.Configure{Config: c}); err == nil {
			t.Errorf("%s: accepted with P1 in the hall", name)
		}
	}
	d.must("", queue.Configure{Config: band(1, 50, "P")})
	if next := d.state.Service("passport").Next; next != 2 {
		t.Fatalf("the band goes on with %d", next)
	}
	d.must("", queue.Configure{Config: band(1, 1, "P")})
	d.refused(queue.BandExhausted, queue.Issue{Service: "passport", Class: queue.Ordinary, Origin: queue.Button})

	// A closed day may be reopened: its tickets still need their service.
	d.must("", queue.CloseDay{})
	d.refused(queue.ConfigInUse, queue.Configure{Config: onlyCivil()})
	d.must("", queue.OpenDay{})
	if s := d.state.Find(ref).Status; s != queue.Waiting {
		t.Fatalf("the ticket of a reopened day is %s", s)
	}
}

func TestUnusedBandStartsAtItsNewFirst(t *testing.T) {
	d := newDesk(t)
	c := office()
	c.Services[1].First = 50
	d.must("", queue.Configure{Config: c})
	if r := d.issue("passport", queue.Ordinary); r.Number != 50 {
		t.Fatalf("first number %d", r.Number)
	}
}
