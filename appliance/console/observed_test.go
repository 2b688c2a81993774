package console

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"sunbeon/appliance/queue"
)

func observedOffice() queue.Config {
	c := office()
	c.Observed = true
	c.Services[1].Online = false
	return c
}

// A manager of an observed office reads what is heard, from when, and finds no
// button that the old machine alone could carry out.
func TestWhatTheManagerOfAnObservedOfficeSees(t *testing.T) {
	inBubble(t, observedOffice(), func(t *testing.T, r *rig) {
		b := r.as("manager")
		html := b.get("/manager").Body.String()
		wants(t, html, "관측", "기존 순번발행기가 발급하고 호출합니다", "대기 <b>알 수 없음</b>", "오늘 들은 호출 없음", "오늘 들은 발급 없음")

		for n := range 3 {
			r.must(queue.Observe{What: queue.HeardIssued, Service: "civil", Number: n + 1})
		}
		r.must(queue.Observe{What: queue.HeardCalled, Service: "civil", Number: 1, Counter: 4})
		r.must(queue.Observe{What: queue.HeardWaiting, Service: "passport", Count: 6})
		r.clock.Skip(3 * time.Minute)
		html = b.get("/manager").Body.String()
		wants(t, html, "대기 <b>2명</b>", `마지막 호출 <b class="label">1</b> 4번 창구 <span class="soft"><span data-s="180">3분 0초</span> 전`,
			`마지막 발급 <b class="label">3</b>`, "오늘 들은 발급 3건", "대기 <b>6명</b>", `기존 순번발행기가 <span data-s="180">3분 0초</span> 전에 알린 값`,
			"관측: 1번 호출, 4번 창구", "기존 순번발행기의 발권도 함께 멈춰 주십시오", `<a href="/counter/4">4번 여권</a> <b class="label">1</b>`)
		for _, never := range []string{"/manager/issue", "/manager/reprint", "/manager/void", "/manager/pause", "/manager/open_counter", "/manager/services",
			"종이 없는 번호표", "프린터", "창구 0", "&lt;nil&gt;", "닫힘"} {
			if strings.Contains(html, never) {
				t.Errorf("the page has %q", never)
			}
		}
		wantStatus(t, b.press("/manager/close_issuing", "service", "civil"), http.StatusSeeOther, "")
		wants(t, b.get("/manager").Body.String(), `<span class="tag strong">조기마감</span>`)
		wants(t, b.get("/manager/figures").Body.String(), "관측한 번호는 집계하지 않습니다.")
		if t.Failed() {
			t.Log(html)
		}
	})
}

func TestWhatAClerkOfAnObservedOfficeSees(t *testing.T) {
	inBubble(t, observedOffice(), func(t *testing.T, r *rig) {
		b := r.as("4")
		wants(t, b.get("/counter/4").Body.String(), "호출은 기존 호출기로 해 주십시오.", "오늘 이 창구의 호출을 아직 듣지 못했습니다.")
		r.must(queue.Observe{What: queue.HeardCalled, Service: "passport", Number: 12, Counter: 4})
		r.clock.Skip(time.Minute)
		html := b.get("/counter/4").Body.String()
		wants(t, html, `<p class="number" id="current">P12</p>`, `호출 후 <span data-s="60">1분 0초</span>`, "호출은 기존 호출기로 해 주십시오.")
		for _, never := range []string{"/counter/4/next", "/counter/4/pick", "단축키", "닫힘", "창구 열기"} {
			if strings.Contains(html, never) {
				t.Errorf("the page has %q", never)
			}
		}
		// Who presses a button of an old page is told why not.
		b.json = true
		wants(t, b.press("/counter/4/next").Body.String(), "기존 순번발행기를 사용해 주십시오.")
	})
}

func wants(t *testing.T, html string, all ...string) {
	t.Helper()
	for _, want := range all {
		if !strings.Contains(html, want) {
			t.Errorf("%q is not in\n%s", want, html)
		}
	}
}
