package ledger

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/display/web/sqldb"
)

// Ledger is open on a store. It is safe for concurrent use, also by other
// processes on the same store.
type Ledger struct {
	db *sqldb.DB
}

// steps make the tables; see sqldb.Migrate.
func steps() []string {
	return []string{
		`CREATE TABLE device (hash BLOB PRIMARY KEY, office TEXT NOT NULL, service TEXT NOT NULL, request TEXT NOT NULL,
			token TEXT NOT NULL, day INTEGER NOT NULL, asked INTEGER NOT NULL, ends INTEGER NOT NULL)`,
		`CREATE INDEX device_request ON device (office, request)`,
		`CREATE TABLE asked (office TEXT NOT NULL, request TEXT NOT NULL, service TEXT NOT NULL, due INTEGER NOT NULL,
			tries INTEGER NOT NULL, shut INTEGER NOT NULL, ends INTEGER NOT NULL, PRIMARY KEY (office, request))`,
		`CREATE INDEX asked_due ON asked (shut, due)`,
		`CREATE TABLE subscription (token TEXT NOT NULL, endpoint TEXT NOT NULL, slot INTEGER NOT NULL, lang TEXT NOT NULL,
			p256dh TEXT NOT NULL, auth TEXT NOT NULL, ends INTEGER NOT NULL, PRIMARY KEY (token, endpoint), UNIQUE (token, slot))`,
		`CREATE TABLE message (token TEXT NOT NULL, kind TEXT NOT NULL, slot INTEGER NOT NULL, ends INTEGER NOT NULL,
			PRIMARY KEY (token, kind), UNIQUE (token, slot))`,
		`CREATE TABLE parcel (id TEXT PRIMARY KEY, token TEXT NOT NULL, endpoint TEXT NOT NULL, lang TEXT NOT NULL, body BLOB NOT NULL,
			due INTEGER NOT NULL, tries INTEGER NOT NULL, made INTEGER NOT NULL, ends INTEGER NOT NULL)`,
		`CREATE INDEX parcel_due ON parcel (due)`,
		`CREATE TABLE secret (name TEXT PRIMARY KEY, private TEXT NOT NULL, public TEXT NOT NULL)`,
	}
}

// Open makes the ledger's tables in a store, if they are not there.
func Open(ctx context.Context, db *sqldb.DB) (*Ledger, error) {
	if err := db.Migrate(ctx, "ledger", steps()...); err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	return &Ledger{db}, nil
}

const sweepEvery = time.Minute

// Run deletes what is over, until ctx ends. Every replica may.
func (l *Ledger) Run(ctx context.Context, log *slog.Logger) error {
	look := time.NewTicker(sweepEvery)
	defer look.Stop()
	failing := false
	for {
		err := l.sweep(ctx, time.Now())
		if failed := err != nil && ctx.Err() == nil; failed != failing {
			if failing = failed; failed {
				log.Error("what is over is not deleted", "err", err)
			} else {
				log.Info("what is over is deleted again")
			}
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// sweep deletes what was made on a day that is over.
func (l *Ledger) sweep(ctx context.Context, now time.Time) error {
	for _, table := range []string{"device", "asked", "subscription", "message", "parcel"} {
		if _, err := l.db.Exec(ctx, `DELETE FROM `+table+` WHERE ends <= ?`, now.UnixMilli()); err != nil {
			return fmt.Errorf("ledger: sweep: %w", err)
		}
	}
	return nil
}

// ends is the midnight after now, Unix ms.
func ends(now time.Time) int64 {
	k := now.In(feed.KST())
	return time.Date(k.Year(), k.Month(), k.Day()+1, 0, 0, 0, 0, k.Location()).UnixMilli()
}

// within runs do in one transaction.
func (l *Ledger) within(ctx context.Context, what string, do func(*sqldb.Tx) error) error {
	tx, err := l.db.Begin(ctx)
	if err != nil {
		return fmt.Errorf("ledger: %s: %w", what, err)
	}
	defer tx.Rollback()
	if err := do(tx); err != nil {
		return fmt.Errorf("ledger: %s: %w", what, err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("ledger: %s: %w", what, err)
	}
	return nil
}

// changed runs a statement and gives how many rows it changed.
func changed(ctx context.Context, tx *sqldb.Tx, statement string, args ...any) (int64, error) {
	r, err := tx.Exec(ctx, statement, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}
