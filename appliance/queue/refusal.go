package queue

import "fmt"

// Code is the reason of a refusal. It goes over the wire; pages translate it.
type Code string

const (
	DayNotOpen      Code = "day_not_open"
	DayIsOpen       Code = "day_is_open"
	UnknownService  Code = "unknown_service"
	UnknownCounter  Code = "unknown_counter"
	UnknownTicket   Code = "unknown_ticket"
	IssuingIsClosed Code = "issuing_closed"
	IssuingIsOpen   Code = "issuing_open"
	BandExhausted   Code = "band_exhausted"
	QuotaReached    Code = "quota_reached"
	OnlineQuotaDone Code = "online_quota_reached"
	NoPriority      Code = "no_priority"
	NoOnline        Code = "no_online"
	NobodyWaiting   Code = "nobody_waiting"
	NobodyArrived   Code = "nobody_arrived"
	CounterNotOpen  Code = "counter_not_open"
	CounterIsOpen   Code = "counter_is_open"
	CounterPaused   Code = "counter_paused"
	CounterIdle     Code = "counter_idle"
	TicketElsewhere Code = "ticket_elsewhere"
	TicketNotMissed Code = "ticket_not_missed"
	TicketEnded     Code = "ticket_ended"
	TooLate         Code = "too_late"
	MissedCall      Code = "missed_call"
	NotWaiting      Code = "not_waiting"
	NoDelay         Code = "no_delay"
	DelayUsed       Code = "delay_used"
	NobodyBehind    Code = "nobody_behind"
	NowhereToGo     Code = "nowhere_to_go"
	RequestReused   Code = "request_reused"
	ConfigInUse     Code = "config_in_use"
	BadConfig       Code = "bad_config"
	BadInput        Code = "bad_input"
	ObservedOffice  Code = "observed"
)

// Refusal says why a command did nothing. It is an error; a caller that must
// branch uses errors.As and Code.
type Refusal struct {
	Code   Code   `json:"code"`
	Detail string `json:"detail,omitempty"` // the id, number or reason it is about
}

func refuse(c Code, detail ...any) *Refusal { return &Refusal{c, fmt.Sprint(detail...)} }

func (r *Refusal) Error() string {
	if r.Detail == "" {
		return "queue: " + string(r.Code)
	}
	return fmt.Sprintf("queue: %s (%s)", r.Code, r.Detail)
}

// Korean is the sentence a page shows, with the way out.
func (r *Refusal) Korean() string { return r.sentence(0) }

// English is the same sentence in English.
func (r *Refusal) English() string { return r.sentence(1) }

func (r *Refusal) sentence(lang int) string {
	s, ok := sentence(r.Code)
	if !ok {
		return r.Error()
	}
	if r.Detail == "" {
		return s[lang]
	}
	return fmt.Sprintf("%s (%s)", s[lang], r.Detail)
}

func sentence(c Code) ([2]string, bool) {
	switch c {
	case DayNotOpen:
		return [2]string{"아직 업무를 시작하지 않았습니다. 담당자가 업무 시작을 눌러 주십시오.", "The business day has not begun. Staff must press Open day."}, true
	case DayIsOpen:
		return [2]string{"업무가 이미 시작되어 있습니다.", "The business day is open already."}, true
	case UnknownService:
		return [2]string{"없는 업무입니다. 업무를 다시 선택해 주십시오.", "There is no such service. Please choose again."}, true
	case UnknownCounter:
		return [2]string{"없는 창구입니다. 창구 번호를 확인해 주십시오.", "There is no such counter. Please check its number."}, true
	case UnknownTicket:
		return [2]string{"오늘 발급하지 않은 번호입니다. 번호를 확인해 주십시오.", "This number was not issued today. Please check it."}, true
	case IssuingIsClosed:
		return [2]string{"발권이 마감되었습니다. 직원에게 문의해 주십시오.", "No more tickets are given now. Please ask staff."}, true
	case IssuingIsOpen:
		return [2]string{"이미 발권 중입니다.", "Tickets are being given already."}, true
	case BandExhausted:
		return [2]string{"오늘 번호를 모두 발급했습니다. 직원에게 문의해 주십시오.", "All numbers of today are given. Please ask staff."}, true
	case QuotaReached:
		return [2]string{"오늘 접수 인원이 마감되었습니다.", "Today's quota is reached."}, true
	case OnlineQuotaDone:
		return [2]string{"온라인 발권이 마감되었습니다. 민원실에서 번호표를 뽑아 주십시오.", "Online tickets are used up. Please take one at the office."}, true
	case NoPriority:
		return [2]string{"이 업무에는 우선배려 번호표가 없습니다.", "This service has no priority tickets."}, true
	case NoOnline:
		return [2]string{"이 업무는 온라인으로 발권하지 않습니다. 민원실에서 번호표를 뽑아 주십시오.", "This service has no online tickets. Please take one at the office."}, true
	case NobodyWaiting:
		return [2]string{"대기 중인 고객이 없습니다.", "Nobody is waiting."}, true
	case NobodyArrived:
		return [2]string{"도착한 고객이 없습니다. 아직 도착하지 않은 온라인 번호표만 남아 있습니다.", "Nobody has arrived. Only online tickets whose holders are on their way are waiting."}, true
	case CounterNotOpen:
		return [2]string{"창구가 열려 있지 않습니다. 먼저 창구를 열어 주십시오.", "The counter is not open. Please open it first."}, true
	case CounterIsOpen:
		return [2]string{"창구가 이미 열려 있습니다.", "The counter is open already."}, true
	case CounterPaused:
		return [2]string{"창구가 이미 부재중입니다.", "The counter is paused already."}, true
	case CounterIdle:
		return [2]string{"호출한 번호가 없습니다. 먼저 호출해 주십시오.", "No number is called here. Please call one first."}, true
	case TicketElsewhere:
		return [2]string{"다른 창구에서 응대 중인 번호입니다.", "Another counter is serving this number."}, true
	case TicketNotMissed:
		return [2]string{"부재 처리된 번호가 아닙니다.", "This number is not marked as a no-show."}, true
	case TicketEnded:
		return [2]string{"이미 끝난 번호입니다.", "This number is done already."}, true
	case TooLate:
		return [2]string{"돌아올 수 있는 시간이 지났습니다. 번호표를 새로 뽑아 주십시오.", "The time to come back has passed. Please take a new ticket."}, true
	case MissedCall:
		return [2]string{"호출을 놓친 번호입니다. 가까운 창구의 직원에게 말씀해 주십시오.", "This number has missed its call. Please speak to staff at a counter."}, true
	case NotWaiting:
		return [2]string{"지금은 대기 중인 번호가 아닙니다. 순번 표시판을 확인해 주십시오.", "This number is not waiting now. Please look at the board."}, true
	case NoDelay:
		return [2]string{"이 민원실에서는 순서를 미룰 수 없습니다.", "This office does not let tickets go later."}, true
	case DelayUsed:
		return [2]string{"먼저 보낼 수 있는 인원을 모두 보내셨습니다. 차례가 되면 창구로 오십시오.", "This ticket has let as many others pass as it may. Please come when it is called."}, true
	case NobodyBehind:
		return [2]string{"뒤에 순서를 바꿀 수 있는 분이 없습니다. 잠시 후 다시 시도해 주십시오.", "Nobody waits behind with whom to change places. Please try again shortly."}, true
	case NowhereToGo:
		return [2]string{"이관할 곳을 확인해 주십시오.", "Please check where the ticket should go."}, true
	case RequestReused:
		return [2]string{"같은 요청 번호가 다른 일에 쓰였습니다. 다시 시도해 주십시오.", "The request id was used for something else. Please try again."}, true
	case ConfigInUse:
		return [2]string{"오늘 사용 중인 설정이라 다음 업무일부터 적용됩니다.", "This setting is in use today and takes effect on the next business day."}, true
	case BadConfig:
		return [2]string{"설정이 올바르지 않습니다.", "The configuration is not right."}, true
	case ObservedOffice:
		return [2]string{"이 민원실의 번호는 기존 순번발행기에서 발급하고 호출합니다. 기존 순번발행기를 사용해 주십시오.", "The existing ticket machine gives and calls the numbers here. Please use that machine."}, true
	case BadInput:
		return [2]string{"입력이 올바르지 않습니다.", "The input is not right."}, true
	}
	return [2]string{}, false
}
