package web

import (
	"context"
	"encoding/json"
	"math"
	"net/http"
	"testing"
	"time"

	"sunbeon/display/web/figures"
)

// week is a Figures of offices that all have the same day.
type week struct {
	curves func(now time.Time, p figures.Point) figures.Curves
	asked  figures.Point
	gone   bool
}

func (w *week) Day(_ context.Context, _ string, now time.Time, p figures.Point) (figures.Curves, bool) {
	w.asked = p
	return w.curves(now, p), !w.gone
}

// rush is a day from 9 to 18 with two peaks, known up to a minute of it, and the
// usual one of so many days.
func rush(now time.Time, until, days int) figures.Curves {
	now = seoul(now)
	c := figures.Curves{Date: now.Format(time.DateOnly), Days: days, Lines: make([]figures.Both, 3),
		Day: time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())}
	if until >= 0 {
		c.Until = c.Day.Add(time.Duration(until) * time.Minute)
	}
	for i, service := range []string{"", "civil", "passport"} {
		l := &c.Lines[i]
		l.Service = service
		for h := 18; h < 36; h++ {
			x := float64(h-18) / 18
			people := 3 + 9*math.Exp(-math.Pow((x-0.2)*7, 2)) + 7*math.Exp(-math.Pow((x-0.62)*6, 2))
			people /= float64(i + 1)
			if days >= figures.Fewest {
				l.Usual[h] = figures.Usual{Days: days, Issued: int(people) + 1, Low: math.Floor(people * 0.6), Mid: math.Floor(people), High: math.Ceil(people * 1.4), WaitDays: days, Wait: int(people * 70)}
			}
			if h*30 < until {
				l.Today[h] = figures.Half{Span: min(1800, (until-h*30)*60), Issued: int(people), Waiting: people * (1 + 0.3*math.Sin(float64(h))), Called: 5, Wait: int(people * 60)}
			}
		}
	}
	return c
}

func newSiteWith(t testing.TB, c *town, f Figures) *Site {
	t.Helper()
	s, err := New(Options{Name: Words{"수정시", "Sujeong"}, City: c, Tickets: c, Desk: c, Figures: f, Log: discard()})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// oclock is a moment of the day of now, in the office's hours.
func oclock(hour, minute int) time.Time {
	return time.Date(2026, 11, 24, hour, minute, 0, 0, seoul(noon).Location())
}

// words are the curves of the hall at a moment.
func words(now time.Time, until, days int, change ...func(*Detail)) *Curves {
	d := detail(hall("CS0001", now), true, now)
	for _, c := range change {
		c(&d)
	}
	return wordCurves(rush(now, until, days), &d, now)
}

func TestBestTimeToCome(t *testing.T) {
	shut := func(d *Detail) { d.State = Closed }
	for _, c := range []struct {
		what   string
		now    time.Time
		days   int
		change func(*Detail)
		from   string
		left   bool
		ko, en string
	}{
		{"in the morning the late afternoon is best", oclock(9, 40), 6, nil, "17:30", true,
			"남은 시간 중에는 보통 17:30~18:00에 가장 한산합니다. 이때 오신 분은 보통 4분을 기다렸습니다(최근 8주 화요일 6일 기준).",
			"Of the time left today, it is usually quietest at 17:30–18:00: who came then usually waited 4 min (6 Tuesdays of the last 8 weeks)."},
		{"nothing is left", oclock(17, 40), 6, nil, "17:30", false, "화요일에는 보통 17:30~18:00에 가장 한산합니다.", "On Tuesdays it is usually quietest at 17:30–18:00"},
		{"closed", oclock(9, 40), 6, shut, "17:30", false, "화요일에는 보통", "On Tuesdays"},
		{"three days are enough", oclock(9, 40), 3, nil, "17:30", true, "화요일 3일 기준", "3 Tuesdays"},
		{"two are not", oclock(9, 40), 2, nil, "", false, "", ""},
	} {
		change := c.change
		if change == nil {
			change = func(*Detail) {}
		}
		b := words(c.now, 842, c.days, change).Lines[0].Best
		if c.from == "" {
			if b != nil {
				t.Errorf("%s: %+v", c.what, b)
			}
			continue
		}
		if b == nil || b.From != c.from || b.Left != c.left || !contains(b.Text.Ko, c.ko) || !contains(b.Text.En, c.en) {
			t.Errorf("%s: %+v", c.what, b)
		}
	}
	// The hours of today bind a service: passports are given until noon only.
	l := words(oclock(9, 40), 842, 6, func(d *Detail) { d.Services[1].Hours = "09:00-12:00" }).Lines[2]
	if l.Service != "passport" || l.Best == nil || l.Best.From != "10:00" {
		t.Errorf("%+v", l.Best)
	}
}

func TestGivenHours(t *testing.T) {
	for _, c := range []struct {
		hours string
		h     int
		want  bool
	}{
		{"09:00-18:00", 18, true}, {"09:00-18:00", 35, true}, {"09:00-18:00", 36, false}, {"09:00-18:00", 17, false},
		{"09:00-12:00, 13:00-18:00", 24, false}, {"09:00-12:00, 13:00-18:00", 26, true}, {"09:00-17:45", 35, false},
		{"", 3, true}, {"화요일", 3, true},
	} {
		if got := given(c.hours, c.h); got != c.want {
			t.Errorf("%q at %s: %v", c.hours, clock(c.h*30), got)
		}
	}
}

func TestCurvesOnThePage(t *testing.T) {
	w := &week{curves: func(now time.Time, _ figures.Point) figures.Curves { return rush(now, 842, 6) }}
	o := hall("CS0001", time.Now())
	o.Snapshot.Journal, o.Snapshot.Seq = "j", 99
	s := newSiteWith(t, newTown(o), w)
	page := text(t, get(t, s, "/o/CS0001"))
	if !contains(page, `<svg class="chart"`, `<title id="curve0-title">수정동 주민센터 시간대별 대기 인원</title>`, `<svg class="chart" width="100%" height="196" role="img" aria-labelledby="curve2-title`) {
		t.Error(page)
	}
	seen := visible(page)
	if !contains(seen, "시간대별 대기", "가장 한산합니다", "최근 8주", "6일 기준", "평소: 최근 8주", "업무별로 보기 민원", "여권 ",
		"14:00 9 9.8 9분 (5명) 9 (5~13) 11분 (6일)", "14:30 – – – 9 (5~14) 12분 (6일)", "오늘 기다린 시간") {
		t.Error(seen)
	}
	english := visible(text(t, get(t, s, "/en/o/CS0001")))
	if !contains(english, "Waiting by the hour", "usually quietest", "By service Certificates", "14:00 9 9.8 9 min (5) 9 (5~13) 11 min (6 d)") {
		t.Error(english)
	}
	if w.asked.Journal != "j" || w.asked.Seq != 99 || time.Since(w.asked.Heard) > time.Minute {
		t.Errorf("asked for %+v", w.asked)
	}
	// A silent office's day does not go on.
	old := hall("CS0001", time.Now().Add(-time.Hour))
	get(t, newSiteWith(t, newTown(old), w), "/o/CS0001")
	if want := heard(old); !w.asked.Heard.Equal(want) {
		t.Errorf("heard at %v, asked for %v", want, w.asked.Heard)
	}
}

func TestCurvesThatAreNotKnown(t *testing.T) {
	w := &week{curves: func(now time.Time, _ figures.Point) figures.Curves { return rush(now, -1, 1) }}
	s := newSiteWith(t, newTown(hall("CS0001", time.Now()), heardHall("CS0002", time.Now()), Office{ID: "CS0009"}), w)
	page := text(t, get(t, s, "/o/CS0001"))
	if !contains(visible(page), "모습은 아직 알 수 없습니다. 기록이 3일 이상 쌓이면 보여 드립니다(현재 1일).") || contains(page, "<svg") || contains(page, "한산합니다") {
		t.Error(page)
	}
	doubt := *w
	doubt.curves = func(now time.Time, _ figures.Point) figures.Curves { c := rush(now, -1, 6); c.Doubt = true; return c }
	if page := visible(text(t, get(t, newSiteWith(t, newTown(hall("CS0001", time.Now())), &doubt), "/o/CS0001"))); !contains(page, "시계가 아직 확인되지 않아 오늘의 대기는") {
		t.Error(page)
	}
	for _, id := range []string{"CS0002", "CS0009"} {
		if page := text(t, get(t, s, "/o/"+id)); contains(page, `class="curves"`) {
			t.Errorf("%s: %s", id, page)
		}
	}
	w.gone = true
	if page := text(t, get(t, s, "/o/CS0001")); contains(page, `class="curves"`) || !contains(page, "수정로 1") {
		t.Errorf("without its store: %s", page)
	}
}

func TestCurvesAsJSON(t *testing.T) {
	w := &week{curves: func(now time.Time, _ figures.Point) figures.Curves { return rush(now, 842, 6) }}
	s := newSiteWith(t, newTown(hall("CS0001", time.Now())), w)
	r := get(t, s, "/api/v1/offices/CS0001/curves")
	tag := r.Header.Get("ETag")
	var c struct {
		Date  string
		Until int64
		Weeks int
		Days  int
		Known bool
		Lines []struct {
			Service string
			Name    Words
			Best    *Best
			Halves  []struct {
				From  string
				Today *figures.Half
				Usual *figures.Usual
			}
		}
	}
	if err := json.Unmarshal([]byte(text(t, r)), &c); err != nil || r.StatusCode != http.StatusOK || r.Header.Get("Cache-Control") != "public, max-age=60" || tag == "" {
		t.Fatal(err, r.Status, r.Header)
	}
	if c.Until == 0 || c.Weeks != 8 || c.Days != 6 || !c.Known || len(c.Lines) != 3 || c.Lines[1].Name.En != "Certificates" || c.Lines[0].Best == nil {
		t.Errorf("%+v", c)
	}
	h := c.Lines[0].Halves
	if len(h) != 18 || h[10].From != "14:00" || h[10].Today == nil || h[10].Today.Span != 120 || h[11].Today != nil || h[17].Usual.Days != 6 {
		t.Errorf("%+v", h)
	}
	if again := get(t, s, "/api/v1/offices/CS0001/curves", "If-None-Match", tag); again.StatusCode != http.StatusNotModified {
		t.Errorf("the same: %s", again.Status)
	}
	if r := get(t, s, "/api/v1/offices/none/curves"); r.StatusCode != http.StatusNotFound {
		t.Errorf("no such office: %s", r.Status)
	}
	w.gone = true
	if r := get(t, s, "/api/v1/offices/CS0001/curves"); r.StatusCode != http.StatusOK || !contains(text(t, r), `"days":0`, `"lines":[]`) {
		t.Errorf("nothing is known: %s", r.Status)
	}
}
