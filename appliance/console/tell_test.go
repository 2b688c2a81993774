package console

import (
	"os"
	"regexp"
	"testing"

	"sunbeon/appliance/queue"
)

// Every kind of event has its sentence.
func TestEveryEventIsTold(t *testing.T) {
	c := office()
	seven, p7 := queue.Ref{Band: "civil", Number: 7}, queue.Ref{Band: "passport", Number: 7}
	kinds := map[string]bool{}
	for _, x := range []struct {
		event queue.Event
		by    string
		want  string
	}{
		{queue.DayOpened{Number: 12, Date: "2026-11-23"}, "schedule", "업무 시작 (2026-11-23, 업무일 12) (자동)"},
		{queue.DayOpened{Number: 12}, "manager", "업무 시작 (업무일 12, 날짜 미확인) (담당자)"},
		{queue.DayReopened{}, "manager", "업무 다시 시작 (담당자)"},
		{queue.DayClosed{}, "manager", "업무 종료 (담당자)"},
		{queue.ConfigChanged{}, "file", "설정 변경 (설정 파일)"},
		{queue.ClockConfirmed{Date: "2026-11-23"}, "schedule", "시계 확인 2026-11-23 (자동)"},
		{queue.Issued{Ref: seven, Class: queue.Ordinary, Ahead: 3}, "button:civil", "7번 발급, 앞에 3명 (버튼)"},
		{queue.Issued{Ref: p7, Class: queue.Priority}, "online", "P7번 발급, 우선배려, 앞에 0명 (온라인)"},
		{queue.Printed{Ref: seven, Confirmed: true}, "printer", "7번 번호표 인쇄 (프린터)"},
		{queue.Printed{Ref: seven, Copy: true}, "printer", "7번 번호표 재발행 인쇄 (프린터 확인 없음)"},
		{queue.PrintFailed{Ref: seven, Reason: "paper-end"}, "printer", "7번 번호표 인쇄 실패: 용지 없음 (프린터)"},
		{queue.PrintFailed{Ref: seven, Reason: "restart"}, "restart", "7번 번호표 인쇄 실패: 재시작"},
		{queue.ReprintAsked{Ref: seven}, "manager", "7번 번호표 재발행 요청 (담당자)"},
		{queue.Called{Ref: seven, Counter: 3, How: queue.ByNext}, "counter:3", "7번 호출, 3번 창구"},
		{queue.Called{Ref: seven, Counter: 3, How: queue.ByNext, Jump: true}, "manager", "7번 우선배려 호출, 3번 창구 (담당자)"},
		{queue.Called{Ref: seven, Counter: 3, How: queue.ByPick}, "counter:3", "7번 지정호출, 3번 창구"},
		{queue.Called{Ref: seven, Counter: 3, How: queue.ByHold}, "counter:3", "7번 보류에서 호출, 3번 창구"},
		{queue.Recalled{Ref: seven, Counter: 3}, "counter:3", "7번 재호출, 3번 창구"},
		{queue.Held{Ref: seven, Counter: 3}, "counter:3", "7번 보류, 3번 창구"},
		{queue.NoShow{Ref: seven, Counter: 3}, "counter:3", "7번 부재, 3번 창구"},
		{queue.Returned{Ref: seven}, "counter:3", "7번 대기 줄 복귀 (3번 창구)"},
		{queue.Issued{Ref: p7, Class: queue.Ordinary, Origin: queue.Online, Ahead: 2, Away: true}, "online", "P7번 발급, 도착 전, 앞에 2명 (온라인)"},
		{queue.Arrived{Ref: p7}, "online", "P7번 도착 확인 (온라인)"},
		{queue.Arrived{Ref: p7}, "counter:3", "P7번 도착 확인 (3번 창구)"},
		{queue.Skipped{Ref: p7}, "counter:3", "P7번 도착 전 차례 지남 (3번 창구)"},
		{queue.Delayed{Ref: p7, Passed: 2}, "online", "P7번 순서 미룸, 2명 먼저 (온라인)"},
		{queue.Transferred{Ref: seven, From: 3, Service: "passport"}, "counter:3", "7번 이관, 3번 창구에서 여권 업무로"},
		{queue.Transferred{Ref: seven, From: 3, Service: "civil", Counter: 4}, "counter:3", "7번 이관, 3번 창구에서 4번 창구로 (민원)"},
		{queue.Finished{Ref: seven, Counter: 3}, "counter:3", "7번 완료, 3번 창구"},
		{queue.Cancelled{Ref: p7}, "online", "P7번 고객 취소 (온라인)"},
		{queue.Voided{Ref: seven, Reason: "잘못 뽑음"}, "manager", "7번 무효: 잘못 뽑음 (담당자)"},
		{queue.Voided{Ref: seven}, "manager", "7번 무효 (담당자)"},
		{queue.CounterOpened{Counter: 3}, "manager", "3번 창구 열림 (담당자)"},
		{queue.CounterClosed{Counter: 3}, "counter:3", "3번 창구 닫힘"},
		{queue.CounterLeft{Counter: 3}, "schedule", "3번 창구 부재중 (자동)"},
		{queue.CounterResumed{Counter: 3}, "counter:3", "3번 창구 업무 재개"},
		{queue.ServicesChanged{Counter: 3, Services: []string{"passport", "civil"}}, "manager", "3번 창구 업무 변경: 여권, 민원 (담당자)"},
		{queue.IssuingClosed{Service: "civil"}, "manager", "민원 조기마감 (담당자)"},
		{queue.IssuingClosed{Service: "civil", Schedule: true}, "schedule", "민원 발권 마감 (예약 시각) (자동)"},
		{queue.IssuingReopened{Service: "civil"}, "schedule", "민원 발권 시작 (자동)"},
		{queue.DeviceChanged{Device: "printer", Conditions: []string{"cover-open", "paper-end"}}, "printer", "프린터 이상: 덮개 열림, 용지 없음"},
		{queue.DeviceChanged{Device: "bus:1/5", Conditions: []string{"no-answer"}}, "devices", "호출기·표시기 회선 1 주소 5 이상: 응답 없음"},
		{queue.DeviceChanged{Device: "bus:1"}, "devices", "호출기·표시기 회선 1 정상"},
		{queue.DeviceChanged{Device: "button:civil/priority", Conditions: []string{"stuck"}}, "devices", "우선배려 단추(civil) 이상: 눌린 채로 있음"},
		{queue.DeviceChanged{Device: "keypad:3", Conditions: []string{"not-found"}}, "devices", "3번 창구 키패드 이상: 찾을 수 없음"},
		{queue.DeviceChanged{Device: "listen:displays", Conditions: []string{"unplugged"}}, "devices", "기존 순번발행기 연결(displays) 이상: 연결 끊김"},
		{queue.DeviceChanged{Device: "journal"}, "schedule", "기록 저장 정상 (자동)"},
		{queue.Observed{What: queue.HeardIssued, Service: "civil", Number: 7}, "observed", "관측: 7번 발급 (기존 순번발행기)"},
		{queue.Observed{What: queue.HeardCalled, Service: "passport", Number: 7, Counter: 3}, "observed", "관측: P7번 호출, 3번 창구 (기존 순번발행기)"},
		{queue.Observed{What: queue.HeardCalled, Number: 7}, "observed", "관측: 7번 호출 (기존 순번발행기)"},
		{queue.Observed{What: queue.HeardWaiting, Service: "civil", Count: 4}, "observed", "관측: 민원 대기 4명 (기존 순번발행기)"},
		{queue.Observed{What: queue.HeardRestarted, Service: "civil"}, "observed", "관측: 민원 번호가 처음부터 다시 시작됨 (기존 순번발행기)"},
		{queue.Observed{What: queue.HeardNothing}, "observed", "관측: 신호가 끊겨 대기 인원을 알 수 없음 (기존 순번발행기)"},
	} {
		kinds[x.event.Kind()] = true
		s := tell(queue.Fact{At: queue.Stamp{Wall: nine.UnixMilli(), Trusted: true}, By: x.by, Event: x.event}, &c)
		got := s.Text
		if s.By != "" {
			got += " (" + s.By + ")"
		}
		if got != x.want || s.Time != "09:00" || !s.Sure {
			t.Errorf("%s: got %q at %s, want %q", x.event.Kind(), got, s.Time, x.want)
		}
	}
	source, err := os.ReadFile("../queue/fact.go")
	if err != nil {
		t.Fatal(err)
	}
	all := regexp.MustCompile(`\) Kind\(\) string +\{ return "(\w+)" \}`).FindAllSubmatch(source, -1)
	if len(all) < 20 {
		t.Fatalf("only %d kinds were found in the core", len(all))
	}
	for _, k := range all {
		if !kinds[string(k[1])] {
			t.Errorf("%s is not told", k[1])
		}
	}
}
