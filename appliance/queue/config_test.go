package queue_test

import (
	"strings"
	"testing"

	"sunbeon/appliance/queue"
)

func TestConfigCheck(t *testing.T) {
	if ps := ptr(office()).Check(); len(ps) > 0 {
		t.Fatalf("a good configuration: %v", ps)
	}
	all := queue.Hours{}
	at := func(from, to int) queue.Hours { return queue.Hours{Spans: []queue.Span{{From: from, To: to}}} }
	for _, c := range []struct {
		path, says string
		change     func(*queue.Config)
	}{
		{"office.id", "empty", func(c *queue.Config) { c.Office.ID = "" }},
		{"office.name", "empty", func(c *queue.Config) { c.Office.Name = "" }},
		{"services", "none", func(c *queue.Config) { c.Services = nil }},
		{"services[0].id", "empty", func(c *queue.Config) { c.Services[0].ID = "" }},
		{"services[1].id", "is the id of services[0] too", func(c *queue.Config) { c.Services[1].ID = "civil" }},
		{"services[1].id", "no counter serves", func(c *queue.Config) {
			c.Counters = c.Counters[:1]
		}},
		{"services[1].name", "empty", func(c *queue.Config) { c.Services[1].Name = "" }},
		{"services[0].numbers", "no band", func(c *queue.Config) { c.Services[0].First = 0 }},
		{"services[0].numbers", "no band", func(c *queue.Config) { c.Services[0].Last = 10000 }},
		{"services[1].numbers", "no band", func(c *queue.Config) { c.Services[1].Last = 0 }},
		{"services[1].numbers", "overlaps \"civil\"", func(c *queue.Config) { c.Services[1].Prefix = "" }},
		{"services[1].numbers", "would hold 91;", func(c *queue.Config) { c.Services[1].Prefix = "9" }},
		{"services[1].numbers", "would hold A12;", func(c *queue.Config) {
			c.Services[0].Prefix, c.Services[1].Prefix, c.Services[1].First = "A1", "A", 12
		}},
		{"services[1].quota", "negative", func(c *queue.Config) { c.Services[1].Quota = -1 }},
		{"services[1].quota", "negative", func(c *queue.Config) { c.Services[1].OnlineQuota = -1 }},
		{"services[1].handling", "usual time", func(c *queue.Config) { c.Services[1].Handling = 0 }},
		{"services[0].open", "weekday 7", func(c *queue.Config) { c.Services[0].Open.Days = []int{7} }},
		{"services[0].open", "before it begins", func(c *queue.Config) { c.Services[0].Open = at(600, 600) }},
		{"services[0].issuing", "before it begins", func(c *queue.Config) { c.Services[0].Issuing = at(600, 1441) }},
		{"services[0].issuing", "12:00-13:00 overlaps 11:00-12:30", func(c *queue.Config) {
			c.Services[0].Issuing.Spans = []queue.Span{{From: 660, To: 750}, {From: 720, To: 780}}
		}},
		{"services[0].issuing", "no date", func(c *queue.Config) { c.Services[0].Issuing.Off = []string{"2026-2-30"} }},
		{"counters", "none", func(c *queue.Config) { c.Counters = nil }},
		{"counters[0].number", "1 to 99", func(c *queue.Config) { c.Counters[0].Number = 0 }},
		{"counters[2].number", "counters[0] too", func(c *queue.Config) { c.Counters[2].Number = 1 }},
		{"counters[0].services", "serves nothing", func(c *queue.Config) { c.Counters[0].Services = nil }},
		{"counters[0].services", "no service", func(c *queue.Config) { c.Counters[0].Services = []string{"tax"} }},
		{"counters[0].services", "twice", func(c *queue.Config) { c.Counters[0].Services = []string{"civil", "civil"} }},
		{"counters[0].weights", "no meaning", func(c *queue.Config) { c.Counters[0].Weights = []int{1} }},
		{"counters[2].weights", "one share", func(c *queue.Config) { c.Counters[2].Weights = []int{1} }},
		{"counters[2].weights", "one share", func(c *queue.Config) { c.Counters[2].Weights = []int{0, 1} }},
		{"counters[0].rule", "unknown", func(c *queue.Config) { c.Counters[0].Rule = "" }},
		{"shifts[0].counter", "no counter", func(c *queue.Config) {
			c.Shifts = []queue.Shift{{Counter: 9, When: at(720, 780), Closed: true}}
		}},
		{"shifts[0].services", "either", func(c *queue.Config) { c.Shifts = []queue.Shift{{Counter: 1, When: at(720, 780)}} }},
		{"shifts[0].services", "no service", func(c *queue.Config) {
			c.Shifts = []queue.Shift{{Counter: 1, When: at(720, 780), Services: []string{"tax"}}}
		}},
		{"shifts[0].hours", "missing", func(c *queue.Config) { c.Shifts = []queue.Shift{{Counter: 1, When: all, Closed: true}} }},
		{"rules.priority_run", "0 to 10", func(c *queue.Config) { c.Rules.PriorityRun = 11 }},
		{"rules.late_place", "unknown", func(c *queue.Config) { c.Rules.LatePlace = "" }},
		{"rules.late_after", "how many", func(c *queue.Config) { c.Rules.LatePlace = queue.LateAfter }},
		{"rules.late_within", "negative", func(c *queue.Config) { c.Rules.LateWithin = -1 }},
		{"rules.day_starts", "outside", func(c *queue.Config) { c.Rules.DayStarts = 1440 }},
		{"rules.day_jump_limit", "days", func(c *queue.Config) { c.Rules.DayJumpLimit = 0 }},
	} {
		config := office()
		c.change(&config)
		found := false
		for _, p := range config.Check() {
			found = found || p.Path == c.path && strings.Contains(p.Message, c.says)
		}
		if !found {
			t.Errorf("no problem %s: ...%s... in %v", c.path, c.says, config.Check())
		}
		d := desk{t: t, state: queue.New()}
		d.refused(queue.BadConfig, queue.Configure{Config: config})
	}
}

func ptr[T any](v T) *T { return &v }

func TestBandsMayShareDigitsButNotLabels(t *testing.T) {
	c := office()
	c.Services[0].Last, c.Services[1].Prefix = 90, "9" // 1 to 90, and 91 to 999
	c.Services[1].Last = 9
	if ps := c.Check(); len(ps) > 0 {
		t.Fatalf("1-90 and 91-99 print no number twice: %v", ps)
	}
	d := newDesk(t)
	d.must("", queue.Configure{Config: c})
	d.issue("civil", queue.Ordinary)
	ref := d.issue("passport", queue.Ordinary)
	if got, ok := d.state.Lookup("91"); !ok || got != ref {
		t.Fatalf("91 is %v", got)
	}
	for _, label := range []string{"", "9", "01", "+1", "92", "P1", "1 "} {
		if got, ok := d.state.Lookup(label); ok {
			t.Errorf("%q is %v", label, got)
		}
	}
}
