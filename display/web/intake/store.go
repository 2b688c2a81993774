package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"sunbeon/appliance/feed"
	"sunbeon/display/web/sqldb"
)

// schema is written so that the file of a version before sqldb passes for one
// that has taken the step.
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
	turn    INTEGER NOT NULL, -- the office's record of the highest is the one in use
	PRIMARY KEY (office, journal)
) WITHOUT ROWID;
`

// Store keeps every office's facts in a database, in order and once, and the
// tickets of the current day in memory. One goroutine of a process writes, and
// other processes may beside it; readers are welcome.
type Store struct {
	db    *sqldb.DB
	heads map[head]position // as last seen in the database
	noted map[head]uint64   // up to where days have taken a record in
	lost  map[head]bool     // has gone back in the database: an older copy of it took over
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

// OpenStore makes the tables in a database that has none, and reads the current
// day of each office. The caller closes db after the last use.
func OpenStore(ctx context.Context, db *sqldb.DB) (*Store, error) {
	if err := db.Migrate(ctx, "facts", schema); err != nil {
		return nil, fmt.Errorf("intake: open: %w", err)
	}
	s := &Store{db: db, noted: make(map[head]uint64), lost: make(map[head]bool), days: newDays()}
	var err error
	if s.heads, err = s.positions(ctx); err == nil {
		err = s.loadDays(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("intake: open: %w; the database is damaged, or is not the city's: see the backup", err)
	}
	return s, nil
}

// positions reads how far each record is stored.
func (s *Store) positions(ctx context.Context) (map[head]position, error) {
	rows, err := s.db.Query(ctx, `SELECT office, journal, seq, hash, turn FROM progress`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := make(map[head]position)
	for rows.Next() {
		var h head
		var p position
		if err := readPosition(rows.Scan, &h, &p); err != nil {
			return nil, err
		}
		out[h] = p
	}
	return out, rows.Err()
}

func readPosition(scan func(...any) error, h *head, p *position) error {
	var hash []byte
	if err := scan(&h.office, &h.journal, &p.seq, &hash, &p.turn); err != nil {
		return err
	}
	if copy(p.hash[:], hash) != sha256.Size {
		return fmt.Errorf("the progress of office %s is damaged", h.office)
	}
	return nil
}

// Facts returns up to limit facts of one record after seq, in order.
func (s *Store) Facts(ctx context.Context, office, journal string, seq uint64, limit int) ([]Fact, error) {
	rows, err := s.db.Query(ctx, `SELECT seq, day, kind, at, raw, hash FROM fact
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
func current(heads map[head]position) map[string]feed.Cursor {
	last := make(map[string]head)
	for h, p := range heads {
		if l, ok := last[h.office]; p.seq > 0 && (!ok || later(h, p, l, heads[l])) {
			last[h.office] = h
		}
	}
	out := make(map[string]feed.Cursor, len(last))
	for office, h := range last {
		out[office] = feed.Cursor{V: 1, Journal: h.journal, Seq: heads[h].seq}
	}
	return out
}

func later(h head, p position, than head, q position) bool {
	if p.turn != q.turn {
		return p.turn > q.turn
	}
	return h.journal > than.journal // two at once: everybody takes the same
}

// seq is how far a record is stored.
func (s *Store) seq(office, journal string) uint64 { return s.heads[head{office, journal}].seq }

// chain is the hash of a fact: over that of the one before it, 32 zero bytes
// for the first, and the fact's own bytes.
func chain(before [sha256.Size]byte, raw []byte) [sha256.Size]byte {
	h := sha256.New()
	h.Write(before[:])
	h.Write(raw)
	return [sha256.Size]byte(h.Sum(nil))
}
