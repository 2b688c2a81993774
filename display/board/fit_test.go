package board

import (
	"fmt"
	"image"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"sunbeon/appliance/feed"
)

var layouts = []Layout{Auto, OneCall, Rows, Grid, ByService, Portrait, Passport}

var sizes = []image.Point{
	{1280, 720}, {1920, 1080}, {3840, 2160}, {1080, 1920}, {1024, 768}, {800, 600},
	{2560, 1080}, {720, 1280}, {640, 480}, {320, 240}, {4096, 320}, {320, 4096},
}

// texts returns the texts of a scene, those of its parts included, but of what
// only comes.
func texts(sc *scene) []op {
	var out []op
	for _, ops := range sc.standing() {
		for _, o := range ops {
			if o.kind == opText {
				out = append(out, o)
			}
		}
	}
	return out
}

// judge reports texts that overlap, or leave the picture or the panel they
// stand on.
func judge(b *Board, sc *scene) []string {
	var bad []string
	for _, ops := range sc.all() {
		for i, o := range ops {
			if p := under(ops[:i], o.rect); o.kind == opText && !o.rect.In(p) {
				bad = append(bad, fmt.Sprintf("%q at %v leaves its panel %v", o.text, o.rect, p))
			}
		}
	}
	all := texts(sc)
	for i, o := range all {
		if !o.rect.In(b.Bounds()) {
			bad = append(bad, fmt.Sprintf("%q at %v leaves the picture %v", o.text, o.rect, b.Bounds()))
		}
		for _, p := range all[:i] {
			if o.rect.Overlaps(p.rect) {
				bad = append(bad, fmt.Sprintf("%q at %v overlaps %q at %v", o.text, o.rect, p.text, p.rect))
			}
		}
	}
	return bad
}

// under returns the uppermost surface below the middle of r.
func under(ops []op, r image.Rectangle) image.Rectangle {
	mid := r.Min.Add(r.Size().Div(2))
	for i := len(ops) - 1; i >= 0; i-- {
		if o := ops[i]; (o.kind == opFill || o.kind == opRound) && mid.In(o.rect) {
			return o.rect
		}
	}
	return image.Rectangle{}
}

// random makes an office out of a seed: 1 to 8 services, 1 to 30 counters, long
// names, every state.
func random(rng *rand.Rand) (*feed.Snapshot, Freshness) {
	s := office(1+rng.IntN(8), 1+rng.IntN(30))
	odds := func(n int) bool { return rng.IntN(n) == 0 }
	long := []string{"출생·혼인/이혼·사망 신고", "여권 접수 및 교부", "외국인 체류지 변경 및 거소이전 신고",
		"가족관계등록·인감·본인서명사실확인", "주민등록등초본발급", "민원", "Apostille 인증 상담 (예약)"}
	for i := range s.Services {
		v := &s.Services[i]
		if odds(2) {
			v.Name = long[rng.IntN(len(long))]
		}
		v.Waiting = new(rng.IntN(1 + []int{9, 99, 999}[rng.IntN(3)]))
		v.Issuing = []feed.Issuing{feed.IssuingOpen, feed.IssuingOpen, feed.IssuingClosed, feed.IssuingEarly, feed.IssuingFull}[rng.IntN(5)]
		v.Counters = new(rng.IntN(3))
		v.Wait = nil
		if !odds(4) {
			low := rng.IntN(9000)
			v.Wait = &feed.Range{Low: low, Mid: low, High: low + rng.IntN(6000)}
		}
		if odds(4) {
			v.Called = ""
		}
	}
	for i := range s.Counters {
		k := &s.Counters[i]
		switch rng.IntN(6) {
		case 0:
			k.State, k.Ticket = feed.CounterPaused, ""
		case 1:
			k.State = feed.CounterClosed
		case 2:
			k.Ticket = ""
		case 3:
			k.Number = 60 + i
		}
		if odds(9) {
			k.Name = long[rng.IntN(len(long))]
		}
	}
	for i := range s.Calls {
		s.Calls[i].Recall = odds(3)
		if odds(3) {
			s.Calls[i].At = noon.Add(-time.Duration(rng.IntN(14)) * time.Second).UnixMilli()
		}
		if odds(12) {
			s.Calls[i].Ticket = "여권-" + s.Calls[i].Ticket
		}
		if odds(4) {
			s.Calls[i].At -= 40 * 3600e3
		}
	}
	if odds(8) {
		s.Calls = nil
	}
	if odds(4) {
		observe(rng, s)
	}
	for range rng.IntN(3) * rng.IntN(9) {
		s.Missed = append(s.Missed, fmt.Sprint(1000+rng.IntN(8000)))
	}
	for range rng.IntN(3) * rng.IntN(5) {
		s.Held = append(s.Held, fmt.Sprint(1000+rng.IntN(8000)))
	}
	for range rng.IntN(3) {
		s.Notices = append(s.Notices, "점심시간 12:00부터 13:00까지는 일부 창구만 운영하오니 양해하여 주시기 바랍니다.")
	}
	for range rng.IntN(4) {
		s.Faults = append(s.Faults, feed.Fault{
			Ko: "번호표 용지가 떨어졌습니다. 곧 채워 드리니 잠시 기다려 주십시오. 번호는 화면에서 보실 수 있습니다.",
			En: "Out of paper. Your number is shown here; printing resumes by itself."})
	}
	s.Clock = odds(2)
	s.DayOpen = !odds(10)
	if odds(6) {
		s.Name, s.NameEn = "의정부시 신곡1동 행정복지센터 종합민원실", "Singok 1-dong Community Service Center"
	}
	if odds(4) {
		return s, Lost(noon.Add(-time.Duration(rng.IntN(90)) * time.Hour))
	}
	return s, Live()
}

// observe makes the office one that listens to an old machine, whose wires tell
// more or less.
func observe(rng *rand.Rand, s *feed.Snapshot) {
	s.Observed = true
	odds := func(n int) bool { return rng.IntN(n) == 0 }
	for i := range s.Services {
		v := &s.Services[i]
		v.Counters, v.Issued, v.Wait = nil, nil, nil
		if odds(2) {
			v.Waiting = nil
		}
		if odds(2) {
			v.CalledAt = 0
		}
	}
	for i := range s.Counters {
		s.Counters[i].State = feed.CounterUnknown
	}
	if odds(3) {
		s.Counters = nil
	}
	for i := range s.Calls {
		if odds(2) {
			s.Calls[i].Counter, s.Calls[i].Service = 0, ""
		}
	}
}

// excess is the most that a snapshot may hold, and more than an office would say.
func excess(rng *rand.Rand) *feed.Snapshot {
	s := office(1+rng.IntN(64), 1+rng.IntN(99))
	text := func(most int) string {
		var b strings.Builder
		for range rng.IntN(most) {
			b.WriteRune([]rune("가힣뷁 /·,(W\n\u200b1É")[rng.IntN(13)])
		}
		return b.String()
	}
	s.Name, s.NameEn = text(130), text(130)
	for i := range s.Services {
		s.Services[i].Name, s.Services[i].NameEn = text(130), text(130)
		s.Services[i].Waiting = new(rng.IntN(100000))
	}
	for i := range s.Calls {
		s.Calls[i].Ticket = text(40)
		s.Calls[i].At = noon.UnixMilli() - int64(rng.IntN(20000))
	}
	for i := range s.Counters {
		s.Counters[i].Name, s.Counters[i].Ticket = text(60), text(20)
	}
	for range rng.IntN(50) {
		s.Missed, s.Held = append(s.Missed, text(20)), append(s.Held, text(20))
		s.Notices = append(s.Notices, text(400))
		s.Faults = append(s.Faults, feed.Fault{Ko: text(200), En: text(200)})
	}
	return s
}

// TestNothingOverlaps draws random offices. A failure names its seed:
// BOARD_SEED repeats it.
func TestNothingOverlaps(t *testing.T) {
	t.Parallel()
	first, rounds := rand.Uint64()&^7, uint64(32)
	if racing {
		rounds = 2
	}
	if v := os.Getenv("BOARD_SEED"); v != "" {
		seed, err := strconv.ParseUint(v, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		first, rounds = seed, 1
	}
	set := faces(t)
	for _, size := range sizes {
		for _, layout := range layouts {
			opt := Options{Width: size.X, Height: size.Y, Layout: layout}
			if layout == Passport {
				opt.Link = "https://sunbeon.example/uijeongbu/CS0001"
			}
			var boards []*Board
			for _, langs := range [][]string{{"ko", "en"}, everyLanguage} {
				opt.Lang = langs
				b, err := New(set, opt)
				if err != nil {
					t.Fatal(err)
				}
				boards = append(boards, b)
			}
			for i := range rounds {
				rng := rand.New(rand.NewPCG(first+i, 1))
				s, fresh := random(rng)
				if (first+i)%8 == 7 {
					s = excess(rng)
				}
				v := show(s, someOffers(rng, s), fresh)
				b, at := boards[rng.IntN(2)], noon.Add(time.Duration(rng.IntN(60000))*time.Millisecond)
				if rng.IntN(2) == 0 {
					v = slides(v)
				}
				switch rng.IntN(4) {
				case 0:
					v = checkIn(v)
				case 1:
					v = checkInCode(v)
				case 2:
					v = checkInCode(v)
					v.Hall.CheckInCode = "East-Gate-of-the-city-hall-2026x" // a sticker's, as long as one may be
				}
				if rng.IntN(2) == 0 {
					v = named4(v)
				}
				if bad := judge(b, b.compose(v, at, hotDeep)); len(bad) > 0 {
					t.Errorf("BOARD_SEED=%d %v %v: %s", first+i, size, layout, strings.Join(bad, "\n\t"))
					break
				}
			}
		}
	}
}

// standing lists the strokes of the base and of the parts that are in place.
func (s *scene) standing() [][]op {
	out := [][]op{s.ops}
	for _, p := range s.parts {
		if !strings.HasSuffix(p.id, "/in") {
			out = append(out, p.ops)
		}
	}
	return out
}

// all lists the strokes of the base and of every part.
func (s *scene) all() [][]op {
	out := [][]op{s.ops}
	for _, p := range s.parts {
		out = append(out, p.ops)
	}
	return out
}
