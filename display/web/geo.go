package web

import (
	"fmt"
	"math"

	"sunbeon/display/web/outline"
)

// earthKM is the mean radius of the earth.
const earthKM = 6371.0

// placeOf is where an office is; false when it has not told, or told no place on
// the earth. An office at 0, 0 has left its position out.
func placeOf(c Card) (outline.Point, bool) {
	p := outline.Point{Lat: c.Lat, Lon: c.Lon}
	return p, p.OnEarth() && p != outline.Point{}
}

// distance between two places in km, as the crow flies.
func distance(a, b outline.Point) float64 {
	lat1, lat2 := radians(a.Lat), radians(b.Lat)
	dLat, dLon := lat2-lat1, radians(b.Lon-a.Lon)
	h := math.Pow(math.Sin(dLat/2), 2) + math.Cos(lat1)*math.Cos(lat2)*math.Pow(math.Sin(dLon/2), 2)
	return 2 * earthKM * math.Asin(math.Sqrt(min(h, 1)))
}

// bearing from a to b: degrees from north over east, 0 up to 360.
func bearing(a, b outline.Point) float64 {
	lat1, lat2, dLon := radians(a.Lat), radians(b.Lat), radians(b.Lon-a.Lon)
	y := math.Sin(dLon) * math.Cos(lat2)
	x := math.Cos(lat1)*math.Sin(lat2) - math.Sin(lat1)*math.Cos(lat2)*math.Cos(dLon)
	return math.Mod(math.Atan2(y, x)*180/math.Pi+360, 360)
}

func radians(degrees float64) float64 { return degrees * math.Pi / 180 }

// directions are the eight winds, from north over east.
func directions() [8]Words {
	return [8]Words{{"북쪽", "north"}, {"북동쪽", "north-east"}, {"동쪽", "east"}, {"남동쪽", "south-east"},
		{"남쪽", "south"}, {"남서쪽", "south-west"}, {"서쪽", "west"}, {"북서쪽", "north-west"}}
}

// wind is the direction of a bearing, as an index of directions.
func wind(degrees float64) int { return int(math.Mod(degrees+22.5, 360) / 45) }

// far words a distance; the page's module says the same (near.js).
func far(km float64) Words {
	switch {
	case km < 0.95:
		m := int(math.Round(km*20)) * 50
		return Words{fmt.Sprintf("약 %d m", max(m, 50)), fmt.Sprintf("about %d m", max(m, 50))}
	case km < 9.95:
		return Words{fmt.Sprintf("약 %.1f km", km), fmt.Sprintf("about %.1f km", km)}
	}
	return Words{fmt.Sprintf("약 %.0f km", km), fmt.Sprintf("about %.0f km", km)}
}

// way words how far b is from a, and in which direction.
func way(a, b outline.Point) Words {
	f, d := far(distance(a, b)), directions()[wind(bearing(a, b))]
	return Words{f.Ko + " " + d.Ko, f.En + " " + d.En}
}
