package devices

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"sunbeon/appliance"
	"sunbeon/appliance/config"
	"sunbeon/appliance/queue"
)

// Words are the sentences for the conditions of an office's devices: what staff
// can do, and for a button what citizens should know. False is that the device
// is none of this package's.
func Words(f *config.File) func(device, condition string) (appliance.Words, bool) {
	names := labels(f)
	return func(device, condition string) (appliance.Words, bool) {
		l, ok := names[device]
		if !ok {
			return appliance.Words{}, false
		}
		ko, en := remedy(condition)
		if condition == notFound {
			ko, en = ko+" kiosk check로 점검하실 수 있습니다.", en+" kiosk check says more."
		}
		w := appliance.Words{StaffKo: l.ko + l.is + " " + ko + l.afterKo, StaffEn: l.en + " " + en + l.afterEn}
		if l.button {
			w.PublicKo = l.ko + "는 지금 쓰실 수 없습니다. 직원에게 문의해 주십시오."
			w.PublicEn = l.en + " cannot be used now. Please ask staff."
		}
		return w, true
	}
}

// label is a device as people know it, the particle of a Korean subject, and
// what stands after what is wrong with it.
type label struct {
	ko, is, en       string
	afterKo, afterEn string
	button           bool
}

func remedy(condition string) (ko, en string) {
	switch condition {
	case stuck:
		return "눌린 채로 있습니다. 눌려 있는 것을 치우시고, 그래도 같으면 점검을 요청하십시오.",
			"stays pressed. Take away what leans on it; if that does not help, call for service."
	case inUse:
		return "사용 중이거나 열 수 없습니다. kiosk가 실행 중이면 먼저 멈추십시오(systemctl stop kiosk).",
			"is in use or cannot be opened. If the kiosk runs, stop it first (systemctl stop kiosk)."
	case unplugged:
		return "끊어져 있습니다. 어댑터와 케이블을 다시 꽂으십시오.",
			"is unplugged. Put its adapter and cable back."
	case noAnswer:
		return "응답하지 않습니다. 전원과 배선을 확인하십시오.",
			"does not answer. Check its power and wires."
	}
	return "보이지 않습니다. 배선을 확인하십시오.",
		"is not found. Check its wires."
}

// labels names every device that can have a condition.
func labels(f *config.File) map[string]label {
	const (
		callKo = " 그동안 창구 화면에서 호출하십시오."
		callEn = " Until then call from the counter's page."
		signKo = " 호출은 그대로 됩니다."
		signEn = " Calls go on."
	)
	out := map[string]label{}
	w := f.Wires
	for _, b := range w.Buttons {
		ko, en := serviceNames(f, b.Service)
		l := label{ko: "‘" + ko + "’ 번호표 단추", is: "가", en: "The ticket button of " + en, button: true,
			afterKo: " 다른 단추는 그대로 쓰실 수 있습니다.", afterEn: " The other buttons work."}
		if b.Class == queue.Priority {
			l.ko, l.en = "‘"+ko+"’ 우선배려 단추", "The priority button of "+en
		}
		out[buttonName(b)] = l
	}
	if w.Locate != nil {
		out[locate] = label{ko: "위치 안내 수신기의 접점", is: "이", en: "The contact of the locating receiver",
			afterKo: " 번호표 발급은 그대로 됩니다.", afterEn: " Tickets go on."}
	}
	line := func(name, ko, en, afterKo, afterEn string, units map[int]int) {
		out[name] = label{ko: ko + " 회선", is: "이", en: en + " line", afterKo: afterKo, afterEn: afterEn}
		for address, counter := range units {
			out[name+"/"+strconv.Itoa(address)] = label{
				ko: fmt.Sprintf("%d번 창구 %s(주소 %d)", counter, ko, address), is: "가",
				en:      fmt.Sprintf("The %s of counter %d (address %d)", strings.ToLower(strings.TrimPrefix(en, "The ")), counter, address),
				afterKo: afterKo, afterEn: afterEn}
		}
	}
	for i, b := range w.Buses {
		units := map[int]int{}
		for _, u := range b.Units {
			units[u.Address] = u.Counter
		}
		line(fmt.Sprintf("bus:%d", i+1), "호출기·표시기", "The call unit and sign", callKo, callEn, units)
	}
	for i := range w.CallUnits {
		line(fmt.Sprintf("callunit:%d", i+1), "호출기", "The call unit", callKo, callEn, nil)
	}
	for i, g := range w.Signs {
		units := map[int]int{}
		for _, u := range g.Units {
			units[u.Address] = u.Counter
		}
		line(fmt.Sprintf("sign:%d", i+1), "표시기", "The sign", signKo, signEn, units)
	}
	for _, k := range w.Keypads {
		out[fmt.Sprintf("keypad:%d", k.Counter)] = label{fmt.Sprintf("%d번 창구 키패드", k.Counter), "가", fmt.Sprintf("The keypad of counter %d", k.Counter), callKo, callEn, false}
	}
	for _, k := range w.Keys {
		out[fmt.Sprintf("keys:%d", k.Counter)] = label{fmt.Sprintf("%d번 창구 호출 단추", k.Counter), "가", fmt.Sprintf("The keys of counter %d", k.Counter), callKo, callEn, false}
	}
	for i, d := range w.Digits {
		of := fmt.Sprint(d.Counters[0])
		if n := len(d.Counters); n > 1 {
			of += "~" + fmt.Sprint(d.Counters[n-1])
		}
		out[fmt.Sprintf("digits:%d", i+1)] = label{of + "번 창구 숫자 표시기", "가", "The digit display of counter " + of, signKo, signEn, false}
	}
	for _, l := range w.Listen {
		out["listen:"+l.Name] = label{"기존 순번발행기 연결(" + l.Name + ")", "이", "The wire to the old machine (" + l.Name + ")",
			" 그동안 시 홈페이지에는 대기 인원이 표시되지 않습니다.", " Until then the city's page shows no waiting count.", false}
	}
	return out
}

func serviceNames(f *config.File, id string) (ko, en string) {
	for _, s := range f.Queue.Services {
		if s.ID == id {
			return s.Name, cmp.Or(s.NameEn, s.Name)
		}
	}
	return id, id
}
