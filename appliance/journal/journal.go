package journal

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"sunbeon/appliance/queue"
)

// Options of Open.
type Options struct {
	Log *slog.Logger // nil is silent
	// FirstEpoch is the least epoch that this opening may have: the Unix time,
	// s. Epochs grow even when the clock went back.
	FirstEpoch int64
}

// Journal is the record of an office. Append, Replay and the rest may be
// called from any goroutine.
type Journal struct {
	path  string
	log   *slog.Logger
	id    string
	epoch int64
	read  *sql.DB // read-only connections; they never delay the writer

	last   atomic.Uint64
	cursor atomic.Uint64

	mu        sync.Mutex // guards what follows: the writing side
	lock      *os.File   // nil: opened for reading
	writer    *writer
	side      *sql.DB // the writer without flushes: cursor and model
	today     *fold
	opened    []queue.Fact // of the day, from reload until they are replayed
	chain     []byte       // hash of the last fact
	uncertain bool
	epochDue  bool // the epoch is not on disk yet
}

// Open opens the journal for writing and makes it if there is none. While it is
// open no other process can open it so. The error wraps one of the sentinels.
func Open(ctx context.Context, path string, opt Options) (*Journal, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, classify("open", err)
	}
	j := &Journal{path: path, log: opt.Log}
	if j.log == nil {
		j.log = slog.New(slog.DiscardHandler)
	}
	if err := j.open(ctx, opt); err != nil {
		return nil, errors.Join(classify("open "+path, err), j.Close())
	}
	return j, nil
}

func (j *Journal) open(ctx context.Context, opt Options) error {
	var err error
	if j.lock, err = lockFile(j.path + ".lock"); err != nil {
		return err
	}
	if j.writer, err = openWriter(ctx, j.path, migrations()); err != nil {
		return err
	}
	// The database's own name must survive a power cut too; SQLite flushes the
	// directory only for the files beside it.
	if err := syncDir(filepath.Dir(j.path)); err != nil {
		return err
	}
	if j.side, err = openSide(ctx, j.path); err != nil {
		return err
	}
	if j.read, err = openRead(ctx, j.path, readOnly); err != nil {
		return err
	}
	if err := j.loadMeta(ctx); err != nil {
		return err
	}
	if err := j.begin(ctx, opt.FirstEpoch); err != nil {
		return err
	}
	return j.reload(ctx)
}

// begin gives the opening its epoch, and a new journal its id. A full disk does
// not keep the day's line from being seen: the epoch is then written with the
// next facts.
func (j *Journal) begin(ctx context.Context, least int64) error {
	j.epoch = max(j.epoch+1, least)
	fresh := j.id == ""
	if fresh {
		var b [16]byte
		_, _ = rand.Read(b[:]) // it never fails
		j.id = hex.EncodeToString(b[:])
	}
	err := j.writer.inTx(ctx, func() error {
		if fresh {
			if err := j.writer.setMeta(ctx, "id", j.id); err != nil {
				return err
			}
		}
		return j.writer.setMeta(ctx, "epoch", j.epoch)
	})
	if err == nil || fresh || kindOf(err) != ErrFull {
		return err
	}
	j.epochDue = true
	j.log.Warn("the journal is open, but takes no facts", "err", err)
	return nil
}

func (j *Journal) loadMeta(ctx context.Context) error {
	rows, err := j.read.QueryContext(ctx, "SELECT key, value FROM meta")
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var key string
		var value any
		if err := rows.Scan(&key, &value); err != nil {
			return err
		}
		n, _ := value.(int64)
		switch key {
		case "id":
			j.id, _ = value.(string)
		case "epoch":
			j.epoch = n
		case "cursor":
			j.cursor.Store(uint64(n))
		}
	}
	return rows.Err()
}

// OpenReader opens the journal for reading, also while a kiosk writes to it.
// Append and the setters of the result return ErrReadOnly.
func OpenReader(ctx context.Context, path string) (*Journal, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, classify("open", err)
	}
	j := &Journal{path: path, log: slog.New(slog.DiscardHandler)}
	if _, err := os.Stat(path); err != nil {
		return nil, classify("open", err)
	}
	j.read, err = openRead(ctx, path, readOnly)
	if err != nil && (kindOf(err) == ErrIO || kindOf(err) == ErrReadOnly) {
		// Reading beside a writer needs the log's index, which cannot be made
		// on a read-only disk. Without a log there is nothing to index.
		if log, noLog := os.Stat(path + "-wal"); noLog != nil || log.Size() == 0 {
			j.read, err = openRead(ctx, path, frozen)
		}
	}
	if err == nil {
		err = j.loadMeta(ctx)
	}
	if err == nil {
		var last sql.NullInt64
		err = j.read.QueryRowContext(ctx, "SELECT max(seq) FROM facts").Scan(&last)
		j.last.Store(uint64(last.Int64))
	}
	if err != nil {
		return nil, errors.Join(classify("open "+path, err), j.Close())
	}
	return j, nil
}

// ID is the journal's own name, drawn when it was made.
func (j *Journal) ID() string { return j.id }

// Epoch is the number of this opening; it grows with every Open.
func (j *Journal) Epoch() int64 { return j.epoch }

// Last is the seq of the last fact on disk, 0 when there is none. A reader's
// is that of its opening.
func (j *Journal) Last() uint64 { return j.last.Load() }

// Close ends all connections. The last one moves the log into the database.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	var errs []error
	if j.read != nil {
		errs = append(errs, j.read.Close())
	}
	if j.side != nil {
		errs = append(errs, j.side.Close())
	}
	if j.writer != nil {
		errs = append(errs, j.writer.close())
		j.writer = nil
	}
	if j.lock != nil {
		errs = append(errs, j.lock.Close())
		j.lock = nil
	}
	return classify("close", errors.Join(errs...))
}

// Replay gives apply the facts of the latest day, from its day_opened; before
// the first day, all there are. It stops at the first error.
func (j *Journal) Replay(apply func(queue.Fact) error) error {
	if opened := j.takeOpened(); opened != nil {
		for _, f := range opened {
			if err := apply(f); err != nil {
				return classify("replay", err)
			}
		}
		return nil
	}
	err := j.eachToday(context.Background(), func(r row) error {
		f, err := r.fact()
		if err != nil {
			return err
		}
		return apply(f)
	})
	return classify("replay", err)
}

// takeOpened gives, once, the facts that Open has read and checked, if nothing
// was appended since: a start reads its day once.
func (j *Journal) takeOpened() []queue.Fact {
	j.mu.Lock()
	defer j.mu.Unlock()
	opened := j.opened
	j.opened = nil
	if len(opened) == 0 || opened[len(opened)-1].Seq != j.last.Load() {
		return nil
	}
	return opened
}

// reload takes over what is on disk: the last fact and today's projections. It
// checks the hash chain of today.
func (j *Journal) reload(ctx context.Context) error {
	today, chain := newFold(), []byte(nil)
	last := uint64(0)
	j.opened = nil
	err := j.eachToday(ctx, func(r row) error {
		if chain == nil {
			var err error
			if chain, err = j.hashOf(ctx, r.seq-1); err != nil {
				return err
			}
		} else if r.seq != last+1 {
			return fmt.Errorf("%w (fact %d is missing)", ErrDamaged, last+1)
		}
		if chain = link(chain, r.body); string(chain) != string(r.hash) {
			return fmt.Errorf("%w (fact %d is not what was written)", ErrDamaged, r.seq)
		}
		f, err := r.fact()
		if err != nil {
			return err
		}
		last = f.Seq
		j.opened = append(j.opened, f)
		return today.apply(f)
	})
	if err != nil {
		return err
	}
	if chain == nil {
		chain = make([]byte, sha256.Size)
	}
	today.clean()
	j.today, j.chain = today, chain
	j.last.Store(last)
	return nil
}
