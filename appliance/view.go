package appliance

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/queue"
)

// View is everything that people look at, built once for each change and never
// changed afterwards: Public for the hall and the city, the rest for staff.
type View struct {
	Public   feed.Snapshot // Epoch and Rev are the publisher's
	At       queue.Stamp
	Config   *queue.Config
	Services []queue.ServiceState
	Counters []Counter
	Tickets  []Ticket // live ones: waiting in the order of their places, then the others by issue
	Unpaper  []Ticket // of today, whose paper failed or is still out
	Heard    []Heard  // of an observed office, a row a service
	// Offers are the numbers that the hall's board gives in place of paper, the
	// newest first. They hold the addresses of tickets' pages: for the hall alone.
	Offers []feed.Offer
	// Faults is what is wrong with devices, worded for staff; Public has what
	// citizens should know of it.
	Faults []feed.Fault
	// Pending says that the configuration file holds changes that wait for the
	// next business day; it names what today's work needs.
	Pending string
	// Broken says why the record takes no facts, "" when it does.
	Broken string
}

// Counter is a counter as its clerk sees it.
type Counter struct {
	queue.CounterState
	Name   string
	Label  string // of the ticket it serves; observed: of the number called there last
	Ticket *Ticket
	// Next is how many wait whom this counter may call.
	Next int
}

// Ticket is a ticket as staff see it.
type Ticket struct {
	queue.Ticket
	Label string
	// Waited is the time since issue; -1 when unknown.
	Waited time.Duration
}

// viewer builds views. It belongs to the loop's goroutine.
type viewer struct {
	address   feed.Address
	journal   string
	where     *feed.Where
	notices   []string
	words     func(device, condition string) Words
	forecasts *forecasts

	page         string        // before a ticket's token
	printsWithin time.Duration // how long the printer tries
}

func (v *viewer) view(s *queue.State, at queue.Stamp, pending, broken string) *View {
	config := s.Config
	out := &View{At: at, Config: &config, Services: slices.Clone(s.Services), Pending: pending, Broken: broken}
	out.Public = v.public(s, at)
	if broken != "" {
		for i := range out.Public.Services {
			out.Public.Services[i].OnlineNow = false
		}
		v.fault(out, "journal", broken)
	}
	for _, device := range slices.Sorted(maps.Keys(s.Devices)) {
		for _, condition := range s.Devices[device] {
			v.fault(out, device, condition)
		}
	}
	v.offer(out, s, at)
	for i := range s.Tickets {
		t := &s.Tickets[i]
		if t.Paper == queue.Failed || t.Paper == queue.Pending {
			out.Unpaper = append(out.Unpaper, staffTicket(s, t, at))
		}
		if t.Status.Live() {
			out.Tickets = append(out.Tickets, staffTicket(s, t, at))
		}
	}
	slices.SortStableFunc(out.Tickets, func(a, b Ticket) int {
		if x, y := a.Status == queue.Waiting, b.Status == queue.Waiting; x != y {
			if x {
				return -1
			}
			return 1
		}
		if a.Status != queue.Waiting {
			return 0
		}
		return cmp.Or(cmp.Compare(a.Place.After, b.Place.After), cmp.Compare(a.Place.Then, b.Place.Then))
	})
	for _, k := range s.Counters {
		c := Counter{CounterState: k, Name: name(&config, k.Number), Next: s.Callable(k.Number)}
		c.Services = slices.Clone(k.Services)
		if t := s.Find(k.Current); t != nil {
			st := staffTicket(s, t, at)
			c.Ticket, c.Label = &st, st.Label
		}
		out.Counters = append(out.Counters, c)
	}
	if config.Observed {
		hear(out, s, at)
	}
	return out
}

// Words are the sentences for a device's condition.
type Words struct {
	StaffKo, StaffEn   string // what is wrong and what to do
	PublicKo, PublicEn string // what it means for who waits; empty: nothing
}

// fault words a device's condition for staff and, where it concerns them, for
// citizens.
func (v *viewer) fault(out *View, device, condition string) {
	w := v.words(device, condition)
	out.Faults = append(out.Faults, feed.Fault{Device: device, Condition: condition, Ko: w.StaffKo, En: w.StaffEn})
	if w.PublicKo != "" {
		out.Public.Faults = append(out.Public.Faults, feed.Fault{Device: device, Condition: condition, Ko: w.PublicKo, En: w.PublicEn})
	}
}

func staffTicket(s *queue.State, t *queue.Ticket, at queue.Stamp) Ticket {
	waited, known := at.Since(t.Issued)
	if !known {
		waited = -1
	}
	return Ticket{Ticket: *t, Label: s.Label(t.Ref), Waited: waited}
}

func name(c *queue.Config, counter int) string {
	i := slices.IndexFunc(c.Counters, func(k queue.Counter) bool { return k.Number == counter })
	if i < 0 {
		return ""
	}
	return c.Counters[i].Name
}

// public is the snapshot that leaves the office.
func (v *viewer) public(s *queue.State, at queue.Stamp) feed.Snapshot {
	p := feed.Snapshot{
		V: 1, City: v.address.City, Office: v.address.Office, Journal: v.journal,
		Seq: s.Seq, AsOf: at.Wall, Clock: at.Trusted,
		Name: s.Config.Office.Name, NameEn: s.Config.Office.NameEn,
		Day: s.Day.Number, Date: s.Day.Date, DayOpen: s.Day.Open,
		CallSeq: s.CallSeq, Notices: v.notices, Where: v.where,
		Services: make([]feed.Service, 0, len(s.Config.Services)),
		Counters: make([]feed.Counter, 0, len(s.Counters)),
		Calls:    make([]feed.Call, 0, len(s.Calls)),
		Held:     []string{}, Missed: []string{},
	}
	for _, def := range s.Config.Services {
		p.Services = append(p.Services, v.service(s, def, at))
	}
	for _, k := range s.Counters {
		c := feed.Counter{Number: k.Number, Name: name(&s.Config, k.Number), State: counterState(k), Services: slices.Clone(k.Services)}
		if !k.Current.IsZero() {
			c.Ticket = s.Label(k.Current)
		}
		p.Counters = append(p.Counters, c)
	}
	for _, c := range slices.Backward(s.Calls) {
		p.Calls = append(p.Calls, feed.Call{Seq: c.Seq, Ticket: s.Label(c.Ref), Service: serviceOf(s, c.Ref),
			Counter: c.Counter, At: c.At.Wall, Recall: c.Recall})
	}
	if s.Config.Observed {
		heardOnly(s, at, &p)
	}
	for i := range s.Tickets {
		switch t := &s.Tickets[i]; t.Status {
		case queue.OnHold:
			p.Held = append(p.Held, s.Label(t.Ref))
		case queue.Missed:
			p.Missed = append(p.Missed, s.Label(t.Ref))
		}
	}
	return p
}

func serviceOf(s *queue.State, r queue.Ref) string {
	if t := s.Find(r); t != nil {
		return t.Service
	}
	return r.Band
}

func counterState(k queue.CounterState) feed.CounterState {
	switch {
	case !k.Open:
		return feed.CounterClosed
	case k.Paused:
		return feed.CounterPaused
	}
	return feed.CounterOpen
}

func (v *viewer) service(s *queue.State, def queue.Service, at queue.Stamp) feed.Service {
	have := s.Service(def.ID)
	out := feed.Service{ID: def.ID, Name: def.Name, NameEn: def.NameEn, Waiting: new(s.Waiting(def.ID)),
		Online: def.Online, OnlineLeft: onlineLeft(def, have), Arrival: def.Arrival, Away: s.Away(def.ID),
		Priority: def.Priority, Issued: new(have.Issued), Hours: hoursOf(def.Issuing, at)}
	counters := 0
	for _, k := range s.Counters {
		if k.Open && !k.Paused && slices.Contains(k.Services, def.ID) {
			counters++
		}
	}
	out.Counters = &counters
	full := have.Next > def.Last || def.Quota > 0 && have.Issued >= def.Quota
	switch {
	case have.Closed && have.ByHand && !have.Scheduled && s.Day.Open:
		out.Issuing = feed.IssuingEarly // until the hour at which it closes anyway
	case have.Closed || !s.Day.Open:
		out.Issuing = feed.IssuingClosed
	case full:
		out.Issuing = feed.IssuingFull
	default:
		out.Issuing = feed.IssuingOpen
	}
	out.OnlineNow = def.Online && out.Issuing == feed.IssuingOpen && (def.OnlineQuota == 0 || have.Online < def.OnlineQuota)
	for _, c := range slices.Backward(s.Calls) {
		if serviceOf(s, c.Ref) == def.ID {
			out.Called, out.CalledAt = s.Label(c.Ref), c.Counter
			break
		}
	}
	if f := v.forecasts.predict(s, def.ID, queue.Ordinary, at); f.Known && s.Day.Open {
		out.Wait = &feed.Range{Low: f.Low, Mid: f.Mid, High: f.High}
	}
	return out
}

// onlineLeft is how many online tickets the service has left today; nil is no
// limit.
func onlineLeft(def queue.Service, have *queue.ServiceState) *int {
	if !def.Online || def.OnlineQuota == 0 && def.Quota == 0 {
		return nil
	}
	left := def.Last - have.Next + 1
	if def.Quota > 0 {
		left = min(left, def.Quota-have.Issued)
	}
	if def.OnlineQuota > 0 {
		left = min(left, def.OnlineQuota-have.Online)
	}
	return new(max(left, 0))
}

// hoursOf words today's spans; empty is the whole day, or none today.
func hoursOf(h queue.Hours, at queue.Stamp) string {
	if !at.Trusted || !h.OnDay(at) {
		return ""
	}
	text := ""
	for i, sp := range h.Spans {
		if i > 0 {
			text += ", "
		}
		text += sp.String()
	}
	return text
}
