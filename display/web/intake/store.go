package intake

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"sunbeon/appliance/feed"
)

const schema = `
CREATE TABLE IF NOT EXISTS fact (
	office  TEXT    NOT NULL,
	journal TEXT    NOT NULL,
	seq     INTEGER NOT NULL,
	day     INTEGER NOT NULL,
	kind    TEXT    NOT NULL,
	at      INTEGER NOT NULL, -- Unix ms
	raw     BLOB    NOT NULL, -- the record's own bytes
	hash    BLOB    NOT NULL, -- SHA-256 of the hash before and raw
	PRIMARY KEY (office, journal, seq)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS fact_day ON fact (office, day);
CREATE TABLE IF NOT EXISTS progress (
	office  TEXT    NOT NULL,
	journal TEXT    NOT NULL,
	seq     INTEGER NOT NULL,
	hash    BLOB    NOT NULL,
	turn    INTEGER NOT NULL, -- grows: the office's record of the highest is the one in use
	PRIMARY KEY (office, journal)
) WITHOUT ROWID;
`

// Store keeps every office's facts in one SQLite file, in order and once, and
// the tickets of the current day in memory. One goroutine writes; readers are
// welcome beside it.
type Store struct {
	db    *sql.DB
	heads map[head]position
	turn  int64
	days  *days
}

type head struct{ office, journal string }

type position struct {
	seq  uint64
	hash [sha256.Size]byte
	turn int64
}

// Fact is one stored fact. At is Unix ms by the office's clock, Raw the bytes
// of the office's record, Hash hex.
type Fact struct {
	Office, Journal string
	Seq             uint64
	Day             int64
	Kind            string
	At              int64
	Raw             []byte
	Hash            string
}

// OpenStore opens the file at path or makes it, and reads the current day of
// each office. Its directory must exist.
func OpenStore(path string) (*Store, error) {
	// A write-ahead log with FULL is the only mode in which a power cut loses no
	// acknowledged transaction.
	q := url.Values{"_pragma": {"journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(5000)"}, "_txlock": {"immediate"}}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: url.PathEscape(path), RawQuery: q.Encode()}).String())
	if err != nil {
		return nil, fmt.Errorf("intake: open %s: %w", path, err)
	}
	s := &Store{db: db, heads: make(map[head]position), days: newDays()}
	err = s.load()
	if err == nil {
		err = s.loadDays()
	}
	if err != nil {
		db.Close()
		return nil, fmt.Errorf("intake: open %s: %w; check that the folder exists and is writable", path, err)
	}
	return s, nil
}

func (s *Store) load() error {
	if _, err := s.db.Exec(schema); err != nil {
		return err
	}
	rows, err := s.db.Query(`SELECT office, journal, seq, hash, turn FROM progress`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var h head
		var p position
		var hash []byte
		if err := rows.Scan(&h.office, &h.journal, &p.seq, &hash, &p.turn); err != nil {
			return err
		}
		if copy(p.hash[:], hash) != sha256.Size {
			return fmt.Errorf("the progress of office %s is damaged", h.office)
		}
		s.heads[h] = p
		s.turn = max(s.turn, p.turn)
	}
	return rows.Err()
}

// Close closes the file.
func (s *Store) Close() error { return s.db.Close() }

// Facts returns up to limit facts of one record after seq, in order.
func (s *Store) Facts(ctx context.Context, office, journal string, seq uint64, limit int) ([]Fact, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT seq, day, kind, at, raw, hash FROM fact
		WHERE office = ? AND journal = ? AND seq > ? ORDER BY seq LIMIT ?`, office, journal, int64(seq), limit)
	if err != nil {
		return nil, fmt.Errorf("intake: read facts: %w", err)
	}
	defer rows.Close()
	var all []Fact
	for rows.Next() {
		f := Fact{Office: office, Journal: journal}
		var hash []byte
		if err := rows.Scan(&f.Seq, &f.Day, &f.Kind, &f.At, &f.Raw, &hash); err != nil {
			return nil, fmt.Errorf("intake: read facts: %w", err)
		}
		f.Hash = hex.EncodeToString(hash)
		all = append(all, f)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("intake: read facts: %w", err)
	}
	return all, nil
}

// current is each office's record in use and how far it is stored.
func (s *Store) current() map[string]feed.Cursor {
	last := make(map[string]int64)
	out := make(map[string]feed.Cursor)
	for h, p := range s.heads {
		if t, ok := last[h.office]; !ok || p.turn > t {
			last[h.office] = p.turn
			out[h.office] = feed.Cursor{V: 1, Journal: h.journal, Seq: p.seq}
		}
	}
	return out
}

// seq is how far a record is stored.
func (s *Store) seq(office, journal string) uint64 { return s.heads[head{office, journal}].seq }

// arrival is a fact as it came, not yet judged.
type arrival struct {
	office string
	msg    feed.FactMessage
	head   feed.FactHead
}

// Why a fact was not stored.
var (
	errRepeated = errors.New("intake: stored already")
	errGap      = errors.New("intake: earlier facts are missing")
	errForked   = errors.New("intake: the record differs from the one stored under the same id; two kiosks share an identity, or one runs on an old copy")
	errBroken   = errors.New("intake: the fact does not fit the hash of the one before")
)

// batch is one transaction's worth of facts. Nothing counts before commit.
type batch struct {
	s     *Store
	tx    *sql.Tx
	heads map[head]position
	turn  int64
	added []arrival
}

func (s *Store) begin(ctx context.Context) (*batch, error) {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("intake: store: %w", err)
	}
	return &batch{s: s, tx: tx, heads: make(map[head]position), turn: s.turn}, nil
}

// add stores one fact, or says why not: with one of the errors above, after
// which the batch goes on, or with one that ends it.
func (b *batch) add(ctx context.Context, a arrival) error {
	k := head{a.office, a.msg.Journal}
	p, ok := b.heads[k]
	if !ok {
		p = b.s.heads[k]
	}
	want := chain(p.hash, a.msg.Fact)
	hash, err := hex.DecodeString(a.msg.Hash)
	switch {
	case err != nil || len(hash) != sha256.Size:
		return errBroken
	case a.head.Seq <= p.seq:
		return b.repeated(ctx, a, hash)
	case a.head.Seq > p.seq+1:
		return errGap
	case !bytes.Equal(hash, want[:]):
		return errBroken
	}
	if _, err := b.tx.ExecContext(ctx, `INSERT INTO fact (office, journal, seq, day, kind, at, raw, hash) VALUES (?,?,?,?,?,?,?,?)`,
		k.office, k.journal, int64(a.head.Seq), a.head.Day, a.head.Kind, a.head.At.Wall, []byte(a.msg.Fact), hash); err != nil {
		return fmt.Errorf("intake: store: %w", err)
	}
	b.turn++
	b.heads[k] = position{a.head.Seq, want, b.turn}
	b.added = append(b.added, a)
	return nil
}

// repeated tells a harmless repetition from a record that went another way.
func (b *batch) repeated(ctx context.Context, a arrival, hash []byte) error {
	var have []byte
	err := b.tx.QueryRowContext(ctx, `SELECT hash FROM fact WHERE office = ? AND journal = ? AND seq = ?`,
		a.office, a.msg.Journal, int64(a.head.Seq)).Scan(&have)
	if err != nil {
		return fmt.Errorf("intake: store: %w", err)
	}
	if !bytes.Equal(have, hash) {
		return errForked
	}
	return errRepeated
}

func (b *batch) commit(ctx context.Context) error {
	for k, p := range b.heads {
		if _, err := b.tx.ExecContext(ctx, `INSERT INTO progress (office, journal, seq, hash, turn) VALUES (?,?,?,?,?)
			ON CONFLICT (office, journal) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, turn = excluded.turn`,
			k.office, k.journal, int64(p.seq), p.hash[:], p.turn); err != nil {
			return fmt.Errorf("intake: store: %w", err)
		}
	}
	if err := b.tx.Commit(); err != nil {
		return fmt.Errorf("intake: store: %w", err)
	}
	for k, p := range b.heads {
		b.s.heads[k] = p
	}
	b.s.turn = b.turn
	for _, a := range b.added {
		b.s.days.note(a.office, a.msg.Journal, a.head)
	}
	return nil
}

func (b *batch) rollback() { b.tx.Rollback() }

// chain is the hash of a fact: over that of the one before it, 32 zero bytes
// for the first, and the fact's own bytes.
func chain(before [sha256.Size]byte, raw []byte) [sha256.Size]byte {
	h := sha256.New()
	h.Write(before[:])
	h.Write(raw)
	return [sha256.Size]byte(h.Sum(nil))
}
