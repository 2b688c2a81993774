package journal

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"sunbeon/appliance/queue"
)

// Figures are what a manager reads of the days From to To.
type Figures struct {
	From, To string // dates, yyyy-mm-dd, both included
	Days     int    // business days found
	Total    Group
	// Hours are by the hour of issue in KST, "09"; "" for tickets issued while
	// the clock was not confirmed.
	Hours []Group
	// Services are by the service that gave the number; its handling is that of
	// all visits for the service.
	Services []Group
	// Counters are by number. Nobody is issued a ticket at a counter: Issued is
	// who was called there first. Served is what it finished, NoShows who did
	// not come to it.
	Counters []Group
}

// Group is one line of the figures.
type Group struct {
	Key       string
	Issued    map[queue.Origin]int
	Served    int // finished
	NoShows   int // did not come to the last call or turn, nor back
	Cancelled int // by the citizen or by staff
	Left      int // still waiting when the day closed
	Waiting   Spread
	Handling  Spread
}

// Spread describes durations. Those that the clocks do not tell are left out,
// so N may be smaller than the number of people.
type Spread struct {
	N           int
	Median, P90 time.Duration // nearest rank
}

// spread sorts ms.
func spread(ms []int64) Spread {
	if len(ms) == 0 {
		return Spread{}
	}
	slices.Sort(ms)
	rank := func(percent int) time.Duration {
		return time.Duration(ms[(percent*len(ms)+99)/100-1]) * time.Millisecond
	}
	return Spread{len(ms), rank(50), rank(90)}
}

// tally gathers a group.
type tally struct {
	Group
	waiting, handling []int64
}

type tallies map[string]*tally

func (ts tallies) at(key string) *tally {
	t := ts[key]
	if t == nil {
		t = &tally{Group: Group{Key: key, Issued: map[queue.Origin]int{}}}
		ts[key] = t
	}
	return t
}

func (ts tallies) groups() []Group {
	out := make([]Group, 0, len(ts))
	for _, t := range ts {
		t.Waiting, t.Handling = spread(t.waiting), spread(t.handling)
		out = append(out, t.Group)
	}
	slices.SortFunc(out, func(a, b Group) int {
		// Numbers as numbers: a shorter key is a smaller one.
		if isNumber(a.Key) && isNumber(b.Key) && len(a.Key) != len(b.Key) {
			return len(a.Key) - len(b.Key)
		}
		return strings.Compare(a.Key, b.Key)
	})
	return out
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// Figures counts the tickets of the business days from one date to another,
// both included. A day whose clock was never confirmed has no date and is not
// in any figures.
func (j *Journal) Figures(ctx context.Context, from, to string) (Figures, error) {
	out := Figures{From: from, To: to}
	first, last := int64(0), int64(-1)
	err := j.read.QueryRowContext(ctx,
		"SELECT count(*), coalesce(min(day), 0), coalesce(max(day), -1) FROM days WHERE date BETWEEN ? AND ?", from, to).
		Scan(&out.Days, &first, &last)
	if err != nil {
		return out, classify("figures", err)
	}
	c := counts{total: tallies{}, hours: tallies{}, services: tallies{}, counters: tallies{}}
	if err := j.countTickets(ctx, from, to, first, last, &c); err != nil {
		return out, classify("figures", err)
	}
	if err := j.countVisits(ctx, from, to, first, last, &c); err != nil {
		return out, classify("figures", err)
	}
	c.total.at("")
	out.Total = c.total.groups()[0]
	out.Hours, out.Services, out.Counters = c.hours.groups(), c.services.groups(), c.counters.groups()
	return out, nil
}

type counts struct{ total, hours, services, counters tallies }

func (j *Journal) countTickets(ctx context.Context, from, to string, first, last int64, c *counts) error {
	rows, err := j.read.QueryContext(ctx, `SELECT t.band, t.origin, t.status, t.missed, t.issued_at, t.counter, t.wait, t.handling
		FROM tickets t JOIN days d USING (day) WHERE t.day BETWEEN ? AND ? AND d.date BETWEEN ? AND ?`, first, last, from, to)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var band, origin, status string
		var missed bool
		var at, counter, wait, handling *int64
		if err := rows.Scan(&band, &origin, &status, &missed, &at, &counter, &wait, &handling); err != nil {
			return err
		}
		hour := ""
		if at != nil {
			hour = queue.Stamp{Wall: *at}.Time().Format("15")
		}
		for _, t := range []*tally{c.total.at(""), c.hours.at(hour), c.services.at(band)} {
			t.ticket(queue.Origin(origin), queue.Status(status), missed, wait)
		}
		if handling != nil {
			c.hours.at(hour).handling = append(c.hours.at(hour).handling, *handling)
			c.total.at("").handling = append(c.total.at("").handling, *handling)
		}
		if counter != nil {
			t := c.counters.at(fmt.Sprint(*counter))
			t.Issued[queue.Origin(origin)]++
			if wait != nil {
				t.waiting = append(t.waiting, *wait)
			}
		}
	}
	return rows.Err()
}

func (t *tally) ticket(origin queue.Origin, status queue.Status, missed bool, wait *int64) {
	t.Issued[origin]++
	switch {
	case status == queue.Done:
		t.Served++
	case status == queue.Given, status == queue.Void:
		t.Cancelled++
	case missed:
		t.NoShows++
	case status == queue.Left:
		t.Left++
	}
	if wait != nil {
		t.waiting = append(t.waiting, *wait)
	}
}

func (j *Journal) countVisits(ctx context.Context, from, to string, first, last int64, c *counts) error {
	rows, err := j.read.QueryContext(ctx, visitsOfDays(`v.service, v.counter, v.ended, v.handling`)+
		" AND d.date BETWEEN ? AND ?", first, last+1, from, to)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var service, ended string
		var counter int
		var handling *int64
		if err := rows.Scan(&service, &counter, &ended, &handling); err != nil {
			return err
		}
		at := c.counters.at(fmt.Sprint(counter))
		switch ended {
		case (queue.NoShow{}).Kind():
			at.NoShows++
		case (queue.DayClosed{}).Kind():
			at.Served++
		case (queue.Finished{}).Kind():
			at.Served++
			if handling != nil {
				at.handling = append(at.handling, *handling)
				s := c.services.at(service)
				s.handling = append(s.handling, *handling)
			}
		}
	}
	return rows.Err()
}

// visitsOfDays is a query of visits whose calls lie in days; its arguments are
// the first day and the day after the last. visits are ordered by seq, so that
// it costs those days only.
func visitsOfDays(columns string) string {
	return "SELECT " + columns + ` FROM visits v JOIN days d USING (day)
		WHERE v.called >= coalesce((SELECT first FROM days WHERE day >= ?1 ORDER BY day LIMIT 1), 1 << 62)
		AND v.called < coalesce((SELECT first FROM days WHERE day >= ?2 ORDER BY day LIMIT 1), 1 << 62)`
}
