package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/appliance/feed"
)

// cookie is what an answer sets, as a request's header.
func cookie(t *testing.T, r *http.Response) string {
	t.Helper()
	for _, c := range r.Cookies() {
		if c.Name == deviceCookie {
			return c.Name + "=" + c.Value
		}
	}
	t.Fatalf("%s sets no cookie", r.Status)
	return ""
}

// ofDevice asks for a ticket as a device's page with an id does.
func ofDevice(t *testing.T, s *Site, cookie, id, service string) *http.Response {
	t.Helper()
	return post(t, s, "/o/CS0001/ticket", url.Values{"id": {id + strings.Repeat("x", 16)}, "service": {service}}, "Cookie", cookie)
}

// twoReplicas share a ledger and an office.
func twoReplicas(t *testing.T) (c *town, a, b *Site) {
	t.Helper()
	o := hall("CS0001", time.Now())
	o.Snapshot.Services[0].Online, o.Snapshot.Services[0].OnlineNow = true, true
	c = newTown(o)
	a, b = newSite(t, c), newSite(t, c)
	b.ledger = a.ledger
	return c, a, b
}

func TestCookieOfADevice(t *testing.T) {
	s := newSite(t, newTown(hall("CS0001", time.Now())))
	for _, c := range []struct {
		header []string
		secure bool
	}{{nil, false}, {[]string{"X-Forwarded-Proto", "https"}, true}} {
		r := post(t, s, "/o/CS0001/ticket", wanted(), c.header...)
		k := r.Cookies()[0]
		if len(r.Cookies()) != 1 || !k.HttpOnly || k.SameSite != http.SameSiteLaxMode || k.Secure != c.secure || k.MaxAge != 86400 || k.Path != "/" || k.Domain != "" || len(k.Value) != deviceChars {
			t.Errorf("%+v", k)
		}
		if again := post(t, s, "/o/CS0001/ticket", wanted(), "Cookie", cookie(t, r)); len(again.Cookies()) != 0 {
			t.Error("a known device is given another cookie")
		}
	}
	for _, path := range []string{"/", "/o/CS0001", "/o/CS0001/arrive?code=1", "/api/v1/offices"} {
		if r := get(t, s, path); len(r.Cookies()) != 0 {
			t.Errorf("%s sets a cookie: nobody is followed who only looks", path)
		}
	}
	if bad := post(t, s, "/o/CS0001/ticket", wanted(), "Cookie", deviceCookie+"=short"); len(bad.Cookies()) != 1 {
		t.Error("a cookie that is none of ours is taken")
	}
}

func TestDeviceHasOneLiveTicket(t *testing.T) {
	c, a, b := twoReplicas(t)
	r := ofDevice(t, a, "", "one", "passport")
	first, me := r.Header.Get("Location"), cookie(t, r)
	for _, s := range []*Site{a, b} {
		for _, service := range []string{"passport", "civil"} {
			b.Replied("CS0001", *c.answers[c.requests()[0].ID].Ticket)
			r := ofDevice(t, s, me, "two", service)
			if at := r.Header.Get("Location"); r.StatusCode != http.StatusSeeOther || at != first+"?"+oneOnly {
				t.Errorf("%s again: %s %s", service, r.Status, at)
			}
		}
	}
	if n := len(c.requests()); n != 1 {
		t.Errorf("the office was asked %d times", n)
	}
	if page := visible(text(t, get(t, a, first+"?"+oneOnly))); !contains(page, "이미 이 번호표가 있습니다", "502") {
		t.Error(page)
	}
	if r := ofDevice(t, a, "", "other device", "passport"); r.Header.Get("Location") == first {
		t.Error("another device is led to it")
	}
	// When it has ended, however that is, another may be taken.
	for _, end := range []Ticket{
		{Office: "CS0001", Day: 1, Status: feed.StatusFinished},
		{Office: "CS0001", Day: 1, Status: feed.StatusCancelled},
		{Office: "CS0001", Day: 1, Status: feed.StatusNoShow, Changed: time.Now().Add(-11 * time.Minute), Rules: feed.Rules{LateWithin: 10, LatePlace: feed.LateEnd}},
	} {
		at := ofDevice(t, a, me, "before "+end.Status, "passport").Header.Get("Location")
		at, _, _ = strings.Cut(at, "?")
		c.tell(strings.TrimPrefix(at, "/t/"), end)
		r := ofDevice(t, b, me, "after "+end.Status, "civil")
		if now := r.Header.Get("Location"); r.StatusCode != http.StatusSeeOther || now == at || strings.Contains(now, "?") {
			t.Errorf("after %s: %s %s", end.Status, r.Status, now)
		}
		now := r.Header.Get("Location")
		c.tell(strings.TrimPrefix(now, "/t/"), Ticket{Office: "CS0001", Day: 1, Status: feed.StatusFinished})
	}
	missed := ofDevice(t, a, me, "missed", "passport").Header.Get("Location")
	c.tell(strings.TrimPrefix(missed, "/t/"), Ticket{Office: "CS0001", Day: 1, Status: feed.StatusNoShow, Changed: time.Now().Add(-9 * time.Minute), Rules: feed.Rules{LateWithin: 10, LatePlace: feed.LateEnd}})
	if at := ofDevice(t, a, me, "still", "passport").Header.Get("Location"); at != missed+"?"+oneOnly {
		t.Errorf("who may still come back is given another: %s", at)
	}
	// The same page of before leads on, not back to what has ended.
	c.tell(strings.TrimPrefix(missed, "/t/"), Ticket{Office: "CS0001", Day: 1, Status: feed.StatusVoid})
	if at := ofDevice(t, a, me, "missed", "passport").Header.Get("Location"); at == missed || at == "" {
		t.Errorf("the same form again: %s", at)
	}
	if at := ofDevice(t, b, me, "missed", "passport").Header.Get("Location"); at == missed || at == "" {
		t.Errorf("the same form again, on another replica: %s", at)
	}
}

func TestTicketOfYesterdayLeavesRoom(t *testing.T) {
	c, a, b := twoReplicas(t)
	r := ofDevice(t, a, "", "one", "passport")
	first, me := r.Header.Get("Location"), cookie(t, r)
	// The other replica has not heard of it: that does not make it over.
	if at := ofDevice(t, b, me, "two", "passport").Header.Get("Location"); at != first+"?"+oneOnly {
		t.Errorf("%s", at)
	}
	o := hall("CS0001", time.Now())
	o.Snapshot.Day = 2
	c.set(o)
	if at := ofDevice(t, b, me, "two", "passport").Header.Get("Location"); at == "" || strings.HasPrefix(at, first) {
		t.Errorf("the next day: %s", at)
	}
}

// TestTapsOnTwoReplicas: two pages of one device, at the same moment.
func TestTapsOnTwoReplicas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, a, b := twoReplicas(t)
		me := deviceCookie + "=" + strings.Repeat("A", deviceChars)
		c.slow = make(chan struct{})
		places := make([]string, 6)
		var taps sync.WaitGroup
		for i := range places {
			s := []*Site{a, b}[i%2]
			taps.Go(func() {
				at := ofDevice(t, s, me, []string{"one", "two", "three"}[i/2], "passport").Header.Get("Location")
				places[i], _, _ = strings.Cut(at, "?")
			})
		}
		taps.Go(func() { // and another service meanwhile
			if r := ofDevice(t, b, me, "four", "civil"); r.StatusCode != http.StatusConflict || !contains(text(t, r), string(stillAsking)) {
				// Unless it came first: then the others are told to wait.
				if r.StatusCode != http.StatusSeeOther {
					t.Error(r.Status)
				}
			}
		})
		synctest.Wait()
		close(c.slow)
		taps.Wait()
		ids := map[string]bool{}
		for _, q := range c.requests() {
			ids[q.ID] = true
		}
		if len(ids) != 1 {
			t.Errorf("%d different requests were asked", len(ids))
		}
		tickets := map[string]bool{}
		for _, p := range places {
			if p != "" {
				tickets[p] = true
			}
		}
		if len(tickets) > 1 {
			t.Errorf("%d tickets: %q", len(tickets), places)
		}
	})
}

// TestReplicaDiesWhileItAsks: another one gives the number back.
func TestReplicaDiesWhileItAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTown(hall("CS0001", time.Now()))
		a := newSite(t, c)
		c.lose(true)
		if r := post(t, a, "/o/CS0001/ticket", wanted()); r.StatusCode != http.StatusGatewayTimeout {
			t.Fatal(r.Status)
		} // a never runs: it is dead
		c.lose(false)
		b := newSite(t, c)
		b.ledger = a.ledger
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- b.Run(ctx) }()
		time.Sleep(RegretAfter + regretLook)
		synctest.Wait()
		if got := c.kinds(); got != "iic" {
			t.Errorf("asked %s", got)
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// TestAnswerAfterTheNumberWasGivenBack is shown to nobody.
func TestAnswerAfterTheNumberWasGivenBack(t *testing.T) {
	c := newTown(hall("CS0001", time.Now()))
	s := newSite(t, c)
	c.before = func() { // while it is asked, somebody else takes it for lost
		if _, due, err := s.ledger.Due(t.Context(), time.Now().Add(time.Minute)); !due || err != nil {
			t.Error(due, err)
		}
	}
	r := post(t, s, "/o/CS0001/ticket", wanted())
	if r.StatusCode != http.StatusGatewayTimeout {
		t.Errorf("%s %s", r.Status, r.Header.Get("Location"))
	}
	c.before = nil
	lost := tokenOf(c.requests()[0].ID)
	if at := post(t, s, "/o/CS0001/ticket", wanted(), "Cookie", cookie(t, r)).Header.Get("Location"); at == "/t/"+lost || at == "" {
		t.Errorf("pressed again: %s", at)
	}
}

// brokenLedger does not answer.
type brokenLedger struct{ Ledger }

func (brokenLedger) Claim(context.Context, Device, Claim, string) (Claim, error) {
	return Claim{}, errors.New("disk full")
}

func TestWithoutTheLedgerNoNumberIsAsked(t *testing.T) {
	c := newTown(hall("CS0001", time.Now()))
	s := newSite(t, c)
	s.ledger = brokenLedger{s.ledger}
	r := post(t, s, "/o/CS0001/ticket", wanted())
	if page := text(t, r); r.StatusCode != http.StatusServiceUnavailable || !contains(page, string(noLedger), "번호는 발급되지 않았습니다") || len(c.requests()) != 0 {
		t.Errorf("%s, asked %d times: %s", r.Status, len(c.requests()), page)
	}
}

// unsettled keeps nothing of what an office answers.
type unsettled struct{ Ledger }

func (unsettled) Settle(context.Context, string, string, string, int64) error {
	return errors.New("disk full")
}

// TestTicketThatCannotBeKept: it is given back by and by, so that nobody may
// think to have it.
func TestTicketThatCannotBeKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTown(hall("CS0001", time.Now()))
		s, _, stop := serve(t, c)
		well := s.ledger
		s.ledger = unsettled{well}
		r := post(t, s, "/o/CS0001/ticket", wanted())
		if r.StatusCode != http.StatusGatewayTimeout {
			t.Fatal(r.Status)
		}
		if r := post(t, s, "/o/CS0001/ticket", wanted()); r.StatusCode != http.StatusGatewayTimeout {
			t.Errorf("pressed again: %s", r.Status)
		}
		time.Sleep(2 * RegretAfter)
		synctest.Wait()
		if got := c.kinds(); got[len(got)-1] != 'c' {
			t.Errorf("asked %s", got)
		}
		stop()
	})
}

func TestOddForms(t *testing.T) {
	c := newTown(passports())
	s := newSite(t, c)
	c.tell(paper, online(3, 11))
	for _, x := range []struct {
		path   string
		form   url.Values
		status int
		code   code
	}{
		{"/delay", url.Values{"id": {pageID}, "pass": {"0"}}, 400, badForm},
		{"/delay", url.Values{"id": {pageID}, "pass": {"51"}}, 400, badForm},
		{"/delay", url.Values{"id": {pageID}, "pass": {"x"}}, 400, badForm},
		{"/delay", url.Values{"id": {pageID}}, 400, badForm},
		{"/arrive", url.Values{"id": {pageID}, "code": {""}}, 400, badCode},
		{"/arrive", url.Values{"id": {pageID}, "code": {"<script>"}}, 400, badCode},
		{"/arrive", url.Values{"id": {pageID}, "code": {strings.Repeat("1", 33)}}, 400, badCode},
		{"/arrive", url.Values{"code": {"1234"}}, 400, badForm},
		{"/push", url.Values{"id": {pageID}, "endpoint": {"https://push.example/"}}, 404, notFound},
		{"/text", url.Values{"id": {pageID}, "phone": {"010-1234-5678"}}, 404, notFound},
	} {
		if r := post(t, s, "/t/"+paper+x.path, x.form); r.StatusCode != x.status || !contains(text(t, r), `data-code="`+string(x.code)+`"`) {
			t.Errorf("%s %v: %s", x.path, x.form, r.Status)
		}
	}
	if n := len(c.requests()); n != 0 {
		t.Errorf("the office was asked %d times", n)
	}
	// The same choice sent twice is one request, another is another.
	for _, pass := range []string{"1", "1", "3"} {
		post(t, s, "/t/"+paper+"/delay", url.Values{"id": {pageID}, "pass": {pass}})
	}
	q := c.requests()
	if len(q) != 3 || q[0].ID != q[1].ID || q[0].ID == q[2].ID {
		t.Errorf("%+v", q)
	}
	post(t, s, "/t/"+paper+"/arrive", url.Values{"id": {pageID}, "code": {"４7 11"}})
	if q := c.requests(); q[len(q)-1].Code != "4711" {
		t.Errorf("%+v", q[len(q)-1])
	}
}

func TestSubscriptionsThatAreRefused(t *testing.T) {
	good := Subscription{Endpoint: "https://push.example/x", P256dh: point, Auth: "AAECAwQFBgcICQoLDA0ODw"}
	if err := checkPush(good); err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]func(*Subscription){
		"http":          func(s *Subscription) { s.Endpoint = "http://push.example/" },
		"no host":       func(s *Subscription) { s.Endpoint = "https:///x" },
		"a user":        func(s *Subscription) { s.Endpoint = "https://u@push.example/" },
		"loopback":      func(s *Subscription) { s.Endpoint = "https://127.0.0.1/" },
		"private":       func(s *Subscription) { s.Endpoint = "https://10.0.0.1/" },
		"private, IPv6": func(s *Subscription) { s.Endpoint = "https://[fd00::1]/" },
		"mapped":        func(s *Subscription) { s.Endpoint = "https://[::ffff:192.168.0.1]/" },
		"too long":      func(s *Subscription) { s.Endpoint += strings.Repeat("x", maxEndpoint) },
		"the gateway's": func(s *Subscription) { s.Endpoint = GatewayEndpoint },
		"no key":        func(s *Subscription) { s.P256dh = "" },
		"another curve": func(s *Subscription) { s.P256dh = strings.Repeat("A", 87) },
		"short secret":  func(s *Subscription) { s.Auth = "AAEC" },
	} {
		s := good
		bad(&s)
		if err := checkPush(s); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

// gateway takes numbers, or does not.
type gateway struct {
	phones []string
	fails  error
}

func (g *gateway) Announce(_ context.Context, s Subscription, phone string, t TicketView) error {
	if g.fails == nil {
		g.phones = append(g.phones, s.Token+" "+phone+" "+t.Label)
	}
	return g.fails
}

func TestTelephoneNumberIsPassedOnAndForgotten(t *testing.T) {
	c := newTown(passports())
	s := newSite(t, c)
	g := &gateway{}
	log := &strings.Builder{}
	s.gateway, s.log = g, slog.New(slog.NewTextHandler(log, nil))
	c.tell(paper, online(3, 11))
	send := func(phone string) *http.Response {
		return post(t, s, "/t/"+paper+"/text", url.Values{"id": {pageID}, "phone": {phone}})
	}
	r := send("010-1234 5678")
	at := r.Header.Get("Location")
	if r.StatusCode != http.StatusSeeOther || at != "/t/"+paper+"?"+textsOn || len(g.phones) != 1 || g.phones[0] != paper+" 01012345678 502" {
		t.Errorf("%s %s %q", r.Status, at, g.phones)
	}
	if page := text(t, get(t, s, at)); !contains(page, "문자로 알려 드립니다") || contains(page, "12345678") {
		t.Error(page)
	}
	for _, bad := range []string{"", "1234", "02-123-4567", "010-1234-567890", "010-1234-567x", "<script>"} {
		if r := send(bad); r.StatusCode != http.StatusBadRequest || !contains(text(t, r), string(badPhone)) {
			t.Errorf("%q: %s", bad, r.Status)
		}
	}
	if d, ok := mobile("+82 10-1234-5678"); !ok || d != "01012345678" {
		t.Error(d)
	}
	m := s.ledger.(*Memory)
	m.subs = nil
	g.fails = errors.New("away")
	if r := send("01012345678"); r.StatusCode != http.StatusBadGateway || len(m.subs) != 0 {
		t.Errorf("%s, %d subscriptions", r.Status, len(m.subs))
	}
	if strings.Contains(log.String(), "1234") {
		t.Errorf("a number is in the log: %s", log)
	}
	over := online(0, 12)
	over.Status = feed.StatusFinished
	c.tell(paper, over)
	if r := send("01012345678"); r.StatusCode != http.StatusConflict || len(g.phones) != 1 {
		t.Errorf("for a ticket that has ended: %s", r.Status)
	}
}

func TestWorkerIsAtTheRoot(t *testing.T) {
	r := get(t, newSite(t, newTown()), "/sw.js")
	if r.StatusCode != http.StatusOK || r.Header.Get("Content-Type") != "text/javascript; charset=utf-8" || r.Header.Get("Cache-Control") != "no-cache" || !contains(r.Header.Get("Content-Security-Policy"), "worker-src 'self'") {
		t.Errorf("%s %v", r.Status, r.Header)
	}
	w := httptest.NewRecorder()
	newSite(t, newTown()).Handler().ServeHTTP(w, httptest.NewRequest("HEAD", "/sw.js", nil))
	if w.Code != http.StatusOK || w.Body.Len() != 0 {
		t.Error(w.Code)
	}
}
