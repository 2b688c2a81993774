package queue_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sunbeon/appliance/queue"
)

// modelOffice is small enough for bands and quotas to run out.
func modelOffice(t *rapid.T) queue.Config {
	return queue.Config{
		Office: queue.Office{ID: "CS0001", Name: "가능동 주민센터"},
		Services: []queue.Service{
			{ID: "civil", Name: "민원", First: 1, Last: 40, Priority: true, Handling: 240,
				Online: true, Arrival: rapid.Bool().Draw(t, "civil arrival")},
			{ID: "passport", Name: "여권", Prefix: "P", First: 5, Last: 99, Quota: 8, Online: true, OnlineQuota: 3, Handling: 420,
				Arrival: rapid.Bool().Draw(t, "passport arrival")},
			{ID: "tax", Name: "세무", First: 101, Last: 110, Priority: true, Handling: 120},
		},
		Counters: []queue.Counter{
			{Number: 1, Services: []string{"civil", "tax"}, Rule: queue.RuleLongest},
			{Number: 2, Services: []string{"passport", "civil", "tax"}, Rule: queue.RuleStrict},
			{Number: 3, Services: []string{"civil", "passport", "tax"}, Rule: queue.RuleWeighted, Weights: []int{3, 1, 2}},
		},
		Rules: queue.Rules{
			PriorityRun:        rapid.IntRange(0, 2).Draw(t, "priority run"),
			TransferKeepsPlace: rapid.Bool().Draw(t, "keep place"),
			LateWithin:         rapid.SampledFrom([]int{0, 10}).Draw(t, "late within"),
			LatePlace:          rapid.SampledFrom([]queue.LatePlace{queue.LateFront, queue.LateAfter, queue.LateEnd}).Draw(t, "late place"),
			LateAfter:          rapid.IntRange(1, 3).Draw(t, "late after"),
			DelayMost:          rapid.IntRange(0, 5).Draw(t, "delay most"),
			DayStarts:          240, DayJumpLimit: 14,
		},
	}
}

// asked is a request that led to facts.
type asked struct {
	id      string
	command queue.Command
	answer  queue.Answer
}

// machine drives the package and the model side by side.
type machine struct {
	*desk
	rt     *rapid.T
	config queue.Config
	model  *model
	issued map[string]bool // by day, band and number
	asked  []asked
	ids    int
}

// kinds of commands, as often as they shall come.
var kinds = []string{
	"issue", "issue", "issue", "issue", "issue", "issue", "next", "next", "next", "next", "pick", "pick", "recall", "hold", "hold",
	"no-show", "no-show", "no-show", "return", "return", "return", "arrive", "arrive", "delay", "delay", "delay", "transfer", "transfer", "transfer", "finish", "open", "open", "close",
	"pause", "resume", "services", "close issuing", "reopen issuing", "reopen issuing", "cancel", "remove", "day",
}

func (m *machine) command() queue.Command {
	t := m.rt
	switch sample(t, "command", kinds...) {
	case "issue":
		return queue.Issue{Service: m.service(),
			Class:  sample(t, "class", queue.Ordinary, queue.Ordinary, queue.Priority),
			Origin: sample(t, "origin", queue.Button, queue.Button, queue.Clerk, queue.Online)}
	case "next":
		return queue.CallNext{Counter: m.counter(false)}
	case "pick":
		return queue.Pick{Counter: m.counter(false), Ref: m.ticket(sample(t, "status", queue.Waiting, queue.OnHold, queue.Missed))}
	case "recall":
		return queue.Recall{Counter: m.counter(true)}
	case "hold":
		return queue.Hold{Counter: m.counter(true)}
	case "no-show":
		return queue.MarkNoShow{Counter: m.counter(true)}
	case "return":
		return queue.Return{Ref: m.ticket(queue.Missed)}
	case "arrive":
		return queue.Arrive{Ref: m.ticket(sample(t, "status", queue.Waiting, queue.Missed))}
	case "delay":
		return queue.Delay{Ref: m.ticket(queue.Waiting), Pass: rapid.IntRange(1, 4).Draw(t, "pass")}
	case "transfer":
		return queue.Transfer{Counter: m.counter(true), Service: sample(t, "to service", "", m.service()), ToCounter: sample(t, "to counter", 0, 1, 2, 3)}
	case "finish":
		return queue.Finish{Counter: m.counter(true)}
	case "open":
		return queue.OpenCounter{Counter: m.counter(false)}
	case "close":
		return queue.CloseCounter{Counter: m.counter(false)}
	case "pause":
		return queue.Pause{Counter: m.counter(false)}
	case "resume":
		return queue.Resume{Counter: m.counter(false)}
	case "services":
		return queue.SetServices{Counter: m.counter(false), Services: rapid.SliceOfNDistinct(
			rapid.SampledFrom([]string{"civil", "passport", "tax"}), 1, 3, rapid.ID[string]).Draw(t, "services")}
	case "close issuing":
		return queue.CloseIssuing{Service: sample(t, "which", "", m.service())}
	case "reopen issuing":
		return queue.ReopenIssuing{Service: sample(t, "which", "", m.service())}
	case "cancel":
		return queue.Cancel{Ref: m.ticket(queue.Waiting)}
	case "remove":
		return queue.Remove{Ref: m.ticket(queue.Missed)}
	}
	if m.state.Day.Open {
		return queue.CloseDay{}
	}
	return queue.OpenDay{}
}

// sample draws evenly.
func sample[T any](t *rapid.T, label string, from ...T) T {
	return rapid.SampledFrom(from).Draw(t, label)
}

func (m *machine) service() string { return sample(m.rt, "service", "civil", "passport", "tax") }

// counter is any one, or mostly one with a ticket.
func (m *machine) counter(busy bool) int {
	from := []int{1, 2, 3}
	for _, k := range m.state.Counters {
		if busy && !k.Current.IsZero() {
			from = append(from, k.Number, k.Number, k.Number)
		}
	}
	return sample(m.rt, "counter", from...)
}

// ticket is mostly one of the status, but any other and one that is not there
// come too.
func (m *machine) ticket(status queue.Status) queue.Ref {
	from := []queue.Ref{{Band: "civil", Number: 99}}
	for i := range m.state.Tickets {
		switch t := &m.state.Tickets[i]; {
		case t.Status == status:
			from = append(from, t.Ref, t.Ref, t.Ref, t.Ref, t.Ref, t.Ref)
		case i%4 == 0:
			from = append(from, t.Ref)
		}
	}
	return sample(m.rt, "ticket", from...)
}

func (m *machine) step() {
	c := m.command()
	m.ids++
	id := fmt.Sprint("r", m.ids)
	before := m.state.Encode()
	_, _ = m.state.Decide(queue.Input{At: m.now, Request: id, Command: c})
	if !bytes.Equal(before, m.state.Encode()) {
		m.rt.Fatalf("Decide(%s) changed the state", c.Name())
	}
	count := len(m.facts)
	dec, err := m.do(id, c)
	code, ticket := m.model.do(c)
	var r *queue.Refusal
	switch {
	case errors.As(err, &r):
		if r.Code != code {
			m.rt.Fatalf("%s %+v: refused with %q, the model says %q", c.Name(), c, r.Code, code)
		}
		if !bytes.Equal(before, m.state.Encode()) {
			m.rt.Fatalf("%s: refused, and changed the state", c.Name())
		}
		return
	case dec.Notice != nil:
		if dec.Notice.Code != code {
			m.rt.Fatalf("%s %+v: notice %q, the model says %q", c.Name(), c, dec.Notice.Code, code)
		}
	case code != "":
		m.rt.Fatalf("%s %+v: taken, the model says %q", c.Name(), c, code)
	}
	var want queue.Ref
	if ticket != nil {
		want = ticket.ref
	}
	if dec.Answer.Ref != want {
		m.rt.Fatalf("%s %+v: answer %v, the model says %v", c.Name(), c, dec.Answer.Ref, want)
	}
	if len(m.facts) > count { // else it is decided anew
		m.asked = append(m.asked, asked{id, c, dec.Answer})
	}
	for _, f := range m.facts[count:] {
		if e, ok := f.Event.(queue.Issued); ok {
			key := fmt.Sprint(f.Day, e.Band, e.Number)
			if m.issued[key] {
				m.rt.Fatalf("number %s a second time", key)
			}
			m.issued[key] = true
		}
	}
}

// repeat gives an old request again: same answer, nothing happens.
func (m *machine) repeat() {
	if len(m.asked) == 0 {
		m.rt.Skip("nothing asked")
	}
	a := rapid.SampledFrom(m.asked).Draw(m.rt, "request")
	count := len(m.facts)
	dec, err := m.do(a.id, a.command)
	if err != nil || !dec.Repeated || dec.Answer != a.answer || len(m.facts) != count {
		m.rt.Fatalf("%s again: %+v, %v; first %+v", a.command.Name(), dec, err, a.answer)
	}
}

func (m *machine) later() {
	minutes := rapid.IntRange(1, 15).Draw(m.rt, "minutes")
	if m.now.Time().Hour() >= 23 {
		m.rt.Skip("the day is long")
	}
	m.wait(time.Duration(minutes) * time.Minute)
	m.model.minute += minutes
	m.must("", queue.Tick{})
}

func (m *machine) tomorrow() {
	morning := m.now.Time().Truncate(24 * time.Hour).Add(24 * time.Hour) // 09:00 in Korea
	m.wait(morning.Sub(m.now.Time()))
	m.must("", queue.Tick{})
	m.model = newModel(m.config)
	m.asked = nil
}

// check compares what both say of the office.
func (m *machine) check() {
	s := m.state
	at := map[queue.Ref]int{}
	for _, k := range s.Counters {
		mk := m.model.counter(k.Number)
		var want queue.Ref
		if mk.at != nil {
			want = mk.at.ref
		}
		if k.Current != want || k.Open != mk.open || k.Paused != mk.away {
			m.rt.Fatalf("counter %d is %+v, the model says %+v", k.Number, k, mk)
		}
		callable := 0
		for _, t := range m.model.line {
			if m.model.may(mk, t) && !t.away {
				callable++
			}
		}
		if got := s.Callable(k.Number); got != callable {
			m.rt.Fatalf("counter %d may call %d, the model says %d", k.Number, got, callable)
		}
		if k.Current.IsZero() {
			continue
		}
		if other, twice := at[k.Current]; twice {
			m.rt.Fatalf("%v is at counters %d and %d", k.Current, other, k.Number)
		}
		at[k.Current] = k.Number
	}
	if len(s.Tickets) != len(m.model.line) {
		m.rt.Fatalf("%d tickets, the model has %d", len(s.Tickets), len(m.model.line))
	}
	for _, t := range s.Tickets {
		mt := m.model.ticket(t.Ref)
		if string(t.Status) != mt.status || t.Service != mt.service || t.Counter != mt.counter || t.Away != mt.away || t.Passed != mt.passed {
			m.rt.Fatalf("%+v, the model says %+v", t, mt)
		}
		if n, there := at[t.Ref]; there != (t.Status == queue.AtCounter) || there && n != t.Counter {
			m.rt.Fatalf("%+v, and at counter %d", t, n)
		}
		if got, ok := s.Lookup(s.Label(t.Ref)); !ok || got != t.Ref {
			m.rt.Fatalf("%s is looked up as %v", s.Label(t.Ref), got)
		}
	}
	for _, v := range m.model.services {
		waiting, prios, away := 0, 0, 0
		for _, t := range m.model.line {
			if t.status == "waiting" && t.service == v.id {
				if m.ahead(t, waiting, prios); t.prio {
					prios++
				}
				if waiting++; t.away {
					away++
				}
			}
		}
		if got := s.Away(v.id); got != away {
			m.rt.Fatalf("%d are away for %s, the model says %d", got, v.id, away)
		}
		if got := s.Waiting(v.id); got != waiting {
			m.rt.Fatalf("%d wait for %s, the model says %d", got, v.id, waiting)
		}
		want := prios
		if m.model.rules.PriorityRun == 0 {
			want = waiting
		}
		if o, p := s.Ahead(v.id, queue.Ordinary), s.Ahead(v.id, queue.Priority); o != waiting || p != want {
			m.rt.Fatalf("%d and %d ahead for %s, the model says %d and %d", o, p, v.id, waiting, want)
		}
		if have := s.Service(v.id); have.Next != v.next || have.Issued != v.issued || have.Online != v.issuedOnline {
			m.rt.Fatalf("%+v, the model says %+v", have, v)
		}
	}
}

// ahead checks AheadOf for a ticket with so many of its service, and priority
// ones among them, before it.
func (m *machine) ahead(t *mTicket, before, prios int) {
	want := before
	if m.model.rules.PriorityRun > 0 {
		want = prios
		if !t.prio {
			want = before - prios
			for _, o := range m.model.line {
				if o.prio && o.status == "waiting" && o.service == t.service {
					want++
				}
			}
		}
	}
	if got := m.state.AheadOf(t.ref); got != want {
		m.rt.Fatalf("%d ahead of %v, the model says %d", got, t.ref, want)
	}
}

// TestModel is the office against its model. A failure prints the seed
// (-rapid.seed) that repeats it.
func TestModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := &machine{desk: newDesk(rt), rt: rt, config: modelOffice(rt), issued: map[string]bool{}}
		m.must("", queue.Configure{Config: m.config})
		m.model = newModel(m.config)
		rt.Repeat(map[string]func(*rapid.T){
			"commands": func(*rapid.T) {
				for range 8 {
					m.step()
					m.check()
				}
			},
			"more": func(*rapid.T) {
				for range 8 {
					m.step()
					m.check()
				}
			},
			"repeat": func(*rapid.T) { m.repeat() },
			"later":  func(*rapid.T) { m.later() },
			"tomorrow": func(*rapid.T) {
				if len(m.facts) > 60*int(m.state.Day.Number) { // a day is long enough for the line to grow
					m.tomorrow()
				}
			},
		})
		if again := replay(rt, m.facts); !bytes.Equal(again.Encode(), m.state.Encode()) {
			rt.Fatalf("replay differs:\n%s\n%s", again.Encode(), m.state.Encode())
		}
	})
}
