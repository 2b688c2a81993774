package figures

import (
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"
)

// Chart is what Draw draws: the people waiting over the hours of a day.
//
//	12 -|        ___                    a step of light ground for the middle half of
//	    |    ___|###|___  |             the usual days, with a line for their median;
//	 6 -|   |###|###|###|_|__           a bar for each half hour of today, open at
//	    |___|###|###|###| |  |___       the bottom of the one that is not over;
//	    '--------------------------     an upright line for now
//	      9   10   11   12   13
//
// Widths are parts of the whole in per cent and heights are pixels, so that text
// has one size on every screen. All colours are the style sheet's, by class.
type Chart struct {
	Line  *Both
	Usual bool // the usual day is known
	Now   int  // minute of the day up to which today is known; -1 is not at all
	// ID is unique on the page, of letters and digits.
	ID    string
	Title string // what it shows, and
	Desc  string // in short what is to be seen
	NowAt string // words at the line for now, e.g. "지금 14:02"
}

// Heights of the picture's parts, px.
const (
	plotTop    = 22
	plotHeight = 150
	plotBottom = plotTop + plotHeight
	height     = plotBottom + 24
)

// Draw gives the SVG; nothing where there is nothing to draw.
func (c Chart) Draw() string {
	from, to, ok := c.Hours()
	if !ok {
		return ""
	}
	top, step := scale(c.most())
	d := drawing{from: float64(from), halves: float64(to - from), top: top}
	d.printf(`<svg class="chart" width="100%%" height="%d" role="img" aria-labelledby="%s-title %s-desc">`, height, c.ID, c.ID)
	d.printf("\n<title id=\"%s-title\">%s</title>", c.ID, html.EscapeString(c.Title))
	d.printf("\n<desc id=\"%s-desc\">%s</desc>\n", c.ID, html.EscapeString(c.Desc))
	for v := step; v <= top; v += step {
		d.level("grid", d.from, d.from+d.halves, d.y(v))
	}
	for h := from; h < to; h++ {
		if u := c.Line.Usual[h]; c.Usual && u.Days >= Fewest && u.High > 0 {
			d.rect("band", float64(h), 1, u.High, u.Low)
		}
	}
	for h := from; h < to; h++ {
		const margin = 0.16 // of a half hour, on both sides of a bar
		if t := c.Line.Today[h]; t.Span > 0 && t.Waiting > 0 {
			class := "bar"
			if h == c.Now/30 {
				class = "bar part"
			}
			d.rect(class, float64(h)+margin, 1-2*margin, t.Waiting, 0)
		}
	}
	for _, class := range []string{"under", "median"} { // the line is seen on the bars too
		for h := from; h < to; h++ {
			if u := c.Line.Usual[h]; c.Usual && u.Days >= Fewest {
				d.level(class, float64(h), float64(h+1), d.y(u.Mid))
			}
		}
	}
	d.level("axis", d.from, d.from+d.halves, plotBottom)
	for h := from; h <= to; h += 2 {
		d.upright("tick", float64(h), plotBottom, plotBottom+4)
		d.text("hour", float64(h), height-4, strconv.Itoa(h/2))
	}
	for v := step; v <= top; v += step {
		d.text("people", d.from, d.y(v)-3, trim(v))
	}
	if at := float64(c.Now) / 30; c.Now >= 0 && at >= d.from && at <= d.from+d.halves {
		d.upright("now", at, plotTop-4, plotBottom)
		d.text("now", at, plotTop-9, c.NowAt)
	}
	d.printf("</svg>")
	return d.String()
}

// drawing is the SVG as it is written. Across, it measures in half hours of the
// day.
type drawing struct {
	strings.Builder
	from, halves float64
	top          float64 // people at the top of the plot
}

func (d *drawing) printf(format string, args ...any) { fmt.Fprintf(d, format, args...) }

func (d *drawing) x(half float64) string { return trim((half-d.from)/d.halves*100) + "%" }

func (d *drawing) y(people float64) float64 { return plotBottom - people/d.top*plotHeight }

func (d *drawing) level(class string, from, to, y float64) {
	d.printf("<line class=\"%s\" x1=\"%s\" x2=\"%s\" y1=\"%s\" y2=\"%s\"/>\n", class, d.x(from), d.x(to), trim(y), trim(y))
}

func (d *drawing) upright(class string, half, y1, y2 float64) {
	d.printf("<line class=\"%s\" x1=\"%s\" x2=\"%s\" y1=\"%s\" y2=\"%s\"/>\n", class, d.x(half), d.x(half), trim(y1), trim(y2))
}

func (d *drawing) rect(class string, from, halves, high, low float64) {
	d.printf("<rect class=\"%s\" x=\"%s\" width=\"%s%%\" y=\"%s\" height=\"%s\"/>\n",
		class, d.x(from), trim(halves/d.halves*100), trim(d.y(high)), trim(d.y(low)-d.y(high)))
}

// text stands in the middle of its place, but at the edges within the picture.
func (d *drawing) text(class string, half, y float64, s string) {
	anchor := "middle"
	switch share := (half - d.from) / d.halves; {
	case share == 0, class == "now" && share < 0.15:
		anchor = "start"
	case share == 1, class == "now" && share > 0.85:
		anchor = "end"
	}
	d.printf("<text class=\"%s\" x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>\n", class, d.x(half), trim(y), anchor, html.EscapeString(s))
}

// Hours are the half hours that are drawn, whole hours from the first to the last
// of which anything is to be seen.
func (c Chart) Hours() (from, to int, ok bool) {
	from = Halves
	for h := range Halves {
		t, u := c.Line.Today[h], c.Line.Usual[h]
		if t.Issued > 0 || t.Waiting > 0 || c.Usual && u.Days >= Fewest && (u.Issued > 0 || u.Mid > 0) {
			from, to = min(from, h), h+1
		}
	}
	if to == 0 {
		return 0, 0, false
	}
	from, to = from/2*2, (to+1)/2*2
	for to-from < 8 { // four hours at least, or a bar looks like a wall
		from, to = max(from-2, 0), min(to+2, Halves)
	}
	return from, to, true
}

// most is the largest figure that is drawn.
func (c Chart) most() float64 {
	most := 0.0
	for h := range Halves {
		most = max(most, c.Line.Today[h].Waiting)
		if c.Usual && c.Line.Usual[h].Days >= Fewest {
			most = max(most, c.Line.Usual[h].High)
		}
	}
	return most
}

// scale chooses whole steps of people, at most four of them, and the top of the
// plot.
func scale(most float64) (top, step float64) {
	for unit := 1.0; ; unit *= 10 {
		for _, m := range []float64{1, 2, 5} {
			if step = m * unit; most <= 4*step {
				return max(math.Ceil(most/step), 2) * step, step
			}
		}
	}
}

// trim writes a number with at most two digits behind the point.
func trim(v float64) string {
	return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64)
}
