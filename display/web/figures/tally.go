package figures

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"sunbeon/appliance/feed"
)

// Halves is how many half hours a day has.
const Halves = 48

const (
	halfMs = 30 * 60 * 1000
	dayMs  = Halves * halfMs

	// Bounds within which a wall clock is believed, Unix ms: 2000 to 2200.
	earliest = 946_684_800_000
	latest   = 7_258_118_400_000

	dayTickets  = 20_000 // of one day; more is no office
	dayServices = 64
)

// tally counts one business day of one record, fact by fact. A fact that does not
// follow is passed over.
type tally struct {
	journal string
	number  int64
	seq     uint64 // of the last fact taken in
	date    string // yyyy-mm-dd; "" not known yet
	start   int64  // of the date, Unix ms
	last    int64  // the latest stamp so far, Unix ms; 0 before the first
	open    bool
	doubt   bool
	span    [Halves]int64 // ms
	held    []feed.FactHead
	tickets map[feed.TicketRef]*ticket
	lines   map[string]*line // by service
}

type ticket struct {
	service string // waits for
	status  string
	issued  feed.FactTime
	at      int64 // corrected time of issue, Unix ms
	away    bool
	called  bool
}

// line is one service's day.
type line struct {
	now    int // who wait
	issued [Halves]int
	area   [Halves]int64 // people times ms
	waits  [Halves][]int // seconds
}

func newTally(journal string, number int64) *tally {
	return &tally{journal: journal, number: number, tickets: make(map[feed.TicketRef]*ticket), lines: make(map[string]*line)}
}

// take takes the next fact of the record in.
func (t *tally) take(h feed.FactHead) {
	t.seq = h.Seq
	if !confirmed(h.At) {
		if len(t.held) < dayTickets {
			t.held = append(t.held, h)
		} else {
			t.doubt = true
		}
		return
	}
	for _, early := range t.held {
		at := int64(0)
		if early.At.Boot == h.At.Boot && early.At.Mono <= h.At.Mono {
			at = h.At.Wall - (h.At.Mono - early.At.Mono)
		}
		t.apply(at, early)
	}
	t.held = nil
	t.apply(h.At.Wall, h)
}

func confirmed(at feed.FactTime) bool {
	return at.Trusted && at.Wall >= earliest && at.Wall <= latest
}

// apply takes a fact in at a time, 0 for one that will never be known.
func (t *tally) apply(at int64, h feed.FactHead) {
	body, err := feed.DecodeBody(h.Kind, h.Body)
	if err != nil {
		t.doubt = true
		return
	}
	if at == 0 {
		t.doubt = t.doubt || body != nil
		at = t.last
	}
	if e, ok := body.(feed.FactDayOpened); ok {
		t.begin(e.Date)
	}
	if t.date == "" && at != 0 {
		t.begin(time.UnixMilli(at).In(feed.KST()).Format(time.DateOnly))
	}
	t.advance(at)
	at = t.last
	switch e := body.(type) {
	case feed.FactDayOpened:
		t.open = true
	case feed.FactDayClosed:
		t.close()
	case feed.FactDayReopened:
		t.reopen()
	case feed.FactIssued:
		t.issue(at, h.At, e)
	case feed.FactCalled:
		t.call(at, h.At, e)
	case feed.FactHeld:
		t.move(e.TicketRef, feed.StatusCalled, feed.StatusHeld)
	case feed.FactNoShow:
		t.move(e.TicketRef, feed.StatusCalled, feed.StatusNoShow)
	case feed.FactSkipped:
		t.move(e.TicketRef, feed.StatusWaiting, feed.StatusNoShow)
	case feed.FactFinished:
		t.move(e.TicketRef, feed.StatusCalled, feed.StatusFinished)
	case feed.FactReturned:
		t.move(e.TicketRef, feed.StatusNoShow, feed.StatusWaiting)
	case feed.FactTransferred:
		if k := t.tickets[e.TicketRef]; k != nil && k.status == feed.StatusCalled && t.line(e.Service) != nil {
			k.service = e.Service
			t.set(k, feed.StatusWaiting)
		}
	case feed.FactCancelled:
		t.end(e.TicketRef, feed.StatusCancelled)
	case feed.FactVoided:
		t.end(e.TicketRef, feed.StatusVoid)
	}
}

// begin fixes the date.
func (t *tally) begin(date string) {
	if day, err := time.ParseInLocation(time.DateOnly, date, feed.KST()); err == nil {
		t.date, t.start = date, day.UnixMilli()
	}
}

// advance lets time run to at: everybody who waits waits that much longer.
func (t *tally) advance(at int64) {
	from := t.last
	if at <= from {
		return
	}
	t.last = at
	if !t.open || from == 0 {
		return
	}
	for h, ms := range parts(from-t.start, at-t.start) {
		t.span[h] += ms
		for _, l := range t.lines {
			l.area[h] += int64(l.now) * ms
		}
	}
}

// parts yields how much of each half hour lies between two moments of the day,
// ms.
func parts(from, to int64) func(func(int, int64) bool) {
	from, to = max(from, 0), min(to, dayMs)
	return func(yield func(int, int64) bool) {
		for from < to {
			next := min((from/halfMs+1)*halfMs, to)
			if !yield(int(from/halfMs), next-from) {
				return
			}
			from = next
		}
	}
}

// half is the half hour of a moment, false outside the date.
func (t *tally) half(at int64) (int, bool) {
	ms := at - t.start
	return int(ms / halfMs), ms >= 0 && ms < dayMs
}

// line is that of a service; nil when there are too many.
func (t *tally) line(service string) *line {
	l := t.lines[service]
	if l == nil && len(t.lines) < dayServices {
		l = new(line)
		t.lines[service] = l
	}
	return l
}

func (t *tally) issue(at int64, stamp feed.FactTime, e feed.FactIssued) {
	l := t.line(e.Band)
	if l == nil || t.tickets[e.TicketRef] != nil || len(t.tickets) >= dayTickets {
		return
	}
	k := &ticket{service: e.Band, issued: stamp, at: at, away: e.Away}
	t.tickets[e.TicketRef] = k
	t.set(k, feed.StatusWaiting)
	if h, ok := t.half(at); ok {
		l.issued[h]++
	}
}

func (t *tally) call(at int64, stamp feed.FactTime, e feed.FactCalled) {
	k := t.tickets[e.TicketRef]
	if k == nil || !live(k.status) || k.status == feed.StatusCalled {
		return
	}
	t.set(k, feed.StatusCalled)
	h, ok := t.half(k.at)
	if first := !k.called; first && ok && !k.away {
		ms := at - k.at
		if stamp.Boot == k.issued.Boot {
			ms = stamp.Mono - k.issued.Mono
		}
		// A ticket is passed on from a counter only: at its first call it is still of
		// the service whose number it has.
		l := t.lines[e.Band]
		l.waits[h] = append(l.waits[h], int(max(ms, 0)/1000))
	}
	k.called = true
}

// live reports whether a ticket of the status can still be called.
func live(status string) bool {
	switch status {
	case feed.StatusWaiting, feed.StatusCalled, feed.StatusHeld, feed.StatusNoShow:
		return true
	}
	return false
}

func (t *tally) move(r feed.TicketRef, from, to string) {
	if k := t.tickets[r]; k != nil && k.status == from {
		t.set(k, to)
	}
}

// end takes a ticket out of the line for good.
func (t *tally) end(r feed.TicketRef, to string) {
	if k := t.tickets[r]; k != nil && live(k.status) && k.status != feed.StatusCalled {
		t.set(k, to)
	}
}

func (t *tally) set(k *ticket, status string) {
	l := t.lines[k.service]
	if k.status == feed.StatusWaiting {
		// Only a transfer changes the service, and it comes from a counter.
		l.now--
	}
	if k.status = status; status == feed.StatusWaiting {
		l.now++
	}
}

func (t *tally) close() {
	t.open = false
	for _, k := range t.tickets {
		switch {
		case k.status == feed.StatusCalled:
			t.set(k, feed.StatusFinished)
		case live(k.status):
			t.set(k, feed.StatusLeft)
		}
	}
}

// reopen lets those wait again who had left.
func (t *tally) reopen() {
	t.open = true
	for _, k := range t.tickets {
		if k.status == feed.StatusLeft {
			t.set(k, feed.StatusWaiting)
		}
	}
}

// Half is one half hour of a day.
type Half struct {
	Span    int     `json:"span"` // seconds of it that are known; 0 is none, and then the rest says nothing
	Issued  int     `json:"issued"`
	Waiting float64 `json:"waiting"` // people, averaged over the span
	Called  int     `json:"called"`  // of Issued, less those who were away
	Wait    int     `json:"wait"`    // seconds, median of the called; nothing when Called is 0
}

// Line is one day of a service, or of the whole office, whose Service is "".
type Line struct {
	Service string       `json:"service"`
	Halves  [Halves]Half `json:"halves"`
}

// figures are the counts until a moment, Unix ms, up to which whoever waits goes
// on waiting; 0 is the last fact. The office comes first, then the services by
// id.
func (t *tally) figures(until int64) []Line {
	more := make(map[int]int64)
	if t.open && t.last != 0 {
		more = maps.Collect(parts(t.last-t.start, until-t.start))
	}
	var office line
	out := []Line{{}}
	for _, id := range slices.Sorted(maps.Keys(t.lines)) {
		l := t.lines[id]
		out = append(out, Line{id, l.halves(t.span, more)})
		office.now += l.now
		for h := range Halves {
			office.issued[h] += l.issued[h]
			office.area[h] += l.area[h]
			office.waits[h] = append(office.waits[h], l.waits[h]...)
		}
	}
	out[0].Halves = office.halves(t.span, more)
	return out
}

// halves are the figures of a line, with more ms of each half hour behind what
// was counted.
func (l *line) halves(span [Halves]int64, more map[int]int64) (out [Halves]Half) {
	for h := range Halves {
		ms := span[h] + more[h]
		f := Half{Span: int(ms / 1000), Issued: l.issued[h], Called: len(l.waits[h])}
		if ms > 0 {
			f.Waiting = float64(l.area[h]+int64(l.now)*more[h]) / float64(ms)
		}
		if f.Called > 0 {
			f.Wait = rank(l.waits[h], 0.5)
		}
		out[h] = f
	}
	return out
}

// rank is a quantile by nearest rank: the smallest value that at least the part q
// of all does not exceed. There must be one.
func rank[T cmp.Ordered](values []T, q float64) T {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	i := 0
	for i < n-1 && float64(i+1) < q*float64(n) {
		i++
	}
	return sorted[i]
}
