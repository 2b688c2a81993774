package web

import (
	"bytes"
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"

	"sunbeon/appliance/feed"
	"sunbeon/display/web/figures"
	"sunbeon/display/web/limit"
)

// described reads openapi.yaml, and gives a judge of requests and answers and
// the operations that it describes, as "GET /path".
func described(t *testing.T) (validator.Validator, []string) {
	t.Helper()
	doc, err := libopenapi.NewDocument(openapi)
	if err != nil {
		t.Fatal(err)
	}
	model, err := doc.BuildV3Model()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for path, item := range model.Model.Paths.PathItems.FromOldest() {
		for method := range item.GetOperations().FromOldest() {
			all = append(all, strings.ToUpper(method)+" "+path)
		}
	}
	// Strict: a field that is sent and not described is an error.
	v, errs := validator.NewValidator(doc, config.WithStrictMode(), config.WithFormatAssertions(), config.WithStrictIgnoredHeadersExtra(
		"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy", "Permissions-Policy", // every answer's, for browsers
		"Access-Control-Expose-Headers", "Accept-Ranges", "X-Accel-Buffering", "Vary"))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	slices.Sort(all)
	return v, all
}

func TestDescriptionIsOpenAPI(t *testing.T) {
	v, _ := described(t)
	if ok, errs := v.ValidateDocument(); !ok {
		for _, e := range errs {
			t.Error(e.Message, e.Reason)
		}
	}
}

// TestDescriptionOutside lets another program judge the document.
func TestDescriptionOutside(t *testing.T) {
	dir := os.Getenv("SUNBEON_OUTSIDE")
	if dir == "" {
		t.Skip("SKIPPED: THE OUTSIDE LINTER redocly DID NOT RUN: set SUNBEON_OUTSIDE to the folder that `make outside` fills")
	}
	lint := exec.CommandContext(t.Context(), filepath.Join(dir, "web/node_modules/.bin/redocly"), "lint", "--config", "testdata/outside/redocly.yaml", "openapi.yaml")
	lint.Env = append(os.Environ(), "REDOCLY_TELEMETRY=off", "REDOCLY_SUPPRESS_UPDATE_NOTICE=true", "NO_COLOR=1")
	if out, err := lint.CombinedOutput(); err != nil {
		t.Errorf("%v; run `make outside` if the program is missing\n%s", err, out)
	}
}

// routes are the patterns that this package's files give to a mux and that other
// systems may use: all below /api/ and the national format's, the streams, and
// the probes.
func routes(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 2 {
				return true
			}
			if of, ok := call.Fun.(*ast.SelectorExpr); !ok || of.Sel.Name != "Handle" && of.Sel.Name != "HandleFunc" {
				return true
			}
			lit, ok := call.Args[0].(*ast.BasicLit)
			if !ok {
				return true
			}
			pattern, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			_, path, _ := strings.Cut(pattern, " ")
			if strings.HasPrefix(path, "/api/") || strings.HasPrefix(path, nationalRoot) || strings.HasSuffix(path, "/events") || path == "/healthz" || path == "/readyz" {
				all = append(all, pattern)
			}
			return true
		})
	}
	slices.Sort(all)
	return all
}

func TestDescriptionHasEveryRouteAndNoOther(t *testing.T) {
	_, have := described(t)
	want := routes(t)
	if len(want) < 10 {
		t.Fatalf("only %q are found in the code", want)
	}
	for _, w := range want {
		if !slices.Contains(have, w) {
			t.Errorf("%s is served and not described in openapi.yaml", w)
		}
	}
	for _, h := range have {
		if !slices.Contains(want, h) {
			t.Errorf("%s is described in openapi.yaml and not served", h)
		}
	}
}

// judged asks a running site over HTTP and lets the document judge the request,
// unless it is wrong on purpose, and the answer.
type judged struct {
	v    validator.Validator
	base string
	seen map[string]bool // "GET /path 200"
}

func (j *judged) ask(t *testing.T, operation, path string, status int, wrong bool, header ...string) (*http.Response, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", j.base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	if ok, errs := j.v.ValidateHttpRequest(r); ok == wrong {
		t.Errorf("%s as a request: right %v, %v", path, ok, errs)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var body []byte
	if answer.Header.Get("Content-Type") == "text/event-stream" {
		head := make([]byte, 1<<10) // it has no end
		n, err := io.ReadAtLeast(answer.Body, head, 40)
		if err != nil {
			t.Fatal(err)
		}
		body = head[:n]
	} else if body, err = io.ReadAll(answer.Body); err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != status {
		t.Errorf("%s: %s, not %d: %s", path, answer.Status, status, body)
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	if ok, errs := j.v.ValidateHttpResponse(r, answer); !ok {
		for _, e := range errs {
			t.Errorf("%s: %s: %s %+v\n%s", path, e.Message, e.Reason, e.SchemaValidationErrors, body)
		}
	}
	j.seen[fmt.Sprint(operation, " ", status)] = true
	return answer, body
}

// TestAnswersAreAsDescribed asks for every answer of every operation.
func TestAnswersAreAsDescribed(t *testing.T) {
	now := time.Now()
	bare := Office{ID: "CS0008", Received: now, Live: true, Snapshot: &feed.Snapshot{V: 1, City: "c", Office: "CS0008", AsOf: now.UnixMilli()}}
	quick := hall("CS0004", now) // near by, and nobody waits for a passport
	quick.Snapshot.Where.Lat += 0.01
	quick.Snapshot.Services[1].Waiting, quick.Snapshot.Services[1].Wait = new(0), &feed.Range{}
	c := newTown(hall("CS0001", now), heardHall("CS0002", now), hall("CS0003", now.Add(-time.Hour)), quick, bare, Office{ID: "CS0009"})
	waiting, called := slip(3), slip(0)
	called.Status, called.Counter = feed.StatusCalled, 2
	c.tell("abcdefghijklmnop", waiting)
	c.tell("abcdefghijklmnoq", called)
	ready := error(nil)
	trusted, err := limit.Prefixes("127.0.0.0/8")
	if err != nil {
		t.Fatal(err)
	}
	days := &week{curves: func(now time.Time, _ figures.Point) figures.Curves { return rush(now, 842, 6) }}
	s, err := New(Options{Name: Words{"수정시", "Sujeong"}, City: c, Tickets: c, Desk: c, Figures: days, Log: discard(), Readers: 4, Limit: limit.NewOrigin(trusted),
		NationalKeys: []string{"right"}, Ready: []Check{{"store", func(context.Context) error { return ready }}}})
	if err != nil {
		t.Fatal(err)
	}
	running(t, s)
	server := httptest.NewServer(s.Handler())
	defer server.Close()
	v, operations := described(t)
	j := &judged{v, server.URL, map[string]bool{}}

	const (
		realtime = "GET /B551982/cso_v2/cso_realtime_v2"
		info     = "GET /B551982/cso_v2/cso_info_v2"
		ticket   = "GET /api/v1/tickets/{token}"
	)
	for _, q := range []struct{ operation, path string }{
		{"GET /api/v1/offices", "/api/v1/offices"},
		{"GET /api/v1/offices/{office}", "/api/v1/offices/CS0001"},
		{"GET /api/v1/offices/{office}/curves", "/api/v1/offices/CS0001/curves"},
		{"GET /api/v1/offices/{office}/nearby", "/api/v1/offices/CS0001/nearby"},
		{"GET /api/v1/openapi.yaml", "/api/v1/openapi.yaml"},
		{realtime, "/B551982/cso_v2/cso_realtime_v2?serviceKey=right&type=json&numOfRows=3"},
		{info, "/B551982/cso_v2/cso_info_v2?serviceKey=right"},
	} {
		r, _ := j.ask(t, q.operation, q.path, 200, false)
		if again, body := j.ask(t, q.operation, q.path, 304, false, "If-None-Match", r.Header.Get("ETag")); len(body) > 0 || again.Header.Get("ETag") != r.Header.Get("ETag") {
			t.Errorf("%s, the same again: %v %q", q.path, again.Header, body)
		}
	}
	for _, id := range []string{"CS0002", "CS0003", "CS0008", "CS0009"} {
		j.ask(t, "GET /api/v1/offices/{office}", "/api/v1/offices/"+id, 200, false)
	}
	for _, leaf := range []string{"", "/curves", "/nearby"} {
		j.ask(t, "GET /api/v1/offices/{office}"+leaf, "/api/v1/offices/CS7777"+leaf, 404, false)
	}
	j.ask(t, "GET /api/v1/offices/{office}/curves", "/api/v1/offices/CS0009/curves", 200, false)
	if _, body := j.ask(t, "GET /api/v1/offices/{office}/nearby", "/api/v1/offices/CS0001/nearby", 200, false); !contains(string(body), `"office":"CS0004"`) {
		t.Errorf("nothing is near, so that the shape of it is not seen: %s", body)
	}
	j.ask(t, ticket, "/api/v1/tickets/abcdefghijklmnop", 200, false)
	j.ask(t, ticket, "/api/v1/tickets/abcdefghijklmnoq", 200, false)
	j.ask(t, ticket, "/api/v1/tickets/abcdefghijklmnor", 404, false)
	for _, operation := range []string{realtime, info} {
		path := strings.TrimPrefix(operation, "GET ")
		j.ask(t, operation, path+"?serviceKey=right&stdgCd=1", 200, false)
		j.ask(t, operation, path+"?serviceKey=right&pageNo=0", 400, true)
		j.ask(t, operation, path+"?serviceKey=right&type=xml", 400, true)
		j.ask(t, operation, path+"?serviceKey=wrong", 401, false)
	}
	j.ask(t, "GET /healthz", "/healthz", 200, false)
	j.ask(t, "GET /readyz", "/readyz", 200, false)
	ready = io.ErrClosedPipe
	if _, body := j.ask(t, "GET /readyz", "/readyz", 503, false); !contains(string(body), `"store"`) || contains(string(body), "pipe") {
		t.Errorf("not ready: %s", body)
	}
	j.ask(t, "GET /events", "/events", 200, false, "Last-Event-ID", "ELSE-5")
	j.ask(t, "GET /o/{office}/events", "/o/CS0001/events", 200, false)
	j.ask(t, "GET /o/{office}/events", "/o/CS7777/events", 404, false)
	j.ask(t, "GET /t/{token}/events", "/t/abcdefghijklmnop/events", 200, false)
	j.ask(t, "GET /t/{token}/events", "/t/abcdefghijklmnor/events", 404, false)

	// No room: four readers are there.
	for range 4 {
		until(t, "a place for a reader", s.hub.place)
	}
	for _, q := range [][2]string{{"GET /events", "/events"}, {"GET /o/{office}/events", "/o/CS0001/events"}, {"GET /t/{token}/events", "/t/abcdefghijklmnop/events"}} {
		j.ask(t, q[0], q[1], 503, false)
	}
	// Too much: somebody behind our proxy has used up what he has.
	k := s.bounds.origin.Named("203.0.113.9")
	for ok := true; ok; {
		_, ok = s.bounds.look.Take(k)
	}
	full := map[string]string{"office": "CS0001", "token": "abcdefghijklmnop"}
	for _, operation := range operations {
		_, path, _ := strings.Cut(operation, " ")
		for name, value := range full {
			path = strings.ReplaceAll(path, "{"+name+"}", value)
		}
		for range 100 { // a bucket fills while we ask
			s.bounds.look.Take(k)
		}
		j.ask(t, operation, path, 429, false, "X-Forwarded-For", "203.0.113.9")
	}
	doc, err := libopenapi.NewDocument(openapi)
	if err != nil {
		t.Fatal(err)
	}
	model, err := doc.BuildV3Model()
	if err != nil {
		t.Fatal(err)
	}
	for path, item := range model.Model.Paths.PathItems.FromOldest() {
		for method, operation := range item.GetOperations().FromOldest() {
			for status := range operation.Responses.Codes.FromOldest() {
				if name := strings.ToUpper(method) + " " + path + " " + status; !j.seen[name] {
					t.Errorf("%s is described, and no test has seen it", name)
				}
			}
		}
	}
}
