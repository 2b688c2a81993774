package queue

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Config is what an office decides about its line. It is itself recorded as a
// fact, so that yesterday's facts never depend on today's file.
type Config struct {
	Office   Office    `json:"office"`
	Services []Service `json:"services"`
	Counters []Counter `json:"counters"`
	Shifts   []Shift   `json:"shifts,omitempty"`
	Rules    Rules     `json:"rules"`
	// Observed: the office keeps its old ticket machine, and Sunbeon only listens.
	Observed bool `json:"observed,omitempty"`
}

// Office names the site.
type Office struct {
	ID     string `json:"id"` // csoSn of the national format, e.g. CS0001
	Name   string `json:"name"`
	NameEn string `json:"nameEn,omitempty"`
}

// Service is what a citizen comes for. Its id names its number band too.
type Service struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	NameEn      string `json:"nameEn,omitempty"`
	Prefix      string `json:"prefix,omitempty"` // printed before the number
	First       int    `json:"first"`            // first number of the band
	Last        int    `json:"last"`             // last number of the band
	Open        Hours  `json:"open"`             // when the service is served
	Issuing     Hours  `json:"issuing"`          // when tickets are given
	Quota       int    `json:"quota,omitempty"`  // tickets a day; 0 is no limit
	Online      bool   `json:"online,omitempty"` // tickets may be taken online
	OnlineQuota int    `json:"onlineQuota,omitempty"`
	// Arrival: an online ticket is called only after its holder has said that they
	// are here.
	Arrival  bool `json:"arrival,omitempty"`
	Priority bool `json:"priority,omitempty"` // 우선배려 tickets exist
	Handling int  `json:"handling"`           // usual handling time, s
}

// Label is the number as printed and called: the prefix, then the number.
func (s Service) Label(number int) string { return s.Prefix + strconv.Itoa(number) }

// Hours are spans of the local day on some weekdays. The zero value is always.
type Hours struct {
	Days  []int    `json:"days,omitempty"`  // 0 Sunday to 6 Saturday; empty is every day
	Spans []Span   `json:"spans,omitempty"` // empty is the whole day
	Off   []string `json:"off,omitempty"`   // dates without service, yyyy-mm-dd
}

// Span is From (inclusive) to To (exclusive), minutes of the local day.
type Span struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// OnDay reports whether the stamp's local date is one of the days.
func (h Hours) OnDay(at Stamp) bool {
	t := at.local()
	if len(h.Days) > 0 && !slices.Contains(h.Days, int(t.Weekday())) {
		return false
	}
	return len(h.Off) == 0 || !slices.Contains(h.Off, t.Format(time.DateOnly))
}

// Contains reports whether the stamp's local time lies within the hours.
func (h Hours) Contains(at Stamp) bool {
	if !h.OnDay(at) {
		return false
	}
	if len(h.Spans) == 0 {
		return true
	}
	m := at.minute()
	return slices.ContainsFunc(h.Spans, func(s Span) bool { return s.From <= m && m < s.To })
}

// Rule says how a counter chooses among its services.
type Rule string

const (
	RuleLongest  Rule = "longest"  // the longest wait first
	RuleStrict   Rule = "strict"   // the services in the counter's order
	RuleWeighted Rule = "weighted" // the services by their shares
)

// Counter is a numbered desk (창구).
type Counter struct {
	Number   int      `json:"number"`
	Name     string   `json:"name,omitempty"`
	Services []string `json:"services"`          // ids, in the order of RuleStrict
	Weights  []int    `json:"weights,omitempty"` // shares of RuleWeighted, one a service
	Rule     Rule     `json:"rule"`
}

// Shift changes what a counter serves for a span of each working day, by
// schedule: the lunch shift. With Closed the counter pauses for the span.
type Shift struct {
	Counter  int      `json:"counter"`
	When     Hours    `json:"when"`
	Services []string `json:"services,omitempty"`
	Closed   bool     `json:"closed,omitempty"`
}

// LatePlace is where someone who missed the call comes back into the line.
type LatePlace string

const (
	LateFront LatePlace = "front" // called next
	LateAfter LatePlace = "after" // behind Rules.LateAfter others of the service
	LateEnd   LatePlace = "end"   // behind everybody
)

// Rules are the office's own rules of fairness.
type Rules struct {
	PriorityRun        int       `json:"priorityRun"`        // see the package comment; 0 gives priority no precedence
	TransferKeepsPlace bool      `json:"transferKeepsPlace"` // else a transferred ticket goes to the end
	LateWithin         int       `json:"lateWithin"`         // minutes after the no-show within which one may return; 0 is all day
	LatePlace          LatePlace `json:"latePlace"`
	LateAfter          int       `json:"lateAfter,omitempty"`
	DelayMost          int       `json:"delayMost,omitempty"` // how many others a waiting ticket may let pass in all; 0 is none
	DayStarts          int       `json:"dayStarts"`           // minute of the local day at which the date changes, e.g. 240
	DayJumpLimit       int       `json:"dayJumpLimit"`        // days the date may move forward by itself
}

// Problem is one thing wrong with a configuration.
type Problem struct {
	Path    string // where, e.g. services[1].numbers
	Message string // what, and the remedy
}

func (p Problem) Error() string { return p.Path + ": " + p.Message }

// Service returns the service with this id.
func (c *Config) Service(id string) (Service, bool) {
	i := slices.IndexFunc(c.Services, func(s Service) bool { return s.ID == id })
	if i < 0 {
		return Service{}, false
	}
	return c.Services[i], true
}

// Check returns everything that is wrong, in the order of the configuration.
// An empty result is a configuration that Decide accepts.
func (c *Config) Check() []Problem {
	var ps []Problem
	add := func(path, format string, args ...any) {
		ps = append(ps, Problem{path, fmt.Sprintf(format, args...)})
	}
	if c.Office.ID == "" {
		add("office.id", "is empty: give the office its csoSn, e.g. CS0001")
	}
	if c.Office.Name == "" {
		add("office.name", "is empty: give the office the name that tickets carry")
	}
	if len(c.Services) == 0 {
		add("services", "there is none: add at least one [[services]]")
	}
	for i, s := range c.Services {
		c.checkService(i, s, add)
	}
	if len(c.Counters) == 0 {
		add("counters", "there is none: add at least one [[counters]]")
	}
	for i, k := range c.Counters {
		c.checkCounter(i, k, add)
	}
	for _, s := range c.Services {
		served := slices.ContainsFunc(c.Counters, func(k Counter) bool { return slices.Contains(k.Services, s.ID) })
		if !served && len(c.Counters) > 0 {
			i := slices.IndexFunc(c.Services, func(x Service) bool { return x.ID == s.ID })
			add(fmt.Sprintf("services[%d].id", i), "no counter serves %q: add it to the services of a counter", s.ID)
		}
	}
	for i, sh := range c.Shifts {
		c.checkShift(i, sh, add)
	}
	c.checkRules(add)
	return ps
}

type report func(path, format string, args ...any)

func (c *Config) checkService(i int, s Service, add report) {
	at := func(key string) string { return fmt.Sprintf("services[%d].%s", i, key) }
	if s.ID == "" {
		add(at("id"), "is empty: give each service a short id, e.g. \"civil\"")
	}
	if s.Name == "" {
		add(at("name"), "is empty: give the service the name that citizens know")
	}
	if s.First < 1 || s.Last > maxNumber || s.Last < s.First {
		add(at("numbers"), "%d to %d is no band: write first to last within 1 to %d", s.First, s.Last, maxNumber)
	}
	for j, o := range c.Services[:i] {
		if o.ID == s.ID && s.ID != "" {
			add(at("id"), "%q is the id of services[%d] too: each service needs its own", s.ID, j)
		}
		if label, twice := sameLabel(s, o); twice {
			add(at("numbers"), "%s to %s overlaps %q (%s to %s): two citizens would hold %s; move one band or give it a prefix",
				s.Label(s.First), s.Label(s.Last), o.ID, o.Label(o.First), o.Label(o.Last), label)
		}
	}
	if c.Observed && s.Online {
		add(at("online"), "the old machine gives the numbers of this office, and it knows of none taken online: remove it")
	}
	if s.Arrival && !s.Online {
		add(at("arrival"), "who takes a ticket here has arrived: remove it, or set online = true")
	}
	s.Open.check(at("open"), add)
	s.Issuing.check(at("issuing"), add)
	if s.Quota < 0 || s.OnlineQuota < 0 {
		add(at("quota"), "is negative: write 0 for no limit")
	}
	if s.Handling < 1 {
		add(at("handling"), "is %d s: write the usual time for one citizen, e.g. \"4m\"", s.Handling)
	}
}

// sameLabel finds a number that both bands would print: 12 of prefix "A" and 2
// of prefix "A1" are both A12.
func sameLabel(a, b Service) (string, bool) {
	if len(a.Prefix) > len(b.Prefix) {
		a, b = b, a
	}
	rest, ok := strings.CutPrefix(b.Prefix, a.Prefix)
	if !ok {
		return "", false
	}
	for n := max(b.First, 1); n <= min(b.Last, maxNumber); n++ {
		if m, ok := number(rest + strconv.Itoa(n)); ok && a.First <= m && m <= a.Last {
			return b.Label(n), true
		}
	}
	return "", false
}

const (
	maxNumber  = 9999 // the largest number that fits the signs
	maxCounter = 99
)

// number reads a number as Label writes it: without leading zeros.
func number(text string) (int, bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil && n > 0 && strconv.Itoa(n) == text
}

func (c *Config) checkCounter(i int, k Counter, add report) {
	at := func(key string) string { return fmt.Sprintf("counters[%d].%s", i, key) }
	if k.Number < 1 || k.Number > maxCounter {
		add(at("number"), "%d: a counter's number lies within 1 to 99", k.Number)
	}
	for j, o := range c.Counters[:i] {
		if o.Number == k.Number {
			add(at("number"), "%d is the number of counters[%d] too: each counter needs its own", k.Number, j)
		}
	}
	if len(k.Services) == 0 {
		add(at("services"), "counter %d serves nothing: list the ids of its services", k.Number)
	}
	c.checkServices(at("services"), k.Services, add)
	switch k.Rule {
	case RuleLongest, RuleStrict:
		if len(k.Weights) > 0 {
			add(at("weights"), "have no meaning under rule %q: remove them or set rule = %q", k.Rule, RuleWeighted)
		}
	case RuleWeighted:
		if len(k.Weights) != len(k.Services) || slices.ContainsFunc(k.Weights, func(w int) bool { return w < 1 || w > 100 }) {
			add(at("weights"), "rule %q needs one share of 1 to 100 for each of the %d services", k.Rule, len(k.Services))
		}
	default:
		add(at("rule"), "%q is unknown: write %q, %q or %q", k.Rule, RuleLongest, RuleStrict, RuleWeighted)
	}
}

func (c *Config) checkServices(path string, ids []string, add report) {
	for i, id := range ids {
		if _, ok := c.Service(id); !ok {
			add(path, "%q is no service: write the id of one of [[services]]", id)
		}
		if slices.Contains(ids[:i], id) {
			add(path, "%q stands twice: remove one", id)
		}
	}
}

func (c *Config) checkShift(i int, sh Shift, add report) {
	at := func(key string) string { return fmt.Sprintf("shifts[%d].%s", i, key) }
	if !slices.ContainsFunc(c.Counters, func(k Counter) bool { return k.Number == sh.Counter }) {
		add(at("counter"), "%d is no counter: write the number of one of [[counters]]", sh.Counter)
	}
	if sh.Closed == (len(sh.Services) > 0) {
		add(at("services"), "a shift either names services or says closed = true")
	}
	c.checkServices(at("services"), sh.Services, add)
	if len(sh.When.Spans) == 0 {
		add(at("hours"), "are missing: write the span of the shift, e.g. [\"12:00-13:00\"]")
	}
	sh.When.check(at("hours"), add)
}

func (c *Config) checkRules(add report) {
	r := c.Rules
	if r.PriorityRun < 0 || r.PriorityRun > 10 {
		add("rules.priority_run", "%d: write 0 to 10", r.PriorityRun)
	}
	switch r.LatePlace {
	case LateFront, LateEnd:
	case LateAfter:
		if r.LateAfter < 1 {
			add("rules.late_after", "is %d: write behind how many a late citizen comes back", r.LateAfter)
		}
	default:
		add("rules.late_place", "%q is unknown: write %q, %q or %q", r.LatePlace, LateFront, LateAfter, LateEnd)
	}
	if r.LateWithin < 0 {
		add("rules.late_within", "is negative: write minutes, or 0 for the whole day")
	}
	if r.DelayMost < 0 || r.DelayMost > maxNumber {
		add("rules.delay_most", "%d: write how many others a ticket may let pass, e.g. 5, or 0 for none", r.DelayMost)
	}
	if r.DayStarts < 0 || r.DayStarts >= 24*60 {
		add("rules.day_starts", "lies outside the day: write e.g. \"04:00\"")
	}
	if r.DayJumpLimit < 1 {
		add("rules.day_jump_limit", "is %d: write how many days the date may move on by itself, e.g. 14", r.DayJumpLimit)
	}
}

func (h Hours) check(path string, add report) {
	for _, d := range h.Days {
		if d < 0 || d > 6 {
			add(path, "weekday %d: 0 is Sunday, 6 Saturday", d)
		}
	}
	for _, d := range h.Off {
		if _, err := time.Parse(time.DateOnly, d); err != nil {
			add(path, "%q is no date: write e.g. 2026-12-25", d)
		}
	}
	for i, s := range h.Spans {
		if s.From < 0 || s.To > 24*60 || s.To <= s.From {
			add(path, "%s ends before it begins: write from-to within one day", s)
		}
		if i > 0 && s.From < h.Spans[i-1].To {
			add(path, "%s overlaps %s: write the spans in order", s, h.Spans[i-1])
		}
	}
}

// String is the span as the configuration writes it: 09:00-18:00.
func (s Span) String() string {
	return fmt.Sprintf("%02d:%02d-%02d:%02d", s.From/60, s.From%60, s.To/60, s.To%60)
}

// clone is a copy that shares nothing, as the record gives it back: what is
// decided on it is the same live and on replay.
func (c Config) clone() Config {
	b, err := json.Marshal(c)
	if err == nil {
		var out Config
		if err = json.Unmarshal(b, &out); err == nil {
			return out
		}
	}
	panic("queue: configuration does not encode: " + err.Error()) // it holds plain data only
}

// equalConfig compares by the canonical bytes.
func equalConfig(a, b Config) bool {
	x, errA := json.Marshal(a)
	y, errB := json.Marshal(b)
	return errA == nil && errB == nil && bytes.Equal(x, y)
}
