package sqldb_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sunbeon/display/web/sqldb"
	"sunbeon/display/web/sqldb/pgtest"
)

// TestDatabases is what both databases must do, with an empty one for each part.
func TestDatabases(t *testing.T) {
	contract := map[string]func(t *testing.T, dsn string){
		"migrate": migrate, "each": each, "no connection is kept": noConnectionIsKept, "lease": lease,
	}
	t.Run("sqlite", func(t *testing.T) {
		for what, test := range contract {
			t.Run(what, func(t *testing.T) { test(t, filepath.Join(t.TempDir(), "도시 100%?.db")) }) // a name that a URI must escape
		}
	})
	t.Run("postgres", func(t *testing.T) {
		server := pgtest.New(t)
		for what, test := range contract {
			t.Run(what, func(t *testing.T) { test(t, server.Database()) })
		}
		t.Run("replicas migrate", func(t *testing.T) { migrateOfReplicas(t, server.Database()) })
		t.Run("transient", func(t *testing.T) { transient(t, server.Database()) })
		t.Run("settings", func(t *testing.T) { settings(t, server.Database()) })
		t.Run("no password", func(t *testing.T) { noErrorShowsThePassword(t, server.Database()) })
	})
}

func open(t *testing.T, dsn string) *sqldb.DB {
	t.Helper()
	db, err := sqldb.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func migrate(t *testing.T, dsn string) {
	ctx := t.Context()
	first := `CREATE TABLE thing (id TEXT PRIMARY KEY, n INTEGER NOT NULL, raw BLOB) WITHOUT ROWID; CREATE INDEX thing_n ON thing (n)`
	second := `ALTER TABLE thing ADD COLUMN more INTEGER NOT NULL DEFAULT 7`
	for range 2 {
		db := open(t, dsn)
		if err := db.Migrate(ctx, "things", first); err != nil && !errors.Is(err, sqldb.ErrNewer) {
			t.Fatal(err)
		}
		if err := db.Migrate(ctx, "things", first, second); err != nil {
			t.Fatal(err)
		}
		if err := db.Migrate(ctx, "things", first); !errors.Is(err, sqldb.ErrNewer) {
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

// migrateOfReplicas: all start at once on an empty database.
func migrateOfReplicas(t *testing.T, dsn string) {
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			db, err := sqldb.Open(t.Context(), dsn)
			if err != nil {
				t.Error(err)
				return
			}
			defer db.Close()
			if err := db.Migrate(t.Context(), "things", `CREATE TABLE thing (id TEXT PRIMARY KEY)`); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func each(t *testing.T, dsn string) {
	ctx, db := t.Context(), open(t, dsn)
	if err := db.Migrate(ctx, "things", `CREATE TABLE thing (id TEXT PRIMARY KEY, n INTEGER NOT NULL, raw BLOB NOT NULL)`); err != nil {
		t.Fatal(err)
	}
	var sets, keys [][]any
	for i := range 300 {
		sets = append(sets, []any{fmt.Sprint(i), int64(i), []byte{0, byte(i)}})
		keys = append(keys, []any{int64(i - 1), int64(i)})
	}
	for _, keep := range []bool{false, true} {
		tx, err := db.Begin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if err := tx.Each(ctx, `INSERT INTO thing (id, n, raw) VALUES (?,?,?)`, sets, nil); err != nil {
			t.Fatal(err)
		}
		rows := make(map[int][]int64)
		if err := tx.Each(ctx, `SELECT n, raw FROM thing WHERE n = ? OR n = ? ORDER BY n`, keys, func(i int, scan func(...any) error) error {
			var n int64
			var raw []byte
			err := scan(&n, &raw)
			if len(raw) != 2 || raw[1] != byte(n) {
				t.Errorf("bytes of %d: %v", n, raw)
			}
			rows[i] = append(rows[i], n)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(rows[0], rows[1], rows[299]) != "[0] [0 1] [298 299]" {
			t.Error(rows[0], rows[1], rows[299])
		}
		if !keep {
			tx.Rollback()
		} else if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
	}
	tx, err := db.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := tx.Each(ctx, `INSERT INTO thing (id, n, raw) VALUES (?,?,?)`, sets[7:8], nil); err == nil || !strings.Contains(err.Error(), "set 0") {
		t.Errorf("the same again: %v", err)
	}
	tx.Rollback()
	var n int
	if err := db.QueryRow(ctx, `SELECT count(*) FROM thing`).Scan(&n); err != nil || n != 300 {
		t.Error(n, err)
	}
}

// noConnectionIsKept: what ends gives its connection back, however it ends.
func noConnectionIsKept(t *testing.T, dsn string) {
	db := open(t, dsn)
	for i := range 100 {
		ctx, cancel := context.WithCancel(t.Context())
		tx, err := db.Begin(ctx)
		if err != nil {
			t.Fatal(i, err)
		}
		switch i % 3 {
		case 0:
			if err := tx.Commit(); err != nil {
				t.Fatal(err)
			}
		case 1:
			cancel()
		}
		tx.Rollback()
		cancel()
	}
}

func lease(t *testing.T, dsn string) {
	ctx, db := t.Context(), open(t, dsn)
	take := func(holder string, term time.Duration) bool {
		t.Helper()
		held, err := db.Lease(ctx, "speaker", holder, term)
		if err != nil {
			t.Fatal(err)
		}
		return held
	}
	for _, what := range []string{"free", "to be renewed"} {
		if !take("a", time.Hour) {
			t.Errorf("a lease that is %s is not given", what)
		}
	}
	if take("b", time.Hour) == db.Shared() {
		t.Errorf("shared: %v, and another may have it: %v", db.Shared(), !db.Shared())
	}
	if err := db.Release(ctx, "speaker", "b"); err != nil { // not the holder
		t.Fatal(err)
	}
	if take("b", time.Hour) == db.Shared() {
		t.Error("released by somebody else")
	}
	if err := db.Release(ctx, "speaker", "a"); err != nil {
		t.Fatal(err)
	}
	if !take("b", -time.Second) || !take("a", time.Hour) { // b's term is over
		t.Error("a lease that was given back, or is over, is not free")
	}
}

// transient: two transactions that wait for each other; one is told to try
// again.
func transient(t *testing.T, dsn string) {
	ctx, db := t.Context(), open(t, dsn)
	if err := db.Migrate(ctx, "things", `CREATE TABLE thing (id TEXT PRIMARY KEY, n INTEGER NOT NULL)`); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(ctx, `INSERT INTO thing (id, n) VALUES ('a', 0), ('b', 0)`); err != nil {
		t.Fatal(err)
	}
	var both sync.WaitGroup
	met := make(chan struct{}, 2)
	errs := make(chan error, 2)
	gate := make(chan struct{})
	for _, order := range [][2]string{{"a", "b"}, {"b", "a"}} {
		both.Go(func() {
			tx, err := db.Begin(ctx)
			if err != nil {
				t.Error(err)
				return
			}
			defer tx.Rollback()
			if _, err := tx.Exec(ctx, `UPDATE thing SET n = n + 1 WHERE id = ?`, order[0]); err != nil {
				t.Error(err)
			}
			met <- struct{}{}
			<-gate
			_, err = tx.Exec(ctx, `UPDATE thing SET n = n + 1 WHERE id = ?`, order[1])
			errs <- err
		})
	}
	<-met
	<-met
	close(gate)
	both.Wait()
	one, other := <-errs, <-errs
	if sqldb.Transient(one) == sqldb.Transient(other) {
		t.Errorf("%v and %v", one, other)
	}
}

// settings: those that transactions rely on, whatever the server's are; and of the
// others an address may choose its own.
func settings(t *testing.T, dsn string) {
	tx, err := open(t, dsn+"?default_transaction_isolation=serializable&tcp_keepalives_idle=77").Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	for name, want := range map[string]string{"transaction_isolation": "read committed", "idle_in_transaction_session_timeout": "5s",
		"tcp_keepalives_idle": "77", "tcp_keepalives_count": "3", "application_name": "cityweb"} {
		var got string
		if err := tx.QueryRow(t.Context(), "SHOW "+name).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %q, want %q (%v)", name, got, want, err)
		}
	}
}

// noErrorShowsThePassword, whatever is wrong with the address.
func noErrorShowsThePassword(t *testing.T, good string) {
	const wrong = "hunter2hunter2"
	for what, dsn := range map[string]string{
		"a wrong password": strings.Replace(good, url.QueryEscape(pgtest.Password), wrong, 1),
		"no such database": strings.Replace(good, "/city", "/nowhere", 1),
		"nobody there":     "postgres://sunbeon:" + wrong + "@127.0.0.1:1/city",
		"not escaped":      "postgres://sunbeon:" + wrong + "/@:x@127.0.0.1/city",
		"a bad escape":     "postgres://sunbeon:" + wrong + "%zz@127.0.0.1/city",
		"a bad port":       "postgres://sunbeon:" + wrong + "@127.0.0.1:port/city",
		"in the query":     "postgres://127.0.0.1:1/city?user=x&password=" + wrong,
		"as the user":      "postgres://" + wrong + "%@127.0.0.1:1/city",
		"another kind":     "mysql://sunbeon:" + wrong + "@127.0.0.1:1/city",
		"words":            "host=127.0.0.1 user=sunbeon password=" + wrong,
		"a bad option":     "postgres://sunbeon:" + wrong + "@127.0.0.1:1/city?sslmode=perhaps",
	} {
		_, err := sqldb.Open(t.Context(), dsn)
		if err == nil {
			t.Errorf("%s: no error", what)
			continue
		}
		for _, secret := range []string{wrong, pgtest.Password, url.QueryEscape(pgtest.Password)} {
			if strings.Contains(fmt.Sprintf("%v %+v", err, err), secret) {
				t.Errorf("%s: the error shows the password: %v", what, err)
			}
		}
		if !strings.HasPrefix(err.Error(), "sqldb: ") {
			t.Errorf("%s: %v", what, err)
		}
	}
}
