package console

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"sunbeon/appliance"
	"sunbeon/appliance/queue"
)

// counterCommand turns a button of counter n's page into its command.
func counterCommand(action string, n int, f form, v *appliance.View) (queue.Command, *problem) {
	fields := []string{"id", "seen"}
	var c queue.Command
	var p *problem
	switch action {
	case "next":
		c = queue.CallNext{Counter: n}
	case "recall":
		c = queue.Recall{Counter: n}
	case "hold":
		c = queue.Hold{Counter: n}
	case "no_show":
		c = queue.MarkNoShow{Counter: n}
	case "finish":
		c = queue.Finish{Counter: n}
	case "pause":
		c = queue.Pause{Counter: n}
	case "resume":
		c = queue.Resume{Counter: n}
	case "open":
		c = queue.OpenCounter{Counter: n}
	case "close":
		c = queue.CloseCounter{Counter: n}
	case "pick":
		fields = append(fields, "ticket", "number")
		var ref queue.Ref
		if _, typed := f["number"]; typed {
			ref, p = f.label(v.Config)
		} else {
			ref, p = f.ticket()
		}
		c = queue.Pick{Counter: n, Ref: ref}
	case "return", "arrive":
		fields = append(fields, "ticket")
		var ref queue.Ref
		ref, p = f.ticket()
		c = queue.Return{Ref: ref}
		if action == "arrive" {
			c = queue.Arrive{Ref: ref}
		}
	case "transfer":
		fields = append(fields, "to")
		c, p = transfer(n, f.one("to"))
	default:
		return nil, notFound()
	}
	if p == nil {
		p = f.only(fields...)
	}
	return c, p
}

// transfer reads where a ticket goes: "service:passport" or "counter:4".
func transfer(n int, to string) (queue.Command, *problem) {
	if to == "" { // nothing was chosen
		return nil, refused(&queue.Refusal{Code: queue.NowhereToGo})
	}
	kind, what, _ := strings.Cut(to, ":")
	switch kind {
	case "service":
		return queue.Transfer{Counter: n, Service: what}, nil
	case "counter":
		if k, ok := number(what); ok {
			return queue.Transfer{Counter: n, ToCounter: k}, nil
		}
	}
	return nil, badForm("to")
}

// reasonMost is how long the reason of a void may be, in characters. It must
// not name a person.
const reasonMost = 60

// managerCommand turns a button of the manager's page into its command.
func managerCommand(action string, f form, v *appliance.View) (queue.Command, *problem) {
	fields := []string{"id"}
	var c queue.Command
	var p *problem
	var ref queue.Ref
	switch action {
	case "open_day":
		c = queue.OpenDay{}
	case "close_day":
		c = queue.CloseDay{}
	case "close_issuing":
		fields = append(fields, "service")
		c = queue.CloseIssuing{Service: f.one("service")}
	case "reopen_issuing":
		fields = append(fields, "service")
		c = queue.ReopenIssuing{Service: f.one("service")}
	case "issue":
		fields = append(fields, "service", "class")
		c = queue.Issue{Service: f.one("service"), Class: queue.Class(cmp.Or(f.one("class"), string(queue.Ordinary))), Origin: queue.Clerk}
	case "reprint":
		fields = append(fields, "number")
		ref, p = f.label(v.Config)
		c = queue.Reprint{Ref: ref}
	case "arrive":
		fields = append(fields, "number")
		ref, p = f.label(v.Config)
		c = queue.Arrive{Ref: ref}
	case "void":
		fields = append(fields, "number", "reason")
		ref, p = f.label(v.Config)
		if utf8.RuneCountInString(f.one("reason")) > reasonMost {
			p = badForm("reason")
		}
		c = queue.Remove{Ref: ref, Reason: strings.TrimSpace(f.one("reason"))}
	case "open_counter", "close_counter", "pause", "resume", "services":
		fields = append(fields, "counter")
		n, ok := number(f.one("counter"))
		if !ok {
			return nil, badForm("counter")
		}
		switch action {
		case "open_counter":
			c = queue.OpenCounter{Counter: n}
		case "close_counter":
			c = queue.CloseCounter{Counter: n}
		case "pause":
			c = queue.Pause{Counter: n}
		case "resume":
			c = queue.Resume{Counter: n}
		case "services":
			fields = append(fields, "order.")
			var ids []string
			ids, p = f.services(v)
			c = queue.SetServices{Counter: n, Services: ids}
		}
	default:
		return nil, notFound()
	}
	if p == nil {
		p = f.only(fields...)
	}
	return c, p
}

// services reads the order of a counter's services: a field order.<id> for
// each, its value the rank from 1, or "" for not served. Equal ranks keep the
// order of the configuration.
func (f form) services(v *appliance.View) ([]string, *problem) {
	type ranked struct {
		id   string
		rank int
	}
	var out []ranked
	for _, s := range v.Config.Services {
		text := f.one("order." + s.ID)
		if text == "" {
			continue
		}
		n, ok := number(text)
		if !ok || n > 99 {
			return nil, badForm("order." + s.ID)
		}
		out = append(out, ranked{s.ID, n})
	}
	for name := range f {
		id, ok := strings.CutPrefix(name, "order.")
		if _, known := v.Config.Service(id); ok && !known {
			return nil, refused(&queue.Refusal{Code: queue.UnknownService, Detail: id})
		}
	}
	slices.SortStableFunc(out, func(a, b ranked) int { return cmp.Compare(a.rank, b.rank) })
	ids := make([]string, len(out))
	for i, r := range out {
		ids[i] = r.id
	}
	if len(ids) == 0 {
		return nil, trouble(http.StatusBadRequest, "no_services", "업무를 하나 이상 선택해 주십시오.", "Please choose at least one service.")
	}
	return ids, nil
}

// doneText tells what a command did.
func doneText(res appliance.Result, c queue.Command) said {
	if n := res.Notice; n != nil {
		return said{OK: true, Code: string(n.Code), Ko: n.Korean(), En: n.English()}
	}
	label := res.Label
	switch c := c.(type) {
	case queue.CallNext, queue.Pick:
		return said{OK: true, Ko: label + "번을 호출했습니다.", En: label + " is called."}
	case queue.Recall:
		return said{OK: true, Ko: label + "번을 다시 호출했습니다.", En: label + " is called again."}
	case queue.Hold:
		return said{OK: true, Ko: label + "번을 보류했습니다.", En: label + " is on hold."}
	case queue.MarkNoShow:
		return said{OK: true, Ko: label + "번을 부재로 처리했습니다.", En: label + " is marked as a no-show."}
	case queue.Return:
		return said{OK: true, Ko: label + "번을 다시 대기 줄에 넣었습니다.", En: label + " is back in the line."}
	case queue.Arrive:
		return said{OK: true, Ko: label + "번의 도착을 확인했습니다.", En: label + " has arrived."}
	case queue.Transfer:
		return said{OK: true, Ko: label + "번을 이관했습니다.", En: label + " is transferred."}
	case queue.Finish:
		return said{OK: true, Ko: label + "번을 완료했습니다.", En: label + " is finished."}
	case queue.Issue:
		return said{OK: true, Ko: label + "번을 발급했습니다.", En: label + " is issued."}
	case queue.Reprint:
		return said{OK: true, Ko: label + "번을 다시 인쇄합니다.", En: label + " is being printed again."}
	case queue.Remove:
		return said{OK: true, Ko: label + "번을 무효로 처리했습니다.", En: label + " is void."}
	case queue.OpenDay:
		return said{OK: true, Ko: "업무를 시작했습니다.", En: "The day is open."}
	case queue.CloseDay:
		return said{OK: true, Ko: "업무를 종료했습니다.", En: "The day is closed."}
	case queue.CloseIssuing:
		return said{OK: true, Ko: "발권을 마감했습니다.", En: "No more tickets are given."}
	case queue.ReopenIssuing:
		return said{OK: true, Ko: "발권을 다시 시작했습니다.", En: "Tickets are given again."}
	case queue.OpenCounter:
		return atDesk(c.Counter, "창구를 열었습니다.", "is open.")
	case queue.CloseCounter:
		return atDesk(c.Counter, "창구를 닫았습니다.", "is closed.")
	case queue.Pause:
		return atDesk(c.Counter, "창구를 부재중으로 표시했습니다.", "is paused.")
	case queue.Resume:
		return atDesk(c.Counter, "창구의 업무를 다시 시작했습니다.", "is back.")
	case queue.SetServices:
		return atDesk(c.Counter, "창구의 업무를 바꾸었습니다.", "has its new services.")
	}
	return said{OK: true, Ko: "처리했습니다.", En: "Done."}
}

func atDesk(n int, ko, en string) said {
	k := strconv.Itoa(n)
	return said{OK: true, Ko: k + "번 " + ko, En: "Counter " + k + " " + en}
}
