package sqldb

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// A machine that is gone must not hold rows, leases or a reader for hours, as the
// defaults of PostgreSQL and of TCP would let it.
const (
	connectWithin = 5 * time.Second
	connections   = 16
)

var sessionSettings = [...][2]string{
	{"application_name", "cityweb"},
	{"idle_in_transaction_session_timeout", "5s"},
	{"tcp_keepalives_idle", "10"},
	{"tcp_keepalives_interval", "5"},
	{"tcp_keepalives_count", "3"},
}

func openPostgres(ctx context.Context, dsn string) (*DB, error) {
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil {
		// The parser hides a password as well as it can; a wrong address may have it
		// anywhere.
		return nil, errors.New("sqldb: the address of the database cannot be read; write it like postgres://user:password@host:5432/database, with %XX for what an address does not allow in a password")
	}
	for _, v := range sessionSettings {
		if _, set := cfg.RuntimeParams[v[0]]; !set {
			cfg.RuntimeParams[v[0]] = v[1]
		}
	}
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = connectWithin
	}
	db := stdlib.OpenDB(*cfg)
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	d := &DB{db, true}
	if err = db.PingContext(ctx); err == nil {
		err = d.Migrate(ctx, "lease", leaseTable)
	}
	if err != nil {
		db.Close()
		if secret := password(dsn, cfg.Password); secret != "" && strings.Contains(err.Error(), secret) {
			return nil, errors.New("sqldb: the database does not answer; check its address, user and password, and that it runs")
		}
		return nil, fmt.Errorf("sqldb: the database does not answer: %w; check its address, user and password, and that it runs", err)
	}
	return d, nil
}

// password is the secret of an address, however it was written.
func password(dsn, parsed string) string {
	if u, err := url.Parse(dsn); err == nil && u.User != nil {
		if p, ok := u.User.Password(); ok {
			return p
		}
	}
	return parsed
}

// Transient reports whether the same transaction may succeed when it is run
// again: another one was in its way.
func Transient(err error) bool {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch e.Code {
		case "40001", // serialization_failure
			"40P01", // deadlock_detected
			"55P03": // lock_not_available
			return true
		}
	}
	e, ok := errors.AsType[*sqlite.Error](err)
	return ok && e.Code()&0xff == sqlite3.SQLITE_BUSY
}
