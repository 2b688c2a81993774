package web

import (
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sunbeon/display/web/outline"
)

func TestMapIsDrawnAndListed(t *testing.T) {
	s := newSite(t, uijeongbu(15, time.Now()))
	r := get(t, s, "/map")
	page := text(t, r)
	if r.StatusCode != http.StatusOK || !contains(page, `<path class="grid"`, `class="compass"`, `class="bar"`, `<a href="/o/CS0001" tabindex="-1" data-office="CS0001"`) {
		t.Error(r.Status, page)
	}
	if n := strings.Count(page, `tabindex="-1"`); n != 13 {
		t.Errorf("%d marks: two offices have no position", n)
	}
	list := visible(page[strings.Index(page, `class="areas"`):])
	if !contains(list, "가운데", "위치를 알 수 없는 민원실 송산3동 주민센터", "CS0015") {
		t.Error(list)
	}
	for i := range 15 {
		if strings.Count(page, fmt.Sprintf(`<li class="office" data-office="CS%04d"`, i+1)) != 1 {
			t.Errorf("office %d is not in the list once", i+1)
		}
	}
	if page := visible(text(t, get(t, s, "/en/map"))); !contains(page, "Map of the offices", "In the middle", "north-east", "1 km") {
		t.Error(page)
	}
	if page := text(t, get(t, newSite(t, newTown()), "/map")); !contains(visible(page), "보여 드릴 민원실이 없습니다") || strings.Contains(page, "<svg class") {
		t.Error("an empty city")
	}
}

func TestMapOfTooManyIsAList(t *testing.T) {
	s := newSite(t, uijeongbu(300, time.Now()))
	page := text(t, get(t, s, "/map"))
	if strings.Contains(page, "<svg class") || !contains(visible(page), "민원실이 300곳이어서 그림 대신 목록으로") {
		t.Error("300 offices are drawn")
	}
	page = text(t, get(t, s, "/map?q=%EC%8B%9C%EC%B2%AD"))
	if !strings.Contains(page, `<svg class="map"`) || !contains(page, "data-part", "‘시청’로 찾은 민원실입니다") {
		t.Error("those that were searched for are not drawn")
	}
}

func TestOutlineIsDrawnBehind(t *testing.T) {
	border := outline.Outline{Rings: [][]outline.Point{{{Lat: 37.70, Lon: 127.00}, {Lat: 37.70, Lon: 127.12}, {Lat: 37.78, Lon: 127.12}, {Lat: 37.78, Lon: 127.00}}}}
	c := uijeongbu(15, time.Now())
	s, err := New(Options{Name: Words{"수정시", "Sujeong"}, City: c, Tickets: c, Desk: c, Log: discard(), Outline: border})
	if err != nil {
		t.Fatal(err)
	}
	page := text(t, get(t, s, "/map"))
	if !contains(page, `<path class="border"`) || strings.Contains(page, `class="grid"`) || strings.Index(page, "border") > strings.Index(page, "data-office") {
		t.Error(page)
	}
}

// One kilometre is as long to the east as to the north, and as long as the scale
// says.
func TestMapIsToScale(t *testing.T) {
	middle := outline.Point{Lat: 37.7, Lon: 127}
	all := []Card{at("A", 0), at("B", 0), at("C", 0)}
	east := 2.0 / (111.195 * math.Cos(radians(37.7)))
	all[0].Lat, all[0].Lon = middle.Lat, middle.Lon
	all[1].Lat, all[1].Lon = middle.Lat+2/111.195, middle.Lon
	all[2].Lat, all[2].Lon = middle.Lat, middle.Lon+east
	c := draw(all, outline.Outline{}, Ko)
	where := map[string]mark{}
	for _, m := range c.Marks {
		where[m.ID] = m
	}
	a, b, e := where["A"], where["B"], where["C"]
	north, right := a.AtY-b.AtY, e.AtX-a.AtX
	if math.Abs(north-right) > north/100 || math.Abs(a.AtX-b.AtX) > 0.01 || north < 50 {
		t.Errorf("2 km are %v north and %v east", north, right)
	}
	if c.Bar.Text != "500 m" && c.Bar.Text != "1 km" {
		t.Errorf("the scale is %s", c.Bar.Text)
	}
	if perKM := c.Bar.Length / map[string]float64{"500 m": 0.5, "1 km": 1}[c.Bar.Text]; math.Abs(perKM-north/2) > 0.5 {
		t.Errorf("the scale's kilometre is %v, the map's %v", perKM, north/2)
	}
}

// TestMapIsLegible: however the offices lie, no mark lies on another nor outside,
// and no name on a name or a mark.
func TestMapIsLegible(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 60).Draw(t, "offices")
		spread := rapid.SampledFrom([]float64{0, 0.0001, 0.01, 0.1, 2}).Draw(t, "degrees")
		var all []Card
		for i := range n {
			c := at(fmt.Sprintf("CS%d", i), 0)
			c.Name = Words{"의정부" + strings.Repeat("가", i%4) + "동 주민센터", "x"}
			c.Lat = 37.7 + rapid.Float64Range(-1, 1).Draw(t, "lat")*spread
			c.Lon = 127 + rapid.Float64Range(-1, 1).Draw(t, "lon")*spread
			all = append(all, c)
		}
		c := draw(all, outline.Outline{}, Ko)
		if len(c.Marks) != n {
			t.Fatalf("%d of %d marks", len(c.Marks), n)
		}
		var names []box
		for i, m := range c.Marks {
			if m.N != i+1 || m.X < markSize || m.X > c.Wide-markSize || m.Y < markSize || m.Y > c.High-markSize {
				t.Fatalf("mark %d at %v, %v", m.N, m.X, m.Y)
			}
			for _, o := range c.Marks[:i] {
				if d := math.Hypot(m.X-o.X, m.Y-o.Y); d < 2*markSize-4 {
					t.Fatalf("marks %d and %d are %.1f apart", m.N, o.N, d)
				}
			}
			if m.Label == "" {
				continue
			}
			wide := textWidth(m.Label)
			left := m.LabX - map[string]float64{"start": 0, "middle": wide / 2, "end": wide}[m.Anchor]
			b := box{left, m.LabY - textSize, left + wide, m.LabY + 3}
			if b.x0 < 0 || b.x1 > c.Wide || b.y0 < 0 || b.y1 > c.High {
				t.Fatalf("the name of %d is outside", m.N)
			}
			for _, o := range names {
				if b.meets(o) {
					t.Fatalf("the name of %d lies on another", m.N)
				}
			}
			for _, o := range c.Marks {
				if b.meets(box{o.X - markSize, o.Y - markSize, o.X + markSize, o.Y + markSize}) {
					t.Fatalf("the name of %d lies on mark %d", m.N, o.N)
				}
			}
			names = append(names, b)
		}
	})
}
