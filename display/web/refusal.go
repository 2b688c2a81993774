package web

import (
	"net/http"
	"strings"
)

// code names a refusal, on the wire and in tests.
type code string

const (
	notFound      code = "not_found"
	badMethod     code = "method_not_allowed"
	unknownOffice code = "office_unknown"
	unknownTicket code = "ticket_unknown"
	badToken      code = "ticket_address"
	badForm       code = "form_invalid"
	formTooLarge  code = "form_too_large"
	crossOrigin   code = "cross_origin"
	noService     code = "service_unknown"
	notOffered    code = "online_not_offered"
	officeSilent  code = "office_silent"
	noAnswer      code = "no_answer"
	ticketEnded   code = "ticket_ended"
	officeRefused code = "office_refused"
	tooMany       code = "too_many_readers"
	stillAsking   code = "still_asking"
	badCode       code = "code_invalid"
	noLedger      code = "ledger_silent"
	tooManyAlerts code = "too_many_alerts"
	badPhone      code = "phone_invalid"
	gatewaySilent code = "gateway_silent"
	tooFast       code = "too_many_requests"
)

// refusal is an answer other than what was asked for.
type refusal struct {
	status int
	Code   code   `json:"code"`
	Ko     string `json:"ko"`
	En     string `json:"en"`
}

// because gives the refusal of a code.
func because(c code) refusal {
	switch c {
	case badMethod:
		return refusal{http.StatusMethodNotAllowed, c, "이 주소에서는 사용할 수 없는 요청 방식입니다.", "This address does not take that method."}
	case unknownOffice:
		return refusal{http.StatusNotFound, c, "그런 민원실이 없습니다. 전체 목록에서 골라 주십시오.", "There is no such office. Please choose one from the list."}
	case badToken:
		return refusal{http.StatusNotFound, c,
			"번호표의 주소가 아닙니다. 번호표의 QR 코드를 다시 찍거나 주소를 끝까지 입력하여 주십시오.",
			"This is not the address of a ticket. Please scan the ticket's QR code again, or type the whole address."}
	case unknownTicket:
		return refusal{http.StatusNotFound, c,
			"오늘의 번호표가 아니거나, 아직 소식이 도착하지 않은 번호표입니다. 방금 받으셨다면 이 화면을 잠시 그대로 두십시오. 자동으로 다시 확인합니다. 번호는 민원실 순번 표시판에서 보실 수 있습니다.",
			"This is not a ticket of today, or its news has not arrived yet. If you have just taken it, please leave this page open: it looks again by itself. The board at the office shows your number too."}
	case badForm:
		return refusal{http.StatusBadRequest, c, "보내신 내용을 읽을 수 없습니다. 민원실 화면에서 다시 눌러 주십시오.", "The form could not be read. Please go back to the office's page and press the button again."}
	case formTooLarge:
		return refusal{http.StatusRequestEntityTooLarge, c, "보내신 내용이 너무 큽니다.", "The form is too large."}
	case crossOrigin:
		return refusal{http.StatusForbidden, c, "다른 사이트에서 보낸 요청은 받지 않습니다. 이 사이트에서 다시 눌러 주십시오.", "Requests from other sites are not accepted. Please press the button on this site."}
	case noService:
		return refusal{http.StatusNotFound, c, "이 민원실에는 그런 업무가 없습니다.", "The office has no such service."}
	case notOffered:
		return refusal{http.StatusConflict, c, "지금은 온라인으로 발급하지 않습니다.", "Online tickets are not offered now."}
	case officeSilent:
		return refusal{http.StatusServiceUnavailable, c, "민원실과 연결이 끊겨 있습니다. 잠시 뒤에 다시 시도하시거나 민원실의 발권기를 이용하여 주십시오.", "The office cannot be reached. Please try again later, or use the machine at the office."}
	case noAnswer:
		return refusal{http.StatusGatewayTimeout, c, "민원실이 제때 답하지 않아 번호표를 드리지 못하였습니다. 다시 눌러 주십시오. 번호는 하나만 발급되며, 누르지 않으시면 남지 않습니다.", "The office did not answer in time, and you have no ticket. Please press again: you will get one number only, and none is kept if you do not."}
	case ticketEnded:
		return refusal{http.StatusConflict, c, "이미 끝난 번호표입니다.", "This ticket has already ended."}
	case stillAsking:
		return refusal{http.StatusConflict, c, "이 기기에서 조금 전에 요청하신 다른 번호표의 답을 기다리고 있습니다. 1분 뒤에 다시 눌러 주십시오.", "Another ticket that this device has asked for is still without an answer. Please press again in a minute."}
	case badCode:
		return refusal{http.StatusBadRequest, c, "도착 확인 코드가 아닙니다. 순번 표시판이나 안내문에 적힌 코드를 그대로 입력하여 주십시오.", "This is not a check-in code. Please type the code as the board or the sign in the hall shows it."}
	case noLedger:
		return refusal{http.StatusServiceUnavailable, c, "지금은 온라인 번호표를 드릴 수 없습니다. 번호는 발급되지 않았습니다. 잠시 뒤에 다시 시도하시거나 민원실의 발권기를 이용하여 주십시오.", "Online tickets cannot be given at this moment, and no number was. Please try again later, or use the machine at the office."}
	case tooManyAlerts:
		return refusal{http.StatusConflict, c, "한 번호표의 알림은 기기 세 대까지 받을 수 있습니다.", "Up to three devices can get alerts for one ticket."}
	case badPhone:
		return refusal{http.StatusBadRequest, c, "휴대전화 번호를 010-0000-0000처럼 입력하여 주십시오.", "Please type a Korean mobile number like 010-0000-0000."}
	case gatewaySilent:
		return refusal{http.StatusBadGateway, c, "문자를 보내는 곳이 답하지 않아 신청하지 못하였습니다. 번호는 저장되지 않았습니다. 잠시 뒤에 다시 시도하여 주십시오.", "The sender of text messages does not answer, and your number was not kept. Please try again later."}
	case tooFast:
		return refusal{http.StatusTooManyRequests, c, "같은 곳에서 보낸 요청이 너무 많습니다. 잠시 뒤에 다시 시도하여 주십시오. 받아 두신 번호표는 그대로 유효합니다.", "Too many requests from the same place. Please try again in a moment. A ticket that you have stays valid."}
	case tooMany:
		return refusal{http.StatusServiceUnavailable, c, "접속이 많아 실시간 갱신을 할 수 없습니다. 화면을 새로 고쳐 주십시오.", "Too many live readers now. Please reload the page instead."}
	}
	return refusal{http.StatusNotFound, c, "찾으시는 화면이 없습니다.", "There is no such page."}
}

// refuse answers with a refusal: as JSON below /api/ and to streams and probes,
// as a page elsewhere. again, if given, is a form that may be sent once more.
func (s *Site) refuse(w http.ResponseWriter, r *http.Request, why refusal, again ...again) {
	if p := r.URL.Path; strings.HasPrefix(p, "/api/") || strings.HasSuffix(p, "/events") || p == "/healthz" || p == "/readyz" {
		tell(w, why.status, why)
		return
	}
	p := s.page(r, Words{"안내", "Notice"})
	p.Why = &why
	if why.Code == unknownTicket && r.Method == http.MethodGet {
		p.Retry = 15
	}
	if len(again) > 0 {
		p.Again = &again[0]
	}
	s.render(w, "refusal.html", why.status, p)
}

// again is a form that may be sent once more with the same request id, and the
// page of the ticket that it is about.
type again struct{ Action, Service, ID, Pass, Code, Ticket string }
