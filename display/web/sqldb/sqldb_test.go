package sqldb

import (
	"errors"
	"path/filepath"
	"testing"
)

func TestMigrateRunsEachStepOnce(t *testing.T) {
	ctx, path := t.Context(), filepath.Join(t.TempDir(), "city.db")
	first := `CREATE TABLE thing (id TEXT PRIMARY KEY, n INTEGER NOT NULL, raw BLOB) WITHOUT ROWID`
	second := `ALTER TABLE thing ADD COLUMN more INTEGER NOT NULL DEFAULT 7`
	for range 2 {
		db, err := Open(ctx, path)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Migrate(ctx, "things", first); err != nil && !errors.Is(err, ErrNewer) {
			t.Fatal(err)
		}
		if err := db.Migrate(ctx, "things", first, second); err != nil {
			t.Fatal(err)
		}
		if err := db.Migrate(ctx, "things", first); !errors.Is(err, ErrNewer) {
			t.Errorf("an older program: %v", err)
		}
		if _, err := db.Exec(ctx, `INSERT INTO thing (id, n) VALUES (?, ?) ON CONFLICT (id) DO NOTHING`, "a", 1<<40); err != nil {
			t.Fatal(err)
		}
		var n, more int64
		if err := db.QueryRow(ctx, `SELECT n, more FROM thing WHERE id = ?`, "a").Scan(&n, &more); err != nil || n != 1<<40 || more != 7 {
			t.Fatal(n, more, err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRebind(t *testing.T) {
	if got := (&DB{postgres: true}).rebind("a = ? AND b = ?"); got != "a = $1 AND b = $2" {
		t.Error(got)
	}
}
