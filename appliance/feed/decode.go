package feed

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"unicode/utf8"
)

// ErrInvalid is wrapped by every refusal of this package to read a message.
var ErrInvalid = errors.New("feed: invalid message")

// Sizes of payloads, bytes. A larger one is refused unread.
const (
	MaxSnapshot = 256 << 10
	MaxMessage  = 16 << 10
)

// Bounds of a snapshot's lists.
const (
	maxServices = 64
	maxCounters = 99
	maxList     = 2000
	maxText     = 400 // bytes
)

func decode(b []byte, most int, into any) error {
	if len(b) > most {
		return fmt.Errorf("%w: %d bytes, at most %d are read", ErrInvalid, len(b), most)
	}
	if !utf8.Valid(b) {
		return fmt.Errorf("%w: not UTF-8", ErrInvalid)
	}
	if err := json.Unmarshal(b, into); err != nil {
		return fmt.Errorf("%w: %v", ErrInvalid, err)
	}
	return nil
}

func version(v int) error {
	if v != 1 {
		return fmt.Errorf("%w: version %d, this program reads 1", ErrInvalid, v)
	}
	return nil
}

// DecodeSnapshot reads a snapshot that was published under address a.
func DecodeSnapshot(a Address, b []byte) (*Snapshot, error) {
	var s Snapshot
	if err := decode(b, MaxSnapshot, &s); err != nil {
		return nil, err
	}
	if err := version(s.V); err != nil {
		return nil, err
	}
	bad := func(what string) (*Snapshot, error) { return nil, fmt.Errorf("%w: snapshot: %s", ErrInvalid, what) }
	switch {
	case (Address{s.City, s.Office}) != a:
		return bad("it speaks for another office")
	case len(s.Services) > maxServices || len(s.Counters) > maxCounters:
		return bad("too many services or counters")
	case len(s.Calls) > maxList || len(s.Held) > maxList || len(s.Missed) > maxList || len(s.Notices) > maxList || len(s.Faults) > maxList:
		return bad("a list is too long")
	case len(s.Unprinted) > MaxUnprinted || slices.ContainsFunc(s.Unprinted, func(l string) bool { return l == "" || len(l) > maxText }):
		return bad("the numbers without paper")
	case s.Journal != "" && !name(s.Journal, 1, 64):
		return bad("the id of its record")
	case s.AsOf < 0 || s.Epoch < 0:
		return bad("negative time")
	case len(s.Name) > maxText || len(s.NameEn) > maxText:
		return bad("a name is too long")
	}
	for _, v := range s.Services {
		if negative(v.Waiting) || negative(v.Counters) || negative(v.Issued) || negative(v.OnlineLeft) || v.Away < 0 || len(v.Name) > maxText || v.ID == "" {
			return bad("service " + v.ID)
		}
		if w := v.Wait; w != nil && (w.Low < 0 || w.Mid < w.Low || w.High < w.Mid) {
			return bad("waiting time of " + v.ID)
		}
	}
	for _, k := range s.Counters {
		if k.Number < 1 || k.Number > 99 || len(k.Ticket) > maxText {
			return bad("a counter")
		}
	}
	return &s, nil
}

// negative reports whether a count, if it is known, is none.
func negative(n *int) bool { return n != nil && *n < 0 }

// DecodeStatus reads a status.
func DecodeStatus(b []byte) (*Status, error) {
	var s Status
	if err := decode(b, MaxMessage, &s); err != nil {
		return nil, err
	}
	return &s, version(s.V)
}

// DecodeFact reads a fact and its head.
func DecodeFact(b []byte) (FactMessage, FactHead, error) {
	var m FactMessage
	var h FactHead
	// A day's first fact carries the whole configuration.
	if err := decode(b, MaxSnapshot, &m); err != nil {
		return m, h, err
	}
	if err := version(m.V); err != nil {
		return m, h, err
	}
	if err := decode(m.Fact, MaxSnapshot, &h); err != nil {
		return m, h, err
	}
	switch {
	case h.Seq == 0 || h.Seq > math.MaxInt64 || h.Day < 0:
		return m, h, fmt.Errorf("%w: fact: number %d of day %d", ErrInvalid, h.Seq, h.Day)
	case !name(h.Kind, 1, 64):
		return m, h, fmt.Errorf("%w: fact: kind %.40q", ErrInvalid, h.Kind)
	case !name(m.Journal, 1, 64):
		return m, h, fmt.Errorf("%w: fact: record %.40q", ErrInvalid, m.Journal)
	case len(m.Hash) != 64:
		return m, h, fmt.Errorf("%w: fact: its hash is not 64 hex digits", ErrInvalid)
	}
	return m, h, nil
}

// DecodeCursor reads a cursor.
func DecodeCursor(b []byte) (Cursor, error) {
	// A cursor without a number would ask for the whole record: it must say so.
	var there struct {
		Seq *uint64 `json:"seq"`
	}
	var c Cursor
	if err := decode(b, MaxMessage, &there); err != nil {
		return c, err
	}
	if there.Seq == nil {
		return c, fmt.Errorf("%w: cursor without a number", ErrInvalid)
	}
	if err := decode(b, MaxMessage, &c); err != nil {
		return c, err
	}
	if err := version(c.V); err != nil {
		return c, err
	}
	if !name(c.Journal, 1, 64) || c.Seq > math.MaxInt64 {
		return c, fmt.Errorf("%w: cursor: %d of record %.40q", ErrInvalid, c.Seq, c.Journal)
	}
	return c, nil
}

// DecodeRequest reads a request whose topic carried id.
func DecodeRequest(id string, b []byte) (Request, error) {
	var r Request
	if err := decode(b, MaxMessage, &r); err != nil {
		return r, err
	}
	if err := version(r.V); err != nil {
		return r, err
	}
	switch {
	case r.ID != id || !name(id, 16, 64):
		return r, fmt.Errorf("%w: request: its id is not that of its topic", ErrInvalid)
	case r.Kind != RequestIssue && r.Kind != RequestCancel && r.Kind != RequestDelay && r.Kind != RequestArrive:
		return r, fmt.Errorf("%w: request: kind %.40q", ErrInvalid, r.Kind)
	case r.Kind == RequestDelay && (r.Pass < 1 || r.Pass > MaxPass):
		return r, fmt.Errorf("%w: request: %d are to pass", ErrInvalid, r.Pass)
	case len(r.Service) > 64 || len(r.Class) > 16 || len(r.Token) > 64 || len(r.Code) > 64:
		return r, fmt.Errorf("%w: request: a field is too long", ErrInvalid)
	}
	return r, nil
}

// DecodeReply reads a reply whose topic carried id.
func DecodeReply(id string, b []byte) (Reply, error) {
	var r Reply
	if err := decode(b, MaxMessage, &r); err != nil {
		return r, err
	}
	if err := version(r.V); err != nil {
		return r, err
	}
	if r.ID != id || (r.Ticket == nil) == (r.Refusal == nil) {
		return r, fmt.Errorf("%w: reply: not an answer to %.64q", ErrInvalid, id)
	}
	return r, nil
}
