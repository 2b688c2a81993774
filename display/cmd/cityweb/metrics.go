package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"sunbeon/display/web/intake"
	"sunbeon/display/web/notify"
)

// counts shows the counters of intake and messages to Prometheus.
type counts struct {
	city  *intake.City
	notes *notify.Notifier

	snapshots, facts, refused, failed, told *prometheus.Desc
}

func newCounts(city *intake.City, notes *notify.Notifier) *counts {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(name, help, labels, nil)
	}
	return &counts{city, notes,
		desc("sunbeon_states_total", "States of offices that came: taken, or older than the one held.", "outcome"),
		desc("sunbeon_facts_total", "Facts that came: stored, stored already, or refused because earlier ones are missing.", "outcome"),
		desc("sunbeon_messages_refused_total", "Messages that could not be read, by kind.", "kind"),
		desc("sunbeon_store_failures_total", "Batches of facts that the store did not take."),
		desc("sunbeon_messages_told_total", "Messages for holders of tickets: sent, gone with their browser, dead for good, or tried in vain and put off.", "outcome"),
	}
}

func (c *counts) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.snapshots, c.facts, c.refused, c.failed, c.told} {
		to <- d
	}
}

func (c *counts) Collect(to chan<- prometheus.Metric) {
	n := c.city.Counts()
	count := func(d *prometheus.Desc, n uint64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n), labels...)
	}
	count(c.snapshots, n.Snapshots, "taken")
	count(c.snapshots, n.Older, "older")
	count(c.facts, n.Facts, "stored")
	count(c.facts, n.Repeated, "repeated")
	count(c.facts, n.Gaps, "gap")
	count(c.failed, n.Failed)
	told := c.notes.Counts()
	count(c.told, uint64(told.Sent), "sent")
	count(c.told, uint64(told.Gone), "gone")
	count(c.told, uint64(told.Dead), "dead")
	count(c.told, uint64(told.Retried), "retried")
	for kind, n := range c.city.Refused() {
		count(c.refused, n, kind)
	}
}

// nationalKeys reads the file of service keys; no file is no keys.
func nationalKeys(path string) ([]string, error) {
	if path == "" {
		return nil, nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("cityweb: -national-keys: %w", err)
	}
	keys := strings.Fields(string(b))
	if len(keys) == 0 {
		return nil, errors.New("cityweb: -national-keys: the file has no key, which would shut everybody out: write one a line, or leave the flag out")
	}
	return keys, nil
}
