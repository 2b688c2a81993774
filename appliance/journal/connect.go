package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"syscall"

	"modernc.org/sqlite"
)

// Pages are 4 KiB. The writer's cache holds what a day touches; the readers'
// are small, because a report reads each page once.
const (
	writerCacheKiB = 512
	readerCacheKiB = 256
	readers        = 2
	// walPages is where SQLite checkpoints by itself, 16 MiB of log: a safety
	// net for a caller that never finds an idle moment for Checkpoint.
	walPages = 4000
)

// mode is how a database is opened.
type mode string

const (
	readOnly  mode = "ro"
	readWrite mode = "rw"
	create    mode = "rwc"
	// frozen: nobody can change the file, so that nothing is locked.
	frozen mode = "frozen"
)

// dsn names the database for the driver. psow=0 says that the disk may spoil
// the block it is writing when the power goes: each commit then ends on a block
// of its own, and the next one cannot take it along.
func dsn(path string, mode mode, pragmas ...string) string {
	q := url.Values{"mode": {string(mode)}, "psow": {"0"}, "_pragma": append(pragmas, "mmap_size(0)", "temp_store(MEMORY)", "trusted_schema(OFF)")}
	if mode == frozen {
		q.Set("mode", string(readOnly))
		q.Set("immutable", "1")
	}
	u := url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}
	return u.String()
}

func openDB(path string, mode mode, conns int, pragmas ...string) (*sql.DB, error) {
	c, err := sqlite.NewConnector(dsn(path, mode, pragmas...))
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(c)
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return db, nil
}

// openRead gives connections that cannot write.
func openRead(ctx context.Context, path string, mode mode) (*sql.DB, error) {
	db, err := openDB(path, mode, readers, "busy_timeout(5000)", "query_only(ON)", fmt.Sprintf("cache_size(-%d)", readerCacheKiB))
	if err != nil {
		return nil, err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	version, err := checkVersion(ctx, conn)
	if err == nil && version < schemaVersion {
		err = fmt.Errorf("%w (schema %d is older than this program: open it for writing once, which brings it forward)", ErrReadOnly, version)
	}
	if err = errors.Join(err, conn.Close()); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// openSide gives the connection for what may be lost with the power: with
// synchronous=NORMAL a commit in the log is not flushed, and the next Append
// flushes it along. It never checkpoints: that would flush.
func openSide(ctx context.Context, path string) (*sql.DB, error) {
	db, err := openDB(path, readWrite, 1, "busy_timeout(5000)", "synchronous(NORMAL)", "wal_autocheckpoint(0)", "cache_size(-64)")
	if err != nil {
		return nil, err
	}
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// writer is the one connection that adds facts. Its owner holds Journal.mu.
type writer struct {
	db   *sql.DB
	conn *sql.Conn

	fact, day, insertTicket, replaceTicket, replaceVisit *sql.Stmt
}

// openWriter opens or makes the database, brings it to the present schema and
// makes sure of what durability rests on.
func openWriter(ctx context.Context, path string, steps []migration) (w *writer, err error) {
	w = &writer{}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
			w = nil
		}
	}()
	w.db, err = openDB(path, create, 1, "busy_timeout(5000)", "cell_size_check(ON)",
		fmt.Sprintf("cache_size(-%d)", writerCacheKiB), fmt.Sprintf("wal_autocheckpoint(%d)", walPages),
		fmt.Sprintf("journal_size_limit(%d)", 4096*2*walPages))
	if err != nil {
		return w, err
	}
	if w.conn, err = w.db.Conn(ctx); err != nil {
		return w, err
	}
	version, err := checkVersion(ctx, w.conn)
	if err != nil {
		return w, err
	}
	if err := w.durable(ctx); err != nil {
		return w, err
	}
	if err := migrate(ctx, w.conn, version, steps); err != nil {
		return w, err
	}
	return w, w.prepare(ctx)
}

// durable sets the write-ahead log and full flushing, and reads both back:
// every commit is on disk when it returns.
func (w *writer) durable(ctx context.Context) error {
	var mode string
	if err := w.conn.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode); err != nil {
		return err
	}
	if err := execute(ctx, w.conn, "PRAGMA synchronous = FULL"); err != nil {
		return err
	}
	if err := w.conn.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil {
		return err
	}
	level, err := pragma(ctx, w.conn, "synchronous")
	if err != nil {
		return err
	}
	if !strings.EqualFold(mode, "wal") || level != 2 {
		return fmt.Errorf("%w (journal_mode is %s and synchronous %d, not wal and 2: put the journal on a local file system)", ErrReadOnly, mode, level)
	}
	return nil
}

func (w *writer) prepare(ctx context.Context) error {
	for _, s := range []struct {
		into **sql.Stmt
		sql  string
	}{
		{&w.fact, "INSERT INTO facts (seq, day, kind, at_wall, trusted, mono, boot, body, hash) VALUES (?,?,?,?,?,?,?,?,?)"},
		{&w.day, "REPLACE INTO days (day, first, date, closed) VALUES (?,?,?,?)"},
		{&w.insertTicket, "INSERT INTO tickets " + ticketValues},
		{&w.replaceTicket, "REPLACE INTO tickets " + ticketValues},
		{&w.replaceVisit, "REPLACE INTO visits " + visitValues},
	} {
		stmt, err := w.conn.PrepareContext(ctx, s.sql)
		if err != nil {
			return err
		}
		*s.into = stmt
	}
	return nil
}

// inTx runs do in one transaction; an error of do or of the commit leaves
// nothing that can be read.
func (w *writer) inTx(ctx context.Context, do func() error) error {
	if err := execute(ctx, w.conn, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err := do()
	if err == nil {
		err = execute(ctx, w.conn, "COMMIT")
	}
	if err != nil {
		// After some failures SQLite has rolled back already, and says so here.
		_ = execute(ctx, w.conn, "ROLLBACK")
	}
	return err
}

func (w *writer) setMeta(ctx context.Context, key string, value any) error {
	return execute(ctx, w.conn, "REPLACE INTO meta (key, value) VALUES (?, ?)", key, value)
}

func (w *writer) close() error {
	var errs []error
	for _, s := range []*sql.Stmt{w.fact, w.day, w.insertTicket, w.replaceTicket, w.replaceVisit} {
		if s != nil {
			errs = append(errs, s.Close())
		}
	}
	if w.conn != nil {
		errs = append(errs, w.conn.Close())
	}
	if w.db != nil {
		errs = append(errs, w.db.Close())
	}
	return errors.Join(errs...)
}

// lockFile takes the file for this process; the kernel gives it back when the
// process ends, however it ends.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = ErrBusy
		}
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
