package console

import (
	"bytes"
	"crypto/rand"
	"net/http"
	"slices"
	"strings"

	"sunbeon/appliance"
	"sunbeon/appliance/feed"
	"sunbeon/appliance/queue"
)

// factsShown is how many of the last facts the manager's page tells.
const factsShown = 30

// managerPart is the manager's page.
type managerPart struct {
	Nonce    string
	Date     string
	Day      int64
	DayOpen  bool
	Clock    bool
	AllShut  bool // no service gives tickets
	Waiting  int  // as far as it is known
	Observed bool // numbers come from the office's old machine
	Heard    []heardRow
	Services []serviceRow
	Counters []counterRow
	Away     []row // online tickets whose holders have not arrived
	AwayAll  int
	Unpaper  []paperRow
	Faults   []faultRow
	Pending  string
	Broken   bool
	Printer  bool       // has a fault
	Printed  []sentence // what happened at the printer today
	Facts    []sentence
	Record   bool // there is one to be read
	Unread   bool // and it cannot be read
}

type serviceRow struct {
	feed.Service
	Shut  bool // gives no tickets
	State string
}

type counterRow struct {
	Number  int
	Name    string
	State   string
	Open    bool
	Paused  bool
	Label   string
	Serves  string
	Shift   bool // by schedule
	Orders  []order
	Waiting int
}

// order is a service in a counter's list: its rank, 0 when not served.
type order struct {
	ID, Name string
	Rank     int
	Ranks    []int // that may be chosen
}

type paperRow struct {
	row
	State   string
	Offered bool // the hall's board gives the number
}

type faultRow struct {
	Device, Ko, En, Todo string
}

func (c *Console) manager(w http.ResponseWriter, r *http.Request) {
	_, p := c.asManager(r, true)
	if p != nil && p.status == http.StatusUnauthorized {
		http.Redirect(w, r, "/?place=manager", http.StatusSeeOther)
		return
	}
	if p != nil {
		c.refuse(w, r, p)
		return
	}
	v := c.opt.Views.Newest()
	if v == nil {
		c.refuse(w, r, starting())
		return
	}
	f := c.frame(r, "담당자", "manager")
	f.Events = "/manager/events"
	f.Part = c.office(v)
	c.show(w, http.StatusOK, f)
}

func (c *Console) managerEvents(w http.ResponseWriter, r *http.Request) {
	s, p := c.asManager(r, false)
	if p != nil {
		c.refuse(w, r, p)
		return
	}
	c.stream(w, r, s, func(v *appliance.View) (update, error) {
		var b bytes.Buffer
		err := c.pages.html.ExecuteTemplate(&b, "office", c.office(v))
		return update{Seq: v.Public.Seq, Title: "담당자", HTML: b.String()}, err
	})
}

// office gathers what the manager sees.
func (c *Console) office(v *appliance.View) managerPart {
	part := managerPart{Nonce: rand.Text(), Date: v.Public.Date, Day: v.Public.Day, DayOpen: v.Public.DayOpen,
		Clock: v.Public.Clock, Pending: v.Pending, Broken: v.Broken != "", Record: c.opt.Journal != nil, AllShut: true}
	for _, s := range v.Public.Services {
		shut := s.Issuing == feed.IssuingClosed || s.Issuing == feed.IssuingEarly
		part.Services = append(part.Services, serviceRow{s, shut, issuingText(s.Issuing)})
		part.AllShut = part.AllShut && shut
		if s.Waiting != nil {
			part.Waiting += *s.Waiting
		}
	}
	for _, k := range v.Counters {
		part.Counters = append(part.Counters, counterRow{Number: k.Number, Name: k.Name, State: stateText(k.Open, k.Paused),
			Open: k.Open, Paused: k.Paused, Label: k.Label, Serves: serviceNames(v.Config, k.Services), Shift: k.Shift > 0,
			Orders: orders(v.Config, k.Services), Waiting: k.Next})
	}
	now := c.now(v)
	part.Observed, part.Heard = v.Public.Observed, heardRows(v, now)
	for _, t := range v.Tickets {
		if !t.Away || t.Status != queue.Waiting {
			continue
		}
		if part.AwayAll++; len(part.Away) < rowsMost {
			part.Away = append(part.Away, rowOf(v, t, now))
		}
	}
	for _, t := range v.Unpaper {
		state := "인쇄 중"
		if t.Paper == queue.Failed {
			state = "인쇄 실패"
		}
		offered := slices.ContainsFunc(v.Offers, func(o feed.Offer) bool { return o.Ticket == t.Label })
		part.Unpaper = append(part.Unpaper, paperRow{rowOf(v, t, now), state, offered})
	}
	for _, f := range v.Faults {
		part.Printer = part.Printer || f.Device == "printer"
		row := faultRow{deviceName(f.Device), f.Ko, f.En, todo(f.Device, f.Condition)}
		if selfSaid(f.Device) { // its sentence names it and says what to do
			row.Device, row.Todo = "", ""
		}
		part.Faults = append(part.Faults, row)
	}
	part.Facts, part.Unread = c.lately(v)
	var err error
	if part.Printed, err = c.printing(v); err != nil {
		c.opt.Log.Warn("what happened at the printer cannot be read", "err", err)
		part.Unread = true
	}
	return part
}

// lately words the last facts, the newest first.
func (c *Console) lately(v *appliance.View) (out []sentence, unread bool) {
	if c.opt.Journal == nil {
		return nil, false
	}
	facts, err := c.opt.Journal.Recent(factsShown)
	if err != nil {
		c.opt.Log.Warn("the last facts cannot be read", "err", err)
		return nil, true
	}
	for _, f := range slices.Backward(facts) {
		out = append(out, tell(f, v.Config))
	}
	return out, false
}

// orders lists the services of the office, those of the counter first.
func orders(c *queue.Config, ids []string) []order {
	ranks := make([]int, len(c.Services))
	for i := range ranks {
		ranks[i] = i + 1
	}
	var out []order
	for i, id := range ids {
		s, _ := c.Service(id)
		out = append(out, order{id, s.Name, i + 1, ranks})
	}
	for _, s := range c.Services {
		if !slices.Contains(ids, s.ID) {
			out = append(out, order{s.ID, s.Name, 0, ranks})
		}
	}
	return out
}

func issuingText(i feed.Issuing) string {
	switch i {
	case feed.IssuingOpen:
		return "발권 중"
	case feed.IssuingEarly:
		return "조기마감"
	case feed.IssuingFull:
		return "정원 마감"
	case feed.IssuingClosed:
		return "발권 시간 아님"
	}
	return string(i)
}

func stateText(open, paused bool) string {
	switch {
	case !open:
		return "닫힘"
	case paused:
		return "부재중"
	}
	return "열림"
}

func deviceName(device string) string {
	switch device {
	case "printer":
		return "프린터"
	case "journal":
		return "기록 저장"
	case "clock":
		return "시계"
	case "voice":
		return "음성 안내"
	case "locate":
		return "위치 안내 수신기"
	}
	kind, which, _ := strings.Cut(device, ":")
	line, address, unit := strings.Cut(which, "/")
	switch kind {
	case "button":
		if unit {
			return "우선배려 단추(" + line + ")"
		}
		return "번호표 단추(" + line + ")"
	case "screen":
		return "화면(" + which + ")"
	case "keypad":
		return which + "번 창구 키패드"
	case "keys":
		return which + "번 창구 호출 단추"
	case "digits":
		return "숫자 표시기 " + which
	case "listen":
		return "기존 순번발행기 연결(" + which + ")"
	}
	name, ok := map[string]string{"bus": "호출기·표시기", "callunit": "호출기", "sign": "표시기"}[kind]
	switch {
	case !ok:
		return device
	case unit:
		return name + " 회선 " + line + " 주소 " + address
	}
	return name + " 회선 " + line
}

// selfSaid reports whether the sentence of a device's fault names it and says what
// to do: of all but the box's own.
func selfSaid(device string) bool {
	return device != "printer" && device != "journal" && device != "clock"
}

// todo is what staff can do about a condition.
func todo(device, condition string) string {
	switch device + "/" + condition {
	case "printer/paper-end":
		return "새 용지를 넣고 덮개를 닫으면 밀린 번호표가 순서대로 인쇄됩니다."
	case "printer/paper-near-end":
		return "번호표는 계속 나옵니다. 새 용지를 준비해 주십시오."
	case "printer/cover-open":
		return "프린터 덮개를 끝까지 닫으면 이어서 인쇄합니다."
	case "printer/cutter-jam":
		return "전원을 끄고 덮개를 열어 걸린 종이를 빼낸 뒤 다시 켜 주십시오."
	case "printer/head-hot":
		return "식으면 저절로 이어서 인쇄합니다. 잠시 기다려 주십시오."
	case "printer/silent":
		return "번호표가 나오는지 살펴 주십시오. 나오지 않으면 프린터의 전원과 케이블을 확인해 주십시오."
	case "printer/no-answer", "printer/unplugged":
		return "프린터의 전원과 케이블을 확인해 주십시오. 연결되면 저절로 이어서 인쇄합니다."
	case "journal/disk_full":
		return "전산 담당자에게 저장 공간 정리를 요청해 주십시오. 공간이 생기면 저절로 다시 발권합니다."
	case "journal/read_only":
		return "전산 담당자에게 저장 장치 점검을 요청해 주십시오. 그동안 번호는 수기로 안내해 주십시오."
	}
	switch device {
	case "printer":
		return "프린터의 전원, 용지와 덮개를 확인해 주십시오."
	case "journal":
		return "저장 장치가 고장 났을 수 있습니다. 전산 담당자에게 교체를 요청해 주십시오."
	}
	return "전산 담당자에게 알려 주십시오."
}
