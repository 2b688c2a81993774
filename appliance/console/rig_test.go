package console

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/appliance"
	"sunbeon/appliance/clock"
	"sunbeon/appliance/feed"
	"sunbeon/appliance/journal"
	"sunbeon/appliance/queue"
)

func office() queue.Config {
	return queue.Config{
		Office: queue.Office{ID: "CS0001", Name: "가능동 주민센터"},
		Services: []queue.Service{
			{ID: "civil", Name: "민원", First: 1, Last: 300, Priority: true, Handling: 240},
			{ID: "passport", Name: "여권", Prefix: "P", First: 1, Last: 99, Online: true, Handling: 420},
		},
		Counters: []queue.Counter{
			{Number: 3, Services: []string{"civil"}, Rule: queue.RuleLongest},
			{Number: 4, Name: "여권", Services: []string{"passport", "civil"}, Rule: queue.RuleLongest},
			{Number: 5, Services: []string{"civil"}, Rule: queue.RuleLongest},
		},
		Rules: queue.Rules{PriorityRun: 1, LateWithin: 10, LatePlace: queue.LateFront, DayStarts: 240, DayJumpLimit: 14},
	}
}

// arriving is the office with online tickets that wait for their holders.
func arriving() queue.Config {
	c := office()
	c.Services[1].Arrival = true
	return c
}

// memory is a record in memory, also for the manager's page.
type memory struct {
	mu      sync.Mutex
	facts   []queue.Fact
	err     error
	figures journal.Figures
	read    int // facts that Facts gave
}

func (m *memory) Append(f []queue.Fact) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return m.err
	}
	m.facts = append(m.facts, f...)
	return nil
}

func (m *memory) Recent(n int) ([]queue.Fact, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.facts[max(len(m.facts)-n, 0):]), m.err
}

func (m *memory) Facts(_ context.Context, f journal.Filter) iter.Seq2[journal.Record, error] {
	m.mu.Lock()
	defer m.mu.Unlock()
	facts, err := slices.Clone(m.facts), m.err
	return func(yield func(journal.Record, error) bool) {
		if err != nil {
			yield(journal.Record{}, err)
			return
		}
		for _, x := range facts {
			if x.Day != f.Day || x.Seq < f.From || f.To > 0 && x.Seq > f.To || !slices.Contains(f.Kinds, x.Event.Kind()) {
				continue
			}
			raw, err := json.Marshal(x)
			m.mu.Lock()
			m.read++
			m.mu.Unlock()
			if !yield(journal.Record{Day: x.Day, Seq: x.Seq, Raw: raw}, err) {
				return
			}
		}
	}
}

func (m *memory) Figures(_ context.Context, from, to string) (journal.Figures, error) {
	f := m.figures
	f.From, f.To = from, to
	return f, m.err
}

// Print is a printer that never says how it went.
func (m *memory) Print(appliance.PrintJob) {}

func (m *memory) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err = err
}

// kinds gives the facts from the nth on as "kind by".
func (m *memory) kinds(from int) []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []string
	for _, f := range m.facts[from:] {
		out = append(out, f.Event.Kind()+" "+f.By)
	}
	return out
}

func (m *memory) count() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.facts)
}

// rig is a console over a running loop. Everything lives in the test's bubble.
type rig struct {
	t     *testing.T
	mem   *memory
	clock *clock.Bench
	loop  *appliance.Loop
	hub   *appliance.Hub
	con   *Console
	mux   *http.ServeMux
	ids   int
}

var nine = time.Date(2026, 11, 23, 9, 0, 0, 0, queue.KST())

// The costs of tests' hashes are the smallest, so that a test of a hundred
// wrong PINs is quick.
const (
	hash1234 = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHRzYWx0$W/9BOMfkiZ6IRxr3HLoerku508ATdT/gqgCtDBI6liA"
	hash9999 = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHRzYWx0$7bXI7BD140o9ESd8E+Sr4V2J+W8EK4kc4bBITWeFMDg"
)

// inBubble runs the test with a rig of the office in a bubble of its own.
func inBubble(t *testing.T, config queue.Config, test func(t *testing.T, r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := &rig{t: t, mem: &memory{}, clock: clock.NewBench(nine), hub: &appliance.Hub{}, mux: http.NewServeMux()}
		r.loop = appliance.New(appliance.Options{Config: config, Clock: r.clock, Record: r.mem, Paper: r.mem, Log: slog.New(slog.DiscardHandler),
			Address: feed.Address{City: "test", Office: "CS0001"}, Viewer: r.hub.Publish, ReprintWithin: time.Minute})
		var err error
		r.con, err = New(Options{Loop: r.loop, Views: r.hub, Journal: r.mem, Clock: r.clock,
			ManagerPIN: hash9999, PINs: map[int]string{3: hash1234, 4: hash1234}})
		if err != nil {
			t.Fatal(err)
		}
		r.con.Register(r.mux)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- r.loop.Run(ctx) }()
		synctest.Wait()
		r.must(queue.Tick{})
		test(t, r)
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
	})
}

func (r *rig) must(c queue.Command) appliance.Result {
	r.t.Helper()
	res, err := r.loop.Do(r.t.Context(), appliance.Command{Command: c, By: "test"})
	if err != nil {
		r.t.Fatalf("%s: %v", c.Name(), err)
	}
	return res
}

func (r *rig) issue(service string, n int) {
	r.t.Helper()
	for range n {
		r.must(queue.Issue{Service: service, Class: queue.Ordinary, Origin: queue.Button})
	}
}

// browser is one cookie jar at one address.
type browser struct {
	*rig
	from   string
	cookie string
	json   bool
}

func (r *rig) browser() *browser { return &browser{rig: r, from: "10.0.0.7:1000"} }

// as signs in.
func (r *rig) as(place string) *browser {
	r.t.Helper()
	b := r.browser()
	pin := "1234"
	if place == "manager" {
		pin = "9999"
	}
	if w := b.post("/signin", "place", place, "pin", pin); w.Code != http.StatusSeeOther {
		r.t.Fatalf("sign-in for %s: %d %s", place, w.Code, status(w))
	}
	return b
}

func (b *browser) do(req *http.Request) *httptest.ResponseRecorder {
	b.t.Helper()
	req.RemoteAddr = b.from
	if b.cookie != "" {
		req.AddCookie(&http.Cookie{Name: cookieName, Value: b.cookie})
	}
	if b.json {
		req.Header.Set("Accept", "application/json")
	}
	w := httptest.NewRecorder()
	b.mux.ServeHTTP(w, req)
	for _, k := range w.Result().Cookies() {
		b.cookie = k.Value
	}
	return w
}

func (b *browser) get(path string) *httptest.ResponseRecorder {
	b.t.Helper()
	return b.do(httptest.NewRequest(http.MethodGet, path, nil))
}

func (b *browser) post(path string, pairs ...string) *httptest.ResponseRecorder {
	b.t.Helper()
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return b.body(path, v.Encode())
}

func (b *browser) body(path, body string) *httptest.ResponseRecorder {
	b.t.Helper()
	req := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(req)
}

// press is post with a fresh request id.
func (b *browser) press(path string, pairs ...string) *httptest.ResponseRecorder {
	b.t.Helper()
	b.ids++
	return b.post(path, append(pairs, "id", fmt.Sprintf("request-%d", b.ids))...)
}

var statusLine = regexp.MustCompile(`(?s)<p class="said"[^>]*>(.*?)</p>`)

// status is the page's status line.
func status(w *httptest.ResponseRecorder) string {
	m := statusLine.FindStringSubmatch(w.Body.String())
	if m == nil {
		return ""
	}
	return m[1]
}

func wantStatus(t *testing.T, w *httptest.ResponseRecorder, code int, text string) {
	t.Helper()
	if w.Code != code || !strings.Contains(w.Body.String(), text) {
		t.Fatalf("got %d, want %d with %q in:\n%s", w.Code, code, text, w.Body)
	}
}
