package legacy

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/encoding/korean"
)

// TextFormat says how a printed ticket is read.
type TextFormat struct {
	Rules []TextRule
	// Idle is the silence that ends a ticket without a cut. 2 s if 0.
	Idle time.Duration
}

// TextRule takes one reading from a ticket's text. A ticket may match several.
type TextRule struct {
	Kind Kind // Issue or Wait
	// Pattern is a regular expression (RE2) with named groups: number, or count of
	// Wait; service, a word that Services names; again, the number a second time,
	// which must be the same and makes the reading Checked.
	Pattern string
	// Services names the service of a printed word. With a group but an unknown
	// word the service is unknown, and the number's band may still tell it.
	Services  map[string]string
	ServiceID string // without a group
}

// Text decodes the bytes of an ESC/POS printer (CP949).
type Text struct {
	rules []textRule
	idle  time.Duration
	paper paper
	last  time.Duration
	begun bool
	n     Heard
}

type textRule struct {
	TextRule
	re *regexp.Regexp
}

// NewText checks the rules.
func NewText(f TextFormat) (*Text, error) {
	if len(f.Rules) == 0 {
		return nil, errors.New("legacy: no rule for tickets; give a pattern")
	}
	d := &Text{idle: f.Idle}
	if d.idle <= 0 {
		d.idle = 2 * time.Second
	}
	for _, r := range f.Rules {
		re, err := regexp.Compile(r.Pattern)
		if err != nil {
			return nil, fmt.Errorf("legacy: pattern %q: %w", r.Pattern, err)
		}
		need := "number"
		switch r.Kind {
		case Issue:
		case Wait:
			need = "count"
		default:
			return nil, fmt.Errorf("legacy: pattern %q of kind %q; a ticket tells issued or waiting", r.Pattern, r.Kind)
		}
		if re.SubexpIndex(need) < 0 {
			return nil, fmt.Errorf("legacy: pattern %q has no group (?P<%s>...)", r.Pattern, need)
		}
		for _, name := range re.SubexpNames() {
			switch name {
			case "", "number", "again", "count", "service":
			default:
				return nil, fmt.Errorf("legacy: pattern %q: group %q; number, again, count or service", r.Pattern, name)
			}
		}
		d.rules = append(d.rules, textRule{r, re})
	}
	return d, nil
}

// Heard is what was counted so far.
func (d *Text) Heard() Heard { return d.n }

// Reset forgets an unfinished ticket.
func (d *Text) Reset() {
	if d.begun {
		d.n.Damaged++
		d.n.Skipped += len(d.paper.text)
	}
	d.paper, d.begun = paper{}, false
}

// Decode takes what arrived.
func (d *Text) Decode(b []byte, at time.Duration) []Reading {
	var rs []Reading
	if d.begun && at-d.last >= d.idle {
		rs = d.ticket(d.last)
		d.paper, d.begun = paper{}, false
	}
	if len(b) == 0 {
		return rs
	}
	d.last, d.begun = at, true
	d.n.Bytes += len(b)
	for _, c := range b {
		if d.paper.step(c) {
			rs = append(rs, d.ticket(at)...)
		}
	}
	return rs
}

// ticket reads the text kept, and begins the next one.
func (d *Text) ticket(at time.Duration) []Reading {
	raw := d.paper.text
	d.paper.text = nil
	text, err := korean.EUCKR.NewDecoder().Bytes(raw)
	if err != nil || strings.TrimSpace(string(text)) == "" {
		return nil
	}
	d.n.Messages++
	var rs []Reading
	for _, rule := range d.rules {
		if r, ok := rule.read(string(text), at); ok {
			rs = append(rs, r)
		}
	}
	if len(rs) == 0 {
		d.n.Unmatched++
	}
	return rs
}

// read is the one thing that all matches of the rule say; two that differ say
// nothing.
func (rule textRule) read(text string, at time.Duration) (r Reading, ok bool) {
	for _, m := range rule.re.FindAllStringSubmatch(text, -1) {
		one, fine := rule.match(m, at)
		if !fine || ok && one != r {
			return Reading{}, false
		}
		r, ok = one, true
	}
	return r, ok
}

func (rule textRule) match(m []string, at time.Duration) (Reading, bool) {
	group := func(name string) string {
		if i := rule.re.SubexpIndex(name); i >= 0 {
			return m[i]
		}
		return ""
	}
	r := Reading{Kind: rule.Kind, Service: rule.ServiceID, Trust: Bare, At: at}
	if rule.re.SubexpIndex("service") >= 0 {
		r.Service = rule.Services[strings.TrimSpace(group("service"))]
	}
	var err error
	if rule.Kind == Wait {
		r.Count, err = number(group("count"))
		return r, err == nil
	}
	r.Number, err = number(group("number"))
	if again := group("again"); again != "" {
		second, errAgain := number(again)
		if errAgain != nil || second != r.Number {
			return r, false
		}
		r.Trust = Checked
	}
	return r, err == nil && r.Number > 0
}

// number reads digits, also with spaces between, as large print has them.
func number(s string) (int, error) {
	s = strings.Join(strings.Fields(s), "")
	if len(s) > 5 {
		return 0, errors.New("legacy: more than 5 digits")
	}
	n, err := strconv.ParseUint(s, 10, 32)
	return int(n), err
}
