package figures

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"sunbeon/appliance/feed"
	"sunbeon/display/web/sqldb"
)

// part is the name of this package's tables in the store.
const part = "figures"

const (
	dayTable = `CREATE TABLE figure_day (
	office  TEXT    NOT NULL,
	journal TEXT    NOT NULL,
	day     INTEGER NOT NULL,
	seq     INTEGER NOT NULL, -- of the day_closed that it was made at
	date    TEXT    NOT NULL, -- yyyy-mm-dd, Korean
	body    BLOB    NOT NULL, -- JSON of day
	PRIMARY KEY (office, journal, day)
) WITHOUT ROWID`
	dayIndex  = `CREATE INDEX figure_date ON figure_day (office, date)`
	readTable = `CREATE TABLE figure_read (
	office  TEXT    NOT NULL,
	journal TEXT    NOT NULL,
	seq     INTEGER NOT NULL, -- every day_closed up to it has been dealt with
	PRIMARY KEY (office, journal)
) WITHOUT ROWID`
)

// day is a closed day as it is kept. One in doubt has no tickets and no lines.
type day struct {
	Issued int    `json:"issued"`
	Lines  []Line `json:"lines"`
}

func migrate(ctx context.Context, db *sqldb.DB) error {
	return db.Migrate(ctx, part, dayTable, dayIndex, readTable)
}

type record struct{ office, journal string }

// after gives the record that follows one, by office and journal, among those
// that have facts; false after the last.
func after(ctx context.Context, db *sqldb.DB, r record) (record, bool, error) {
	rows, err := db.Query(ctx, `SELECT office, journal FROM fact WHERE (office, journal) > (?, ?) ORDER BY office, journal LIMIT 1`, r.office, r.journal)
	if err != nil {
		return r, false, err
	}
	defer rows.Close()
	found := rows.Next()
	if found {
		err = rows.Scan(&r.office, &r.journal)
	}
	if err == nil {
		err = rows.Err()
	}
	return r, found, err
}

// number reads one whole number; absent or null is 0.
func number(ctx context.Context, db *sqldb.DB, query string, args ...any) (int64, error) {
	var n *int64
	if err := db.QueryRow(ctx, `SELECT (`+query+`)`, args...).Scan(&n); err != nil || n == nil {
		return 0, err
	}
	return *n, nil
}

// head is the last fact of a record.
func head(ctx context.Context, db *sqldb.DB, r record) (int64, error) {
	return number(ctx, db, `SELECT MAX(seq) FROM fact WHERE office = ? AND journal = ?`, r.office, r.journal)
}

// ticketKinds are the kinds that a tally reads.
func ticketKinds() string { return `('` + strings.Join(feed.BodyKinds(), `','`) + `')` }

// feedDay gives a tally the facts of its day after its last, up to the fact to.
func feedDay(ctx context.Context, db *sqldb.DB, r record, t *tally, to int64) error {
	rows, err := db.Query(ctx, `SELECT raw FROM fact WHERE office = ? AND day = ? AND journal = ? AND seq > ? AND seq <= ?
		AND kind IN `+ticketKinds()+` ORDER BY seq`, r.office, t.number, r.journal, int64(t.seq), to)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var raw []byte
		var h feed.FactHead
		if err := rows.Scan(&raw); err != nil {
			return err
		}
		if err := json.Unmarshal(raw, &h); err != nil {
			return err // it was read once, before it was stored: the disk is failing
		}
		t.take(h)
	}
	return rows.Err()
}

// keep writes a closed day, unless a later closing of it has been written.
func keep(ctx context.Context, db *sqldb.DB, r record, t *tally, closed int64) error {
	var d day
	if !t.doubt && len(t.held) == 0 {
		d = day{len(t.tickets), t.figures(0)}
	}
	body, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("figures: a day does not encode: %w", err)
	}
	_, err = db.Exec(ctx, `INSERT INTO figure_day (office, journal, day, seq, date, body) VALUES (?,?,?,?,?,?)
		ON CONFLICT (office, journal, day) DO UPDATE SET seq = excluded.seq, date = excluded.date, body = excluded.body
		WHERE figure_day.seq < excluded.seq`, r.office, r.journal, t.number, closed, t.date, body)
	return err
}

// reached notes how far a record has been looked through.
func reached(ctx context.Context, db *sqldb.DB, r record, seq int64) error {
	_, err := db.Exec(ctx, `INSERT INTO figure_read (office, journal, seq) VALUES (?,?,?)
		ON CONFLICT (office, journal) DO UPDATE SET seq = excluded.seq WHERE figure_read.seq < excluded.seq`, r.office, r.journal, seq)
	return err
}

// past are the closed days of an office on some dates, one for each date: that
// with the most tickets. Days without a ticket are left out.
func past(ctx context.Context, db *sqldb.DB, office string, dates []string) (map[string]day, error) {
	args := []any{office}
	for _, d := range dates {
		args = append(args, d)
	}
	rows, err := db.Query(ctx, `SELECT date, body FROM figure_day WHERE office = ? AND date IN (?`+strings.Repeat(`,?`, len(dates)-1)+`)`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := make(map[string]day)
	for rows.Next() {
		var date string
		var body []byte
		var d day
		if err := rows.Scan(&date, &body); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(body, &d); err != nil {
			return nil, err
		}
		if d.Issued > out[date].Issued {
			out[date] = d
		}
	}
	return out, rows.Err()
}
