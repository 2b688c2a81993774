package web

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"sunbeon/appliance/feed"
)

// town is a City and a Desk: offices that say what a test wants, and answer
// requests as an appliance does: the same id, the same ticket.
type town struct {
	mu      sync.Mutex
	offices map[string]Office
	down    bool
	since   time.Time
	watch   chan string

	tickets map[string]Ticket // as facts tell them
	asked   []feed.Request
	answers map[string]feed.Reply
	silent  error         // Ask fails with it
	lossy   bool          // it acts, and its answers are lost
	slow    chan struct{} // Ask waits for it
	refusal *feed.Refusal
	away    bool   // tickets are issued to holders who have not arrived
	wrong   string // arrival code that it refuses
	before  func() // runs before it answers
}

func newTown(all ...Office) *town {
	c := &town{offices: map[string]Office{}, watch: make(chan string), answers: map[string]feed.Reply{}, tickets: map[string]Ticket{}, since: time.Now()}
	for _, o := range all {
		c.offices[o.ID] = o
	}
	return c
}

func (c *town) Offices() []Office {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []Office
	for _, o := range c.offices {
		out = append(out, o)
	}
	return out
}

func (c *town) Office(id string) (Office, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	o, ok := c.offices[id]
	return o, ok
}

func (c *town) Watch(context.Context) <-chan string { return c.watch }

func (c *town) Link() (bool, time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.down, c.since
}

func (c *town) set(o Office) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offices[o.ID] = o
}

// say makes an office say something, and tells the watcher.
func (c *town) say(o Office) {
	c.set(o)
	c.watch <- o.ID
}

func (c *town) cut(down bool) {
	c.mu.Lock()
	c.down, c.since = down, time.Now()
	c.mu.Unlock()
}

func (c *town) Ticket(token string) (Ticket, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t, ok := c.tickets[token]
	return t, ok
}

// tell makes the facts of a ticket arrive; with no office they never were.
func (c *town) tell(token string, t Ticket) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tickets[token] = t; t.Office == "" {
		delete(c.tickets, token)
	}
}

// tokenOf is the token of the ticket that a request leads to.
func tokenOf(id string) string {
	sum := sha256.Sum256([]byte(id))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:10]))
}

func (c *town) Ask(ctx context.Context, office string, r feed.Request) (feed.Reply, error) {
	c.mu.Lock()
	c.asked = append(c.asked, r)
	c.mu.Unlock()
	if c.before != nil {
		c.before()
	}
	if c.slow != nil {
		select {
		case <-c.slow:
		case <-ctx.Done():
			return feed.Reply{}, ErrTimeout
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch a, ok := c.answers[r.ID]; {
	case c.silent != nil:
		return feed.Reply{}, c.silent
	case c.refusal != nil:
		return feed.Reply{V: 1, ID: r.ID, Refusal: c.refusal}, nil
	case ok:
		return a, nil
	case r.Deadline != 0 && r.Deadline < time.Now().UnixMilli():
		return feed.Reply{V: 1, ID: r.ID, Refusal: &feed.Refusal{Code: feed.RefusalExpired}}, nil
	}
	t := &feed.Issued{Label: "502", Service: r.Service, Day: 1, Token: tokenOf(r.ID), Status: feed.StatusWaiting, Ahead: 3, Wait: &feed.Range{Low: 600, Mid: 900, High: 1500}}
	t.Away = c.away
	if o := c.offices[office]; o.Snapshot != nil {
		t.Day = o.Snapshot.Day
	}
	switch known := c.tickets[r.Token]; {
	case r.Kind == feed.RequestArrive && r.Code == c.wrong:
		c.answers[r.ID] = feed.Reply{V: 1, ID: r.ID, Refusal: &feed.Refusal{Code: "code", Ko: "코드가 맞지 않습니다", En: "wrong code"}}
		return c.answers[r.ID], nil
	case r.Kind == feed.RequestArrive:
		t = &feed.Issued{Label: "502", Service: "passport", Day: 1, Token: r.Token, Status: feed.StatusWaiting, Ahead: known.Ahead}
	case r.Kind == feed.RequestDelay:
		t = &feed.Issued{Label: "502", Day: 1, Token: r.Token, Status: feed.StatusWaiting, Ahead: known.Ahead + r.Pass, Away: known.Away}
	case r.Kind == feed.RequestCancel:
		t = &feed.Issued{Label: "502", Day: 1, Token: r.Token, Status: feed.StatusCancelled}
	}
	c.answers[r.ID] = feed.Reply{V: 1, ID: r.ID, Ticket: t}
	if c.lossy {
		return feed.Reply{}, ErrTimeout
	}
	return c.answers[r.ID], nil
}

func (c *town) requests() []feed.Request {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]feed.Request(nil), c.asked...)
}

// hall is an office in the middle of its day.
func hall(id string, received time.Time) Office {
	return Office{ID: id, Received: received, Live: true, Snapshot: &feed.Snapshot{V: 1, City: "c", Office: id, Epoch: 1, Rev: 1,
		AsOf: received.UnixMilli(), Clock: true, Name: "수정동 주민센터", NameEn: "Sujeong Office", Day: 1, Date: "2026-11-23", DayOpen: true,
		Services: []feed.Service{
			{ID: "civil", Name: "민원", NameEn: "Certificates", Waiting: new(7), Wait: &feed.Range{Low: 240, Mid: 420, High: 660}, Issuing: feed.IssuingOpen,
				Counters: new(2), Called: "118", CalledAt: 2, Hours: "09:00-18:00"},
			{ID: "passport", Name: "여권", NameEn: "Passports", Waiting: new(4), Wait: &feed.Range{Low: 1500, Mid: 2100, High: 3900}, Issuing: feed.IssuingOpen,
				Counters: new(1), Called: "501", CalledAt: 7, Online: true, OnlineNow: true},
		},
		Counters: []feed.Counter{
			{Number: 2, State: feed.CounterOpen, Ticket: "118", Services: []string{"civil"}},
			{Number: 7, Name: "여권", State: feed.CounterPaused, Services: []string{"passport", "civil"}},
		},
		CallSeq: 5,
		Calls:   []feed.Call{{Seq: 5, Ticket: "118", Service: "civil", Counter: 2, At: received.UnixMilli()}},
		Where:   &feed.Where{Stdg: "4115000000", Road: "수정로 1", Lot: "수정동 1", Lat: 37.5, Lon: 127.25, Weekdays: "0900-1800", Night: "화요일 20시까지"},
	}}
}

func newSite(t testing.TB, c *town) *Site {
	t.Helper()
	s, err := New(Options{Name: Words{"수정시", "Sujeong"}, City: c, Tickets: c, Desk: c, Log: discard()})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// get asks the site for a path.
func get(t testing.TB, s *Site, path string, header ...string) *http.Response {
	t.Helper()
	return ask(t, s, httptest.NewRequest("GET", path, nil), header...)
}

// post sends a form.
func post(t testing.TB, s *Site, path string, form url.Values, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return ask(t, s, r, header...)
}

func ask(t testing.TB, s *Site, r *http.Request, header ...string) *http.Response {
	t.Helper()
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	return w.Result()
}

func text(t testing.TB, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
