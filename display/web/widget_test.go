package web

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// A widget may be framed by anybody and nothing else may; it has no script, no
// form and no cookie.
func TestWidgetIsForFramesAndNothingElseIs(t *testing.T) {
	s := newSite(t, uijeongbu(15, time.Now()))
	for _, path := range []string{"/widget/CS0001", "/en/widget/CS0001", "/widget/CS0009", "/widget/none"} {
		r := get(t, s, path)
		page, csp := text(t, r), r.Header.Get("Content-Security-Policy")
		if !contains(csp, "default-src 'none'", "script-src 'none'", "frame-ancestors *") || r.Header.Get("X-Frame-Options") != "" {
			t.Errorf("%s: %q", path, csp)
		}
		for _, never := range []string{"<script", "<form", "<button", "city.js", "style=", "http-equiv"} {
			if strings.Contains(page, never) {
				t.Errorf("%s has %s", path, never)
			}
		}
		if len(r.Cookies()) > 0 || len(page) > 6000 {
			t.Errorf("%s: %d cookies, %d bytes", path, len(r.Cookies()), len(page))
		}
	}
	for _, path := range []string{"/", "/map", "/o/CS0001", "/o/none", "/t/none", "/api/v1/offices"} {
		if csp := get(t, s, path).Header.Get("Content-Security-Policy"); !contains(csp, "frame-ancestors 'none'") {
			t.Errorf("%s: %q", path, csp)
		}
	}
}

func TestWidgetSaysWhatIsKnownAndFromWhen(t *testing.T) {
	now := time.Now()
	s := newSite(t, uijeongbu(15, now))
	live := visible(text(t, get(t, s, "/widget/CS0001")))
	if !contains(live, "시청 종합민원실", "접수 중", "민원 발급 3명 2~5분 원활", "여권 14명 25~65분 혼잡", moment(now).Ko+" 기준", "자동 새로고침 끄기") {
		t.Error(live)
	}
	old := visible(text(t, get(t, s, "/widget/CS0009")))
	if !contains(old, "연결 끊김", moment(now.Add(-2*time.Hour)).Ko+"의 마지막 값") || strings.Contains(old, "접수 중") {
		t.Error(old)
	}
	if seen := visible(text(t, get(t, s, "/widget/CS0011"))); strings.Contains(seen, "예상") || !contains(seen, "알 수 없음") {
		t.Error(seen)
	}
	if early := visible(text(t, get(t, s, "/widget/CS0005"))); !contains(early, "조기마감", "31명 –") {
		t.Error(early)
	}
	if none := get(t, s, "/widget/none"); none.StatusCode != http.StatusNotFound || !contains(visible(text(t, none)), "그런 민원실이 없습니다") {
		t.Error(none.Status)
	}
}

// It loads itself again, and can be told not to.
func TestWidgetRefreshes(t *testing.T) {
	s := newSite(t, uijeongbu(15, time.Now()))
	if r := get(t, s, "/widget/CS0001"); r.Header.Get("Refresh") != "60" {
		t.Errorf("%q", r.Header.Get("Refresh"))
	}
	r := get(t, s, "/widget/CS0001?still")
	if r.Header.Get("Refresh") != "" || !contains(visible(text(t, r)), "자동 새로고침 켜기") {
		t.Errorf("%q", r.Header.Get("Refresh"))
	}
}
