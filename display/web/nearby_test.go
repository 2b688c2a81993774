package web

import (
	"encoding/json"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/display/web/outline"
)

// at is an office some km north of the middle.
func at(id string, km float64, services ...Service) Card {
	return Card{ID: id, Name: Words{id, id}, State: Open, Lat: 37 + km/111.195, Lon: 127, Services: services}
}

func line(id, name string, minutes int) Service {
	return Service{ID: id, Name: Words{name, name}, State: Open, Level: Normal, Wait: &feed.Range{Mid: minutes * 60}, WaitText: Words{"w", "w"}}
}

func TestNearby(t *testing.T) {
	free := line("civil", "민원", 0)
	free.Wait, free.Level = nil, Smooth
	unknown := line("civil", "민원", 0)
	unknown.Wait, unknown.Level = nil, Unknown
	shut := line("civil", "민원", 1)
	shut.State = Closed
	soon := line("civil", "민원", 1)
	soon.Soon = true
	old := at("B", 1, line("civil", "민원", 1))
	old.Stale = true
	lost := at("B", 1, line("civil", "민원", 1))
	lost.Lat, lost.Lon = 0, 0
	here := func(v ...Service) Card { return at("A", 0, v...) }
	for _, c := range []struct {
		name string
		here Card
		all  []Card
		want string // office+minutes saved
	}{
		{"worth it", here(line("civil", "민원", 40)), []Card{at("B", 1, line("civil", "민원", 5))}, "B25"},
		{"as short", here(line("civil", "민원", 40)), []Card{at("B", 1, line("civil", "민원", 40))}, ""},
		{"ten minutes are not clearly better", here(line("civil", "민원", 40)), []Card{at("B", 0, line("civil", "민원", 30))}, ""},
		{"a minute more is", here(line("civil", "민원", 40)), []Card{at("B", 0, line("civil", "민원", 29))}, "B11"},
		{"too far", here(line("civil", "민원", 40)), []Card{at("B", 3, line("civil", "민원", 5))}, ""},
		{"nobody waits there", here(line("civil", "민원", 40)), []Card{at("B", 2, free)}, "B20"},
		{"not known there", here(line("civil", "민원", 40)), []Card{at("B", 1, unknown)}, ""},
		{"not known here", here(unknown), []Card{at("B", 1, line("civil", "민원", 5))}, ""},
		{"closed there", here(line("civil", "민원", 40)), []Card{at("B", 1, shut)}, ""},
		{"closed here", here(shut), []Card{at("B", 1, line("civil", "민원", 0))}, ""},
		{"closes there before one comes", here(line("civil", "민원", 40)), []Card{at("B", 1, soon)}, ""},
		{"same name, other id", here(line("civil", "민원", 40)), []Card{at("B", 1, line("c1", "민원", 5))}, "B25"},
		{"same id, other name", here(line("civil", "민원", 40)), []Card{at("B", 1, line("civil", "제증명", 5))}, "B25"},
		{"another service", here(line("civil", "민원", 40)), []Card{at("B", 1, line("passport", "여권", 5))}, ""},
		{"old figures there", here(line("civil", "민원", 40)), []Card{old}, ""},
		{"no position there", here(line("civil", "민원", 40)), []Card{lost}, ""},
		{"itself", here(line("civil", "민원", 40)), []Card{at("A", 0, line("civil", "민원", 1))}, ""},
		{"the best three, best first", here(line("civil", "민원", 60)), []Card{at("B", 1, line("civil", "민원", 30)), at("C", 1, line("civil", "민원", 5)),
			at("D", 1, line("civil", "민원", 10)), at("E", 1, line("civil", "민원", 20))}, "C45 D40 E30"},
		{"each service by itself", here(line("civil", "민원", 40), line("passport", "여권", 90)), []Card{at("B", 1, line("passport", "여권", 10), line("civil", "민원", 5))}, "B25 B70"},
	} {
		var got []string
		for _, e := range nearby(c.here, append([]Card{c.here}, c.all...)) {
			got = append(got, e.Office+strings.TrimSuffix(en(e.Saves), " min"))
		}
		if s := strings.ReplaceAll(strings.Join(got, " "), "1 h 10", "70"); s != c.want {
			t.Errorf("%s: %q, want %q", c.name, s, c.want)
		}
	}
	stale := here(line("civil", "민원", 40))
	stale.Stale = true
	if got := nearby(stale, []Card{at("B", 1, line("civil", "민원", 5))}); len(got) > 0 {
		t.Errorf("an office whose own figures are old compares nothing: %+v", got)
	}
}

func TestNearbyOnThePage(t *testing.T) {
	s := newSite(t, uijeongbu(15, time.Now()))
	page := visible(text(t, get(t, s, "/o/CS0006")))
	if !contains(page, "조금 가면 더 빠른 곳", "시청 종합민원실 민원 발급 2~5분 약 2.5 km 북서쪽", "가는 시간을 빼고도 약 10분 빠름", "거리 1 km를 10분으로 쳐서") {
		t.Error(page)
	}
	if page := text(t, get(t, s, "/o/CS0001")); !contains(page, `data-show="nearby.length" hidden>`) {
		t.Error("an office without a better one nearby has the section")
	}
	var v struct {
		Rule   Words
		Nearby []Elsewhere
	}
	r := get(t, s, "/api/v1/offices/CS0006/nearby")
	if err := json.Unmarshal([]byte(text(t, r)), &v); err != nil || len(v.Nearby) != 1 || v.Nearby[0].Office != "CS0001" || v.Rule.Ko == "" || r.Header.Get("ETag") == "" {
		t.Errorf("%v %+v", err, v)
	}
	if r := get(t, s, "/api/v1/offices/none/nearby"); r.StatusCode != http.StatusNotFound {
		t.Error(r.Status)
	}
}

func TestDistanceAndDirection(t *testing.T) {
	seoul, busan := outline.Point{Lat: 37.5665, Lon: 126.978}, outline.Point{Lat: 35.1796, Lon: 129.0756}
	if km := distance(seoul, busan); math.Abs(km-325) > 2 {
		t.Errorf("Seoul to Busan: %v km", km)
	}
	if got := way(seoul, busan).Ko; got != "약 325 km 남동쪽" {
		t.Error(got)
	}
	middle := outline.Point{Lat: 37, Lon: 127}
	for i, to := range []outline.Point{{Lat: 37.1, Lon: 127}, {Lat: 37.1, Lon: 127.125}, {Lat: 37, Lon: 127.1}, {Lat: 36.9, Lon: 127.125},
		{Lat: 36.9, Lon: 127}, {Lat: 36.9, Lon: 126.875}, {Lat: 37, Lon: 126.9}, {Lat: 37.1, Lon: 126.875}} {
		if got := wind(bearing(middle, to)); got != i {
			t.Errorf("%v is %s", to, directions()[got].En)
		}
	}
	for km, want := range map[float64]string{0: "약 50 m", 0.32: "약 300 m", 0.94: "약 950 m", 0.96: "약 1.0 km", 9.94: "약 9.9 km", 9.96: "약 10 km", 12.4: "약 12 km"} {
		if got := far(km).Ko; got != want {
			t.Errorf("%v km: %s", km, got)
		}
	}
	for _, nowhere := range []Card{{}, {Lat: 91, Lon: 1}, {Lat: 1, Lon: 181}, {Lat: math.Inf(1), Lon: 1}, {Lat: math.NaN(), Lon: 1}} {
		if _, ok := placeOf(nowhere); ok {
			t.Errorf("%v, %v is a place", nowhere.Lat, nowhere.Lon)
		}
	}
}
