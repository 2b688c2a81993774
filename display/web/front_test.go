package web

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"sunbeon/appliance/feed"
)

// waiting is an office with one open service and that wait, minutes; below 0 is
// not known.
func waiting(id, name string, minutes int) Office {
	o := hall(id, time.Now())
	o.Snapshot.Name, o.Snapshot.NameEn = name, name
	o.Snapshot.Services = o.Snapshot.Services[:1]
	o.Snapshot.Services[0].Wait = &feed.Range{Low: minutes * 50, Mid: minutes * 60, High: minutes * 90}
	if minutes < 0 {
		o.Snapshot.Services[0].Wait = nil
	}
	return o
}

// shown are the ids of a page's offices, in its order.
func shown(page string) (ids []string) {
	for _, m := range regexp.MustCompile(`<li class="office" data-office="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		ids = append(ids, m[1])
	}
	return ids
}

func TestOrders(t *testing.T) {
	closed := waiting("CS6", "라동", 1)
	closed.Snapshot.Services[0].Issuing = feed.IssuingClosed
	old := waiting("CS7", "나동", 1)
	old.Received = time.Now().Add(-time.Hour)
	nobody := waiting("CS8", "마동", -1)
	nobody.Snapshot.Services[0].Waiting = new(0)
	s := newSite(t, newTown(waiting("CS1", "가10동", 30), waiting("CS2", "가2동", 5), waiting("CS3", "가1동", 60), waiting("CS4", "다동", -1), closed, old, nobody, Office{ID: "CS9"}))
	for path, want := range map[string]string{
		"/":             "CS3 CS2 CS1 CS7 CS4 CS6 CS8 CS9",
		"/?sort=no":     "CS3 CS2 CS1 CS7 CS4 CS6 CS8 CS9",
		"/?sort=wait":   "CS8 CS2 CS1 CS3 CS4 CS6 CS7 CS9",
		"/?q=가":         "CS3 CS2 CS1",
		"/?q=+가+1+":     "CS3 CS1",
		"/en/?q=certif": "CS3 CS2 CS1 CS7 CS4 CS6 CS8",
	} {
		if got := strings.Join(shown(text(t, get(t, s, strings.ReplaceAll(path, "가", url.QueryEscape("가"))))), " "); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

func TestNatural(t *testing.T) {
	names := []string{"호원10동", "가능동", "호원2동", "호원02동", "호원", "", "호원1동", "2", "10", "\xff", "호\xff"}
	slices.SortFunc(names, natural)
	if got := strings.Join(names, " "); got != " 2 10 가능동 호원 호원1동 호원2동 호원02동 호원10동 호\xff \xff" {
		t.Errorf("%q", got)
	}
}

// A search for a service orders by the wait of that service, not by that of the
// office's busiest.
func TestSearchForAServiceCountsItsWait(t *testing.T) {
	one, other := hall("CS1", time.Now()), hall("CS2", time.Now())
	one.Snapshot.Services[0].Wait.Mid, one.Snapshot.Services[1].Wait.Mid = 3600, 60
	other.Snapshot.Services[0].Wait.Mid, other.Snapshot.Services[1].Wait.Mid = 60, 1800
	s := newSite(t, newTown(one, other))
	if got := shown(text(t, get(t, s, "/?sort=wait&q="+url.QueryEscape("여권")))); strings.Join(got, " ") != "CS1 CS2" {
		t.Errorf("by passport: %v", got)
	}
	if got := shown(text(t, get(t, s, "/?sort=wait"))); strings.Join(got, " ") != "CS2 CS1" {
		t.Errorf("by the busiest: %v", got)
	}
}

func TestSearchSaysWhatItFound(t *testing.T) {
	s := newSite(t, uijeongbu(15, time.Now()))
	page := text(t, get(t, s, "/?q="+url.QueryEscape("  호원  동")))
	if !contains(visible(page), "맞는 민원실이나 업무가 없습니다") || !contains(page, `value="호원 동"`) {
		t.Error(visible(page))
	}
	page = text(t, get(t, s, "/?sort=wait&q="+url.QueryEscape("호원")))
	if !contains(page, `href="/?q=%ED%98%B8%EC%9B%90"`, `href="/en/?q=%ED%98%B8%EC%9B%90&amp;sort=wait"`, "data-part", `name="sort" value="wait"`) || strings.Contains(page, `id="near"`) {
		t.Error(page)
	}
	for _, q := range []string{strings.Repeat("가", 100_000), "\xff\xfe", `"><script>alert(1)</script>`, "%00", " ", "\n"} {
		r := get(t, s, "/?q="+url.QueryEscape(q))
		if page := text(t, r); r.StatusCode != http.StatusOK || strings.Contains(page, "<script>alert") || len(page) > 200_000 {
			t.Errorf("%.20q: %s, %d bytes", q, r.Status, len(page))
		}
	}
}

// A city's sixty offices are one light page; all of Korea's are many.
func TestPagesOfOffices(t *testing.T) {
	page := text(t, get(t, newSite(t, uijeongbu(60, time.Now())), "/"))
	t.Logf("60 offices: %d kB", len(page)/1000)
	if n := len(shown(page)); n != 60 || len(page) > 200_000 || strings.Contains(page, "data-part") || strings.Contains(page, `class="leaf"`) {
		t.Errorf("%d offices in %d bytes", n, len(page))
	}
	korea := newSite(t, uijeongbu(3800, time.Now()))
	for _, n := range []string{"1", "33", "64"} {
		if page := text(t, get(t, korea, "/?page="+n)); len(page) > 200_000 || !contains(page, "data-part", "모두 64쪽 · 민원실 3800곳") || strings.Contains(page, `id="near"`) {
			t.Errorf("page %s: %d bytes", n, len(page))
		}
	}
	s := newSite(t, uijeongbu(150, time.Now()))
	seen := map[string]bool{}
	for n := 1; n <= 3; n++ {
		page := text(t, get(t, s, fmt.Sprintf("/?page=%d", n)))
		for _, id := range shown(page) {
			if seen[id] {
				t.Fatalf("%s is on two pages", id)
			}
			seen[id] = true
		}
		if next := fmt.Sprintf(`href="/?page=%d" rel="next"`, n+1); strings.Contains(page, next) != (n < 3) {
			t.Errorf("page %d: the way on", n)
		}
	}
	if len(seen) != 150 {
		t.Errorf("%d offices on all pages", len(seen))
	}
	for _, n := range []string{"0", "-1", "99", "x", "99999999999999999999"} {
		if r := get(t, s, "/?page="+n); r.StatusCode != http.StatusOK || len(shown(text(t, r))) == 0 {
			t.Errorf("page %s: %s", n, r.Status)
		}
	}
}

// The rule of the levels is one tap away, and at the foot of the page.
func TestRuleIsOneTapAway(t *testing.T) {
	s := newSite(t, newTown(hall("CS0001", time.Now())))
	for _, path := range []string{"/", "/o/CS0001", "/map"} {
		page := text(t, get(t, s, path))
		if !contains(page, `popovertarget="levels"`, `id="levels" popover`) || strings.Count(visible(page), "30분 초과") != 2 {
			t.Errorf("%s: %s", path, visible(page))
		}
	}
}

// The wait of an office is that of its busiest open service, whose name stands
// with it.
func TestWaitOfAnOffice(t *testing.T) {
	c := card(hall("CS0001", noon), true, noon)
	if c.WaitOf.Ko != "여권" || c.WaitText.Ko != "25~65분" || c.Wait.Mid != 2100 {
		t.Errorf("%+v", c)
	}
	o := hall("CS0001", noon)
	o.Snapshot.Services[1].Issuing = feed.IssuingClosed
	if c := card(o, true, noon); c.WaitOf.Ko != "민원" || c.WaitText.Ko != "4~11분" {
		t.Errorf("a closed service does not count: %+v", c)
	}
	o.Snapshot.Services = o.Snapshot.Services[:1]
	if c := card(o, true, noon); c.WaitOf.Ko != "" || c.WaitText.Ko != "4~11분" {
		t.Errorf("one service needs no name: %+v", c)
	}
}
