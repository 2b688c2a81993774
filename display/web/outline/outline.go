// Package outline reads the drawn outline of a city: the rings of a GeoJSON file
// (RFC 7946), to be drawn behind the offices of its map.
//
//	Polygon, MultiPolygon                  their rings, holes too
//	Feature, FeatureCollection,            the rings of what they hold;
//	GeometryCollection                     points and lines in them are passed over
//
// A file of the whole country's borders in full detail is far more than a page
// should carry, so that rings are thinned to what can be seen at the size of a
// map: at most maxDrawn points are left, none further than a thousandth of the
// outline's extent from where it was, unless the limit asks for more.
//
// The reader is ours, because the libraries there are bring a database driver and
// more along for a format of which a map needs five words.
package outline

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// Bounds of a file.
const (
	maxBytes  = 16 << 20
	maxPoints = 400_000
	maxNested = 8 // collections within collections
	maxDrawn  = 3000
)

// Point is a place, degrees (WGS 84).
type Point struct{ Lat, Lon float64 }

// OnEarth reports whether p is a place at all.
func (p Point) OnEarth() bool { return math.Abs(p.Lat) <= 90 && math.Abs(p.Lon) <= 180 }

// Outline is what is drawn: closed rings, each of three points or more, without
// the first repeated at the end.
type Outline struct{ Rings [][]Point }

// object is any GeoJSON object.
type object struct {
	Type        string          `json:"type"`
	Coordinates json.RawMessage `json:"coordinates"`
	Geometry    *object         `json:"geometry"`
	Geometries  []object        `json:"geometries"`
	Features    []object        `json:"features"`
}

// Read reads a GeoJSON file. An error says what to do about it.
func Read(r io.Reader) (Outline, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err != nil {
		return Outline{}, fmt.Errorf("outline: read: %w", err)
	}
	if len(b) > maxBytes {
		return Outline{}, fmt.Errorf("outline: more than %d MiB; simplify it first, e.g. with mapshaper", maxBytes>>20)
	}
	var top object
	if err := json.Unmarshal(b, &top); err != nil {
		return Outline{}, fmt.Errorf("outline: not GeoJSON: %w; give a .geojson file of polygons", err)
	}
	d := decoder{}
	if err := d.object(&top, 0); err != nil {
		return Outline{}, err
	}
	if len(d.rings) == 0 {
		return Outline{}, errors.New("outline: no polygon in it; give the city's area, not lines or points")
	}
	return Outline{thin(d.rings)}, nil
}

type decoder struct {
	rings  [][]Point
	points int
}

func (d *decoder) object(o *object, depth int) error {
	if depth > maxNested {
		return fmt.Errorf("outline: nested more than %d deep; give the polygons by themselves", maxNested)
	}
	switch o.Type {
	case "Polygon":
		var rings [][][]float64
		if err := json.Unmarshal(o.Coordinates, &rings); err != nil {
			return fmt.Errorf("outline: the coordinates of a Polygon: %w; see RFC 7946, 3.1.6", err)
		}
		return d.polygon(rings)
	case "MultiPolygon":
		var all [][][][]float64
		if err := json.Unmarshal(o.Coordinates, &all); err != nil {
			return fmt.Errorf("outline: the coordinates of a MultiPolygon: %w; see RFC 7946, 3.1.7", err)
		}
		for _, rings := range all {
			if err := d.polygon(rings); err != nil {
				return err
			}
		}
	case "Feature":
		if o.Geometry != nil {
			return d.object(o.Geometry, depth+1)
		}
	case "FeatureCollection", "GeometryCollection":
		for _, list := range [][]object{o.Features, o.Geometries} {
			for i := range list {
				if err := d.object(&list[i], depth+1); err != nil {
					return err
				}
			}
		}
	case "Point", "MultiPoint", "LineString", "MultiLineString":
	default:
		return fmt.Errorf("outline: %.40q is no type of GeoJSON; give a .geojson file of polygons", o.Type)
	}
	return nil
}

func (d *decoder) polygon(rings [][][]float64) error {
	for _, ring := range rings {
		if d.points += len(ring); d.points > maxPoints {
			return fmt.Errorf("outline: more than %d points; simplify it first, e.g. with mapshaper", maxPoints)
		}
		out := make([]Point, 0, len(ring))
		for _, at := range ring {
			if len(at) < 2 {
				return errors.New("outline: a position without longitude and latitude; see RFC 7946, 3.1.1")
			}
			p := Point{Lat: at[1], Lon: at[0]}
			if !p.OnEarth() {
				return fmt.Errorf("outline: %v, %v is not in degrees; convert the file to WGS 84 (EPSG:4326)", at[0], at[1])
			}
			out = append(out, p)
		}
		if len(out) > 1 && out[0] == out[len(out)-1] {
			out = out[:len(out)-1]
		}
		if len(out) >= 3 {
			d.rings = append(d.rings, out)
		}
	}
	return nil
}

// thin leaves out points that cannot be seen, and rings that are smaller than
// that. The largest ring stays whatever happens.
func thin(rings [][]Point) [][]Point {
	low, high := Point{90, 180}, Point{-90, -180}
	for _, ring := range rings {
		for _, p := range ring {
			low.Lat, low.Lon = min(low.Lat, p.Lat), min(low.Lon, p.Lon)
			high.Lat, high.Lon = max(high.Lat, p.Lat), max(high.Lon, p.Lon)
		}
	}
	extent := max(high.Lat-low.Lat, high.Lon-low.Lon)
	rings = slices.Clone(rings)
	slices.SortStableFunc(rings, func(a, b []Point) int { return cmp.Compare(len(b), len(a)) })
	for within := extent / 1000; ; within *= 2 {
		var out [][]Point
		drawn := 0
		for _, ring := range rings {
			if less := simplify(ring, within); len(less) >= 3 {
				out, drawn = append(out, less), drawn+len(less)
			}
		}
		if drawn <= maxDrawn || within > extent {
			if len(out) == 0 || drawn > maxDrawn {
				return [][]Point{rings[0][:3]}
			}
			return out
		}
	}
}

// simplify is Douglas and Peucker's: it keeps the ends, and of what lies between
// them the point that is furthest from their line, as long as that is further
// than within.
func simplify(ring []Point, within float64) []Point {
	keep := make([]bool, len(ring))
	keep[0] = true
	// A ring has no ends: it is cut at its first point and the one furthest from it.
	half := 0
	for i, p := range ring {
		if apart(p, ring[0]) > apart(ring[half], ring[0]) {
			half = i
		}
	}
	keep[half] = true
	closed := append(slices.Clone(ring), ring[0])
	type part struct{ from, to int }
	for todo := []part{{0, half}, {half, len(ring)}}; len(todo) > 0; {
		p := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		furthest, most := 0, within
		for i := p.from + 1; i < p.to; i++ {
			if d := offLine(closed[i], closed[p.from], closed[p.to]); d > most {
				furthest, most = i, d
			}
		}
		if furthest > 0 {
			keep[furthest] = true
			todo = append(todo, part{p.from, furthest}, part{furthest, p.to})
		}
	}
	var out []Point
	for i, p := range ring {
		if keep[i] {
			out = append(out, p)
		}
	}
	return out
}

func apart(a, b Point) float64 { return math.Hypot(a.Lat-b.Lat, a.Lon-b.Lon) }

// offLine is how far p is from the line between a and b.
func offLine(p, a, b Point) float64 {
	dx, dy := b.Lon-a.Lon, b.Lat-a.Lat
	if dx == 0 && dy == 0 {
		return apart(p, a)
	}
	t := ((p.Lon-a.Lon)*dx + (p.Lat-a.Lat)*dy) / (dx*dx + dy*dy)
	t = min(max(t, 0), 1)
	return apart(p, Point{Lat: a.Lat + t*dy, Lon: a.Lon + t*dx})
}
