package queue

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// State is the office's line on one business day, and what outlives the day.
// Its owner is one goroutine.
type State struct {
	Config   Config              `json:"config"`
	Day      Day                 `json:"day"`
	Seq      uint64              `json:"seq"`   // of the last fact applied
	Order    uint64              `json:"order"` // last ordinal given to a Place
	Services []ServiceState      `json:"services"`
	Counters []CounterState      `json:"counters"`
	Tickets  []Ticket            `json:"tickets"` // in order of issue
	CallSeq  uint64              `json:"callSeq"` // grows with every call and recall
	Calls    []Call              `json:"calls"`   // the last of them, oldest first
	Requests map[string]Answer   `json:"requests"`
	Devices  map[string][]string `json:"devices"` // conditions by device; well ones are absent
	Heard    []Heard             `json:"heard,omitempty"`

	byRef     map[Ref]int // index into Tickets; derived
	untrusted string      // boot of the last untrusted fact, until its clock is confirmed; derived
}

// Day is the business day.
type Day struct {
	Number int64  `json:"number"` // 0 before the first
	Date   string `json:"date"`   // empty when unknown
	Open   bool   `json:"open"`
	Opened Stamp  `json:"opened"`
	Closed Stamp  `json:"closed"`
}

// ServiceState is what a service has today.
type ServiceState struct {
	ID        string `json:"id"`
	Next      int    `json:"next"`      // number the band gives next
	Issued    int    `json:"issued"`    // tickets that count against the quota
	Online    int    `json:"online"`    // those of them taken online
	Closed    bool   `json:"closed"`    // no tickets are given
	ByHand    bool   `json:"byHand"`    // staff decided that, and the schedule leaves it
	Scheduled bool   `json:"scheduled"` // the schedule last said closed
}

// CounterState is what a counter does now.
type CounterState struct {
	Number   int      `json:"number"`
	Open     bool     `json:"open"`
	Paused   bool     `json:"paused"`
	Services []string `json:"services"` // served today, in order
	Shift    int      `json:"shift"`    // the shift in force, from 1; 0 is none
	Current  Ref      `json:"current"`  // the ticket at the counter, zero when idle; observed: the number last called there
	Since    Stamp    `json:"since"`    // of the call, or of becoming idle
	Jumps    int      `json:"jumps"`    // priority calls before their place, in a row
	// Credit and JumpsIn belong to RuleWeighted: what each service has saved
	// up, and its own jumps. Both are replaced, never changed.
	Credit  map[string]int `json:"credit,omitempty"`
	JumpsIn map[string]int `json:"jumpsIn,omitempty"`
}

// Status of a ticket.
type Status string

const (
	Waiting   Status = "waiting"
	AtCounter Status = "called"
	OnHold    Status = "held"
	Missed    Status = "no_show"
	Done      Status = "finished"
	Given     Status = "cancelled" // given up by the citizen
	Void      Status = "void"
	Left      Status = "left" // still waiting when the day closed
)

// Live reports whether the ticket can still be served.
func (s Status) Live() bool {
	return s == Waiting || s == AtCounter || s == OnHold || s == Missed
}

// Paper says what is known of the printed ticket.
type Paper string

const (
	NoPaper     Paper = "none"
	Pending     Paper = "pending"
	OnPaper     Paper = "printed"
	Unconfirmed Paper = "unconfirmed" // sent, and the printer cannot say more
	Failed      Paper = "failed"
)

// Ticket is one number of the day.
type Ticket struct {
	Ref
	Service  string   `json:"service"` // waits for, or is served for
	Class    Class    `json:"class"`
	Origin   Origin   `json:"origin"`
	Status   Status   `json:"status"`
	Counter  int      `json:"counter"` // waiting: only this one may call it; else where it is or was last
	Place    Place    `json:"place"`
	Paper    Paper    `json:"paper"`
	Copies   int      `json:"copies,omitempty"` // reprints asked for
	Token    string   `json:"token,omitempty"`
	Away     bool     `json:"away,omitempty"`   // its holder has not arrived: only a pick calls it
	Passed   int      `json:"passed,omitempty"` // others that it has let pass
	Ahead    int      `json:"ahead"`
	Forecast Forecast `json:"forecast,omitzero"`
	Issued   Stamp    `json:"issued"`
	Called   Stamp    `json:"called"`  // the last call
	Changed  Stamp    `json:"changed"` // the last change of status
}

// Call is one line of the list of calls.
type Call struct {
	Seq uint64 `json:"seq"`
	Ref
	Counter int   `json:"counter"`
	At      Stamp `json:"at"`
	Recall  bool  `json:"recall"`
}

// Answer is what a request led to; the same request gets it again.
type Answer struct {
	Cause   string `json:"cause"`
	Ref     Ref    `json:"ref"`
	Counter int    `json:"counter,omitempty"`
}

// callsKept is how many calls the state lists: enough for the largest board.
const callsKept = 12

// New is the state of an office without a record. It has no configuration;
// Configure brings one.
func New() *State {
	return &State{Requests: map[string]Answer{}, Devices: map[string][]string{}, byRef: map[Ref]int{}}
}

// Encode gives the canonical bytes of the state.
func (s *State) Encode() []byte {
	b, err := json.Marshal(s)
	if err != nil {
		panic("queue: state does not encode: " + err.Error()) // it holds plain data only
	}
	return b
}

// Find returns the ticket, or nil. The pointer is valid until the next Apply.
func (s *State) Find(r Ref) *Ticket {
	if i, ok := s.byRef[r]; ok {
		return &s.Tickets[i]
	}
	return nil
}

// Lookup finds today's ticket by what is printed on it. Check sees to it that
// no two bands print the same.
func (s *State) Lookup(label string) (Ref, bool) {
	for i := range s.Config.Services {
		v := &s.Config.Services[i]
		text, ok := strings.CutPrefix(label, v.Prefix)
		if !ok {
			continue
		}
		if n, ok := number(text); ok {
			if _, ok := s.byRef[Ref{v.ID, n}]; ok {
				return Ref{v.ID, n}, true
			}
		}
	}
	return Ref{}, false
}

// named is the ticket that a command is about: r or, when that is zero, today's
// with the token; the zero Ref if there is none.
func (s *State) named(r Ref, token string) Ref {
	if !r.IsZero() {
		return r
	}
	for i := range s.Tickets {
		if t := &s.Tickets[i]; token != "" && t.Token == token {
			return t.Ref
		}
	}
	return Ref{}
}

// Label is the number of r as printed.
func (s *State) Label(r Ref) string {
	v, _ := s.Config.Service(r.Band)
	return v.Label(r.Number)
}

// Service returns what the service has today, or nil.
func (s *State) Service(id string) *ServiceState {
	i := slices.IndexFunc(s.Services, func(v ServiceState) bool { return v.ID == id })
	if i < 0 {
		return nil
	}
	return &s.Services[i]
}

// Counter returns what the counter does now, or nil.
func (s *State) Counter(n int) *CounterState {
	i := slices.IndexFunc(s.Counters, func(k CounterState) bool { return k.Number == n })
	if i < 0 {
		return nil
	}
	return &s.Counters[i]
}

// configure lays the configuration's services and counters over what the day
// already has: known ones keep their numbers and their work.
func (s *State) configure(c Config) {
	c = c.clone()
	services := make([]ServiceState, 0, len(c.Services))
	for _, v := range c.Services {
		have := ServiceState{ID: v.ID, Next: v.First}
		if old := s.Service(v.ID); old != nil {
			have = *old
			if !s.bandUsed(v.ID) {
				have.Next = v.First
			}
		}
		services = append(services, have)
	}
	counters := make([]CounterState, 0, len(c.Counters))
	for _, k := range c.Counters {
		have := CounterState{Number: k.Number, Services: slices.Clone(k.Services)}
		if old := s.Counter(k.Number); old != nil {
			have = *old
			if shift, ok := s.unchanged(old, k, &c); ok {
				have.Shift = shift
			} else {
				have.Services, have.Shift, have.Credit, have.JumpsIn = slices.Clone(k.Services), 0, nil, nil
				// Whom a shift sent away comes back; one that still holds
				// begins anew.
				have.Paused = have.Paused && !s.closing(old.Shift)
			}
		}
		counters = append(counters, have)
	}
	s.Config, s.Services, s.Counters = c, services, counters
}

// unchanged reports whether the new configuration leaves a counter as it was,
// and the new number of the shift in force: what it serves then stays too.
func (s *State) unchanged(k *CounterState, def Counter, c *Config) (shift int, ok bool) {
	was := s.rule(k.Number)
	if was.Rule != def.Rule || !slices.Equal(was.Services, def.Services) || !slices.Equal(was.Weights, def.Weights) {
		return 0, false
	}
	for _, id := range k.Services {
		if _, there := c.Service(id); !there {
			return 0, false
		}
	}
	switch {
	case k.Shift == 0:
		return 0, true
	case k.Shift > len(s.Config.Shifts):
		return 0, false
	}
	now := s.Config.Shifts[k.Shift-1]
	i := slices.IndexFunc(c.Shifts, func(n Shift) bool { return reflect.DeepEqual(n, now) })
	return i + 1, i >= 0
}

func (s *State) bandUsed(id string) bool {
	for i := range s.Tickets {
		if s.Tickets[i].Band == id {
			return true
		}
	}
	return false
}

// Apply takes one fact into the state. An error means that the fact does not
// follow from the state: the record is damaged or of a newer version. The state
// is then not to be used.
func (s *State) Apply(f Fact) error {
	if f.Event == nil {
		return fmt.Errorf("queue: fact %d says nothing: the record is damaged", f.Seq)
	}
	_, opens := f.Event.(DayOpened)
	if f.Seq <= s.Seq || f.Seq > s.Seq+1 && !opens && s.Seq > 0 {
		return fmt.Errorf("queue: fact %d after fact %d: the record is out of order or has a gap", f.Seq, s.Seq)
	}
	if !opens && f.Day != s.Day.Number {
		return fmt.Errorf("queue: fact %d is of day %d, the state of day %d", f.Seq, f.Day, s.Day.Number)
	}
	if err := s.apply(f); err != nil {
		return fmt.Errorf("queue: fact %d (%s): %w", f.Seq, f.Event.Kind(), err)
	}
	s.Seq = f.Seq
	if !f.At.Trusted {
		s.untrusted = f.At.Boot
	}
	if f.Request != "" {
		// A command may lead to several facts; the last that is about a ticket
		// is the answer, as in Decide.
		if a := answer(f); !a.Ref.IsZero() || s.Requests[f.Request].Ref.IsZero() {
			s.Requests[f.Request] = a
		}
	}
	return nil
}

func answer(f Fact) Answer {
	a := Answer{Cause: f.Cause}
	switch e := f.Event.(type) {
	case Issued:
		a.Ref = e.Ref
	case Called:
		a.Ref, a.Counter = e.Ref, e.Counter
	case Recalled:
		a.Ref, a.Counter = e.Ref, e.Counter
	case Held:
		a.Ref, a.Counter = e.Ref, e.Counter
	case NoShow:
		a.Ref, a.Counter = e.Ref, e.Counter
	case Finished:
		a.Ref, a.Counter = e.Ref, e.Counter
	case Transferred:
		a.Ref, a.Counter = e.Ref, e.From
	case Returned:
		a.Ref = e.Ref
	case Arrived:
		a.Ref = e.Ref
	case Delayed:
		a.Ref = e.Ref
	case Cancelled:
		a.Ref = e.Ref
	case Voided:
		a.Ref = e.Ref
	case ReprintAsked:
		a.Ref = e.Ref
	}
	return a
}
