package journal

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"sunbeon/appliance/queue"
)

// Record is a fact as it lies on disk.
type Record struct {
	Day  int64
	Seq  uint64
	Hash string          // SHA-256 over the hash before and Raw, hex
	Raw  json.RawMessage // the bytes of queue.Fact
}

// Fact decodes the record.
func (r Record) Fact() (queue.Fact, error) {
	var f queue.Fact
	err := json.Unmarshal(r.Raw, &f)
	return f, err
}

type row struct {
	seq     uint64
	day     int64
	body    []byte
	hash    []byte
	decoded queue.Fact // only on the way in
}

const rowColumns = "SELECT seq, day, body, hash FROM facts "

// fact decodes a row that was read.
func (r row) fact() (queue.Fact, error) {
	f, err := r.decode()
	switch {
	case errors.Is(err, queue.ErrUnknownFact):
		err = fmt.Errorf("%w (fact %d: %w)", ErrNewer, r.seq, err)
	case err != nil:
		err = fmt.Errorf("%w (fact %d: %w)", ErrDamaged, r.seq, err)
	}
	return f, err
}

func (r row) decode() (queue.Fact, error) {
	var f queue.Fact
	if err := f.UnmarshalJSON(r.body); err != nil { // directly: json.Unmarshal would read it once more
		return f, err
	}
	if f.Seq != r.seq || f.Day != r.day {
		return f, fmt.Errorf("the row of day %d holds fact %d of day %d", r.day, f.Seq, f.Day)
	}
	return f, nil
}

func (r row) record() Record {
	return Record{Day: r.day, Seq: r.seq, Hash: hex.EncodeToString(r.hash), Raw: r.body}
}

// querier is a pool or one of its connections.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// each gives do the rows of a query that begins with rowColumns.
func each(ctx context.Context, q querier, do func(row) error, where string, args ...any) error {
	rows, err := q.QueryContext(ctx, rowColumns+where, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var r row
		var seq int64
		if err := rows.Scan(&seq, &r.day, &r.body, &r.hash); err != nil {
			return err
		}
		r.seq = uint64(seq)
		if err := do(r); err != nil {
			return err
		}
	}
	return rows.Err()
}

// eachToday gives do the facts of the latest day in order. The first seq of the
// day is in days, so that the days before cost nothing.
func (j *Journal) eachToday(ctx context.Context, do func(row) error) error {
	var first int64
	err := j.read.QueryRowContext(ctx, "SELECT first FROM days ORDER BY day DESC LIMIT 1").Scan(&first)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	return each(ctx, j.read, do, "WHERE seq >= ? ORDER BY seq", first)
}

// hashOf is the hash of a fact; before the first it is 32 zero bytes.
func (j *Journal) hashOf(ctx context.Context, seq uint64) ([]byte, error) {
	if seq == 0 {
		return make([]byte, sha256.Size), nil
	}
	var hash []byte
	err := j.read.QueryRowContext(ctx, "SELECT hash FROM facts WHERE seq = ?", int64(seq)).Scan(&hash)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("%w (fact %d is missing)", ErrDamaged, seq)
	}
	return hash, err
}

// After gives at most limit records that follow seq, in order. It reads on a
// connection of its own and never delays Append.
func (j *Journal) After(ctx context.Context, seq uint64, limit int) ([]Record, error) {
	var out []Record
	err := each(ctx, j.read, func(r row) error {
		out = append(out, r.record())
		return nil
	}, "WHERE seq > ? ORDER BY seq LIMIT ?", int64(seq), int64(limit))
	return out, classify("read", err)
}

// Recent gives the last n facts, oldest first.
func (j *Journal) Recent(n int) ([]queue.Fact, error) {
	var out []queue.Fact
	err := each(context.Background(), j.read, func(r row) error {
		f, err := r.fact()
		out = append(out, f)
		return err
	}, "ORDER BY seq DESC LIMIT ?", int64(n))
	slices.Reverse(out)
	return out, classify("read", err)
}
