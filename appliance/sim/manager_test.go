package sim_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/appliance/console"
	"sunbeon/appliance/sim"
)

// managerPage signs in at the running kiosk and reads the manager's page.
func managerPage(t *testing.T, r *sim.Rig) string {
	t.Helper()
	b, file := r.Box(), officeFile(t)
	c, err := console.New(console.Options{Loop: b.Loop, Views: b.Hub, Journal: b.Journal, Clock: b.Clock, ManagerPIN: file.Console.ManagerPIN})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	c.Register(mux)
	req := httptest.NewRequest(http.MethodPost, "/signin", strings.NewReader(url.Values{"place": {"manager"}, "pin": {"9999"}}.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, req)
	page := httptest.NewRequest(http.MethodGet, "/manager", nil)
	for _, k := range w.Result().Cookies() {
		page.AddCookie(k)
	}
	w = httptest.NewRecorder()
	mux.ServeHTTP(w, page)
	if w.Code != http.StatusOK {
		t.Fatalf("the manager's page: %d %s", w.Code, w.Body)
	}
	return w.Body.String()
}

var printerLine = regexp.MustCompile(`<li id="p-\d+"><span class="t">([^<]*)</span> <span>([^<]*)</span></li>`)

// printerLines are what the page says of the printer, oldest first, without times.
func printerLines(page string) []string {
	var out []string
	for _, m := range printerLine.FindAllStringSubmatch(page, -1) {
		out = append([]string{m[2]}, out...)
	}
	return out
}

// The scenario of every fault, and what the manager's page says of it.
func TestManagerReadsWhatHappenedAtThePrinter(t *testing.T) {
	script, err := os.ReadFile("testdata/paper.txt")
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		r := on(t)
		if err := sim.Play(t.Context(), "paper.txt", strings.NewReader(string(script)), r); err != nil {
			t.Fatal(err)
		}
		got := printerLines(managerPage(t, r))
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		i := 0
		for _, want := range []string{
			"인쇄가 멈추었습니다: 용지 없음.", "다시 인쇄합니다.", "1번을 재발행으로 표시하여 다시 인쇄하였습니다.",
			"인쇄가 멈추었습니다: 덮개 열림.", "다시 인쇄합니다.",
			"인쇄가 멈추었습니다: 커터 걸림.", "다시 인쇄합니다.", "4번을 재발행으로 표시하여 다시 인쇄하였습니다.",
			"용지가 얼마 남지 않았습니다.", "용지 부족 상태가 끝났습니다.",
			"인쇄가 멈추었습니다: 응답 없음.", "다시 인쇄합니다.", "7번을 재발행으로 표시하여 다시 인쇄하였습니다.",
		} {
			for i < len(got) && !strings.HasPrefix(got[i], want) {
				i++
			}
			if i == len(got) {
				t.Fatalf("%q is not told, or not in order:\n%s", want, strings.Join(got, "\n"))
			}
			i++
		}
		if len(got) > 16 {
			t.Errorf("the page is not calm:\n%s", strings.Join(got, "\n"))
		}
	})
}

// A ticket that waited longer than the office's limit is not printed any more:
// the board offers it, and the page says so. A younger one is printed.
func TestTooOldATicketIsOffered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := on(t)
		play := func(script string) {
			t.Helper()
			if err := sim.Play(t.Context(), "script", strings.NewReader(script), r); err != nil {
				t.Fatal(err)
			}
		}
		play("paper out\npress civil\nexpect fault printer paper-end\nexpect offer 1")
		time.Sleep(6 * time.Minute)
		play("press civil\nexpect offer 2")
		time.Sleep(5 * time.Minute) // the office's limit is ten
		play("expect paper 1 failed\nexpect paper 2 pending\nexpect offer 2\npaper in\nexpect no fault\nexpect ticket 2\nexpect offer 1\nexpect no ticket")
		_, hub := r.Kiosk()
		if page := hub.Newest().Offers[0].Page; !strings.HasPrefix(page, officeFile(t).Ticket.Page) || strings.HasSuffix(page, "/") {
			t.Errorf("the page of the offer is %q", page)
		}
		page := managerPage(t, r)
		for _, want := range []string{
			"1번은 기다리는 시간이 지나 (용지 없음) 인쇄하지 않았습니다. 번호는 그대로이며, 호출 전이면 표시판에 안내합니다.",
			"다시 인쇄합니다. 11분 ", "기다린 번호표는 2장입니다.", "인쇄 실패</span> <span class=\"tag\">표시판 안내</span>",
		} {
			if !strings.Contains(page, want) {
				t.Errorf("the page lacks %q:\n%s", want, strings.Join(printerLines(page), "\n"))
			}
		}
		play("expect ticket 2\nreprint 1\nexpect ticket 1 copy\nexpect no offer")
		if page := managerPage(t, r); !strings.Contains(page, "1번을 직원의 요청으로 재발행으로 표시하여 다시 인쇄하였습니다.") {
			t.Errorf("the copy is not told:\n%s", strings.Join(printerLines(page), "\n"))
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	})
}
