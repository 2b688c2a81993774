package appliance_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/appliance"
	"sunbeon/appliance/clock"
	"sunbeon/appliance/feed"
	"sunbeon/appliance/queue"
)

const page = "https://min.example.go.kr/t/"

func withPage(o *appliance.Options) { o.TicketPage = page }

func civil(n int) queue.Ref { return queue.Ref{Band: "civil", Number: n} }

func printer(conditions ...string) queue.ReportDevice {
	return queue.ReportDevice{Device: "printer", Conditions: conditions}
}

func failed(n int) queue.PaperResult {
	return queue.PaperResult{Day: 1, Ref: civil(n), Paper: queue.Failed, Reason: "paper-end"}
}

// Whoever waits without paper is offered the number, from the press on, and
// nobody else is.
func TestWhoIsOfferedANumber(t *testing.T) {
	printed := func(n int, p queue.Paper) queue.PaperResult {
		return queue.PaperResult{Day: 1, Ref: civil(n), Paper: p}
	}
	stopped := printer("paper-end")
	for _, c := range []struct {
		what  string
		after []queue.Command
		want  string
	}{
		{"a ticket on its way to paper", []queue.Command{press("civil")}, ""},
		{"pressed while the printer is stopped", []queue.Command{stopped, press("civil"), press("civil")}, "2 1"},
		{"stopped while it prints", []queue.Command{press("civil"), printer("cover-open", "paper-near-end")}, "1"},
		{"paper runs low", []queue.Command{printer("paper-near-end"), press("civil")}, ""},
		{"a printer that never answers", []queue.Command{printer("silent"), press("civil")}, ""},
		{"another device", []queue.Command{queue.ReportDevice{Device: "button:civil", Conditions: []string{"stuck"}}, press("civil")}, ""},
		{"the printer goes on", []queue.Command{stopped, press("civil"), printer()}, ""},
		{"abandoned", []queue.Command{press("civil"), press("civil"), failed(1)}, "1"},
		{"abandoned, then printed", []queue.Command{press("civil"), failed(1), printed(1, queue.OnPaper)}, ""},
		{"sent, unconfirmed", []queue.Command{stopped, press("civil"), printed(1, queue.Unconfirmed)}, ""},
		{"reprint asked of a stopped printer", []queue.Command{press("civil"), printed(1, queue.OnPaper), stopped, queue.Reprint{Ref: civil(1)}}, "1"},
		{"called", []queue.Command{stopped, press("civil"), press("civil"), queue.CallNext{Counter: 1}}, "2"},
		{"called, then sent on", []queue.Command{queue.OpenCounter{Counter: 2}, stopped, press("civil"), queue.CallNext{Counter: 1}, queue.Transfer{Counter: 1, ToCounter: 2}}, ""},
		{"called, then back in the line", []queue.Command{stopped, press("civil"), queue.CallNext{Counter: 1}, queue.MarkNoShow{Counter: 1}, queue.Return{Ref: civil(1)}}, ""},
		{"given up", []queue.Command{stopped, press("civil"), queue.Cancel{Ref: civil(1)}}, ""},
		{"online", []queue.Command{stopped, queue.Issue{Service: "passport", Class: queue.Ordinary, Origin: queue.Online}}, ""},
		{"the day is over", []queue.Command{stopped, press("civil"), queue.CloseDay{}}, ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := start(t, &memory{}, clock.NewBench(nine), withPage)
			defer r.stop()
			r.must(queue.Tick{})
			for _, cmd := range c.after {
				r.must(cmd)
			}
			v := r.loop.View()
			var offered []string
			for _, o := range v.Offers {
				offered = append(offered, o.Ticket)
				i := slices.IndexFunc(v.Tickets, func(k appliance.Ticket) bool { return k.Label == o.Ticket })
				if i < 0 || o.Service != "civil" || o.Page != page+v.Tickets[i].Token || v.Tickets[i].Token == "" {
					t.Errorf("%s: the offer is %+v", c.what, o)
				}
			}
			if got := strings.Join(offered, " "); got != c.want {
				t.Errorf("%s: offered %q, want %q", c.what, got, c.want)
			}
			if got := strings.Join(v.Public.Unprinted, " "); got != c.want {
				t.Errorf("%s: unprinted %q, want %q", c.what, got, c.want)
			}
		})
	}
}

// The city learns numbers, never the address of a ticket's page.
func TestSnapshotHoldsNoToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, &memory{}, clock.NewBench(nine), withPage)
		defer r.stop()
		r.must(queue.Tick{})
		r.must(printer("paper-end"))
		v := r.must(press("civil")).View
		token := v.Tickets[0].Token
		if len(v.Offers) != 1 || !strings.HasSuffix(v.Offers[0].Page, token) || len(token) < 16 {
			t.Fatalf("offers %+v", v.Offers)
		}
		if text := fmt.Sprintf("%+v", v.Public); strings.Contains(text, token) || strings.Contains(text, page) {
			t.Errorf("the city is told %s", text)
		}
	})
}

// A number that nobody can print leaves the board in the end, not the list of
// those who wait without paper.
func TestOfferEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, &memory{}, clock.NewBench(nine)) // without a page
		defer r.stop()
		r.must(press("civil"))
		r.must(failed(1))
		for _, c := range []struct {
			skip time.Duration
			want int
		}{{0, 1}, {19 * time.Minute, 1}, {2 * time.Minute, 0}} {
			r.clock.Skip(c.skip)
			v := r.must(press("passport")).View
			if len(v.Offers) != c.want || len(v.Public.Unprinted) != 1 {
				t.Errorf("after %v more: offers %+v, unprinted %v", c.skip, v.Offers, v.Public.Unprinted)
			}
			if c.want > 0 && v.Offers[0] != (feed.Offer{Ticket: "1", Service: "civil"}) {
				t.Errorf("an office without pages offers %+v", v.Offers[0])
			}
		}
		r.must(press("civil"))
		r.clock.Trust(false) // nobody knows how old it is
		r.clock.Reboot()
		if v := r.must(failed(2)).View; len(v.Offers) != 2 {
			t.Errorf("without a clock: %+v", v.Offers)
		}
	})
}

func TestUnprintedIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, &memory{}, clock.NewBench(nine))
		defer r.stop()
		r.must(printer("unplugged"))
		for range feed.MaxUnprinted + 7 {
			r.must(press("civil"))
		}
		v := r.loop.View()
		if got := v.Public.Unprinted; len(got) != feed.MaxUnprinted || got[0] != fmt.Sprint(feed.MaxUnprinted+7) || len(v.Offers) != len(got) {
			t.Errorf("%d numbers, the first %s; %d offers", len(got), got[0], len(v.Offers))
		}
	})
}

// Only the printer's conditions are paper's: no other device's fault makes a
// button blink for it.
func TestLampKnowsThePrinter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, &memory{}, clock.NewBench(nine))
		defer r.stop()
		r.must(queue.Tick{})
		for _, device := range []string{"button:civil", "sign:3", "bus:1", "counter:1"} {
			r.must(queue.ReportDevice{Device: device, Conditions: []string{"no-answer"}})
		}
		if got := r.loop.View().LampOf("civil"); got != appliance.LampReady {
			t.Errorf("the lamp is %s", got)
		}
		r.must(printer("no-answer"))
		if got := r.loop.View().LampOf("civil"); got != appliance.LampPaper {
			t.Errorf("without paper the lamp is %s", got)
		}
	})
}
