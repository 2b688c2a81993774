package console

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"sunbeon/appliance/queue"
)

// What a clerk reads: who is here and since when, who waits and for how long.
func TestWhatAClerkSees(t *testing.T) {
	inBubble(t, office(), func(t *testing.T, r *rig) {
		r.issue("civil", 2)
		r.clock.Skip(3 * time.Minute)
		r.must(queue.Issue{Service: "civil", Class: queue.Priority, Origin: queue.Button})
		r.must(queue.Issue{Service: "passport", Class: queue.Ordinary, Origin: queue.Online})
		r.must(queue.CallNext{Counter: 4})
		r.must(queue.Hold{Counter: 4})
		r.must(queue.CallNext{Counter: 4})
		r.must(queue.MarkNoShow{Counter: 4})
		r.must(queue.CallNext{Counter: 4})
		r.clock.Skip(65 * time.Second) // nothing happens, and time goes on
		html := r.as("manager").get("/counter/4").Body.String()
		for _, want := range []string{
			`id="current">2<`, `응대 <span data-s="65">1분 5초</span>`, `<b>1</b>명 대기`, `전체 1명`,
			`<b class="label">P1</b>`, `<span class="tag">온라인</span>`, `대기 <span data-s="65">1분 5초</span>`,
			`보류 <b>1</b>명`, `부재 <b>1</b>명`, `aria-label="P1번 호출"`, `우선배려`, `<option value="service:passport">여권</option>`,
			`name="seen" value="2"`,
		} {
			if !strings.Contains(html, want) {
				t.Errorf("the page lacks %q", want)
			}
		}
		if strings.Contains(html, `value="counter:3"`) {
			t.Error("a transfer to a closed counter is offered, which the line refuses")
		}
		if t.Failed() {
			t.Log(html)
		}
	})
}

// Who has not arrived stands apart, and is checked in by one press.
func TestWhoIsOnTheWay(t *testing.T) {
	inBubble(t, arriving(), func(t *testing.T, r *rig) {
		r.must(queue.Issue{Service: "passport", Class: queue.Ordinary, Origin: queue.Online})
		r.clock.Skip(2 * time.Minute)
		b := r.as("4")
		b.press("/counter/4/next")
		html := b.get("/counter/4").Body.String()
		for _, want := range []string{"아직 도착하지 않은 온라인 번호표만 남아 있습니다. (1)", "온라인 도착 전 <b>1</b>명", `<span class="tag">도착 전</span>`,
			`aria-label="P1번 도착"`, "이 창구 대기 <b>0</b>명", "전체 1명", `대기 <span data-s="120">`} {
			if !strings.Contains(html, want) {
				t.Errorf("the counter's page lacks %q", want)
			}
		}
		m := r.as("manager")
		html = m.get("/manager").Body.String()
		for _, want := range []string{"온라인 도착 전 1명", `aria-label="P1번 도착 확인"`, "대기 <b>1</b> (도착 전 1)"} {
			if !strings.Contains(html, want) {
				t.Errorf("the manager's page lacks %q", want)
			}
		}
		from := r.mem.count()
		wantStatus(t, m.press("/manager/arrive", "number", "p1"), http.StatusSeeOther, "")
		if got := r.mem.kinds(from); len(got) != 1 || got[0] != "arrived manager" {
			t.Errorf("facts %q", got)
		}
		wantStatus(t, m.get("/manager"), http.StatusOK, "P1번의 도착을 확인했습니다.")
		for page, who := range map[string]*browser{"/manager": m, "/counter/4": b} {
			if html := who.get(page).Body.String(); strings.Contains(html, `<span class="tag">도착 전</span>`) || strings.Contains(html, `id="away"`) {
				t.Errorf("%s still awaits somebody", page)
			}
		}
		wantStatus(t, b.get("/counter/4"), http.StatusOK, "이 창구 대기 <b>1</b>명")

		// Skipped: the reason stands beside the number.
		r.must(queue.Issue{Service: "passport", Class: queue.Ordinary, Origin: queue.Online})
		r.issue("passport", 1)
		b.press("/counter/4/next")
		b.press("/counter/4/next", "seen", "P1")
		html = b.get("/counter/4").Body.String()
		if at := strings.Index(html, `id="missed"`); at < 0 || !strings.Contains(html[at:], `<span class="tag">도착 전</span>`) || !strings.Contains(html[at:], `aria-label="P2번 대기 줄 복귀"`) {
			t.Error("the skipped ticket does not stand among the missed")
		}
	})
}

func TestLongListsAreCut(t *testing.T) {
	inBubble(t, office(), func(t *testing.T, r *rig) {
		r.issue("passport", rowsMost+7)
		r.issue("civil", rowsMost+2)
		b := r.as("3")
		w := b.get("/counter/3")
		for _, want := range []string{
			fmt.Sprintf("이 창구 대기 <b>%d</b>명", rowsMost+2), fmt.Sprintf("다른 창구 대기 <b>%d</b>명", rowsMost+7), "목록에 없는 9명이 더 기다립니다.",
		} {
			wantStatus(t, w, http.StatusOK, want)
		}
		if n := strings.Count(w.Body.String(), `<b class="label">`); n != 2*rowsMost {
			t.Errorf("%d rows", n)
		}
		b.press("/counter/3/pick", "number", fmt.Sprint(rowsMost+2)) // who is not in the list
		wantStatus(t, b.get("/counter/3"), http.StatusOK, fmt.Sprintf("%d번을 호출했습니다.", rowsMost+2))
	})
}

// The page's idea of whom its key calls is the line's own.
func TestMineAreThoseTheLineCounts(t *testing.T) {
	inBubble(t, office(), func(t *testing.T, r *rig) {
		r.issue("civil", 6)
		r.issue("passport", 3)
		r.must(queue.OpenCounter{Counter: 5})
		r.must(queue.CallNext{Counter: 3})
		r.must(queue.Transfer{Counter: 3, ToCounter: 5})
		r.must(queue.CallNext{Counter: 3})
		r.must(queue.Transfer{Counter: 3, Service: "passport"})
		check := func(when string) {
			t.Helper()
			v := r.loop.View()
			for _, k := range v.Counters {
				part, _ := r.con.desk(v, k.Number)
				if len(part.Mine) != k.Next {
					t.Errorf("%s: counter %d lists %d, the line counts %d", when, k.Number, len(part.Mine), k.Next)
				}
			}
		}
		check("open")
		r.must(queue.CloseCounter{Counter: 5})
		check("with the transfer's counter closed")
	})
}
