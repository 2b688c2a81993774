package intake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/feed/link"
	"sunbeon/appliance/queue"
	"sunbeon/display/web/sqldb/pgtest"
)

// TestReplicas is about several processes on one database.
func TestReplicas(t *testing.T) {
	server := pgtest.New(t)
	t.Run("one heard nothing", func(t *testing.T) { heardNothing(t, server.Database()) })
	t.Run("one says the cursors", func(t *testing.T) { oneSaysTheCursors(t, server.Database()) })
	t.Run("deadlock", func(t *testing.T) { deadlock(t, server.Database()) })
	t.Run("backup", func(t *testing.T) { backup(t, server) })
}

// busy is an office with a day of some length behind it.
func busy(t *testing.T, r *rand.Rand, journal string) *office {
	o := newOffice(t, journal, config(rules(1, false, queue.LateEnd)))
	for range 150 {
		o.do(o.random(r))
	}
	return o
}

// exact fails unless the store holds a record, all of it and nothing else.
func exact(t *testing.T, s *Store, office string, rec []feed.FactMessage) {
	t.Helper()
	facts, err := s.Facts(t.Context(), office, rec[0].Journal, 0, len(rec)+1)
	if err != nil || len(facts) != len(rec) {
		t.Fatalf("%s: %d facts are stored of %d, %v", office, len(facts), len(rec), err)
	}
	for i, f := range facts {
		if f.Seq != uint64(i+1) || f.Hash != rec[i].Hash || string(f.Raw) != string(rec[i].Fact) {
			t.Fatalf("%s: fact %d differs: %+v", office, i+1, f)
		}
	}
}

// replicasStoreTheSameFacts: two hear all facts, in portions and with losses
// of their own, and store them at the same time. Each is stored once and in
// order, and both know every ticket.
func replicasStoreTheSameFacts(t *testing.T, dsn string) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	var offices []*office
	for i := range 12 {
		offices = append(offices, busy(t, r, "j"+string(rune('a'+i))))
	}
	id := func(i int) string { return fmt.Sprint("o", i) }
	cities := []*City{New(Config{City: "u", Store: storeAt(t, dsn)}), New(Config{City: "u", Store: storeAt(t, dsn)})}
	var both sync.WaitGroup
	for n, c := range cities {
		both.Go(func() {
			r := rand.New(rand.NewPCG(seed, uint64(n+2)))
			at := make([]int, len(offices))
			left := len(offices)
			for left > 0 {
				for range 1 + r.IntN(6) {
					i := r.IntN(len(offices))
					rec := offices[i].record
					if at[i] == len(rec) {
						continue
					}
					end := min(len(rec), at[i]+1+r.IntN(40))
					part := rec[at[i]:end]
					switch r.IntN(6) {
					case 0: // lost; the other has it perhaps
						continue
					case 1: // said again
						part = rec[max(0, at[i]-r.IntN(20)):end]
					}
					c.hearFacts(t, id(i), part...)
					if at[i] = end; end == len(rec) {
						left--
					}
				}
				c.digest(t)
			}
		})
	}
	both.Wait()
	for i, o := range offices { // the office goes back
		for part := range slices.Chunk(o.record, factsHeld) {
			cities[0].hearFacts(t, id(i), part...)
			cities[0].digest(t)
		}
		cities[1].hearFacts(t, id(i), o.record[len(o.record)-1])
		cities[1].digest(t)
		exact(t, cities[1].cfg.Store, id(i), o.record)
		for n, c := range cities {
			o.compare(fmt.Sprintf("seed %d, office %d, replica %d", seed, i, n), func(token string) (Ticket, bool) {
				got, ok := c.Ticket(token)
				if ok && got.Office == id(i) {
					got.Office = "o"
				}
				return got, ok
			})
		}
	}
}

// heardNothing finds in the store what only another has heard: the
// office's state tells that there is more.
func heardNothing(t *testing.T, dsn string) {
	a, b := New(Config{City: "u", Store: storeAt(t, dsn)}), New(Config{City: "u", Store: storeAt(t, dsn)})
	ctx, stop := context.WithCancel(t.Context())
	var work sync.WaitGroup
	defer work.Wait()
	defer stop()
	work.Go(func() { b.work(ctx) })
	work.Go(func() { b.show(ctx) })
	o := morning(t, "a")
	for _, n := range []int{7, len(o.record)} {
		a.hearFacts(t, "o", o.record[:n]...)
		a.digest(t)
		b.hearSnapshot(t, false, feed.Snapshot{Office: "o", Journal: "a", Epoch: 1, Rev: uint64(n), Seq: uint64(n)})
		eventually(t, "the other knows", func() bool {
			of, _ := b.Office("o")
			got, ok := b.Ticket(o.tokens[0])
			return of.Stored == Stored{Journal: "a", Seq: uint64(n)} && ok && got.Seq == uint64(n)
		})
	}
	o.compare("on the replica that heard nothing", b.Ticket)
	if got := b.pending(); got != fmt.Sprint("o:a:", len(o.record)) {
		t.Errorf("it would say %q", got)
	}
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	look, end := time.NewTicker(10*time.Millisecond), time.After(30*time.Second)
	defer look.Stop()
	for !ok() {
		select {
		case <-look.C:
		case <-end:
			t.Fatalf("never: %s", what)
		}
	}
}

// oneSaysTheCursors, and the next one goes on where it was.
func oneSaysTheCursors(t *testing.T, dsn string) {
	rec := recordOf("a", 9)
	type end struct {
		city *City
		line *line
		stop func()
	}
	var said bytes.Buffer
	begin := func() end {
		c := New(Config{City: "u", Store: storeAt(t, dsn), Log: slog.New(slog.NewTextHandler(&said, nil))})
		ctx, cancel := context.WithCancel(t.Context())
		l, done := new(line), make(chan error, 1)
		go func() { done <- c.session(ctx, l) }()
		return end{c, l, func() {
			cancel()
			if err := <-done; !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		}}
	}
	hear := func(e end, from, to int) {
		t.Helper()
		e.city.hearFacts(t, "o", rec[from:to]...)
		e.city.digest(t)
	}
	speaks := func(e end, want string) {
		t.Helper()
		var last string
		eventually(t, "the cursor "+want, func() bool {
			for _, c := range e.line.cursors(t) {
				last = c
			}
			return last == want
		})
	}
	a := begin()
	hear(a, 0, 3)
	speaks(a, "o:a:3")
	b := begin()
	eventually(t, "the other listens", func() bool { up, _ := b.city.Link(); return up })
	hear(b, 0, 6) // b stores three more than a has heard
	hear(a, 0, 4)
	speaks(a, "o:a:6") // a says what is stored, not what it stored
	if got := b.line.cursors(t); len(got) != 0 {
		t.Errorf("the one that is not to speak says %v", got)
	}
	// The speaker stores one more that the other has not heard, and is gone.
	hear(a, 6, 7)
	speaks(a, "o:a:7")
	a.stop()
	var first []string
	eventually(t, "the other speaks", func() bool { first = append(first, b.line.cursors(t)...); return len(first) > 0 })
	if first[0] != "o:a:7" {
		t.Errorf("the next speaker begins with %v, want 7", first)
	}
	hear(b, 6, 9)
	speaks(b, "o:a:9")
	b.stop()
	if n := strings.Count(said.String(), "this replica says the cursors"); n != 2 {
		t.Errorf("said %d times in the log who speaks: %s", n, &said)
	}
}

// deadlock: a transaction that locks the same rows in another order, as somebody's
// who works on the database by hand. The facts are stored all the same.
func deadlock(t *testing.T, dsn string) {
	var said bytes.Buffer
	c := New(Config{City: "u", Store: storeAt(t, dsn), Log: slog.New(slog.NewTextHandler(&said, nil))})
	rec := map[string][]feed.FactMessage{"o": recordOf("a", 2), "p": recordOf("b", 2)}
	hear := func(n int) error {
		for id, r := range rec {
			c.hearFacts(t, id, r[n])
		}
		return c.storeFacts(t.Context(), c.mail.take(batchFacts))
	}
	if err := hear(0); err != nil {
		t.Fatal(err)
	}
	db := c.cfg.Store.db
	other, err := db.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Rollback()
	// The city's connection is to find the deadlock, and to be ended for it.
	if _, err := other.Exec(t.Context(), `SET LOCAL deadlock_timeout = '10min'`); err != nil {
		t.Fatal(err)
	}
	lock := func(office string) {
		t.Helper()
		if _, err := other.Exec(t.Context(), `UPDATE progress SET turn = turn WHERE office = ?`, office); err != nil {
			t.Fatal(err)
		}
	}
	lock("p")
	done := make(chan error, 1)
	go func() { done <- hear(1) }()
	eventually(t, "the city waits for p", func() bool {
		var n int
		err := db.QueryRow(t.Context(), `SELECT count(*) FROM pg_locks WHERE NOT granted`).Scan(&n)
		return err == nil && n > 0
	})
	lock("o") // which the city has
	if err := other.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	exact(t, c.cfg.Store, "o", rec["o"])
	exact(t, c.cfg.Store, "p", rec["p"])
	if !strings.Contains(said.String(), "trying again") {
		t.Errorf("in the log: %s", &said)
	}
}

// TestACursorNeverGoesBack: what was read from the store before, and comes later.
func TestACursorNeverGoesBack(t *testing.T) {
	c := newCursors()
	c.say("o", feed.Cursor{V: 1, Journal: "a", Seq: 5})
	c.say("o", feed.Cursor{V: 1, Journal: "a", Seq: 4})
	c.repeat("o", feed.Cursor{V: 1, Journal: "a", Seq: 3})
	c.all(map[string]feed.Cursor{"o": {V: 1, Journal: "a", Seq: 2}, "p": {V: 1, Journal: "b", Seq: 1}})
	if got := c.take(); got["o"].Seq != 5 || got["p"].Seq != 1 {
		t.Errorf("%v", got)
	}
	c.say("o", feed.Cursor{V: 1, Journal: "b", Seq: 1}) // the card was exchanged
	if got := c.take(); got["o"].Journal != "b" {
		t.Errorf("%v", got)
	}
}

// TestDatabaseIsKilledUnderLoad: what was acknowledged is there afterwards, once
// and in order, and the rest follows.
func TestDatabaseIsKilledUnderLoad(t *testing.T) {
	server := pgtest.New(t)
	dsn := server.Database()
	const facts = 3000
	rec := map[string][]feed.FactMessage{"o": recordOf("a", facts), "p": recordOf("b", facts)}
	cities := []*City{New(Config{City: "u", Store: storeAt(t, dsn)}), New(Config{City: "u", Store: storeAt(t, dsn)})}
	var mu sync.Mutex
	acknowledged := make(map[string]uint64)
	failed := 0
	var load sync.WaitGroup
	ctx, stop := context.WithCancel(t.Context())
	defer load.Wait()
	defer stop()
	for _, c := range cities {
		load.Go(func() {
			for ctx.Err() == nil {
				done := true
				for id, all := range rec {
					from := int(c.cfg.Store.seq(id, all[0].Journal))
					c.hearFacts(t, id, all[from:min(from+20, facts)]...)
					done = done && from == facts
				}
				err := c.storeFacts(ctx, c.mail.take(batchFacts))
				mu.Lock()
				if err != nil {
					failed++
				}
				for id, cur := range c.cursors.take() {
					acknowledged[id] = max(acknowledged[id], cur.Seq)
				}
				mu.Unlock()
				if done {
					return
				}
			}
		})
	}
	reached := func(n uint64) func() bool {
		return func() bool {
			mu.Lock()
			defer mu.Unlock()
			return acknowledged["o"] >= n && acknowledged["p"] >= n
		}
	}
	for _, n := range []uint64{300, 1200, 2200} {
		eventually(t, fmt.Sprint(n, " facts"), reached(n))
		server.Kill()
		mu.Lock()
		was := map[string]uint64{"o": acknowledged["o"], "p": acknowledged["p"]}
		mu.Unlock()
		server.Start()
		s := storeAt(t, dsn)
		for id, all := range rec {
			if got := s.seq(id, all[0].Journal); got < was[id] {
				t.Errorf("%s: %d facts were acknowledged, %d are there", id, was[id], got)
			}
		}
	}
	eventually(t, "all facts", reached(facts))
	load.Wait()
	if failed == 0 {
		t.Error("nobody noticed that the database was gone")
	}
	for id, all := range rec {
		exact(t, cities[0].cfg.Store, id, all)
	}
}

// fallsBack: a standby that had not everything takes over, or an
// older backup, while cityweb runs. The offices still have what is missing.
func fallsBack(t *testing.T, dsn string) {
	for n, back := range map[uint64][]string{
		4: {`DELETE FROM fact WHERE seq > 4`, `UPDATE progress SET seq = 4, hash = (SELECT hash FROM fact WHERE seq = 4)`},
		0: {`DELETE FROM fact`, `DELETE FROM progress`},
	} {
		fallBack(t, dsn, n, back)
	}
}

func fallBack(t *testing.T, dsn string, n uint64, back []string) {
	t.Helper()
	c := New(Config{City: "u", Store: storeAt(t, dsn)})
	o := morning(t, "a")
	rec := o.record
	c.hearFacts(t, "o", rec[:9]...)
	c.digest(t)
	if got := c.pending(); got != "o:a:9" {
		t.Fatal(got)
	}
	db := c.cfg.Store.db
	for _, st := range back {
		if _, err := db.Exec(t.Context(), st); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.catchUp(t.Context(), []string{"o"}); err != nil { // does not hide it
		t.Fatal(err)
	}
	c.hearFacts(t, "o", rec[9])
	c.digest(t)
	if got := c.pending(); got != fmt.Sprint("o:a:", n) {
		t.Errorf("cursor %q, want %d", got, n)
	}
	c.hearFacts(t, "o", rec[n:]...)
	c.digest(t)
	if got := c.pending(); got != fmt.Sprint("o:a:", len(rec)) {
		t.Errorf("cursor %q, want %d", got, len(rec))
	}
	exact(t, c.cfg.Store, "o", rec)
	o.compare("in the end", c.Ticket)
	for _, st := range []string{`DELETE FROM fact`, `DELETE FROM progress`} { // for the next
		if _, err := db.Exec(t.Context(), st); err != nil {
			t.Fatal(err)
		}
	}
}

// backup: a copy taken while facts come is whole up to some fact, and the rest
// comes again.
func backup(t *testing.T, server *pgtest.Server) {
	o := morning(t, "a")
	half := len(o.record) / 2
	check := func(t *testing.T, from *City, copied string) {
		t.Helper()
		from.hearFacts(t, "o", o.record[half:]...)
		from.digest(t)
		c := New(Config{City: "u", Store: storeAt(t, copied)})
		if got := current(c.cfg.Store.heads)["o"]; got.Seq != uint64(half) {
			t.Errorf("the copy is at %d, want %d", got.Seq, half)
		}
		c.hearFacts(t, "o", o.record[half:]...)
		c.digest(t)
		exact(t, c.cfg.Store, "o", o.record)
		o.compare("from the copy", c.Ticket)
	}
	city := func(t *testing.T, dsn string) *City {
		c := New(Config{City: "u", Store: storeAt(t, dsn)})
		c.hearFacts(t, "o", o.record[:half]...)
		c.digest(t)
		return c
	}
	t.Run("sqlite", func(t *testing.T) {
		c := city(t, filepath.Join(t.TempDir(), "city.db"))
		copied := filepath.Join(t.TempDir(), "copy.db")
		if _, err := c.cfg.Store.db.Exec(t.Context(), `VACUUM INTO '`+copied+`'`); err != nil {
			t.Fatal(err)
		}
		check(t, c, copied)
	})
	t.Run("postgres", func(t *testing.T) {
		dsn, copied := server.Database(), server.Database()
		c := city(t, dsn)
		dump := server.Command("pg_dump", "--format=custom", "--dbname="+dsn)
		var saved bytes.Buffer
		dump.Stdout = &saved
		if err := dump.Run(); err != nil {
			t.Fatal(err)
		}
		restore := server.Command("pg_restore", "--no-owner", "--dbname="+copied)
		restore.Stdin = &saved
		if out, err := restore.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		check(t, c, copied)
	})
}

// torn is a connection that the broker has ended.
type torn struct {
	line
	done chan struct{}
}

func (c *torn) Done() <-chan struct{} { return c.done }

// TestTwoOfOneNameAreTold: connections that end soon, one after the other.
func TestTwoOfOneNameAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said bytes.Buffer
		c := New(Config{City: "u", Replica: "a", Store: new(Store), Log: slog.New(slog.NewTextHandler(&said, nil))})
		lasts := time.Duration(0)
		session := c.rivalry("sunbeon-city-u-a", func(context.Context, link.Conn) error { time.Sleep(lasts); return link.ErrLost })
		ended := make(chan struct{})
		close(ended)
		lose := func(n int, after time.Duration) {
			lasts = after
			for range n {
				if err := session(t.Context(), &torn{done: ended}); !errors.Is(err, link.ErrLost) {
					t.Error(err)
				}
			}
		}
		told := func(want int) {
			t.Helper()
			if n := strings.Count(said.String(), "client=sunbeon-city-u-a"); n != want {
				t.Errorf("told %d times, want %d: %s", n, want, &said)
			}
		}
		lose(3, time.Second)
		lose(1, time.Minute) // a network that breaks now and then
		lose(3, time.Second)
		told(0)
		lose(20, time.Second)
		told(1)
		if !strings.Contains(said.String(), "-replica") {
			t.Errorf("no remedy: %s", &said)
		}
		lose(1, time.Minute)
		lose(4, time.Second)
		told(2)
	})
}
