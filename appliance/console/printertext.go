package console

import "fmt"

// text is the event in plain Korean. Out is how many tickets wait for the
// printer now.
func (e *printerEvent) text(t teller, out int) string {
	switch e.what {
	case stopped:
		text := "인쇄가 멈추었습니다: " + conditionTexts(e.conditions) + "."
		if e.times > 1 {
			text = fmt.Sprintf("인쇄가 잇달아 %d번 멈추었습니다: %s.", e.times, conditionTexts(e.conditions))
		}
		switch {
		case e.over:
			return text
		case out == 0:
			return text + " 기다리는 번호표는 없습니다."
		}
		return text + " 번호표 " + count(out) + "이 기다리며, 번호는 표시판에 안내하고 있습니다."
	case resumed:
		text := "다시 인쇄합니다."
		if d, known := e.at.Since(e.stop.at); known {
			text = "다시 인쇄합니다. " + longFor(d) + " 동안 멈추었습니다."
		}
		if e.waited == 0 {
			return text
		}
		return text + " 기다린 번호표는 " + count(e.waited) + "입니다."
	case warning:
		switch e.conditions[0] {
		case "paper-near-end":
			return "용지가 얼마 남지 않았습니다. 번호표는 계속 나옵니다."
		case "silent":
			return "프린터가 인쇄 여부를 알려 주지 않습니다. 번호표는 계속 보냅니다."
		}
		return conditionTexts(e.conditions) + "."
	case relieved:
		return conditionTexts(e.conditions) + " 상태가 끝났습니다."
	case copied:
		text := t.numbers(e.tickets)
		if e.asked {
			text += "을 직원의 요청으로"
		} else {
			text += "을"
		}
		if !e.sure {
			return text + " 재발행으로 표시하여 다시 보냈으나, 인쇄를 확인하지 못하였습니다."
		}
		return text + " 재발행으로 표시하여 다시 인쇄하였습니다."
	case abandoned:
		why := "기다리는 시간이 지나"
		switch e.conditions[0] {
		case "restart":
			why = "다시 켜졌을 때 이미 늦어"
		case "no_printer":
			why = "프린터가 없어"
		case "abandoned":
		default:
			why = "기다리는 시간이 지나 (" + conditionText(e.conditions[0]) + ")"
		}
		return t.numbers(e.tickets) + "은 " + why + " 인쇄하지 않았습니다. 번호는 그대로이며, 호출 전이면 표시판에 안내합니다."
	case unconfirmed:
		return t.numbers(e.tickets) + "은 프린터로 보냈으나, 인쇄를 확인하지 못하였습니다."
	}
	return ""
}

// count words a number of tickets.
func count(n int) string { return fmt.Sprintf("%d장", n) }
