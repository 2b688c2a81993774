package console

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"sunbeon/appliance/queue"
)

func ref(n int) queue.Ref { return queue.Ref{Band: "civil", Number: n} }

func printerIs(conditions ...string) queue.Event {
	return queue.DeviceChanged{Device: "printer", Conditions: conditions}
}

func given(n int) queue.Event { return queue.Issued{Ref: ref(n), Paper: true} }

func paper(n int) queue.Event { return queue.Printed{Ref: ref(n), Confirmed: true} }

// story tells the events, one a minute from nine o'clock on, oldest first.
func story(events ...queue.Event) []string {
	var s printerStory
	for i, e := range events {
		at := nine.Add(time.Duration(i) * time.Minute)
		s.take(queue.Fact{Seq: uint64(i + 1), Event: e,
			At: queue.Stamp{Wall: at.UnixMilli(), Trusted: true, Boot: "a", Mono: int64(i) * 60_000}})
	}
	c := office()
	var out []string
	for _, e := range s.events {
		out = append(out, e.at.Time().Format("15:04 ")+e.text(teller{&c}, len(s.out)))
	}
	return out
}

func TestWhatHappenedAtThePrinter(t *testing.T) {
	const failed = " 인쇄하지 않았습니다. 번호는 그대로이며, 호출 전이면 표시판에 안내합니다."
	for _, c := range []struct {
		what   string
		events []queue.Event
		want   []string
	}{
		{"nothing", []queue.Event{queue.DayOpened{}, given(1), paper(1), printerIs()}, nil},
		{"the roll ended and was changed", []queue.Event{given(1), paper(1), given(2), printerIs("paper-end"), given(3), given(4),
			printerIs("cover-open", "paper-end"), printerIs("paper-end"), printerIs(), queue.Printed{Ref: ref(2), Confirmed: true, Copy: true}, paper(3), paper(4)},
			[]string{"09:03 인쇄가 멈추었습니다: 용지 없음, 덮개 열림.",
				"09:08 다시 인쇄합니다. 5분 0초 동안 멈추었습니다. 기다린 번호표는 3장입니다.",
				"09:09 2번을 재발행으로 표시하여 다시 인쇄하였습니다."}},
		{"it stands still", []queue.Event{printerIs("cover-open"), given(1), given(2)},
			[]string{"09:00 인쇄가 멈추었습니다: 덮개 열림. 번호표 2장이 기다리며, 번호는 표시판에 안내하고 있습니다."}},
		{"it stands still, nobody comes", []queue.Event{printerIs("unplugged")},
			[]string{"09:00 인쇄가 멈추었습니다: 연결 끊김. 기다리는 번호표는 없습니다."}},
		{"it stood still over night", []queue.Event{queue.DayOpened{Devices: map[string][]string{"printer": {"cutter-jam"}}}, printerIs()},
			[]string{"09:00 인쇄가 멈추었습니다: 커터 걸림.", "09:01 다시 인쇄합니다. 1분 0초 동안 멈추었습니다."}},
		{"paper runs low, then ends", []queue.Event{printerIs("paper-near-end"), printerIs("paper-end", "paper-near-end"), printerIs("paper-near-end"), printerIs()},
			[]string{"09:00 용지가 얼마 남지 않았습니다. 번호표는 계속 나옵니다.", "09:01 인쇄가 멈추었습니다: 용지 없음.",
				"09:02 다시 인쇄합니다. 1분 0초 동안 멈추었습니다.", "09:03 용지 부족 상태가 끝났습니다."}},
		{"given up", []queue.Event{given(1), given(2), given(3), printerIs("paper-end"), queue.PrintFailed{Ref: ref(1), Reason: "paper-end"},
			queue.PrintFailed{Ref: ref(2), Reason: "paper-end"}, queue.PrintFailed{Ref: ref(3), Reason: "restart"}, printerIs()},
			[]string{"09:03 인쇄가 멈추었습니다: 용지 없음.",
				"09:05 1번, 2번은 기다리는 시간이 지나 (용지 없음)" + failed, "09:06 3번은 다시 켜졌을 때 이미 늦어" + failed,
				"09:07 다시 인쇄합니다. 4분 0초 동안 멈추었습니다. 기다린 번호표는 3장입니다."}},
		{"given up for other reasons", []queue.Event{given(1), queue.PrintFailed{Ref: ref(1), Reason: "abandoned"}, given(2), queue.PrintFailed{Ref: ref(2), Reason: "no_printer"}},
			[]string{"09:01 1번은 기다리는 시간이 지나" + failed, "09:03 2번은 프린터가 없어" + failed}},
		{"staff asked for a copy", []queue.Event{given(1), paper(1), queue.ReprintAsked{Ref: ref(1)}, queue.Printed{Ref: ref(1), Confirmed: true, Copy: true},
			queue.Printed{Ref: ref(2), Confirmed: true, Copy: true}, queue.Printed{Ref: ref(3), Copy: true}},
			[]string{"09:03 1번을 직원의 요청으로 재발행으로 표시하여 다시 인쇄하였습니다.", "09:04 2번을 재발행으로 표시하여 다시 인쇄하였습니다.",
				"09:05 3번을 재발행으로 표시하여 다시 보냈으나, 인쇄를 확인하지 못하였습니다."}},
		{"a printer that never answers", []queue.Event{printerIs("silent"), given(1), queue.Printed{Ref: ref(1)}, given(2), queue.Printed{Ref: ref(2)}, printerIs()},
			[]string{"09:00 프린터가 인쇄 여부를 알려 주지 않습니다. 번호표는 계속 보냅니다.",
				"09:04 1번, 2번은 프린터로 보냈으나, 인쇄를 확인하지 못하였습니다.", "09:05 인쇄 확인 불가 상태가 끝났습니다."}},
		{"it stops again an hour later", slices.Concat([]queue.Event{printerIs("cover-open"), printerIs()}, slices.Repeat([]queue.Event{queue.DayClosed{}}, 60), []queue.Event{printerIs("cover-open")}),
			[]string{"09:00 인쇄가 멈추었습니다: 덮개 열림.", "09:01 다시 인쇄합니다. 1분 0초 동안 멈추었습니다.",
				"10:02 인쇄가 멈추었습니다: 덮개 열림. 기다리는 번호표는 없습니다."}},
		{"another device", []queue.Event{queue.DeviceChanged{Device: "sign:3", Conditions: []string{"no-answer"}}, queue.DayOpened{Devices: map[string][]string{"bus:1": {"no-answer"}}}}, nil},
	} {
		if got := story(c.events...); !slices.Equal(got, c.want) {
			t.Errorf("%s:\ngot  %s\nwant %s", c.what, strings.Join(got, "\n     "), strings.Join(c.want, "\n     "))
		}
	}
}

// A cutter that tries and jams again is one line.
func TestStopInShortOrder(t *testing.T) {
	var s printerStory
	c, seq := office(), uint64(0)
	take := func(second int64, e queue.Event) {
		seq++
		s.take(queue.Fact{Seq: seq, Event: e, At: queue.Stamp{Wall: nine.UnixMilli() + second*1000, Trusted: true, Boot: "a", Mono: second * 1000}})
	}
	take(0, given(1))
	for i := range int64(3) {
		take(20*i, printerIs("cutter-jam"))
		take(20*i+10, given(int(i)+2))
		take(20*i+12, printerIs())
	}
	var got []string
	for _, e := range s.events {
		got = append(got, e.text(teller{&c}, len(s.out)))
	}
	if want := []string{"인쇄가 잇달아 3번 멈추었습니다: 커터 걸림.", "다시 인쇄합니다. 52초 동안 멈추었습니다. 기다린 번호표는 4장입니다."}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	take(60, printerIs("cover-open"))
	if got := s.events[len(s.events)-1].text(teller{&c}, 4); len(s.events) != 3 || got != "인쇄가 멈추었습니다: 덮개 열림. 번호표 4장이 기다리며, 번호는 표시판에 안내하고 있습니다." {
		t.Errorf("another stop: %q", got)
	}
}

// A bad day stays a short page.
func TestPrinterStoryIsBounded(t *testing.T) {
	var events []queue.Event
	for n := 1; n <= 100; n++ {
		events = append(events, given(n), queue.Printed{Ref: ref(n)})
	}
	got := story(events...)
	if len(got) != 1 || !strings.Contains(got[0], "7번, 8번 외 92장은") {
		t.Errorf("got %q", got)
	}
	events = nil
	for range 3 * eventsKept {
		events = append(events, printerIs("cover-open"), printerIs())
	}
	if got := story(events...); len(got) != eventsKept || !strings.HasPrefix(got[len(got)-1], "10:59 다시 인쇄합니다.") {
		t.Errorf("%d lines, the last %q", len(got), got[len(got)-1])
	}
}

// The page tells the newest first, reads each fact once, and begins anew with
// the day.
func TestPrinterOnTheManagersPage(t *testing.T) {
	inBubble(t, office(), func(t *testing.T, r *rig) {
		b := r.as("manager")
		wantStatus(t, b.get("/manager"), http.StatusOK, "이상이 없었습니다.")
		r.must(queue.ReportDevice{Device: "printer", Conditions: []string{"paper-end"}})
		r.issue("civil", 2)
		w := b.get("/manager")
		wantStatus(t, w, http.StatusOK, "인쇄가 멈추었습니다: 용지 없음. 번호표 2장이 기다리며")
		wantStatus(t, w, http.StatusOK, `<span class="tag strong">인쇄 중</span> <span class="tag">표시판 안내</span>`)
		wantStatus(t, w, http.StatusOK, `<a href="#byno">번호표</a>`)
		r.must(queue.ReportDevice{Device: "printer"})
		html := b.get("/manager").Body.String()
		stop, on := strings.Index(html, "인쇄가 멈추었습니다: 용지 없음.<"), strings.Index(html, "다시 인쇄합니다. 0초 동안 멈추었습니다. 기다린 번호표는 2장입니다.")
		if stop < 0 || on < 0 || on > stop {
			t.Errorf("stop at %d, resumed at %d:\n%s", stop, on, html)
		}
		b.get("/manager")
		if want := 5; r.mem.read != want { // the day, two conditions, two tickets
			t.Errorf("%d facts were read, want %d", r.mem.read, want)
		}
		r.must(queue.CloseDay{})
		r.clock.Skip(24 * time.Hour)
		r.must(queue.Tick{}) // the next day opens
		wantStatus(t, b.get("/manager"), http.StatusOK, "이상이 없었습니다.")
		r.must(queue.ReportDevice{Device: "printer", Conditions: []string{"cover-open"}})
		r.mem.fail(errors.New("gone"))
		wantStatus(t, b.get("/manager"), http.StatusOK, "기록을 읽을 수 없습니다.")
		r.mem.fail(nil)
		wantStatus(t, b.get("/manager"), http.StatusOK, "인쇄가 멈추었습니다: 덮개 열림.")
	})
}

// Every reason and condition that is recorded of the printer has its words.
func TestPrinterConditionsHaveWords(t *testing.T) {
	for _, c := range []string{"paper-end", "paper-near-end", "cover-open", "cutter-jam", "head-hot", "broken", "offline", "no-answer", "unplugged", "silent", "abandoned", "no_printer", "restart"} {
		if conditionText(c) == c {
			t.Errorf("%s is shown as it is", c)
		}
	}
	if todo("printer", "silent") == todo("printer", "unknown") {
		t.Error("nothing is said to do about a silent printer")
	}
}
