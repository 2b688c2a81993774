package web

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	dto "github.com/prometheus/client_model/go"

	"sunbeon/display/web/limit"
)

// guarded is a site that limits, as cityweb makes it.
func guarded(t *testing.T, c *town, change ...func(*Options)) (*Site, *prometheus.Registry) {
	t.Helper()
	trusted, err := limit.Prefixes("10.0.0.0/8")
	if err != nil {
		t.Fatal(err)
	}
	reg := prometheus.NewRegistry()
	o := Options{Name: Words{"수정시", "Sujeong"}, City: c, Tickets: c, Desk: c, Log: discard(), Limit: limit.NewOrigin(trusted), Metrics: reg}
	for _, f := range change {
		f(&o)
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s, reg
}

// from asks as a client with an address.
func from(t *testing.T, s *Site, address, method, path string, form url.Values, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.RemoteAddr = address + ":40000"
	if method == "POST" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return ask(t, s, r, header...)
}

// refusedAfter asks until it is refused, and says how often that was not so.
func refusedAfter(t *testing.T, most int, once func() *http.Response) (n int, last *http.Response) {
	t.Helper()
	for n = range most {
		if last = once(); last.StatusCode == http.StatusTooManyRequests {
			return n, last
		}
	}
	t.Fatalf("never refused in %d", most)
	return 0, nil
}

func TestOneAddressIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, reg := guarded(t, newTown(hall("CS0001", time.Now())))
		look := func() *http.Response { return from(t, s, "203.0.113.9", "GET", "/healthz", nil) }
		if n, last := refusedAfter(t, 4000, look); n != 3000 || last.Header.Get("Retry-After") != "1" {
			t.Errorf("after %d, %v", n, last.Header)
		}
		page := from(t, s, "203.0.113.9", "GET", "/o/CS0001", nil)
		if body := text(t, page); page.StatusCode != http.StatusTooManyRequests || !contains(body, `data-code="too_many_requests"`, "요청이 너무 많습니다", "<main") {
			t.Errorf("a page: %s %s", page.Status, body)
		}
		if body := text(t, from(t, s, "203.0.113.9", "GET", "/api/v1/offices", nil)); !contains(body, `{"code":"too_many_requests","ko":"`, `"en":"Too many`) {
			t.Error(body)
		}
		if body := text(t, from(t, s, "203.0.113.9", "GET", "/B551982/cso_v2/cso_info_v2", nil)); !contains(body, `"resultCode":"K22"`) {
			t.Error(body)
		}
		if r := from(t, s, "203.0.113.10", "GET", "/healthz", nil); r.StatusCode != http.StatusOK {
			t.Errorf("another address: %s", r.Status)
		}
		if r := from(t, s, "10.0.0.1", "GET", "/healthz", nil, "X-Forwarded-For", "203.0.113.9"); r.StatusCode != http.StatusTooManyRequests {
			t.Errorf("the same behind our proxy: %s", r.Status)
		}
		if r := from(t, s, "10.0.0.1", "GET", "/healthz", nil, "X-Forwarded-For", "203.0.113.9, 203.0.113.10"); r.StatusCode != http.StatusOK {
			t.Errorf("who claims to be another: %s", r.Status)
		}
		time.Sleep(20 * time.Millisecond)
		if r := look(); r.StatusCode != http.StatusOK {
			t.Errorf("a moment later: %s", r.Status)
		}
		if n := testutil.ToFloat64(s.meters.refused.WithLabelValues("look")); n != 5 {
			t.Errorf("%v are counted as refused", n)
		}
		if n, err := testutil.GatherAndCount(reg, "sunbeon_http_limited_total"); n != 1 || err != nil {
			t.Error(n, err)
		}
	})
}

func TestFormsAreBoundedMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTown(hall("CS0001", time.Now()))
		s, _ := guarded(t, c)
		n, last := refusedAfter(t, 100, func() *http.Response { return from(t, s, "203.0.113.9", "POST", "/o/CS0001/ticket", wanted()) })
		if n != 60 || last.Header.Get("Retry-After") != "1" || len(c.requests()) != 1 {
			t.Errorf("after %d, %v, %d asked", n, last.Header, len(c.requests()))
		}
		if r := from(t, s, "203.0.113.9", "GET", "/o/CS0001", nil); r.StatusCode != http.StatusOK {
			t.Errorf("looking goes on: %s", r.Status)
		}
	})
}

// One ticket may be asked of from many addresses: the bound is the ticket's.
func TestOneTicketIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTown(hall("CS0001", time.Now()))
		c.tell(paper, slip(3))
		c.silent = ErrTimeout
		s, _ := guarded(t, c)
		who := 0
		n, last := refusedAfter(t, 100, func() *http.Response {
			who++
			return from(t, s, "198.51.100."+strconv.Itoa(who), "POST", []string{"", "/en"}[who%2]+"/t/"+paper+"/cancel", url.Values{"id": {pageID}})
		})
		if n != 20 || last.Header.Get("Retry-After") != "3" {
			t.Errorf("after %d, %v", n, last.Header)
		}
		if r := from(t, s, "198.51.100.200", "GET", "/t/"+paper, nil); r.StatusCode != http.StatusOK {
			t.Errorf("looking goes on: %s", r.Status)
		}
	})
}

// Who tries addresses of tickets is soon refused without a look, even for one
// that is right; who has a right one never is.
func TestGuessingIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newTown(hall("CS0001", time.Now()))
		c.tell(paper, slip(3))
		s, _ := guarded(t, c)
		for range 500 {
			if r := from(t, s, "203.0.113.7", "GET", "/api/v1/tickets/"+paper, nil); r.StatusCode != http.StatusOK {
				t.Fatalf("the holder: %s", r.Status)
			}
		}
		guess := 0
		paths := []string{"/t/guess", "/en/t/abcdefghijklmno", "/api/v1/tickets/guess", "/t/abcdefghijklmno"}
		n, last := refusedAfter(t, 1000, func() *http.Response {
			guess++
			return from(t, s, "203.0.113.9", "GET", paths[guess%4]+strconv.Itoa(guess%6+2), nil)
		})
		if n != 120 || last.Header.Get("Retry-After") != "1" {
			t.Errorf("after %d, %v", n, last.Header)
		}
		for _, path := range []string{"/t/" + paper, "/api/v1/tickets/" + paper, "/t/" + paper + "/events"} {
			if r := from(t, s, "203.0.113.9", "GET", path, nil); r.StatusCode != http.StatusTooManyRequests {
				t.Errorf("a right guess is told from a wrong one: %s %s", path, r.Status)
			}
		}
		if r := from(t, s, "203.0.113.9", "GET", "/", nil); r.StatusCode != http.StatusOK {
			t.Errorf("looking goes on: %s", r.Status)
		}
	})
}

func TestTokenIn(t *testing.T) {
	for path, want := range map[string]string{"/t/abc": "abc", "/en/t/abc/cancel": "abc", "/api/v1/tickets/abc": "abc", "/t/": "", "/o/t/abc": "", "/en": "", "/tickets": "", "/t/abc/events": "abc"} {
		if got := tokenIn(path); got != want {
			t.Errorf("%s: %q", path, got)
		}
	}
}

// What went wrong is logged by its route: no address, no token, no path.
func TestLogOfRequestsNamesNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		c := newTown(hall("CS0001", time.Now()))
		c.tell(paper, slip(3))
		c.slow = make(chan struct{})
		s, reg := guarded(t, c, func(o *Options) { o.Log = slog.New(slog.NewJSONHandler(&out, nil)) })
		from(t, s, "203.0.113.9", "POST", "/t/"+paper+"/cancel", url.Values{"id": {pageID}}, "User-Agent", "my-browser")
		from(t, s, "203.0.113.9", "GET", "/t/"+paper, nil)
		from(t, s, "203.0.113.9", "GET", "/t/none", nil)
		from(t, s, "203.0.113.9", "BREW", "/anything", nil)
		var lines []map[string]any
		for line := range strings.Lines(out.String()) {
			var v map[string]any
			if err := json.Unmarshal([]byte(line), &v); err != nil {
				t.Fatal(err)
			}
			if v["msg"] == "request failed or was slow" {
				lines = append(lines, v)
			}
		}
		if len(lines) != 1 || lines[0]["route"] != "/t/{token}/cancel" || lines[0]["method"] != "POST" || lines[0]["status"] != 504.0 {
			t.Errorf("%v", lines)
		}
		metrics, err := reg.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{paper, "203.0.113", "my-browser", "BREW", "anything"} {
			if strings.Contains(out.String(), secret) {
				t.Errorf("the log has %s: %s", secret, out.String())
			}
			for _, m := range metrics {
				if strings.Contains(m.String(), secret) {
					t.Errorf("a metric has %s: %s", secret, m)
				}
			}
		}
	})
}

// However much is asked for, the metrics have the same few names.
func TestMetricsStaySmall(t *testing.T) {
	c := newTown(hall("CS0001", time.Now()), hall("CS0002", time.Now().Add(-time.Hour)))
	s, reg := guarded(t, c)
	for i := range 300 {
		n := strconv.Itoa(i)
		from(t, s, "203.0.113."+strconv.Itoa(i%250), "GET", "/nothing/"+n, nil)
		from(t, s, "203.0.113."+strconv.Itoa(i%250), "M"+n, "/o/"+n, nil)
		from(t, s, "203.0.113."+strconv.Itoa(i%250), "GET", "/t/"+n, nil)
	}
	if n := testutil.CollectAndCount(s.meters.requests); n != 2 {
		t.Errorf("%d counters", n)
	}
	for name, want := range map[string]float64{"sunbeon_offices_fresh": 1, "sunbeon_offices_stale": 1, "sunbeon_broker_connected": 1} {
		all, err := reg.Gather()
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(all, func(m *dto.MetricFamily) bool { return m.GetName() == name })
		if i < 0 || all[i].GetMetric()[0].GetGauge().GetValue() != want {
			t.Errorf("%s", name)
		}
	}
	if _, err := New(Options{City: c, Tickets: c, Desk: c, Log: discard(), Metrics: reg}); err == nil || !contains(err.Error(), "registry of its own") {
		t.Errorf("two sites, one registry: %v", err)
	}
	if problems, err := testutil.GatherAndLint(reg); err != nil || len(problems) > 0 {
		t.Error(problems, err)
	}
}

// Public figures are compressed, a ticket and its pages never: their length would
// tell of them. A stream is compressed in its own way, and a ticket's has nothing
// but wakes.
func TestCompression(t *testing.T) {
	var many []Office
	for i := range 30 {
		many = append(many, hall("CS1"+strconv.Itoa(i), time.Now()))
	}
	c := newTown(many...)
	c.tell(paper, slip(3))
	s := newSite(t, c)
	running(t, s)
	server := httptest.NewServer(s.Handler())
	defer server.Close()
	fetch := func(method, path string) (*http.Response, []byte) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept-Encoding", "gzip, br")
		answer, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if strings.HasSuffix(path, "/events") {
			return answer, nil
		}
		b, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer, b
	}
	for _, path := range []string{"/", "/en/", "/o/CS10", "/api/v1/offices", "/api/v1/offices/CS10", "/api/v1/openapi.yaml", "/B551982/cso_v2/cso_info_v2", "/assets/" + s.pages.version + "/city.js"} {
		r, b := fetch("GET", path)
		if r.StatusCode != http.StatusOK || r.Header.Get("Content-Encoding") != "gzip" || r.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s: %s %v", path, r.Status, r.Header)
			continue
		}
		plain, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		whole, err := io.ReadAll(plain)
		if err != nil || len(whole) < 1024 || len(b) > len(whole)/2 {
			t.Errorf("%s: %d of %d bytes, %v", path, len(b), len(whole), err)
		}
		if tag := r.Header.Get("ETag"); tag != "" {
			again := httptest.NewRequest("GET", path, nil)
			if got := ask(t, s, again, "If-None-Match", tag); got.StatusCode != http.StatusNotModified {
				t.Errorf("%s: the compressed form's tag is not known to the plain one: %s", path, got.Status)
			}
		}
	}
	for _, path := range []string{"/t/" + paper, "/en/t/" + paper, "/api/v1/tickets/" + paper, "/o/CS10/arrive", "/t/none", "/readyz"} {
		if r, _ := fetch("GET", path); r.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s is compressed", path)
		}
	}
	for _, path := range []string{"/", "/api/v1/offices", "/events", "/t/" + paper, "/healthz"} {
		r, b := fetch("HEAD", path)
		if r.StatusCode != http.StatusOK || len(b) > 0 || r.Header.Get("Content-Type") == "" {
			t.Errorf("HEAD %s: %s %v %q", path, r.Status, r.Header, b)
		}
	}
}

// Every page that there is, and every pattern in a template, is free of inline
// script and style; every answer has the headers.
func TestNothingInlineAnywhere(t *testing.T) {
	c := newTown(hall("CS0001", time.Now()), heardHall("CS0002", time.Now()), Office{ID: "CS0009"})
	c.tell(paper, slip(3))
	s, _ := guarded(t, c, func(o *Options) { o.HTTPS = true })
	inline := regexp.MustCompile(`(?i)<script(?:\s[^>]*)?>[^<]|<style|\sstyle\s*=|\son[a-z]+\s*=|javascript:|https?://`)
	patterns := func(name, page string) {
		t.Helper()
		if found := inline.FindString(page); found != "" {
			t.Errorf("%s has %q", name, found)
		}
		for _, tag := range regexp.MustCompile(`(?i)<(?:script|link|img|iframe|object|embed|base)\b[^>]*>`).FindAllString(page, -1) {
			if !strings.Contains(tag, `="/assets/`) {
				t.Errorf("%s loads from elsewhere: %s", name, tag)
			}
		}
	}
	if err := fs.WalkDir(files, "page", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".html") {
			return err
		}
		b, err := fs.ReadFile(files, path)
		patterns(path, string(b))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, base := range []string{"", "/en"} {
		for _, q := range []struct{ method, path string }{
			{"GET", base + "/"}, {"GET", base + "/map"}, {"GET", base + "/o/CS0001/arrive"}, {"GET", base + "/o/CS0001"}, {"GET", base + "/o/CS0002"}, {"GET", base + "/o/CS0001/ticket?service=passport"}, {"GET", base + "/o/CS0009"}, {"GET", base + "/o/none"}, {"GET", base + "/t/" + paper},
			{"GET", base + "/t/none"}, {"POST", base + "/t/none/cancel"}, {"POST", base + "/o/CS0001/ticket"}, {"GET", base + "/nothing"}, {"DELETE", base + "/"},
			{"GET", "/api/v1/offices"}, {"GET", "/api/v1/tickets/none"}, {"GET", "/B551982/cso_v2/cso_info_v2?type=xml"}, {"GET", "/healthz"}, {"GET", "/readyz"}, {"GET", "/assets/x/city.js"}, {"GET", "/assets/x/none"},
		} {
			r := from(t, s, "203.0.113.9", q.method, q.path, nil)
			if strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") {
				patterns(q.method+" "+q.path, text(t, r))
			}
			csp := r.Header.Get("Content-Security-Policy")
			if !contains(csp, "default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'", "form-action 'self'") || regexp.MustCompile(`unsafe|\*|data:|https?:`).MatchString(csp) {
				t.Errorf("%s: %q", q.path, csp)
			}
			for key, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Strict-Transport-Security": "max-age=31536000"} {
				if r.Header.Get(key) != want {
					t.Errorf("%s: %s is %q", q.path, key, r.Header.Get(key))
				}
			}
			if !contains(r.Header.Get("Permissions-Policy"), "geolocation=(self)", "camera=()") {
				t.Errorf("%s: %q", q.path, r.Header.Get("Permissions-Policy"))
			}
		}
	}
	if r := get(t, newSite(t, c), "/"); r.Header.Get("Strict-Transport-Security") != "" {
		t.Error("a site without https would lock itself out")
	}
}

// A form that another site's page sends does nothing.
func TestOtherSitesCannotAct(t *testing.T) {
	c := newTown(hall("CS0001", time.Now()))
	c.tell(paper, slip(3))
	s := newSite(t, c)
	for _, path := range []string{"/o/CS0001/ticket", "/en/o/CS0001/ticket", "/t/" + paper + "/cancel"} {
		for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"}} {
			if r := post(t, s, path, wanted(), header...); r.StatusCode != http.StatusForbidden || !contains(text(t, r), `data-code="cross_origin"`) {
				t.Errorf("%s, %q: %s", path, header, r.Status)
			}
		}
	}
	if len(c.requests()) > 0 {
		t.Errorf("%+v", c.requests())
	}
	if r := post(t, s, "/t/"+paper+"/cancel", wanted(), "Sec-Fetch-Site", "same-origin"); r.StatusCode != http.StatusSeeOther {
		t.Errorf("our own: %s", r.Status)
	}
}
