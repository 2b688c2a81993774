package journal

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"sunbeon/appliance/queue"
)

// Report is what Verify found.
type Report struct {
	ID       string
	Facts    int
	Last     uint64
	LastHash string // hex; the city's must be the same at the same seq
	Days     int
	Tickets  int
	Visits   int
	Problems []string // empty: the record is whole
	More     int      // problems beyond those listed
}

// problemsKept bounds a report about a ruined file.
const problemsKept = 50

// OK reports whether nothing is wrong.
func (r Report) OK() bool { return len(r.Problems) == 0 }

func (r *Report) add(format string, args ...any) {
	if len(r.Problems) == problemsKept {
		r.More++
		return
	}
	r.Problems = append(r.Problems, fmt.Sprintf(format, args...))
}

// String is the report for people.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "journal %s: %d facts of %d days, %d tickets, %d calls; last fact %d, hash %s\n",
		r.ID, r.Facts, r.Days, r.Tickets, r.Visits, r.Last, r.LastHash)
	if r.OK() {
		b.WriteString("whole: the chain, the numbering, the projections and the file agree\n")
		return b.String()
	}
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "PROBLEM %s\n", p)
	}
	if r.More > 0 {
		fmt.Fprintf(&b, "... and %d more\n", r.More)
	}
	fmt.Fprintf(&b, "%v\n", ErrDamaged)
	return b.String()
}

// Verify reads the whole record: SQLite's own check, the numbering and the hash
// chain of the facts, and whether the projections are what the facts give. It
// works on one snapshot, also while a kiosk writes. The error says that it
// could not be done, not that something is wrong: that is in the report.
func (j *Journal) Verify(ctx context.Context) (Report, error) {
	r := Report{ID: j.id}
	err := j.verify(ctx, &r)
	if errors.Is(kindOf(err), ErrDamaged) || errors.Is(err, ErrDamaged) {
		r.add("the file cannot be read on: %v", err)
		err = nil
	}
	return r, classify("verify", err)
}

func (j *Journal) verify(ctx context.Context, r *Report) (err error) {
	tx, err := j.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, tx.Rollback()) }()
	if err := integrity(ctx, tx, r); err != nil {
		return err
	}
	c := checker{ctx: ctx, tx: tx, r: r, chain: make([]byte, 32), fold: newFold()}
	if err := each(ctx, tx, c.fact, "ORDER BY seq"); err != nil {
		return err
	}
	if err := c.columns(); err != nil {
		return err
	}
	if err := c.endDay(); err != nil {
		return err
	}
	r.LastHash = hex.EncodeToString(c.chain)
	return c.totals()
}

// integrity is SQLite's own check of pages, keys and types.
func integrity(ctx context.Context, q querier, r *Report) error {
	rows, err := q.QueryContext(ctx, fmt.Sprintf("PRAGMA integrity_check(%d)", problemsKept))
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return err
		}
		if line != "ok" {
			r.add("the file: %s", line)
		}
	}
	return rows.Err()
}

// checker follows the facts and compares each day's projections as it ends.
type checker struct {
	ctx   context.Context
	tx    *sql.Tx
	r     *Report
	last  uint64
	chain []byte
	fold  *fold
	// lost: the day's facts do not fold; its projections cannot be compared.
	lost bool
}

func (c *checker) fact(row row) error {
	r := c.r
	if row.seq != c.last+1 {
		r.add("fact %d follows fact %d: facts are missing", row.seq, c.last)
	}
	if want := link(c.chain, row.body); !bytes.Equal(want, row.hash) {
		r.add("fact %d: its hash does not follow from fact %d: one of them was changed, moved or removed", row.seq, c.last)
	}
	r.Facts++
	r.Last, c.last, c.chain = row.seq, row.seq, row.hash
	f, err := row.decode()
	if err != nil {
		r.add("fact %d cannot be read: %v", row.seq, err)
		c.lost = true
		return nil
	}
	if _, opens := f.Event.(queue.DayOpened); opens {
		if err := c.endDay(); err != nil {
			return err
		}
		c.lost = false
	}
	if c.lost {
		return nil
	}
	if err := c.fold.apply(f); err != nil {
		r.add("%v", err)
		c.lost = true
	}
	return nil
}

// endDay compares the day that the fold holds with the stored rows.
func (c *checker) endDay() error {
	f := c.fold
	if f.day.day == 0 {
		return nil
	}
	c.r.Days++
	c.r.Tickets += len(f.order)
	c.r.Visits += len(f.visits)
	if c.lost {
		c.r.add("day %d: its projections are not compared, because its facts do not follow", f.day.day)
		return nil
	}
	day := f.day.day
	if err := c.compare(fmt.Sprintf("day %d", day), f.day.row(), "SELECT day, first, date, closed FROM days WHERE day = ?", day); err != nil {
		return err
	}
	for _, t := range f.order {
		if err := c.compare(fmt.Sprintf("ticket %s of day %d", t.label, day), t.row(day),
			"SELECT "+ticketColumns+" FROM tickets WHERE day = ? AND band = ? AND number = ?", day, t.ref.Band, t.ref.Number); err != nil {
			return err
		}
	}
	for _, v := range f.visits {
		if err := c.compare(fmt.Sprintf("call %d of day %d", v.seq, day), v.row(day),
			"SELECT "+visitColumns+" FROM visits WHERE called = ?", int64(v.seq)); err != nil {
			return err
		}
	}
	return nil
}

// compare holds one stored row against the recomputed one.
func (c *checker) compare(what string, want []any, query string, args ...any) error {
	have, into := make([]any, len(want)), make([]any, len(want))
	for i := range have {
		into[i] = &have[i]
	}
	err := c.tx.QueryRowContext(c.ctx, query, args...).Scan(into...)
	if errors.Is(err, sql.ErrNoRows) {
		c.r.add("%s is not in the projections", what)
		return nil
	}
	if err != nil {
		return err
	}
	for i := range want {
		if want[i] != have[i] {
			c.r.add("%s: column %d of the projection is %v, its facts give %v", what, i+1, have[i], want[i])
		}
	}
	return nil
}

// columns compares the columns beside the bytes with the bytes.
func (c *checker) columns() error {
	rows, err := c.tx.QueryContext(c.ctx, `SELECT seq FROM facts WHERE NOT json_valid(body)
		OR kind != body ->> 'kind' OR day != body ->> 'day' OR boot != body ->> '$.at.boot' OR mono != body ->> '$.at.mono'
		OR at_wall != body ->> '$.at.wall' OR trusted != body ->> '$.at.trusted'`)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var seq int64
		if err := rows.Scan(&seq); err != nil {
			return err
		}
		c.r.add("fact %d: its columns differ from its bytes", seq)
	}
	return rows.Err()
}

// totals finds rows that no fact explains.
func (c *checker) totals() error {
	for table, want := range map[string]int{"days": c.r.Days, "tickets": c.r.Tickets, "visits": c.r.Visits} {
		var have int
		if err := c.tx.QueryRowContext(c.ctx, "SELECT count(*) FROM "+table).Scan(&have); err != nil {
			return err
		}
		if have != want {
			c.r.add("%s has %d rows, the facts give %d", table, have, want)
		}
	}
	return nil
}
