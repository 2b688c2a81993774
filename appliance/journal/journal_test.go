package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sunbeon/appliance/queue"
)

func TestReplayIsTheLiveState(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.Uint64().Draw(rt, "seed")
		most := 200
		if raced {
			most = 15
		}
		steps := rapid.IntRange(1, most).Draw(rt, "steps")
		r := rand.New(rand.NewPCG(seed, 1))
		path := filepath.Join(memory(t), "j.db")
		j := openAt(t, path)
		b := newBench(t, func(f []queue.Fact) error { return j.Append(f) })
		b.open()
		for range steps {
			if err := b.life(r); err != nil {
				rt.Fatal(err)
			}
			if r.IntN(40) == 0 {
				if err := j.Close(); err != nil {
					rt.Fatal(err)
				}
				j = openAt(t, path)
			}
		}
		if got, want := replayed(t, j).Encode(), b.state.Encode(); !bytes.Equal(got, want) {
			rt.Fatalf("replay\n%s\nlive\n%s", got, want)
		}
		if r, err := j.Verify(context.Background()); err != nil || !r.OK() {
			rt.Fatal(r, err)
		}
		for _, want := range b.state.Tickets {
			var status, service string
			var at *int64
			if err := j.read.QueryRow("SELECT status, service, issued_at FROM tickets WHERE day = ? AND band = ? AND number = ?",
				b.state.Day.Number, want.Band, want.Number).Scan(&status, &service, &at); err != nil {
				rt.Fatal(err)
			}
			if status != string(want.Status) || service != want.Service {
				rt.Fatalf("%v: the projection says %s for %s, the state %s for %s", want.Ref, status, service, want.Status, want.Service)
			}
			if (at != nil) != want.Issued.Trusted || at != nil && *at != want.Issued.Wall {
				rt.Fatalf("%v: issued at %v, the state says %+v", want.Ref, at, want.Issued)
			}
		}
		if err := j.Close(); err != nil {
			rt.Fatal(err)
		}
	})
}

func TestBeforeTheFirstDay(t *testing.T) {
	j := openNew(t)
	b := newBench(t, j.Append)
	b.do(queue.Configure{Config: office()})
	if got := replayed(t, j); len(got.Config.Services) != 2 || j.Last() != 1 {
		t.Fatalf("replayed %+v up to %d", got.Config, j.Last())
	}
	whole(t, j)
	b.do(queue.Tick{})
	n := 0
	if err := j.Replay(func(f queue.Fact) error { n++; return nil }); err != nil || n != 1 {
		t.Fatalf("%d facts of the first day, %v: the ones before it are not replayed", n, err)
	}
}

func TestOpenings(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "j.db")
	j, err := Open(ctx, path, Options{FirstEpoch: 1000})
	if err != nil {
		t.Fatal(err)
	}
	id := j.ID()
	if j.Epoch() != 1000 || len(id) != 32 {
		t.Fatalf("epoch %d id %q", j.Epoch(), id)
	}
	if _, err := Open(ctx, path, Options{}); !errors.Is(err, ErrBusy) {
		t.Fatalf("a second writer: %v", err)
	}
	if err := j.SetCursor(7); err != nil {
		t.Fatal(err)
	}
	if day, b, err := j.Model(); day != 0 || b != nil || err != nil {
		t.Fatalf("no model: %d %q %v", day, b, err)
	}
	for _, m := range []string{"first", "second"} {
		if err := j.KeepModel(int64(len(m)), []byte(m)); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Checkpoint(); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if err := j.Append(devices(0, 0, 1)); !errors.Is(err, ErrReadOnly) {
		t.Fatalf("append after close: %v", err)
	}
	j, err = Open(ctx, path, Options{FirstEpoch: 500}) // the clock went back
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = j.Close() }()
	if j.Epoch() != 1001 || j.ID() != id {
		t.Fatalf("epoch %d id %q", j.Epoch(), j.ID())
	}
	if c, err := j.Cursor(); c != 7 || err != nil {
		t.Fatalf("cursor %d %v", c, err)
	}
	if day, b, err := j.Model(); day != 6 || string(b) != "second" || err != nil {
		t.Fatalf("model %d %q %v", day, b, err)
	}
}

func TestReaderWhileTheKioskRuns(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "j.db")
	j := openAt(t, path)
	b := newBench(t, j.Append)
	b.open()
	b.issue("civil")
	r, err := OpenReader(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	b.issue("civil")
	if got := replayed(t, r).Encode(); !bytes.Equal(got, b.state.Encode()) {
		t.Fatal("the reader sees something else")
	}
	if rep := whole(t, r); rep.Tickets != 2 {
		t.Fatal(rep)
	}
	for what, err := range map[string]error{"append": r.Append(devices(1, 4, 1)), "cursor": r.SetCursor(1),
		"model": r.KeepModel(1, nil), "checkpoint": r.Checkpoint(), "reopen": r.Reopen()} {
		if !errors.Is(err, ErrReadOnly) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := OpenReader(ctx, path+"x"); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("no file: %v", err)
	}
	if _, err := os.Stat(path + "x"); err == nil {
		t.Fatal("the reader made a file")
	}
}

func TestFactsMustFollow(t *testing.T) {
	j := openNew(t)
	b := newBench(t, j.Append)
	b.open()
	last, day := b.state.Seq, b.state.Day.Number
	at := b.now
	fact := func(seq uint64, day int64, e queue.Event) []queue.Fact {
		return []queue.Fact{{Day: day, Seq: seq, At: at, Event: e}}
	}
	for name, facts := range map[string][]queue.Fact{
		"again":            fact(last, day, queue.DayClosed{}),
		"gap":              fact(last+2, day, queue.DayClosed{}),
		"other day":        fact(last+1, day+1, queue.DayClosed{}),
		"day again":        fact(last+1, day, queue.DayOpened{Number: day, Config: office()}),
		"day of another":   fact(last+1, day+1, queue.DayOpened{Number: day + 2, Config: office()}),
		"no such ticket":   fact(last+1, day, queue.Called{Ref: queue.Ref{Band: "civil", Number: 9}, Counter: 1}),
		"not at a counter": fact(last+1, day, queue.Finished{Ref: queue.Ref{Band: "civil", Number: 9}, Counter: 1}),
		"second of two":    append(devices(day, last, 1), fact(last+2, day, queue.Cancelled{Ref: queue.Ref{Band: "civil", Number: 9}})...),
	} {
		if err := j.Append(facts); !errors.Is(err, ErrOrder) || errors.Is(err, ErrUncertain) {
			t.Errorf("%s: %v", name, err)
		}
		if j.Last() != last {
			t.Fatalf("%s: it is in the record", name)
		}
	}
	if err := j.Append([]queue.Fact{{Day: day, Seq: last + 1, At: at}}); err == nil {
		t.Error("a fact without an event was taken")
	}
	b.issue("civil")
	whole(t, j)
}

func TestNumberIsGivenOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j.db")
	j := openAt(t, path)
	b := newBench(t, j.Append)
	b.open()
	ref := b.issue("civil")
	again := func(seq uint64) queue.Fact {
		return queue.Fact{Day: 1, Seq: seq, At: b.now, Event: queue.Issued{Ref: ref, Class: queue.Ordinary, Origin: queue.Button}}
	}
	twice := func() {
		t.Helper()
		last := j.Last()
		facts := append(devices(1, last, 1), again(last+2))
		if err := j.Append(facts); !errors.Is(err, ErrDouble) || !strings.Contains(err.Error(), "1 of day 1") {
			t.Fatalf("got %v", err)
		}
		if n := whole(t, j).Last; n != last || j.Last() != last {
			t.Fatalf("the record ends at %d, not %d", n, last)
		}
	}
	twice()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j = openAt(t, path)
	twice()
	// Twice in one batch.
	last := j.Last()
	first := again(last + 1)
	first.Event = queue.Issued{Ref: queue.Ref{Band: "civil", Number: 2}, Class: queue.Ordinary}
	second := first
	second.Seq++
	if err := j.Append([]queue.Fact{first, second}); !errors.Is(err, ErrDouble) {
		t.Fatalf("twice in one batch: %v", err)
	}
	b.keep = j.Append
	if ref := b.issue("civil"); ref.Number != 2 {
		t.Fatalf("next is %v", ref)
	}
	whole(t, j)
}

func TestVersions(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "j.db")
	j := openAt(t, path)
	if err := j.Append(devices(0, 0, 3)); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	older := func(v int) []migration {
		steps := migrations()
		for len(steps) < v {
			steps = append(steps, addTable)
		}
		return steps
	}
	// A step that fails leaves the version it found.
	broken := append(migrations(), addTable, fail)
	if w, err := openWriter(ctx, path, broken); err == nil || w != nil {
		t.Fatalf("a failing step: %v", err)
	}
	version := func() (v int64) {
		t.Helper()
		db, err := openDB(path, readOnly, 1)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		var tables int
		if err := db.QueryRow("SELECT (SELECT user_version FROM pragma_user_version), count(*) FROM sqlite_schema WHERE name = 'later'").Scan(&v, &tables); err != nil {
			t.Fatal(err)
		}
		if (v > 1) != (tables == 1) {
			t.Fatalf("version %d with %d tables of version 2", v, tables)
		}
		return v
	}
	if v := version(); v != 1 {
		t.Fatalf("version %d after a failed step", v)
	}
	w, err := openWriter(ctx, path, older(2))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.close(); err != nil {
		t.Fatal(err)
	}
	if v := version(); v != 2 {
		t.Fatalf("version %d after a step", v)
	}
	if _, err := Open(ctx, path, Options{}); !errors.Is(err, ErrNewer) {
		t.Fatalf("a newer file: %v", err)
	}
	if _, err := OpenReader(ctx, path); !errors.Is(err, ErrNewer) {
		t.Fatalf("a newer file to read: %v", err)
	}
	if v := version(); v != 2 {
		t.Fatalf("opening a newer file made it %d", v)
	}
}

func TestFactOfANewerKind(t *testing.T) {
	path := filepath.Join(memory(t), "j.db")
	j := openAt(t, path)
	if err := j.Append(devices(0, 0, 2)); err != nil {
		t.Fatal(err)
	}
	body := strings.Replace(encoded(t, devices(0, 2, 1)[0]), "device_changed", "from_the_future", 1)
	if _, err := j.side.Exec("INSERT INTO facts VALUES (3, 0, 'from_the_future', 3, 1, 3, 'b', ?, ?)",
		body, link(j.chain, []byte(body))); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(context.Background(), path, Options{}); !errors.Is(err, ErrNewer) || !errors.Is(err, queue.ErrUnknownFact) {
		t.Fatalf("got %v", err)
	}
	r, err := OpenReader(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	if line := collect(t, r, Filter{From: 3})[0].String(); !strings.Contains(line, "unreadable") || !strings.Contains(line, "from_the_future") {
		t.Fatal(line)
	}
}

func TestTodayChangedOnDisk(t *testing.T) {
	path := filepath.Join(memory(t), "j.db")
	for what, sql := range map[string]string{
		"edited":  "UPDATE facts SET body = replace(body, 'ordinary', 'priority') WHERE seq = 3",
		"removed": "DELETE FROM facts WHERE seq = 3",
	} {
		j := openAt(t, path)
		b := newBench(t, j.Append)
		b.open()
		b.issue("civil")
		b.issue("civil")
		if _, err := j.side.Exec(sql); err != nil {
			t.Fatal(err)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(context.Background(), path, Options{}); !errors.Is(err, ErrDamaged) {
			t.Fatalf("%s: %v", what, err)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSomethingElseIsNotOverwritten(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, bytes.Repeat([]byte("not a database "), 500), 0o600); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(dir, "other.db")
	db, err := openDB(other, create, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("CREATE TABLE somebody (elses TEXT)"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{text, other} {
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Open(ctx, path, Options{}); !errors.Is(err, ErrDamaged) {
			t.Fatalf("%s: %v", path, err)
		}
		if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
			t.Fatalf("%s was changed", path)
		}
	}
	if _, err := Open(ctx, filepath.Join(dir, "no", "such", "dir"), Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("no directory: %v", err)
	}
}

func TestAfterAndRecent(t *testing.T) {
	ctx := context.Background()
	j := openNew(t)
	facts := devices(0, 0, 10)
	if err := j.Append(facts); err != nil {
		t.Fatal(err)
	}
	var seen []Record
	for seq := uint64(0); ; {
		got, err := j.After(ctx, seq, 4)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) == 0 {
			break
		}
		seen = append(seen, got...)
		seq = got[len(got)-1].Seq
	}
	if len(seen) != len(facts) {
		t.Fatalf("%d of %d", len(seen), len(facts))
	}
	before := make([]byte, 32)
	for i, r := range seen {
		before = link(before, r.Raw)
		if string(r.Raw) != encoded(t, facts[i]) || r.Hash != fmt.Sprintf("%x", before) || r.Seq != facts[i].Seq {
			t.Fatalf("record %d is %+v", i, r)
		}
	}
	recent, err := j.Recent(3)
	if err != nil || len(recent) != 3 || recent[0].Seq != 8 || recent[2].Seq != 10 {
		t.Fatalf("recent %v %v", recent, err)
	}
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := j.After(canceled, 0, 1); !errors.Is(err, context.Canceled) {
		t.Fatalf("a context that is over: %v", err)
	}
}

func TestBackup(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	j := openAt(t, filepath.Join(dir, "j.db"))
	b := newBench(t, j.Append)
	b.open()
	b.issue("passport")
	if err := j.SetCursor(2); err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(dir, "it's a copy?.db")
	if err := j.Backup(ctx, copied); err != nil {
		t.Fatal(err)
	}
	want := b.state.Encode()
	b.issue("passport")
	if err := j.Backup(ctx, copied); !errors.Is(err, os.ErrExist) {
		t.Fatalf("a second backup of the name: %v", err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*.part*")); err != nil || len(left) > 0 {
		t.Fatalf("left behind: %v %v", left, err)
	}
	if _, err := j.read.Exec("DELETE FROM meta"); err == nil {
		t.Fatal("a reading connection writes after the backup")
	}
	c := openAt(t, copied)
	whole(t, c)
	if got := replayed(t, c).Encode(); !bytes.Equal(got, want) || c.ID() != j.ID() {
		t.Fatal("the copy is another record")
	}
	b.keep = c.Append
	b.state = replayed(t, c)
	b.issue("passport") // the copy can take the place of the record
	whole(t, c)
}

func TestFactsOfATicket(t *testing.T) {
	j := openNew(t)
	b := newBench(t, j.Append)
	b.open()
	b.issue("civil")
	skipped := b.issue("passport")
	b.issue("passport")
	b.do(queue.CallNext{Counter: 3})
	b.do(queue.MarkNoShow{Counter: 3})
	b.do(queue.CallNext{Counter: 3})
	b.wait(24 * time.Hour)
	b.do(queue.Tick{})
	b.issue("passport")

	want := "[issued called no_show]"
	for name, f := range map[string]Filter{
		"label and day":  {Label: "P1", Day: 1},
		"label and date": {Label: "P1", Date: "2026-11-23"},
		"ref and day":    {Ref: skipped, Day: 1},
	} {
		if got := fmt.Sprint(kinds(t, collect(t, j, f))); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if got := fmt.Sprint(kinds(t, collect(t, j, Filter{Label: "P1", NewestFirst: true, Limit: 2}))); got != "[issued no_show]" {
		t.Errorf("newest first: %s", got)
	}
	if got := collect(t, j, Filter{Kinds: []string{"issued"}}); len(got) != 4 {
		t.Errorf("%d tickets were issued", len(got))
	}
	if got := collect(t, j, Filter{Date: "2026-11-25"}); got != nil {
		t.Errorf("a date without a day has %v", got)
	}
	if got := collect(t, j, Filter{From: 3, To: 4}); len(got) != 2 || got[0].Seq != 3 {
		t.Errorf("a range gives %v", got)
	}
	line := collect(t, j, Filter{Label: "P1", Kinds: []string{"no_show"}})[0].String()
	for _, part := range []string{"2026-11-23 09:00:00", "no_show", "test/no_show", `"number":1`} {
		if !strings.Contains(line, part) {
			t.Errorf("the line lacks %q: %s", part, line)
		}
	}
}
