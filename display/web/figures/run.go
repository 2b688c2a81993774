package figures

import (
	"context"
	"time"
)

// closer is how often Run looks for days that have been closed. A day is wanted a
// week after its end at the earliest.
const closer = 10 * time.Minute

// pause lies between two days that are made, so that years of facts that are
// found at the start leave the store to others.
const pause = 50 * time.Millisecond

// reread is how many facts without a closed day are looked at again rather than
// noted as looked at.
const reread = 200

// Run makes the days that have been closed, those of before first, until ctx
// ends. It may run in several replicas at once.
func (f *Figures) Run(ctx context.Context) error {
	tick := time.NewTicker(closer)
	defer tick.Stop()
	for {
		f.report(f.pass(ctx))
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// pass looks once through what has come since the last time.
func (f *Figures) pass(ctx context.Context) error {
	if _, err := f.db.Exec(ctx, `DELETE FROM figure_day WHERE date < ?`, f.oldest()); err != nil {
		return err
	}
	var r record
	for {
		var more bool
		var err error
		if r, more, err = after(ctx, f.db, r); err != nil || !more {
			return err
		}
		if err := f.closeDays(ctx, r); err != nil {
			return err
		}
	}
}

// closeDays makes the days of a record that were closed since it was last looked
// through.
func (f *Figures) closeDays(ctx context.Context, r record) error {
	from, err := number(ctx, f.db, `SELECT seq FROM figure_read WHERE office = ? AND journal = ?`, r.office, r.journal)
	if err != nil {
		return err
	}
	to, err := head(ctx, f.db, r)
	if err != nil {
		return err
	}
	for from < to {
		const next = `SELECT MIN(seq) FROM fact WHERE office = ? AND journal = ? AND seq > ? AND seq <= ? AND kind = 'day_closed'`
		closed, err := number(ctx, f.db, next, r.office, r.journal, from, to)
		if err != nil {
			return err
		}
		if closed == 0 {
			if to-from < reread {
				return nil
			}
			return reached(ctx, f.db, r, to)
		}
		if err := f.closeDay(ctx, r, closed); err != nil {
			return err
		}
		if err := reached(ctx, f.db, r, closed); err != nil {
			return err
		}
		from = closed
	}
	return nil
}

func (f *Figures) closeDay(ctx context.Context, r record, closed int64) error {
	const where = ` FROM fact WHERE office = ? AND journal = ? AND seq = ?`
	at, err := number(ctx, f.db, `SELECT at`+where, r.office, r.journal, closed)
	if err != nil {
		return err
	}
	if date(time.UnixMilli(at)) < f.oldest() && at > earliest {
		return nil // too old to be wanted
	}
	n, err := number(ctx, f.db, `SELECT day`+where, r.office, r.journal, closed)
	if err != nil {
		return err
	}
	t := newTally(r.journal, n)
	if err := feedDay(ctx, f.db, r, t, closed); err != nil {
		return err
	}
	if err := keep(ctx, f.db, r, t, closed); err != nil {
		return err
	}
	select {
	case <-time.After(pause):
	case <-ctx.Done():
	}
	return ctx.Err()
}

// oldest is the first date that is kept: a week more than the usual day reaches.
func (f *Figures) oldest() string { return date(f.now().AddDate(0, 0, -7*(Weeks+1))) }
