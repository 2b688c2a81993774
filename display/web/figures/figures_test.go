package figures

import (
	"context"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
	"time"

	"sunbeon/appliance/queue"
	"sunbeon/display/web/sqldb"
	"sunbeon/display/web/sqldb/pgtest"
)

// weeks gives an office its day of tickets an hour on each of the last Tuesdays,
// the newest first; 0 is a holiday. The next day begins at the Tuesday's 8:30.
func weeks(o *site, perHour ...int) {
	for i := len(perHour) - 1; i >= 0; i-- {
		date := tuesday(0, 0).AddDate(0, 0, -7*(i+1))
		switch n := perHour[i]; n {
		case 0:
			o.until(date.Add(10 * time.Hour))
			o.must(queue.Tick{})
			o.must(queue.CloseDay{})
		default:
			o.day(date, n, time.Duration(n)*time.Minute)
		}
	}
	o.until(tuesday(8, 30))
	o.must(queue.Tick{})
}

func weeksAgo(n int) time.Time { return tuesday(8, 0).AddDate(0, 0, -7*n) }

// rows are the dates of the closed days that are kept.
func rows(t *testing.T, db *sqldb.DB) (dates []string) {
	t.Helper()
	all, err := db.Query(t.Context(), `SELECT date FROM figure_day ORDER BY office, journal, day`)
	if err != nil {
		t.Fatal(err)
	}
	defer all.Close()
	for all.Next() {
		var d string
		if err := all.Scan(&d); err != nil {
			t.Fatal(err)
		}
		dates = append(dates, d)
	}
	if err := all.Err(); err != nil {
		t.Fatal(err)
	}
	return dates
}

func pass(t *testing.T, f *Figures) {
	t.Helper()
	if err := f.pass(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func day2(t *testing.T, f *Figures, o *site, now time.Time) Curves {
	t.Helper()
	c, ok := f.Day(t.Context(), o.id, now, o.point())
	if !ok {
		t.Fatal("the curves cannot be read")
	}
	return c
}

func TestTheUsualDay(t *testing.T) {
	db := city(t)
	o := newSite(t, "o", "a", weeksAgo(9))
	weeks(o, 4, 2, 0, 6, 3, 0, 0, 5, 6) // the ninth is too long ago
	o.until(tuesday(9, 0))
	o.issue("civil")
	o.issue("passport")
	o.until(tuesday(9, 10))
	o.store(db)
	now := tuesday(9, 10)
	f := open(t, db, &now)
	pass(t, f)
	c := day2(t, f, o, now)
	if c.Date != "2026-11-24" || c.Days != 5 || c.Doubt || !c.Until.Equal(now) || len(c.Lines) != 3 {
		t.Fatalf("%+v", c)
	}
	// In half an hour from 10:00 there came 2, 1, 3, 2 and 3 of 4, 2, 6, 3 and 5 an
	// hour; each waited as many minutes.
	for i, service := range []string{"", "civil"} {
		u := c.Lines[i].Usual[20]
		want := Usual{Days: 5, Issued: 2, Low: 2 * 3 / 30., Mid: 2 * 4 / 30., High: 3 * 5 / 30., WaitDays: 5, Wait: 4 * 60}
		if c.Lines[i].Service != service || u != want {
			t.Errorf("%q: %+v, want %+v", service, u, want)
		}
	}
	if u := c.Lines[2].Usual[20]; u != (Usual{Days: 5}) {
		t.Errorf("nobody ever comes for a passport: %+v", u)
	}
	if u := c.Lines[0].Usual[40]; u != (Usual{}) {
		t.Errorf("20:00: %+v", u)
	}
	if today := c.Lines[0].Today[18]; today != (Half{Span: 600, Issued: 2, Waiting: 2}) {
		t.Errorf("today: %+v", today)
	}
	// A Wednesday knows nothing of Tuesdays.
	if c := day2(t, f, o, now.AddDate(0, 0, 1)); c.Days != 0 || len(c.Lines) != 1 || c.Lines[0].Usual[20].Days != 0 || !c.Until.IsZero() {
		t.Errorf("Wednesday: %+v", c)
	}
}

func TestFewerThanThreeDaysAreNotUsual(t *testing.T) {
	db := city(t)
	o := newSite(t, "o", "a", weeksAgo(3))
	weeks(o, 4, 4)
	o.store(db)
	now := tuesday(9, 0)
	f := open(t, db, &now)
	pass(t, f)
	c := day2(t, f, o, now)
	if c.Days != 2 || c.Lines[0].Usual != [Halves]Usual{} {
		t.Errorf("%d days: %+v", c.Days, c.Lines[0].Usual)
	}
	if h, ok := c.Lines[0].Best(func(int) bool { return true }); ok {
		t.Errorf("the best of too little is %d", h)
	}
}

// TestADayIsClosedOnce, again after it was reopened, and not by a replica that is
// behind.
func TestADayIsClosedOnce(t *testing.T) {
	db := city(t)
	o := newSite(t, "o", "a", weeksAgo(1))
	o.until(weeksAgo(1).Add(2 * time.Hour))
	o.issue("civil")
	now := tuesday(9, 0)
	f := open(t, db, &now)
	o.store(db)
	pass(t, f)
	if got := rows(t, db); got != nil {
		t.Fatalf("%v is not closed", got)
	}
	o.must(queue.CloseDay{})
	o.store(db)
	pass(t, f)
	first, err := past(t.Context(), db, "o", before(now))
	if got := rows(t, db); err != nil || len(got) != 1 || got[0] != "2026-11-17" || first["2026-11-17"].Issued != 1 {
		t.Fatal(got, first, err)
	}
	old := o.tally()
	closed := int64(o.state.Seq)

	o.must(queue.OpenDay{})
	o.issue("civil")
	o.must(queue.CloseDay{})
	o.store(db)
	pass(t, f)
	pass(t, f)
	again, err := past(t.Context(), db, "o", before(now))
	if got := rows(t, db); err != nil || len(got) != 1 || again["2026-11-17"].Issued != 2 {
		t.Fatal(got, again, err)
	}
	if err := keep(t.Context(), db, record{"o", "a"}, old, closed); err != nil {
		t.Fatal(err)
	}
	if err := reached(t.Context(), db, record{"o", "a"}, closed); err != nil {
		t.Fatal(err)
	}
	if late, err := past(t.Context(), db, "o", before(now)); err != nil || !reflect.DeepEqual(late, again) {
		t.Errorf("%+v (%v) by one that was behind, want %+v", late, err, again)
	}
}

// TestReplicasCloseDaysAtOnce: the same rows as from one, whoever was first.
func TestReplicasCloseDaysAtOnce(t *testing.T) {
	db := city(t)
	now := tuesday(9, 0)
	for _, id := range []string{"a", "b", "c"} {
		o := newSite(t, id, "j"+id, weeksAgo(3))
		weeks(o, 4, 2, 3)
		o.store(db)
	}
	var all sync.WaitGroup
	for range 3 {
		f := open(t, db, &now)
		all.Go(func() {
			if err := f.pass(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := rows(t, db); len(got) != 9 {
		t.Errorf("%v", got)
	}
	f := open(t, db, &now)
	if _, err := db.Exec(t.Context(), `UPDATE figure_day SET body = 'x'`); err != nil {
		t.Fatal(err)
	}
	pass(t, f)
	var n int
	if err := db.QueryRow(t.Context(), `SELECT COUNT(*) FROM figure_day WHERE body = 'x'`).Scan(&n); err != nil || n != 9 {
		t.Errorf("%d of 9 days stayed as they were: a pass makes days anew (%v)", n, err)
	}
}

// TestOldDaysAreNeitherMadeNorKept.
func TestOldDaysAreNeitherMadeNorKept(t *testing.T) {
	db := city(t)
	o := newSite(t, "o", "a", weeksAgo(12))
	weeks(o, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3)
	o.store(db)
	now := tuesday(9, 0)
	f := open(t, db, &now)
	pass(t, f)
	if got := rows(t, db); len(got) != Weeks+1 || got[0] != "2026-09-22" {
		t.Fatalf("%v", got)
	}
	now = now.AddDate(0, 0, 14)
	pass(t, f)
	if got := rows(t, db); len(got) != Weeks-1 || got[0] != "2026-10-06" {
		t.Errorf("two weeks later: %v", got)
	}
}

// TestRunStopsAndGoesOn: what was begun before a restart is finished after it.
func TestRunStopsAndGoesOn(t *testing.T) {
	db := city(t)
	o := newSite(t, "o", "a", weeksAgo(8))
	weeks(o, 3, 3, 3, 3, 3, 3, 3, 3)
	o.store(db)
	now := tuesday(9, 0)
	deadline := time.Now().Add(time.Minute)
	for n := range 20 {
		f := open(t, db, &now)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- f.Run(ctx) }()
		for len(rows(t, db)) <= n && n < 8 && time.Now().Before(deadline) {
			time.Sleep(time.Millisecond) // polled
		}
		cancel()
		if err := <-ended; err != context.Canceled {
			t.Fatal(err)
		}
	}
	if got := rows(t, db); len(got) != 8 {
		t.Errorf("%v", got)
	}
}

// TestTodayGrowsAsFactsCome: fact by fact it equals what is counted at one go, and
// what is not yet there is not guessed.
func TestTodayGrowsAsFactsCome(t *testing.T) {
	db := city(t)
	now := tuesday(8, 0)
	f := open(t, db, &now)
	o := newSite(t, "o", "a", now)
	if c := day2(t, f, o, now); !c.Until.IsZero() || c.Lines[0].Today != [Halves]Half{} {
		t.Errorf("no fact has come: %+v", c)
	}
	for n := range 40 {
		o.wait(7 * time.Minute)
		o.issue("civil")
		if n%3 == 2 {
			o.call()
		}
		if n%4 != 0 {
			o.store(db)
		}
		now = time.UnixMilli(o.now.Wall)
		want := open(t, db, &now)
		if got, all := day2(t, f, o, now), day2(t, want, o, now); !reflect.DeepEqual(got, all) {
			t.Fatalf("after ticket %d: %+v, want %+v", n, got, all)
		} else if behind := o.stored < len(o.record); behind == got.Until.Equal(now) {
			t.Fatalf("after ticket %d it is known until %v; behind: %v", n, got.Until, behind)
		}
	}
	o.store(db)
	// The office falls silent: what it had does not go on.
	silent := o.point()
	now = now.Add(3 * time.Hour)
	c, _ := f.Day(t.Context(), "o", now, silent)
	if !c.Until.Equal(silent.Heard) {
		t.Errorf("%v, want %v", c.Until, silent.Heard)
	}
	// Another kiosk with another record takes its place.
	b := newSite(t, "o", "b", now)
	b.issue("civil")
	b.store(db)
	if c := day2(t, f, b, now); c.Lines[0].Today[20].Issued != 0 || !c.Until.Equal(now) {
		t.Errorf("%+v", c)
	}
	// The next day begins with nothing.
	b.until(tuesday(9, 0).AddDate(0, 0, 1))
	b.must(queue.Tick{})
	b.issue("civil")
	b.wait(6 * time.Minute)
	b.store(db)
	now = time.UnixMilli(b.now.Wall)
	if c := day2(t, f, b, now); c.Date != "2026-11-25" || c.Lines[0].Today[18] != (Half{Span: 360, Issued: 1, Waiting: 1}) || c.Lines[0].Today[22] != (Half{}) {
		t.Errorf("%+v", c)
	}
}

// TestTwoRecordsOfADate: the one with more tickets stands for it.
func TestTwoRecordsOfADate(t *testing.T) {
	db := city(t)
	now := tuesday(9, 0)
	f := open(t, db, &now)
	for journal, tickets := range map[string]int{"a": 2, "b": 5, "c": 0} {
		o := newSite(t, "o", journal, weeksAgo(1))
		for range tickets {
			o.issue("civil")
		}
		o.must(queue.CloseDay{})
		o.store(db)
	}
	pass(t, f)
	if got, err := past(t.Context(), db, "o", before(now)); err != nil || len(got) != 1 || got["2026-11-17"].Issued != 5 {
		t.Error(got, err)
	}
}

func TestADayInDoubtIsNotUsual(t *testing.T) {
	db := city(t)
	now := tuesday(9, 0)
	f := open(t, db, &now)
	o := newSite(t, "o", "a", weeksAgo(1))
	o.issue("civil")
	o.now.Trusted = false
	o.issue("civil")
	o.now.Trusted, o.now.Boot = true, "b"
	o.must(queue.CloseDay{})
	o.store(db)
	pass(t, f)
	if got, err := past(t.Context(), db, "o", before(now)); err != nil || len(got) != 0 || len(rows(t, db)) != 1 {
		t.Error(got, err)
	}
}

// TestTheStoreFails: the page goes without, and it is said once.
func TestTheStoreFails(t *testing.T) {
	db := city(t)
	now := tuesday(9, 0)
	f := open(t, db, &now)
	o := newSite(t, "o", "a", weeksAgo(1))
	o.store(db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, ok := f.Day(t.Context(), "o", now, o.point()); ok || !f.failing {
		t.Error("a closed store has figures")
	}
}

// TestManyOffices: what is kept of them is bounded.
func TestManyOffices(t *testing.T) {
	db := city(t)
	now := tuesday(9, 0)
	f := open(t, db, &now)
	for range 2 * offices {
		now = now.Add(time.Millisecond)
		f.office(now.String())
	}
	if len(f.known) != offices || f.known[now.String()] == nil {
		t.Errorf("%d are kept", len(f.known))
	}
}

// TestQuestionsGoByIndex: none of them looks through all facts.
func TestQuestionsGoByIndex(t *testing.T) {
	db := city(t)
	for _, q := range []string{
		`SELECT office, journal FROM fact WHERE (office, journal) > ('a', 'b') ORDER BY office, journal LIMIT 1`,
		`SELECT MAX(seq) FROM fact WHERE office = 'a' AND journal = 'b'`,
		`SELECT MIN(seq) FROM fact WHERE office = 'a' AND journal = 'b' AND seq > 1 AND seq <= 9 AND kind = 'day_closed'`,
		`SELECT raw FROM fact WHERE office = 'a' AND day = 1 AND journal = 'b' AND seq > 1 AND seq <= 9 AND kind IN ` + ticketKinds() + ` ORDER BY seq`,
	} {
		rows, err := db.Query(t.Context(), `EXPLAIN QUERY PLAN `+q)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var a, b, c int
			var plan string
			if err := rows.Scan(&a, &b, &c, &plan); err != nil {
				t.Fatal(err)
			}
			if plan[:6] != "SEARCH" {
				t.Errorf("%s: %s", q, plan)
			}
		}
		rows.Close()
	}
}

// TestOnPostgreSQL: both databases give the same curves, and replicas the same rows.
func TestOnPostgreSQL(t *testing.T) {
	o := newSite(t, "o", "a", weeksAgo(5))
	weeks(o, 4, 2, 0, 6, 3)
	o.until(tuesday(9, 0))
	o.issue("civil")
	now := tuesday(9, 10)
	var want Curves
	server := pgtest.New(t)
	for i, dsn := range []string{filepath.Join(t.TempDir(), "city.db"), server.Database()} {
		db := cityAt(t, dsn)
		o.stored = 0
		o.store(db)
		var all sync.WaitGroup
		for range 3 {
			f := open(t, db, &now)
			all.Go(func() {
				if err := f.pass(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		got := day2(t, open(t, db, &now), o, now)
		if i == 0 {
			want = got
		}
		if dates := rows(t, db); len(dates) != 5 || got.Days != 4 || !reflect.DeepEqual(got, want) {
			t.Errorf("%v, %+v, want %+v", dates, got, want)
		}
	}
}
