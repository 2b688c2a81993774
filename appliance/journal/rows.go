package journal

import (
	"context"
	"fmt"

	"sunbeon/appliance/queue"
)

const (
	ticketColumns = `day, band, number, label, service, class, origin, status, missed, issued, issued_at, ahead,
		low, mid, high, base, line, called, counter, in_turn, wait, handling, last_called`
	ticketValues = "(" + ticketColumns + ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
	visitColumns = "called, day, band, number, service, class, counter, how, called_at, ended, paused, handling, to_next"
	visitValues  = "(" + visitColumns + ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"
)

// write puts the fold's changes into the transaction.
func (w *writer) write(ctx context.Context, f *fold) error {
	if f.dirtyDay {
		if _, err := w.day.ExecContext(ctx, f.day.row()...); err != nil {
			return err
		}
	}
	for _, t := range f.dirtyTickets {
		stmt := w.replaceTicket
		if t.fresh {
			stmt = w.insertTicket
		}
		if _, err := stmt.ExecContext(ctx, t.row(f.day.day)...); err != nil {
			if t.fresh && isKeyTaken(err) {
				return fmt.Errorf("%w (%s of day %d)", ErrDouble, t.label, f.day.day)
			}
			return err
		}
	}
	for _, v := range f.dirtyVisits {
		if _, err := w.replaceVisit.ExecContext(ctx, v.row(f.day.day)...); err != nil {
			return err
		}
	}
	return nil
}

func (d dayRow) row() []any {
	return []any{d.day, int64(d.first), d.date, flag(d.closed)}
}

func (t *ticket) row(day int64) []any {
	var low, mid, high, base, line, called, counter, wait, handling, previous any
	if f := t.forecast; f.Known {
		low, mid, high, base, line = int64(f.Low), int64(f.Mid), int64(f.High), f.Base, int64(f.Line)
	}
	if t.called != 0 {
		called, counter = int64(t.called), int64(t.counter)
		wait = between(t.issued, t.at)
	}
	if v := t.visit; v != nil && v.ended == (queue.Finished{}).Kind() {
		handling = between(v.called, v.end)
	}
	if p := t.previous; p != nil {
		previous = between(p.issued, p.at)
	}
	return []any{day, t.ref.Band, int64(t.ref.Number), t.label, t.service, string(t.class), string(t.origin),
		string(t.status), flag(t.missed), int64(t.seq), wall(t.issued), int64(t.ahead), low, mid, high, base, line,
		called, counter, flag(t.inTurn), wait, handling, previous}
}

func (v *visit) row(day int64) []any {
	var handling, next any
	if v.ended != "" && v.ended != (queue.DayClosed{}).Kind() {
		handling = between(v.called, v.end)
	}
	if v.next != nil {
		next = between(v.called, *v.next)
	}
	return []any{int64(v.seq), day, v.ticket.ref.Band, int64(v.ticket.ref.Number), v.service, string(v.ticket.class),
		int64(v.counter), string(v.how), wall(v.called), v.ended, flag(v.paused), handling, next}
}

// between is the time in ms, nil when it is unknown.
func between(from, to queue.Stamp) any {
	if d, known := to.Since(from); known {
		return d.Milliseconds()
	}
	return nil
}

// wall is the Unix time in ms, nil when the clock was not trusted.
func wall(s queue.Stamp) any {
	if !s.Trusted {
		return nil
	}
	return s.Wall
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
