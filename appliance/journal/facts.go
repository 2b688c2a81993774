package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"

	"sunbeon/appliance/queue"
)

// Filter chooses facts. Its zero value chooses all.
type Filter struct {
	Day   int64     // 0 is every day
	Date  string    // yyyy-mm-dd; "" is every date
	Label string    // facts of tickets with this label, as printed; Day or Date narrows it
	Ref   queue.Ref // the same by band and number
	Kinds []string  // e.g. "called", "no_show"; none is every kind
	From  uint64    // seq from which on
	To    uint64    // seq up to which; 0 is the end

	NewestFirst bool
	Limit       int // 0 is none
}

// Facts gives the facts chosen by the filter, one by one. It ends with the
// first error.
func (j *Journal) Facts(ctx context.Context, f Filter) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		err := j.facts(ctx, f, func(r Record) bool { return yield(r, nil) })
		if err != nil && !errors.Is(err, errStop) {
			yield(Record{}, classify("read facts", err))
		}
	}
}

// errStop ends a reading that is enough.
var errStop = errors.New("enough")

func (j *Journal) facts(ctx context.Context, f Filter, yield func(Record) bool) error {
	refs, err := j.refs(ctx, f)
	if err != nil {
		return err
	}
	where, args, err := j.where(ctx, f)
	if err != nil {
		return err
	}
	left := f.Limit
	return each(ctx, j.read, func(r row) error {
		if refs != nil {
			ref, err := refOf(r.body)
			if err != nil {
				return fmt.Errorf("%w (fact %d: %w)", ErrDamaged, r.seq, err)
			}
			if !refs[dayRef{r.day, ref}] {
				return nil
			}
		}
		if !yield(r.record()) {
			return errStop
		}
		if left--; left == 0 {
			return errStop
		}
		return nil
	}, where, args...)
}

// where turns the filter into a range of seqs, which costs only that range.
func (j *Journal) where(ctx context.Context, f Filter) (string, []any, error) {
	terms, args := []string{"seq >= ?"}, []any{int64(f.From)}
	if f.To > 0 {
		terms, args = append(terms, "seq <= ?"), append(args, int64(f.To))
	}
	if f.Day != 0 || f.Date != "" {
		var first, after sql.NullInt64
		err := j.read.QueryRowContext(ctx, `WITH d AS (SELECT min(first) AS first, max(day) AS last
			FROM days WHERE (?1 = 0 OR day = ?1) AND (?2 = '' OR date = ?2))
			SELECT first, (SELECT first FROM days WHERE day > d.last ORDER BY day LIMIT 1) FROM d`, f.Day, f.Date).Scan(&first, &after)
		if err != nil {
			return "", nil, err
		}
		if !first.Valid {
			terms = append(terms, "0")
		}
		terms, args = append(terms, "seq >= ?"), append(args, first.Int64)
		if after.Valid {
			terms, args = append(terms, "seq < ?"), append(args, after.Int64)
		}
	}
	if len(f.Kinds) > 0 {
		terms = append(terms, "kind IN (?"+strings.Repeat(",?", len(f.Kinds)-1)+")")
		for _, k := range f.Kinds {
			args = append(args, k)
		}
	}
	where := "WHERE " + strings.Join(terms, " AND ") + " ORDER BY seq"
	if f.NewestFirst {
		where += " DESC"
	}
	return where, args, nil
}

type dayRef struct {
	day int64
	ref queue.Ref
}

// refs lists the tickets that the filter names, nil when it names none.
func (j *Journal) refs(ctx context.Context, f Filter) (map[dayRef]bool, error) {
	if f.Label == "" && f.Ref.IsZero() {
		return nil, nil
	}
	rows, err := j.read.QueryContext(ctx, `SELECT day, band, number FROM tickets
		WHERE day >= ?1 AND (?1 = 0 OR day = ?1) AND (?2 = '' OR day IN (SELECT day FROM days WHERE date = ?2))
		AND (?3 = '' OR label = ?3) AND (?4 = '' OR band = ?4 AND number = ?5)`,
		f.Day, f.Date, f.Label, f.Ref.Band, f.Ref.Number)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	out := map[dayRef]bool{}
	for rows.Next() {
		var d dayRef
		if err := rows.Scan(&d.day, &d.ref.Band, &d.ref.Number); err != nil {
			return nil, err
		}
		out[d] = true
	}
	return out, rows.Err()
}

// refOf is the ticket that a fact is about, zero when it is about none.
func refOf(raw []byte) (queue.Ref, error) {
	var f struct {
		Body struct {
			Band   string `json:"band"`
			Number int    `json:"number"`
		} `json:"body"`
	}
	err := json.Unmarshal(raw, &f)
	return queue.Ref{Band: f.Body.Band, Number: f.Body.Number}, err
}

// String is the record as a line for people: time in KST, "~" before a time of
// an unconfirmed clock, then seq, kind, who, and the fact's own words.
func (r Record) String() string {
	f, err := r.Fact()
	if err != nil {
		return fmt.Sprintf("%8d  unreadable: %v", r.Seq, err)
	}
	mark := " "
	if !f.At.Trusted {
		mark = "~"
	}
	body, err := json.Marshal(f.Event)
	if err != nil {
		body = []byte(err.Error())
	}
	switch f.Event.(type) {
	case queue.DayOpened, queue.ConfigChanged:
		body = fmt.Appendf(nil, "(configuration, %d bytes)", len(body))
	}
	by := f.By
	if f.Cause != "" {
		by += "/" + f.Cause
	}
	return fmt.Sprintf("%s%s  day %d  %8d  %-16s %-20s %s", mark, f.At.Time().Format("2006-01-02 15:04:05"), r.Day, r.Seq, f.Event.Kind(), by, body)
}
