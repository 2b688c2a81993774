package intake

import (
	"slices"
	"strconv"
	"time"

	"sunbeon/appliance/feed"
)

// day is one office's business day as its facts tell it: every ticket, and who
// waits for what, in order. It follows the rules of the office's own record; a
// fact that does not follow from the state changes nothing.
type day struct {
	office, journal string
	number          int64
	seq             uint64 // of the last fact noted
	doubt           bool   // a fact could not be taken in
	setup           feed.Setup
	tickets         map[feed.TicketRef]*entry
	lines           map[string]*waiting // of those who wait, by service
}

// entry is one ticket.
type entry struct {
	day      *day
	ref      feed.TicketRef
	service  string
	token    string // "" without a page
	status   string
	place    feed.Place
	counter  int
	priority bool
	online   bool
	moved    bool
	away     bool // its holder has not arrived
	passed   int  // others that it has let pass
	told     feed.Told
	issued   int64 // Unix ms; 0 unknown
	changed  int64
}

// waiting is who waits for a service, each class in the order of its places.
type waiting struct{ ordinary, priority []*entry }

func newDay(office, journal string, number int64) *day {
	return &day{office: office, journal: journal, number: number,
		tickets: make(map[feed.TicketRef]*entry), lines: make(map[string]*waiting)}
}

// apply takes a fact other than an issue in; false if it does not follow.
func (d *day) apply(at int64, body feed.Body) bool {
	switch e := body.(type) {
	case feed.FactDayOpened:
		d.setup = e.Setup
		return e.Number == d.number
	case feed.FactConfigChanged:
		d.setup = e.Setup
	case feed.FactDayClosed:
		d.close(at)
	case feed.FactDayReopened:
		d.reopen()
	case feed.FactCalled:
		return d.call(at, e)
	case feed.FactHeld:
		return d.leave(at, e.TicketRef, e.Counter, feed.StatusHeld) != nil
	case feed.FactNoShow:
		return d.leave(at, e.TicketRef, e.Counter, feed.StatusNoShow) != nil
	case feed.FactFinished:
		return d.leave(at, e.TicketRef, e.Counter, feed.StatusFinished) != nil
	case feed.FactTransferred:
		t := d.leave(at, e.TicketRef, e.From, feed.StatusWaiting)
		if t == nil {
			return false
		}
		t.service, t.counter, t.place, t.moved = d.known(e.Service), e.Counter, e.Place, true
		d.join(t)
	case feed.FactReturned:
		t := d.tickets[e.TicketRef]
		if t == nil || t.status != feed.StatusNoShow {
			return false
		}
		t.status, t.counter, t.place, t.moved, t.away, t.changed = feed.StatusWaiting, 0, e.Place, true, false, at
		d.join(t)
	case feed.FactArrived:
		t := d.tickets[e.TicketRef]
		if t == nil || !t.away || t.status != feed.StatusWaiting && t.status != feed.StatusNoShow {
			return false
		}
		t.away = false
	case feed.FactSkipped:
		t := d.tickets[e.TicketRef]
		if t == nil || !t.away || t.status != feed.StatusWaiting {
			return false
		}
		d.part(t)
		t.status, t.changed = feed.StatusNoShow, at
	case feed.FactDelayed:
		t := d.tickets[e.TicketRef]
		if t == nil || t.status != feed.StatusWaiting {
			return false
		}
		d.part(t)
		t.place, t.moved = e.Place, true
		t.passed += e.Passed
		d.join(t)
	case feed.FactCancelled:
		return d.end(at, e.TicketRef, feed.StatusCancelled)
	case feed.FactVoided:
		return d.end(at, e.TicketRef, feed.StatusVoid)
	}
	return true
}

// known is the string by which the configuration names a service, so that one
// copy is kept of each.
func (d *day) known(service string) string {
	for i := range d.setup.Services {
		if d.setup.Services[i].ID == service {
			return d.setup.Services[i].ID
		}
	}
	return service
}

func (d *day) service(id string) feed.ServiceSetup {
	i := slices.IndexFunc(d.setup.Services, func(v feed.ServiceSetup) bool { return v.ID == id })
	if i < 0 {
		return feed.ServiceSetup{}
	}
	return d.setup.Services[i]
}

func (d *day) issue(at int64, e feed.FactIssued) *entry {
	if d.service(e.Band).ID == "" || d.tickets[e.TicketRef] != nil {
		return nil
	}
	e.Band = d.known(e.Band)
	t := &entry{day: d, ref: e.TicketRef, service: e.Band, status: feed.StatusWaiting, place: e.Place, told: e.Told,
		priority: e.Class == feed.ClassPriority, online: e.Origin == feed.OriginOnline, away: e.Away, issued: at, changed: at}
	d.tickets[t.ref] = t
	d.join(t)
	return t
}

func (d *day) call(at int64, e feed.FactCalled) bool {
	t := d.tickets[e.TicketRef]
	if t == nil || !live(t) || t.status == feed.StatusCalled {
		return false
	}
	d.part(t)
	t.status, t.counter, t.away, t.changed = feed.StatusCalled, e.Counter, false, at
	return true
}

// leave takes a ticket from its counter, or gives nil if it is not there.
func (d *day) leave(at int64, r feed.TicketRef, counter int, to string) *entry {
	t := d.tickets[r]
	if t == nil || t.status != feed.StatusCalled || t.counter != counter {
		return nil
	}
	t.status, t.changed = to, at
	return t
}

// end takes a ticket out of the line for good.
func (d *day) end(at int64, r feed.TicketRef, to string) bool {
	t := d.tickets[r]
	if t == nil || !live(t) || t.status == feed.StatusCalled {
		return false
	}
	d.part(t)
	t.status, t.changed = to, at
	return true
}

// live reports whether the ticket can still be served.
func live(t *entry) bool {
	switch t.status {
	case feed.StatusWaiting, feed.StatusCalled, feed.StatusHeld, feed.StatusNoShow:
		return true
	}
	return false
}

func (d *day) close(at int64) {
	for _, t := range d.tickets {
		switch {
		case t.status == feed.StatusCalled:
			t.status, t.changed = feed.StatusFinished, at
		case live(t):
			t.status, t.changed = feed.StatusLeft, at
		}
	}
	clear(d.lines)
}

// reopen lets those wait again who had left, in the old place.
func (d *day) reopen() {
	for _, t := range d.tickets {
		if t.status == feed.StatusLeft {
			t.status, t.counter = feed.StatusWaiting, 0
			*d.queue(t) = append(*d.queue(t), t)
		}
	}
	for _, l := range d.lines {
		slices.SortFunc(l.ordinary, byPlace)
		slices.SortFunc(l.priority, byPlace)
	}
}

func byPlace(a, b *entry) int { return a.place.Compare(b.place) }

// queue is where a ticket stands while it waits.
func (d *day) queue(t *entry) *[]*entry {
	l := d.lines[t.service]
	if l == nil {
		l = new(waiting)
		d.lines[t.service] = l
	}
	if t.priority {
		return &l.priority
	}
	return &l.ordinary
}

// before is how many of a sorted line stand before a place.
func before(q []*entry, p feed.Place) int {
	n, _ := slices.BinarySearchFunc(q, p, func(t *entry, p feed.Place) int { return t.place.Compare(p) })
	return n
}

func (d *day) join(t *entry) {
	q := d.queue(t)
	*q = slices.Insert(*q, before(*q, t.place), t)
}

// part takes a ticket out of its line, if it waits.
func (d *day) part(t *entry) {
	if t.status != feed.StatusWaiting {
		return
	}
	q := d.queue(t)
	for i := before(*q, t.place); i < len(*q); i++ {
		if (*q)[i] == t {
			*q = slices.Delete(*q, i, i+1)
			break
		}
	}
	if l := d.lines[t.service]; len(l.ordinary)+len(l.priority) == 0 {
		delete(d.lines, t.service)
	}
}

// ahead counts those who wait for the service before the ticket, as the office
// does: by place within the class, and for an ordinary ticket every priority
// one; all by place where priority has no precedence. All is how many wait, behind
// how many of those it may let pass: they stand behind it, in its class.
func (d *day) ahead(t *entry) (n, all, behind int) {
	l := d.lines[t.service]
	own, other := l.ordinary, l.priority
	if t.priority {
		own, other = other, own
	}
	n = before(own, t.place)
	behind = len(own) - n - 1
	switch {
	case d.setup.Rules.PriorityRun == 0:
		passed := before(other, t.place)
		n, behind = n+passed, behind+len(other)-passed
	case !t.priority:
		n += len(other)
	}
	return n, len(own) + len(other), behind
}

func (d *day) shown(t *entry) Ticket {
	v := d.service(t.service)
	out := Ticket{Office: d.office, Label: d.service(t.ref.Band).Prefix + strconv.Itoa(t.ref.Number),
		Service: t.service, Name: v.Name, NameEn: v.NameEn, Day: d.number, Priority: t.priority, Online: t.online,
		Status: t.status, Counter: t.counter, Moved: t.moved, Away: t.away, Doubt: d.doubt, Issued: moment(t.issued), Changed: moment(t.changed),
		Rules: d.setup.Rules, Journal: d.journal, Seq: d.seq}
	if t.told.Known {
		out.Told = &feed.Range{Low: t.told.Low, Mid: t.told.Mid, High: t.told.High}
	}
	if t.status == feed.StatusWaiting {
		n, all, behind := d.ahead(t)
		out.Ahead, out.Last = n, n == all-1
		out.DelayLeft = max(0, min(d.setup.Rules.DelayMost-t.passed, behind))
	}
	return out
}

func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}
