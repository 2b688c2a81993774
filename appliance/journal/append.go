package journal

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"

	"sunbeon/appliance/queue"
)

// link is the hash of a fact: over the hash of the fact before and its bytes.
// The first fact follows 32 zero bytes.
func link(before, body []byte) []byte {
	h := sha256.New()
	h.Write(before)
	h.Write(body)
	return h.Sum(nil)
}

// Append puts the facts on disk, in one transaction and flushed, before it
// returns. They must follow the last one. An error means that none of them is
// in the record; it wraps the sentinel that says why. The next Append may
// simply be tried: it works as soon as the disk does.
//
// An error that wraps ErrUncertain besides says that the disk failed in a way
// that leaves open whether remains of the batch could come back when the
// program starts again, as they could after a power cut in the middle of
// Append. The next Append settles that before it writes.
func (j *Journal) Append(facts []queue.Fact) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.lock == nil {
		return classify("append", ErrReadOnly)
	}
	if len(facts) == 0 {
		return nil
	}
	ctx := context.Background()
	if j.uncertain {
		if err := j.settle(ctx); err != nil {
			return classify("append", err)
		}
	}
	j.opened = nil // what a start replays has been replayed by now
	rows, err := j.encode(facts)
	if err != nil {
		return classify("append", err)
	}
	if err := j.commit(ctx, rows); err != nil {
		return classify("append", err)
	}
	j.chain = rows[len(rows)-1].hash
	j.last.Store(rows[len(rows)-1].seq)
	return nil
}

// encode makes the rows of facts, and reads each back: what could not be
// replayed is not recorded.
func (j *Journal) encode(facts []queue.Fact) ([]row, error) {
	rows := make([]row, len(facts))
	last, day, chain := j.last.Load(), j.today.day.day, j.chain
	for i, f := range facts {
		if f.Seq != last+1 {
			return nil, fmt.Errorf("%w: fact %d after fact %d", ErrOrder, f.Seq, last)
		}
		if e, opens := f.Event.(queue.DayOpened); opens {
			if e.Number != f.Day || f.Day <= day {
				return nil, fmt.Errorf("%w: day %d after day %d", ErrOrder, f.Day, day)
			}
			day = f.Day
		}
		if f.Day != day {
			return nil, fmt.Errorf("%w: fact %d is of day %d, the record of day %d", ErrOrder, f.Seq, f.Day, day)
		}
		body, err := json.Marshal(f)
		if err != nil {
			return nil, err
		}
		chain = link(chain, body)
		rows[i] = row{seq: f.Seq, day: f.Day, body: body, hash: chain}
		if err := rows[i].decoded.UnmarshalJSON(body); err != nil {
			return nil, err
		}
		last = f.Seq
	}
	return rows, nil
}

func (j *Journal) commit(ctx context.Context, rows []row) error {
	err := j.writer.inTx(ctx, func() error {
		for _, r := range rows {
			if err := j.add(ctx, r); err != nil {
				return err
			}
		}
		if err := j.writer.write(ctx, j.today); err != nil {
			return err
		}
		if j.epochDue {
			return j.writer.setMeta(ctx, "epoch", j.epoch)
		}
		return nil
	})
	if err == nil {
		j.today.clean()
		j.epochDue = false
		return nil
	}
	// What the fold took is not in the record: take over what is.
	j.uncertain = true
	if errors.Is(err, ErrOrder) || errors.Is(err, ErrDouble) {
		// The disk is well, and nothing reached it.
		if reload := j.reload(ctx); reload != nil {
			return fmt.Errorf("%w; %w: %w", err, ErrUncertain, reload)
		}
		j.uncertain = false
		return err
	}
	if settle := j.settle(ctx); settle != nil {
		return fmt.Errorf("%w; %w", err, settle)
	}
	return err
}

// add puts one fact and what follows from it into the transaction.
func (j *Journal) add(ctx context.Context, r row) error {
	at := r.decoded.At
	if _, err := j.writer.fact.ExecContext(ctx, int64(r.seq), r.day, r.decoded.Event.Kind(),
		at.Wall, flag(at.Trusted), at.Mono, at.Boot, string(r.body), r.hash); err != nil {
		return err
	}
	if _, opens := r.decoded.Event.(queue.DayOpened); opens {
		// The fold begins anew with the day: write what the old one still has.
		if err := j.writer.write(ctx, j.today); err != nil {
			return err
		}
	}
	return j.today.apply(r.decoded)
}

// Reopen settles a failed write: it opens the connection anew, makes sure that
// the record ends where it was acknowledged, and overwrites what the failed
// write may have left behind it. It does nothing when all is well.
func (j *Journal) Reopen() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.lock == nil {
		return classify("reopen", ErrReadOnly)
	}
	if !j.uncertain {
		return nil
	}
	return classify("reopen", j.settle(context.Background()))
}

// settle makes a failed write certain. Frames of the failed commit may lie
// whole in the log behind its valid end, as when only the flush failed. This
// process does not see them, because the index of the log in shared memory does
// not count them, but the next start would. A small commit in their place
// breaks the chain of checksums that they hang on, and shows at the same time
// that the disk takes writes again. Connections of this process stay open
// meanwhile: without any, SQLite would build the index anew from the log.
func (j *Journal) settle(ctx context.Context) error {
	if err := j.trySettle(ctx); err != nil {
		return fmt.Errorf("%w: %w", ErrUncertain, err)
	}
	j.uncertain = false
	return nil
}

func (j *Journal) trySettle(ctx context.Context) error {
	if j.writer != nil {
		_ = j.writer.close() // it failed; what it says now adds nothing
		j.writer = nil
	}
	w, err := openWriter(ctx, j.path, migrations())
	if err != nil {
		return classify("reopen", err)
	}
	j.writer = w
	last, chain := j.last.Load(), j.chain
	if err := j.writer.inTx(ctx, func() error { return j.writer.setMeta(ctx, "epoch", j.epoch) }); err != nil {
		return classify("settle", err)
	}
	j.epochDue = false
	if err := j.reload(ctx); err != nil {
		return classify("reread", err)
	}
	if j.last.Load() != last || string(j.chain) != string(chain) {
		return fmt.Errorf("the record ends at fact %d, not at %d: restart the kiosk, which takes over what is there", j.last.Load(), last)
	}
	return nil
}
