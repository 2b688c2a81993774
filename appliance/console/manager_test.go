package console

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"sunbeon/appliance/queue"
)

// What a manager reads: what is wrong, what to do about it, who did what.
func TestWhatTheManagerSees(t *testing.T) {
	inBubble(t, office(), func(t *testing.T, r *rig) {
		r.issue("civil", 2)
		first := r.loop.View().Unpaper[0]
		r.must(queue.PaperResult{Day: 1, Ref: first.Ref, Paper: queue.Failed, Reason: "paper-end"})
		r.must(queue.ReportDevice{Device: "printer", Conditions: []string{"paper-end"}})
		r.clock.Skip(10 * time.Minute)
		b := r.as("manager")
		b.press("/manager/close_issuing", "service", "passport")
		b.press("/counter/4/next")
		html := b.get("/manager").Body.String()
		for _, want := range []string{
			"업무 중", "2026-11-23", "<b>1</b>명 대기", "확인 필요", "할 일: 새 용지를 넣고 덮개를 닫으면",
			"인쇄 실패", "인쇄 중", `aria-label="1번 다시 인쇄"`, `<span class="tag strong">조기마감</span>`, `aria-label="여권 발권 재개"`, `aria-label="민원 조기마감"`,
			`<a href="/counter/4">4번 여권</a>`, `<b class="label">1</b>`, "1번 호출, 4번 창구 <span class=\"soft\">(담당자)</span>",
			`<option value="1" selected>1순위</option>`,
		} {
			if !strings.Contains(html, want) {
				t.Errorf("the page lacks %q", want)
			}
		}
		called, begun := strings.Index(html, "1번 호출"), strings.Index(html, "업무 시작 (2026-11-23")
		if called < 0 || begun < 0 || called > begun {
			t.Errorf("the latest fact does not come first: %d, %d", called, begun)
		}
		if t.Failed() {
			t.Log(html)
		}
	})
}

func TestClockThatIsNotConfirmed(t *testing.T) {
	inBubble(t, office(), func(t *testing.T, r *rig) {
		r.issue("civil", 1)
		r.clock.Trust(false)
		r.clock.Reboot()
		r.issue("civil", 1)
		b := r.as("manager")
		wantStatus(t, b.get("/manager"), http.StatusOK, "시계가 확인되지 않았습니다.")
		wantStatus(t, b.get("/manager"), http.StatusOK, `<abbr title="시계 미확인">~</abbr>09:00`)
		wantStatus(t, b.get("/counter/3"), http.StatusOK, "시계가 확인되지 않았습니다.")
		wantStatus(t, b.get("/counter/3"), http.StatusOK, "시간 모름") // since another boot
	})
}

func TestConfigurationThatWaits(t *testing.T) {
	inBubble(t, office(), func(t *testing.T, r *rig) {
		v := *r.loop.View()
		v.Pending = "numbers of <civil>"
		r.hub.Publish(&v)
		w := r.as("manager").get("/manager")
		wantStatus(t, w, http.StatusOK, "바뀐 설정 파일은 다음 업무일부터 적용됩니다.")
		wantStatus(t, w, http.StatusOK, "numbers of &lt;civil&gt;")
		wantStatus(t, w, http.StatusOK, "변경 대기")
	})
}
