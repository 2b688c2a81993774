package intake

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"

	"sunbeon/appliance/feed"
	"sunbeon/display/web/sqldb"
)

// arrival is a fact as it came, not yet judged.
type arrival struct {
	office string
	msg    feed.FactMessage
	head   feed.FactHead
}

func (a arrival) record() head { return head{a.office, a.msg.Journal} }

// hash is the one that came with the fact; all zero, which no fact has, if it
// cannot be read.
func (a arrival) hash() (out [sha256.Size]byte) {
	if b, err := hex.DecodeString(a.msg.Hash); err == nil && len(b) == len(out) {
		copy(out[:], b)
	}
	return out
}

// Why a fact was not stored.
var (
	errRepeated = errors.New("intake: stored already")
	errGap      = errors.New("intake: earlier facts are missing")
	errForked   = errors.New("intake: the record differs from the one stored under the same id; two kiosks share an identity, or one runs on an old copy")
	errBroken   = errors.New("intake: the fact does not fit the hash of the one before")
)

// batch is one transaction's worth of facts. Nothing counts before its end.
//
//	lock the offices' rows, in one order for all replicas; read their positions
//	judge each fact by them and by those before it
//	repeated ones: compare with what is stored
//	write facts and positions, commit
type batch struct {
	s     *Store
	tx    *sqldb.Tx
	heads map[head]position // as they are now
	turns map[string]int64  // the highest of each office
	fresh map[factKey][sha256.Size]byte
	added []arrival
	moved map[head]bool
}

type factKey struct {
	head
	seq uint64
}

// store judges facts and stores those that follow, all or none. A verdict is nil
// for a fact that is stored now, or one of the errors above. Records that the
// database has lost facts of since it was seen last are noted in s.lost.
func (s *Store) store(ctx context.Context, facts []arrival) ([]error, error) {
	tx, err := s.db.Begin(ctx)
	if err != nil {
		return nil, fmt.Errorf("intake: store: %w", err)
	}
	defer tx.Rollback() // nothing after a commit
	b := &batch{s: s, tx: tx, heads: make(map[head]position), turns: make(map[string]int64),
		fresh: make(map[factKey][sha256.Size]byte), moved: make(map[head]bool)}
	if err := b.lock(ctx, facts); err != nil {
		return nil, fmt.Errorf("intake: store: %w", err)
	}
	verdicts := make([]error, len(facts))
	var old []int
	for i, a := range facts {
		if verdicts[i] = b.judge(a); verdicts[i] == errRepeated {
			old = append(old, i)
		}
	}
	if err := b.compare(ctx, facts, old, verdicts); err != nil {
		return nil, fmt.Errorf("intake: store: %w", err)
	}
	if len(b.added) > 0 {
		if err := b.write(ctx); err != nil {
			return nil, fmt.Errorf("intake: store: %w", err)
		}
		if err := tx.Commit(); err != nil {
			return nil, fmt.Errorf("intake: store: %w", err)
		}
	} else if err := tx.Rollback(); err != nil {
		return nil, fmt.Errorf("intake: store: %w", err)
	}
	for h, p := range b.heads {
		if p.seq < s.heads[h].seq {
			s.lost[h] = true
		}
		s.heads[h] = p
	}
	for _, a := range facts {
		if _, there := b.heads[a.record()]; !there && s.heads[a.record()].seq > 0 {
			s.lost[a.record()] = true
			delete(s.heads, a.record())
		}
	}
	return verdicts, nil
}

// lock makes other replicas wait that store facts of the same offices, and reads
// how far their records are.
func (b *batch) lock(ctx context.Context, facts []arrival) error {
	var zero [sha256.Size]byte
	offices := make(map[string]bool)
	begun := make(map[head]bool)
	for _, a := range facts {
		offices[a.office] = true
		if _, known := b.s.heads[a.record()]; !known && a.head.Seq == 1 && a.hash() == chain(zero, a.msg.Fact) {
			begun[a.record()] = true
		}
	}
	var rows, keys [][]any
	for _, h := range slices.SortedFunc(maps.Keys(begun), byName) {
		rows = append(rows, []any{h.office, h.journal, zero[:]})
	}
	for _, office := range slices.Sorted(maps.Keys(offices)) {
		keys = append(keys, []any{office})
	}
	// A row that is there can be waited for.
	if err := b.tx.Each(ctx, `INSERT INTO progress (office, journal, seq, hash, turn) VALUES (?,?,0,?,0)
		ON CONFLICT (office, journal) DO NOTHING`, rows, nil); err != nil {
		return err
	}
	return b.tx.Each(ctx, `SELECT office, journal, seq, hash, turn FROM progress WHERE office = ? ORDER BY journal`+b.tx.Lock(), keys,
		func(_ int, scan func(...any) error) error {
			var h head
			var p position
			if err := readPosition(scan, &h, &p); err != nil {
				return err
			}
			b.heads[h] = p
			b.turns[h.office] = max(b.turns[h.office], p.turn)
			return nil
		})
}

func byName(a, b head) int {
	return cmp.Or(cmp.Compare(a.office, b.office), cmp.Compare(a.journal, b.journal))
}

// judge takes a fact that follows. errRepeated is a guess where the one stored
// has not been compared.
func (b *batch) judge(a arrival) error {
	k := a.record()
	p := b.heads[k]
	switch want := chain(p.hash, a.msg.Fact); {
	case a.hash() == [sha256.Size]byte{}:
		return errBroken
	case a.head.Seq <= p.seq:
		return errRepeated
	case a.head.Seq > p.seq+1:
		return errGap
	case a.hash() != want:
		return errBroken
	default:
		if p.turn == 0 || p.turn < b.turns[k.office] {
			b.turns[k.office]++ // it is in use again, or for the first time
		}
		b.heads[k] = position{a.head.Seq, want, b.turns[k.office]}
		b.fresh[factKey{k, a.head.Seq}] = want
		b.added = append(b.added, a)
		b.moved[k] = true
		return nil
	}
}

// compare tells harmless repetitions from records that went another way.
func (b *batch) compare(ctx context.Context, facts []arrival, old []int, verdicts []error) error {
	differs := func(i int, stored []byte) {
		if own := facts[i].hash(); !bytes.Equal(own[:], stored) {
			verdicts[i] = errForked
		}
	}
	var asked []int
	var keys [][]any
	for _, i := range old {
		a := facts[i]
		if hash, ok := b.fresh[factKey{a.record(), a.head.Seq}]; ok {
			differs(i, hash[:])
			continue
		}
		asked = append(asked, i)
		keys = append(keys, []any{a.office, a.msg.Journal, int64(a.head.Seq)})
	}
	return b.tx.Each(ctx, `SELECT hash FROM fact WHERE office = ? AND journal = ? AND seq = ?`, keys, func(n int, scan func(...any) error) error {
		var stored []byte
		if err := scan(&stored); err != nil {
			return err
		}
		differs(asked[n], stored)
		return nil
	})
}

func (b *batch) write(ctx context.Context) error {
	rows := make([][]any, 0, len(b.added))
	for _, a := range b.added {
		hash := b.fresh[factKey{a.record(), a.head.Seq}]
		rows = append(rows, []any{a.office, a.msg.Journal, int64(a.head.Seq), a.head.Day, a.head.Kind, a.head.At.Wall, []byte(a.msg.Fact), hash[:]})
	}
	if err := b.tx.Each(ctx, `INSERT INTO fact (office, journal, seq, day, kind, at, raw, hash) VALUES (?,?,?,?,?,?,?,?)`, rows, nil); err != nil {
		return err
	}
	var positions [][]any
	for _, h := range slices.SortedFunc(maps.Keys(b.moved), byName) {
		p := b.heads[h]
		positions = append(positions, []any{int64(p.seq), p.hash[:], p.turn, h.office, h.journal})
	}
	return b.tx.Each(ctx, `UPDATE progress SET seq = ?, hash = ?, turn = ? WHERE office = ? AND journal = ?`, positions, nil)
}
