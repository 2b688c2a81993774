package queue

import (
	"slices"
	"unicode/utf8"
)

// Input is a command and where it comes from.
type Input struct {
	At      Stamp
	Request string // id that makes a repeated command harmless; "" for none
	By      string // "button:1", "counter:3", "manager", "online", "schedule"
	Command Command
}

// Command is one of the structs of this file.
type Command interface {
	Name() string
}

type (
	// Tick lets the schedule act: day, issuing hours, shifts. The loop gives it
	// before every other command and every few seconds.
	Tick struct{ Next *Config } // of a day that opens; nil keeps the present one
	// Configure brings the configuration of the file.
	Configure struct{ Config Config }
	// OpenDay begins the business day by hand, or reopens today's.
	OpenDay struct{ Next *Config }
	// CloseDay ends it.
	CloseDay struct{}
	// Issue asks for a number.
	Issue struct {
		Service  string
		Class    Class
		Origin   Origin
		Token    string   // unguessable; made by the caller
		Forecast Forecast // as told to the citizen
		NoPaper  bool     // there is no printer; an online ticket has no paper either
	}
	// PaperResult is the printer's word on how a ticket's paper ended.
	PaperResult struct {
		Day    int64 // of the ticket
		Ref    Ref
		Paper  Paper // OnPaper, Unconfirmed or Failed
		Copy   bool
		Reason string // of Failed
	}
	// Reprint asks for a copy of a ticket that can still be served.
	Reprint struct{ Ref Ref }
	// CallNext calls whoever is next; it finishes the counter's ticket first,
	// and opens or resumes the counter: one key.
	CallNext struct{ Counter int }
	// Recall calls the counter's ticket again.
	Recall struct{ Counter int }
	// Pick calls a chosen ticket that waits, is on hold or was missed.
	Pick struct {
		Counter int
		Ref     Ref
	}
	// Hold puts the counter's ticket aside.
	Hold struct{ Counter int }
	// MarkNoShow says that nobody came.
	MarkNoShow struct{ Counter int }
	// Return lets a missed citizen back in, by the late rule.
	Return struct{ Ref Ref }
	// Arrive says that the holder of an online ticket is here; Delay lets Pass
	// others, who wait behind the ticket, go first. The ticket is known by its token
	// when Ref is zero.
	Arrive struct {
		Ref   Ref
		Token string
	}
	Delay struct {
		Ref   Ref
		Token string
		Pass  int
	}
	// Transfer sends the counter's ticket on. Service "" keeps the service;
	// ToCounter 0 is any counter that serves it. A counter that closes later
	// leaves the ticket to the others.
	Transfer struct {
		Counter   int
		Service   string
		ToCounter int
	}
	// Finish ends the service without calling the next.
	Finish struct{ Counter int }
	// OpenCounter, CloseCounter, Pause and Resume a counter.
	OpenCounter  struct{ Counter int }
	CloseCounter struct{ Counter int }
	Pause        struct{ Counter int }
	Resume       struct{ Counter int }
	// SetServices changes what a counter serves, until the day ends or one of
	// the counter's shifts begins or ends.
	SetServices struct {
		Counter  int
		Services []string
	}
	// CloseIssuing and ReopenIssuing by hand; Service "" is every service.
	CloseIssuing  struct{ Service string }
	ReopenIssuing struct{ Service string }
	// Cancel is the citizen's, who is known by the ticket's token when Ref is
	// zero; Remove is the staff's.
	Cancel struct {
		Ref   Ref
		Token string
	}
	Remove struct {
		Ref    Ref
		Reason string
	}
	// ReportDevice says what is wrong with a device; no conditions is well.
	ReportDevice struct {
		Device     string
		Conditions []string
	}
	// Observe says what the old machine of an observed office was heard to do; it
	// is that of the fact Observed.
	Observe struct {
		What    Observation
		Service string // "": the wire does not say
		Number  int    // of HeardIssued and HeardCalled
		Counter int    // of HeardCalled; 0: the wire does not say
		Count   int    // of HeardWaiting
	}
)

func (Tick) Name() string          { return "tick" }
func (Configure) Name() string     { return "configure" }
func (OpenDay) Name() string       { return "open_day" }
func (CloseDay) Name() string      { return "close_day" }
func (Issue) Name() string         { return "issue" }
func (PaperResult) Name() string   { return "paper" }
func (Reprint) Name() string       { return "reprint" }
func (CallNext) Name() string      { return "next" }
func (Recall) Name() string        { return "recall" }
func (Pick) Name() string          { return "pick" }
func (Hold) Name() string          { return "hold" }
func (MarkNoShow) Name() string    { return "no_show" }
func (Return) Name() string        { return "return" }
func (Arrive) Name() string        { return "arrive" }
func (Delay) Name() string         { return "delay" }
func (Transfer) Name() string      { return "transfer" }
func (Finish) Name() string        { return "finish" }
func (OpenCounter) Name() string   { return "open_counter" }
func (CloseCounter) Name() string  { return "close_counter" }
func (Pause) Name() string         { return "pause" }
func (Resume) Name() string        { return "resume" }
func (SetServices) Name() string   { return "set_services" }
func (CloseIssuing) Name() string  { return "close_issuing" }
func (ReopenIssuing) Name() string { return "reopen_issuing" }
func (Cancel) Name() string        { return "cancel" }
func (Remove) Name() string        { return "remove" }
func (ReportDevice) Name() string  { return "device" }
func (Observe) Name() string       { return "observe" }

// Decision is what a command leads to.
type Decision struct {
	Events   []Event  // to be journaled and applied, in order; may be empty
	Answer   Answer   // what the caller is told
	Repeated bool     // the request was answered before; Events is empty
	Notice   *Refusal // something worth saying although the command was taken, e.g. NobodyWaiting
}

// Decide says what the command leads to. It changes nothing. The error is a
// *Refusal. A request that led to facts gets the same answer again; one that
// was refused, or led to none, is decided anew.
func (s *State) Decide(in Input) (Decision, error) {
	if in.Request != "" {
		if !utf8.ValidString(in.Request) { // the record could not tell it from others
			return Decision{}, refuse(BadInput, "request")
		}
		if a, ok := s.Requests[in.Request]; ok {
			if a.Cause != in.Command.Name() {
				return Decision{}, refuse(RequestReused)
			}
			return Decision{Answer: a, Repeated: true}, nil
		}
	}
	d, r := s.decide(in)
	if r != nil {
		return Decision{}, r
	}
	d.Answer.Cause = in.Command.Name()
	for _, e := range d.Events {
		if a := answer(Fact{Event: e}); !a.Ref.IsZero() {
			d.Answer.Ref, d.Answer.Counter = a.Ref, a.Counter
		}
	}
	return d, nil
}

// Facts puts events into the record: numbered after the last fact applied.
func (s *State) Facts(in Input, events []Event) []Fact {
	facts := make([]Fact, len(events))
	day := s.Day.Number
	for i, e := range events {
		if o, ok := e.(DayOpened); ok {
			day = o.Number
		}
		facts[i] = Fact{Day: day, Seq: s.Seq + 1 + uint64(i), At: in.At, Request: in.Request,
			Cause: in.Command.Name(), By: in.By, Event: e}
	}
	return facts
}

func (s *State) decide(in Input) (Decision, *Refusal) {
	switch c := in.Command.(type) {
	case Tick:
		return events(s.tick(in.At, c.Next)...), nil
	case Configure:
		return s.decideConfigure(c)
	case OpenDay:
		return s.decideOpenDay(in.At, c.Next)
	case ReportDevice:
		if !utf8.ValidString(c.Device) {
			return Decision{}, refuse(BadInput, "device")
		}
		conditions := slices.Compact(slices.Sorted(slices.Values(c.Conditions)))
		if slices.Equal(s.Devices[c.Device], conditions) || s.Day.Number == 0 {
			return Decision{}, nil
		}
		return events(DeviceChanged{c.Device, conditions}), nil
	case PaperResult:
		return s.decidePaper(c)
	}
	if s.Config.Observed && !forObserved(in.Command) {
		return Decision{}, refuse(ObservedOffice)
	}
	if !s.Day.Open {
		return Decision{}, refuse(DayNotOpen)
	}
	switch c := in.Command.(type) {
	case CloseDay:
		return events(DayClosed{}), nil
	case Issue:
		return s.decideIssue(c)
	case Reprint:
		t := s.Find(c.Ref)
		switch {
		case t == nil:
			return Decision{}, refuse(UnknownTicket)
		case !t.Status.Live():
			return Decision{}, refuse(TicketEnded)
		}
		return events(ReprintAsked{c.Ref}), nil
	case CallNext:
		return s.decideNext(c)
	case Recall:
		return s.atCounter(c.Counter, func(k *CounterState) Decision { return events(Recalled{k.Current, k.Number}) })
	case Pick:
		return s.decidePick(c)
	case Hold:
		return s.atCounter(c.Counter, func(k *CounterState) Decision { return events(Held{k.Current, k.Number}) })
	case MarkNoShow:
		return s.atCounter(c.Counter, func(k *CounterState) Decision { return events(NoShow{k.Current, k.Number}) })
	case Finish:
		return s.atCounter(c.Counter, func(k *CounterState) Decision { return events(Finished{k.Current, k.Number}) })
	case Return:
		return s.decideReturn(in.At, c)
	case Arrive:
		return s.decideArrive(in.At, c)
	case Delay:
		return s.decideDelay(c)
	case Transfer:
		return s.decideTransfer(c)
	case OpenCounter, CloseCounter, Pause, Resume, SetServices:
		return s.decideDesk(c)
	case CloseIssuing:
		return s.decideIssuing(c.Service, true)
	case ReopenIssuing:
		return s.decideIssuing(c.Service, false)
	case Cancel:
		r := s.named(c.Ref, c.Token)
		return s.decideEnd(r, Cancelled{r})
	case Remove:
		return s.decideEnd(c.Ref, Voided{c.Ref, c.Reason})
	case Observe:
		return s.decideObserve(c)
	}
	return Decision{}, refuse(BadInput, in.Command.Name())
}

func events(e ...Event) Decision { return Decision{Events: e} }

// atCounter decides for a counter that has a ticket.
func (s *State) atCounter(n int, with func(*CounterState) Decision) (Decision, *Refusal) {
	k := s.Counter(n)
	if k == nil {
		return Decision{}, refuse(UnknownCounter, n)
	}
	if k.Current.IsZero() {
		return Decision{}, refuse(CounterIdle)
	}
	return with(k), nil
}

func (s *State) decideIssue(c Issue) (Decision, *Refusal) {
	def, ok := s.Config.Service(c.Service)
	v := s.Service(c.Service)
	switch {
	case !ok || v == nil:
		return Decision{}, refuse(UnknownService, c.Service)
	case c.Class != Ordinary && c.Class != Priority:
		return Decision{}, refuse(BadInput, "class")
	case c.Origin != Button && c.Origin != Online && c.Origin != Clerk:
		return Decision{}, refuse(BadInput, "origin")
	case c.Class == Priority && !def.Priority:
		return Decision{}, refuse(NoPriority)
	case c.Origin == Online && !def.Online:
		return Decision{}, refuse(NoOnline)
	case v.Closed:
		return Decision{}, refuse(IssuingIsClosed)
	case v.Next > def.Last:
		return Decision{}, refuse(BandExhausted)
	case def.Quota > 0 && v.Issued >= def.Quota:
		return Decision{}, refuse(QuotaReached)
	case c.Origin == Online && def.OnlineQuota > 0 && v.Online >= def.OnlineQuota:
		return Decision{}, refuse(OnlineQuotaDone)
	}
	return events(Issued{
		Ref:   Ref{c.Service, v.Next},
		Class: c.Class, Origin: c.Origin, Token: c.Token,
		Place:    Place{After: s.Order + 1},
		Ahead:    s.Ahead(c.Service, c.Class),
		Forecast: c.Forecast,
		Paper:    c.Origin != Online && !c.NoPaper,
		Away:     c.Origin == Online && def.Arrival,
	}), nil
}

// decidePaper takes the printer's word also after the day closed: paper that
// came out is a fact at any hour. Of a ticket of another day it keeps nothing.
func (s *State) decidePaper(c PaperResult) (Decision, *Refusal) {
	t := s.Find(c.Ref)
	if t == nil || c.Day != s.Day.Number {
		return Decision{}, refuse(UnknownTicket)
	}
	switch c.Paper {
	case OnPaper, Unconfirmed:
		return events(Printed{c.Ref, c.Paper == OnPaper, c.Copy}), nil
	case Failed:
		return events(PrintFailed{c.Ref, c.Reason}), nil
	}
	return Decision{}, refuse(BadInput, "paper")
}

func (s *State) decideIssuing(id string, closed bool) (Decision, *Refusal) {
	if id != "" && s.Service(id) == nil {
		return Decision{}, refuse(UnknownService, id)
	}
	var d Decision
	for _, v := range s.Services {
		// Staff may close what the schedule has closed: it then stays closed.
		if id != "" && v.ID != id || v.Closed == closed && (!closed || v.ByHand) {
			continue
		}
		if closed {
			d.Events = append(d.Events, IssuingClosed{Service: v.ID})
		} else {
			d.Events = append(d.Events, IssuingReopened{Service: v.ID})
		}
	}
	switch {
	case len(d.Events) > 0:
		return d, nil
	case closed:
		return d, refuse(IssuingIsClosed)
	}
	return d, refuse(IssuingIsOpen)
}

func (s *State) decideEnd(r Ref, e Event) (Decision, *Refusal) {
	t := s.Find(r)
	switch {
	case t == nil:
		return Decision{}, refuse(UnknownTicket)
	case t.Status == AtCounter:
		return Decision{}, refuse(TicketElsewhere, t.Counter)
	case !t.Status.Live():
		return Decision{}, refuse(TicketEnded)
	}
	return events(e), nil
}
