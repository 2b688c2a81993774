package queue_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"sunbeon/appliance/queue"
)

func (d *desk) calls(counter int, want ...queue.Ref) {
	d.t.Helper()
	for _, w := range want {
		if got := d.must("", queue.CallNext{Counter: counter}).Answer.Ref; got != w {
			d.t.Fatalf("counter %d called %v, want %v", counter, got, w)
		}
	}
}

// desk3 has all counters open, and so many civil tickets waiting.
func desk3(t *testing.T, change func(*queue.Config), tickets int) (*desk, []queue.Ref) {
	d := newDesk(t)
	c := office()
	if change != nil {
		change(&c)
	}
	d.must("", queue.Configure{Config: c})
	for n := range 3 {
		d.must("", queue.OpenCounter{Counter: n + 1})
	}
	var refs []queue.Ref
	for range tickets {
		refs = append(refs, d.issue("civil", queue.Ordinary))
	}
	return d, refs
}

func TestLatePlaces(t *testing.T) {
	for _, c := range []struct {
		place queue.LatePlace
		after int
		want  []int // order of calls of tickets 3 to 6 and the late 1 and 2
	}{
		{queue.LateFront, 0, []int{1, 2, 3, 4, 5, 6}},
		{queue.LateAfter, 1, []int{3, 1, 2, 4, 5, 6}},
		{queue.LateAfter, 3, []int{3, 4, 5, 1, 2, 6}},
		{queue.LateAfter, 9, []int{3, 4, 5, 6, 1, 2}},
		{queue.LateEnd, 0, []int{3, 4, 5, 6, 1, 2}},
	} {
		d, refs := desk3(t, func(q *queue.Config) { q.Rules.LatePlace, q.Rules.LateAfter = c.place, c.after }, 6)
		for i := range 2 {
			d.calls(1, refs[i])
			d.must("", queue.MarkNoShow{Counter: 1})
		}
		d.wait(10 * time.Minute) // exactly in time
		d.must("", queue.Return{Ref: refs[0]})
		d.must("", queue.Return{Ref: refs[1]})
		for _, n := range c.want {
			d.calls(1, refs[n-1])
		}
	}
}

// When the time since the call cannot be known, the citizen is believed.
func TestLateReturnAfterRestart(t *testing.T) {
	d, refs := desk3(t, nil, 1)
	d.calls(1, refs[0])
	d.must("", queue.MarkNoShow{Counter: 1})
	d.now.Boot, d.now.Mono, d.now.Trusted = "b", 1, false
	d.now.Wall += time.Hour.Milliseconds()
	d.must("", queue.Return{Ref: refs[0]})
	d.calls(1, refs[0])
	d.must("", queue.MarkNoShow{Counter: 1})
	d.now.Trusted = true
	d.must("", queue.Tick{})
	d.wait(11 * time.Minute)
	d.refused(queue.TooLate, queue.Return{Ref: refs[0]})
	d.must("", queue.Pick{Counter: 1, Ref: refs[0]}) // staff may still call
}

func TestHoldAndPick(t *testing.T) {
	d, refs := desk3(t, nil, 4)
	d.calls(1, refs[0])
	d.must("", queue.Hold{Counter: 1})
	d.calls(1, refs[1])
	d.must("", queue.Pick{Counter: 2, Ref: refs[0]}) // any counter takes it from hold
	if e, ok := d.facts[len(d.facts)-1].Event.(queue.Called); !ok || e.How != queue.ByHold {
		t.Fatalf("taken from hold by %+v", e)
	}
	d.must("", queue.Pick{Counter: 1, Ref: refs[3]}) // out of turn; finishes what it had
	if s := d.state.Find(refs[1]).Status; s != queue.Done {
		t.Fatalf("the counter's former ticket is %s", s)
	}
	n := d.state.CallSeq
	d.must("", queue.Pick{Counter: 1, Ref: refs[3]}) // its own: called again
	if last := d.state.Calls[len(d.state.Calls)-1]; !last.Recall || last.Ref != refs[3] || d.state.CallSeq != n+1 {
		t.Fatalf("last call %+v", last)
	}
	d.calls(1, refs[2])
}

func TestTransfers(t *testing.T) {
	for _, keeps := range []bool{false, true} {
		d, refs := desk3(t, func(c *queue.Config) { c.Rules.TransferKeepsPlace = keeps }, 1)
		later := d.issue("passport", queue.Ordinary)
		d.calls(1, refs[0])
		d.must("", queue.Transfer{Counter: 1, Service: "passport"})
		d.refused(queue.NobodyWaiting, queue.CallNext{Counter: 1})
		if keeps {
			d.calls(2, refs[0], later)
		} else {
			d.calls(2, later, refs[0])
		}
	}
}

// A ticket sent to a counter waits for it alone, also while its clerk is away,
// until the counter closes or is gone.
func TestTransferToACounterThatCloses(t *testing.T) {
	send := func() (*desk, queue.Ref) {
		d, refs := desk3(t, nil, 1)
		d.calls(1, refs[0])
		d.must("", queue.Transfer{Counter: 1, ToCounter: 3})
		d.must("", queue.Pause{Counter: 3})
		d.refused(queue.NobodyWaiting, queue.CallNext{Counter: 1})
		return d, refs[0]
	}
	d, ref := send()
	d.calls(3, ref)
	d, ref = send()
	d.must("", queue.CloseCounter{Counter: 3})
	d.calls(1, ref)
	d, ref = send()
	d.must("", queue.CloseCounter{Counter: 3})
	c := without(3)
	d.must("", queue.Configure{Config: c})
	d.calls(2, ref)
	d, ref = send() // one that its services do not cover
	d.must("", queue.SetServices{Counter: 3, Services: []string{"passport"}})
	d.calls(3, ref)
}

func TestQuotaComesBack(t *testing.T) {
	d, _ := desk3(t, func(c *queue.Config) { c.Services[1].Quota = 3 }, 0)
	ask := func(o queue.Origin) (queue.Ref, error) {
		dec, err := d.do("", queue.Issue{Service: "passport", Class: queue.Ordinary, Origin: o})
		return dec.Answer.Ref, err
	}
	a, _ := ask(queue.Online)
	b, _ := ask(queue.Online)
	if _, err := ask(queue.Online); !is(err, queue.OnlineQuotaDone) {
		t.Fatal(err)
	}
	d.must("", queue.Cancel{Ref: a})
	if r, err := ask(queue.Online); err != nil || r.Number != 3 {
		t.Fatalf("%v, %v: a number is never given again", r, err)
	}
	c, _ := ask(queue.Button)
	if _, err := ask(queue.Clerk); !is(err, queue.QuotaReached) {
		t.Fatal(err)
	}
	d.must("", queue.Remove{Ref: c})
	if _, err := ask(queue.Online); !is(err, queue.OnlineQuotaDone) {
		t.Fatal(err) // a ticket of the button gives no online share back
	}
	// A served ticket keeps its share, also when it was sent to another service.
	d.must("", queue.Pick{Counter: 2, Ref: b})
	d.must("", queue.Transfer{Counter: 2, Service: "civil"})
	if _, err := ask(queue.Button); err != nil {
		t.Fatal(err)
	}
	d.must("", queue.Cancel{Ref: b})
	if v := d.state.Service("passport"); v.Issued != 2 || v.Online != 1 {
		t.Fatalf("%+v", v)
	}
	if v := d.state.Service("civil"); v.Issued != 0 {
		t.Fatalf("%+v", v)
	}
}

func TestPaper(t *testing.T) {
	d, refs := desk3(t, nil, 1)
	paper := func(want queue.Paper, copies int) {
		t.Helper()
		if tk := d.state.Find(refs[0]); tk.Paper != want || tk.Copies != copies {
			t.Fatalf("paper %s, %d copies; want %s, %d", tk.Paper, tk.Copies, want, copies)
		}
	}
	paper(queue.Pending, 0)
	d.must("", queue.PaperResult{Day: 1, Ref: refs[0], Paper: queue.Failed, Reason: "용지 없음"})
	paper(queue.Failed, 0)
	d.must("", queue.Reprint{Ref: refs[0]})
	paper(queue.Pending, 1)
	d.must("", queue.CloseDay{})
	d.must("", queue.PaperResult{Day: 1, Ref: refs[0], Paper: queue.Unconfirmed}) // at any hour
	paper(queue.Unconfirmed, 1)
	d.must("", queue.PaperResult{Day: 1, Ref: refs[0], Paper: queue.OnPaper})
	paper(queue.OnPaper, 1)
	d.ticks("2026-11-24 09:00", "day_opened")
	today := d.issue("civil", queue.Ordinary)
	d.refused(queue.UnknownTicket, queue.PaperResult{Day: 1, Ref: today, Paper: queue.OnPaper}) // yesterday's
	online := d.must("", queue.Issue{Service: "passport", Class: queue.Ordinary, Origin: queue.Online}).Answer.Ref
	if p := d.state.Find(online).Paper; p != queue.NoPaper {
		t.Fatalf("an online ticket has paper %s", p)
	}
}

func TestDevicesOutliveTheDay(t *testing.T) {
	d := newDesk(t)
	conditions := []string{"paper_end", "cover_open", "paper_end"}
	d.must("", queue.ReportDevice{Device: "printer", Conditions: conditions})
	if n := len(d.must("", queue.ReportDevice{Device: "printer", Conditions: []string{"cover_open", "paper_end"}}).Events); n > 0 {
		t.Fatal("the same conditions are a fact again")
	}
	d.ticks("2026-11-24 09:00", "day_closed", "day_opened")
	if got := d.state.Devices["printer"]; !slices.Equal(got, []string{"cover_open", "paper_end"}) {
		t.Fatalf("conditions %v", got)
	}
	today := slices.IndexFunc(d.facts, func(f queue.Fact) bool { return f.Day == 2 })
	if s := replay(t, d.facts[today:]); !bytes.Equal(s.Encode(), d.state.Encode()) {
		t.Fatal("the day's facts alone do not give the state")
	}
	d.must("", queue.ReportDevice{Device: "printer"})
	if len(d.state.Devices) > 0 {
		t.Fatalf("a well device is kept: %v", d.state.Devices)
	}
}

func TestPendingConfigBeginsWithTheDay(t *testing.T) {
	d, _ := desk3(t, nil, 1)
	c := office()
	c.Services[0].First = 100
	d.refused(queue.ConfigInUse, queue.Configure{Config: c})
	bad := c
	bad.Counters = nil
	d.at("2026-11-24 09:00")
	d.must("", queue.Tick{Next: &bad})
	if r := d.issue("civil", queue.Ordinary); r.Number != 1 {
		t.Fatalf("a bad configuration was taken: %v", r)
	}
	d.at("2026-11-25 09:00")
	d.must("", queue.Tick{Next: &c})
	if r := d.issue("civil", queue.Ordinary); r.Number != 100 {
		t.Fatalf("first number %v", r)
	}
	d.must("", queue.CloseDay{})
	d.at("2026-11-25 10:00")
	other := office()
	d.must("", queue.OpenDay{Next: &other}) // reopened: the day keeps its own
	if r := d.issue("civil", queue.Ordinary); r.Number != 101 {
		t.Fatalf("number %v", r)
	}
}

func TestLine(t *testing.T) {
	d, _ := desk3(t, nil, 2)
	d.issue("passport", queue.Ordinary)
	d.issue("civil", queue.Priority)
	check := func(service string, class queue.Class, want ...string) {
		t.Helper()
		if got := d.state.Line(service, class); !slices.Equal(got, want) {
			t.Fatalf("before %s %s: %v, want %v", class, service, got, want)
		}
	}
	check("civil", queue.Ordinary, "civil", "civil", "civil", "passport")
	check("civil", queue.Priority, "civil")
	d.must("", queue.CloseCounter{Counter: 2})
	d.must("", queue.CloseCounter{Counter: 3})
	check("civil", queue.Ordinary, "civil", "civil", "civil") // no open counter shares
	check("passport", queue.Ordinary, "passport")
	c := office()
	c.Rules.PriorityRun = 0
	d.must("", queue.Configure{Config: c})
	check("civil", queue.Priority, "civil", "civil", "civil") // in the order of places
}

// State, facts and what the caller holds share no memory: who scribbles over
// one does not change another.
func TestNothingIsShared(t *testing.T) {
	config := lunch()
	d := &desk{t: t, state: queue.New(), now: newDesk(t).now}
	scribble := func(c *queue.Config) {
		c.Services[0].Name, c.Counters[0].Services[0], c.Shifts[1].Services[0] = "x", "x", "x"
		c.Shifts[0].When.Days[0], c.Shifts[0].When.Spans[0].From = 6, 0
	}
	run := func(command queue.Command) {
		in := queue.Input{At: d.now, Command: command}
		dec, err := d.state.Decide(in)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range d.state.Facts(in, dec.Events) {
			if err := d.state.Apply(f); err != nil {
				t.Fatal(err)
			}
		}
		before := d.state.Encode()
		for _, e := range dec.Events {
			switch e := e.(type) {
			case queue.ConfigChanged:
				scribble(&e.Config)
			case queue.DayOpened:
				scribble(&e.Config)
				for _, c := range e.Devices {
					c[0] = "x"
				}
			case queue.ServicesChanged:
				e.Services[0] = "x"
			case queue.DeviceChanged:
				e.Conditions[0] = "x"
			case queue.Called:
				for id := range e.Credit {
					e.Credit[id] = 99
				}
			}
		}
		if !bytes.Equal(before, d.state.Encode()) {
			t.Errorf("%s: the event shares memory with the state", command.Name())
		}
	}
	run(queue.Configure{Config: config})
	scribble(&config)
	run(queue.Tick{})
	services := []string{"civil"}
	run(queue.SetServices{Counter: 2, Services: services})
	services[0] = "x"
	conditions := []string{"paper_end"}
	run(queue.ReportDevice{Device: "printer", Conditions: conditions})
	conditions[0] = "x"
	run(queue.Issue{Service: "civil", Class: queue.Ordinary, Origin: queue.Button})
	run(queue.CallNext{Counter: 3})
	d.at("2026-11-23 12:00")
	run(queue.Tick{})
	d.at("2026-11-24 09:00")
	run(queue.Tick{})
	if bytes.Contains(d.state.Encode(), []byte(`"x"`)) {
		t.Errorf("what the caller holds is part of the state: %s", d.state.Encode())
	}
}
