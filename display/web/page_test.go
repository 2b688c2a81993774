package web

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func contains(s string, all ...string) bool {
	return !slices.ContainsFunc(all, func(x string) bool { return !strings.Contains(s, x) })
}

// visible is what a reader without JavaScript and without CSS's help is shown:
// no patterns, no tags.
func visible(page string) string {
	page = regexp.MustCompile(`(?s)<template>.*?</template>|<head>.*?</head>`).ReplaceAllString(page, "")
	page = regexp.MustCompile(`(?s)<[^>]*>`).ReplaceAllString(page, " ")
	return strings.Join(strings.Fields(page), " ")
}

func TestPagesAreCompleteWithoutJavaScript(t *testing.T) {
	c := newTown(hall("CS0001", time.Now()), Office{ID: "CS0009"})
	s := newSite(t, c)
	front := visible(text(t, get(t, s, "/")))
	if !contains(front, "수정시 민원실 순번", "수정동 주민센터", "접수 중", "대기 11명", "혼잡", "118 2번 창구", "7명", "4~11분", "25~65분",
		"초 전", "CS0009", "아직 소식이 없습니다", "10분 이하", "30분 이하", "30분 초과") {
		t.Error(front)
	}
	office := visible(text(t, get(t, s, "/o/CS0001")))
	if !contains(office, "수정동 주민센터", "온라인 번호표 받기", "2번 창구 118 응대 중", "7번 창구 여권 부재중 여권 · 민원", "수정로 1", "09:00~18:00", "화요일 20시까지", "최근 호출") {
		t.Error(office)
	}
	english := visible(text(t, get(t, s, "/en/o/CS0001")))
	if !contains(english, "Sujeong Office", "Take a ticket online", "Counter 2", "Away", "Passports", "한국어") || strings.Contains(english, "창구 ") {
		t.Error(english)
	}
}

func TestStalePageSaysSinceWhen(t *testing.T) {
	old := time.Now().Add(-time.Hour)
	s := newSite(t, newTown(hall("CS0001", old)))
	for _, path := range []string{"/", "/o/CS0001"} {
		page := text(t, get(t, s, path))
		if !contains(page, `data-stale="true"`, moment(old).Ko, "마지막 값") {
			t.Errorf("%s: %s", path, page)
		}
	}
	page := text(t, get(t, s, "/o/CS0001"))
	if !contains(page, `data-show="onlineNow" hidden>`, "연결이 끊겨 온라인으로 발급할 수 없습니다") {
		t.Error("the button of a silent office is still there")
	}
}

func TestBannerWhenTheBrokerIsGone(t *testing.T) {
	c := newTown(hall("CS0001", time.Now()))
	s := newSite(t, c)
	banner := regexp.MustCompile(`id="link" role="status" hidden>`)
	if !banner.MatchString(text(t, get(t, s, "/"))) {
		t.Error("the banner shows while the link is up")
	}
	c.cut(true)
	page := text(t, get(t, s, "/"))
	if banner.MatchString(page) || !contains(page, moment(c.since).Ko) {
		t.Error("no banner, or without its time")
	}
}

func TestHostileNamesStayText(t *testing.T) {
	evil := `<script>alert(1)</script>"'><img src=x onerror=alert(2)>`
	o := hall("CS0001", time.Now())
	o.Snapshot.Name, o.Snapshot.NameEn = evil, evil
	o.Snapshot.Services[0].Name, o.Snapshot.Services[0].Called, o.Snapshot.Services[0].Hours = evil, evil, evil
	o.Snapshot.Services[1].ID = evil
	o.Snapshot.Counters[0].Name, o.Snapshot.Counters[0].Ticket = evil, evil
	o.Snapshot.Calls[0].Ticket, o.Snapshot.Notices = evil, []string{evil}
	o.Snapshot.Where.Road, o.Snapshot.Where.Night = evil, evil
	s := newSite(t, newTown(o))
	for _, path := range []string{"/", "/en/", "/o/CS0001", "/en/o/CS0001", `/o/%3Cscript%3Ealert(1)%3C%2Fscript%3E`, `/t/%22%3E%3Cimg%20src=x%3E`} {
		page := text(t, get(t, s, path))
		if strings.Contains(page, "<script>alert") || strings.Contains(page, "<img") {
			t.Errorf("%s lets markup through", path)
		}
	}
	for _, path := range []string{"/api/v1/offices", "/api/v1/offices/CS0001"} {
		if strings.Contains(text(t, get(t, s, path)), "<script>") {
			t.Errorf("%s has raw markup", path)
		}
	}
}

func TestNothingInlineNothingFromElsewhere(t *testing.T) {
	s := newSite(t, newTown(hall("CS0001", time.Now())))
	inline := regexp.MustCompile(`(?i)<script(?:[^>]*type="module" src="/assets/[^"]+")?>|<style|\sstyle=|\son[a-z]+=|https?://|javascript:`)
	for _, path := range []string{"/", "/en/", "/o/CS0001", "/t/none"} {
		r := get(t, s, path)
		if found := slices.DeleteFunc(inline.FindAllString(text(t, r), -1), func(m string) bool { return strings.Contains(m, "/assets/") }); len(found) > 0 {
			t.Errorf("%s: %q", path, found)
		}
		if csp := r.Header.Get("Content-Security-Policy"); !contains(csp, "default-src 'none'", "script-src 'self'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: %q", path, csp)
		}
	}
	page := text(t, get(t, s, "/"))
	for _, m := range regexp.MustCompile(`/assets/[^"]+`).FindAllString(page, -1) {
		r := get(t, s, m)
		if r.StatusCode != http.StatusOK || !contains(r.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %s %q", m, r.Status, r.Header.Get("Cache-Control"))
		}
		if old := get(t, s, strings.Replace(m, s.pages.version, "before", 1)); old.StatusCode != http.StatusOK || contains(old.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s of an older page: %s", m, old.Status)
		}
	}
	if r := get(t, s, "/assets/x/doc.go"); r.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown file: %s", r.Status)
	}
}

func TestUnknownAddresses(t *testing.T) {
	s := newSite(t, newTown())
	for path, want := range map[string]string{"/nothing": "not_found", "/o/CS9": "office_unknown", "/en/t/none": "ticket_address", "/t/abcdefghijklmnop": "ticket_unknown"} {
		r := get(t, s, path)
		if page := text(t, r); r.StatusCode != http.StatusNotFound || !contains(page, `data-code="`+want+`"`, "<main") {
			t.Errorf("%s: %s %s", path, r.Status, page)
		}
	}
	if page := text(t, get(t, s, "/")); !contains(visible(page), "아직 연결된 민원실이 없습니다") {
		t.Error(page)
	}
	if r := get(t, s, "/en"); r.StatusCode != http.StatusPermanentRedirect || r.Header.Get("Location") != "/en/" {
		t.Errorf("/en: %s", r.Status)
	}
}
