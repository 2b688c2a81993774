package board

import (
	"image"
	"image/color"
	"math"
	"sync"
	"time"

	"sunbeon/appliance/feed"
)

// screens are those that a golden is drawn for; the first has no suffix.
var screens = []struct {
	suffix string
	size   image.Point
}{
	{"", image.Pt(1280, 720)},
	{"-1080p", image.Pt(1920, 1080)},
	{"-2160p", image.Pt(3840, 2160)},
	{"-upright", image.Pt(1080, 1920)},
}

// resting is when no call is new, and when nothing moves.
var resting = noon.Add(40 * time.Second)

// scenarios are the golden pictures: every layout, every language and every
// state on every screen, and some states in further layouts on one.
func scenarios() []scenario {
	var out []scenario
	each := func(name string, opt Options, v Show, at time.Time) {
		for _, s := range screens {
			opt.Width, opt.Height = s.size.X, s.size.Y
			out = append(out, scenario{name + s.suffix, opt, v, at})
		}
	}
	one := func(name string, screen int, opt Options, v Show, at time.Time) {
		opt.Width, opt.Height = screens[screen].size.X, screens[screen].size.Y
		out = append(out, scenario{name + screens[screen].suffix, opt, v, at})
	}
	lang := func(l Layout, codes ...string) Options { return Options{Layout: l, Lang: codes} }

	// Layouts. Upright screens show the first three as one column.
	each("onecall", Options{Layout: OneCall}, show(busyOffice(), nil, Live()), noon)
	each("rows", Options{Layout: Rows}, show(mixedOffice(), nil, Live()), noon)
	each("grid", Options{Layout: Grid}, show(largeOffice(), nil, Live()), noon)
	each("byservice", Options{Layout: ByService}, show(ledgerOffice(), nil, Live()), noon)
	each("passport", Options{Layout: Passport, Link: "https://sunbeon.example/uijeongbu/CS0001"}, show(passportOffice(), nil, Live()), noon)

	// Languages.
	each("zh", lang(OneCall, "ko", "zh"), named4(checkIn(show(busyOffice(), nil, Live()))), noon)
	each("vi", lang(Rows, "ko", "vi"), named4(show(mixedOffice(), nil, Live())), noon)
	each("ja", lang(ByService, "ko", "ja"), named4(show(ledgerOffice(), nil, Live())), resting)

	// States.
	each("starting", Options{}, Show{}, noon)
	each("rest", Options{}, show(busyOffice(), nil, Live()), resting)
	each("lost", Options{Layout: OneCall}, show(troubledOffice(), nil, Lost(noon.Add(time.Minute))), noon.Add(9*time.Minute))
	each("closed", Options{}, show(closedOffice(), nil, Live()), noon.Add(5*time.Hour))
	each("ended", Options{}, show(endedOffice(), nil, Live()), resting)
	each("observed", Options{}, show(heardOffice(), nil, Live()), noon)
	s, offers := without(4, 4, "2031", "3042", "1029")
	s.Missed, s.Held, s.Notices = []string{"1009", "1012", "3004"}, []string{"2011"}, oneNotice
	each("offers", Options{}, show(s, offers, Live()), noon)
	each("slides", Options{}, slides(checkIn(show(busyOffice(), nil, Live()))), resting.Add(3*time.Second))
	moving := busyOffice()
	moving.Notices = append(moving.Notices, "점심시간(12:00~13:00)에는 1번, 2번 창구만 운영합니다.")
	each("moving", Options{}, slides(show(moving, nil, Live())), turning.Add(180*time.Millisecond))

	// Check-in, offers and slides in the other layouts.
	for name, l := range map[string]Layout{"rows": Rows, "grid": Grid, "byservice": ByService, "passport": Passport} {
		s := map[Layout]*feed.Snapshot{Rows: mixedOffice(), Grid: largeOffice(), ByService: ledgerOffice(), Passport: passportOffice()}[l]
		one("checkin-"+name, 0, Options{Layout: l}, checkInCode(show(s, nil, Live())), resting)
		s.Faults = paperOut
		offers := []feed.Offer{{Ticket: "2031", Service: s.Services[1].ID, Page: ticketPage}, {Ticket: "1052", Service: s.Services[0].ID, Page: ticketPage}}
		s.Unprinted = []string{"2031", "1052", "1051"}
		one("offers-"+name, 0, Options{Layout: l}, show(s, offers, Live()), noon)
	}
	one("checkin", 3, Options{}, checkInCode(show(mixedOffice(), nil, Live())), resting)
	one("slides-passport", 0, Options{Layout: Passport}, slides(show(passportOffice(), nil, Live())), noon)
	one("slides-byservice", 0, Options{Layout: ByService}, slides(checkIn(show(office(4, 6), nil, Live()))), resting.Add(3*time.Second))
	one("still", 0, Options{Still: true}, slides(show(moving, nil, Live())), turning.Add(180*time.Millisecond))
	return out
}

// turning is when notices and slides turn at once.
var turning = time.UnixMilli(floor(noon.Add(time.Minute), 24*time.Second)).In(seoul)

var oneNotice = []string{"여권 사진은 6개월 이내에 찍은 것이어야 합니다."}

var paperOut = []feed.Fault{{Device: "printer", Condition: "paper_out",
	Ko: "번호표 용지가 떨어졌습니다. 곧 채워 드리니 직원에게 말씀해 주십시오.",
	En: "The ticket printer is out of paper. Please ask the staff."}}

const ticketPage = "https://min.example.go.kr/t/ponmlkjihgfedcba"

// busyOffice has a new call, and numbers that were missed or are on hold.
func busyOffice() *feed.Snapshot {
	s := office(4, 4)
	s.Missed, s.Held, s.Notices = []string{"1009", "1012", "3004"}, []string{"2011"}, oneNotice
	return s
}

// mixedOffice has two calls at once, one of them again, and counters and
// services in every state.
func mixedOffice() *feed.Snapshot {
	s := office(3, 8)
	s.Counters[4].State, s.Counters[4].Ticket = feed.CounterPaused, ""
	s.Counters[6].Ticket = ""
	s.Counters[7].State, s.Counters[7].Ticket = feed.CounterClosed, ""
	s.Services[1].Issuing = feed.IssuingEarly
	s.Services[2].Counters = new(0)
	s.Calls[0].Recall = true
	s.Calls[1].At = s.Calls[0].At - 2000
	return s
}

func largeOffice() *feed.Snapshot {
	s := office(6, 30)
	s.Counters[10].State, s.Counters[10].Ticket = feed.CounterPaused, ""
	s.Counters[29].State, s.Counters[29].Ticket = feed.CounterClosed, ""
	s.Missed = []string{"1009", "1012", "3004"}
	return s
}

func ledgerOffice() *feed.Snapshot {
	s := office(8, 12)
	s.Services[2].Issuing = feed.IssuingFull
	s.Services[5].Issuing = feed.IssuingEarly
	s.Services[6].Wait = nil
	s.Services[2].Called, s.Services[2].CalledAt = s.Calls[0].Ticket, s.Calls[0].Counter
	return s
}

func passportOffice() *feed.Snapshot {
	s := office(2, 6)
	s.Name, s.NameEn = "의정부시 여권민원실", "Passport Office"
	s.Services[0].Name, s.Services[0].NameEn = "여권 접수", "Passport application"
	s.Services[1].Name, s.Services[1].NameEn = "여권 교부", "Passport collection"
	s.Services[0].Called, s.Services[0].CalledAt = s.Calls[0].Ticket, s.Calls[0].Counter
	return s
}

// troubledOffice has no paper and a clock that nobody confirmed.
func troubledOffice() *feed.Snapshot {
	s := office(4, 4)
	s.Clock, s.Faults = false, paperOut
	s.Services[3].Issuing = feed.IssuingClosed
	return s
}

func closedOffice() *feed.Snapshot {
	s := office(3, 4)
	s.DayOpen = false
	return s
}

// endedOffice gives no more tickets and serves those that it gave.
func endedOffice() *feed.Snapshot {
	s := office(3, 4)
	s.Services[0].Issuing, s.Services[1].Issuing, s.Services[2].Issuing = feed.IssuingClosed, feed.IssuingEarly, feed.IssuingFull
	s.Counters[3].State, s.Counters[3].Ticket = feed.CounterClosed, ""
	s.Held = []string{"2011"}
	return s
}

// heardOffice listens to an old machine.
func heardOffice() *feed.Snapshot {
	s := office(3, 4)
	s.Observed = true
	for i := range s.Services {
		v := &s.Services[i]
		v.Wait, v.Counters = nil, nil
	}
	s.Services[1].Waiting = nil
	for i := range s.Counters {
		s.Counters[i].State = feed.CounterUnknown
	}
	s.Counters[0].Ticket, s.Counters[2].Ticket = "", "3016"
	s.Calls[0].Counter = 0
	return s
}

func checkIn(v Show) Show {
	v.Hall.CheckIn = "https://min.example.go.kr/c/uijeongbu/CS0001"
	return v
}

// checkInCode is the same with the code that changes.
func checkInCode(v Show) Show {
	v.Hall.CheckIn, v.Hall.CheckInCode = "https://min.example.go.kr/o/CS0001/arrive?code=4821", "4821"
	return v
}

// named4 names the office and its services in all languages.
func named4(v Show) Show {
	names := map[string][3]string{
		"Certificates":        {"证明签发", "Cấp giấy chứng nhận", "証明書の発行"},
		"Family registration": {"出生、婚姻、离婚、死亡申报", "Đăng ký hộ tịch", "出生・婚姻・離婚・死亡の届出"},
		"Passports":           {"护照受理及发放", "Hộ chiếu", "旅券の申請・交付"},
		"Residence and seal":  {"迁入申报、印鉴", "Chuyển đến, con dấu", "転入届・印鑑・住民登録"},
		"Local tax":           {"地方税咨询与缴纳", "Thuế địa phương", "地方税の相談・納付"},
		"Foreign residents":   {"外国人居留地变更", "Người nước ngoài", "外国人の住所変更"},
		"Welfare":             {"社会福利咨询", "Phúc lợi xã hội", "福祉・基礎年金の相談"},
		"Real estate":         {"房地产交易申报", "Giao dịch bất động sản", "不動産取引の届出"},
	}
	v.Hall.Names = map[string]map[string]string{"": {"zh": "议政府市厅", "vi": "Tòa thị chính Uijeongbu", "ja": "議政府市庁"}}
	for _, s := range v.Hall.Snapshot.Services {
		n := names[s.NameEn]
		v.Hall.Names[s.ID] = map[string]string{"zh": n[0], "vi": n[1], "ja": n[2]}
	}
	return v
}

// slides gives a board two pictures, a wide and a tall one.
func slides(v Show) Show {
	v.Slides = twoSlides()
	return v
}

var twoSlides = sync.OnceValue(func() []Slide {
	return []Slide{{"hills", hills(image.Pt(800, 450))}, {"poster", hills(image.Pt(360, 480))}}
})

// hills is a landscape in flat colours.
func hills(size image.Point) image.Image {
	m := image.NewRGBA(image.Rectangle{Max: size})
	w, h := float64(size.X), float64(size.Y)
	for y := range size.Y {
		for x := range size.X {
			fx, fy := float64(x)/w, float64(y)/h
			col := color.RGBA{0x9C, 0xC9, 0xE8, 255}
			if math.Hypot((fx-0.74)*w, (fy-0.26)*h) < 0.1*h {
				col = color.RGBA{0xFF, 0xF1, 0xC2, 255}
			}
			for i, tone := range []color.RGBA{{0x6F, 0x9B, 0x8E, 255}, {0x3F, 0x7A, 0x5E, 255}, {0x25, 0x57, 0x3F, 255}} {
				if fy > 0.5+0.16*float64(i)+0.09*math.Sin(fx*(5+2*float64(i))+1.7*float64(i)) {
					col = tone
				}
			}
			m.SetRGBA(x, y, col)
		}
	}
	return m
}
