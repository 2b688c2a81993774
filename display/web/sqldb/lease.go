package sqldb

import (
	"context"
	"fmt"
	"time"
)

const leaseTable = `CREATE TABLE lease (
	name   TEXT PRIMARY KEY,
	holder TEXT NOT NULL,
	until  INTEGER NOT NULL -- Unix ms by the database's clock
)`

// A lease is judged by the one clock that all replicas share.
const databaseNow = `CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)`

// Lease takes or renews a right that one holder at a time has, for the term from
// now on; false if another has it. In a store that is not shared there is nobody
// else.
func (d *DB) Lease(ctx context.Context, name, holder string, term time.Duration) (bool, error) {
	if !d.postgres {
		return true, nil
	}
	done, err := d.Exec(ctx, `INSERT INTO lease (name, holder, until) VALUES (?, ?, `+databaseNow+` + ?)
		ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
		WHERE lease.holder = excluded.holder OR lease.until < `+databaseNow, name, holder, term.Milliseconds())
	if err != nil {
		return false, fmt.Errorf("sqldb: lease %s: %w", name, err)
	}
	n, err := done.RowsAffected()
	return n == 1, err
}

// Release gives a lease back before its term.
func (d *DB) Release(ctx context.Context, name, holder string) error {
	if !d.postgres {
		return nil
	}
	if _, err := d.Exec(ctx, `DELETE FROM lease WHERE name = ? AND holder = ?`, name, holder); err != nil {
		return fmt.Errorf("sqldb: lease %s: %w", name, err)
	}
	return nil
}
