package console

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"sunbeon/appliance"
	"sunbeon/appliance/feed"
	"sunbeon/appliance/queue"
)

// rowsMost is how many of a list a page shows; the rest is counted, and may be
// called by number.
const rowsMost = 40

// deskPart is a counter's page. All of it but the frame is sent anew with every
// change.
type deskPart struct {
	Number  int
	Name    string
	Nonce   string // of the forms, for pages without script
	Seen    string // the label at the counter, sent back with the buttons
	DayOpen bool
	Open    bool
	Paused  bool
	Current *row
	Since   time.Duration // of the call, or of becoming idle; -1 is unknown
	Next    int           // who waits for this counter
	Waiting int           // who waits in the office
	Serves  string        // names of the counter's services
	Mine    []row
	Away    []row // that it could call if their holders were here
	Others  []row
	More    int // waiting and not listed
	// AwayAll, OthersAll and MissedAll count those of whom Away, Others and Missed
	// list the first.
	AwayAll                int
	OthersAll, MissedAll   int
	Held                   []row
	Missed                 []row
	ToServices, ToCounters []option
	Faults                 []feed.Fault
	Clock                  bool // is confirmed
	Buttons                []button
	// Observed: calls are made at the old machine. Heard is the label it showed
	// here last, since Since.
	Observed bool
	Heard    string
}

// row is a ticket in a list.
type row struct {
	Key      string // band/number
	ID       string // of the element
	Label    string
	Service  string
	Priority bool
	Online   bool
	Away     bool          // its holder has not arrived; a missed one was skipped
	For      int           // the counter that it was sent to, or is held at
	Waited   time.Duration // since issue; -1 is unknown
	Gone     time.Duration // since it was held or missed; -1 is unknown
}

type option struct{ Value, Text string }

// button is a command of the counter's page with its key.
type button struct {
	Action, Ko, En string
	Key, Code      string // as people read it, and as the browser names the physical key
	Off            bool   // it would be refused now
}

// buttons are those of the counter as it is now. The keys are physical ones: a
// Korean keyboard types ㄱ where an English one types R.
func buttons(k *appliance.Counter) []button {
	none := k.Ticket == nil
	pause := button{"pause", "창구 부재중", "Pause", "P", "KeyP", !k.Open}
	if k.Paused {
		pause = button{"resume", "업무 재개", "Resume", "P", "KeyP", false}
	}
	return []button{
		{"recall", "재호출", "Recall", "R", "KeyR", none},
		{"finish", "완료", "Finish", "F", "KeyF", none},
		{"hold", "보류", "Hold", "H", "KeyH", none},
		{"no_show", "고객 부재", "No-show", "N", "KeyN", none},
		pause,
	}
}

func (c *Console) counter(w http.ResponseWriter, r *http.Request) {
	n, s, p := c.atCounter(r, true)
	if p != nil && p.status == http.StatusUnauthorized {
		http.Redirect(w, r, "/?place="+url.QueryEscape(r.PathValue("n")), http.StatusSeeOther)
		return
	}
	if p != nil {
		c.refuse(w, r, p)
		return
	}
	v := c.opt.Views.Newest()
	if v == nil {
		c.refuse(w, r, starting())
		return
	}
	part, ok := c.desk(v, n)
	if !ok {
		c.refuse(w, r, noCounter())
		return
	}
	f := c.frame(r, placeName(n), "counter")
	f.Events = fmt.Sprintf("/counter/%d/events", n)
	f.Manager = s.place == manager
	f.Part = part
	c.show(w, http.StatusOK, f)
}

func (c *Console) counterEvents(w http.ResponseWriter, r *http.Request) {
	n, s, p := c.atCounter(r, false)
	if p != nil {
		c.refuse(w, r, p)
		return
	}
	c.stream(w, r, s, func(v *appliance.View) (update, error) {
		part, _ := c.desk(v, n) // a counter that has gone shows as closed
		var b bytes.Buffer
		err := c.pages.html.ExecuteTemplate(&b, "desk", part)
		title := placeName(n)
		if part.Current != nil {
			title = part.Current.Label + " · " + title
		}
		return update{Seq: v.Public.Seq, Title: title, HTML: b.String()}, err
	})
}

// now is the instant by which durations are reckoned.
func (c *Console) now(v *appliance.View) queue.Stamp {
	if c.opt.Clock != nil {
		return c.opt.Clock.Now()
	}
	return queue.Stamp{Wall: time.Now().UnixMilli(), Trusted: v.At.Trusted}
}

func since(now, earlier queue.Stamp) time.Duration {
	if d, known := now.Since(earlier); known {
		return d
	}
	return -1
}

// desk gathers what counter n's clerk sees; false when there is no such counter.
func (c *Console) desk(v *appliance.View, n int) (deskPart, bool) {
	now := c.now(v)
	part := deskPart{Number: n, Nonce: rand.Text(), Seen: idle, DayOpen: v.Public.DayOpen,
		Faults: v.Faults, Clock: v.Public.Clock, Since: -1}
	i := slices.IndexFunc(v.Counters, func(k appliance.Counter) bool { return k.Number == n })
	if i < 0 {
		return part, false
	}
	k := v.Counters[i]
	part.Name, part.Open, part.Paused, part.Next = k.Name, k.Open, k.Paused, k.Next
	part.Seen, part.Since = seenAt(k), since(now, k.Since)
	part.Serves = serviceNames(v.Config, k.Services)
	if part.Observed = v.Public.Observed; part.Observed {
		part.Heard = k.Label
	}
	if k.Ticket != nil {
		at := rowOf(v, *k.Ticket, now)
		part.Current = &at
	}
	for _, t := range v.Tickets {
		switch t.Status {
		case queue.Waiting:
			part.Waiting++
			list := &part.Others
			switch mine := serves(v, &k, &t); {
			case mine && t.Away:
				list = &part.Away
				part.AwayAll++
			case mine:
				list = &part.Mine
			default:
				part.OthersAll++
			}
			if len(*list) >= rowsMost {
				part.More++
				continue
			}
			*list = append(*list, rowOf(v, t, now))
		case queue.OnHold:
			part.Held = append(part.Held, rowOf(v, t, now))
		case queue.Missed:
			part.Missed = append(part.Missed, rowOf(v, t, now))
		}
	}
	// A clerk's own first, then the latest.
	slices.SortStableFunc(part.Held, func(a, b row) int {
		if x, y := a.For == n, b.For == n; x != y {
			if x {
				return -1
			}
			return 1
		}
		return 0
	})
	slices.Reverse(part.Missed)
	part.MissedAll = len(part.Missed)
	part.Missed = part.Missed[:min(part.MissedAll, rowsMost)]
	part.ToServices, part.ToCounters = destinations(v, &k)
	part.Buttons = buttons(&k)
	return part, true
}

// serves reports whether the waiting ticket is one of the counter's, as queue.State
// does.
func serves(v *appliance.View, k *appliance.Counter, t *appliance.Ticket) bool {
	if t.Counter == k.Number {
		return true
	}
	if t.Counter != 0 {
		for _, other := range v.Counters {
			if other.Number == t.Counter && other.Open {
				return false
			}
		}
	}
	return slices.Contains(k.Services, t.Service)
}

func rowOf(v *appliance.View, t appliance.Ticket, now queue.Stamp) row {
	s, _ := v.Config.Service(t.Service)
	at := slices.IndexFunc(v.Config.Services, func(s queue.Service) bool { return s.ID == t.Band })
	return row{Key: fmt.Sprintf("%s/%d", t.Band, t.Number), ID: fmt.Sprintf("t%d-%d", at, t.Number), Label: t.Label,
		Service: s.Name, Priority: t.Class == queue.Priority, Online: t.Origin == queue.Online, Away: t.Away, For: t.Counter,
		Waited: since(now, t.Issued), Gone: since(now, t.Changed)}
}

func serviceNames(c *queue.Config, ids []string) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		s, _ := c.Service(id)
		names[i] = s.Name
	}
	return strings.Join(names, ", ")
}

// destinations are where the counter's ticket may be sent: another service, or
// a counter that is open.
func destinations(v *appliance.View, k *appliance.Counter) (services, counters []option) {
	for _, s := range v.Config.Services {
		if k.Ticket == nil || k.Ticket.Service != s.ID {
			services = append(services, option{"service:" + s.ID, s.Name})
		}
	}
	for _, o := range v.Counters {
		if o.Number == k.Number || !o.Open {
			continue
		}
		text := placeName(o.Number)
		if o.Name != "" {
			text += " " + o.Name
		}
		counters = append(counters, option{fmt.Sprintf("counter:%d", o.Number), text})
	}
	return services, counters
}
