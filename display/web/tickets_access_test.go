package web

import (
	"context"
	"fmt"
	"net"
	"testing"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/display/web/figures"
)

// TestTicketsAndCurvesForEverybody: the same for the pages of tickets, and of an
// office that has curves.
func TestTicketsAndCurvesForEverybody(t *testing.T) {
	judge := axe(t)
	c := uijeongbu(15, time.Now())
	now := time.Now()
	looks := []struct{ name, path string }{{"curves", "/o/CS0001"}, {"arrive", "/o/CS0001/arrive"}, {"arrive with a code", "/o/CS0001/arrive?code=1234"}, {"no ticket", "/t/abcdefghijklmnop"}}
	for i, tk := range []Ticket{
		{Status: feed.StatusWaiting, Ahead: 5, Told: &feed.Range{Low: 600, Mid: 900, High: 1500}}, {Status: feed.StatusWaiting, Ahead: 0},
		{Status: feed.StatusCalled, Counter: 3}, {Status: feed.StatusNoShow, Rules: feed.Rules{LateWithin: 10, LatePlace: feed.LateEnd}}, {Status: feed.StatusFinished}, {Status: feed.StatusCancelled}, {Status: feed.StatusWaiting, Ahead: 2, Online: true, Doubt: true},
	} {
		tk.Office, tk.Label, tk.Service, tk.Name, tk.Day, tk.Issued, tk.Changed = "CS0001", fmt.Sprint(500+i), "passport", "여권", 1, now.Add(-time.Minute), now
		token := tokenOf(fmt.Sprint("t", i))
		c.tell(token, tk)
		looks = append(looks, struct{ name, path string }{fmt.Sprintf("ticket %s, %d ahead", tk.Status, tk.Ahead), "/t/" + token})
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := newSiteWith(t, c, &week{curves: func(now time.Time, p figures.Point) figures.Curves { return rush(now, 12*60, 20) }})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, ln) }()
	defer func() { cancel(); <-done }()
	base := "http://" + ln.Addr().String()
	b := newBrowser(t)
	for _, l := range looks {
		for _, in := range []string{"", "/en"} {
			p := b.open(t, narrow(), base+in+l.path)
			eval[bool](p, judge+";true")
			for _, s := range []size{narrow(), desktop()} {
				p.resize(s)
				for _, f := range append(eval[[]string](p, cutOff), eval[[]string](p, axeRun)...) {
					t.Errorf("%s%s at %d: %s", in, l.name, s.wide, f)
				}
			}
			p.close()
		}
	}
}
