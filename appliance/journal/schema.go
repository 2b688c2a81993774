package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

const (
	// applicationID marks the file as a journal: "SBJ1".
	applicationID = 0x53424a31
	// schemaVersion is what this program reads and writes.
	schemaVersion = 1
)

// migration takes a database from one version to the next. It runs in the
// transaction that also moves user_version.
type migration func(ctx context.Context, conn *sql.Conn) error

// migrations[v] leads from version v to v+1; the first makes an empty database.
func migrations() []migration {
	return []migration{
		func(ctx context.Context, conn *sql.Conn) error { return execute(ctx, conn, schemaV1) },
	}
}

// schemaV1: facts are the truth. days, tickets and visits are projections,
// written in the same transaction and recomputed by Verify.
const schemaV1 = `
CREATE TABLE facts (
	seq     INTEGER PRIMARY KEY,
	day     INTEGER NOT NULL,
	kind    TEXT    NOT NULL,
	at_wall INTEGER NOT NULL,
	trusted INTEGER NOT NULL,
	mono    INTEGER NOT NULL,
	boot    TEXT    NOT NULL,
	body    TEXT    NOT NULL, -- the bytes of queue.Fact
	hash    BLOB    NOT NULL  -- SHA-256(hash of the fact before || body)
) STRICT;

CREATE TABLE days (
	day    INTEGER PRIMARY KEY,
	first  INTEGER NOT NULL,  -- seq of its day_opened: finds a day's facts without an index
	date   TEXT    NOT NULL,  -- yyyy-mm-dd, '' when the clock was never trusted
	closed INTEGER NOT NULL
) STRICT;

CREATE TABLE tickets (
	day         INTEGER NOT NULL,
	band        TEXT    NOT NULL,
	number      INTEGER NOT NULL,
	label       TEXT    NOT NULL,
	service     TEXT    NOT NULL, -- now; band is the service that gave the number
	class       TEXT    NOT NULL,
	origin      TEXT    NOT NULL,
	status      TEXT    NOT NULL,
	missed      INTEGER NOT NULL, -- did not come to the last call, nor back since
	issued      INTEGER NOT NULL, -- seq
	issued_at   INTEGER,          -- Unix ms; NULL while the clock is not trusted
	ahead       INTEGER NOT NULL,
	low         INTEGER,          -- forecast, s; NULL when none could be told
	mid         INTEGER,
	high        INTEGER,
	base        INTEGER,          -- ms
	line        INTEGER,          -- people ahead of every service that shares counters
	called      INTEGER,          -- seq of the first call
	counter     INTEGER,          -- of the first call
	in_turn     INTEGER NOT NULL, -- called by the rule, from the place it was issued with
	wait        INTEGER,          -- ms from issue to the first call; NULL when unknown
	handling    INTEGER,          -- ms from the last call to finish; NULL when unknown
	last_called INTEGER,          -- ms waited by the last one called before the issue
	PRIMARY KEY (day, band, number) -- a number is given once
) STRICT, WITHOUT ROWID;

CREATE TABLE visits (
	called    INTEGER PRIMARY KEY, -- seq of the call
	day       INTEGER NOT NULL,
	band      TEXT    NOT NULL,
	number    INTEGER NOT NULL,
	service   TEXT    NOT NULL,
	class     TEXT    NOT NULL,
	counter   INTEGER NOT NULL,
	how       TEXT    NOT NULL,
	called_at INTEGER,             -- Unix ms; NULL while the clock is not trusted
	ended     TEXT    NOT NULL,    -- kind of the fact that ended it, '' while it lasts
	paused    INTEGER NOT NULL,    -- the counter paused during it
	handling  INTEGER,             -- ms from call to end; NULL when unknown
	to_next   INTEGER              -- ms to the counter's next call if it went straight on
) STRICT;

CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE model (one INTEGER PRIMARY KEY CHECK (one = 1), day INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
`

func execute(ctx context.Context, conn *sql.Conn, query string, args ...any) error {
	_, err := conn.ExecContext(ctx, query, args...)
	return err
}

func pragma(ctx context.Context, conn *sql.Conn, name string) (int64, error) {
	var v int64
	err := conn.QueryRowContext(ctx, "PRAGMA "+name).Scan(&v)
	return v, err
}

// checkVersion refuses what is no journal, or one of a newer version.
func checkVersion(ctx context.Context, conn *sql.Conn) (version int64, err error) {
	app, err := pragma(ctx, conn, "application_id")
	if err != nil {
		return 0, err
	}
	if version, err = pragma(ctx, conn, "user_version"); err != nil {
		return 0, err
	}
	var tables int
	if err := conn.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return 0, err
	}
	switch {
	case tables == 0 && version == 0:
		return 0, nil
	case app != applicationID:
		return 0, fmt.Errorf("%w (it is a database of something else)", ErrDamaged)
	case version > schemaVersion:
		return 0, fmt.Errorf("%w (schema %d, this program knows %d)", ErrNewer, version, schemaVersion)
	}
	return version, nil
}

// migrate brings the database to schemaVersion, all steps in one transaction.
func migrate(ctx context.Context, conn *sql.Conn, version int64, steps []migration) (err error) {
	if version == int64(len(steps)) {
		return nil
	}
	if err := execute(ctx, conn, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, execute(ctx, conn, "ROLLBACK"))
		}
	}()
	for _, step := range steps[version:] {
		if err := step(ctx, conn); err != nil {
			return err
		}
	}
	if err := execute(ctx, conn, fmt.Sprintf("PRAGMA application_id = %d", applicationID)); err != nil {
		return err
	}
	if err := execute(ctx, conn, fmt.Sprintf("PRAGMA user_version = %d", len(steps))); err != nil {
		return err
	}
	return execute(ctx, conn, "COMMIT")
}
