package feed

import "encoding/json"

// Status is what the office says of its machine; Online false is the last will.
type Status struct {
	V        int     `json:"v"`
	Online   bool    `json:"online"`
	Epoch    int64   `json:"epoch"`
	AsOf     int64   `json:"asOf,omitempty"` // Unix ms; 0 in the last will
	Software string  `json:"software,omitempty"`
	Clock    bool    `json:"clock,omitempty"`
	Faults   []Fault `json:"faults,omitempty"`
	DiskFree int64   `json:"diskFree,omitempty"` // bytes
	Celsius  float64 `json:"celsius,omitempty"`
}

// FactMessage carries one fact of the office's record. Fact is the record's own
// bytes, so that the city can check the chain of hashes.
type FactMessage struct {
	V       int             `json:"v"`
	Journal string          `json:"journal"`
	Hash    string          `json:"hash"` // hex, chained over the fact before
	Fact    json.RawMessage `json:"fact"`
}

// FactHead is what a reader of facts needs of any kind of them.
type FactHead struct {
	Day  int64           `json:"day"`
	Seq  uint64          `json:"seq"`
	Kind string          `json:"kind"`
	At   FactTime        `json:"at"`
	Body json.RawMessage `json:"body"`
}

// FactTime is the stamp of a fact.
type FactTime struct {
	Wall    int64  `json:"wall"` // Unix ms
	Trusted bool   `json:"trusted"`
	Mono    int64  `json:"mono"` // ms since boot
	Boot    string `json:"boot"`
}

// Cursor says which fact of which record the city has stored last. Seq 0 with
// the record's id asks for everything.
type Cursor struct {
	V       int    `json:"v"`
	Journal string `json:"journal"`
	Seq     uint64 `json:"seq"`
}

// RequestKind is what the city asks an office for.
type RequestKind string

const (
	RequestIssue  RequestKind = "issue"
	RequestCancel RequestKind = "cancel"
	// RequestDelay lets others who wait behind the ticket go first.
	RequestDelay RequestKind = "delay"
	// RequestArrive says that the ticket's holder is at the office; Code, which is
	// shown there alone, proves it.
	RequestArrive RequestKind = "arrive"
)

// MaxPass bounds Request.Pass.
const MaxPass = 50

// Request asks the office to act for a citizen. The same ID gets the same
// answer; after Deadline the office refuses.
type Request struct {
	V        int         `json:"v"`
	ID       string      `json:"id"` // 16 to 64 characters of [A-Za-z0-9_-]
	Kind     RequestKind `json:"kind"`
	Service  string      `json:"service,omitempty"` // issue
	Class    string      `json:"class,omitempty"`   // issue: ordinary or priority
	Token    string      `json:"token,omitempty"`   // cancel, delay, arrive: of the ticket
	Pass     int         `json:"pass,omitempty"`    // delay: how many others to let pass, 1 to MaxPass
	Code     string      `json:"code,omitempty"`    // arrive: what the hall shows
	Deadline int64       `json:"deadline"`          // Unix ms
}

// Reply answers a request. Exactly one of Ticket and Refusal is set.
type Reply struct {
	V       int      `json:"v"`
	ID      string   `json:"id"`
	Ticket  *Issued  `json:"ticket,omitempty"`
	Refusal *Refusal `json:"refusal,omitempty"`
}

// Issued is a ticket as its holder may know it.
type Issued struct {
	Label   string `json:"label"`
	Service string `json:"service"`
	Day     int64  `json:"day"`
	Token   string `json:"token"`
	Status  string `json:"status"` // waiting, called, held, no_show, finished, cancelled, void, left
	Counter int    `json:"counter,omitempty"`
	Ahead   int    `json:"ahead"`
	Wait    *Range `json:"wait,omitempty"`
	Away    bool   `json:"away,omitempty"` // not called before its holder has arrived
}

// Codes of refusals that are not the line's own.
const (
	RefusalExpired   = "expired"    // the deadline had passed when the request came
	RefusalWrongCode = "wrong_code" // the code of an arrival is not the hall's; there are tries left
	RefusalStaffOnly = "staff_only" // too many codes were wrong: only staff can check the ticket in
)

// Refusal is why not, in words a page can show.
type Refusal struct {
	Code string `json:"code"`
	Ko   string `json:"ko"`
	En   string `json:"en"`
}
