package console

import (
	"errors"
	"net/http"

	"sunbeon/appliance"
	"sunbeon/appliance/queue"
)

// said is what a page tells in its status line.
type said struct {
	OK   bool   `json:"ok"`
	Code string `json:"code,omitempty"` // of a refusal; pages branch on it
	Ko   string `json:"ko"`
	En   string `json:"en"`
}

// problem is an answer that is no page: what is wrong, with the way out.
type problem struct {
	status int
	after  int // seconds to wait before the next try, 0 for none
	said
}

func trouble(status int, code, ko, en string) *problem {
	return &problem{status: status, said: said{Code: code, Ko: ko, En: en}}
}

func notFound() *problem {
	return trouble(http.StatusNotFound, "not_found", "없는 주소입니다. 처음 화면으로 돌아가 주십시오.",
		"There is no such page. Please go back to the start.")
}

func badMethod() *problem {
	return trouble(http.StatusMethodNotAllowed, "bad_method", "이 주소는 그렇게 사용할 수 없습니다. 처음 화면으로 돌아가 주십시오.",
		"This address cannot be used in that way. Please go back to the start.")
}

func crossOrigin() *problem {
	return trouble(http.StatusForbidden, "cross_origin", "다른 사이트에서 보낸 요청은 받지 않습니다. 이 화면의 단추를 눌러 주십시오.",
		"Requests from other sites are not taken. Please use the buttons of this page.")
}

func tooLarge() *problem {
	return trouble(http.StatusRequestEntityTooLarge, "too_large", "보낸 내용이 너무 큽니다. 화면을 새로 열어 주십시오.",
		"What was sent is too large. Please open the page anew.")
}

func badForm(field string) *problem {
	return trouble(http.StatusBadRequest, "bad_form", "입력이 올바르지 않습니다. 확인하고 다시 시도해 주십시오. ("+field+")",
		"The input is not right. Please check it and try again. ("+field+")")
}

func signedOut() *problem {
	return trouble(http.StatusUnauthorized, "signed_out", "로그인이 필요합니다. 다시 로그인해 주십시오.",
		"You are not signed in. Please sign in again.")
}

func notYours() *problem {
	return trouble(http.StatusForbidden, "not_yours", "이 로그인으로는 사용할 수 없는 화면입니다. 해당 창구나 담당자의 비밀번호로 로그인해 주십시오.",
		"This sign-in may not use this page. Please sign in for that counter or as the manager.")
}

func noCounter() *problem {
	return trouble(http.StatusNotFound, string(queue.UnknownCounter), "없는 창구입니다. 창구 번호를 확인해 주십시오.",
		"There is no such counter. Please check its number.")
}

func starting() *problem {
	return trouble(http.StatusServiceUnavailable, "starting", "시작하고 있습니다. 잠시 후 다시 열어 주십시오.",
		"The kiosk is starting. Please try again in a moment.")
}

func noJournal() *problem {
	return trouble(http.StatusServiceUnavailable, "no_record", "기록을 읽을 수 없습니다. 잠시 후 다시 시도해 주십시오.",
		"The record cannot be read. Please try again in a moment.")
}

func failed() *problem {
	return trouble(http.StatusInternalServerError, "failed", "화면을 만들지 못했습니다. 다시 열어 주십시오.",
		"The page could not be made. Please open it again.")
}

// stale says that the command was meant for what no longer stands there.
func stale() *problem {
	return trouble(http.StatusConflict, "screen_changed", "그사이 창구의 번호가 바뀌어 처리하지 않았습니다. 지금 번호를 확인하고 다시 눌러 주십시오.",
		"The number at the counter has changed meanwhile; nothing was done. Please check it and press again.")
}

// refused words an error of the loop.
func refused(err error) *problem {
	var r *queue.Refusal
	switch {
	case errors.As(err, &r):
		return trouble(http.StatusConflict, string(r.Code), r.Korean(), r.English())
	case errors.Is(err, appliance.ErrRecord):
		return trouble(http.StatusServiceUnavailable, "no_record",
			"저장 장치에 기록할 수 없어 처리하지 않았습니다. 담당자에게 알려 주십시오.",
			"The record cannot be written; nothing was done. Please tell the manager.")
	}
	return trouble(http.StatusServiceUnavailable, "unavailable", "지금은 처리할 수 없습니다. 잠시 후 다시 눌러 주십시오.",
		"This cannot be done at the moment. Please press again shortly.")
}
