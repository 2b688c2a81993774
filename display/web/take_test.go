package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/appliance/feed"
)

const pageID = "ABCDEFGHIJKLMNOP"

func wanted() url.Values { return url.Values{"id": {pageID}, "service": {"passport"}} }

// TestTicketFromThePageToItsEnd walks the way of a citizen without JavaScript.
func TestTicketFromThePageToItsEnd(t *testing.T) {
	c := newTown(hall("CS0001", time.Now()))
	s := newSite(t, c)
	public := get(t, s, "/o/CS0001")
	if kept := public.Header.Get("Cache-Control"); !strings.HasPrefix(kept, "public") {
		t.Errorf("an office's page is %s", kept)
	}
	way := regexp.MustCompile(`(?s)<form action="(/o/CS0001/ticket)" data-show="onlineNow">\s*<input type="hidden" name="service" value="(passport)"`).FindStringSubmatch(text(t, public))
	if way == nil {
		t.Fatal("no way to a ticket")
	}
	own := get(t, s, way[1]+"?service="+way[2])
	if kept := own.Header.Get("Cache-Control"); kept != "no-store" {
		t.Errorf("a page with a request's id is %s", kept)
	}
	page := text(t, own)
	form := regexp.MustCompile(`(?s)<form method="post" action="(/o/CS0001/ticket)">\s*<input type="hidden" name="id" value="([^"]+)">\s*<input type="hidden" name="service" value="(passport)"`).FindStringSubmatch(page)
	if form == nil {
		t.Fatal(page)
	}
	r := post(t, s, form[1], url.Values{"id": {form[2]}, "service": {form[3]}})
	at := r.Header.Get("Location")
	if r.StatusCode != http.StatusSeeOther || !feed.IsToken(strings.TrimPrefix(at, "/t/")) {
		t.Fatalf("%s %s", r.Status, at)
	}
	if q := c.requests()[0]; q.Kind != feed.RequestIssue || q.Service != "passport" || q.Class != "ordinary" || q.Deadline != 0 {
		t.Errorf("asked: %+v", q)
	}
	if shown := visible(text(t, get(t, s, at))); !contains(shown, "502", "앞에 3명", "수정동 주민센터 · 여권", "발급 때 안내한 호출 시각", "번호표 취소") {
		t.Error(shown)
	}
	if shown := visible(text(t, get(t, s, "/en"+at))); !contains(shown, "3 ahead of you") {
		t.Error(shown)
	}
	now := hall("CS0001", time.Now().Add(time.Second))
	now.Snapshot.Seq, now.Snapshot.Counters[1].Ticket = 9, "502"
	c.set(now)
	if shown := visible(text(t, get(t, s, at))); !contains(shown, "7번 창구로 오십시오") {
		t.Error(shown)
	}
	if j := text(t, get(t, s, "/api/v1/tickets/"+strings.TrimPrefix(at, "/t/"))); !contains(j, `"status":"called"`, `"label":"502"`) || strings.Contains(j, "oken") {
		t.Error(j)
	}
	r = post(t, s, at+"/cancel", url.Values{"id": {pageID}})
	if r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != at {
		t.Errorf("cancel: %s", r.Status)
	}
	if q := c.requests()[1]; q.Kind != feed.RequestCancel || "/t/"+q.Token != at {
		t.Errorf("asked: %+v", q)
	}
	shown := text(t, get(t, s, at))
	if !contains(visible(shown), "취소됨") || strings.Contains(shown, "/cancel") {
		t.Error(shown)
	}
	if r = post(t, s, at+"/cancel", url.Values{"id": {pageID}}); r.StatusCode != http.StatusSeeOther || len(c.requests()) != 2 {
		t.Errorf("a second tap on cancel: %s, %d requests", r.Status, len(c.requests()))
	}
}

func TestDoubleTapGivesOneTicket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTown(hall("CS0001", time.Now()))
		c.slow = make(chan struct{})
		s := newSite(t, c)
		var taps sync.WaitGroup
		places := make([]string, 5)
		for i := range places {
			taps.Go(func() { places[i] = post(t, s, "/o/CS0001/ticket", wanted()).Header.Get("Location") })
		}
		synctest.Wait() // all are under way
		close(c.slow)
		taps.Wait()
		again := post(t, s, "/o/CS0001/ticket", wanted()).Header.Get("Location")
		for _, p := range places {
			if p == "" || p != again {
				t.Errorf("%q and %q", p, again)
			}
		}
		if n := len(c.requests()); n != 1 {
			t.Errorf("the office was asked %d times", n)
		}
		other := wanted()
		other.Set("id", "another page's id")
		if p := post(t, s, "/o/CS0001/ticket", other).Header.Get("Location"); p == again || p == "" {
			t.Errorf("another page: %q", p)
		}
	})
}

func TestTicketIsKeptWhenTheServiceClosesAfterwards(t *testing.T) {
	c := newTown(hall("CS0001", time.Now()))
	s := newSite(t, c)
	first := post(t, s, "/o/CS0001/ticket", wanted()).Header.Get("Location")
	o := hall("CS0001", time.Now())
	o.Snapshot.Services[1].OnlineNow = false
	c.set(o)
	if again := post(t, s, "/o/CS0001/ticket", wanted()).Header.Get("Location"); again != first || first == "" {
		t.Errorf("%q then %q", first, again)
	}
}

func TestRefusals(t *testing.T) {
	stale := hall("CS0002", time.Now().Add(-time.Hour))
	early := hall("CS0003", time.Now())
	early.Snapshot.Services[1].Issuing = feed.IssuingEarly
	for _, c := range []struct {
		name   string
		path   string
		form   url.Values
		header []string
		town   func(*town)
		status int
		code   code
	}{
		{"no id", "/o/CS0001/ticket", url.Values{"service": {"passport"}}, nil, nil, 400, badForm},
		{"long id", "/o/CS0001/ticket", url.Values{"id": {strings.Repeat("x", 65)}, "service": {"passport"}}, nil, nil, 400, badForm},
		{"bad escape", "/o/CS0001/ticket", nil, nil, nil, 400, badForm},
		{"JSON body", "/o/CS0001/ticket", wanted(), []string{"Content-Type", "application/json"}, nil, 400, badForm},
		{"too large", "/o/CS0001/ticket", url.Values{"id": {strings.Repeat("x", formBytes)}}, nil, nil, 413, formTooLarge},
		{"unknown office", "/o/CS9/ticket", wanted(), nil, nil, 404, unknownOffice},
		{"unknown service", "/o/CS0001/ticket", url.Values{"id": {pageID}, "service": {"x"}}, nil, nil, 404, noService},
		{"service without online tickets", "/o/CS0001/ticket", url.Values{"id": {pageID}, "service": {"civil"}}, nil, nil, 409, notOffered},
		{"closed early", "/o/CS0003/ticket", wanted(), nil, nil, 409, notOffered},
		{"silent office", "/o/CS0002/ticket", wanted(), nil, nil, 503, officeSilent},
		{"no broker", "/o/CS0001/ticket", wanted(), nil, func(c *town) { c.down = true }, 503, officeSilent},
		{"office cannot be asked", "/o/CS0001/ticket", wanted(), nil, func(c *town) { c.silent = fmt.Errorf("x: %w", ErrOffline) }, 503, officeSilent},
		{"office does not answer", "/o/CS0001/ticket", wanted(), nil, func(c *town) { c.silent = fmt.Errorf("x: %w", ErrTimeout) }, 504, noAnswer},
		{"something else fails", "/o/CS0001/ticket", wanted(), nil, func(c *town) { c.silent = errors.New("disk") }, 504, noAnswer},
		{"office refuses", "/o/CS0001/ticket", wanted(), nil, func(c *town) {
			c.refusal = &feed.Refusal{Code: "quota", Ko: "오늘 분량이 끝났습니다", En: "none left"}
		}, 409, officeRefused},
		{"from another site", "/o/CS0001/ticket", wanted(), []string{"Sec-Fetch-Site", "cross-site"}, nil, 403, crossOrigin},
		{"from another origin", "/o/CS0001/ticket", wanted(), []string{"Origin", "https://elsewhere.example"}, nil, 403, crossOrigin},
		{"cancel an unknown ticket", "/t/abcdefghijklmnop/cancel", url.Values{"id": {pageID}}, nil, nil, 404, unknownTicket},
		{"cancel what is no token", "/t/none/cancel", url.Values{"id": {pageID}}, nil, nil, 404, badToken},
		{"wrong method", "/o/CS0001", wanted(), nil, nil, 405, badMethod},
	} {
		t.Run(c.name, func(t *testing.T) {
			tn := newTown(hall("CS0001", time.Now()), stale, early)
			if c.town != nil {
				c.town(tn)
			}
			s := newSite(t, tn)
			r := post(t, s, c.path, c.form, c.header...)
			if c.form == nil {
				bad := httptest.NewRequest("POST", c.path, strings.NewReader("id=%zz"))
				bad.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				r = ask(t, s, bad)
			}
			page := text(t, r)
			if r.StatusCode != c.status || !contains(page, `data-code="`+string(c.code)+`"`) {
				t.Errorf("%s: %s", r.Status, visible(page))
			}
			if tn.refusal != nil && !contains(page, tn.refusal.Ko) {
				t.Errorf("the office's own words are missing: %s", visible(page))
			}
			if asked := len(tn.requests()); asked > 0 && tn.silent == nil && tn.refusal == nil {
				t.Errorf("the office was asked all the same")
			}
			// Whoever may be asked again is asked with the same id.
			if again := contains(page, `value="`+pageID+`"`); again != (c.code == noAnswer) {
				t.Errorf("a form to send again: %v", again)
			}
		})
	}
}

func TestEndedTicketIsNotCancelled(t *testing.T) {
	c := newTown(hall("CS0001", time.Now()))
	s := newSite(t, c)
	at := post(t, s, "/o/CS0001/ticket", wanted()).Header.Get("Location")
	c.tell(strings.TrimPrefix(at, "/t/"), Ticket{Office: "CS0001", Label: "502", Day: 1, Status: feed.StatusLeft})
	if r := post(t, s, at+"/cancel", url.Values{"id": {pageID}}); r.StatusCode != http.StatusConflict || len(c.requests()) != 1 {
		t.Errorf("%s, %d requests", r.Status, len(c.requests()))
	}
}

func TestAnswerWithinFiveSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTown(hall("CS0001", time.Now()))
		c.slow = make(chan struct{}) // for ever
		s := newSite(t, c)
		start := time.Now()
		r := post(t, s, "/o/CS0001/ticket", wanted())
		if took := time.Since(start); r.StatusCode != http.StatusGatewayTimeout || took > 5*time.Second {
			t.Errorf("%s after %v", r.Status, took)
		}
		// The second try asks anew, with the same id.
		close(c.slow)
		if r := post(t, s, "/o/CS0001/ticket", wanted()); r.StatusCode != http.StatusSeeOther {
			t.Errorf("again: %s", r.Status)
		}
	})
}

func TestFirstTapMayGoAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTown(hall("CS0001", time.Now()))
		c.slow = make(chan struct{})
		s, p, stop := serve(t, c)
		conn := p.dial()
		form := wanted().Encode()
		fmt.Fprintf(conn, "POST /o/CS0001/ticket HTTP/1.1\r\nHost: city\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", len(form), form)
		synctest.Wait()
		conn.Close() // the browser gives the first up for the second
		time.Sleep(time.Second)
		close(c.slow)
		synctest.Wait()
		if r := post(t, s, "/o/CS0001/ticket", wanted()); r.StatusCode != http.StatusSeeOther {
			t.Errorf("%s", r.Status)
		}
		if n := len(c.requests()); n != 1 {
			t.Errorf("the office was asked %d times", n)
		}
		stop()
	})
}

// The page before the ticket says why there is none.
func TestNoOffer(t *testing.T) {
	old := hall("CS0001", time.Now().Add(-time.Hour))
	s := newSite(t, newTown(old))
	shown := text(t, get(t, s, "/o/CS0001/ticket?service=passport"))
	if !contains(visible(shown), "연결이 끊겨 온라인으로 발급할 수 없습니다") || strings.Contains(shown, `method="post"`) {
		t.Error(shown)
	}
	for _, path := range []string{"/o/CS0001/ticket", "/o/CS0001/ticket?service=civil", "/o/CS0001/ticket?service=none", "/o/none/ticket?service=passport"} {
		if r := get(t, s, path); r.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, r.Status)
		}
	}
}
