package journal

import (
	"context"
	"time"

	"sunbeon/appliance/queue"
)

// Sample is how the forecast told at the issue of a ticket turned out.
type Sample struct {
	Day      int64
	Service  string // that gave the number
	Ahead    int    // people ahead as told
	Forecast queue.Forecast
	Wait     time.Duration // from issue to the first call
	// InTurn: called by the rule from the place it was issued with. Others say
	// nothing about the line.
	InTurn bool
	// LastCalled is how long the last ticket of the service called before the
	// issue had waited, the simplest of forecasts; LastKnown says there is one.
	LastCalled time.Duration
	LastKnown  bool
}

// Samples gives the tickets of the days, both included, that were called after
// a wait that the clocks tell, by day and issue.
func (j *Journal) Samples(ctx context.Context, fromDay, toDay int64) ([]Sample, error) {
	rows, err := j.read.QueryContext(ctx, `SELECT day, band, ahead, low, mid, high, base, line, wait, in_turn, last_called
		FROM tickets WHERE day BETWEEN ? AND ? AND wait IS NOT NULL ORDER BY day, issued`, fromDay, toDay)
	if err != nil {
		return nil, classify("samples", err)
	}
	defer func() { _ = rows.Close() }()
	var out []Sample
	for rows.Next() {
		var s Sample
		var wait int64
		var low, mid, high, base, line, last *int64
		if err := rows.Scan(&s.Day, &s.Service, &s.Ahead, &low, &mid, &high, &base, &line, &wait,
			&s.InTurn, &last); err != nil {
			return nil, classify("samples", err)
		}
		if low != nil && mid != nil && high != nil && base != nil && line != nil {
			s.Forecast = queue.Forecast{Known: true, Low: int(*low), Mid: int(*mid), High: int(*high), Base: *base, Line: int(*line)}
		}
		s.Wait = time.Duration(wait) * time.Millisecond
		if last != nil {
			s.LastCalled, s.LastKnown = time.Duration(*last)*time.Millisecond, true
		}
		out = append(out, s)
	}
	return out, classify("samples", rows.Err())
}

// Handling is one visit of a ticket to a counter, from its call on.
type Handling struct {
	Day     int64
	Seq     uint64 // of the call
	Service string // for which it was called
	Counter int
	Class   queue.Class
	Ended   string // kind of the fact: "finished", "transferred", "held", "no_show", "day_closed"
	Paused  bool   // the counter paused during it
	// Took is call to end, ToNext call to the counter's next call when it went
	// straight on, because somebody was waiting; 0 when unknown or not so.
	Took, ToNext time.Duration
}

// NoShow reports whether nobody came.
func (h Handling) NoShow() bool { return h.Ended == (queue.NoShow{}).Kind() }

// Handlings gives the visits of the days, both included, that have ended, in
// the order of their calls: what a forecast model is rebuilt from.
func (j *Journal) Handlings(ctx context.Context, fromDay, toDay int64) ([]Handling, error) {
	rows, err := j.read.QueryContext(ctx, visitsOfDays(`v.day, v.called, v.service, v.counter, v.class, v.ended, v.paused,
		coalesce(v.handling, 0), coalesce(v.to_next, 0)`)+" AND v.ended != '' ORDER BY v.called", fromDay, toDay+1)
	if err != nil {
		return nil, classify("handlings", err)
	}
	defer func() { _ = rows.Close() }()
	var out []Handling
	for rows.Next() {
		var h Handling
		var took, next int64
		if err := rows.Scan(&h.Day, &h.Seq, &h.Service, &h.Counter, &h.Class, &h.Ended, &h.Paused, &took, &next); err != nil {
			return nil, classify("handlings", err)
		}
		h.Took, h.ToNext = time.Duration(took)*time.Millisecond, time.Duration(next)*time.Millisecond
		out = append(out, h)
	}
	return out, classify("handlings", rows.Err())
}
