package box

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/appliance/clock"
	"sunbeon/appliance/config"
	"sunbeon/appliance/feed"
	"sunbeon/appliance/queue"
)

const arrivals = `[office]
id = "CS0001"
city = "test"
name = "민원실"
[[services]]
id = "passport"
name = "여권"
numbers = "1-300"
handling = "4m"
online = true
arrival = true
[[counters]]
number = 1
services = ["passport"]
[rules]
delay_most = 3
[feed]
brokers = ["tcp://127.0.0.1:1"]
`

// TestTheHallsCodeIsTheCitys: what the board shows, or a sticker says, checks in a
// ticket that came over the wire, and the city is told the office's rules.
func TestTheHallsCodeIsTheCitys(t *testing.T) {
	for way, fixed := range map[string]string{"[board]\ncheck_in = \"https://min.example/o/CS0001/arrive\"\n": "", "[arrival]\ncode = \"gate-7\"\n": "gate-7"} {
		synctest.Test(t, func(t *testing.T) {
			f, err := config.Parse("office.toml", []byte(arrivals+way))
			if err != nil {
				t.Fatal(err)
			}
			bench := clock.NewBench(time.Date(2026, 11, 23, 9, 0, 0, 0, queue.KST()))
			b, err := Open(t.Context(), Parts{File: f, Journal: filepath.Join(t.TempDir(), "journal.db"), Log: slog.New(slog.DiscardHandler), Clock: bench})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() { done <- b.Run(ctx) }()
			time.Sleep(2 * time.Second) // the schedule opens the day
			ask := func(r feed.Request) feed.Reply {
				r.V = 1
				return b.online.Handle(ctx, r)
			}
			home := ask(feed.Request{ID: "0000000000000001", Kind: feed.RequestIssue, Service: "passport"})
			if home.Ticket == nil || !home.Ticket.Away {
				t.Fatalf("%+v", home.Refusal)
			}
			view := b.Hub.Newest()
			hall := b.Lobby.Hall(view)
			if s := view.Public.Services[0]; !s.Arrival || s.Away != 1 || s.OnlineLeft != nil {
				t.Errorf("the city reads %+v", s)
			}
			if fixed == "" && hall.CheckIn != "https://min.example/o/CS0001/arrive?code="+hall.CheckInCode || fixed != "" && hall.CheckInCode != fixed {
				t.Errorf("the hall shows %q at %q", hall.CheckInCode, hall.CheckIn)
			}
			arrive := feed.Request{ID: "0000000000000002", Kind: feed.RequestArrive, Token: home.Ticket.Token, Code: "nobody's"}
			if got := ask(arrive); got.Refusal == nil || got.Refusal.Code != feed.RefusalWrongCode {
				t.Errorf("another code: %+v", got)
			}
			bench.Skip(90 * time.Second) // a code that changes has changed once
			arrive.ID, arrive.Code = "0000000000000003", hall.CheckInCode
			if got := ask(arrive); got.Ticket == nil || got.Ticket.Away {
				t.Errorf("the hall's: %+v", got.Refusal)
			}
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
		})
	}
}
