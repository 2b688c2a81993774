package web

import (
	"cmp"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"sunbeon/display/web/outline"
)

// The drawing, in its own units: on a phone one of them is about a pixel.
const (
	chartWide = 320.0
	chartLow  = 220.0 // least and most height
	chartHigh = 440.0
	chartEdge = 24.0 // beside the outermost offices, above and below
	chartSide = 44.0 // and left and right, for their names
	chartFoot = 24.0 // below all, for the scale and the north
	markSize  = 12.0 // radius: 24 units across, for a finger
	textSize  = 12.0
	chartMost = 120 // offices that are drawn; more are listed only
	centreKM  = 0.7 // up to which an office is in the middle
)

// chart is the map: a picture without a tile server, and the same as a list.
type chart struct {
	Q      string
	All    int
	Wide   float64
	High   float64
	Foot   float64 // height of the scale and the north
	Border string  // path of the outline; empty is none
	Grid   string  // path, where there is no outline
	Bar    bar
	Marks  []mark
	Groups []group
	Many   bool // too many to draw
}

// bar is the scale.
type bar struct {
	Length, X, Y float64
	Text         string
}

// mark is an office on the map.
type mark struct {
	Card
	N          int     // in the list, and on the map
	X, Y       float64 // where it is drawn
	AtX, AtY   float64 // where it is
	Moved      bool
	Label      string // "" where there is no room
	LabX, LabY float64
	Anchor     string // of the label: start, middle or end
	FromCentre Words
	place      outline.Point
}

// group is a part of the list: the offices in one direction from the middle.
type group struct {
	Name  Words
	ID    string
	Marks []mark
}

// drawn serves the map.
func (s *Site) drawn(w http.ResponseWriter, r *http.Request) {
	p := s.page(r, Words{"지도", "Map"})
	p.Events, p.Refresh, p.Public = s.events("/events"), 60, true
	all := cards(s.city, time.UnixMilli(p.Now))
	n := len(all)
	q := sought(r.URL.Query().Get("q"))
	if q != "" {
		all, _ = search(all, q)
		p.Other += (&listing{Q: q}).query(byName, 1)
	}
	order(all, byName, p.Lang, nil)
	c := draw(all, s.outline, p.Lang)
	c.Q, c.All = q, n
	p.Map = &c
	s.render(w, "map.html", http.StatusOK, p)
}

// draw lays the map out. It is a pure function of what it is given.
func draw(all []Card, border outline.Outline, l Lang) chart {
	var marks []mark
	var nowhere []mark
	for _, c := range all {
		if at, ok := placeOf(c); ok {
			marks = append(marks, mark{Card: c, place: at})
		} else {
			nowhere = append(nowhere, mark{Card: c})
		}
	}
	c := chart{Many: len(marks) > chartMost}
	c.Groups = grouped(marks, nowhere)
	if len(marks) == 0 || c.Many {
		return c
	}
	marks = marks[:0]
	for i := range c.Groups {
		for j := range c.Groups[i].Marks {
			m := &c.Groups[i].Marks[j]
			if _, ok := placeOf(m.Card); ok {
				m.N = len(marks) + 1
				marks = append(marks, *m)
			}
		}
	}
	p := fit(marks, border)
	c.Wide, c.High, c.Foot = chartWide, p.high+chartFoot, p.high+chartFoot-10
	for i := range marks {
		m := &marks[i]
		m.AtX, m.AtY = p.xy(m.place)
		m.X, m.Y = m.AtX, m.AtY
	}
	spread(marks, p.high)
	for i := range marks {
		m := &marks[i]
		m.Moved = math.Hypot(m.X-m.AtX, m.Y-m.AtY) > markSize/2
	}
	c.Bar = p.bar()
	c.Bar.X, c.Bar.Y = 10, c.Foot+2
	if len(border.Rings) > 0 {
		c.Border = p.path(border)
	} else {
		c.Grid = p.grid(c.Bar.Length)
	}
	label(marks, p.high, l)
	c.Marks = marks
	return c
}

// projection puts degrees on the drawing, with the same scale in both directions.
type projection struct {
	centre outline.Point
	cos    float64 // a degree of longitude in degrees of latitude
	scale  float64 // units a degree of latitude
	high   float64
}

func fit(marks []mark, border outline.Outline) projection {
	low, high := outline.Point{Lat: 90, Lon: 180}, outline.Point{Lat: -90, Lon: -180}
	grow := func(p outline.Point) {
		low.Lat, low.Lon = min(low.Lat, p.Lat), min(low.Lon, p.Lon)
		high.Lat, high.Lon = max(high.Lat, p.Lat), max(high.Lon, p.Lon)
	}
	for _, m := range marks {
		grow(m.place)
	}
	for _, ring := range border.Rings {
		for _, p := range ring {
			grow(p)
		}
	}
	c := outline.Point{Lat: (low.Lat + high.Lat) / 2, Lon: (low.Lon + high.Lon) / 2}
	p := projection{centre: c, cos: max(math.Cos(radians(c.Lat)), 0.01)}
	const least = 0.01 // degrees, about 1 km: a single office is no point in nothing
	wide, tall := max((high.Lon-low.Lon)*p.cos, least), max(high.Lat-low.Lat, least)
	p.high = min(max((chartWide-2*chartSide)/wide*tall+2*chartEdge, chartLow), chartHigh)
	p.scale = min((chartWide-2*chartSide)/wide, (p.high-2*chartEdge)/tall)
	return p
}

func (p projection) xy(at outline.Point) (x, y float64) {
	return chartWide/2 + (at.Lon-p.centre.Lon)*p.cos*p.scale, p.high/2 - (at.Lat-p.centre.Lat)*p.scale
}

// bar is a round length, up to a quarter of the width.
func (p projection) bar() bar {
	perKM := p.scale / (earthKM * math.Pi / 180)
	best := bar{}
	for _, m := range []int{50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000, 5_000_000} {
		length := float64(m) / 1000 * perKM
		if best.Length != 0 && length > chartWide/4 {
			break
		}
		best = bar{Length: length, Text: fmt.Sprintf("%d km", m/1000)}
		if m < 1000 {
			best.Text = fmt.Sprintf("%d m", m)
		}
	}
	return best
}

func (p projection) path(o outline.Outline) string {
	var b strings.Builder
	for _, ring := range o.Rings {
		for i, at := range ring {
			x, y := p.xy(at)
			fmt.Fprintf(&b, "%c%.1f %.1f", "ML"[min(i, 1)], x, y)
		}
		b.WriteByte('Z')
	}
	return b.String()
}

// grid is lines a scale's length apart, out from the middle.
func (p projection) grid(step float64) string {
	var b strings.Builder
	for x := math.Mod(chartWide/2, step); x < chartWide; x += step {
		fmt.Fprintf(&b, "M%.1f 0V%.1f", x, p.high+chartFoot)
	}
	for y := math.Mod(p.high/2, step); y < p.high+chartFoot; y += step {
		fmt.Fprintf(&b, "M0 %.1fH%.0f", y, chartWide)
	}
	return b.String()
}

// spread moves marks that lie on each other apart, and keeps all in the picture.
func spread(marks []mark, high float64) {
	const gap = 2*markSize + 1.5
	for range 200 {
		still := true
		for i := range marks {
			for j := i + 1; j < len(marks); j++ {
				a, b := &marks[i], &marks[j]
				dx, dy := b.X-a.X, b.Y-a.Y
				d := math.Hypot(dx, dy)
				if d >= gap {
					continue
				}
				still = false
				if d < 0.01 { // the same place: each pair goes its own way
					dx, dy, d = math.Cos(float64(i+2*j)), math.Sin(float64(i+2*j)), 1
				}
				push := (gap - min(d, gap) + 0.05) / 2 / d
				if d == 1 {
					push = gap / 4
				}
				a.X, a.Y, b.X, b.Y = a.X-dx*push, a.Y-dy*push, b.X+dx*push, b.Y+dy*push
			}
		}
		for i := range marks {
			m := &marks[i]
			m.X = min(max(m.X, markSize+2), chartWide-markSize-2)
			m.Y = min(max(m.Y, markSize+2), high-markSize-2)
		}
		if still {
			return
		}
	}
}

// box is a rectangle that holds something.
type box struct{ x0, y0, x1, y1 float64 }

func (a box) meets(b box) bool { return a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1 }

// label gives each mark its name where there is room beside it. One without room
// has its number, which is in the list.
func label(marks []mark, high float64, l Lang) {
	var taken []box
	for _, m := range marks {
		taken = append(taken, box{m.X - markSize, m.Y - markSize, m.X + markSize, m.Y + markSize})
	}
	for i := range marks {
		m := &marks[i]
		name := short(m.Name.In(l))
		wide, off := textWidth(name), markSize+3
		for _, at := range []struct {
			anchor string
			dx, dy float64
		}{{"start", off, 4}, {"end", -off, 4}, {"middle", 0, off + 9}, {"middle", 0, -off}, {"start", off - 4, off + 4}, {"end", 4 - off, off + 4}, {"start", off - 4, -off + 5}, {"end", 4 - off, -off + 5}} {
			x, y := m.X+at.dx, m.Y+at.dy
			left := x
			switch at.anchor {
			case "end":
				left -= wide
			case "middle":
				left -= wide / 2
			}
			b := box{left, y - textSize, left + wide, y + 3}
			if b.x0 < 2 || b.x1 > chartWide-2 || b.y0 < 2 || b.y1 > high || slices.ContainsFunc(taken, b.meets) {
				continue
			}
			taken = append(taken, b)
			m.Label, m.LabX, m.LabY, m.Anchor = name, x, y, at.anchor
			break
		}
	}
}

// short leaves out what every office is called.
func short(name string) string {
	for _, end := range []string{" 행정복지센터", " 주민센터", "행정복지센터", "주민센터", " Community Service Center", " Community Center", " Office"} {
		if s, ok := strings.CutSuffix(name, end); ok && s != "" {
			return s
		}
	}
	return name
}

// textWidth is about what a name takes.
func textWidth(s string) float64 {
	w := 0.0
	for _, r := range s {
		if r < 0x1100 {
			w += 0.6
		} else {
			w++
		}
	}
	return w * textSize
}

// grouped lists offices by their direction from the middle of all, the nearest
// first, and those without a position at the end.
func grouped(marks, nowhere []mark) []group {
	var out []group
	if len(marks) > 0 {
		var middle outline.Point
		for _, m := range marks {
			middle.Lat += m.place.Lat / float64(len(marks))
			middle.Lon += m.place.Lon / float64(len(marks))
		}
		by := make([][]mark, 9)
		for _, m := range marks {
			if distance(middle, m.place) <= centreKM {
				by[0] = append(by[0], m)
				continue
			}
			m.FromCentre = far(distance(middle, m.place))
			k := 1 + wind(bearing(middle, m.place))
			by[k] = append(by[k], m)
		}
		names := append([]Words{{"가운데", "In the middle"}}, func() []Words { d := directions(); return d[:] }()...)
		for i, some := range by {
			if len(some) == 0 {
				continue
			}
			slices.SortStableFunc(some, func(a, b mark) int {
				return cmp.Compare(distance(middle, a.place), distance(middle, b.place))
			})
			out = append(out, group{Name: names[i], ID: fmt.Sprintf("g%d", i), Marks: some})
		}
	}
	if len(nowhere) > 0 {
		out = append(out, group{Name: Words{"위치를 알 수 없는 민원실", "Position not known"}, ID: "g-", Marks: nowhere})
	}
	return out
}
