package intake

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sunbeon/appliance/feed"
)

// dayFacts are the facts of one day of one record, up to one of them, that are
// about its tickets.
func dayFacts() string {
	return `SELECT raw FROM fact WHERE office = ? AND day = ? AND journal = ? AND seq <= ?
		AND kind IN ('` + strings.Join(feed.BodyKinds(), "','") + `') ORDER BY seq`
}

// loadDays reads the day that each office is in: some hundred facts each,
// however many years lie before them.
func (s *Store) loadDays(ctx context.Context) error {
	for h, p := range s.heads {
		s.noted[h] = p.seq
	}
	cursors := current(s.heads)
	offices := slices.Sorted(maps.Keys(cursors))
	tx, err := s.db.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for some := range slices.Chunk(offices, loadedAtOnce) {
		var last, days [][]any
		for _, office := range some {
			c := cursors[office]
			last = append(last, []any{office, c.Journal, int64(c.Seq)})
		}
		err := tx.Each(ctx, `SELECT day FROM fact WHERE office = ? AND journal = ? AND seq = ?`, last, func(n int, scan func(...any) error) error {
			var day int64
			err := scan(&day)
			days = append(days, []any{some[n], day, last[n][1], last[n][2]})
			return err
		})
		if err != nil {
			return err
		}
		if err := tx.Each(ctx, dayFacts(), days, func(n int, scan func(...any) error) error {
			var raw []byte
			if err := scan(&raw); err != nil {
				return err
			}
			h, err := stored(raw)
			if err != nil {
				return fmt.Errorf("the day of office %s: %w", days[n][0], err)
			}
			office := days[n][0].(string)
			s.days.note(office, cursors[office].Journal, h)
			return nil
		}); err != nil {
			return err
		}
	}
	for office, c := range cursors {
		s.days.reached(office, c.Seq)
	}
	return nil
}

// loadedAtOnce is of how many offices one message to the database asks.
const loadedAtOnce = 20

// stored reads a fact from the store. It was read once before it was stored: an
// error is the disk's.
func stored(raw []byte) (h feed.FactHead, err error) {
	err = json.Unmarshal(raw, &h)
	return h, err
}

// follow brings the day in memory to where the record is stored. have are facts
// that are stored, by number; others are read from the store, because they came
// to another replica only.
func (s *Store) follow(ctx context.Context, k head, have map[uint64]feed.FactHead) error {
	to := s.heads[k].seq
	for seq := s.noted[k] + 1; seq <= to; seq++ {
		h, ok := have[seq]
		if !ok {
			facts, err := s.Facts(ctx, k.office, k.journal, seq-1, batchFacts)
			if err != nil {
				return err
			}
			have = make(map[uint64]feed.FactHead, len(facts))
			for _, f := range facts {
				if have[f.Seq], err = stored(f.Raw); err != nil {
					return fmt.Errorf("intake: fact %d of office %s: %w", f.Seq, k.office, err)
				}
			}
			if h, ok = have[seq]; !ok {
				return fmt.Errorf("intake: fact %d of office %s is not in the store; restore the backup", seq, k.office)
			}
		}
		s.days.note(k.office, k.journal, h)
		s.noted[k] = seq
	}
	return nil
}

// look reads anew how far the records of some offices are stored.
func (s *Store) look(ctx context.Context, offices []string) error {
	tx, err := s.db.Begin(ctx)
	if err != nil {
		return fmt.Errorf("intake: look: %w", err)
	}
	defer tx.Rollback()
	var keys [][]any
	for _, office := range offices {
		keys = append(keys, []any{office})
	}
	err = tx.Each(ctx, `SELECT office, journal, seq, hash, turn FROM progress WHERE office = ? ORDER BY turn, journal`, keys, func(_ int, scan func(...any) error) error {
		var h head
		var p position
		err := readPosition(scan, &h, &p)
		if err == nil && p.seq > s.heads[h].seq { // what has gone back is noticed where it matters, in store
			s.heads[h] = p
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("intake: look: %w", err)
	}
	return nil
}
