package journal

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"sunbeon/appliance/queue"
)

// Sizes of an office: a busy day, and what lies behind after five years.
const (
	dayTickets = 400
	oldDays    = 5 * 250
)

// day gives the facts of a day of n tickets, about five facts each.
func day(tb testing.TB, b *bench, n int) {
	tb.Helper()
	r := rand.New(rand.NewPCG(7, 7))
	for i := range n {
		b.wait(time.Duration(r.IntN(60)) * time.Second)
		ref := b.issue("civil")
		b.do(queue.PaperResult{Ref: ref, Paper: queue.OnPaper})
		if i > 3 {
			b.do(queue.CallNext{Counter: 1 + i%3})
		}
	}
}

// fiveYears fills a record with copies of one day, directly, and opens a new
// day behind them.
func fiveYears(tb testing.TB, path string, days int) (*Journal, *bench) {
	tb.Helper()
	j := openAt(tb, path)
	b := newBench(tb, j.Append)
	b.open()
	day(tb, b, dayTickets)
	b.do(queue.CloseDay{})
	last := j.Last()
	db := j.side
	for _, sql := range []string{
		`CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ` + fmt.Sprint(days) + `) SELECT i FROM n`,
		"PRAGMA synchronous = OFF",
		"BEGIN",
		fmt.Sprintf(`INSERT INTO facts SELECT seq + i * %[1]d, day + i, kind, at_wall, trusted, mono, boot, body, hash FROM n CROSS JOIN facts WHERE seq <= %[1]d`, last),
		fmt.Sprintf(`INSERT INTO days SELECT day + i, first + i * %d, date(date, '+' || i || ' days'), closed FROM n CROSS JOIN days WHERE day = 1`, last),
		`INSERT INTO tickets SELECT day + i, band, number, label, service, class, origin, status, missed, issued, issued_at, ahead, low, mid, high, base, line, called, counter, in_turn, wait, handling, last_called FROM n CROSS JOIN tickets WHERE day = 1`,
		fmt.Sprintf(`INSERT INTO visits SELECT called + i * %d, day + i, band, number, service, class, counter, how, called_at, ended, paused, handling, to_next FROM n CROSS JOIN visits WHERE day = 1`, last),
		"COMMIT",
		"DROP TABLE n",
		"PRAGMA wal_checkpoint(TRUNCATE)",
	} {
		if _, err := db.Exec(sql); err != nil {
			tb.Fatalf("%.60s: %v", sql, err)
		}
	}
	var end uint64
	if err := j.read.QueryRow("SELECT seq, hash FROM facts ORDER BY seq DESC LIMIT 1").Scan(&end, &j.chain); err != nil {
		tb.Fatal(err)
	}
	// The copies are no true chain; the new day is one of its own behind them.
	j.last.Store(end)
	j.today = newFold()
	j.today.day.day = int64(days + 1)
	b.state.Seq, b.state.Day.Number = end, int64(days+1)
	b.wait(24 * time.Hour)
	b.do(queue.OpenDay{})
	if !b.state.Day.Open {
		tb.Fatal("the day did not open")
	}
	return j, b
}

// Reading and adding today's facts must not touch the days before.
func TestOldDaysCostNothing(t *testing.T) {
	j, b := fiveYears(t, filepath.Join(memory(t), "j.db"), 40)
	day(t, b, 10)
	for name, q := range map[string]struct {
		sql  string
		args []any
	}{
		"today":     {rowColumns + "WHERE seq >= ? ORDER BY seq", []any{9}},
		"after":     {rowColumns + "WHERE seq > ? ORDER BY seq LIMIT ?", []any{9, 5}},
		"latest":    {"SELECT first FROM days ORDER BY day DESC LIMIT 1", nil},
		"handlings": {visitsOfDays("v.day"), []any{3, 4}},
		"samples":   {"SELECT wait FROM tickets WHERE day BETWEEN ? AND ? ORDER BY day, issued", []any{3, 4}},
	} {
		rows, err := j.read.Query("EXPLAIN QUERY PLAN "+q.sql, q.args...)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				t.Fatal(err)
			}
			if len(detail) > 4 && detail[:4] == "SCAN" && detail != "SCAN days" {
				t.Errorf("%s reads everything: %s", name, detail)
			}
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	if err := j.Replay(func(queue.Fact) error { n++; return nil }); err != nil || uint64(n) > j.Last()/20 {
		t.Fatalf("%d facts of %d are replayed: %v", n, j.Last(), err)
	}
}

func BenchmarkAppend(b *testing.B) {
	for _, where := range []struct {
		name string
		days int
	}{{"new record", 0}, {"five years behind", oldDays}} {
		b.Run(where.name, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "j.db")
			var o *bench
			if where.days > 0 {
				_, o = fiveYears(b, path, where.days)
			} else {
				o = newBench(b, openAt(b, path).Append)
				o.open()
			}
			n := 0
			for b.Loop() {
				if n++; n%2900 == 0 {
					o.wait(24 * time.Hour)
					o.do(queue.Tick{})
				}
				o.issue("civil")
			}
		})
	}
}

// BenchmarkBareFlush is the floor: the bytes of a fact, written and flushed.
func BenchmarkBareFlush(b *testing.B) {
	fact := queue.Fact{Day: 1, Seq: 3, At: queue.Stamp{Wall: monday().UnixMilli(), Boot: "boot-a"},
		Event: queue.Issued{Ref: queue.Ref{Band: "civil", Number: 1}, Class: queue.Ordinary, Origin: queue.Button}}
	body, err := json.Marshal(fact)
	if err != nil {
		b.Fatal(err)
	}
	f, err := os.Create(filepath.Join(b.TempDir(), "bare"))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for b.Loop() {
		if _, err := f.Write(body); err != nil {
			b.Fatal(err)
		}
		if err := syscall.Fdatasync(int(f.Fd())); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReplay(b *testing.B) {
	for _, where := range []struct {
		name string
		days int
	}{{"day alone", 0}, {"five years behind", oldDays}} {
		b.Run(where.name, func(b *testing.B) {
			path := filepath.Join(memory(b), "j.db")
			var j *Journal
			var o *bench
			if where.days > 0 {
				j, o = fiveYears(b, path, where.days)
			} else {
				j = openAt(b, path)
				o = newBench(b, j.Append)
				o.open()
			}
			day(b, o, dayTickets)
			for b.Loop() {
				n := 0
				if err := j.Replay(func(queue.Fact) error { n++; return nil }); err != nil || n < dayTickets {
					b.Fatal(n, err)
				}
			}
		})
	}
}

func BenchmarkFiguresOfAYear(b *testing.B) {
	j, _ := fiveYears(b, filepath.Join(memory(b), "j.db"), oldDays)
	for b.Loop() {
		f, err := j.Figures(context.Background(), "2027-01-01", "2027-12-31")
		if err != nil || f.Total.Waiting.N < 100_000 {
			b.Fatal(f.Total, err)
		}
	}
}
