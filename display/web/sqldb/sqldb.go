package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// DB is an open store. It is safe for concurrent use.
type DB struct {
	sql      *sql.DB
	postgres bool
}

// Ping reports whether the store answers.
func (d *DB) Ping(ctx context.Context) error {
	if err := d.sql.PingContext(ctx); err != nil {
		return fmt.Errorf("sqldb: the store does not answer: %w", err)
	}
	return nil
}

// Open opens the store at dsn: a postgres:// address, or the path of a SQLite
// file, whose folder must exist. No error shows the password of the address.
func Open(ctx context.Context, dsn string) (*DB, error) {
	if IsPostgres(dsn) {
		return openPostgres(ctx, dsn)
	}
	if strings.Contains(dsn, "://") || strings.Contains(dsn, "password=") {
		return nil, errors.New("sqldb: this is neither a path nor an address that is known; write it like postgres://user:password@host:5432/database")
	}
	// A write-ahead log with FULL is the only mode in which a power cut loses no
	// acknowledged transaction.
	q := url.Values{"_pragma": {"journal_mode(WAL)", "synchronous(FULL)", "busy_timeout(5000)"}, "_txlock": {"immediate"}}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: url.PathEscape(dsn), RawQuery: q.Encode()}).String())
	if err != nil {
		return nil, fmt.Errorf("sqldb: open %s: %w", dsn, err)
	}
	if err := db.PingContext(ctx); err != nil {
		db.Close()
		return nil, fmt.Errorf("sqldb: open %s: %w; check that the folder exists and is writable", dsn, err)
	}
	return &DB{db, false}, nil
}

// IsPostgres reports whether dsn names a PostgreSQL database.
func IsPostgres(dsn string) bool {
	return strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://")
}

// Shared reports whether other processes may write to the store too.
func (d *DB) Shared() bool { return d.postgres }

// Close closes the store.
func (d *DB) Close() error { return d.sql.Close() }

// Exec runs a statement outside a transaction.
func (d *DB) Exec(ctx context.Context, statement string, args ...any) (sql.Result, error) {
	return d.sql.ExecContext(ctx, d.rebind(statement), args...)
}

// Query runs a query outside a transaction.
func (d *DB) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return d.sql.QueryContext(ctx, d.rebind(query), args...)
}

// QueryRow runs a query for one row outside a transaction.
func (d *DB) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	return d.sql.QueryRowContext(ctx, d.rebind(query), args...)
}

// Tx is a transaction.
type Tx struct {
	db   *DB
	conn *sql.Conn
	tx   *sql.Tx
}

// Begin starts a transaction that may write.
func (d *DB) Begin(ctx context.Context) (*Tx, error) {
	conn, err := d.sql.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("sqldb: begin: %w", err)
	}
	var level *sql.TxOptions
	if d.postgres { // whatever the server's default is: Lock is what transactions rely on
		level = &sql.TxOptions{Isolation: sql.LevelReadCommitted}
	}
	tx, err := conn.BeginTx(ctx, level)
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("sqldb: begin: %w", err)
	}
	return &Tx{d, conn, tx}, nil
}

func (t *Tx) Exec(ctx context.Context, statement string, args ...any) (sql.Result, error) {
	return t.tx.ExecContext(ctx, t.db.rebind(statement), args...)
}

func (t *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return t.tx.QueryContext(ctx, t.db.rebind(query), args...)
}

func (t *Tx) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	return t.tx.QueryRowContext(ctx, t.db.rebind(query), args...)
}

// Commit ends the transaction. Its connection is free again, as after Rollback.
func (t *Tx) Commit() error {
	defer t.conn.Close()
	return t.tx.Commit()
}

// Rollback undoes a transaction that was not committed.
func (t *Tx) Rollback() error {
	defer t.conn.Close()
	return t.tx.Rollback()
}

// Lock makes the rows of a query whose last word it is wait for each other:
// "SELECT ... WHERE ... " + tx.Lock(). A SQLite transaction has the whole file.
func (t *Tx) Lock() string {
	if t.db.postgres {
		return " FOR UPDATE"
	}
	return ""
}

// rebind writes parameters and types as the database wants them. Statements have
// no question mark but those of parameters.
func (d *DB) rebind(s string) string {
	if !d.postgres {
		return s
	}
	var b strings.Builder
	n := 0
	for _, c := range s {
		if c == '?' {
			n++
			b.WriteString("$" + strconv.Itoa(n))
			continue
		}
		b.WriteRune(c)
	}
	return b.String()
}

// schema writes a statement that makes tables. INTEGER holds 64 bits in both.
func (d *DB) schema(s string) string {
	if !d.postgres {
		return s
	}
	return strings.NewReplacer(" INTEGER", " BIGINT", " BLOB", " BYTEA", " WITHOUT ROWID", "").Replace(s)
}

// Migrate brings the tables of a part to its last step. Steps that were run
// before are not run again; a store of a newer version is refused.
func (d *DB) Migrate(ctx context.Context, part string, steps ...string) error {
	const table = `CREATE TABLE IF NOT EXISTS part (name TEXT PRIMARY KEY, step INTEGER NOT NULL)`
	if _, err := d.Exec(ctx, d.schema(table)); err != nil && !d.postgres {
		// Two replicas may make it at once; PostgreSQL then refuses one.
		return fmt.Errorf("sqldb: %s: %w", part, err)
	}
	tx, err := d.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.Exec(ctx, `INSERT INTO part (name, step) VALUES (?, 0) ON CONFLICT (name) DO NOTHING`, part); err != nil {
		return fmt.Errorf("sqldb: %s: %w", part, err)
	}
	var have int
	if err := tx.QueryRow(ctx, `SELECT step FROM part WHERE name = ?`+tx.Lock(), part).Scan(&have); err != nil {
		return fmt.Errorf("sqldb: %s: %w", part, err)
	}
	if have > len(steps) {
		return fmt.Errorf("sqldb: %w: %s is at step %d, this program knows %d", ErrNewer, part, have, len(steps))
	}
	for _, step := range steps[have:] {
		if _, err := tx.Exec(ctx, d.schema(step)); err != nil {
			return fmt.Errorf("sqldb: %s: %w", part, err)
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE part SET step = ? WHERE name = ?`, len(steps), part); err != nil {
		return fmt.Errorf("sqldb: %s: %w", part, err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("sqldb: %s: %w", part, err)
	}
	return nil
}

// ErrNewer: the store was made by a newer version.
var ErrNewer = errors.New("the store was made by a newer version of cityweb: run that version")
