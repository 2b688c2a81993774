package journal

import (
	"fmt"
	"slices"

	"sunbeon/appliance/queue"
)

// fold turns the facts of one day into the rows of the projections. It is used
// when facts are added, when the journal is opened, and by Verify: one meaning
// of the rows. It reads facts only and knows nothing of queue.State, so that
// each can be held against the other.
type fold struct {
	day      dayRow
	config   queue.Config
	tickets  map[queue.Ref]*ticket
	order    []*ticket // by issue
	visits   []*visit  // by call
	desks    map[int]*desk
	lastCall map[string]*ticket // by service: the last one called for the first time

	dirtyDay     bool
	dirtyTickets []*ticket
	dirtyVisits  []*visit
}

type dayRow struct {
	day    int64
	first  uint64
	date   string
	closed bool
}

// ticket is a row of tickets with what it is computed from.
type ticket struct {
	ref      queue.Ref
	label    string
	service  string
	class    queue.Class
	origin   queue.Origin
	status   queue.Status
	seq      uint64
	issued   queue.Stamp
	ahead    int
	forecast queue.Forecast
	place    queue.Place
	only     int // waiting: the counter that alone may call it, 0 any
	moved    bool
	missed   bool // did not come to the last call or turn, nor back since
	away     bool // its holder has not arrived
	awaited  bool // it was issued so

	called   uint64 // seq of the first call, 0 before
	counter  int    // of the first call
	at       queue.Stamp
	inTurn   bool
	visit    *visit  // the last one
	previous *ticket // last one of the service called before the issue

	fresh, dirty bool
}

// visit is one stay of a ticket at a counter.
type visit struct {
	seq     uint64
	ticket  *ticket
	service string
	counter int
	how     queue.How
	called  queue.Stamp
	ended   string
	end     queue.Stamp
	paused  bool
	next    *queue.Stamp // the counter's next call, if it went straight on

	dirty bool
}

// desk is what a counter does, as far as handling times need it.
type desk struct {
	services []string
	current  *visit
	straight *visit // ended while somebody waited for this counter
}

func newFold() *fold {
	return &fold{tickets: map[queue.Ref]*ticket{}, desks: map[int]*desk{}, lastCall: map[string]*ticket{}}
}

// clean forgets what was to be written.
func (f *fold) clean() {
	for _, t := range f.dirtyTickets {
		t.fresh, t.dirty = false, false
	}
	for _, v := range f.dirtyVisits {
		v.dirty = false
	}
	f.dirtyDay, f.dirtyTickets, f.dirtyVisits = false, f.dirtyTickets[:0], f.dirtyVisits[:0]
}

func (f *fold) touch(t *ticket) {
	if !t.dirty {
		t.dirty = true
		f.dirtyTickets = append(f.dirtyTickets, t)
	}
}

func (f *fold) touchVisit(v *visit) {
	if !v.dirty {
		v.dirty = true
		f.dirtyVisits = append(f.dirtyVisits, v)
	}
}

// apply takes one fact of the day; day_opened begins anew.
func (f *fold) apply(fact queue.Fact) error {
	if err := f.take(fact); err != nil {
		return fmt.Errorf("%w: fact %d (%s): %w", ErrOrder, fact.Seq, fact.Event.Kind(), err)
	}
	return nil
}

func (f *fold) take(fact queue.Fact) error {
	at := fact.At
	switch e := fact.Event.(type) {
	case queue.DayOpened:
		*f = *newFold()
		f.day = dayRow{day: e.Number, first: fact.Seq, date: e.Date}
		f.dirtyDay = true
		f.configure(e.Config)
	case queue.ConfigChanged:
		f.configure(e.Config)
	case queue.DayClosed:
		f.close(at)
	case queue.DayReopened:
		f.day.closed, f.dirtyDay = false, true
		for _, t := range f.order {
			if t.status == queue.Left {
				t.status, t.only, t.missed = queue.Waiting, 0, false
				f.touch(t)
			}
		}
	case queue.ClockConfirmed:
		f.confirm(at, e.Date)
	case queue.Issued:
		return f.issue(fact, e)
	case queue.Called:
		return f.call(fact, e)
	case queue.Held:
		return f.end(fact, e.Counter, e.Ref, queue.OnHold)
	case queue.NoShow:
		if err := f.end(fact, e.Counter, e.Ref, queue.Missed); err != nil {
			return err
		}
		f.tickets[e.Ref].missed = true
	case queue.Finished:
		return f.end(fact, e.Counter, e.Ref, queue.Done)
	case queue.Transferred:
		if err := f.end(fact, e.From, e.Ref, queue.Waiting); err != nil {
			return err
		}
		t := f.tickets[e.Ref]
		t.service, t.only, t.place, t.moved = e.Service, e.Counter, e.Place, true
		f.straightOn(e.From, t.visit)
	case queue.Returned:
		return f.change(e.Ref, func(t *ticket) {
			t.status, t.only, t.place, t.moved, t.missed, t.away = queue.Waiting, 0, e.Place, true, false, false
		})
	case queue.Arrived:
		return f.change(e.Ref, func(t *ticket) { t.away = false })
	case queue.Skipped:
		return f.change(e.Ref, func(t *ticket) { t.status, t.missed = queue.Missed, true })
	case queue.Delayed:
		return f.change(e.Ref, func(t *ticket) { t.place, t.moved = e.Place, true })
	case queue.Cancelled:
		return f.change(e.Ref, func(t *ticket) { t.status = queue.Given })
	case queue.Voided:
		return f.change(e.Ref, func(t *ticket) { t.status = queue.Void })
	case queue.CounterLeft:
		f.away(e.Counter)
	case queue.CounterClosed:
		f.desk(e.Counter).straight = nil
	case queue.ServicesChanged:
		f.desk(e.Counter).services = slices.Clone(e.Services)
	}
	return nil
}

func (f *fold) configure(c queue.Config) {
	f.config = c
	for _, k := range c.Counters {
		f.desk(k.Number).services = slices.Clone(k.Services)
	}
}

func (f *fold) desk(n int) *desk {
	d := f.desks[n]
	if d == nil {
		d = &desk{}
		f.desks[n] = d
	}
	return d
}

func (f *fold) change(r queue.Ref, do func(*ticket)) error {
	t := f.tickets[r]
	if t == nil {
		return fmt.Errorf("no ticket %d of %q", r.Number, r.Band)
	}
	do(t)
	f.touch(t)
	return nil
}

func (f *fold) issue(fact queue.Fact, e queue.Issued) error {
	service, _ := f.config.Service(e.Band)
	t := &ticket{
		ref: e.Ref, label: service.Label(e.Number), service: e.Band, class: e.Class, origin: e.Origin,
		status: queue.Waiting, seq: fact.Seq, issued: fact.At, ahead: e.Ahead, forecast: e.Forecast,
		place: e.Place, away: e.Away, awaited: e.Away, previous: f.lastCall[e.Band], fresh: true,
	}
	f.tickets[e.Ref] = t
	f.order = append(f.order, t)
	f.touch(t)
	return nil
}

func (f *fold) call(fact queue.Fact, e queue.Called) error {
	t, d := f.tickets[e.Ref], f.desk(e.Counter)
	switch {
	case t == nil:
		return fmt.Errorf("no ticket %d of %q", e.Number, e.Band)
	case d.current != nil:
		return fmt.Errorf("counter %d has ticket %s", e.Counter, d.current.ticket.label)
	case t.status == queue.AtCounter:
		return fmt.Errorf("ticket %s is at counter %d", t.label, t.visit.counter)
	}
	if v := d.straight; v != nil {
		v.next = &fact.At
		f.touchVisit(v)
		d.straight = nil
	}
	if t.called == 0 {
		t.called, t.counter, t.at = fact.Seq, e.Counter, fact.At
		// How long a ticket waited whose holder may have come late says nothing.
		t.inTurn = e.How == queue.ByNext && !t.moved && !t.awaited && t.place.Then == 0
		f.lastCall[t.service] = t
	}
	v := &visit{seq: fact.Seq, ticket: t, service: t.service, counter: e.Counter, how: e.How, called: fact.At}
	f.visits = append(f.visits, v)
	t.status, t.missed, t.away, t.visit, d.current = queue.AtCounter, false, false, v, v
	f.touch(t)
	f.touchVisit(v)
	return nil
}

// end takes a ticket from its counter.
func (f *fold) end(fact queue.Fact, counter int, r queue.Ref, to queue.Status) error {
	d := f.desk(counter)
	if d.current == nil || d.current.ticket.ref != r {
		return fmt.Errorf("ticket %d of %q is not at counter %d", r.Number, r.Band, counter)
	}
	v := d.current
	v.ended, v.end = fact.Event.Kind(), fact.At
	v.ticket.status, d.current = to, nil
	f.touch(v.ticket)
	f.touchVisit(v)
	f.straightOn(counter, v)
	return nil
}

// straightOn notes whether somebody waits here for the counter now: its next call
// then ends the time that v took.
func (f *fold) straightOn(counter int, v *visit) {
	d := f.desk(counter)
	d.straight = nil
	if v.ended == (queue.NoShow{}).Kind() || v.paused {
		return
	}
	for _, t := range f.order {
		if t.status == queue.Waiting && !t.away && (t.only == 0 || t.only == counter) && slices.Contains(d.services, t.service) {
			d.straight = v
			return
		}
	}
}

func (f *fold) away(counter int) {
	d := f.desk(counter)
	d.straight = nil
	if d.current != nil {
		d.current.paused = true
		f.touchVisit(d.current)
	}
}

// close ends the day: who is at a counter was served, who waits has left.
func (f *fold) close(at queue.Stamp) {
	f.day.closed, f.dirtyDay = true, true
	for _, d := range f.desks {
		if v := d.current; v != nil {
			v.ended, v.end = (queue.DayClosed{}).Kind(), at
			f.touchVisit(v)
		}
		d.current, d.straight = nil, nil
	}
	for _, t := range f.order {
		switch t.status {
		case queue.AtCounter:
			t.status = queue.Done
			f.touch(t)
		case queue.Waiting, queue.OnHold, queue.Missed:
			t.status = queue.Left
			f.touch(t)
		}
	}
}

// confirm corrects the day's untrusted stamps of the boot.
func (f *fold) confirm(by queue.Stamp, date string) {
	if f.day.day > 0 && f.day.date == "" {
		f.day.date, f.dirtyDay = date, true
	}
	for _, t := range f.order {
		t.issued, t.at = corrected(t.issued, by), corrected(t.at, by)
		f.touch(t)
	}
	for _, v := range f.visits {
		v.called, v.end = corrected(v.called, by), corrected(v.end, by)
		if v.next != nil {
			next := corrected(*v.next, by)
			v.next = &next
		}
		f.touchVisit(v)
	}
}

// corrected gives an untrusted stamp the wall time it must have had.
func corrected(s, by queue.Stamp) queue.Stamp {
	if s.Trusted || !by.Trusted || s.Boot != by.Boot || s == (queue.Stamp{}) {
		return s
	}
	s.Wall, s.Trusted = by.Wall-(by.Mono-s.Mono), true
	return s
}
