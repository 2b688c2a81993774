package queue

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// ErrUnknownFact is wrapped when a fact is of a kind this version does not
// know: the journal was written by a newer one.
var ErrUnknownFact = errors.New("queue: unknown kind of fact; it was written by a newer version of kiosk: run that version")

// Fact is something that has happened, with its place in the record. Day and
// Seq identify it within the office; Seq grows by one from fact to fact over
// all days.
type Fact struct {
	Day     int64
	Seq     uint64
	At      Stamp
	Request string // id of the request that caused it, "" when there was none
	Cause   string // name of the command, e.g. "next"
	By      string // who gave the command: "button:1", "counter:3", "schedule", "online"
	Event   Event
}

// Event is the body of a fact: one of the structs of this file.
type Event interface {
	Kind() string
}

// Ref names a ticket within a business day.
type Ref struct {
	Band   string `json:"band"` // id of the service whose band gave the number
	Number int    `json:"number"`
}

// IsZero reports whether r names no ticket.
func (r Ref) IsZero() bool { return r == Ref{} }

// Place orders the waiting line: by After, then by Then. A ticket placed at the
// end has {n, 0}; one let in behind another has its After and a later Then; one
// at the front has After 0.
type Place struct {
	After uint64 `json:"after"`
	Then  uint64 `json:"then,omitempty"`
}

// Before reports whether p comes before q.
func (p Place) Before(q Place) bool {
	return p.After < q.After || p.After == q.After && p.Then < q.Then
}

// Class of a ticket.
type Class string

const (
	Ordinary Class = "ordinary"
	Priority Class = "priority" // 우선배려
)

// Origin of a ticket.
type Origin string

const (
	Button Origin = "button"
	Online Origin = "online"
	Clerk  Origin = "clerk"
)

// Forecast is the waiting time told at issue, in seconds; it is kept with the
// fact so that it can be scored. The zero value means none was known.
type Forecast struct {
	Known bool `json:"known"` // false: nothing could be told; a known forecast of 0 is "at once"
	Low   int  `json:"low"`   // P10
	Mid   int  `json:"mid"`   // median
	High  int  `json:"high"`  // P90
	// Base is the simulated wait behind the range, ms; the forecast learns from
	// it. It is not for people.
	Base int64 `json:"base,omitempty"`
	// Line is how many of every service that shares counters were ahead.
	Line int `json:"line,omitempty"`
}

type (
	// DayOpened begins a business day; it carries all that outlives a day.
	DayOpened struct {
		Number int64  `json:"number"`
		Date   string `json:"date,omitempty"` // yyyy-mm-dd; empty when the clock is not trusted
		Config Config `json:"config"`
		// Devices are the conditions that stand at the time.
		Devices map[string][]string `json:"devices,omitempty"`
	}
	// DayReopened takes back a DayClosed of the same date.
	DayReopened struct{}
	// DayClosed ends the business day: who still waits has left.
	DayClosed struct{}
	// ConfigChanged replaces the configuration from here on.
	ConfigChanged struct {
		Config Config `json:"config"`
	}
	// ClockConfirmed says that the fact's own stamp is the first trusted one of
	// its boot; earlier stamps of that boot are corrected by it.
	ClockConfirmed struct {
		Date string `json:"date"` // of the business day, if that had none
	}
	// Issued gives a number.
	Issued struct {
		Ref
		Class    Class    `json:"class"`
		Origin   Origin   `json:"origin"`
		Token    string   `json:"token,omitempty"` // address of the citizen's page; unguessable
		Place    Place    `json:"place"`
		Ahead    int      `json:"ahead"` // people ahead as told to the citizen
		Forecast Forecast `json:"forecast,omitzero"`
		Paper    bool     `json:"paper"` // the ticket is to be printed
		// Away: its holder has to say first that they are here (Service.Arrival).
		Away bool `json:"away,omitempty"`
	}
	// Printed says that paper with the number came out.
	Printed struct {
		Ref
		Confirmed bool `json:"confirmed"` // the printer said so; else sent, unconfirmed
		Copy      bool `json:"copy,omitempty"`
	}
	// PrintFailed says that the printer gave up on the ticket; the number holds.
	PrintFailed struct {
		Ref
		Reason string `json:"reason"`
	}
	// ReprintAsked asks for a copy marked 재발행.
	ReprintAsked struct{ Ref }
	// Called brings a ticket to a counter.
	Called struct {
		Ref
		Counter int            `json:"counter"`
		How     How            `json:"how"`
		Jump    bool           `json:"jump,omitempty"`   // a priority ticket went before its place
		Credit  map[string]int `json:"credit,omitempty"` // RuleWeighted: the counter's shares after this call
	}
	// Recalled calls the counter's ticket again.
	Recalled struct {
		Ref
		Counter int `json:"counter"`
	}
	// Held puts the counter's ticket aside; any counter may take it back.
	Held struct {
		Ref
		Counter int `json:"counter"`
	}
	// NoShow says that the called citizen did not come.
	NoShow struct {
		Ref
		Counter int `json:"counter"`
	}
	// Returned lets a missed citizen back into the line.
	Returned struct {
		Ref
		Place Place `json:"place"`
	}
	// Arrived says that the holder of a ticket that was issued Away is here.
	Arrived struct{ Ref }
	// Skipped says that a counter would have called the ticket, and called somebody
	// else because its holder was away: they have missed their turn.
	Skipped struct{ Ref }
	// Delayed lets Passed others go first.
	Delayed struct {
		Ref
		Place  Place `json:"place"`
		Passed int   `json:"passed"` // by this fact alone
	}
	// Transferred sends the counter's ticket to a service or a counter.
	Transferred struct {
		Ref
		From    int    `json:"from"`
		Service string `json:"service"`           // it waits for this service now
		Counter int    `json:"counter,omitempty"` // and for this counter only; 0 is any
		Place   Place  `json:"place"`
	}
	// Finished ends the service of a ticket.
	Finished struct {
		Ref
		Counter int `json:"counter"`
	}
	// Cancelled says that the citizen gave the ticket up.
	Cancelled struct{ Ref }
	// Voided says that staff took the ticket out.
	Voided struct {
		Ref
		Reason string `json:"reason,omitempty"`
	}
	// CounterOpened and CounterClosed begin and end a counter's work.
	CounterOpened struct {
		Counter int `json:"counter"`
	}
	CounterClosed struct {
		Counter int `json:"counter"`
	}
	// CounterLeft and CounterResumed: the clerk is away (부재중) and back.
	CounterLeft struct {
		Counter int `json:"counter"`
	}
	CounterResumed struct {
		Counter int `json:"counter"`
	}
	// ServicesChanged replaces what a counter serves. Shift is the number of the
	// shift (from 1) in force from now on, 0 for none.
	ServicesChanged struct {
		Counter  int      `json:"counter"`
		Services []string `json:"services"`
		Shift    int      `json:"shift,omitempty"`
	}
	// IssuingClosed stops the tickets of a service: early close (조기마감) when
	// by hand.
	IssuingClosed struct {
		Service  string `json:"service"`
		Schedule bool   `json:"schedule,omitempty"`
	}
	// IssuingReopened gives them again.
	IssuingReopened struct {
		Service  string `json:"service"`
		Schedule bool   `json:"schedule,omitempty"`
	}
	// DeviceChanged records a change of a device's condition: "paper_end",
	// "cover_open", "no_answer". Empty Conditions is well.
	DeviceChanged struct {
		Device     string   `json:"device"`
		Conditions []string `json:"conditions"`
	}
	// Observed is what the old machine of an observed office was heard to do. What
	// the wire does not say is absent.
	Observed struct {
		What    Observation `json:"what"`
		Service string      `json:"service,omitempty"`
		Number  int         `json:"number,omitempty"`
		Counter int         `json:"counter,omitempty"`
		Count   int         `json:"count,omitempty"` // of HeardWaiting, where absent is 0
	}
)

// How a ticket came to be called.
type How string

const (
	ByNext How = "next"
	ByPick How = "pick"
	ByHold How = "hold" // taken back from hold
)

func (DayOpened) Kind() string       { return "day_opened" }
func (DayReopened) Kind() string     { return "day_reopened" }
func (DayClosed) Kind() string       { return "day_closed" }
func (ConfigChanged) Kind() string   { return "config_changed" }
func (ClockConfirmed) Kind() string  { return "clock_confirmed" }
func (Issued) Kind() string          { return "issued" }
func (Printed) Kind() string         { return "printed" }
func (PrintFailed) Kind() string     { return "print_failed" }
func (ReprintAsked) Kind() string    { return "reprint_asked" }
func (Called) Kind() string          { return "called" }
func (Recalled) Kind() string        { return "recalled" }
func (Held) Kind() string            { return "held" }
func (NoShow) Kind() string          { return "no_show" }
func (Returned) Kind() string        { return "returned" }
func (Arrived) Kind() string         { return "arrived" }
func (Skipped) Kind() string         { return "skipped" }
func (Delayed) Kind() string         { return "delayed" }
func (Transferred) Kind() string     { return "transferred" }
func (Finished) Kind() string        { return "finished" }
func (Cancelled) Kind() string       { return "cancelled" }
func (Voided) Kind() string          { return "voided" }
func (CounterOpened) Kind() string   { return "counter_opened" }
func (CounterClosed) Kind() string   { return "counter_closed" }
func (CounterLeft) Kind() string     { return "counter_paused" }
func (CounterResumed) Kind() string  { return "counter_resumed" }
func (ServicesChanged) Kind() string { return "services_changed" }
func (IssuingClosed) Kind() string   { return "issuing_closed" }
func (IssuingReopened) Kind() string { return "issuing_reopened" }
func (DeviceChanged) Kind() string   { return "device_changed" }
func (Observed) Kind() string        { return "observed" }

// wireFact is the JSON of a fact; the order of its fields is the order of the
// bytes, which the journal's hash chain covers.
type wireFact struct {
	Day     int64           `json:"day"`
	Seq     uint64          `json:"seq"`
	At      Stamp           `json:"at"`
	Request string          `json:"request,omitempty"`
	Cause   string          `json:"cause,omitempty"`
	By      string          `json:"by,omitempty"`
	Kind    string          `json:"kind"`
	Body    json.RawMessage `json:"body"`
}

// MarshalJSON writes the one canonical form of the fact.
func (f Fact) MarshalJSON() ([]byte, error) {
	if f.Event == nil {
		return nil, errors.New("queue: fact without an event")
	}
	body, err := json.Marshal(f.Event)
	if err != nil {
		return nil, fmt.Errorf("queue: encode %s: %w", f.Event.Kind(), err)
	}
	return json.Marshal(wireFact{f.Day, f.Seq, f.At, f.Request, f.Cause, f.By, f.Event.Kind(), body})
}

// UnmarshalJSON reads what MarshalJSON wrote. Unknown fields are an error, so
// that nothing is dropped silently; an unknown kind wraps ErrUnknownFact.
func (f *Fact) UnmarshalJSON(b []byte) error {
	var w wireFact
	if err := strict(b, &w); err != nil {
		return fmt.Errorf("queue: fact: %w", err)
	}
	decode, ok := decoder(w.Kind)
	if !ok {
		return fmt.Errorf("%w: %q", ErrUnknownFact, w.Kind)
	}
	ev, err := decode(w.Body)
	if err != nil {
		return fmt.Errorf("queue: fact %s: %w", w.Kind, err)
	}
	*f = Fact{w.Day, w.Seq, w.At, w.Request, w.Cause, w.By, ev}
	return nil
}

// strict decodes one JSON object and nothing else.
func strict(b []byte, into any) error {
	if !bytes.HasPrefix(b, []byte("{")) {
		return errors.New("not a JSON object")
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("something follows the JSON object")
	}
	return nil
}

func as[E Event](b []byte) (Event, error) {
	var e E
	err := strict(b, &e)
	return e, err
}

func decoder(kind string) (func([]byte) (Event, error), bool) {
	switch kind {
	case "day_opened":
		return as[DayOpened], true
	case "day_reopened":
		return as[DayReopened], true
	case "day_closed":
		return as[DayClosed], true
	case "config_changed":
		return as[ConfigChanged], true
	case "clock_confirmed":
		return as[ClockConfirmed], true
	case "issued":
		return as[Issued], true
	case "printed":
		return as[Printed], true
	case "print_failed":
		return as[PrintFailed], true
	case "reprint_asked":
		return as[ReprintAsked], true
	case "called":
		return as[Called], true
	case "recalled":
		return as[Recalled], true
	case "held":
		return as[Held], true
	case "no_show":
		return as[NoShow], true
	case "returned":
		return as[Returned], true
	case "arrived":
		return as[Arrived], true
	case "skipped":
		return as[Skipped], true
	case "delayed":
		return as[Delayed], true
	case "transferred":
		return as[Transferred], true
	case "finished":
		return as[Finished], true
	case "cancelled":
		return as[Cancelled], true
	case "voided":
		return as[Voided], true
	case "counter_opened":
		return as[CounterOpened], true
	case "counter_closed":
		return as[CounterClosed], true
	case "counter_paused":
		return as[CounterLeft], true
	case "counter_resumed":
		return as[CounterResumed], true
	case "services_changed":
		return as[ServicesChanged], true
	case "issuing_closed":
		return as[IssuingClosed], true
	case "issuing_reopened":
		return as[IssuingReopened], true
	case "device_changed":
		return as[DeviceChanged], true
	case "observed":
		return as[Observed], true
	}
	return nil, false
}
