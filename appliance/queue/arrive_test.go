package queue_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sunbeon/appliance/queue"
)

// home is an office whose services give online tickets that wait for their
// holders: s0, s1, ... at one counter.
func home(rule queue.Rule, run int, weights ...int) queue.Config {
	c := fair(rule, 1, run, weights...)
	for i := range c.Services {
		c.Services[i].Online, c.Services[i].Arrival = true, true
	}
	c.Rules.LatePlace, c.Rules.LateWithin, c.Rules.DelayMost = queue.LateFront, 10, 5
	return c
}

// comes gives a ticket as a letter says: o ordinary, p priority, in capitals taken
// online by somebody who is not here; a digit before it is its service. Its token
// is its place in the row.
func (d *desk) comes(row string) (tokens []string) {
	d.t.Helper()
	service := "s0"
	for _, r := range row {
		c := queue.Issue{Class: queue.Ordinary, Origin: queue.Button, Token: fmt.Sprint(len(d.state.Tickets) + 1)}
		switch {
		case r >= '0' && r <= '9':
			service = "s" + string(r)
			continue
		case r == ' ':
			continue
		case strings.ContainsRune("OP", r):
			c.Origin = queue.Online
		}
		if strings.ContainsRune("pP", r) {
			c.Class = queue.Priority
		}
		c.Service = service
		d.must("", c)
		tokens = append(tokens, c.Token)
	}
	return tokens
}

// done words what came of a command: the tokens skipped, and the one called.
func (d *desk) done(c queue.Command) string {
	d.t.Helper()
	dec := d.must("", c)
	out := ""
	for _, e := range dec.Events {
		switch e := e.(type) {
		case queue.Skipped:
			out += "-" + d.state.Find(e.Ref).Token + " "
		case queue.Called:
			out += d.state.Find(e.Ref).Token
		}
	}
	return strings.TrimSpace(out)
}

// TestWhoIsSkipped: who would have been called first is, in that order, and nobody
// else.
func TestWhoIsSkipped(t *testing.T) {
	longest, strict, weighted := queue.RuleLongest, queue.RuleStrict, queue.RuleWeighted
	for _, c := range []struct {
		what  string
		rule  queue.Rule
		run   int
		comes string
		calls []string
	}{
		{"who stands before", longest, 0, "OOoOo", []string{"-1 -2 3", "-4 5"}},
		{"nobody behind", longest, 0, "oOO", []string{"1", ""}},
		{"only the way is long", longest, 0, "OO", []string{""}},
		{"without precedence a priority ticket is one of the line", longest, 0, "PoPo", []string{"-1 2", "-3 4"}},
		{"a priority ticket on the way would have jumped", longest, 1, "ooP", []string{"-3 1", "2"}},
		{"it has no jump left", longest, 1, "opoPo", []string{"2", "1", "-4 3", "5"}},
		{"an ordinary one is jumped, not skipped", longest, 1, "Opo", []string{"2", "-1 3"}},
		{"a jump over nobody is none", longest, 1, "Oppo", []string{"2", "3", "-1 4"}},
		{"priority before ordinary", longest, 2, "OPPo", []string{"-2 -3 -1 4"}},
		{"another service of the counter", longest, 0, "0O1o0o", []string{"-1 2", "3"}},
		{"the counter's order", strict, 0, "1o0O1O0o1o", []string{"-2 4", "1", "-3 5"}},
		{"an earlier service of which nobody is here", strict, 0, "1o0OO", []string{"-2 -3 1"}},
		{"a share's turn", weighted, 0, "0Oo1O0o1o", []string{"-1 2", "-3 5", "4"}},
		{"a service without anybody has no turn", weighted, 0, "0OO1oo", []string{"3", "4"}},
		{"a share's priority tickets", weighted, 1, "0OP1o0o", []string{"-2 -1 4", "3"}},
	} {
		d := fairDesk(t, home(c.rule, c.run, 1, 1))
		d.comes(c.comes)
		var got []string
		for range c.calls {
			got = append(got, d.done(queue.CallNext{Counter: 1}))
		}
		if !slices.Equal(got, c.calls) {
			t.Errorf("%s: %s of %s: %q, want %q", c.what, c.rule, c.comes, got, c.calls)
		}
		for i := range d.state.Tickets {
			tk := &d.state.Tickets[i]
			skipped := strings.Contains(strings.Join(got, " ")+" ", "-"+tk.Token+" ")
			if (tk.Status == queue.Missed) != skipped || tk.Away != (tk.Origin == queue.Online) {
				t.Errorf("%s: %+v", c.what, tk)
			}
		}
	}
}

// TestThoseHereAreCalledAsIfAlone: two offices have the same day but for the online
// tickets of people who never come. Nobody notices.
func TestThoseHereAreCalledAsIfAlone(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := modelOffice(rt)
		for i := range c.Services {
			c.Services[i].Online, c.Services[i].Arrival, c.Services[i].Priority = true, true, true
			c.Services[i].Quota, c.Services[i].OnlineQuota, c.Services[i].First, c.Services[i].Last = 0, 0, 1000*(i+1), 1000*(i+1)+999
		}
		c.Rules.LatePlace = queue.LateFront // the other places are reckoned by who waits
		some, all := fairDesk(rt, c), fairDesk(rt, c)
		named := func(d *desk, token string) queue.Ref {
			for i := range d.state.Tickets {
				if d.state.Tickets[i].Token == token {
					return d.state.Tickets[i].Ref
				}
			}
			return queue.Ref{}
		}
		token := func(d *desk, n int) string {
			if t := d.state.Find(d.state.Counter(n).Current); t != nil {
				return t.Token
			}
			return ""
		}
		issued := 0
		for range rapid.IntRange(1, 150).Draw(rt, "steps") {
			n := rapid.IntRange(1, 3).Draw(rt, "counter")
			var cmd func(*desk) queue.Command
			switch rapid.IntRange(0, 11).Draw(rt, "what") {
			case 0, 1, 2:
				issued++
				i := queue.Issue{Service: sample(rt, "service", "civil", "passport", "tax"), Class: sample(rt, "class", queue.Ordinary, queue.Ordinary, queue.Priority),
					Origin: queue.Button, Token: fmt.Sprint(issued)}
				cmd = func(*desk) queue.Command { return i }
			case 3, 4:
				all.must("", queue.Issue{Service: sample(rt, "service", "civil", "passport", "tax"), Class: sample(rt, "class", queue.Ordinary, queue.Ordinary, queue.Priority),
					Origin: queue.Online, Token: "away"})
				continue
			case 5:
				cmd = func(*desk) queue.Command { return queue.Hold{Counter: n} }
			case 6:
				cmd = func(*desk) queue.Command { return queue.MarkNoShow{Counter: n} }
			case 7:
				to := sample(rt, "to", "civil", "passport", "tax")
				cmd = func(*desk) queue.Command { return queue.Transfer{Counter: n, Service: to} }
			case 8:
				back := fmt.Sprint(rapid.IntRange(1, issued+1).Draw(rt, "back"))
				cmd = func(d *desk) queue.Command { return queue.Return{Ref: named(d, back)} }
			default:
				cmd = func(*desk) queue.Command { return queue.CallNext{Counter: n} }
			}
			_, errA := some.do("", cmd(some))
			_, errB := all.do("", cmd(all))
			if (errA == nil) != (errB == nil) {
				rt.Fatalf("%T: alone %v, with others %v", cmd(some), errA, errB)
			}
			for k := 1; k <= 3; k++ {
				if a, b := token(some, k), token(all, k); a != b {
					rt.Fatalf("counter %d has %q, alone %q", k, b, a)
				}
			}
		}
	})
}

// TestPassedIsExact: however often people let others pass, come back late and are
// sent on, a delay puts as many before the ticket as it says.
func TestPassedIsExact(t *testing.T) {
	passed := 0
	rapid.Check(t, func(rt *rapid.T) {
		c := home(queue.RuleLongest, rapid.IntRange(0, 2).Draw(rt, "run"), 1, 1)
		c.Rules.LatePlace = sample(rt, "late", queue.LateFront, queue.LateAfter, queue.LateEnd)
		c.Rules.LateAfter, c.Rules.DelayMost = rapid.IntRange(1, 3).Draw(rt, "after"), 9
		d := fairDesk(rt, c)
		for range rapid.IntRange(1, 80).Draw(rt, "steps") {
			switch rapid.IntRange(0, 6).Draw(rt, "what") {
			case 0, 1:
				d.comes(sample(rt, "who", "o", "p", "O", "1o", "1p"))
			case 2:
				_, _ = d.do("", queue.CallNext{Counter: 1})
				_, _ = d.do("", queue.MarkNoShow{Counter: 1})
			case 3:
				for i := range d.state.Tickets {
					if r := d.state.Tickets[i].Ref; d.state.Tickets[i].Status == queue.Missed {
						d.must("", queue.Return{Ref: r})
						break
					}
				}
			default:
				if len(d.state.Tickets) == 0 {
					continue
				}
				r := d.state.Tickets[rapid.IntRange(0, len(d.state.Tickets)-1).Draw(rt, "ticket")].Ref
				pass := rapid.IntRange(1, 4).Draw(rt, "pass")
				before := map[queue.Ref]int{}
				for i := range d.state.Tickets {
					before[d.state.Tickets[i].Ref] = d.state.AheadOf(d.state.Tickets[i].Ref)
				}
				had := d.state.Find(r).Passed
				if _, err := d.do("", queue.Delay{Ref: r, Pass: pass}); err != nil {
					continue
				}
				n := d.state.Find(r).Passed - had
				passed += n
				if got := d.state.AheadOf(r); n < 1 || n > pass || got != before[r]+n {
					rt.Fatalf("%v lets %d of %d pass: %d ahead, before %d", r, n, pass, got, before[r])
				}
				gained := 0
				for o, was := range before {
					if o == r {
						continue
					}
					switch got := d.state.AheadOf(o); {
					case got == was-1:
						gained++
					case got != was:
						rt.Fatalf("%d ahead of %v, before %d", got, o, was)
					}
				}
				if gained > n {
					rt.Fatalf("%d were to pass, %d are nearer", n, gained)
				}
			}
		}
		if d.state.Find(queue.Ref{}) != nil {
			rt.Fatal("nobody's ticket")
		}
	})
	if passed < 50 {
		t.Errorf("only %d passed in all", passed)
	}
}

func TestDelay(t *testing.T) {
	for _, c := range []struct {
		what, comes string
		delays      []string // token/pass
		calls       string
	}{
		{"one", "oooo", []string{"1/1"}, "2 1 3 4"},
		{"as many as wait", "ooo", []string{"1/9"}, "2 3 1"},
		{"two after each other", "oooo", []string{"1/1", "2/1"}, "1 2 3 4"},
		{"two behind one", "oooo", []string{"2/1", "1/1"}, "3 1 2 4"},
		{"no further than allowed", "oooooooo", []string{"1/4", "1/4"}, "2 3 4 5 6 1 7 8"},
		{"of its service", "0o1o0o1o", []string{"1/1"}, "2 3 1 4"},
		{"of its class", "opop", []string{"1/1"}, "2 4 3 1"},
		{"and who comes later stays behind", "oo", []string{"1/1"}, "2 1"},
	} {
		cfg := home(queue.RuleLongest, 9, 1, 1)
		d := fairDesk(t, cfg)
		d.comes(c.comes)
		for _, s := range c.delays {
			token, pass, _ := strings.Cut(s, "/")
			d.must("", queue.Delay{Token: token, Pass: int(pass[0] - '0')})
		}
		late := d.comes("o")[0]
		var got []string
		for range strings.Fields(c.calls) {
			got = append(got, d.done(queue.CallNext{Counter: 1}))
		}
		if strings.Join(got, " ") != c.calls || d.done(queue.CallNext{Counter: 1}) != late {
			t.Errorf("%s: called %q, want %s", c.what, got, c.calls)
		}
	}
}

// TestSkippedComesBack: by the late rule, once, within its time; by staff as well.
func TestSkippedComesBack(t *testing.T) {
	for _, arrive := range []func(queue.Ref) queue.Command{
		func(r queue.Ref) queue.Command { return queue.Arrive{Ref: r} },
		func(r queue.Ref) queue.Command { return queue.Return{Ref: r} },
	} {
		d := fairDesk(t, home(queue.RuleLongest, 0, 1))
		d.comes("Oooo")
		if got := d.done(queue.CallNext{Counter: 1}); got != "-1 2" {
			t.Fatal(got)
		}
		away := d.state.Tickets[0].Ref
		if got := d.state.Find(away); got.Status != queue.Missed || !got.Away || got.Changed != d.now {
			t.Fatalf("skipped %+v", got)
		}
		d.wait(10 * time.Minute)
		d.must("", arrive(away))
		if got := d.state.Find(away); got.Status != queue.Waiting || got.Away || d.state.AheadOf(away) != 0 {
			t.Fatalf("back %+v", got)
		}
		if got := d.done(queue.CallNext{Counter: 1}); got != "1" {
			t.Errorf("called %q", got)
		}
		d.must("", queue.MarkNoShow{Counter: 1})
		d.refused(queue.MissedCall, queue.Arrive{Ref: away}) // now it is for staff
		d.must("", queue.Return{Ref: away})
	}
}

// TestArrivalAgain: to say it twice, or without having been asked, does nothing.
func TestArrivalAgain(t *testing.T) {
	d := fairDesk(t, home(queue.RuleLongest, 0, 1))
	d.comes("Oo")
	first := d.must("here", queue.Arrive{Token: "1"})
	n := len(d.facts)
	if again := d.must("here", queue.Arrive{Token: "1"}); !again.Repeated || again.Answer != first.Answer {
		t.Errorf("%+v, first %+v", again, first)
	}
	for _, token := range []string{"1", "2"} {
		if dec := d.must("", queue.Arrive{Token: token}); len(dec.Events) > 0 || d.state.Find(dec.Answer.Ref).Token != token {
			t.Errorf("%s: %+v", token, dec)
		}
	}
	d.must("", queue.CallNext{Counter: 1})
	if dec := d.must("", queue.Arrive{Token: "1"}); len(dec.Events) > 0 || dec.Answer.Ref.IsZero() {
		t.Errorf("at the counter: %+v", dec)
	}
	if len(d.facts) != n+2 { // counter opened, called
		t.Errorf("%d facts more", len(d.facts)-n)
	}
}

// TestNobodyIsAskedAnyMore: who was away when the office stopped to ask is called
// like the others, also when the day was closed meanwhile.
func TestNobodyIsAskedAnyMore(t *testing.T) {
	for _, closed := range []bool{false, true} {
		c := home(queue.RuleLongest, 0, 1, 1)
		d := fairDesk(t, c)
		d.comes("0OO1O")
		c.Services[0].Arrival = false
		if closed {
			d.must("", queue.CloseDay{})
		}
		d.must("", queue.Configure{Config: c})
		if closed {
			d.must("", queue.OpenDay{})
		}
		for i, want := range []bool{false, false, true} {
			if got := d.state.Tickets[i].Away; got != want {
				t.Errorf("closed %v: ticket %d is away: %v", closed, i+1, got)
			}
		}
		if got := d.done(queue.CallNext{Counter: 1}); got != "1" {
			t.Errorf("closed %v: called %q", closed, got)
		}
		if again := replay(t, d.facts); !bytes.Equal(again.Encode(), d.state.Encode()) {
			t.Error("replay differs")
		}
	}
}

// TestTransferredIsHere: whoever has been at a counter is in the house.
func TestTransferredIsHere(t *testing.T) {
	d := fairDesk(t, home(queue.RuleLongest, 0, 1, 1))
	d.comes("Oo")
	away := d.state.Tickets[0].Ref
	d.must("", queue.Pick{Counter: 1, Ref: away})
	d.must("", queue.Transfer{Counter: 1, Service: "s1"})
	if d.state.Find(away).Away || d.state.Away("s1") != 0 || d.state.Callable(1) != 2 {
		t.Errorf("%+v", d.state.Find(away))
	}
}
