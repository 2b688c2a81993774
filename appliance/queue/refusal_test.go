package queue_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"sunbeon/appliance/queue"
)

// codes reads the codes from the source, so that none is forgotten.
func codes(t *testing.T) map[queue.Code]bool {
	t.Helper()
	source, err := os.ReadFile("refusal.go")
	if err != nil {
		t.Fatal(err)
	}
	out := map[queue.Code]bool{}
	for _, m := range regexp.MustCompile(`Code += "(\w+)"`).FindAllSubmatch(source, -1) {
		out[queue.Code(m[1])] = true
	}
	if len(out) < 27 {
		t.Fatalf("found %d codes in refusal.go", len(out))
	}
	return out
}

func TestEveryRefusalHasItsSentences(t *testing.T) {
	seen := map[string]queue.Code{}
	for code := range codes(t) {
		r := &queue.Refusal{Code: code}
		ko, en := r.Korean(), r.English()
		if !regexp.MustCompile(`^[가-힣].*(니다|십시오)\.$`).MatchString(ko) {
			t.Errorf("%s: %q does not end politely", code, ko)
		}
		if !regexp.MustCompile(`^[A-Z].*[a-z]\.$`).MatchString(en) || regexp.MustCompile(`[가-힣]`).MatchString(en) {
			t.Errorf("%s: %q is no English sentence", code, en)
		}
		for _, text := range []string{ko, en} {
			if other, twice := seen[text]; twice {
				t.Errorf("%s and %s say the same: %q", code, other, text)
			}
			seen[text] = code
		}
		with := &queue.Refusal{Code: code, Detail: "3"}
		if with.Korean() != ko+" (3)" || with.English() != en+" (3)" || !strings.Contains(with.Error(), string(code)+" (3)") {
			t.Errorf("%s with a detail: %q, %q, %q", code, with.Korean(), with.English(), with.Error())
		}
	}
	if r := (&queue.Refusal{Code: "new"}); r.Korean() != "queue: new" {
		t.Errorf("a code of a newer version reads %q", r.Korean())
	}
}

// Every code can be met, and what is refused changes nothing.
func TestEveryRefusal(t *testing.T) {
	civil := queue.Issue{Service: "civil", Class: queue.Ordinary, Origin: queue.Button}
	online := queue.Issue{Service: "passport", Class: queue.Ordinary, Origin: queue.Online}
	nobody := queue.Ref{Band: "civil", Number: 99}
	var a queue.Ref // the first civil ticket of the case
	type test struct {
		code  queue.Code
		given func(*desk)
		when  func() queue.Command
	}
	do := func(c queue.Command) func() queue.Command { return func() queue.Command { return c } }
	ref := func(c func(queue.Ref) queue.Command) func() queue.Command {
		return func() queue.Command { return c(a) }
	}
	none := func(*desk) {}
	given := func(cs ...queue.Command) func(*desk) {
		return func(d *desk) {
			a = d.issue("civil", queue.Ordinary)
			for _, c := range cs {
				d.must("", c)
			}
		}
	}
	called := given(queue.CallNext{Counter: 1})
	asking := func(d *desk) { // passport tickets taken online wait for their holders
		c := office()
		c.Services[1].Arrival, c.Services[1].Priority, c.Services[1].OnlineQuota, c.Rules.DelayMost = true, true, 0, 2
		d.must("", queue.Configure{Config: c})
		a = d.must("", online).Answer.Ref
	}
	skipped := func(d *desk) {
		asking(d)
		d.issue("passport", queue.Ordinary)
		d.must("", queue.CallNext{Counter: 3})
	}
	arrives := ref(func(r queue.Ref) queue.Command { return queue.Arrive{Ref: r} })
	delays := ref(func(r queue.Ref) queue.Command { return queue.Delay{Ref: r, Pass: 1} })
	left := codes(t)
	for _, c := range []test{
		{queue.DayNotOpen, given(queue.CloseDay{}), do(civil)},
		{queue.DayNotOpen, given(queue.CloseDay{}), do(queue.CloseDay{})},
		{queue.DayNotOpen, given(queue.CloseDay{}), do(queue.OpenCounter{Counter: 1})},
		{queue.DayNotOpen, given(queue.CloseDay{}), ref(func(r queue.Ref) queue.Command { return queue.Cancel{Ref: r} })},
		{queue.DayIsOpen, none, do(queue.OpenDay{})},
		{queue.UnknownService, none, do(queue.Issue{Service: "tax", Class: queue.Ordinary, Origin: queue.Button})},
		{queue.UnknownService, none, do(queue.CloseIssuing{Service: "tax"})},
		{queue.UnknownService, none, do(queue.ReopenIssuing{Service: "tax"})},
		{queue.UnknownService, none, do(queue.SetServices{Counter: 1, Services: []string{"tax"}})},
		{queue.UnknownService, called, do(queue.Transfer{Counter: 1, Service: "tax"})},
		{queue.UnknownCounter, none, do(queue.CallNext{Counter: 9})},
		{queue.UnknownCounter, none, do(queue.Hold{Counter: 9})},
		{queue.UnknownCounter, none, do(queue.Pause{Counter: 9})},
		{queue.UnknownCounter, none, do(queue.Transfer{Counter: 9, Service: "civil"})},
		{queue.UnknownCounter, called, do(queue.Transfer{Counter: 1, ToCounter: 9})},
		{queue.UnknownCounter, given(), ref(func(r queue.Ref) queue.Command { return queue.Pick{Counter: 9, Ref: r} })},
		{queue.UnknownTicket, none, do(queue.Pick{Counter: 1, Ref: nobody})},
		{queue.UnknownTicket, none, do(queue.Return{Ref: nobody})},
		{queue.UnknownTicket, none, do(queue.Reprint{Ref: nobody})},
		{queue.UnknownTicket, none, do(queue.Cancel{Ref: nobody})},
		{queue.UnknownTicket, given(), do(queue.Cancel{Token: ""})},
		{queue.UnknownTicket, given(), do(queue.Cancel{Token: "another"})},
		{queue.UnknownTicket, none, do(queue.Remove{Ref: nobody})},
		{queue.UnknownTicket, none, do(queue.PaperResult{Day: 1, Ref: nobody, Paper: queue.OnPaper})},
		{queue.UnknownTicket, given(), ref(func(r queue.Ref) queue.Command {
			return queue.PaperResult{Day: 7, Ref: r, Paper: queue.OnPaper}
		})},
		{queue.IssuingIsClosed, given(queue.CloseIssuing{}), do(civil)},
		{queue.IssuingIsClosed, given(queue.CloseIssuing{}), do(queue.CloseIssuing{Service: "civil"})},
		{queue.IssuingIsOpen, none, do(queue.ReopenIssuing{})},
		{queue.BandExhausted, func(d *desk) {
			c := office()
			c.Services[0].Last = 1
			d.must("", queue.Configure{Config: c})
			d.issue("civil", queue.Ordinary)
		}, do(civil)},
		{queue.QuotaReached, func(d *desk) {
			c := office()
			c.Services[0].Quota = 1
			d.must("", queue.Configure{Config: c})
			d.issue("civil", queue.Ordinary)
		}, do(civil)},
		{queue.OnlineQuotaDone, func(d *desk) { d.must("", online); d.must("", online) }, do(online)},
		{queue.NoPriority, none, do(queue.Issue{Service: "passport", Class: queue.Priority, Origin: queue.Button})},
		{queue.NoOnline, none, do(queue.Issue{Service: "civil", Class: queue.Ordinary, Origin: queue.Online})},
		{queue.NobodyWaiting, given(queue.CallNext{Counter: 1}, queue.Finish{Counter: 1}), do(queue.CallNext{Counter: 1})},
		{queue.CounterNotOpen, none, do(queue.CloseCounter{Counter: 1})},
		{queue.CounterNotOpen, none, do(queue.Pause{Counter: 1})},
		{queue.CounterNotOpen, none, do(queue.Resume{Counter: 1})},
		{queue.CounterNotOpen, called, do(queue.Transfer{Counter: 1, ToCounter: 2})},
		{queue.CounterIsOpen, called, do(queue.OpenCounter{Counter: 1})},
		{queue.CounterIsOpen, called, do(queue.Resume{Counter: 1})},
		{queue.CounterPaused, given(queue.OpenCounter{Counter: 1}, queue.Pause{Counter: 1}), do(queue.Pause{Counter: 1})},
		{queue.CounterIdle, given(), do(queue.Recall{Counter: 1})},
		{queue.CounterIdle, given(), do(queue.Hold{Counter: 1})},
		{queue.CounterIdle, given(), do(queue.MarkNoShow{Counter: 1})},
		{queue.CounterIdle, given(), do(queue.Finish{Counter: 1})},
		{queue.CounterIdle, given(), do(queue.Transfer{Counter: 1, Service: "passport"})},
		{queue.TicketElsewhere, called, ref(func(r queue.Ref) queue.Command { return queue.Pick{Counter: 2, Ref: r} })},
		{queue.TicketElsewhere, called, ref(func(r queue.Ref) queue.Command { return queue.Cancel{Ref: r} })},
		{queue.TicketElsewhere, called, ref(func(r queue.Ref) queue.Command { return queue.Remove{Ref: r} })},
		{queue.TicketNotMissed, given(), ref(func(r queue.Ref) queue.Command { return queue.Return{Ref: r} })},
		{queue.TicketNotMissed, given(queue.CallNext{Counter: 1}, queue.Hold{Counter: 1}),
			ref(func(r queue.Ref) queue.Command { return queue.Return{Ref: r} })},
		{queue.TicketEnded, given(queue.CallNext{Counter: 1}, queue.Finish{Counter: 1}),
			ref(func(r queue.Ref) queue.Command { return queue.Pick{Counter: 1, Ref: r} })},
		{queue.TicketEnded, given(queue.CallNext{Counter: 1}, queue.Finish{Counter: 1}),
			ref(func(r queue.Ref) queue.Command { return queue.Cancel{Ref: r} })},
		{queue.TicketEnded, given(queue.CallNext{Counter: 1}, queue.Finish{Counter: 1}),
			ref(func(r queue.Ref) queue.Command { return queue.Reprint{Ref: r} })},
		{queue.TooLate, func(d *desk) {
			given(queue.CallNext{Counter: 1}, queue.MarkNoShow{Counter: 1})(d)
			d.wait(10*time.Minute + time.Millisecond)
		}, ref(func(r queue.Ref) queue.Command { return queue.Return{Ref: r} })},
		{queue.NobodyArrived, func(d *desk) { asking(d); d.must("", queue.OpenCounter{Counter: 3}) }, do(queue.CallNext{Counter: 3})},
		{queue.UnknownTicket, none, do(queue.Arrive{Ref: nobody})},
		{queue.UnknownTicket, asking, do(queue.Arrive{Token: "another"})},
		{queue.UnknownTicket, given(), do(queue.Arrive{})},
		{queue.TicketEnded, given(queue.CallNext{Counter: 1}, queue.Finish{Counter: 1}), arrives},
		{queue.MissedCall, given(queue.CallNext{Counter: 1}, queue.MarkNoShow{Counter: 1}), arrives},
		{queue.TooLate, func(d *desk) { skipped(d); d.wait(10*time.Minute + time.Millisecond) }, arrives},
		{queue.DayNotOpen, func(d *desk) { asking(d); d.must("", queue.CloseDay{}) }, arrives},
		{queue.UnknownTicket, none, do(queue.Delay{Ref: nobody, Pass: 1})},
		{queue.UnknownTicket, given(), do(queue.Delay{Pass: 1})},
		{queue.TicketEnded, given(queue.CallNext{Counter: 1}, queue.Finish{Counter: 1}), delays},
		{queue.NotWaiting, called, delays},
		{queue.NotWaiting, skipped, delays},
		{queue.BadInput, asking, ref(func(r queue.Ref) queue.Command { return queue.Delay{Ref: r} })},
		{queue.BadInput, asking, ref(func(r queue.Ref) queue.Command { return queue.Delay{Ref: r, Pass: -1} })},
		{queue.NoDelay, given(), delays},
		{queue.DelayUsed, func(d *desk) {
			asking(d)
			for range 3 {
				d.issue("passport", queue.Ordinary)
			}
			d.must("", queue.Delay{Ref: a, Pass: 9})
		}, delays},
		{queue.NobodyBehind, func(d *desk) { asking(d); d.issue("civil", queue.Ordinary); d.issue("passport", queue.Priority) }, delays},
		{queue.BadConfig, none, func() queue.Command {
			c := office()
			c.Services[0].Arrival = true
			return queue.Configure{Config: c}
		}},
		{queue.BadConfig, none, func() queue.Command {
			c := office()
			c.Rules.DelayMost = -1
			return queue.Configure{Config: c}
		}},
		{queue.NowhereToGo, called, do(queue.Transfer{Counter: 1})},
		{queue.NowhereToGo, called, do(queue.Transfer{Counter: 1, Service: "civil"})},
		{queue.NowhereToGo, called, do(queue.Transfer{Counter: 1, Service: "passport", ToCounter: 1})},
		{queue.RequestReused, func(d *desk) { d.must("used", queue.OpenCounter{Counter: 1}) }, do(queue.Pause{Counter: 1})},
		{queue.ConfigInUse, given(queue.OpenCounter{Counter: 1}), do(queue.Configure{Config: without(1)})},
		{queue.BadConfig, none, do(queue.Configure{})},
		{queue.BadConfig, func(d *desk) { d.state = queue.New() }, do(queue.OpenDay{})},
		{queue.BadInput, none, do(queue.Issue{Service: "civil", Class: "vip", Origin: queue.Button})},
		{queue.BadInput, none, do(queue.Issue{Service: "civil", Class: queue.Ordinary, Origin: "fax"})},
		{queue.BadInput, given(), ref(func(r queue.Ref) queue.Command { return queue.PaperResult{Day: 1, Ref: r, Paper: queue.Pending} })},
		{queue.BadInput, none, do(queue.SetServices{Counter: 1})},
		{queue.BadInput, none, do(queue.SetServices{Counter: 1, Services: []string{"civil", "civil"}})},
		{queue.BadInput, none, do(teleported{})},
		{queue.ObservedOffice, observing, do(civil)},
		{queue.ObservedOffice, observing, do(queue.CallNext{Counter: 1})},
		{queue.ObservedOffice, observing, do(queue.Pick{Counter: 1, Ref: nobody})},
		{queue.ObservedOffice, observing, do(queue.OpenCounter{Counter: 1})},
		{queue.ObservedOffice, observing, do(queue.SetServices{Counter: 1, Services: []string{"civil"}})},
		{queue.ObservedOffice, observing, do(queue.Remove{Ref: nobody})},
		{queue.DayNotOpen, func(d *desk) { observing(d); d.must("", queue.CloseDay{}) },
			do(queue.Observe{What: queue.HeardIssued, Service: "civil", Number: 1})},
		{queue.BadInput, none, do(queue.Observe{What: queue.HeardIssued, Service: "civil", Number: 1})},
		{queue.BadInput, observing, do(queue.Observe{What: "sung", Service: "civil", Number: 1})},
		{queue.BadInput, observing, do(queue.Observe{What: queue.HeardIssued, Service: "civil", Number: 301})},
		{queue.BadInput, observing, do(queue.Observe{What: queue.HeardCalled, Number: 0})},
		{queue.BadInput, observing, do(queue.Observe{What: queue.HeardCalled, Service: "civil", Number: 1, Counter: 100})},
		{queue.BadInput, observing, do(queue.Observe{What: queue.HeardWaiting, Service: "civil", Count: -1})},
		{queue.UnknownService, observing, do(queue.Observe{What: queue.HeardCalled, Service: "tax", Number: 1})},
		{queue.UnknownService, observing, do(queue.Observe{What: queue.HeardIssued, Number: 1})},
		{queue.UnknownService, observing, do(queue.Observe{What: queue.HeardRestarted})},
		{queue.ConfigInUse, func(d *desk) {
			observing(d)
			d.must("", queue.Observe{What: queue.HeardIssued, Service: "civil", Number: 1})
		}, do(queue.Configure{Config: office()})},
		{queue.ConfigInUse, given(), do(queue.Configure{Config: observed()})},
		{queue.ConfigInUse, func(d *desk) { d.must("", queue.OpenCounter{Counter: 1}) }, do(queue.Configure{Config: observed()})},
		{queue.BadConfig, none, func() queue.Command {
			c := observed()
			c.Services[1].Online = true
			return queue.Configure{Config: c}
		}},
	} {
		delete(left, c.code)
		d := newDesk(t)
		c.given(d)
		command := c.when()
		before := string(d.state.Encode())
		request := ""
		if c.code == queue.RequestReused {
			request = "used"
		}
		if dec, err := d.do(request, command); !is(err, c.code) || len(dec.Events) > 0 {
			t.Errorf("%s %+v: %v, want %s", command.Name(), command, err, c.code)
		}
		if after := string(d.state.Encode()); after != before {
			t.Errorf("%s %+v: refused, and changed\n%s\nto\n%s", command.Name(), command, before, after)
		}
	}
	for code := range left {
		t.Errorf("%s is never given", code)
	}
}
