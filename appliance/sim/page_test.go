package sim_test

import (
	"bufio"
	"context"
	"encoding/json"
	"image"
	"image/png"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"sunbeon/appliance/sim"
	"sunbeon/display/typeface"
)

// bench is a running kiosk with its page.
func bench(t *testing.T) (*sim.Rig, *httptest.Server) {
	t.Helper()
	faces, err := typeface.Load()
	if err != nil {
		t.Skipf("NOTICE: THE BENCH'S PAGE IS NOT TESTED: %v", err)
	}
	r := on(t)
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	kiosk, hub := r.Kiosk()
	page, err := sim.NewPage(r.Bench(), kiosk, hub, r.Box().Lobby.Hall, faces, "https://city.example/", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	page.Register(mux)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return r, server
}

func body(t *testing.T, reply *http.Response) string {
	t.Helper()
	defer reply.Body.Close()
	var b strings.Builder
	if _, err := bufio.NewReader(reply.Body).WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(b.String())
}

func post(t *testing.T, s *httptest.Server, path string, fields ...string) (int, string) {
	t.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	reply, err := http.PostForm(s.URL+path, form)
	if err != nil {
		t.Fatal(err)
	}
	return reply.StatusCode, body(t, reply)
}

func TestPageSaysWhatCameOfAPress(t *testing.T) {
	r, s := bench(t)
	for _, c := range []struct {
		path   string
		fields []string
		status int
		says   string
	}{
		{"/bench/press", []string{"service", "civil", "class", "ordinary", "request", "a"}, 200, "1번 표를 발급하였습니다."},
		{"/bench/press", []string{"service", "civil", "class", "ordinary", "request", "a"}, 200, "1번 표를 발급하였습니다."},
		{"/bench/press", []string{"service", "civil", "class", "priority"}, 200, "2번 표를 발급하였습니다."},
		{"/bench/press", []string{"service", "dance", "class", "ordinary"}, 409, "번호표를 발급하지 못하였습니다. 없는 업무입니다."},
		{"/bench/press", []string{"service", "civil", "class", "royal"}, 409, "번호표를 발급하지 못하였습니다. 입력이 올바르지 않습니다."},
		{"/bench/press", []string{"service", strings.Repeat("x", 65)}, 400, "요청이 올바르지 않습니다."},
		{"/bench/press", []string{"service", strings.Repeat("x", 9000)}, 400, "요청이 올바르지 않습니다."},
		{"/bench/key", []string{"counter", "1", "key", "next"}, 200, "1번 창구: 2번"},
		{"/bench/key", []string{"counter", "4", "key", "recall"}, 409, "4번 창구: 호출한 번호가 없습니다."},
		{"/bench/key", []string{"counter", "4", "key", "next"}, 200, "4번 창구: 대기 중인 고객이 없습니다."},
		{"/bench/key", []string{"counter", "4", "key", "pause"}, 200, "4번 창구: 처리하였습니다."},
		{"/bench/key", []string{"counter", "one", "key", "next"}, 400, "없는 키입니다."},
		{"/bench/key", []string{"counter", "1", "key", "dance"}, 400, "없는 키입니다."},
		{"/bench/fault", []string{"what", "dance"}, 400, "없는 고장입니다."},
		{"/bench/fault", []string{"what", "disk full"}, 200, "상태를 바꾸었습니다."},
		{"/bench/press", []string{"service", "civil", "class", "ordinary"}, 503, "번호표를 발급하지 못하였습니다. 저장 공간이 가득 찼습니다"},
		{"/bench/fault", []string{"what", "disk free"}, 200, "상태를 바꾸었습니다."},
		{"/bench/press", []string{"service", "civil", "class", "ordinary"}, 200, "3번 표를 발급하였습니다."},
	} {
		if status, text := post(t, s, c.path, c.fields...); status != c.status || !strings.HasPrefix(text, c.says) {
			t.Errorf("%s %.60q: got %d %q", c.path, c.fields, status, text)
		}
	}
	for what, so := range map[string]func() bool{
		"paper out": func() bool { return r.Bench().Printer.State().PaperEnd }, "cover open": func() bool { return r.Bench().Printer.State().CoverOpen },
	} {
		if status, _ := post(t, s, "/bench/fault", "what", what); status != 200 || !so() {
			t.Errorf("%s: %d, nothing happened", what, status)
		}
	}
}

// Other sites can neither press a button nor frame the page, and no cache keeps
// anything.
func TestPageIsGuarded(t *testing.T) {
	_, s := bench(t)
	for _, path := range []string{"/bench/press", "/bench/key", "/bench/fault"} {
		req, err := http.NewRequest(http.MethodPost, s.URL+path, strings.NewReader("service=civil&class=ordinary&what=paper+out&key=next&counter=1"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "cross-site")
		reply, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if text := body(t, reply); reply.StatusCode != http.StatusForbidden {
			t.Errorf("%s from another site: %d %s", path, reply.StatusCode, text)
		}
	}
	if status, text := post(t, s, "/bench/press", "service", "civil", "class", "ordinary"); status != 200 || !strings.HasPrefix(text, "1번") {
		t.Errorf("another site took a ticket: %q", text)
	}
	for _, path := range []string{"/bench", "/bench/bench.js", "/bench/bench.css", "/bench/board.png", "/bench/paper.png?n=99", "/bench/nothing"} {
		reply, err := http.Get(s.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		text, h := body(t, reply), reply.Header
		if csp := h.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || !strings.Contains(csp, "frame-ancestors 'none'") {
			t.Errorf("%s: policy %q", path, csp)
		}
		if h.Get("Cache-Control") != "no-store" || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", path, h)
		}
		if path == "/bench" && (strings.Contains(text, "<style") || strings.Contains(text, "style=") || strings.Contains(text, "onclick") || !strings.Contains(text, "https://city.example/")) {
			t.Error("the page holds what its policy forbids, or lacks the city's address")
		}
	}
	if reply, err := http.Get(s.URL + "/bench/press"); err != nil || reply.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("GET of a button: %v %v", reply, err)
	}
}

// What is shown follows by itself: lamps, signs, the number of papers; the paper
// can be read.
func TestPageFollows(t *testing.T) {
	r, s := bench(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/bench/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	reply, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	lines := bufio.NewScanner(reply.Body)
	type state struct {
		Lamps  map[string]string `json:"lamps"`
		Signs  map[string]string `json:"signs"`
		Clock  string            `json:"clock"`
		Pieces int               `json:"pieces"`
		Code   string            `json:"code"`
	}
	until := func(what string, check func(state) bool) {
		t.Helper()
		for lines.Scan() {
			text, ok := strings.CutPrefix(lines.Text(), "data: ")
			if !ok {
				continue
			}
			var got state
			if err := json.Unmarshal([]byte(text), &got); err != nil {
				t.Fatal(err)
			}
			if check(got) {
				return
			}
		}
		t.Fatalf("never: %s: %v", what, lines.Err())
	}
	until("ready", func(g state) bool {
		return g.Lamps["civil"] == "ready" && g.Pieces == 0 && len(g.Code) == 4 && strings.HasPrefix(g.Clock, "2026-11-23 09:0")
	})
	give(t, r, press)
	until("a paper", func(g state) bool { return g.Pieces == 1 })
	for _, path := range []string{"/bench/paper.txt?n=1", "/bench/paper.png?n=1", "/bench/board.png"} {
		reply, err := http.Get(s.URL + path)
		if err != nil || reply.StatusCode != 200 {
			t.Fatalf("%s: %v %v", path, reply, err)
		}
		if strings.Contains(path, ".png") {
			if _, err := png.Decode(reply.Body); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		} else if text := body(t, reply); !strings.Contains(text, "\n1\n") {
			t.Errorf("the paper says %q", text)
		}
		reply.Body.Close()
	}
	post(t, s, "/bench/key", "counter", "1", "key", "next")
	until("the sign", func(g state) bool { return g.Signs["1"] == "1" })
	side := image.Rect(800, 240, 1280, 720)
	before := white(picture(t, s), side)
	r.Bench().Printer.PaperOut()
	give(t, r, press)
	until("the lamp blinks", func(g state) bool { return g.Lamps["civil"] == "paper" })
	give(t, r, press)
	if n := white(picture(t, s), side); n < before+10_000 {
		t.Errorf("the board has no codes beside the calls: %d white pixels, before %d", n, before)
	}
	r.Bench().Printer.LoadPaper()
	until("more paper", func(g state) bool { return g.Pieces >= 3 })
	if reply, err := http.Get(s.URL + "/bench/paper.txt?n=3"); err != nil || reply.StatusCode != 200 {
		t.Errorf("%v %v", reply, err)
	}
}

// picture is the board as the page shows it now.
func picture(t *testing.T, s *httptest.Server) image.Image {
	t.Helper()
	reply, err := http.Get(s.URL + "/bench/board.png")
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	m, err := png.Decode(reply.Body)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func white(m image.Image, in image.Rectangle) (n int) {
	for y := in.Min.Y; y < in.Max.Y; y++ {
		for x := in.Min.X; x < in.Max.X; x++ {
			if r, g, b, _ := m.At(x, y).RGBA(); r&g&b == 0xffff {
				n++
			}
		}
	}
	return n
}
