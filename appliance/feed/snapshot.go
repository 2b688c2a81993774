package feed

// Snapshot is the whole public state of an office. It is enough for the hall's
// board and for the city's pages.
type Snapshot struct {
	V       int    `json:"v"`       // 1
	City    string `json:"city"`    // topic part
	Office  string `json:"office"`  // topic part; csoSn of the national format
	Journal string `json:"journal"` // id of the record the facts come from
	Epoch   int64  `json:"epoch"`
	Rev     uint64 `json:"rev"`
	Seq     uint64 `json:"seq"`
	AsOf    int64  `json:"asOf"`  // Unix ms
	Clock   bool   `json:"clock"` // the clock is confirmed

	Name     string `json:"name"`
	NameEn   string `json:"nameEn,omitempty"`
	Day      int64  `json:"day"`            // business day, 0 before the first
	Date     string `json:"date,omitempty"` // yyyy-mm-dd, empty when unknown
	DayOpen  bool   `json:"dayOpen"`
	Observed bool   `json:"observed,omitempty"` // derived by listening to another machine

	Services []Service `json:"services"`
	Counters []Counter `json:"counters"`
	CallSeq  uint64    `json:"callSeq"` // of the newest call of the day
	Calls    []Call    `json:"calls"`   // the last ones, newest first
	Held     []string  `json:"held"`    // labels on hold
	Missed   []string  `json:"missed"`  // labels that did not come and may return
	Notices  []string  `json:"notices,omitempty"`
	Faults   []Fault   `json:"faults,omitempty"` // what citizens should know, e.g. paper out
	Where    *Where    `json:"where,omitempty"`

	// Unprinted are the labels, newest first, of those who wait for their first
	// call without a paper ticket, because it failed or the printer is stopped.
	// Their holders know the number from the screen alone. At most MaxUnprinted.
	Unprinted []string `json:"unprinted,omitempty"`
}

// Issuing says whether a service gives tickets.
type Issuing string

const (
	IssuingOpen   Issuing = "open"
	IssuingClosed Issuing = "closed" // outside its hours
	IssuingEarly  Issuing = "early"  // closed early by staff (조기마감)
	IssuingFull   Issuing = "full"   // quota or numbers used up
)

// Service is one service's line.
type Service struct {
	ID        string  `json:"id"`
	Name      string  `json:"name"`
	NameEn    string  `json:"nameEn,omitempty"`
	Waiting   *int    `json:"waiting,omitempty"` // absent when unknown, which only an observed office's is
	Wait      *Range  `json:"wait,omitempty"`    // for who takes a ticket now; absent when unknown
	Issuing   Issuing `json:"issuing"`
	Counters  *int    `json:"counters,omitempty"` // open counters that serve it; absent when unknown
	Called    string  `json:"called,omitempty"`
	CalledAt  int     `json:"calledAt,omitempty"` // counter; absent when unknown
	Issued    *int    `json:"issued,omitempty"`   // today; absent when unknown
	Online    bool    `json:"online,omitempty"`
	OnlineNow bool    `json:"onlineNow,omitempty"` // an online ticket would be given now
	// OnlineLeft is how many online tickets are left today; absent when there is no
	// limit, or it is not known.
	OnlineLeft *int `json:"onlineLeft,omitempty"`
	// Arrival: an online ticket is called only after its holder has checked in at
	// the office. Away is how many of Waiting have not.
	Arrival  bool   `json:"arrival,omitempty"`
	Away     int    `json:"away,omitempty"`
	Priority bool   `json:"priority,omitempty"`
	Hours    string `json:"hours,omitempty"` // of issuing today, e.g. 09:00-18:00
}

// Range is a waiting time in seconds: P10, median, P90.
type Range struct {
	Low  int `json:"low"`
	Mid  int `json:"mid"`
	High int `json:"high"`
}

// CounterState of a counter.
type CounterState string

const (
	CounterOpen   CounterState = "open"
	CounterPaused CounterState = "paused"
	CounterClosed CounterState = "closed"
	// CounterUnknown is one of an observed office: what it does is not known, and
	// Ticket is the number that was called there last.
	CounterUnknown CounterState = "unknown"
)

// Counter is one desk.
type Counter struct {
	Number   int          `json:"number"`
	Name     string       `json:"name,omitempty"`
	State    CounterState `json:"state"`
	Ticket   string       `json:"ticket,omitempty"` // label of the ticket it serves; observed: called there last
	Services []string     `json:"services"`         // ids, in order
}

// Call is one call or recall.
type Call struct {
	Seq     uint64 `json:"seq"`
	Ticket  string `json:"ticket"`
	Service string `json:"service"`           // "" when unknown
	Counter int    `json:"counter,omitempty"` // absent when unknown
	At      int64  `json:"at"`                // Unix ms
	Recall  bool   `json:"recall,omitempty"`
}

// Fault is a device's condition, worded for people.
type Fault struct {
	Device    string `json:"device"`
	Condition string `json:"condition"`
	Ko        string `json:"ko"`
	En        string `json:"en"`
}

// MaxUnprinted bounds Snapshot.Unprinted.
const MaxUnprinted = 100

// Offer is a number that the hall's board gives in place of a paper ticket. It
// stands beside a snapshot, never in one: whoever has a ticket's page can cancel
// the ticket, so that the page is for the hall alone, where its holder is.
type Offer struct {
	Ticket  string `json:"ticket"`         // label
	Service string `json:"service"`        // id
	Page    string `json:"page,omitempty"` // address of the ticket's page; "" is none
}

// Where is the address of the office, as the national format wants it.
type Where struct {
	Stdg     string  `json:"stdg,omitempty"` // 10-digit code
	Road     string  `json:"road,omitempty"` // road name address
	Lot      string  `json:"lot,omitempty"`  // lot number address
	Lat      float64 `json:"lat,omitempty"`
	Lon      float64 `json:"lon,omitempty"`
	Weekdays string  `json:"weekdays,omitempty"` // 0900-1800
	Night    string  `json:"night,omitempty"`    // worded; empty is none
	Weekend  string  `json:"weekend,omitempty"`
}

// Newer reports whether s replaces old.
func (s *Snapshot) Newer(old *Snapshot) bool {
	return old == nil || s.Epoch > old.Epoch || s.Epoch == old.Epoch && s.Rev > old.Rev
}
