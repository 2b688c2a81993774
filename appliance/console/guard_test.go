package console

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sunbeon/appliance"
	"sunbeon/appliance/queue"
)

// A page of another site cannot press a button.
func TestOtherSitesAreRefused(t *testing.T) {
	inBubble(t, office(), func(t *testing.T, r *rig) {
		r.issue("civil", 1)
		b := r.as("3")
		from := r.mem.count()
		for _, h := range []http.Header{
			{"Sec-Fetch-Site": {"cross-site"}}, {"Sec-Fetch-Site": {"same-site"}}, {"Origin": {"http://evil.example"}},
		} {
			for _, path := range []string{"/counter/3/next", "/signin", "/signout"} {
				req := httptest.NewRequest(http.MethodPost, path, strings.NewReader("id=from-elsewhere"))
				req.Header = h.Clone()
				req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				wantStatus(t, b.do(req), http.StatusForbidden, "다른 사이트에서 보낸 요청은 받지 않습니다.")
			}
		}
		if got := r.mem.kinds(from); len(got) > 0 {
			t.Fatalf("facts %q", got)
		}
		req := httptest.NewRequest(http.MethodPost, "/counter/3/next", strings.NewReader("id=from-this-page"))
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if w := b.do(req); w.Code != http.StatusSeeOther {
			t.Fatalf("the page itself: %d %s", w.Code, w.Body)
		}
	})
}

func TestWhatIsSentIsBounded(t *testing.T) {
	inBubble(t, office(), func(t *testing.T, r *rig) {
		b := r.as("3")
		from := r.mem.count()
		fill := "id=12345678&seen=" + strings.Repeat("x", bodyLimit-17)
		wantStatus(t, b.body("/counter/3/next", fill), http.StatusSeeOther, "") // 8 KB exactly: read, and refused as another screen
		wantStatus(t, b.body("/counter/3/next", fill+"x"), http.StatusRequestEntityTooLarge, "너무 큽니다.")
		wantStatus(t, b.body("/signin", fill+"x"), http.StatusRequestEntityTooLarge, "너무 큽니다.")
		for _, body := range []string{"id=12345678&id=12345678", "id=%zz", "id=1234567%00", "id=12345678&seen=%ff", "%00=1&id=12345678", "id=12345678;seen=1"} {
			wantStatus(t, b.body("/counter/3/next", body), http.StatusBadRequest, "입력이 올바르지 않습니다.")
		}
		req := httptest.NewRequest(http.MethodPost, "/counter/3/next", strings.NewReader(`{"id":"12345678"}`))
		req.Header.Set("Content-Type", "application/json")
		wantStatus(t, b.do(req), http.StatusUnsupportedMediaType, "이 화면의 단추로 보내 주십시오.")
		if got := r.mem.kinds(from); len(got) > 0 {
			t.Fatalf("facts %q", got)
		}
	})
}

func TestMethodsAndAddresses(t *testing.T) {
	inBubble(t, office(), func(t *testing.T, r *rig) {
		r.mux.HandleFunc("GET /bench", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("the bench")) })
		b := r.as("manager")
		wantStatus(t, b.get("/bench"), http.StatusOK, "the bench")
		for path, allow := range map[string]string{"/signin": "POST", "/signout": "POST", "/counter/3/next": "POST", "/manager/close_day": "POST"} {
			w := b.get(path)
			wantStatus(t, w, http.StatusMethodNotAllowed, "그렇게 사용할 수 없습니다.")
			if w.Header().Get("Allow") != allow {
				t.Errorf("%s: Allow %q", path, w.Header().Get("Allow"))
			}
		}
		for _, path := range []string{"/", "/counter/3", "/manager", "/assets/x/console.css"} {
			if w := b.press(path); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET" {
				t.Errorf("POST %s: %d, Allow %q", path, w.Code, w.Header().Get("Allow"))
			}
		}
		for _, path := range []string{"/nowhere", "/counter", "/counter/3/", "/assets/x/front.html", "/assets/x/nothing.css"} {
			if w := b.get(path); w.Code != http.StatusNotFound {
				t.Errorf("%s: %d", path, w.Code)
			}
		}
		for _, path := range []string{"/counter/0", "/counter/-1", "/counter/03", "/counter/x", "/counter/99999999999999999999"} {
			wantStatus(t, b.get(path), http.StatusNotFound, "없는 창구입니다.")
		}
	})
}

func TestHeadersOfEveryAnswer(t *testing.T) {
	inBubble(t, office(), func(t *testing.T, r *rig) {
		b := r.as("manager")
		for _, path := range []string{"/", "/counter/3", "/manager", "/manager/figures", "/nowhere", "/signin"} {
			w := b.get(path)
			h := w.Header()
			if csp := h.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || !strings.Contains(csp, "frame-ancestors 'none'") {
				t.Errorf("%s: policy %q", path, csp)
			}
			if h.Get("Cache-Control") != "no-store" || h.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s: %v", path, h)
			}
			// What the policy forbids would silently not work.
			html := w.Body.String()
			for _, inline := range []string{" style=", "<style", "<script>", " onclick=", " onsubmit=", "javascript:"} {
				if strings.Contains(html, inline) {
					t.Errorf("%s: has %q inline", path, inline)
				}
			}
		}
		page := b.get("/").Body.String()
		at := strings.Index(page, "/assets/")
		css := page[at : at+strings.IndexByte(page[at:], '"')]
		w := b.get(css)
		if w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %q", css, w.Code, w.Header().Get("Cache-Control"))
		}
		if w := b.get("/assets/old/console.css"); w.Code != http.StatusOK || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("another version is kept: %d %q", w.Code, w.Header().Get("Cache-Control"))
		}
	})
}

// Names come from a file that anybody may have edited, and reasons from staff.
func TestHostileNamesAreEscaped(t *testing.T) {
	const evil = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>`
	config := office()
	config.Office.Name = evil
	for i := range config.Services {
		config.Services[i].Name = evil
	}
	config.Services[0].ID = `a/b"><script>`
	config.Services[1].Prefix = `<i>`
	for i := range config.Counters {
		config.Counters[i].Name = evil
		config.Counters[i].Services = []string{config.Services[0].ID, "passport"}
	}
	inBubble(t, config, func(t *testing.T, r *rig) {
		r.issue(config.Services[0].ID, 3)
		r.issue("passport", 3)
		r.must(queue.CallNext{Counter: 3})
		r.must(queue.Hold{Counter: 3})
		r.must(queue.CallNext{Counter: 3})
		b := r.as("manager")
		b.press("/manager/void", "number", "<i>2", "reason", evil)
		b.press("/manager/void", "number", evil)
		r.must(queue.ReportDevice{Device: evil, Conditions: []string{evil}})
		for _, path := range []string{"/", "/counter/3", "/manager", "/manager/figures", "/manager/figures.svg", "/?place=%22%3E%3Cscript%3E"} {
			html := b.get(path).Body.String()
			for _, raw := range []string{"<script>", "<img src=x", "<i>1", "<i>2"} {
				if strings.Contains(html, raw) {
					t.Errorf("%s: %q stands unescaped", path, raw)
				}
			}
		}
		if got := r.mem.kinds(0); got[len(got)-2] != "voided manager" {
			t.Errorf("the ticket of the strange prefix was not found: %q", got)
		}
		// The list's own form works with a service id that holds a slash.
		w := b.press("/counter/4/pick", "ticket", config.Services[0].ID+"/3")
		if w.Code != http.StatusSeeOther || !strings.Contains(status(b.get("/counter/4")), "3번을 호출했습니다.") {
			t.Errorf("pick: %d %s", w.Code, w.Body)
		}
	})
}

func TestBeforeTheFirstView(t *testing.T) {
	inBubble(t, office(), func(t *testing.T, r *rig) {
		c, err := New(Options{Loop: r.loop, Views: &appliance.Hub{}, ManagerPIN: hash9999})
		if err != nil {
			t.Fatal(err)
		}
		r.mux = http.NewServeMux()
		c.Register(r.mux)
		b := r.as("manager")
		for _, path := range []string{"/counter/3", "/manager", "/manager/figures"} {
			wantStatus(t, b.get(path), http.StatusServiceUnavailable, "시작하고 있습니다.")
		}
		wantStatus(t, b.get("/"), http.StatusOK, "로그인")
		b.json = true
		wantStatus(t, b.press("/counter/3/next"), http.StatusServiceUnavailable, "starting")
	})
}
