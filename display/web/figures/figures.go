package figures

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/display/web/sqldb"
)

const (
	// offices is how many offices' present days are kept between two questions;
	// another one replaces that which was asked for longest ago.
	offices = 1000
	// fresh is for how long an answer is given again; keepUsual for how long the
	// days behind the usual one are.
	fresh     = 10 * time.Second
	keepUsual = 10 * time.Minute
)

// Config is what Figures need.
type Config struct {
	DB  *sqldb.DB        // with the facts of package intake in it
	Now func() time.Time // nil is time.Now
	Log *slog.Logger     // nil is silent
}

// Figures answer what the days of offices were like. Their methods are safe for
// concurrent use.
type Figures struct {
	db  *sqldb.DB
	now func() time.Time
	log *slog.Logger

	mu      sync.Mutex
	failing bool
	known   map[string]*office
}

// Open makes the tables, if they are not there, and Figures over them.
func Open(ctx context.Context, c Config) (*Figures, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if err := migrate(ctx, c.DB); err != nil {
		return nil, fmt.Errorf("figures: %w", err)
	}
	return &Figures{db: c.DB, now: c.Now, log: c.Log, known: make(map[string]*office)}, nil
}

// Point is how far an office has spoken: up to the fact Seq of the record Journal
// at the moment Heard, which is now for an office that is connected.
type Point struct {
	Journal string
	Seq     uint64
	Heard   time.Time
}

// office is what is kept of one office between two questions.
type office struct {
	asked time.Time // guarded by Figures.mu

	mu     sync.Mutex
	today  *tally
	read   time.Time // when today was brought up to date
	date   string    // of usual
	usual  []day
	loaded time.Time // when usual was
}

// Day gives the curves of an office on the date of now: the day up to p, if the
// facts up to p have come, else up to the last that have; and the usual day of the
// weekday. It reports false when they cannot be read, which is logged.
func (f *Figures) Day(ctx context.Context, id string, now time.Time, p Point) (Curves, bool) {
	o := f.office(id)
	o.mu.Lock()
	defer o.mu.Unlock()
	err := f.refresh(ctx, id, o, now, p)
	if ctx.Err() == nil {
		f.report(err)
	}
	if err != nil {
		return Curves{}, false
	}
	return curves(o.today, o.usual, now, p), true
}

func (f *Figures) office(id string) *office {
	f.mu.Lock()
	defer f.mu.Unlock()
	o := f.known[id]
	if o == nil {
		if len(f.known) >= offices {
			f.forget()
		}
		o = new(office)
		f.known[id] = o
	}
	o.asked = f.now()
	return o
}

// forget drops the office that was asked for longest ago.
func (f *Figures) forget() {
	var oldest string
	for id, o := range f.known {
		if was := f.known[oldest]; was == nil || o.asked.Before(was.asked) {
			oldest = id
		}
	}
	delete(f.known, oldest)
}

// refresh brings what is kept of an office up to date.
func (f *Figures) refresh(ctx context.Context, id string, o *office, now time.Time, p Point) error {
	if d := date(now); o.date != d || now.Sub(o.loaded) >= keepUsual {
		days, err := past(ctx, f.db, id, before(now))
		if err != nil {
			return err
		}
		o.date, o.loaded, o.usual = d, now, nil
		for _, d := range before(now) {
			if day, ok := days[d]; ok {
				o.usual = append(o.usual, day)
			}
		}
	}
	if o.today != nil && o.today.journal == p.Journal && now.Sub(o.read) < fresh && now.Sub(o.read) >= 0 {
		return nil
	}
	if err := f.follow(ctx, record{id, p.Journal}, o); err != nil {
		o.today = nil // it may be half way through
		return err
	}
	o.read = now
	return nil
}

// follow takes the facts in that have come since the last time.
func (f *Figures) follow(ctx context.Context, r record, o *office) error {
	last, err := head(ctx, f.db, r)
	if err != nil || last == 0 {
		o.today = nil
		return err
	}
	n, err := number(ctx, f.db, `SELECT day FROM fact WHERE office = ? AND journal = ? AND seq = ?`, r.office, r.journal, last)
	if err != nil {
		return err
	}
	if o.today == nil || o.today.journal != r.journal || o.today.number != n {
		o.today = newTally(r.journal, n)
	}
	if err := feedDay(ctx, f.db, r, o.today, last); err != nil {
		return err
	}
	o.today.seq = uint64(last) // facts that are not about tickets count too
	return nil
}

// report logs when the store begins to fail, and when it is over.
func (f *Figures) report(err error) {
	if errors.Is(err, context.Canceled) {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case err != nil && !f.failing:
		f.log.Error("the days' figures cannot be read or written; pages go without them", "err", err)
	case err == nil && f.failing:
		f.log.Info("the days' figures can be read and written again")
	}
	f.failing = err != nil
}

// date is the Korean date of a moment, yyyy-mm-dd.
func date(t time.Time) string { return t.In(feed.KST()).Format(time.DateOnly) }

// before are the dates of the same weekday before a moment, the newest first.
func before(t time.Time) []string {
	out := make([]string, Weeks)
	for i := range out {
		out[i] = date(t.AddDate(0, 0, -7*(i+1)))
	}
	return out
}
