package console

import (
	"fmt"
	"strconv"
	"strings"

	"sunbeon/appliance/queue"
)

// sentence is a fact in plain Korean.
type sentence struct {
	Seq  uint64
	Time string // "09:12"
	Sure bool   // the clock was confirmed
	Text string // "117번 발급"
	By   string // "버튼", "" when Text says it
}

// tell words a fact. Numbers are written as the present configuration does.
func tell(f queue.Fact, c *queue.Config) sentence {
	s := sentence{Seq: f.Seq, Time: f.At.Time().Format("15:04"), Sure: f.At.Trusted, Text: teller{c}.event(f.Event), By: byText(f.By)}
	if strings.Contains(s.Text, s.By) { // the counter at which it happened
		s.By = ""
	}
	return s
}

type teller struct{ config *queue.Config }

func (t teller) label(r queue.Ref) string {
	s, _ := t.config.Service(r.Band)
	return s.Label(r.Number) + "번"
}

func (t teller) service(id string) string {
	if s, ok := t.config.Service(id); ok {
		return s.Name
	}
	return id
}

// event words every kind of event. One that is not worded is named by its kind.
func (t teller) event(e queue.Event) string {
	switch e := e.(type) {
	case queue.DayOpened:
		if e.Date == "" {
			return fmt.Sprintf("업무 시작 (업무일 %d, 날짜 미확인)", e.Number)
		}
		return fmt.Sprintf("업무 시작 (%s, 업무일 %d)", e.Date, e.Number)
	case queue.DayReopened:
		return "업무 다시 시작"
	case queue.DayClosed:
		return "업무 종료"
	case queue.ConfigChanged:
		return "설정 변경"
	case queue.ClockConfirmed:
		return "시계 확인 " + strings.TrimSpace(e.Date)
	case queue.Issued:
		text := t.label(e.Ref) + " 발급"
		if e.Class == queue.Priority {
			text += ", 우선배려"
		}
		if e.Away {
			text += ", 도착 전"
		}
		return text + fmt.Sprintf(", 앞에 %d명", e.Ahead)
	case queue.Printed:
		text := t.label(e.Ref) + " 번호표 인쇄"
		if e.Copy {
			text = t.label(e.Ref) + " 번호표 재발행 인쇄"
		}
		if !e.Confirmed {
			text += " (프린터 확인 없음)"
		}
		return text
	case queue.PrintFailed:
		return t.label(e.Ref) + " 번호표 인쇄 실패: " + conditionText(e.Reason)
	case queue.ReprintAsked:
		return t.label(e.Ref) + " 번호표 재발행 요청"
	case queue.Called:
		return fmt.Sprintf("%s %s, %d번 창구", t.label(e.Ref), howText(e), e.Counter)
	case queue.Recalled:
		return fmt.Sprintf("%s 재호출, %d번 창구", t.label(e.Ref), e.Counter)
	case queue.Held:
		return fmt.Sprintf("%s 보류, %d번 창구", t.label(e.Ref), e.Counter)
	case queue.NoShow:
		return fmt.Sprintf("%s 부재, %d번 창구", t.label(e.Ref), e.Counter)
	case queue.Returned:
		return t.label(e.Ref) + " 대기 줄 복귀"
	case queue.Arrived:
		return t.label(e.Ref) + " 도착 확인"
	case queue.Skipped:
		return t.label(e.Ref) + " 도착 전 차례 지남"
	case queue.Delayed:
		return fmt.Sprintf("%s 순서 미룸, %d명 먼저", t.label(e.Ref), e.Passed)
	case queue.Transferred:
		text := fmt.Sprintf("%s 이관, %d번 창구에서 %s 업무로", t.label(e.Ref), e.From, t.service(e.Service))
		if e.Counter > 0 {
			text = fmt.Sprintf("%s 이관, %d번 창구에서 %d번 창구로 (%s)", t.label(e.Ref), e.From, e.Counter, t.service(e.Service))
		}
		return text
	case queue.Finished:
		return fmt.Sprintf("%s 완료, %d번 창구", t.label(e.Ref), e.Counter)
	case queue.Cancelled:
		return t.label(e.Ref) + " 고객 취소"
	case queue.Voided:
		if e.Reason != "" {
			return t.label(e.Ref) + " 무효: " + e.Reason
		}
		return t.label(e.Ref) + " 무효"
	case queue.CounterOpened:
		return fmt.Sprintf("%d번 창구 열림", e.Counter)
	case queue.CounterClosed:
		return fmt.Sprintf("%d번 창구 닫힘", e.Counter)
	case queue.CounterLeft:
		return fmt.Sprintf("%d번 창구 부재중", e.Counter)
	case queue.CounterResumed:
		return fmt.Sprintf("%d번 창구 업무 재개", e.Counter)
	case queue.ServicesChanged:
		return fmt.Sprintf("%d번 창구 업무 변경: %s", e.Counter, serviceNames(t.config, e.Services))
	case queue.IssuingClosed:
		if e.Schedule {
			return t.service(e.Service) + " 발권 마감 (예약 시각)"
		}
		return t.service(e.Service) + " 조기마감"
	case queue.IssuingReopened:
		return t.service(e.Service) + " 발권 시작"
	case queue.DeviceChanged:
		if len(e.Conditions) == 0 {
			return deviceName(e.Device) + " 정상"
		}
		return deviceName(e.Device) + " 이상: " + conditionTexts(e.Conditions)
	case queue.Observed:
		return t.observed(e)
	}
	return e.Kind()
}

func howText(e queue.Called) string {
	switch {
	case e.How == queue.ByPick:
		return "지정호출"
	case e.How == queue.ByHold:
		return "보류에서 호출"
	case e.Jump:
		return "우선배려 호출"
	}
	return "호출"
}

func conditionTexts(conditions []string) string {
	words := make([]string, len(conditions))
	for i, c := range conditions {
		words[i] = conditionText(c)
	}
	return strings.Join(words, ", ")
}

// conditionText is the short word for a device's condition.
func conditionText(c string) string {
	switch c {
	case "paper-end":
		return "용지 없음"
	case "paper-near-end":
		return "용지 부족"
	case "cover-open":
		return "덮개 열림"
	case "cutter-jam":
		return "커터 걸림"
	case "head-hot":
		return "과열"
	case "broken":
		return "고장"
	case "offline":
		return "오프라인"
	case "no-answer":
		return "응답 없음"
	case "unplugged":
		return "연결 끊김"
	case "stuck":
		return "눌린 채로 있음"
	case "not-found":
		return "찾을 수 없음"
	case "disk_full":
		return "저장 공간 없음"
	case "read_only":
		return "쓰기 금지"
	case "failed":
		return "고장"
	case "restart":
		return "재시작"
	case "silent":
		return "인쇄 확인 불가"
	case "abandoned":
		return "대기 시간 초과"
	case "no_printer":
		return "프린터 없음"
	}
	return c
}

// byText names who gave the command.
func byText(by string) string {
	who, what, _ := strings.Cut(by, ":")
	switch who {
	case "button":
		return "버튼"
	case "counter":
		if _, err := strconv.Atoi(what); err == nil {
			return what + "번 창구"
		}
	case "callunit":
		return "호출기"
	case "manager":
		return "담당자"
	case "online":
		return "온라인"
	case "schedule":
		return "자동"
	case "printer":
		return "프린터"
	case "devices": // the fact names the one it is about
		return ""
	case "observed":
		return "기존 순번발행기"
	case "file":
		return "설정 파일"
	case "restart":
		return "재시작"
	case "kiosk":
		return "키오스크"
	}
	return by
}
