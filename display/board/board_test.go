package board

import (
	"errors"
	"image"
	"image/color"
	"image/draw"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"sunbeon/appliance/feed"
)

func TestNewRefusesWhatCannotBeDrawn(t *testing.T) {
	set := faces(t)
	for name, opt := range map[string]Options{
		"narrow":       {Width: 319, Height: 240},
		"low":          {Width: 320, Height: 239},
		"wide":         {Width: 4097, Height: 240},
		"tall":         {Width: 320, Height: 4097},
		"layout":       {Width: 1280, Height: 720, Layout: Passport + 1},
		"language":     {Width: 1280, Height: 720, Lang: []string{"fr"}},
		"English only": {Width: 1280, Height: 720, Lang: []string{"en"}},
		"twice":        {Width: 1280, Height: 720, Lang: []string{"ko", "en", "en"}},
		"Korean late":  {Width: 1280, Height: 720, Lang: []string{"ko", "en", "ko"}},
		"long link":    {Width: 1280, Height: 720, Link: strings.Repeat("x", 5000)},
	} {
		if _, err := New(set, opt); !errors.Is(err, ErrOptions) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := New(nil, Options{Width: 1280, Height: 720}); !errors.Is(err, ErrOptions) {
		t.Errorf("no faces: got %v", err)
	}
	for _, opt := range []Options{{Width: 320, Height: 240}, {Width: 4096, Height: 4096, Lang: []string{"ko"}}} {
		if _, err := New(set, opt); err != nil {
			t.Errorf("%dx%d: %v", opt.Width, opt.Height, err)
		}
	}
}

// luminance is the relative luminance of WCAG 2.2.
func luminance(c color.RGBA) float64 {
	channel := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*channel(c.R) + 0.7152*channel(c.G) + 0.0722*channel(c.B)
}

func contrast(a, b color.RGBA) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// TestContrast asks of every text that was drawn what lies under it.
func TestContrast(t *testing.T) {
	t.Parallel()
	for _, sc := range scenarios() {
		if racing && sc.opt.Width > 1280 {
			continue
		}
		b := board(t, sc.opt)
		for _, tone := range []float64{0, 0.5, 1} {
			scene := b.compose(sc.v, sc.at, mix(hotDeep, hotPale, tone))
			for _, ops := range scene.all() {
				for i, o := range ops {
					if o.kind != opText && o.kind != opShape {
						continue
					}
					ground := groundOf(ops[:i], o.rect)
					if got := contrast(o.col, ground); got < 7 {
						t.Errorf("%s: %q: %v on %v has a contrast of %.1f", sc.name, o.text, o.col, ground, got)
					}
				}
			}
		}
	}
	// What is new must differ from what is not in light, not in hue alone.
	for _, tone := range []color.RGBA{hotDeep, hotPale} {
		for _, rest := range []color.RGBA{panel, stripe, quiet} {
			if got := contrast(tone, rest); got < 7 {
				t.Errorf("highlight %v on %v: %.1f", tone, rest, got)
			}
		}
	}
}

func groundOf(ops []op, r image.Rectangle) color.RGBA {
	mid := r.Min.Add(r.Size().Div(2))
	for i := len(ops) - 1; i >= 0; i-- {
		if o := ops[i]; (o.kind == opFill || o.kind == opRound) && mid.In(o.rect) {
			return o.col
		}
	}
	return color.RGBA{}
}

// TestDigitsAreAnEighthOfTheHeight in the view of one call, whatever stands
// beside it.
func TestDigitsAreAnEighthOfTheHeight(t *testing.T) {
	t.Parallel()
	for _, size := range []image.Point{{1280, 720}, {1920, 1080}, {3840, 2160}, {1024, 768}} {
		if racing && size.X > 1280 {
			continue
		}
		b := board(t, Options{Width: size.X, Height: size.Y, Layout: OneCall, Lang: everyLanguage})
		for _, ticket := range []string{"7", "117", "3017"} {
			for _, at := range []time.Time{noon, noon.Add(time.Minute)} {
				for beside := range 4 {
					s := office(4, 4)
					s.Missed, s.Notices = []string{"1001"}, []string{"안내"}
					s.Calls[0].Ticket, s.Calls[0].Counter = ticket, 28
					v := show(s, nil, Live())
					if beside&1 != 0 {
						v = slides(v)
					}
					if beside&2 != 0 {
						v = checkInCode(v)
					}
					for _, text := range []string{ticket, "28"} {
						tallest := 0
						for _, o := range texts(b.compose(v, at, hotDeep)) {
							if o.text == text {
								tallest = max(tallest, o.rect.Dy())
							}
						}
						if tallest*8 < size.Y {
							t.Errorf("%v, beside %d: %q is %d px high, less than an eighth", size, beside, text, tallest)
						}
					}
				}
			}
		}
	}
}

// TestRealNamesStayLegible holds the names that offices use to a size, and to
// their full length, on screens from 720 lines on.
func TestRealNamesStayLegible(t *testing.T) {
	for _, size := range []image.Point{{1280, 720}, {1920, 1080}, {3840, 2160}, {1080, 1920}} {
		for _, layout := range layouts {
			b := board(t, Options{Width: size.X, Height: size.Y, Layout: layout})
			for services := 1; services <= 8; services++ {
				for _, counters := range []int{1, 2, 4, 5, 8, 9, 16, 30} {
					s := office(services, counters)
					s.Services[0].NameEn = "Registration of birth, marriage, divorce and death"
					for _, o := range texts(b.compose(show(s, nil, Live()), noon, hotDeep)) {
						least := min(size.X, size.Y) / 72
						if o.size < least || strings.Contains(o.text, "…") {
							t.Fatalf("%v %v, %d services, %d counters: %q at %d px", size, layout, services, counters, o.text, o.size)
						}
					}
				}
			}
		}
	}
}

// shown joins everything that is written.
func shown(b *Board, s *feed.Snapshot, at time.Time, fresh Freshness) string {
	var all []string
	for _, o := range texts(b.compose(show(s, nil, fresh), at, hotDeep)) {
		all = append(all, o.text)
	}
	return strings.Join(all, "\n")
}

func TestEveryCounterAndServiceIsShown(t *testing.T) {
	for _, layout := range []Layout{OneCall, Grid, ByService, Portrait, Rows} {
		b := board(t, Options{Width: 1280, Height: 720, Layout: layout})
		s := office(8, 30)
		var all string
		for i := range 20 { // pages turn
			all += shown(b, s, noon.Add(time.Duration(i)*pageTurn), Live()) + "\n"
		}
		words := strings.Split(all, "\n")
		for _, v := range s.Services {
			if !strings.Contains(strings.ReplaceAll(all, "\n", ""), strings.ReplaceAll(v.Name, " ", "")) && !slices.Contains(words, v.Name) {
				t.Errorf("%v: service %q is never shown", layout, v.Name)
			}
		}
		if layout == ByService {
			continue // counters appear with the services that they serve
		}
		for _, k := range s.Counters {
			if !slices.Contains(words, k.Ticket) {
				t.Errorf("%v: ticket %s of counter %d is never shown", layout, k.Ticket, k.Number)
			}
		}
	}
}

func TestStatesAreSaid(t *testing.T) {
	b := board(t, Options{Width: 1920, Height: 1080, Layout: Rows})
	for _, tc := range []struct {
		name  string
		spoil func(s *feed.Snapshot)
		fresh Freshness
		say   []string
	}{
		{"paused", func(s *feed.Snapshot) { s.Counters[0].State, s.Counters[0].Ticket = feed.CounterPaused, "" }, Live(), []string{"부재중", "Away"}},
		{"closed counter", func(s *feed.Snapshot) { s.Counters[0].State = feed.CounterClosed }, Live(), []string{"마감"}},
		{"closed service", func(s *feed.Snapshot) { s.Services[0].Issuing = feed.IssuingClosed }, Live(), []string{"발권마감"}},
		{"early", func(s *feed.Snapshot) { s.Services[0].Issuing = feed.IssuingEarly }, Live(), []string{"조기마감", "새 번호표는 드리지 않으며"}},
		{"full", func(s *feed.Snapshot) { s.Services[0].Issuing = feed.IssuingFull }, Live(), []string{"번호 소진"}},
		{"nobody serves", func(s *feed.Snapshot) { s.Services[0].Counters = new(0) }, Live(), []string{"창구 부재중"}},
		{"nobody knows who waits", func(s *feed.Snapshot) { s.Services[0].Waiting = nil }, Live(), []string{"–"}},
		{"all closed", func(s *feed.Snapshot) {
			for i := range s.Services {
				s.Services[i].Issuing = feed.IssuingClosed
			}
		}, Live(), []string{"발권을 마감하였습니다"}},
		{"fault", func(s *feed.Snapshot) { s.Faults = []feed.Fault{{Ko: "용지가 없습니다", En: "Paper out"}} }, Live(), []string{"용지가 없습니다", "Paper out"}},
		{"clock", func(s *feed.Snapshot) { s.Clock = false }, Live(), []string{"시계 미확인"}},
		{"missed", func(s *feed.Snapshot) { s.Missed = []string{"4711"} }, Live(), []string{"부재", "4711", "창구에 말씀해 주십시오"}},
		{"held", func(s *feed.Snapshot) { s.Held = []string{"4712"} }, Live(), []string{"보류", "4712"}},
		{"notice", func(s *feed.Snapshot) { s.Notices = []string{"점심 안내"} }, Live(), []string{"점심 안내"}},
		{"recall", func(s *feed.Snapshot) { s.Calls[0].Recall = true }, Live(), []string{"재호출"}},
		{"day", func(s *feed.Snapshot) { s.DayOpen = false }, Live(), []string{"업무 시간이 아닙니다", "09:00~18:00"}},
		{"no calls", func(s *feed.Snapshot) { s.Calls = nil }, Live(), []string{"아직 호출이 없습니다"}},
		{"lost", func(*feed.Snapshot) {}, Lost(noon.Add(-20 * time.Minute)), []string{"14:12부터 새 정보를 받지 못하고", "3017"}},
		{"lost yesterday", func(*feed.Snapshot) {}, Lost(noon.Add(-24 * time.Hour)), []string{"11월 22일 (일) 14:32부터"}},
		{"wait", func(s *feed.Snapshot) { s.Services[0].Wait = &feed.Range{Low: 300, Mid: 400, High: 690} }, Live(), []string{"약 5~12분"}},
	} {
		sane, s := office(3, 8), office(3, 8)
		tc.spoil(s)
		got := shown(b, s, noon, tc.fresh)
		for _, say := range tc.say {
			if !strings.Contains(strings.ReplaceAll(got, "\n", " "), say) {
				t.Errorf("%s: %q is not on the board:\n%s", tc.name, say, got)
			}
		}
		if got == shown(b, sane, noon, Live()) {
			t.Errorf("%s: the board looks as ever", tc.name)
		}
	}
	if got := shown(b, nil, noon, Live()); !strings.Contains(got, "준비하고 있습니다") {
		t.Errorf("before the first snapshot: %s", got)
	}
}

func TestKoreanAlone(t *testing.T) {
	b := board(t, Options{Width: 1920, Height: 1080, Lang: []string{"ko"}})
	for _, r := range shown(b, office(4, 4), noon, Live()) {
		if r >= 'A' && r <= 'z' {
			t.Fatalf("%c on a board without English", r)
		}
	}
}

func TestWaiting(t *testing.T) {
	for _, tc := range []struct {
		low, high int
		ko        string
	}{
		{300, 720, "약 5~12분"}, {359, 661, "약 5~12분"}, {300, 300, "약 5분"}, {0, 60, "1분 이내"},
		{30, 600, "10분 이내"}, {3000, 7200, "약 50~120분"}, {3600, 10800, "약 1~3시간"}, {7200, 14399, "약 2~4시간"},
	} {
		if got := waiting(&feed.Range{Low: tc.low, Mid: tc.low, High: tc.high})[ko]; got != tc.ko {
			t.Errorf("%d..%d s: %q, want %q", tc.low, tc.high, got, tc.ko)
		}
	}
	if w := waiting(nil); w != (words{}) {
		t.Errorf("unknown wait: %q", w)
	}
}

func TestHighlightLastsTenSeconds(t *testing.T) {
	b := board(t, Options{Width: 1280, Height: 720, Layout: OneCall})
	s := office(4, 4)
	called := time.UnixMilli(s.Calls[0].At)
	for _, tc := range []struct {
		after time.Duration
		hot   int
	}{{0, 2}, {Highlight - time.Millisecond, 2}, {Highlight, 0}, {-time.Second, 2}, {-time.Minute, 0}} {
		sc := b.compose(show(s, nil, Live()), called.Add(tc.after), hotDeep)
		if len(sc.hot) != tc.hot {
			t.Errorf("%v after the call %d areas are highlighted, want %d", tc.after, len(sc.hot), tc.hot)
		}
	}
	low, high := 1.0, 0.0
	for d := time.Duration(0); d < Highlight; d += 50 * time.Millisecond {
		g := glow(called.Add(d))
		low, high = min(low, g), max(high, g)
	}
	if low > 0.01 || high < 0.99 {
		t.Errorf("the pulse runs from %.2f to %.2f", low, high)
	}
}

// TestCallsTogetherShareTheHero: two calls within seconds are both large.
func TestCallsTogetherShareTheHero(t *testing.T) {
	for _, layout := range []Layout{OneCall, Rows, Grid, Portrait} {
		b := board(t, Options{Width: 1920, Height: 1080, Layout: layout})
		s := office(4, 8)
		s.Calls[1].At = s.Calls[0].At - 1500
		heights := map[string]int{}
		for _, o := range texts(b.compose(show(s, nil, Live()), noon, hotDeep)) {
			heights[o.text] = max(heights[o.text], o.size)
		}
		for _, k := range s.Calls[:2] {
			if layout == Grid {
				continue
			}
			if heights[k.Ticket] < 100 {
				t.Errorf("%v: %s is only %d px large", layout, k.Ticket, heights[k.Ticket])
			}
		}
	}
}

// screen paints layers as a front end does.
func screen(bounds image.Rectangle, layers []Layer, at time.Time) *image.RGBA {
	out := image.NewRGBA(bounds)
	for _, l := range layers {
		place := l.Rect
		if l.Move != nil {
			place = place.Add(l.Move(at))
		}
		seen := place
		if !l.Clip.Empty() {
			seen = seen.Intersect(l.Clip)
		}
		from := l.Rect.Min.Add(seen.Min.Sub(place.Min))
		if l.Alpha == nil {
			draw.Draw(out, seen, l.Image, from, draw.Src)
			continue
		}
		veil := image.NewUniform(color.Alpha{uint8(255*l.Alpha(at) + 0.5)})
		draw.DrawMask(out, seen, l.Image, from, veil, image.Point{}, draw.Over)
	}
	return out
}

// TestLayersComposeToDraw paints the layers as a front end would and compares.
func TestLayersComposeToDraw(t *testing.T) {
	t.Parallel()
	for _, sc := range drawn() {
		b := board(t, sc.opt)
		for _, d := range []time.Duration{0, 700 * time.Millisecond} {
			at := sc.at.Add(d)
			layers, _ := b.Layers(sc.v, at)
			for _, l := range layers {
				if l.Rect != l.Image.Rect {
					t.Fatalf("%s: layer %s: rect %v, image %v", sc.name, l.ID, l.Rect, l.Image.Rect)
				}
			}
			if n, where := differ(screen(b.Bounds(), layers, at), b.Draw(sc.v, at)); n > 0 {
				t.Errorf("%s +%v: %d pixels differ, the first at %v", sc.name, d, n, where)
			}
		}
	}
}

// drawn are the scenarios on the smallest screen and on an upright one; the race
// detector sees the smallest alone.
func drawn() []scenario {
	return slices.DeleteFunc(scenarios(), func(sc scenario) bool { return sc.opt.Width > 1280 || racing && sc.opt.Height > 720 })
}

func versions(layers []Layer) map[string]uint64 {
	out := map[string]uint64{}
	for _, l := range layers {
		out[l.ID] = l.Version
	}
	return out
}

func TestLayersChangeOnlyWhatChanged(t *testing.T) {
	b := board(t, Options{Width: 1280, Height: 720, Layout: OneCall})
	s := office(4, 4)
	get := func(at time.Time) (map[string]uint64, time.Time) {
		layers, next := b.Layers(show(s, nil, Live()), at)
		return versions(layers), next
	}
	first, next := get(noon)
	if want := time.UnixMilli(s.Calls[0].At).Add(Highlight); !next.Equal(want) {
		t.Errorf("next change at %v, want the end of the highlight %v", next, want)
	}
	if len(first) != 4 || first["pulse/0"] == 0 || first["pulse/1"] == 0 {
		t.Fatalf("layers %v", first)
	}
	again, _ := get(noon.Add(time.Second))
	for id, v := range first {
		if again[id] != v {
			t.Errorf("%s changed though nothing did", id)
		}
	}
	*s.Services[0].Waiting++
	waiting, _ := get(noon.Add(time.Second))
	if waiting["base"] == first["base"] || waiting["clock"] != first["clock"] || waiting["pulse/0"] != first["pulse/0"] {
		t.Errorf("one more waits: from %v to %v", first, waiting)
	}
	rested, next := get(noon.Add(10 * time.Second))
	if len(rested) != 2 || rested["base"] == waiting["base"] {
		t.Errorf("after the highlight: %v", rested)
	}
	if want := noon.Truncate(time.Minute).Add(time.Minute); !next.Equal(want) {
		t.Errorf("next change at %v, want the minute's turn %v", next, want)
	}
	turned, _ := get(next)
	if turned["clock"] == rested["clock"] || turned["base"] != rested["base"] {
		t.Errorf("a minute later: from %v to %v", rested, turned)
	}
}

// TestNextIsWhenThePictureChanges: until next nothing but the pulse moves.
func TestNextIsWhenThePictureChanges(t *testing.T) {
	t.Parallel()
	crowded := office(20, 60)
	crowded.Notices = []string{"하나", "둘", "셋"}
	for _, sc := range append(drawn(), scenario{"crowded", Options{Width: 1280, Height: 720}, show(crowded, nil, Live()), noon}) {
		b := board(t, sc.opt)
		at := sc.at
		for range 12 {
			layers, next := b.Layers(sc.v, at)
			if !next.After(at) {
				t.Fatalf("%s: at %v the next change is %v", sc.name, at, next)
			}
			before := versions(layers)
			layers, _ = b.Layers(sc.v, next.Add(-time.Millisecond))
			for id, v := range versions(layers) {
				if before[id] != v {
					t.Errorf("%s: %s changed before %v", sc.name, id, next)
				}
			}
			at = next
		}
	}
}

func TestDrawDependsOnItsArgumentsAlone(t *testing.T) {
	t.Parallel()
	used := board(t, Options{Width: 640, Height: 360})
	for _, sc := range drawn() {
		used.Draw(sc.v, sc.at)
	}
	for _, sc := range drawn() {
		a := used.Draw(sc.v, sc.at)
		if f := board(t, Options{Width: 640, Height: 360}).Draw(sc.v, sc.at); !slices.Equal(a.Pix, f.Pix) {
			t.Errorf("%s: a used board draws otherwise than a new one", sc.name)
		}
	}
}
