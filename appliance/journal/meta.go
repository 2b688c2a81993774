package journal

import (
	"context"
	"database/sql"
	"errors"
)

// Cursor is how far the facts have been acknowledged by the city: the outbox is
// what follows it.
func (j *Journal) Cursor() (uint64, error) { return j.cursor.Load(), nil }

// SetCursor moves the cursor. The move is not flushed by itself but with the
// next Append; a power cut may take the last moves back, and the facts in
// between are then sent again.
func (j *Journal) SetCursor(seq uint64) error {
	err := j.aside("REPLACE INTO meta (key, value) VALUES ('cursor', ?)", int64(seq))
	if err == nil {
		j.cursor.Store(seq)
	}
	return classify("move the cursor", err)
}

// KeepModel stores what the forecast has learned up to a day, in place of what
// was stored before. Like the cursor it is flushed with the next Append.
func (j *Journal) KeepModel(day int64, b []byte) error {
	return classify("keep the model", j.aside("REPLACE INTO model (one, day, body) VALUES (1, ?, ?)", day, b))
}

// Model gives what KeepModel stored; 0 and nil when nothing was.
func (j *Journal) Model() (day int64, b []byte, err error) {
	err = j.read.QueryRowContext(context.Background(), "SELECT day, body FROM model").Scan(&day, &b)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return day, b, classify("read the model", err)
}

// aside writes on the connection that does not flush. It takes turns with
// Append, so that neither finds the database locked.
func (j *Journal) aside(query string, args ...any) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.lock == nil {
		return ErrReadOnly
	}
	if j.uncertain {
		return ErrUncertain
	}
	_, err := j.side.Exec(query, args...)
	return err
}

// Checkpoint moves the log into the database, as far as no reader still needs
// the log, so that it can be written from its start again. It flushes: call it
// when nobody waits, every few minutes. Without it SQLite does the same within
// some Append, when the log has grown to 16 MiB.
func (j *Journal) Checkpoint() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.lock == nil {
		return classify("checkpoint", ErrReadOnly)
	}
	if j.uncertain {
		return classify("checkpoint", ErrUncertain)
	}
	var busy, frames, moved int64
	err := j.writer.conn.QueryRowContext(context.Background(), "PRAGMA wal_checkpoint(PASSIVE)").Scan(&busy, &frames, &moved)
	return classify("checkpoint", err)
}
