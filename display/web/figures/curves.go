package figures

import (
	"slices"
	"strings"
	"time"

	"sunbeon/appliance/feed"
)

const (
	Weeks  = 8 // how far the usual day reaches back
	Fewest = 3 // days without which nothing is called usual
)

// Curves are what an office's present day and its usual one are like.
type Curves struct {
	Date string    `json:"date"` // yyyy-mm-dd, Korean
	Day  time.Time `json:"-"`    // its first moment
	// Until is up to when today is known; zero when nothing of it is.
	Until time.Time `json:"-"`
	Doubt bool      `json:"doubt"` // the office's clock was not confirmed: today has no figures
	Days  int       `json:"days"`  // how many days there are of the weekday in the last Weeks weeks
	Lines []Both    `json:"lines"` // the office, then its services by id
}

// Both is a service's present and usual day; the office's has no Service. Usual
// says nothing while Curves.Days is below Fewest.
type Both struct {
	Service string        `json:"service"`
	Today   [Halves]Half  `json:"today"`
	Usual   [Halves]Usual `json:"usual"`
}

// Usual is a half hour of the usual day.
type Usual struct {
	Days     int     `json:"days"`     // on which the office was open then; 0 is none, and then the rest says nothing
	Issued   int     `json:"issued"`   // median over the days
	Low      float64 `json:"low"`      // people waiting: first quartile over the days,
	Mid      float64 `json:"mid"`      // median,
	High     float64 `json:"high"`     // third quartile
	WaitDays int     `json:"waitDays"` // on which somebody who came then was called
	Wait     int     `json:"wait"`     // seconds, median over those
}

// curves puts an office's day beside its usual one.
func curves(t *tally, usual []day, now time.Time, p Point) Curves {
	c := Curves{Date: date(now), Days: len(usual)}
	c.Day, _ = time.ParseInLocation(time.DateOnly, c.Date, feed.KST()) // it was just written
	byService := map[string]int{}
	line := func(service string) *Both {
		i, ok := byService[service]
		if !ok {
			i = len(c.Lines)
			byService[service] = i
			c.Lines = append(c.Lines, Both{Service: service})
		}
		return &c.Lines[i]
	}
	line("")
	if t != nil && t.date == c.Date {
		c.Doubt = t.doubt
		until := t.last
		if t.open && t.seq >= p.Seq && len(t.held) == 0 {
			until = max(until, p.Heard.UnixMilli())
		}
		if !c.Doubt && until != 0 {
			c.Until = time.UnixMilli(until)
			for _, l := range t.figures(until) {
				line(l.Service).Today = l.Halves
			}
		}
	}
	if len(usual) >= Fewest {
		for _, d := range usual {
			for _, l := range d.Lines {
				line(l.Service)
			}
		}
		for i := range c.Lines {
			days := make([][Halves]Half, len(usual))
			for n, d := range usual {
				days[n] = d.of(c.Lines[i].Service)
			}
			c.Lines[i].Usual = summary(days)
		}
	}
	slices.SortFunc(c.Lines, func(a, b Both) int { return strings.Compare(a.Service, b.Service) })
	return c
}

// of is the day of a service; of one that had no ticket, the hours in which it
// could have had.
func (d *day) of(service string) (out [Halves]Half) {
	for _, l := range d.Lines {
		switch l.Service {
		case service:
			return l.Halves
		case "":
			for h := range out {
				out[h].Span = l.Halves[h].Span
			}
		}
	}
	return out
}

// summary is the usual day of several.
func summary(days [][Halves]Half) (out [Halves]Usual) {
	for h := range Halves {
		var issued, waits []int
		var waiting []float64
		for _, d := range days {
			f := d[h]
			if f.Called > 0 {
				waits = append(waits, f.Wait)
			}
			if f.Span > 0 {
				issued = append(issued, f.Issued)
				waiting = append(waiting, f.Waiting)
			}
		}
		u := Usual{Days: len(issued), WaitDays: len(waits)}
		if u.Days > 0 {
			u.Issued = rank(issued, 0.5)
			u.Low, u.Mid, u.High = rank(waiting, 0.25), rank(waiting, 0.5), rank(waiting, 0.75)
		}
		if u.WaitDays > 0 {
			u.Wait = rank(waits, 0.5)
		}
		out[h] = u
	}
	return out
}

// Best is the half hour with the shortest usual wait of those that may be chosen
// and in which tickets are usually given; of equals the one with the fewest
// people, then the earliest. It reports false where fewer than Fewest days tell.
func (b *Both) Best(may func(half int) bool) (half int, ok bool) {
	for h := range Halves {
		u := b.Usual[h]
		if u.WaitDays < Fewest || u.Issued == 0 || !may(h) {
			continue
		}
		if was := b.Usual[half]; !ok || u.Wait < was.Wait || u.Wait == was.Wait && u.Mid < was.Mid {
			half, ok = h, true
		}
	}
	return half, ok
}
