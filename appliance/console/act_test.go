package console

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"sunbeon/appliance/queue"
)

// Every button of a counter's page leads to its facts, by its counter.
func TestButtonsOfACounter(t *testing.T) {
	call := func(r *rig) { r.must(queue.CallNext{Counter: 3}) }
	online := func(r *rig) {
		r.must(queue.Issue{Service: "passport", Class: queue.Ordinary, Origin: queue.Online})
	}
	skipped := func(r *rig) { // P1 before it, P3 behind it
		online(r)
		r.issue("passport", 1)
		r.must(queue.SetServices{Counter: 4, Services: []string{"passport"}})
		r.must(queue.CallNext{Counter: 4})
		r.must(queue.CallNext{Counter: 4})
	}
	for _, c := range []struct {
		action string
		before func(*rig)
		form   []string
		facts  []string
		text   string
	}{
		{"next", nil, nil, []string{"counter_opened", "called"}, "1번을 호출했습니다."},
		{"next", call, nil, []string{"finished", "called"}, "2번을 호출했습니다."},
		{"recall", call, nil, []string{"recalled"}, "1번을 다시 호출했습니다."},
		{"hold", call, nil, []string{"held"}, "1번을 보류했습니다."},
		{"no_show", call, nil, []string{"no_show"}, "1번을 부재로 처리했습니다."},
		{"finish", call, nil, []string{"finished"}, "1번을 완료했습니다."},
		{"pause", call, nil, []string{"counter_paused"}, "3번 창구를 부재중으로 표시했습니다."},
		{"resume", func(r *rig) { call(r); r.must(queue.Pause{Counter: 3}) }, nil, []string{"counter_resumed"}, "3번 창구의 업무를 다시 시작했습니다."},
		{"open", nil, nil, []string{"counter_opened"}, "3번 창구를 열었습니다."},
		{"close", call, nil, []string{"finished", "counter_closed"}, "3번 창구를 닫았습니다."},
		{"pick", call, []string{"ticket", "civil/2"}, []string{"finished", "called"}, "2번을 호출했습니다."},
		{"pick", call, []string{"number", " p1번"}, []string{"finished", "called"}, "P1번을 호출했습니다."},
		{"pick", func(r *rig) { call(r); r.must(queue.Hold{Counter: 3}) }, []string{"ticket", "civil/1"}, []string{"called"}, "1번을 호출했습니다."},
		{"return", func(r *rig) { call(r); r.must(queue.MarkNoShow{Counter: 3}) }, []string{"ticket", "civil/1"}, []string{"returned"}, "1번을 다시 대기 줄에 넣었습니다."},
		{"transfer", call, []string{"to", "service:passport"}, []string{"transferred"}, "1번을 이관했습니다."},
		{"transfer", func(r *rig) { call(r); r.must(queue.OpenCounter{Counter: 4}) }, []string{"to", "counter:4"}, []string{"transferred"}, "1번을 이관했습니다."},
		{"arrive", online, []string{"ticket", "passport/2"}, []string{"arrived"}, "P2번의 도착을 확인했습니다."},
		{"return", skipped, []string{"ticket", "passport/2"}, []string{"returned"}, "P2번을 다시 대기 줄에 넣었습니다."},
		{"arrive", skipped, []string{"ticket", "passport/2"}, []string{"arrived", "returned"}, "P2번의 도착을 확인했습니다."},
		{"next", func(r *rig) { online(r); r.must(queue.OpenCounter{Counter: 3}) }, nil, []string{"called"}, "1번을 호출했습니다."},
	} {
		inBubble(t, arriving(), func(t *testing.T, r *rig) {
			r.issue("civil", 2)
			r.issue("passport", 1)
			if c.before != nil {
				c.before(r)
			}
			b := r.as("3")
			from := r.mem.count()
			w := b.press("/counter/3/"+c.action, c.form...)
			if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/counter/3" {
				t.Fatalf("%s: %d to %q: %s", c.action, w.Code, w.Header().Get("Location"), w.Body)
			}
			var want []string
			for _, f := range c.facts {
				want = append(want, f+" counter:3")
			}
			if got := r.mem.kinds(from); !slices.Equal(got, want) {
				t.Errorf("%s %v: got %q want %q", c.action, c.form, got, want)
			}
			if got := status(b.get("/counter/3")); !strings.Contains(got, c.text) {
				t.Errorf("%s %v: status %q, want %q", c.action, c.form, got, c.text)
			}
			if got := status(b.get("/counter/3")); got != "" {
				t.Errorf("%s: the status line is said twice: %q", c.action, got)
			}
		})
	}
}

func TestButtonsOfTheManager(t *testing.T) {
	for _, c := range []struct {
		action string
		before func(*rig)
		form   []string
		facts  []string
		text   string
	}{
		{"open_day", func(r *rig) { r.must(queue.CloseDay{}) }, nil, []string{"day_reopened"}, "업무를 시작했습니다."},
		{"close_day", nil, nil, []string{"day_closed"}, "업무를 종료했습니다."},
		{"close_issuing", nil, []string{"service", "civil"}, []string{"issuing_closed"}, "발권을 마감했습니다."},
		{"close_issuing", nil, nil, []string{"issuing_closed", "issuing_closed"}, "발권을 마감했습니다."},
		{"reopen_issuing", func(r *rig) { r.must(queue.CloseIssuing{}) }, []string{"service", "passport"}, []string{"issuing_reopened"}, "발권을 다시 시작했습니다."},
		{"issue", nil, []string{"service", "civil", "class", "priority"}, []string{"issued"}, "3번을 발급했습니다."},
		{"reprint", nil, []string{"number", "2"}, []string{"reprint_asked"}, "2번을 다시 인쇄합니다."},
		{"void", nil, []string{"number", "2", "reason", "잘못 뽑음"}, []string{"void"}, "2번을 무효로 처리했습니다."},
		{"open_counter", nil, []string{"counter", "5"}, []string{"counter_opened"}, "5번 창구를 열었습니다."},
		{"pause", func(r *rig) { r.must(queue.OpenCounter{Counter: 5}) }, []string{"counter", "5"}, []string{"counter_paused"}, "5번 창구를 부재중으로"},
		{"resume", func(r *rig) { r.must(queue.OpenCounter{Counter: 5}); r.must(queue.Pause{Counter: 5}) }, []string{"counter", "5"}, []string{"counter_resumed"}, "5번 창구의 업무를"},
		{"close_counter", func(r *rig) { r.must(queue.OpenCounter{Counter: 5}) }, []string{"counter", "5"}, []string{"counter_closed"}, "5번 창구를 닫았습니다."},
		{"services", nil, []string{"counter", "5", "order.civil", "2", "order.passport", "1"}, []string{"services_changed"}, "5번 창구의 업무를 바꾸었습니다."},
	} {
		inBubble(t, office(), func(t *testing.T, r *rig) {
			r.issue("civil", 2)
			if c.before != nil {
				c.before(r)
			}
			b := r.as("manager")
			from := r.mem.count()
			w := b.press("/manager/"+c.action, c.form...)
			if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/manager" {
				t.Fatalf("%s: %d to %q: %s", c.action, w.Code, w.Header().Get("Location"), w.Body)
			}
			var want []string
			for _, f := range c.facts {
				want = append(want, f+" manager")
			}
			got := r.mem.kinds(from)
			for i := range got {
				got[i] = strings.Replace(got[i], "voided", "void", 1)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s %v: got %q want %q", c.action, c.form, got, want)
			}
			if got := status(b.get("/manager")); !strings.Contains(got, c.text) {
				t.Errorf("%s: status %q, want %q", c.action, got, c.text)
			}
		})
	}
}

func TestServicesInTheOrderOfTheirRanks(t *testing.T) {
	inBubble(t, office(), func(t *testing.T, r *rig) {
		r.as("manager").press("/manager/services", "counter", "5", "order.civil", "2", "order.passport", "1")
		for _, k := range r.loop.View().Counters {
			if k.Number == 5 && !slices.Equal(k.Services, []string{"passport", "civil"}) {
				t.Fatalf("got %q", k.Services)
			}
		}
	})
}

// A refusal is said politely, in both languages, and leaves nothing behind.
func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		place, path string
		form        []string
		code        string
		ko, en      string
		status      int
	}{
		{"3", "/counter/3/next", nil, "nobody_waiting", "대기 중인 고객이 없습니다.", "Nobody is waiting.", 409},
		{"3", "/counter/3/recall", nil, "counter_idle", "먼저 호출해 주십시오.", "Please call one first.", 409},
		{"3", "/counter/3/pick", []string{"number", "77"}, "unknown_ticket", "번호를 확인해 주십시오.", "not issued today", 409},
		{"3", "/counter/3/pick", []string{"number", "77777"}, "unknown_ticket", "번호를 확인해 주십시오. (77777)", "not issued today", 409},
		{"3", "/counter/3/pick", []string{"ticket", "civil"}, "bad_form", "입력이 올바르지 않습니다.", "(ticket)", 400},
		{"3", "/counter/3/pick", []string{"ticket", "nothing/7"}, "unknown_ticket", "번호를 확인해 주십시오.", "not issued", 409},
		{"3", "/counter/3/return", []string{"ticket", "civil/9"}, "unknown_ticket", "번호를 확인해 주십시오.", "not issued", 409},
		{"3", "/counter/3/transfer", []string{"to", ""}, "nowhere_to_go", "이관할 곳을 확인해 주십시오.", "where the ticket should go", 409},
		{"3", "/counter/3/transfer", []string{"to", "moon:1"}, "bad_form", "입력이 올바르지 않습니다.", "(to)", 400},
		{"3", "/counter/3/next", []string{"colour", "red"}, "bad_form", "입력이 올바르지 않습니다.", "(colour)", 400},
		{"3", "/counter/3/next", []string{"id", "short"}, "bad_form", "입력이 올바르지 않습니다.", "(id)", 400},
		{"3", "/counter/3/fly", nil, "not_found", "없는 주소입니다.", "no such page", 404},
		{"manager", "/counter/9/next", nil, "unknown_counter", "없는 창구입니다.", "no such counter", 409},
		{"manager", "/manager/void", []string{"number", "7"}, "unknown_ticket", "번호를 확인해 주십시오.", "not issued", 409},
		{"manager", "/manager/void", []string{"number", "7", "reason", strings.Repeat("가", 61)}, "bad_form", "입력이", "(reason)", 400},
		{"manager", "/manager/issue", []string{"service", "moon"}, "unknown_service", "없는 업무입니다.", "no such service", 409},
		{"manager", "/manager/issue", []string{"service", "passport", "class", "priority"}, "no_priority", "우선배려 번호표가 없습니다.", "no priority", 409},
		{"manager", "/manager/services", []string{"counter", "3"}, "no_services", "하나 이상 선택해", "at least one", 400},
		{"manager", "/manager/services", []string{"counter", "3", "order.moon", "1"}, "unknown_service", "없는 업무입니다.", "no such service", 409},
		{"manager", "/manager/services", []string{"counter", "3", "order.civil", "first"}, "bad_form", "입력이", "(order.civil)", 400},
		{"manager", "/manager/pause", []string{"counter", "x"}, "bad_form", "입력이", "(counter)", 400},
		{"manager", "/manager/pause", []string{"counter", "5"}, "counter_not_open", "창구가 열려 있지 않습니다.", "not open", 409},
		{"manager", "/manager/fly", nil, "not_found", "없는 주소입니다.", "no such page", 404},
	} {
		inBubble(t, office(), func(t *testing.T, r *rig) {
			r.must(queue.OpenCounter{Counter: 3})
			b := r.as(c.place)
			b.json = true
			from := r.mem.count()
			press := b.press
			if slices.Contains(c.form, "id") {
				press = b.post
			}
			w := press(c.path, c.form...)
			var got said
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatalf("%s %v: %v in %s", c.path, c.form, err, w.Body)
			}
			if w.Code != c.status || got.OK || got.Code != c.code || !strings.Contains(got.Ko, c.ko) || !strings.Contains(got.En, c.en) {
				t.Errorf("%s %v: got %d %+v", c.path, c.form, w.Code, got)
			}
			if k := r.mem.kinds(from); len(k) > 0 {
				t.Errorf("%s %v: facts %q", c.path, c.form, k)
			}
			b.json = false
			w = press(c.path, c.form...)
			page := "/manager"
			if strings.HasPrefix(c.path, "/counter/3/") {
				page = "/counter/3"
			}
			switch {
			case c.status == http.StatusNotFound:
				wantStatus(t, w, c.status, c.ko)
			case strings.HasPrefix(c.path, "/counter/9/"): // whose page would be there
			case !strings.Contains(status(b.get(page)), c.ko):
				t.Errorf("%s: without script the page does not say %q", c.path, c.ko)
			}
		})
	}
}

// A double tap, a retry and a form sent again are one command.
func TestOneIdIsOneCommand(t *testing.T) {
	inBubble(t, office(), func(t *testing.T, r *rig) {
		r.issue("civil", 5)
		b := r.as("3")
		b.json = true
		send := func() string { return b.post("/counter/3/next", "id", "the-same-id", "seen", "-").Body.String() }
		first := send()
		from := r.mem.count()
		for range 3 {
			if got := send(); got != first || !strings.Contains(got, "1번을 호출했습니다.") {
				t.Fatalf("got %s, first %s", got, first)
			}
		}
		if got := r.mem.kinds(from); len(got) > 0 {
			t.Fatalf("facts %q", got)
		}
		// The same id from another counter is another command.
		other := r.as("4")
		other.post("/counter/4/next", "id", "the-same-id")
		if got := r.mem.kinds(from); !slices.Contains(got, "called counter:4") {
			t.Fatalf("counter 4: facts %q", got)
		}
		if w := b.post("/counter/3/hold", "id", "the-same-id"); !strings.Contains(w.Body.String(), "request_reused") {
			t.Fatalf("another command with the id: %s", w.Body)
		}
	})
}

// Each form of a page carries an id of its own.
func TestFormsCarryTheirIds(t *testing.T) {
	inBubble(t, office(), func(t *testing.T, r *rig) {
		r.issue("civil", 4)
		r.must(queue.CallNext{Counter: 3})
		r.must(queue.Hold{Counter: 3})
		r.must(queue.CallNext{Counter: 3})
		r.must(queue.MarkNoShow{Counter: 3})
		seen := map[string]bool{}
		b := r.as("manager")
		for _, page := range []string{"/counter/3", "/manager"} {
			html := b.get(page).Body.String()
			n := 0
			for _, part := range strings.Split(html, `name="id" value="`)[1:] {
				id := part[:strings.IndexByte(part, '"')]
				if _, p := (form{"id": id}).request(3); p != nil {
					t.Errorf("%s: the page's own id %q is refused", page, id)
				}
				if seen[id] {
					t.Errorf("%s: id %q stands twice", page, id)
				}
				seen[id] = true
				n++
			}
			if forms := strings.Count(html, "data-act"); n != forms || n < 10 {
				t.Errorf("%s: %d ids, %d forms", page, n, forms)
			}
		}
	})
}

// A button that was meant for another number does nothing.
func TestScreenHasChanged(t *testing.T) {
	inBubble(t, office(), func(t *testing.T, r *rig) {
		r.issue("civil", 3)
		r.must(queue.CallNext{Counter: 3})
		b := r.as("3")
		b.json = true
		if w := b.press("/counter/3/recall", "seen", "1"); w.Code != http.StatusOK {
			t.Fatalf("seen 1: %s", w.Body)
		}
		r.must(queue.CallNext{Counter: 3}) // the call unit's key
		from := r.mem.count()
		w := b.press("/counter/3/no_show", "seen", "1")
		wantStatus(t, w, http.StatusConflict, "screen_changed")
		if got := r.mem.kinds(from); len(got) > 0 {
			t.Fatalf("facts %q", got)
		}
		if w := b.press("/counter/3/no_show", "seen", "2"); w.Code != http.StatusOK {
			t.Fatalf("seen 2: %s", w.Body)
		}
	})
}

func TestRecordThatFails(t *testing.T) {
	inBubble(t, office(), func(t *testing.T, r *rig) {
		r.issue("civil", 1)
		b := r.as("3")
		m := r.as("manager")
		r.mem.fail(errors.New("disk"))
		b.json = true
		wantStatus(t, b.press("/counter/3/next"), http.StatusServiceUnavailable, "저장 장치에 기록할 수 없어 처리하지 않았습니다.")
		page := m.get("/manager")
		wantStatus(t, page, http.StatusOK, "기록을 읽을 수 없습니다.")
		wantStatus(t, page, http.StatusOK, "중단됨")
		wantStatus(t, b.get("/counter/3"), http.StatusOK, `class="fault"`)
	})
}
