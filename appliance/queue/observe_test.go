package queue_test

import (
	"testing"
	"time"

	"sunbeon/appliance/queue"
)

// observed is the office while it keeps its old machine.
func observed() queue.Config {
	c := office()
	c.Observed = true
	c.Services[1].Online, c.Services[1].OnlineQuota = false, 0
	return c
}

func observing(d *desk) { d.must("", queue.Configure{Config: observed()}) }

func newListener(t tb) *desk {
	d := newDesk(t)
	observing(d)
	return d
}

func (d *desk) hears(what queue.Observation, service string, number, counter int) {
	d.t.Helper()
	d.must("", queue.Observe{What: what, Service: service, Number: number, Counter: counter})
}

// gives and shows are of the service with ids civil.
func (d *desk) gives(numbers ...int) {
	d.t.Helper()
	for _, n := range numbers {
		d.hears(queue.HeardIssued, "civil", n, 0)
	}
}

func (d *desk) shows(numbers ...int) {
	d.t.Helper()
	for _, n := range numbers {
		d.hears(queue.HeardCalled, "civil", n, 1)
	}
}

func (d *desk) tells(count int) {
	d.t.Helper()
	d.must("", queue.Observe{What: queue.HeardWaiting, Service: "civil", Count: count})
}

// inLine checks the count of those who wait; -1 is not known.
func (d *desk) inLine(want int) {
	d.t.Helper()
	n, known := d.state.HeardWaiting("civil", d.now)
	if !known {
		n = -1
	}
	if n != want {
		h, _ := d.state.HeardOf("civil")
		d.t.Fatalf("%d wait, want %d: %+v", n, want, h)
	}
}

// observedDay has every observation, and what may come between.
func observedDay(t *testing.T) *desk {
	d := newListener(t)
	d.gives(1, 2, 3)
	d.shows(1)
	d.wait(time.Minute)
	d.shows(3)
	d.tells(7)
	d.hears(queue.HeardCalled, "", 4, 0)
	d.hears(queue.HeardIssued, "passport", 1, 0)
	d.wait(time.Minute)
	d.hears(queue.HeardCalled, "passport", 1, 3)
	d.must("", queue.CloseIssuing{Service: "passport"})
	d.must("", queue.CloseDay{})
	d.must("", queue.OpenDay{})
	d.gives(4, 5)
	d.hears(queue.HeardRestarted, "civil", 0, 0)
	d.gives(1, 2, 3)
	d.shows(1, 2)
	d.must("", queue.Observe{What: queue.HeardNothing, Service: "passport"})
	return d
}

func TestWhoWaitsAtAnObservedOffice(t *testing.T) {
	for name, day := range map[string]func(*desk){
		"from the first number on": func(d *desk) {
			d.gives(1, 2)
			d.inLine(-1) // no call was heard yet: perhaps none can be
			d.shows(1)
			d.inLine(1)
			d.gives(3, 4)
			d.inLine(3)
			d.shows(2, 3, 4)
			d.inLine(0)
		},
		"nothing was heard": func(d *desk) { d.inLine(-1) },
		"calls alone":       func(d *desk) { d.shows(1, 2, 3, 4, 5); d.inLine(-1) },
		"listening began in the middle of a day": func(d *desk) {
			d.gives(57, 58, 59, 60, 61)
			d.shows(40) // people who came before
			d.inLine(-1)
			d.shows(57)
			d.inLine(-1) // perhaps picked
			d.shows(58)
			d.inLine(-1)
			d.shows(59)
			d.inLine(2)
			d.shows(41) // somebody older waits after all
			d.inLine(-1)
		},
		"a pick": func(d *desk) {
			d.gives(1, 2, 3, 4, 5, 6)
			d.shows(1, 4) // 2 and 3 were called unheard, or 4 was picked
			d.inLine(-1)
			d.shows(2)
			d.inLine(3)
			d.shows(3, 5)
			d.inLine(1)
		},
		"a pick of a pick": func(d *desk) {
			d.gives(1, 2, 3, 4, 5, 6, 7, 8)
			d.shows(1, 4, 7)
			d.inLine(-1)
			d.shows(2)
			d.inLine(4) // 3, 5, 6, 8
		},
		"calls unheard": func(d *desk) {
			d.gives(1, 2, 3, 4, 5, 6, 7, 8)
			d.shows(1, 4)
			d.shows(5, 6)
			d.inLine(-1)
			d.shows(7)
			d.inLine(1)
			d.shows(2) // late, or it and 3 had waited after all
			d.inLine(-1)
			d.shows(3)
			d.inLine(1)
		},
		"a late call of one whose call was unheard": func(d *desk) {
			d.gives(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
			d.shows(1, 4, 5, 6, 7)
			d.inLine(5)
			d.shows(2)
			d.inLine(-1)
			d.shows(8, 9, 10)
			d.inLine(2)
		},
		"tickets unheard": func(d *desk) {
			d.gives(1, 2)
			d.shows(1)
			d.gives(6) // 3 to 5 were given, too
			d.inLine(5)
			d.shows(2, 3)
			d.inLine(3)
		},
		"a ticket called before it was heard": func(d *desk) {
			d.gives(1)
			d.shows(1, 2)
			d.inLine(-1)
			d.gives(2, 3, 4, 5, 6, 7)
			d.shows(3, 4, 5)
			d.inLine(-1)
			d.shows(6)
			d.inLine(1)
		},
		"a leap": func(d *desk) {
			d.gives(1, 2)
			d.shows(1)
			d.gives(102)
			d.inLine(-1)
		},
		"a copy of a ticket": func(d *desk) { d.gives(1, 2, 2, 2); d.shows(1); d.inLine(1) },
		"the same number at another counter": func(d *desk) {
			d.gives(1, 2, 3)
			d.shows(1)
			d.hears(queue.HeardCalled, "civil", 1, 3)
			d.inLine(2)
		},
		"numbers wrap": func(d *desk) {
			d.gives(298, 299, 300)
			d.shows(298, 299, 300)
			d.inLine(0)
			d.gives(1, 2, 3)
			d.shows(1)
			d.inLine(2)
		},
		"a whole round": func(d *desk) {
			for n := range 900 {
				d.gives(n%300 + 1)
				if n > 4 {
					d.shows((n-5)%300 + 1)
				}
			}
			d.inLine(5)
		},
		"a number of a round ago was never called": func(d *desk) {
			d.gives(1, 2)
			for n := 2; n < 307; n++ {
				d.gives(n%300 + 1)
				if n != 6 {
					d.shows(n%300 + 1)
				}
			}
			d.inLine(0)
		},
		"the machine restarts": func(d *desk) {
			d.gives(1, 2, 3)
			d.shows(1)
			d.hears(queue.HeardRestarted, "civil", 0, 0)
			d.inLine(-1)
			d.gives(1, 2, 3, 4) // who has an old ticket may still wait
			d.shows(1, 2)
			d.inLine(-1)
			d.shows(3)
			d.inLine(1)
		},
		"the machine is switched on in the morning": func(d *desk) {
			d.hears(queue.HeardRestarted, "civil", 0, 0)
			d.gives(1, 2)
			d.shows(1)
			d.inLine(1)
		},
		"a wire was cut": func(d *desk) {
			d.gives(1, 2, 3)
			d.shows(1)
			d.must("", queue.Observe{What: queue.HeardNothing})
			d.inLine(-1)
			d.gives(9, 10, 11, 12)
			d.shows(9, 10, 11)
			d.inLine(1)
		},
		"a call of no service": func(d *desk) {
			d.gives(1, 2, 3, 4, 5, 6)
			d.shows(1)
			d.hears(queue.HeardCalled, "", 2, 1) // civil 2 or passport 2
			d.inLine(-1)
			d.shows(3, 4, 5)
			d.inLine(-1)
			d.shows(6)
			d.inLine(0)
		},
		"a call of another band": func(d *desk) {
			d.gives(1, 2, 3)
			d.shows(1)
			d.hears(queue.HeardCalled, "passport", 2, 1)
			d.inLine(2)
		},
		"the machine counts": func(d *desk) {
			d.tells(4)
			d.inLine(4)
			d.gives(1, 2, 3)
			d.shows(1) // the machine tells of it in a moment, or did just now
			d.inLine(4)
			d.tells(3)
			d.inLine(3)
			d.wait(time.Minute)
			d.shows(2)  // a call that the machine's count does not follow
			d.inLine(1) // so it is that of numbers
		},
		"the machine counts on its tickets": func(d *desk) {
			d.tells(4)
			d.gives(10)
			d.wait(time.Minute)
			d.inLine(4)
			d.shows(5)
			d.inLine(-1)
		},
		"the count of nobody": func(d *desk) { d.tells(0); d.wait(5 * time.Hour); d.inLine(0) },
		"nothing lowers the count": func(d *desk) {
			d.gives(1, 2, 3)
			d.shows(1)
			d.wait(time.Hour)
			d.gives(4)
			d.inLine(3)
			d.wait(time.Second)
			d.inLine(-1)
			d.shows(2)
			d.inLine(2)
		},
		"a told count grows old": func(d *desk) { d.tells(2); d.wait(time.Hour + time.Second); d.inLine(-1) },
		"the day closes":         func(d *desk) { d.gives(1, 2); d.shows(1); d.must("", queue.CloseDay{}); d.inLine(-1) },
		"a new day": func(d *desk) {
			d.gives(1, 2)
			d.shows(1)
			d.wait(24 * time.Hour)
			d.must("", queue.Tick{})
			if _, known := d.state.HeardOf("civil"); known || len(d.state.Calls) > 0 {
				d.t.Fatal("the new day knows of the old")
			}
			d.inLine(-1)
			d.gives(1, 2)
			d.shows(1)
			d.inLine(1)
		},
	} {
		t.Run(name, func(t *testing.T) { day(newListener(t)) })
	}
}

func TestObservedCallsAreListedAndShown(t *testing.T) {
	d := newListener(t)
	d.hears(queue.HeardCalled, "passport", 12, 3)
	d.hears(queue.HeardCalled, "", 7, 0)
	d.hears(queue.HeardCalled, "civil", 9, 44) // a counter that the configuration lacks
	type call struct {
		seq     uint64
		label   string
		counter int
	}
	var got []call
	for _, c := range d.state.Calls {
		got = append(got, call{c.Seq, d.state.Label(c.Ref), c.Counter})
	}
	want := []call{{1, "P12", 3}, {2, "7", 0}, {3, "9", 44}}
	for i := range want {
		if len(got) != len(want) || got[i] != want[i] {
			t.Fatalf("calls %+v, want %+v", got, want)
		}
	}
	if at := d.state.Counter(3).Current; d.state.Label(at) != "P12" {
		t.Fatalf("counter 3 shows %+v", at)
	}
	if len(d.state.Tickets) > 0 {
		t.Fatalf("tickets %+v", d.state.Tickets)
	}
}

// The state of an office that does not listen has no trace of listening.
func TestHeardOfNobody(t *testing.T) {
	d := newDesk(t)
	if _, known := d.state.HeardOf("civil"); known {
		t.Fatal("an office with its own machine heard something")
	}
	observing(d)
	n := len(d.facts)
	d.tells(3)
	d.must("", queue.Observe{What: queue.HeardWaiting, Count: 9}) // of no service
	d.must("", queue.Observe{What: queue.HeardNothing, Service: "passport"})
	if len(d.facts) != n+1 {
		t.Fatalf("recorded %+v", d.facts[n:])
	}
}
