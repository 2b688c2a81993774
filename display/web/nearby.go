package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// The rule of a way that is worth it; nearbyRule words it.
const (
	minutesPerKM = 10 // between walking and a bus with its stop
	savesAtLeast = 10 // minutes that are left of the shorter wait after the way
	nearbyMost   = 3  // for each service
)

// Elsewhere is another office where a service is done sooner, the way included.
type Elsewhere struct {
	Office   string  `json:"office"`
	Name     Words   `json:"name"`
	Service  Words   `json:"service"`  // that both have
	KM       float64 `json:"km"`       // from this office, as the crow flies
	WayText  Words   `json:"wayText"`  // "약 1.2 km 북동쪽"
	WaitText Words   `json:"waitText"` // there
	Saves    int     `json:"saves"`    // minutes, after the way
	SaveText Words   `json:"savesText"`
}

// nearbyRule is what the page says of how they are chosen.
func nearbyRule() Words {
	return Words{
		fmt.Sprintf("이 민원실에서 그곳까지 거리 1 km를 %d분으로 쳐서, 가는 시간을 빼고도 예상 대기(중앙값)가 %d분 넘게 짧을 때만 보여 드립니다. 거리는 직선거리이며, 도착할 때의 대기는 다를 수 있습니다.", minutesPerKM, savesAtLeast),
		fmt.Sprintf("Shown only where the expected wait (median) is shorter by more than %d min even after the way from this office, at %d min per km. Distances are straight lines; the line may have changed when you arrive.", savesAtLeast, minutesPerKM)}
}

// nearby finds, for each open service of here, the offices of all where it is
// done sooner by more than savesAtLeast minutes after the way there. It is a pure
// function.
func nearby(here Card, all []Card) []Elsewhere {
	out := []Elsewhere{}
	from, placed := placeOf(here)
	if !placed || here.Stale {
		return out
	}
	for _, mine := range here.Services {
		wait, known := median(mine)
		if !known {
			continue
		}
		var found []Elsewhere
		for _, c := range all {
			to, placed := placeOf(c)
			if c.ID == here.ID || c.Stale || !placed {
				continue
			}
			km := distance(from, to)
			for _, v := range c.Services {
				other, known := median(v)
				if v.ID != mine.ID && v.Name.Ko != mine.Name.Ko || !known || v.Soon {
					continue
				}
				saves := wait - other - km*minutesPerKM
				if saves <= savesAtLeast {
					continue
				}
				found = append(found, Elsewhere{Office: c.ID, Name: c.Name, Service: mine.Name, KM: km, WayText: way(from, to),
					WaitText: v.WaitText, Saves: int(saves), SaveText: Words{fmt.Sprintf("가는 시간을 빼고도 약 %s 빠름", ko(int(saves))), fmt.Sprintf("about %s sooner, the way included", en(int(saves)))}})
				break
			}
		}
		slices.SortStableFunc(found, func(a, b Elsewhere) int {
			return cmp.Or(cmp.Compare(b.Saves, a.Saves), cmp.Compare(a.Office, b.Office))
		})
		out = append(out, found[:min(len(found), nearbyMost)]...)
	}
	return out
}

// median of the wait for who takes a ticket now, minutes. It is known of an open
// service with a forecast, and of one at which nobody waits.
func median(v Service) (minutes float64, known bool) {
	switch {
	case v.State != Open:
		return 0, false
	case v.Wait != nil:
		return float64(v.Wait.Mid) / 60, true
	}
	return 0, v.Level == Smooth
}

// apiNearby is for the office's own page, which asks anew now and then: a change
// elsewhere does not wake it.
func (s *Site) apiNearby(w http.ResponseWriter, r *http.Request) {
	o, ok := s.city.Office(r.PathValue("office"))
	if !ok {
		s.refuse(w, r, because(unknownOffice))
		return
	}
	connected, _ := s.city.Link()
	now := time.Now()
	answer(w, r, struct {
		Rule   Words       `json:"rule"`
		Nearby []Elsewhere `json:"nearby"`
	}{nearbyRule(), nearby(card(o, connected, now), cards(s.city, now))})
}
