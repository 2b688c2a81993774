package ledger

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"sunbeon/display/web"
	"sunbeon/display/web/notify"
	"sunbeon/display/web/sqldb"
)

// Subscribe enters s for the messages of its ticket; see web.Subscriptions.
func (l *Ledger) Subscribe(ctx context.Context, s web.Subscription) error {
	return l.within(ctx, "subscribe", func(tx *sqldb.Tx) error {
		n, err := changed(ctx, tx, `UPDATE subscription SET lang = ?, p256dh = ?, auth = ? WHERE token = ? AND endpoint = ?`,
			string(s.Lang), s.P256dh, s.Auth, s.Token, s.Endpoint)
		if err != nil || n == 1 {
			return err
		}
		for slot := range web.PerTicket { // the first that is free, whoever tries at the same time
			n, err := changed(ctx, tx, `INSERT INTO subscription (token, endpoint, slot, lang, p256dh, auth, ends) VALUES (?, ?, ?, ?, ?, ?, ?)
				ON CONFLICT DO NOTHING`, s.Token, s.Endpoint, slot, string(s.Lang), s.P256dh, s.Auth, ends(time.Now()))
			if err != nil || n == 1 {
				return err
			}
		}
		return web.ErrFull
	})
}

// Unsubscribe deletes a subscription, and what is on its way to it.
func (l *Ledger) Unsubscribe(ctx context.Context, token, endpoint string) error {
	return l.within(ctx, "unsubscribe", func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM parcel WHERE token = ? AND endpoint = ?`, token, endpoint); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `DELETE FROM subscription WHERE token = ? AND endpoint = ?`, token, endpoint)
		return err
	})
}

// Watched gives the tickets that have a subscription; see notify.Ledger.
func (l *Ledger) Watched(ctx context.Context) ([]string, error) {
	rows, err := l.db.Query(ctx, `SELECT DISTINCT token FROM subscription ORDER BY token`)
	if err != nil {
		return nil, fmt.Errorf("ledger: watched: %w", err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var token string
		if err := rows.Scan(&token); err != nil {
			return nil, fmt.Errorf("ledger: watched: %w", err)
		}
		out = append(out, token)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("ledger: watched: %w", err)
	}
	return out, nil
}

// Post claims a message and makes its parcels; see notify.Ledger.
func (l *Ledger) Post(ctx context.Context, m notify.Message, now time.Time) (posted bool, err error) {
	err = l.within(ctx, "message", func(tx *sqldb.Tx) error {
		var slot int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM message WHERE token = ?`, m.Token).Scan(&slot); err != nil {
			return err
		}
		if slot >= notify.Most {
			return nil
		}
		// Of two replicas one gets the kind, and no two get the same place.
		n, err := changed(ctx, tx, `INSERT INTO message (token, kind, slot, ends) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			m.Token, string(m.Kind), slot, ends(now))
		if err != nil || n == 0 {
			return err
		}
		posted = true
		return pack(ctx, tx, m, now)
	})
	return posted && err == nil, err
}

// pack makes a parcel of m for each subscription.
func pack(ctx context.Context, tx *sqldb.Tx, m notify.Message, now time.Time) error {
	rows, err := tx.Query(ctx, `SELECT endpoint, lang FROM subscription WHERE token = ?`, m.Token)
	if err != nil {
		return err
	}
	defer rows.Close()
	all := map[string]string{}
	for rows.Next() {
		var endpoint, lang string
		if err := rows.Scan(&endpoint, &lang); err != nil {
			return err
		}
		all[endpoint] = lang
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for endpoint, lang := range all {
		if err := send(ctx, tx, m, now, endpoint, lang); err != nil {
			return err
		}
	}
	return nil
}

// send makes one parcel.
func send(ctx context.Context, tx *sqldb.Tx, m notify.Message, now time.Time, endpoint, lang string) error {
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO parcel (id, token, endpoint, lang, body, due, tries, made, ends) VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?)`,
		rand.Text(), m.Token, endpoint, lang, body, now.UnixMilli(), now.UnixMilli(), ends(now))
	return err
}

// Forget deletes what belongs to a ticket's messages; see notify.Ledger.
func (l *Ledger) Forget(ctx context.Context, m notify.Message, now time.Time) error {
	return l.within(ctx, "forget", func(tx *sqldb.Tx) error {
		var lang string
		// Whichever replica deletes it tells the gateway.
		err := tx.QueryRow(ctx, `DELETE FROM subscription WHERE token = ? AND endpoint = ? RETURNING lang`, m.Token, web.GatewayEndpoint).Scan(&lang)
		known := err == nil
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		for _, table := range []string{"parcel", "subscription", "message"} {
			if table == "parcel" && !known {
				continue // another replica's last one may be among them
			}
			if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE token = ?`, m.Token); err != nil {
				return err
			}
		}
		if known {
			return send(ctx, tx, m, now, web.GatewayEndpoint, lang)
		}
		_, err = tx.Exec(ctx, `DELETE FROM parcel WHERE token = ? AND endpoint <> ?`, m.Token, web.GatewayEndpoint)
		return err
	})
}

// Take gives a parcel that is due; see notify.Outbox.
func (l *Ledger) Take(ctx context.Context, now time.Time, lease time.Duration) (notify.Parcel, bool, error) {
	for range claimTries {
		p, ok, err := l.take(ctx, now, lease)
		if ok || err != nil {
			return p, ok, err
		}
		if p.ID == "" {
			break // nothing is due
		}
	}
	return notify.Parcel{}, false, nil
}

// take tries once; without ok, an id says that somebody else had the parcel.
func (l *Ledger) take(ctx context.Context, now time.Time, lease time.Duration) (p notify.Parcel, ok bool, err error) {
	var body []byte
	var due, made int64
	var lang string
	err = l.db.QueryRow(ctx, `SELECT p.id, p.endpoint, p.lang, p.body, p.due, p.tries, p.made, COALESCE(s.p256dh, ''), COALESCE(s.auth, '')
		FROM parcel p LEFT JOIN subscription s ON s.token = p.token AND s.endpoint = p.endpoint WHERE p.due <= ? ORDER BY p.due LIMIT 1`, now.UnixMilli()).
		Scan(&p.ID, &p.To.Endpoint, &lang, &body, &due, &p.Tries, &made, &p.To.P256dh, &p.To.Auth)
	if errors.Is(err, sql.ErrNoRows) {
		return notify.Parcel{}, false, nil
	}
	if err != nil {
		return p, false, fmt.Errorf("ledger: parcels: %w", err)
	}
	r, err := l.db.Exec(ctx, `UPDATE parcel SET tries = tries + 1, due = ? WHERE id = ? AND tries = ? AND due = ?`, now.Add(lease).UnixMilli(), p.ID, p.Tries, due)
	if err != nil {
		return p, false, fmt.Errorf("ledger: parcels: %w", err)
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		return p, false, err
	}
	if err := json.Unmarshal(body, &p.Message); err != nil {
		return p, false, fmt.Errorf("ledger: parcel %s: %w", p.ID, err)
	}
	p.Tries++
	p.To.Token, p.To.Lang, p.Made = p.Token, web.Lang(lang), time.UnixMilli(made)
	return p, true, nil
}

// Put ends a parcel or puts it off; see notify.Outbox.
func (l *Ledger) Put(ctx context.Context, p notify.Parcel, again time.Time) error {
	var err error
	if again.IsZero() {
		_, err = l.db.Exec(ctx, `DELETE FROM parcel WHERE id = ?`, p.ID)
	} else {
		_, err = l.db.Exec(ctx, `UPDATE parcel SET due = ? WHERE id = ? AND tries = ?`, again.UnixMilli(), p.ID, p.Tries)
	}
	if err != nil {
		return fmt.Errorf("ledger: parcel: %w", err)
	}
	return nil
}

// Keys gives the city's VAPID pair, and keeps the one it is offered if there is
// none yet.
func (l *Ledger) Keys(ctx context.Context, offered notify.Keys) (k notify.Keys, err error) {
	if _, err := l.db.Exec(ctx, `INSERT INTO secret (name, private, public) VALUES ('vapid', ?, ?) ON CONFLICT (name) DO NOTHING`,
		offered.Private, offered.Public); err != nil {
		return k, fmt.Errorf("ledger: keys: %w", err)
	}
	if err := l.db.QueryRow(ctx, `SELECT private, public FROM secret WHERE name = 'vapid'`).Scan(&k.Private, &k.Public); err != nil {
		return k, fmt.Errorf("ledger: keys: %w", err)
	}
	return k, nil
}
