package console

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"sunbeon/appliance/journal"
	"sunbeon/appliance/queue"
)

// periodMost is the longest period of figures, days.
const periodMost = 366

// figuresPart is the page of the figures.
type figuresPart struct {
	From, To string
	Days     int
	Summary  string // of the picture, for who cannot see it
	Observed bool   // the office's numbers are now those of its old machine, which are not in the figures
	Tables   []table
}

// table is one breakdown.
type table struct {
	Title, Key string
	Rows       []line
}

// line is one row of a table and of the CSV.
type line struct {
	Part, Name                      string
	Button, Online, Clerk, Issued   int
	Served, NoShows, Ended, Left    int
	Waiting, Handling               journal.Spread
	WaitingUnknown, HandlingUnknown int
}

func (c *Console) figures(w http.ResponseWriter, r *http.Request) {
	fig, v, p := c.figuresOf(r)
	if p != nil {
		c.figuresRefused(w, r, p)
		return
	}
	f := c.frame(r, "집계", "figures")
	f.Part = figuresPart{From: fig.From, To: fig.To, Days: fig.Days, Tables: tables(fig, v), Summary: summary(fig), Observed: v.Observed}
	c.show(w, http.StatusOK, f)
}

func (c *Console) figuresRefused(w http.ResponseWriter, r *http.Request, p *problem) {
	if p.status == http.StatusUnauthorized {
		http.Redirect(w, r, "/?place=manager", http.StatusSeeOther)
		return
	}
	c.refuse(w, r, p)
}

// figuresOf reads the period of the address, today by default, and its figures.
func (c *Console) figuresOf(r *http.Request) (journal.Figures, *queue.Config, *problem) {
	var none journal.Figures
	if _, p := c.asManager(r, true); p != nil {
		return none, nil, p
	}
	v := c.opt.Views.Newest()
	if v == nil {
		return none, nil, starting()
	}
	if c.opt.Journal == nil {
		return none, nil, noJournal()
	}
	today := v.Public.Date
	if today == "" {
		today = c.now(v).Time().Format(time.DateOnly)
	}
	from, to, p := period(r.URL.Query(), today)
	if p != nil {
		return none, nil, p
	}
	fig, err := c.opt.Journal.Figures(r.Context(), from, to)
	if err != nil {
		c.opt.Log.Warn("the figures cannot be read", "from", from, "to", to, "err", err)
		return none, nil, noJournal()
	}
	return fig, v.Config, nil
}

// period reads from and to, yyyy-mm-dd; one missing is the other, none is
// today.
func period(q url.Values, today string) (from, to string, p *problem) {
	from, to = q.Get("from"), q.Get("to")
	switch {
	case from == "" && to == "":
		from, to = today, today
	case from == "":
		from = to
	case to == "":
		to = from
	}
	a, err1 := time.Parse(time.DateOnly, from)
	b, err2 := time.Parse(time.DateOnly, to)
	if err1 != nil || err2 != nil || b.Before(a) || b.Sub(a) >= periodMost*24*time.Hour {
		return "", "", trouble(http.StatusBadRequest, "bad_period",
			fmt.Sprintf("기간이 올바르지 않습니다. 시작일과 종료일을 %d일 이내로 입력해 주십시오.", periodMost),
			fmt.Sprintf("The period is not right. Please give a first and a last day, at most %d days.", periodMost))
	}
	return from, to, nil
}

func issued(g journal.Group) int {
	return g.Issued[queue.Button] + g.Issued[queue.Online] + g.Issued[queue.Clerk]
}

// tables lays the figures out: the total, then by hour, service and counter.
func tables(f journal.Figures, c *queue.Config) []table {
	out := []table{
		{Title: "전체", Key: "구분", Rows: []line{lineOf("전체", "합계", f.Total)}},
		{Title: "시간대별", Key: "발급 시간"},
		{Title: "업무별", Key: "업무"},
		{Title: "창구별", Key: "창구"},
	}
	for _, g := range f.Hours {
		out[1].Rows = append(out[1].Rows, lineOf(out[1].Title, hourName(g.Key), g))
	}
	for _, g := range f.Services {
		name := g.Key
		if s, ok := c.Service(g.Key); ok {
			name = s.Name
		}
		out[2].Rows = append(out[2].Rows, lineOf(out[2].Title, name, g))
	}
	for _, g := range f.Counters {
		out[3].Rows = append(out[3].Rows, lineOf(out[3].Title, g.Key+"번 창구", g))
	}
	return out
}

// hourName is "09시"; the clock of "" was not confirmed.
func hourName(key string) string {
	if key == "" {
		return "시각 미확인"
	}
	return key + "시"
}

// lineOf reckons the unknown durations: people who were served or missed whose
// wait the clocks do not tell, and services without a known length. Who was
// called and then given up is in neither, so these are the fewest there can be.
func lineOf(part, name string, g journal.Group) line {
	return line{Part: part, Name: name,
		Button: g.Issued[queue.Button], Online: g.Issued[queue.Online], Clerk: g.Issued[queue.Clerk], Issued: issued(g),
		Served: g.Served, NoShows: g.NoShows, Ended: g.Cancelled, Left: g.Left,
		Waiting: g.Waiting, Handling: g.Handling,
		WaitingUnknown: max(g.Served+g.NoShows-g.Waiting.N, 0), HandlingUnknown: max(g.Served-g.Handling.N, 0)}
}

// minutes writes a duration in minutes with one decimal; "" when nothing was
// measured.
func minutes(s journal.Spread, d time.Duration) string {
	if s.N == 0 {
		return ""
	}
	return strconv.FormatFloat(d.Minutes(), 'f', 1, 64)
}

func (l line) WaitMedian() string   { return minutes(l.Waiting, l.Waiting.Median) }
func (l line) WaitP90() string      { return minutes(l.Waiting, l.Waiting.P90) }
func (l line) HandleMedian() string { return minutes(l.Handling, l.Handling.Median) }
func (l line) HandleP90() string    { return minutes(l.Handling, l.Handling.P90) }

// summary says what the picture shows.
func summary(f journal.Figures) string {
	text := fmt.Sprintf("시간대별 발급 인원. 모두 %d명", issued(f.Total))
	best := -1
	for i, g := range f.Hours {
		if g.Key != "" && (best < 0 || issued(g) > issued(f.Hours[best])) {
			best = i
		}
	}
	if best >= 0 {
		text += fmt.Sprintf(", 가장 많은 시간은 %s %d명", hourName(f.Hours[best].Key), issued(f.Hours[best]))
	}
	return text + ". 값은 아래 표와 같습니다."
}
