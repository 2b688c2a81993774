package appliance_test

import (
	"fmt"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/appliance"
	"sunbeon/appliance/checkin"
	"sunbeon/appliance/clock"
	"sunbeon/appliance/feed"
	"sunbeon/appliance/queue"
)

// arriving is an office whose online tickets wait for their holders.
func arriving(o *appliance.Options) {
	o.Config.Services = append([]queue.Service{}, o.Config.Services...)
	o.Config.Services[1].Arrival, o.Config.Services[1].OnlineQuota = true, 5
	o.Config.Rules.DelayMost = 3
}

// city asks the office as the city does, each time under a new id.
type city struct {
	t      *testing.T
	online appliance.Online
	asked  int
}

func (c *city) ask(r feed.Request) feed.Reply {
	c.t.Helper()
	c.asked++
	r.V, r.ID = 1, fmt.Sprintf("%016d", c.asked)
	return c.again(r)
}

func (c *city) again(r feed.Request) feed.Reply {
	c.t.Helper()
	reply := c.online.Handle(c.t.Context(), r)
	if reply.ID != r.ID || reply.V != 1 || (reply.Ticket == nil) == (reply.Refusal == nil) {
		c.t.Fatalf("%+v: %+v", r, reply)
	}
	return reply
}

func (c *city) ticket(r feed.Request) feed.Issued {
	c.t.Helper()
	reply := c.ask(r)
	if reply.Ticket == nil {
		c.t.Fatalf("%+v: %+v", r, reply.Refusal)
	}
	return *reply.Ticket
}

func (c *city) refused(code string, r feed.Request) {
	c.t.Helper()
	if reply := c.ask(r); reply.Refusal == nil || reply.Refusal.Code != code || reply.Refusal.Ko == "" || reply.Refusal.En == "" {
		c.t.Fatalf("%+v: %+v, want %s", r, reply, code)
	}
}

func TestFromHomeToTheCounter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bench := clock.NewBench(nine)
		r := start(t, &memory{}, bench, arriving)
		defer r.stop()
		code := checkin.New(checkin.Options{Now: func() time.Duration { return time.Duration(bench.Now().Mono) * time.Millisecond }})
		c := &city{t: t, online: appliance.Online{Loop: r.loop, Code: code}}
		service := func() feed.Service { return r.loop.View().Public.Services[1] }
		if v := service(); !v.Arrival || v.Away != 0 || !reflect.DeepEqual(v.OnlineLeft, new(5)) {
			t.Fatalf("in the morning %+v", v)
		}
		home := c.ticket(feed.Request{Kind: feed.RequestIssue, Service: "passport"})
		if !home.Away || home.Status != feed.StatusWaiting || home.Label != "P1" {
			t.Fatalf("issued %+v", home)
		}
		for range 3 {
			r.must(press("passport"))
		}
		if v := service(); v.Away != 1 || *v.Waiting != 4 || *v.OnlineLeft != 4 {
			t.Fatalf("with one away %+v", v)
		}

		// Two others go first, then one: the office allows no more.
		got := c.ticket(feed.Request{Kind: feed.RequestDelay, Token: home.Token, Pass: 2})
		if want := (feed.Issued{Label: "P1", Service: "passport", Day: 1, Token: home.Token, Status: "waiting", Ahead: 2, Away: true}); got != want {
			t.Fatalf("delayed %+v, want %+v", got, want)
		}
		if got := c.ticket(feed.Request{Kind: feed.RequestDelay, Token: home.Token, Pass: 50}); got.Ahead != 3 {
			t.Fatalf("delayed again %+v", got)
		}
		r.must(press("passport"))
		c.refused(string(queue.DelayUsed), feed.Request{Kind: feed.RequestDelay, Token: home.Token, Pass: 1})

		// The code of the hall, not one that somebody made up.
		arrive := feed.Request{Kind: feed.RequestArrive, Token: home.Token}
		c.refused(feed.RefusalWrongCode, arrive)
		shown, _ := code.Shown()
		arrive.Code = shown
		if got := c.ticket(arrive); got.Away || got.Ahead != 3 || got.Status != feed.StatusWaiting {
			t.Fatalf("arrived %+v", got)
		}
		if got := c.ticket(arrive); got.Away || got.Label != "P1" { // a second tap
			t.Fatalf("arrived again %+v", got)
		}
		if v := service(); v.Away != 0 || *v.Waiting != 5 {
			t.Fatalf("with all here %+v", v)
		}
		for _, token := range []string{"another", ""} { // no ticket, whatever the code
			c.refused(string(queue.NotWaiting), feed.Request{Kind: feed.RequestArrive, Token: token, Code: shown})
			c.refused(string(queue.NotWaiting), feed.Request{Kind: feed.RequestArrive, Token: token})
		}
		for range 4 {
			r.must(queue.CallNext{Counter: 2})
		}
		if got := c.ticket(arrive); got.Status != feed.StatusCalled || got.Counter != 2 {
			t.Fatalf("at the counter %+v", got)
		}
		c.refused(string(queue.NotWaiting), feed.Request{Kind: feed.RequestDelay, Token: home.Token, Pass: 1})
		r.must(queue.Finish{Counter: 2})
		c.refused(string(queue.NotWaiting), arrive)
	})
}

// TestSkippedAndBack: the office remembers a request; who is skipped comes back
// with the code, and not after the office's time.
func TestSkippedAndBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bench := clock.NewBench(nine)
		r := start(t, &memory{}, bench, arriving)
		defer r.stop()
		code := checkin.New(checkin.Options{Fixed: "gate-7", Now: func() time.Duration { return time.Duration(bench.Now().Mono) * time.Millisecond }})
		c := &city{t: t, online: appliance.Online{Loop: r.loop, Code: code}}
		one := c.ticket(feed.Request{Kind: feed.RequestIssue, Service: "passport"})
		two := c.ticket(feed.Request{Kind: feed.RequestIssue, Service: "passport"})
		if res := r.must(queue.CallNext{Counter: 2}); res.Notice == nil || res.Notice.Code != queue.NobodyArrived || res.Notice.Detail != "2" {
			t.Fatalf("with two away: %+v", res.Notice)
		}
		for range 2 {
			r.must(press("passport"))
		}
		r.must(queue.CallNext{Counter: 2})
		if v := r.loop.View().Public; v.Services[1].Away != 0 || len(v.Missed) != 2 || v.Calls[0].Ticket != "P3" {
			t.Fatalf("skipped %+v", v)
		}
		back := feed.Request{V: 1, ID: "0123456789abcdef", Kind: feed.RequestArrive, Token: one.Token, Code: "gate-7"}
		bench.Skip(9 * time.Minute)
		first := c.again(back)
		if first.Ticket == nil || first.Ticket.Status != feed.StatusWaiting || first.Ticket.Away || first.Ticket.Ahead != 0 {
			t.Fatalf("back %+v", first)
		}
		seq := r.loop.View().Public.Seq
		if again := c.again(back); !reflect.DeepEqual(again, first) || r.loop.View().Public.Seq != seq {
			t.Errorf("the same request again: %+v, first %+v", again, first)
		}
		bench.Skip(2 * time.Minute)
		c.refused(string(queue.TooLate), feed.Request{Kind: feed.RequestArrive, Token: two.Token, Code: "gate-7"})
	})
}

// TestOnlyStaffCheckIn: after too many wrong codes, and where nothing judges one.
func TestOnlyStaffCheckIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, &memory{}, clock.NewBench(nine), arriving)
		defer r.stop()
		code := checkin.New(checkin.Options{Fixed: "gate-7", Now: func() time.Duration { return 0 }})
		c := &city{t: t, online: appliance.Online{Loop: r.loop, Code: code}}
		home := c.ticket(feed.Request{Kind: feed.RequestIssue, Service: "passport"})
		arrive := feed.Request{Kind: feed.RequestArrive, Token: home.Token, Code: "gate-8"}
		for range 4 {
			c.refused(feed.RefusalWrongCode, arrive)
		}
		arrive.V, arrive.ID = 1, "0123456789abcdef"
		for range 3 { // one try, whose answer was lost twice
			if reply := c.again(arrive); reply.Refusal == nil || reply.Refusal.Code != feed.RefusalStaffOnly {
				t.Fatalf("the fifth: %+v", reply)
			}
		}
		arrive.Code = "gate-7"
		c.refused(feed.RefusalStaffOnly, arrive)
		if v := r.loop.View(); v.Public.Services[1].Away != 1 {
			t.Fatal("it is here")
		}
		r.must(queue.Arrive{Ref: r.loop.View().Tickets[0].Ref})
		if v := r.loop.View(); v.Public.Services[1].Away != 0 {
			t.Error("staff could not check it in")
		}
		c.online.Code = nil
		c.refused(feed.RefusalStaffOnly, arrive)
	})
}
