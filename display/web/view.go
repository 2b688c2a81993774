package web

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"sunbeon/appliance/feed"
)

// StaleAfter is the age from which a figure is the last value, not the present
// one. Offices speak every 30 to 60 s.
const StaleAfter = 90 * time.Second

// Card is one office as the page of all offices shows it, and as the JSON of
// version 1 gives it. Times are Unix milliseconds.
type Card struct {
	ID          string      `json:"id"`
	Name        Words       `json:"name"`
	Heard       int64       `json:"heard"` // when the figures are from; 0 is never, or not known
	HeardText   Words       `json:"heardText"`
	Stale       bool        `json:"stale"` // as of writing; heard decides
	State       State       `json:"state"`
	StateText   Words       `json:"stateText"`
	Soon        bool        `json:"closingSoon"`       // issuing ends within half an hour at every open service
	Observed    bool        `json:"observed"`          // derived by listening to another machine
	Waiting     *int        `json:"waiting,omitempty"` // absent when that of a service is
	WaitingText Words       `json:"waitingText"`
	Level       Level       `json:"level"` // of the busiest open service
	LevelText   Words       `json:"levelText"`
	Wait        *feed.Range `json:"wait,omitempty"` // of that service, seconds; absent when not known
	WaitText    Words       `json:"waitText"`
	WaitOf      Words       `json:"waitOf"`        // the service's name, where it is one of several
	Lat         float64     `json:"lat,omitempty"` // 0, 0 is not known
	Lon         float64     `json:"lon,omitempty"`
	Services    []Service   `json:"services"`
}

// Service is one line of an office.
type Service struct {
	ID          string      `json:"id"`
	Name        Words       `json:"name"`
	State       State       `json:"state"`
	StateText   Words       `json:"stateText"`
	Soon        bool        `json:"closingSoon"`       // issuing ends within half an hour
	Waiting     *int        `json:"waiting,omitempty"` // absent when not known
	WaitingText Words       `json:"waitingText"`
	Called      string      `json:"called"` // last called number, "" before the first
	CalledText  Words       `json:"calledText"`
	CalledAt    int         `json:"calledAt,omitempty"` // counter
	AtText      Words       `json:"calledAtText"`
	Wait        *feed.Range `json:"wait,omitempty"` // seconds: P10, median, P90
	WaitText    Words       `json:"waitText"`
	Level       Level       `json:"level"`
	LevelText   Words       `json:"levelText"`
	Counters    *int        `json:"counters,omitempty"` // open ones that serve it; absent when not known
	CountText   Words       `json:"countersText"`
	Hours       string      `json:"hours,omitempty"` // of issuing today
	Online      bool        `json:"online"`          // tickets may be taken online at all
	Take        bool        `json:"onlineNow"`       // and now
	Why         Words       `json:"onlineWhy"`       // why not, when Online and not Take
	Left        Words       `json:"onlineLeft"`      // how many online tickets are left; "" without a limit
	Terms       Words       `json:"onlineTerms"`     // what to know before taking one
}

// Detail is one office as its own page shows it.
type Detail struct {
	Card
	Counters []Counter `json:"counters"`
	Calls    []Call    `json:"calls"`
	Notices  []Words   `json:"notices"`
	Clock    bool      `json:"clock"` // the office's clock is confirmed
	Date     string    `json:"date,omitempty"`
	Address  string    `json:"address,omitempty"`
	Weekdays string    `json:"weekdays,omitempty"`
	Night    string    `json:"night,omitempty"`
	Weekend  string    `json:"weekend,omitempty"`
	Curves   *Curves   `json:"-"` // for the page alone; as JSON they have their own address
}

// Counter is one desk.
type Counter struct {
	Number    int               `json:"number"`
	Name      Words             `json:"name"`
	State     feed.CounterState `json:"state"`
	StateText Words             `json:"stateText"`
	Ticket    string            `json:"ticket"` // label it serves, "" when none
	Services  Words             `json:"services"`
}

// Call is one of the last calls.
type Call struct {
	Ticket  string `json:"ticket"`
	Service Words  `json:"service"`
	At      Words  `json:"at"` // which counter
	Time    string `json:"time"`
}

// link is the city's connection to its broker.
type link struct {
	Connected bool  `json:"connected"`
	Since     int64 `json:"since"` // Unix ms; 0 while connected
	SinceText Words `json:"sinceText"`
}

func linkOf(c City) link {
	connected, since := c.Link()
	if connected || since.IsZero() { // since when it stands differs between replicas, and nobody asks
		return link{Connected: connected}
	}
	return link{connected, since.UnixMilli(), moment(since)}
}

// noTime stands for a moment that is not known.
func noTime() Words { return Words{"시각 미확인", "time not known"} }

// clockTrust is how far an office's confirmed clock may be off the city's and
// still date its figures.
const clockTrust = 5 * time.Second

// heard is when the figures of an office are from: the office's own time, on
// which all replicas agree, or the moment the city heard them where that clock is
// not confirmed or far off. What the broker had kept is as old as it says. It is
// zero when there are none, or none knows the time.
func heard(o Office) time.Time {
	switch {
	case o.Snapshot == nil:
		return time.Time{}
	case o.Live:
		own := time.UnixMilli(o.Snapshot.AsOf)
		if o.Snapshot.Clock && o.Received.Sub(own).Abs() <= clockTrust {
			return own
		}
		return o.Received
	case !o.Snapshot.Clock || o.Snapshot.AsOf == 0:
		return time.Time{}
	}
	if own := time.UnixMilli(o.Snapshot.AsOf); own.Before(o.Received) {
		return own
	}
	return o.Received
}

func stale(o Office, now time.Time) bool { return now.Sub(heard(o)) >= StaleAfter }

// card words an office. It is a pure function; connected is the city's link.
func card(o Office, connected bool, now time.Time) Card {
	s := o.Snapshot
	if s == nil {
		return Card{ID: o.ID, Name: Words{o.ID, o.ID}, Stale: true, State: Unheard, StateText: Unheard.Words(""),
			Level: Unknown, LevelText: Unknown.Words(), Services: []Service{}}
	}
	at := heard(o)
	c := Card{ID: o.ID, Name: named(cmp.Or(s.Name, o.ID), s.NameEn), HeardText: noTime(),
		Stale: stale(o, now), Observed: s.Observed, Level: Unknown, Services: make([]Service, 0, len(s.Services))}
	if !at.IsZero() {
		c.Heard, c.HeardText = at.UnixMilli(), moment(at)
	}
	if w := s.Where; w != nil {
		c.Lat, c.Lon = w.Lat, w.Lon
	}
	waiting, known := 0, true
	states := map[State]Words{}
	goesOn := false // a service is open, and stays so
	longest := -1.0 // minutes, of the services at c.Level
	for _, v := range s.Services {
		w := service(v, now)
		w.Take, w.Why = offer(w, v.OnlineNow, c, connected)
		w.Left, w.Terms = left(v), terms(v, o.Rules)
		if v.Waiting == nil {
			known = false
		} else {
			waiting += *v.Waiting
		}
		if _, seen := states[w.State]; !seen {
			states[w.State] = w.StateText
		}
		if w.State == Open && !w.Soon {
			goesOn = true
			states[Open] = Open.Words("")
		}
		if mid, told := median(w); told && (w.Level.rank() > c.Level.rank() || w.Level == c.Level && mid > longest) {
			c.Level, c.Wait, c.WaitText, longest = w.Level, w.Wait, w.WaitText, mid
			if len(s.Services) > 1 {
				c.WaitOf = w.Name
			}
		}
		c.Services = append(c.Services, w)
	}
	c.State, c.StateText = Closed, Closed.Words("")
	for _, st := range []State{Open, Early, Full, Before} {
		if text, ok := states[st]; ok {
			c.State, c.StateText = st, text
			break
		}
	}
	c.Soon = c.State == Open && !goesOn
	c.WaitingText, c.LevelText = atLeast(waiting), c.Level.Words()
	if known {
		c.Waiting, c.WaitingText = &waiting, people(&waiting)
	}
	return c
}

func service(v feed.Service, now time.Time) Service {
	w := Service{ID: v.ID, Name: named(v.Name, v.NameEn), Waiting: v.Waiting, WaitingText: people(v.Waiting),
		Called: v.Called, CalledText: Words{"–", "–"}, CalledAt: v.CalledAt, Wait: v.Wait, WaitText: Words{"–", "–"},
		Counters: v.Counters, CountText: countersWords(v.Counters),
		Hours: v.Hours, Online: v.Online, Level: level(v)}
	if v.Called != "" {
		w.CalledText = Words{v.Called, v.Called}
	}
	if v.CalledAt > 0 {
		w.AtText = counterWords(v.CalledAt)
	}
	switch {
	case v.Wait != nil:
		w.WaitText = span(v.Wait)
	case w.Level == Smooth: // nobody waits, and a counter is open
		w.WaitText = Words{"바로 가능", "no wait"}
	}
	w.LevelText = w.Level.Words()
	var opens string
	switch v.Issuing {
	case feed.IssuingOpen:
		w.State = Open
	case feed.IssuingEarly:
		w.State = Early
	case feed.IssuingFull:
		w.State = Full
	default:
		var later bool
		w.State = Closed
		if opens, later = opening(v.Hours, now); later {
			w.State = Before
		}
	}
	w.StateText = w.State.Words(opens)
	if until, again, soon := closing(v.Hours, now); soon && w.State == Open {
		w.Soon, w.StateText = true, closingWords(until, again)
	}
	return w
}

// offer says whether an online ticket can be taken, and else why not.
func offer(v Service, now bool, c Card, connected bool) (bool, Words) {
	switch {
	case !v.Online:
		return false, Words{}
	case c.Stale, !connected:
		return false, Words{
			"민원실과 연결이 끊겨 온라인으로 발급할 수 없습니다. 마지막 값: " + c.HeardText.Ko + ". 민원실의 발권기를 이용하여 주십시오.",
			"Online tickets are not available: the connection is lost. Last figure: " + c.HeardText.En + ". Please use the machine at the office."}
	case v.State != Open:
		return false, Words{"지금은 온라인으로 발급하지 않습니다: " + v.StateText.Ko, "No online tickets now: " + v.StateText.En}
	case !now:
		return false, Words{"오늘의 온라인 번호가 모두 발급되었습니다.", "Today's online numbers have all been taken."}
	}
	return true, Words{}
}

// countersWords word how many counters are open for a service.
func countersWords(n *int) Words {
	if n == nil {
		return Words{}
	}
	w := Words{fmt.Sprintf("창구 %d곳", *n), fmt.Sprintf("%d counters", *n)}
	if *n == 1 {
		w.En = "1 counter"
	}
	return w
}

func counterWords(n int) Words {
	return Words{fmt.Sprintf("%d번 창구", n), fmt.Sprintf("Counter %d", n)}
}

// detail words an office for its own page.
func detail(o Office, connected bool, now time.Time) Detail {
	d := Detail{Card: card(o, connected, now), Counters: []Counter{}, Calls: []Call{}, Notices: []Words{}}
	s := o.Snapshot
	if s == nil {
		return d
	}
	names := map[string]Words{}
	for _, v := range d.Services {
		names[v.ID] = v.Name
	}
	for _, k := range s.Counters {
		d.Counters = append(d.Counters, counter(k, names))
	}
	for _, c := range s.Calls[:min(len(s.Calls), 8)] {
		at := Words{}
		if c.Counter > 0 {
			at = counterWords(c.Counter)
		}
		d.Calls = append(d.Calls, Call{c.Ticket, names[c.Service], at,
			seoul(time.UnixMilli(c.At)).Format("15:04")})
	}
	for _, f := range s.Faults {
		d.Notices = append(d.Notices, named(f.Ko, f.En))
	}
	for _, n := range s.Notices {
		d.Notices = append(d.Notices, Words{n, n})
	}
	d.Clock, d.Date = s.Clock, s.Date
	if w := s.Where; w != nil {
		d.Address, d.Weekdays, d.Night, d.Weekend = cmp.Or(w.Road, w.Lot), hours(w.Weekdays), w.Night, w.Weekend
	}
	return d
}

// hours words "0900-1800"; anything else stays as it is.
func hours(s string) string {
	from, to, ok := strings.Cut(s, "-")
	if !ok || len(from) != 4 || len(to) != 4 {
		return s
	}
	return from[:2] + ":" + from[2:] + "~" + to[:2] + ":" + to[2:]
}

func counter(k feed.Counter, names map[string]Words) Counter {
	out := Counter{Number: k.Number, Name: counterWords(k.Number), State: k.State, Ticket: k.Ticket}
	if k.Name != "" {
		out.Name.Ko += " " + k.Name
		out.Name.En += " " + k.Name
	}
	switch {
	case k.State == feed.CounterUnknown && k.Ticket != "":
		out.StateText = Words{"마지막 호출", "Last call"}
	case k.State == feed.CounterUnknown:
		out.StateText = unknown()
	case k.State == feed.CounterOpen && k.Ticket != "":
		out.StateText = Words{"응대 중", "Serving"}
	case k.State == feed.CounterOpen:
		out.StateText = Words{"대기", "Ready"}
	case k.State == feed.CounterPaused:
		out.StateText = Words{"부재중", "Away"}
	default:
		out.StateText = Words{"닫힘", "Closed"}
	}
	for i, id := range k.Services {
		if i > 0 {
			out.Services.Ko += " · "
			out.Services.En += " · "
		}
		n, ok := names[id]
		if !ok {
			n = Words{id, id}
		}
		out.Services.Ko += n.Ko
		out.Services.En += n.En
	}
	return out
}

// cards words all offices, in the order of their ids.
func cards(c City, now time.Time) []Card {
	connected, _ := c.Link()
	offices := c.Offices()
	slices.SortFunc(offices, func(a, b Office) int { return cmp.Compare(a.ID, b.ID) })
	out := make([]Card, 0, len(offices))
	for _, o := range offices {
		out = append(out, card(o, connected, now))
	}
	return out
}
