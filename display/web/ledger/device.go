package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"sunbeon/display/web"
	"sunbeon/display/web/sqldb"
)

// claimTries bounds how often a claim finds that another has just gone.
const claimTries = 4

// errAgain: the row was deleted between two statements.
var errAgain = errors.New("the row has gone; try again")

// Claim takes a device for a request; see web.Devices.
func (l *Ledger) Claim(ctx context.Context, d web.Device, c web.Claim, over string) (web.Claim, error) {
	for try := 1; ; try++ {
		has := c
		err := l.within(ctx, "claim", func(tx *sqldb.Tx) (err error) {
			has, err = claim(ctx, tx, d, c, over)
			return err
		})
		if errors.Is(err, errAgain) && try < claimTries {
			continue
		}
		return has, err
	}
}

func claim(ctx context.Context, tx *sqldb.Tx, d web.Device, c web.Claim, over string) (web.Claim, error) {
	row := []any{c.Office, c.Service, c.Request, c.Asked.UnixMilli(), ends(c.Asked)}
	n, err := changed(ctx, tx, `INSERT INTO device (hash, office, service, request, token, day, asked, ends) VALUES (?, ?, ?, ?, '', 0, ?, ?)
		ON CONFLICT (hash) DO NOTHING`, append([]any{d[:]}, row...)...)
	if err != nil {
		return web.Claim{}, err
	}
	if n == 0 {
		has, ok, err := scan(tx.QueryRow(ctx, hasRow+tx.Lock(), d[:]))
		switch {
		case err != nil:
			return web.Claim{}, err
		case !ok:
			return web.Claim{}, errAgain
		}
		spent, err := isSpent(ctx, tx, has)
		if err != nil {
			return web.Claim{}, err
		}
		if !web.Free(has, c, over, spent) {
			return has, nil
		}
		if _, err := tx.Exec(ctx, `UPDATE device SET office = ?, service = ?, request = ?, token = '', day = 0, asked = ?, ends = ? WHERE hash = ?`,
			append(row, d[:])...); err != nil {
			return web.Claim{}, err
		}
	}
	n, err = changed(ctx, tx, `INSERT INTO asked (office, request, service, due, tries, shut, ends) VALUES (?, ?, ?, ?, 0, 0, ?)
		ON CONFLICT (office, request) DO UPDATE SET due = excluded.due WHERE asked.tries = 0`,
		c.Office, c.Request, c.Service, c.Asked.Add(web.RegretAfter).UnixMilli(), ends(c.Asked))
	switch {
	case err != nil:
		return web.Claim{}, err
	case n == 0:
		return web.Claim{}, web.ErrSpent
	}
	return c, nil
}

// isSpent reports whether what a device asks for can lead to nothing any more.
func isSpent(ctx context.Context, tx *sqldb.Tx, has web.Claim) (bool, error) {
	var tries int
	err := tx.QueryRow(ctx, `SELECT tries FROM asked WHERE office = ? AND request = ?`, has.Office, has.Request).Scan(&tries)
	if errors.Is(err, sql.ErrNoRows) {
		return true, nil
	}
	return tries > 0, err
}

const hasRow = `SELECT office, service, request, token, day, asked FROM device WHERE hash = ?`

func scan(row *sql.Row) (c web.Claim, ok bool, err error) {
	var asked int64
	err = row.Scan(&c.Office, &c.Service, &c.Request, &c.Token, &c.Day, &asked)
	if errors.Is(err, sql.ErrNoRows) {
		return web.Claim{}, false, nil
	}
	c.Asked = time.UnixMilli(asked)
	return c, err == nil, err
}

// Has is what a device has; see web.Devices.
func (l *Ledger) Has(ctx context.Context, d web.Device) (web.Claim, bool, error) {
	c, ok, err := scan(l.db.QueryRow(ctx, hasRow, d[:]))
	if err != nil {
		return c, false, fmt.Errorf("ledger: device: %w", err)
	}
	return c, ok, nil
}

// Settle ends a request that was claimed; see web.Devices.
func (l *Ledger) Settle(ctx context.Context, office, request, token string, day int64) error {
	return l.within(ctx, "settle", func(tx *sqldb.Tx) (err error) {
		if token == "" {
			_, err = tx.Exec(ctx, `DELETE FROM device WHERE office = ? AND request = ? AND token = ''`, office, request)
		} else {
			_, err = tx.Exec(ctx, `UPDATE device SET token = ?, day = ? WHERE office = ? AND request = ? AND token = ''`, token, day, office, request)
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM asked WHERE office = ? AND request = ? AND tries = 0`, office, request); err != nil {
			return err
		}
		var tries int
		switch err := tx.QueryRow(ctx, `SELECT tries FROM asked WHERE office = ? AND request = ?`, office, request).Scan(&tries); {
		case errors.Is(err, sql.ErrNoRows):
			return nil
		case err != nil:
			return err
		}
		return web.ErrSpent // and the device keeps what it had
	})
}

// Due gives a request whose number is to be given back; see web.Regrets.
func (l *Ledger) Due(ctx context.Context, now time.Time) (web.Regret, bool, error) {
	for range claimTries {
		var g web.Regret
		var due int64
		err := l.db.QueryRow(ctx, `SELECT office, service, request, tries, due FROM asked WHERE shut = 0 AND due <= ? AND tries < ? ORDER BY due LIMIT 1`,
			now.UnixMilli(), web.RegretTries).Scan(&g.Office, &g.Service, &g.Request, &g.Tries, &due)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return g, false, nil
		case err != nil:
			return g, false, fmt.Errorf("ledger: regrets: %w", err)
		}
		r, err := l.db.Exec(ctx, `UPDATE asked SET tries = tries + 1, due = ? WHERE office = ? AND request = ? AND tries = ? AND due = ? AND shut = 0`,
			now.Add(web.RegretAgain).UnixMilli(), g.Office, g.Request, g.Tries, due)
		if err != nil {
			return g, false, fmt.Errorf("ledger: regrets: %w", err)
		}
		if n, err := r.RowsAffected(); err != nil || n == 1 {
			g.Tries++
			return g, err == nil, err
		}
	}
	return web.Regret{}, false, nil // others are at it
}

// Closed ends a regret; see web.Regrets.
func (l *Ledger) Closed(ctx context.Context, g web.Regret) error {
	return l.within(ctx, "regret", func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM device WHERE office = ? AND request = ? AND token = ''`, g.Office, g.Request); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE asked SET shut = 1 WHERE office = ? AND request = ?`, g.Office, g.Request)
		return err
	})
}
