package feed

// Body is what a fact says: one of the structs of this file, which hold of each
// kind what the city needs to know every ticket of a day. Kind is the fact's.
type Body interface{ Kind() string }

// TicketRef names a ticket within a business day.
type TicketRef struct {
	Band   string `json:"band"` // id of the service whose band gave the number
	Number int    `json:"number"`
}

// Place orders those who wait: by After, then by Then.
type Place struct {
	After uint64 `json:"after"`
	Then  uint64 `json:"then,omitempty"`
}

// Compare orders two places as slices.SortFunc wants it.
func (p Place) Compare(q Place) int {
	switch {
	case p.After < q.After, p.After == q.After && p.Then < q.Then:
		return -1
	case p == q:
		return 0
	}
	return 1
}

// Classes of a ticket.
const (
	ClassOrdinary = "ordinary"
	ClassPriority = "priority"
)

// Origins of a ticket.
const (
	OriginButton = "button"
	OriginOnline = "online"
	OriginClerk  = "clerk"
)

// Statuses of a ticket, here and in Issued.
const (
	StatusWaiting   = "waiting"
	StatusCalled    = "called"
	StatusHeld      = "held"
	StatusNoShow    = "no_show"
	StatusFinished  = "finished"
	StatusCancelled = "cancelled" // given up by the citizen
	StatusVoid      = "void"      // taken out by staff
	StatusLeft      = "left"      // still in the line when the day closed
)

// Places where who missed the call comes back into the line.
const (
	LateFront = "front" // called next
	LateAfter = "after" // behind Rules.LateAfter others
	LateEnd   = "end"   // behind everybody
)

// Setup is what the city needs of an office's configuration.
type Setup struct {
	Services []ServiceSetup `json:"services"`
	Rules    Rules          `json:"rules"`
}

// ServiceSetup is one service of the configuration.
type ServiceSetup struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	NameEn string `json:"nameEn,omitempty"`
	Prefix string `json:"prefix,omitempty"` // printed before the number
}

// Rules are the office's rules that a citizen should know.
type Rules struct {
	PriorityRun int    `json:"priorityRun"` // 0: priority tickets have no precedence
	LateWithin  int    `json:"lateWithin"`  // minutes after the no-show within which one may return; 0 is all day
	LatePlace   string `json:"latePlace"`
	LateAfter   int    `json:"lateAfter,omitempty"`
	// DelayMost is how many others a waiting ticket may let pass, all in all; 0 is
	// none.
	DelayMost int `json:"delayMost,omitempty"`
}

// Told is the waiting time told at issue, in seconds; Known is false if none was.
type Told struct {
	Known bool `json:"known"`
	Low   int  `json:"low"`
	Mid   int  `json:"mid"`
	High  int  `json:"high"`
}

// The bodies.
type (
	// FactDayOpened begins a business day.
	FactDayOpened struct {
		Number int64  `json:"number"`
		Date   string `json:"date,omitempty"` // yyyy-mm-dd; empty when the clock was not confirmed
		Setup  Setup  `json:"config"`
	}
	// FactDayClosed ends it: who is at a counter is finished, who still waits,
	// is on hold or was missed has left.
	FactDayClosed struct{}
	// FactDayReopened takes that back: who had left waits again in the old place.
	FactDayReopened struct{}
	// FactConfigChanged replaces the configuration from here on.
	FactConfigChanged struct {
		Setup Setup `json:"config"`
	}
	// FactIssued gives a number.
	FactIssued struct {
		TicketRef
		Class  string `json:"class"`
		Origin string `json:"origin"`
		Token  string `json:"token,omitempty"`
		Place  Place  `json:"place"`
		Told   Told   `json:"forecast"`
		Away   bool   `json:"away,omitempty"` // it is not called before FactArrived
	}
	// FactCalled brings a ticket to a counter.
	FactCalled struct {
		TicketRef
		Counter int `json:"counter"`
	}
	// FactRecalled calls it there again.
	FactRecalled struct {
		TicketRef
		Counter int `json:"counter"`
	}
	// FactHeld puts the counter's ticket on hold.
	FactHeld struct {
		TicketRef
		Counter int `json:"counter"`
	}
	// FactNoShow says that the called citizen did not come.
	FactNoShow struct {
		TicketRef
		Counter int `json:"counter"`
	}
	// FactReturned lets a missed citizen back into the line.
	FactReturned struct {
		TicketRef
		Place Place `json:"place"`
	}
	// FactArrived says that the holder of an online ticket is at the office.
	FactArrived struct{ TicketRef }
	// FactSkipped says that the turn of a ticket came before its holder: it is
	// dealt with like one whose holder missed the call.
	FactSkipped struct{ TicketRef }
	// FactDelayed lets Passed others go first.
	FactDelayed struct {
		TicketRef
		Place  Place `json:"place"`
		Passed int   `json:"passed"`
	}
	// FactTransferred sends the counter's ticket on: it waits for Service now,
	// and if Counter is not 0, for that counter only.
	FactTransferred struct {
		TicketRef
		From    int    `json:"from"`
		Service string `json:"service"`
		Counter int    `json:"counter,omitempty"`
		Place   Place  `json:"place"`
	}
	// FactFinished ends the service of a ticket.
	FactFinished struct {
		TicketRef
		Counter int `json:"counter"`
	}
	// FactCancelled says that the citizen gave the ticket up.
	FactCancelled struct{ TicketRef }
	// FactVoided says that staff took it out.
	FactVoided struct{ TicketRef }
)

func (FactDayOpened) Kind() string     { return "day_opened" }
func (FactDayClosed) Kind() string     { return "day_closed" }
func (FactDayReopened) Kind() string   { return "day_reopened" }
func (FactConfigChanged) Kind() string { return "config_changed" }
func (FactIssued) Kind() string        { return "issued" }
func (FactCalled) Kind() string        { return "called" }
func (FactRecalled) Kind() string      { return "recalled" }
func (FactHeld) Kind() string          { return "held" }
func (FactNoShow) Kind() string        { return "no_show" }
func (FactReturned) Kind() string      { return "returned" }
func (FactArrived) Kind() string       { return "arrived" }
func (FactSkipped) Kind() string       { return "skipped" }
func (FactDelayed) Kind() string       { return "delayed" }
func (FactTransferred) Kind() string   { return "transferred" }
func (FactFinished) Kind() string      { return "finished" }
func (FactCancelled) Kind() string     { return "cancelled" }
func (FactVoided) Kind() string        { return "voided" }

// BodyKinds are the kinds of facts that DecodeBody reads.
func BodyKinds() []string {
	return []string{"day_opened", "day_closed", "day_reopened", "config_changed", "issued", "called", "recalled",
		"held", "no_show", "returned", "arrived", "skipped", "delayed", "transferred", "finished", "cancelled", "voided"}
}
