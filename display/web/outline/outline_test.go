package outline

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

const square = `[[[127,37],[127.1,37],[127.1,37.1],[127,37.1],[127,37]]]`

func TestRead(t *testing.T) {
	for name, c := range map[string]struct {
		file  string
		rings int
	}{
		"polygon":      {`{"type":"Polygon","coordinates":` + square + `}`, 1},
		"with heights": {`{"type":"Polygon","coordinates":[[[127,37,5],[127.1,37,5],[127,37.1,5]]]}`, 1},
		"a hole":       {`{"type":"Polygon","coordinates":[[[127,37],[128,37],[128,38],[127,38],[127,37]],[[127.2,37.2],[127.8,37.2],[127.8,37.8],[127.2,37.2]]]}`, 2},
		"two":          {`{"type":"MultiPolygon","coordinates":[` + square + `,[[[128,37],[128.1,37],[128.1,37.1]]]]}`, 2},
		"feature":      {`{"type":"Feature","properties":{"name":"시"},"geometry":{"type":"Polygon","coordinates":` + square + `}}`, 1},
		"collection":   {`{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null},{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]}},{"type":"Feature","geometry":{"type":"GeometryCollection","geometries":[{"type":"Polygon","coordinates":` + square + `}]}}]}`, 1},
	} {
		o, err := Read(strings.NewReader(c.file))
		if err != nil || len(o.Rings) != c.rings {
			t.Errorf("%s: %v %v", name, o, err)
		}
	}
	o, err := Read(strings.NewReader(`{"type":"Polygon","coordinates":` + square + `}`))
	if err != nil || len(o.Rings[0]) != 4 || o.Rings[0][2] != (Point{Lat: 37.1, Lon: 127.1}) {
		t.Errorf("%v %v", o, err)
	}
}

// Every error says what to do.
func TestReadRefuses(t *testing.T) {
	for want, file := range map[string]string{
		"give a .geojson file":       `PK` + "\x03\x04",
		"is no type of GeoJSON":      `{"type":"Topology"}`,
		"not lines or points":        `{"type":"LineString","coordinates":[[1,2],[3,4]]}`,
		"convert the file to WGS 84": `{"type":"Polygon","coordinates":[[[199000,544000],[199100,544000],[199100,544100]]]}`,
		"RFC 7946, 3.1.6":            `{"type":"Polygon","coordinates":[[["127","37"]]]}`,
		"RFC 7946, 3.1.7":            `{"type":"MultiPolygon","coordinates":{}}`,
		"longitude and latitude":     `{"type":"Polygon","coordinates":[[[127]]]}`,
		"nested more than":           strings.Repeat(`{"type":"GeometryCollection","geometries":[`, 12) + strings.Repeat(`]}`, 12),
		"simplify it first":          strings.Repeat(" ", maxBytes+1),
		"more than 400000 points":    `{"type":"Polygon","coordinates":[[` + strings.Repeat("[1,2],", maxPoints) + `[1,2]]]}`,
		"give the city's area":       `{"type":"Polygon","coordinates":[[[127,37],[128,38],[127,37]]]}`,
		"3.1.6":                      `{"type":"Polygon"}`,
		"not GeoJSON":                ``,
	} {
		if o, err := Read(strings.NewReader(file)); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "outline: ") {
			t.Errorf("%q: %d rings, %v", want, len(o.Rings), err)
		}
	}
}

// circle is a ring of n points.
func circle(n int, lat, lon, r float64) string {
	var b strings.Builder
	for i := range n + 1 {
		a := 2 * math.Pi * float64(i%n) / float64(n)
		fmt.Fprintf(&b, ",[%.7f,%.7f]", lon+r*math.Cos(a), lat+r*math.Sin(a))
	}
	return "[[" + b.String()[1:] + "]]"
}

// A coast in full detail is drawn with what can be seen of it: nothing strays
// from where it was by more than a thousandth of the whole.
func TestThinned(t *testing.T) {
	o, err := Read(strings.NewReader(`{"type":"Polygon","coordinates":` + circle(100_000, 37, 127, 0.1) + `}`))
	if err != nil || len(o.Rings) != 1 {
		t.Fatal(err)
	}
	n := len(o.Rings[0])
	if n < 20 || n > 500 {
		t.Errorf("%d points", n)
	}
	for i, p := range o.Rings[0] {
		q := o.Rings[0][(i+1)%n]
		middle := Point{(p.Lat + q.Lat) / 2, (p.Lon + q.Lon) / 2}
		if d := 0.1 - apart(middle, Point{37, 127}); d > 0.2/1000*1.01 {
			t.Errorf("off by %v", d)
		}
	}
	var islands []string
	for i := range 3000 {
		islands = append(islands, circle(12, 33+float64(i%50)/10, 125+float64(i/50)/10, 0.03))
	}
	o, err = Read(strings.NewReader(`{"type":"MultiPolygon","coordinates":[` + strings.Join(islands, ",") + `]}`))
	points := 0
	for _, ring := range o.Rings {
		points += len(ring)
	}
	if err != nil || points == 0 || points > maxDrawn {
		t.Errorf("%d rings, %d points, %v", len(o.Rings), points, err)
	}
}

// FuzzRead: whatever the file, an answer that can be drawn, or an error.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"type":"Polygon","coordinates":` + square + `}`))
	f.Add([]byte(`{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"MultiPolygon","coordinates":[` + square + `]}}]}`))
	f.Add([]byte(`{"type":"Polygon","coordinates":[[[0,0],[0,0],[0,0],[0,0]]]}`))
	f.Add([]byte(`{"type":"Polygon","coordinates":[[[1e308,1e308]]]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		o, err := Read(strings.NewReader(string(b)))
		if err != nil {
			return
		}
		points := 0
		for _, ring := range o.Rings {
			if points += len(ring); len(ring) < 3 {
				t.Errorf("a ring of %d", len(ring))
			}
			for _, p := range ring {
				if !p.OnEarth() {
					t.Errorf("%v is drawn", p)
				}
			}
		}
		if points == 0 || points > maxDrawn {
			t.Errorf("%d points", points)
		}
	})
}
