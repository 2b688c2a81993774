package legacy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// ObjectFormat says how a vendor's flat JSON objects are read.
type ObjectFormat struct {
	Rules []ObjectRule
	// Trust is Sure if 0, for TCP. On a serial line it is Bare.
	Trust Trust
}

// ObjectRule takes one reading from an object.
type ObjectRule struct {
	// When names fields and their allowed values as written, without quotes:
	// {"CMD": {"CALL", "CALL2"}}. All must hold.
	When map[string][]string
	Kind Kind
	// Number, Counter, Service and Count are names of fields; "" is none. Their
	// values may be numbers or strings of digits.
	Number, Counter, Service, Count string
	// Services names the service of a value of the Service field; an unknown value
	// is an unknown service. Nil takes the value itself.
	Services  map[string]string
	ServiceID string // without a field
	Repeats   bool
}

// objectSize is the longest object that is waited for.
const objectSize = 4 << 10

// Objects decodes JSON objects that follow each other without framing: merged
// ones are parted and torn ones joined. The objects are flat, so a brace that
// opens always begins a new object, whatever came before.
type Objects struct {
	pending // from the newest opening brace
	f       ObjectFormat
}

// NewObjects checks the rules.
func NewObjects(f ObjectFormat) (*Objects, error) {
	if len(f.Rules) == 0 {
		return nil, errors.New("legacy: no rule for objects; name at least one command")
	}
	for _, r := range f.Rules {
		switch {
		case r.Kind != Issue && r.Kind != Call && r.Kind != Wait:
			return nil, fmt.Errorf("legacy: object kind %q; issued, called or waiting", r.Kind)
		case r.Kind != Wait && r.Number == "" || r.Kind == Wait && r.Count == "":
			return nil, fmt.Errorf("legacy: object rule for %s names no field for its number", r.Kind)
		}
	}
	if f.Trust == 0 {
		f.Trust = Sure
	}
	return &Objects{f: f}, nil
}

// Decode takes what arrived. No silence ends an object: TCP may pause anywhere.
func (d *Objects) Decode(b []byte, at time.Duration) []Reading {
	var rs []Reading
	d.n.Bytes += len(b)
	for _, c := range b {
		switch {
		case c == '{':
			d.Reset()
			d.buf = append(d.buf, c)
		case len(d.buf) == 0:
			if !bytes.ContainsRune([]byte(" \t\r\n\x00"), rune(c)) {
				d.n.Skipped++
			}
		case len(d.buf) == objectSize:
			d.Reset()
			d.n.Skipped++
		default:
			d.buf = append(d.buf, c)
			if c == '}' {
				rs = append(rs, d.object(at)...)
			}
		}
	}
	return rs
}

func (d *Objects) object(at time.Duration) []Reading {
	dec := json.NewDecoder(bytes.NewReader(d.buf))
	dec.UseNumber()
	var fields map[string]any
	if err := dec.Decode(&fields); err != nil {
		d.Reset()
		return nil
	}
	d.buf = nil
	d.n.Messages++
	for _, rule := range d.f.Rules {
		if !rule.when(fields) {
			continue
		}
		if r, ok := rule.read(fields); ok {
			r.Trust, r.At = d.f.Trust, at
			return []Reading{r}
		}
		break
	}
	d.n.Unmatched++
	return nil
}

func (rule ObjectRule) when(fields map[string]any) bool {
	for name, allowed := range rule.When {
		v, ok := written(fields[name])
		if !ok || !slices.Contains(allowed, v) {
			return false
		}
	}
	return true
}

func (rule ObjectRule) read(fields map[string]any) (Reading, bool) {
	r := Reading{Kind: rule.Kind, Service: rule.ServiceID, Repeats: rule.Repeats}
	ok := true
	take := func(name string, must bool) int {
		v, there := written(fields[name])
		if name == "" || !there && !must {
			return 0
		}
		n, err := strconv.ParseUint(v, 10, 17)
		ok = ok && err == nil
		return int(n)
	}
	if rule.Kind == Wait {
		r.Count = take(rule.Count, true)
	} else {
		r.Number = take(rule.Number, true)
		ok = ok && (r.Number > 0 || rule.Kind == Call)
	}
	if rule.Kind == Call {
		r.Counter = take(rule.Counter, false)
	}
	if v, there := written(fields[rule.Service]); rule.Service != "" && there {
		r.Service = v
		if rule.Services != nil {
			r.Service = rule.Services[v]
		}
	}
	return r, ok
}

// written is a value as it stands in the object, without quotes.
func written(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	}
	return "", false
}
