package sqldb

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// Each runs one statement for each set of parameters, in order. PostgreSQL gets
// them all at once: not a round trip for each. Where the statement gives rows,
// row is called for every row of set n; it is nil where there are none to read.
func (t *Tx) Each(ctx context.Context, statement string, sets [][]any, row func(n int, scan func(...any) error) error) error {
	if len(sets) == 0 {
		return nil
	}
	if t.db.postgres {
		return t.conn.Raw(func(c any) error {
			return pipeline(ctx, c.(*stdlib.Conn).Conn(), t.db.rebind(statement), sets, row)
		})
	}
	s, err := t.tx.PrepareContext(ctx, statement)
	if err != nil {
		return err
	}
	defer s.Close()
	for n, args := range sets {
		if row == nil {
			if _, err := s.ExecContext(ctx, args...); err != nil {
				return fmt.Errorf("set %d: %w", n, err)
			}
			continue
		}
		rows, err := s.QueryContext(ctx, args...)
		if err != nil {
			return fmt.Errorf("set %d: %w", n, err)
		}
		for rows.Next() && err == nil {
			err = row(n, rows.Scan)
		}
		if err == nil {
			err = rows.Err()
		}
		rows.Close()
		if err != nil {
			return fmt.Errorf("set %d: %w", n, err)
		}
	}
	return nil
}

func pipeline(ctx context.Context, c *pgx.Conn, statement string, sets [][]any, row func(int, func(...any) error) error) (err error) {
	var b pgx.Batch
	for _, args := range sets {
		b.Queue(statement, args...)
	}
	results := c.SendBatch(ctx, &b)
	defer func() {
		if e := results.Close(); err == nil {
			err = e
		}
	}()
	for n := range sets {
		if row == nil {
			if _, err := results.Exec(); err != nil {
				return fmt.Errorf("set %d: %w", n, err)
			}
			continue
		}
		rows, err := results.Query()
		if err != nil {
			return fmt.Errorf("set %d: %w", n, err)
		}
		for rows.Next() && err == nil {
			err = row(n, rows.Scan)
		}
		rows.Close()
		if err == nil {
			err = rows.Err()
		}
		if err != nil {
			return fmt.Errorf("set %d: %w", n, err)
		}
	}
	return nil
}
