package console

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"sunbeon/appliance/journal"
	"sunbeon/appliance/queue"
)

var writeGoldens = flag.Bool("write-goldens", false, "write the goldens of the figures anew, then look at them")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := "testdata/" + name
	if *writeGoldens {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; write it with -write-goldens and look at it", err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; got:\n%s", name, got)
	}
}

func group(key string, button, online, clerk, served, noShows int, wait, handle journal.Spread) journal.Group {
	return journal.Group{Key: key, Issued: map[queue.Origin]int{queue.Button: button, queue.Online: online, queue.Clerk: clerk},
		Served: served, NoShows: noShows, Waiting: wait, Handling: handle}
}

func someFigures() journal.Figures {
	spread := func(n int, median, p90 time.Duration) journal.Spread {
		return journal.Spread{N: n, Median: median, P90: p90}
	}
	f := journal.Figures{From: "2026-11-23", To: "2026-11-24", Days: 2,
		Total: group("", 117, 31, 2, 120, 12, spread(128, 7*time.Minute+30*time.Second, 21*time.Minute), spread(118, 3*time.Minute, 9*time.Minute)),
		Hours: []journal.Group{
			group("", 3, 0, 0, 3, 0, journal.Spread{}, journal.Spread{}),
			group("09", 50, 10, 0, 55, 4, spread(59, 5*time.Minute, 12*time.Minute), spread(55, 3*time.Minute, 8*time.Minute)),
			group("11", 64, 21, 2, 62, 8, spread(69, 9*time.Minute, 24*time.Minute), spread(63, 3*time.Minute, 9*time.Minute)),
		},
		Services: []journal.Group{
			group("civil", 100, 0, 2, 90, 9, spread(99, 6*time.Minute, 15*time.Minute), spread(90, 2*time.Minute, 6*time.Minute)),
			group("closed-long-ago", 17, 31, 0, 30, 3, spread(29, 12*time.Minute, 30*time.Minute), spread(28, 8*time.Minute, 14*time.Minute)),
		},
		Counters: []journal.Group{group("3", 70, 0, 0, 66, 4, spread(70, 6*time.Minute, 15*time.Minute), spread(66, 2*time.Minute, 6*time.Minute))},
	}
	f.Total.Cancelled, f.Total.Left = 5, 13
	return f
}

func TestCSVGolden(t *testing.T) {
	c := office()
	c.Office.Name = `=HYPERLINK("http://evil.example","주민센터")`
	c.Services[0].Name = "민원, \"무인\"\n발급"
	b := csvOf(someFigures(), &c)
	golden(t, "figures.csv", b)
	if !bytes.HasPrefix(b, []byte("\xef\xbb\xbf민원실,")) {
		t.Errorf("begins with %q: no byte order mark and heading", b[:12])
	}
	rows, err := csv.NewReader(bytes.NewReader(b[3:])).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if len(row) != len(rows[0]) {
			t.Errorf("%d cells in a table of %d columns: %q", len(row), len(rows[0]), row)
		}
		for _, cell := range row {
			if strings.HasPrefix(cell, "=") {
				t.Errorf("a formula: %q", cell)
			}
		}
	}
	if !bytes.HasSuffix(b, []byte("\r\n")) || bytes.Count(b, []byte("\r\n")) < len(rows) {
		t.Error("lines do not end with CRLF")
	}
}

func TestNoCellIsAFormula(t *testing.T) {
	for _, cell := range []string{"=1+1", "+1", "-1", "@sum", "\t=1", "\r=1", "|calc", "  =1", "\u3000=1", "＝1", "＠x", "－1", "＋1"} {
		if got := inert(cell); got != "'"+cell {
			t.Errorf("%q became %q", cell, got)
		}
	}
	for _, cell := range []string{"", " ", "민원", "7.5", "0", "2026-11-23", "a=b"} {
		if got := inert(cell); got != cell {
			t.Errorf("%q became %q", cell, got)
		}
	}
}

// element is an SVG element as far as the test looks.
type element struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Text    string     `xml:",chardata"`
	Inner   []element  `xml:",any"`
}

func (e element) each(do func(element)) {
	do(e)
	for _, i := range e.Inner {
		i.each(do)
	}
}

func (e element) attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func TestChartGolden(t *testing.T) {
	b := chart(someFigures())
	golden(t, "figures.svg", b)
	var svg element
	d := xml.NewDecoder(bytes.NewReader(b))
	if err := d.Decode(&svg); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) && err != nil {
		t.Fatal(err)
	}
	texts := map[string]int{}
	svg.each(func(e element) {
		texts[strings.TrimSpace(e.Text)]++
		for _, name := range []string{"x", "y", "width", "height"} {
			v := e.attr(name)
			if v == "" {
				continue
			}
			n, err := strconv.ParseFloat(v, 64)
			if err != nil || n < 0 || n > chartWide {
				t.Errorf("%s %s=%q lies outside the picture", e.XMLName.Local, name, v)
			}
		}
	})
	// Each hour between the first and the last stands there, also the empty one.
	for _, want := range []string{"09시", "10시", "11시", "시각 미확인", "60", "87", "3", "시간대별 발급 2026-11-23 ~ 2026-11-24"} {
		if texts[want] == 0 {
			t.Errorf("the picture lacks %q", want)
		}
	}
}

func TestChartOfNothing(t *testing.T) {
	b := chart(journal.Figures{From: "2026-11-23", To: "2026-11-23"})
	if err := xml.Unmarshal(b, new(element)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(b, []byte("이 기간에 발급한 번호표가 없습니다.")) {
		t.Errorf("got %s", b)
	}
}

func TestScale(t *testing.T) {
	for most := range 12345 {
		step, top := scale(most)
		if top < most || top > 5*step || top%step != 0 || most > 10 && top > 2*most {
			t.Fatalf("%d: steps of %d up to %d", most, step, top)
		}
	}
}

func TestPeriod(t *testing.T) {
	for _, c := range []struct{ query, from, to string }{
		{"", "2026-11-23", "2026-11-23"},
		{"from=2026-11-01", "2026-11-01", "2026-11-01"},
		{"to=2026-11-01", "2026-11-01", "2026-11-01"},
		{"from=2026-01-01&to=2026-12-31", "2026-01-01", "2026-12-31"},
		{"from=2026-11-02&to=2026-11-01", "", ""},
		{"from=2025-01-01&to=2026-12-31", "", ""},
		{"from=2026-13-01", "", ""},
		{"from=yesterday", "", ""},
		{"from=2026-11-01'%20OR%201=1", "", ""},
	} {
		q, _ := url.ParseQuery(c.query)
		from, to, p := period(q, "2026-11-23")
		if from != c.from || to != c.to || (p == nil) != (c.from != "") {
			t.Errorf("%q: %q to %q, %v", c.query, from, to, p)
		}
	}
}

func TestFiguresPages(t *testing.T) {
	inBubble(t, office(), func(t *testing.T, r *rig) {
		r.mem.figures = someFigures()
		b := r.as("manager")
		w := b.get("/manager/figures?from=2026-11-23&to=2026-11-24")
		for _, want := range []string{
			`src="/manager/figures.svg?from=2026-11-23&amp;to=2026-11-24"`, `href="/manager/figures.csv?from=2026-11-23&amp;to=2026-11-24"`,
			"모두 150명, 가장 많은 시간은 11시 87명", "<b>150</b>", "<td>117</td><td>31</td><td>2</td>", "<td>7.5</td><td>21.0</td><td>4</td>", "closed-long-ago",
		} {
			wantStatus(t, w, http.StatusOK, want)
		}
		w = b.get("/manager/figures.csv?from=2026-11-23&to=2026-11-24")
		if got := w.Header().Get("Content-Disposition"); got != `attachment; filename="sunbeon-2026-11-23-2026-11-24.csv"` {
			t.Errorf("got %q", got)
		}
		if got := b.get("/manager/figures.svg").Header().Get("Content-Type"); got != "image/svg+xml" {
			t.Errorf("got %q", got)
		}
		wantStatus(t, b.get("/manager/figures?from=x"), http.StatusBadRequest, "기간이 올바르지 않습니다.")
		wantStatus(t, r.browser().get("/manager/figures.csv"), http.StatusSeeOther, "")
		r.mem.fail(errors.New("disk"))
		wantStatus(t, b.get("/manager/figures"), http.StatusServiceUnavailable, "기록을 읽을 수 없습니다.")
	})
}

func TestWithoutARecord(t *testing.T) {
	inBubble(t, office(), func(t *testing.T, r *rig) {
		c, err := New(Options{Loop: r.loop, Views: r.hub, ManagerPIN: hash9999})
		if err != nil {
			t.Fatal(err)
		}
		r.mux = http.NewServeMux()
		c.Register(r.mux)
		b := r.as("manager")
		wantStatus(t, b.get("/manager"), http.StatusOK, "기록 목록이 없습니다.")
		wantStatus(t, b.get("/manager/figures"), http.StatusServiceUnavailable, "기록을 읽을 수 없습니다.")
	})
}
