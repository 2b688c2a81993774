package web

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"

	"sunbeon/display/web/figures"
)

// Figures tell what an office's present and usual day are like. Day answers from
// memory or a short look into the store, on the date of now and up to what the
// office has said; false is not to be had at present.
type Figures interface {
	Day(ctx context.Context, office string, now time.Time, p figures.Point) (figures.Curves, bool)
}

// Curves are what the page of an office shows of its days.
type Curves struct {
	Date  string  `json:"date"`
	Until int64   `json:"until"` // up to when today is known, Unix ms; 0 is not at all
	Doubt bool    `json:"doubt"` // today is not shown: the office's clock is not confirmed
	Weeks int     `json:"weeks"` // how far the usual day reaches back
	Days  int     `json:"days"`  // how many days of the weekday it is made of
	Known bool    `json:"known"` // they are enough for a usual day
	Basis Words   `json:"basis"` // which days these are, or what is missing
	Lines []Curve `json:"lines"` // the office, then its services
}

// Curve is the office's or a service's.
type Curve struct {
	Service string     `json:"service"` // "" is the office
	Name    Words      `json:"name"`
	Best    *Best      `json:"best,omitempty"` // absent when too little is known
	Halves  []HalfHour `json:"halves"`
	Usual   bool       `json:"-"` // some of it is known
	chart   figures.Chart
	title   Words
	desc    Words
	now     Words
}

// Best is the half hour with the shortest usual wait of those that are left
// today, or of the weekday when none is left.
type Best struct {
	From string `json:"from"`
	To   string `json:"to"`
	Left bool   `json:"left"` // of what is left today
	Wait int    `json:"wait"` // seconds, median
	Days int    `json:"days"` // that tell
	Text Words  `json:"text"`
}

// HalfHour is one row of the table. What is not known is absent.
type HalfHour struct {
	From  string         `json:"from"`
	Today *figures.Half  `json:"today,omitempty"`
	Usual *figures.Usual `json:"usual,omitempty"`
}

// curves words the days of an office; nil when there is nothing to tell.
func (s *Site) curves(ctx context.Context, o Office, d *Detail, now time.Time) *Curves {
	if s.figures == nil || o.Snapshot == nil || d.Observed {
		return nil
	}
	// By the minute, so that the same figures have the same tag for a while.
	p := figures.Point{Journal: o.Snapshot.Journal, Seq: o.Snapshot.Seq, Heard: now.Truncate(time.Minute)}
	if stale(o, now) {
		p.Heard = heard(o)
	}
	c, ok := s.figures.Day(ctx, o.ID, now, p)
	if !ok {
		return nil
	}
	return wordCurves(c, d, now)
}

func wordCurves(c figures.Curves, d *Detail, now time.Time) *Curves {
	out := &Curves{Date: c.Date, Doubt: c.Doubt, Weeks: figures.Weeks, Days: c.Days, Known: c.Days >= figures.Fewest}
	minute := -1
	if !c.Until.IsZero() {
		out.Until = c.Until.UnixMilli()
		minute = min(int(c.Until.Sub(c.Day)/time.Minute), 24*60)
	}
	weekday := weekdayWords(seoul(now).Weekday())
	out.Basis = Words{fmt.Sprintf("평소: 최근 %d주 %s %d일의 기록입니다.", figures.Weeks, weekday.Ko, c.Days),
		fmt.Sprintf("Usual: %d %ss of the last %d weeks.", c.Days, weekday.En, figures.Weeks)}
	if !out.Known {
		out.Basis = Words{fmt.Sprintf("평소 %s의 모습은 아직 알 수 없습니다. 기록이 %d일 이상 쌓이면 보여 드립니다(현재 %d일).", weekday.Ko, figures.Fewest, c.Days),
			fmt.Sprintf("What a %s is usually like is not known yet. It is shown once there are records of %d days (now %d).", weekday.En, figures.Fewest, c.Days)}
	}
	services := map[string]Service{}
	for _, v := range d.Services {
		services[v.ID] = v
	}
	for i := range c.Lines {
		l := &c.Lines[i]
		name, state, hours := d.Name, d.State, ""
		if v, ok := services[l.Service]; ok {
			name, state, hours = v.Name, v.State, v.Hours
		} else if l.Service != "" {
			continue // the office has it no more
		}
		k := Curve{Service: l.Service, Name: name, Halves: []HalfHour{}, Usual: out.Known,
			chart: figures.Chart{Line: l, Usual: out.Known, Now: minute, ID: fmt.Sprintf("curve%d", i)}}
		k.title = Words{name.Ko + " 시간대별 대기 인원", "People waiting by the hour, " + name.En}
		k.now = Words{"지금 " + clock(minute), "now " + clock(minute)}
		if now.Sub(c.Until) > StaleAfter {
			k.now = Words{clock(minute) + "까지", "until " + clock(minute)}
		}
		k.desc = describe(l, out, weekday)
		from, to, _ := k.chart.Hours()
		for h := from; h < to; h++ {
			k.Halves = append(k.Halves, halfHour(l, h, minute, out.Known))
		}
		if out.Known {
			k.Best = best(l, state, hours, now, weekday)
		}
		out.Lines = append(out.Lines, k)
	}
	return out
}

func halfHour(l *figures.Both, h, minute int, known bool) HalfHour {
	r := HalfHour{From: clock(h * 30)}
	if l.Today[h].Span > 0 && h*30 < minute {
		r.Today = &l.Today[h]
	}
	if known && l.Usual[h].Days >= figures.Fewest {
		r.Usual = &l.Usual[h]
	}
	return r
}

// describe says in short what a curve shows, for those who do not see it.
func describe(l *figures.Both, c *Curves, weekday Words) Words {
	today, usual := -1, -1
	for h := range figures.Halves {
		if l.Today[h].Span > 0 && (today < 0 || l.Today[h].Waiting > l.Today[today].Waiting) {
			today = h
		}
		if u := l.Usual[h]; c.Known && u.Days >= figures.Fewest && (usual < 0 || u.Mid > l.Usual[usual].Mid) {
			usual = h
		}
	}
	var ko, en []string
	if c.Until != 0 && today >= 0 {
		ko = append(ko, fmt.Sprintf("오늘 가장 많았던 때는 %s대 평균 %s명입니다.", span30(today), count(l.Today[today].Waiting)))
		en = append(en, fmt.Sprintf("Today's peak so far: %s on average at %s.", count(l.Today[today].Waiting), span30(today)))
	}
	if usual >= 0 {
		ko = append(ko, fmt.Sprintf("평소 %s에는 %s에 가장 많아 %s명입니다.", weekday.Ko, span30(usual), count(l.Usual[usual].Mid)))
		en = append(en, fmt.Sprintf("A usual %s peaks with %s at %s.", weekday.En, count(l.Usual[usual].Mid), span30(usual)))
	}
	return Words{strings.Join(ko, " "), strings.Join(en, " ")}
}

// best words the best time to come: of what is left today while tickets are or
// will be given, else of the weekday.
func best(l *figures.Both, state State, hours string, now time.Time, weekday Words) *Best {
	local := seoul(now)
	minute := local.Hour()*60 + local.Minute()
	left := state == Open || state == Before
	h, ok := 0, false
	if left {
		h, ok = l.Best(func(h int) bool { return h*30 >= minute && given(hours, h) })
	}
	if !ok {
		left = false
		if h, ok = l.Best(func(int) bool { return true }); !ok {
			return nil
		}
	}
	u := l.Usual[h]
	b := &Best{From: clock(h * 30), To: clock(h*30 + 30), Left: left, Wait: u.Wait, Days: u.WaitDays}
	when, english := "남은 시간 중에는 보통 ", "Of the time left today, it is usually quietest at "
	if !left {
		when, english = weekday.Ko+"에는 보통 ", "On "+weekday.En+"s it is usually quietest at "
	}
	wait := minutesWords(u.Wait)
	b.Text = Words{fmt.Sprintf("%s%s~%s에 가장 한산합니다. 이때 오신 분은 보통 %s을 기다렸습니다(최근 %d주 %s %d일 기준).", when, b.From, b.To, wait.Ko, figures.Weeks, weekday.Ko, u.WaitDays),
		fmt.Sprintf("%s%s–%s: who came then usually waited %s (%d %ss of the last %d weeks).", english, b.From, b.To, wait.En, u.WaitDays, weekday.En, figures.Weeks)}
	return b
}

// given reports whether a half hour lies within the hours in which tickets are
// given today, "09:00-12:00, 13:00-18:00"; hours that are not known exclude
// nothing.
func given(hours string, h int) bool {
	from, to := clock(h*30), clock(h*30+30)
	known := false
	for part := range strings.SplitSeq(hours, ",") {
		a, b, ok := strings.Cut(strings.TrimSpace(part), "-")
		if !ok || len(a) != 5 || len(b) != 5 {
			continue
		}
		known = true
		if a <= from && to <= b {
			return true
		}
	}
	return !known
}

// clock is a minute of the day, "HH:MM".
func clock(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

func span30(h int) string { return clock(h*30) + "~" + clock(h*30+30) }

// count writes people on average: whole from ten on.
func count(people float64) string {
	if people >= 9.95 {
		return fmt.Sprintf("%.0f", people)
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", people), ".0")
}

// minutesWords word a wait that was measured, in whole minutes.
func minutesWords(seconds int) Words {
	m := (seconds + 30) / 60
	if m < 1 {
		return Words{"1분 미만", "under 1 min"}
	}
	return Words{ko(m), en(m)}
}

func weekdayWords(d time.Weekday) Words {
	return Words{string([]rune("일월화수목금토")[d]) + "요일", d.String()}
}

// Chart is the picture of a curve.
func (c Curve) Chart(l Lang) template.HTML {
	k := c.chart
	k.Title, k.Desc, k.NowAt = c.title.In(l), c.desc.In(l), c.now.In(l)
	return template.HTML(k.Draw()) // Draw escapes every text it is given
}

// apiCurves gives an office's days as JSON.
func (s *Site) apiCurves(w http.ResponseWriter, r *http.Request) {
	o, ok := s.city.Office(r.PathValue("office"))
	if !ok {
		s.refuse(w, r, because(unknownOffice))
		return
	}
	now := time.Now()
	connected, _ := s.city.Link()
	d := detail(o, connected, now)
	c := s.curves(r.Context(), o, &d, now)
	if c == nil {
		c = &Curves{Date: seoul(now).Format(time.DateOnly), Weeks: figures.Weeks, Lines: []Curve{}}
	}
	answerFor(w, r, c, time.Minute)
}
