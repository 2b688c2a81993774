package intake

import (
	"context"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sunbeon/appliance/feed"
	"sunbeon/display/web/sqldb"
	"sunbeon/display/web/sqldb/pgtest"
)

// openStore makes a store on SQLite and gives the address of its database.
func openStore(t *testing.T) (*Store, string) {
	t.Helper()
	dsn := filepath.Join(t.TempDir(), "city.db")
	return storeAt(t, dsn), dsn
}

// storeAt opens what another store has written: a restart, or another replica.
func storeAt(t *testing.T, dsn string) *Store {
	t.Helper()
	db, err := sqldb.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	s, err := OpenStore(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestStores is the contract of a store, on both databases, with an empty one for
// each part.
func TestStores(t *testing.T) {
	contract := map[string]func(t *testing.T, dsn string){
		"judges facts": judgesFacts, "nothing without the first": nothingWithoutTheFirst,
		"replicas store the same facts": replicasStoreTheSameFacts, "falls back": fallsBack,
	}
	t.Run("sqlite", func(t *testing.T) {
		for what, test := range contract {
			t.Run(what, func(t *testing.T) { test(t, filepath.Join(t.TempDir(), "city.db")) })
		}
	})
	t.Run("postgres", func(t *testing.T) {
		server := pgtest.New(t)
		for what, test := range contract {
			t.Run(what, func(t *testing.T) { test(t, server.Database()) })
		}
	})
}

// recordOf makes the messages of a record of n facts.
func recordOf(journal string, n int) []feed.FactMessage {
	var hash [32]byte
	var out []feed.FactMessage
	for i := 1; i <= n; i++ {
		raw := fmt.Appendf(nil, `{"day":1,"seq":%d,"at":{"wall":%d},"kind":"issued","journal":%q}`, i, 1000+i, journal)
		hash = chain(hash, raw)
		out = append(out, feed.FactMessage{V: 1, Journal: journal, Hash: hex.EncodeToString(hash[:]), Fact: raw})
	}
	return out
}

func arrive(t *testing.T, office string, m feed.FactMessage) arrival {
	t.Helper()
	b, err := feed.EncodeFact(m.Journal, m.Hash, m.Fact)
	if err != nil {
		t.Fatal(err)
	}
	msg, h, err := feed.DecodeFact(b)
	if err != nil {
		t.Fatal(err)
	}
	return arrival{office, msg, h}
}

func TestChainIsTheJournals(t *testing.T) {
	// SHA-256 over 32 zero bytes and "{}", then over that and "{}".
	first := chain([32]byte{}, []byte("{}"))
	if got := hex.EncodeToString(first[:]); got != "fb1634c4e6cd4b1f1afe3ce2d6ef080f7ac5d1f357d723ad4dfca782733b62db" {
		t.Errorf("first: %s", got)
	}
	second := chain(first, []byte("{}"))
	if got := hex.EncodeToString(second[:]); got != "2815da293d7d1b4483a1362f415dc9b538f3bb263902546dba8a5e07e5594f4d" {
		t.Errorf("second: %s", got)
	}
}

func judgesFacts(t *testing.T, dsn string) {
	ctx, s := t.Context(), storeAt(t, dsn)
	rec := recordOf("a", 6)
	other := recordOf("b", 2)
	forged := rec[4]
	forged.Fact = []byte(`{"day":1,"seq":5,"at":{},"kind":"forged"}`)
	forked := rec[1]
	forked.Hash = rec[2].Hash
	nothing := rec[4]
	nothing.Hash = strings.Repeat("0", 64)
	var facts []arrival
	var want []error
	for _, st := range []struct {
		what string
		m    feed.FactMessage
		want error
	}{
		{"the second before the first", rec[1], errGap},
		{"the first", rec[0], nil},
		{"the first again", rec[0], errRepeated},
		{"the second", rec[1], nil},
		{"a second that differs", forked, errForked},
		{"a hole", rec[3], errGap},
		{"the third", rec[2], nil},
		{"the fourth", rec[3], nil},
		{"a forged fifth", forged, errBroken},
		{"a fifth without a hash", nothing, errBroken},
		{"another record", other[0], nil},
		{"the fifth", rec[4], nil},
	} {
		facts, want = append(facts, arrive(t, "o", st.m)), append(want, st.want)
	}
	got, err := s.store(ctx, facts)
	if err != nil || !slices.Equal(got, want) {
		t.Fatalf("%v\n%v, want\n%v", err, got, want)
	}
	if s.seq("o", "a") != 5 || s.seq("o", "b") != 1 || s.seq("p", "a") != 0 {
		t.Errorf("stored %d and %d, want 5 and 1", s.seq("o", "a"), s.seq("o", "b"))
	}
	// And once more: now all of it lies in the database.
	want = []error{errRepeated, errRepeated, errRepeated, errRepeated, errForked, errRepeated, errRepeated, errRepeated, errForked, errBroken, errRepeated, errRepeated}
	forgedHash := chain([32]byte{}, forged.Fact)
	facts[8].msg.Hash = hex.EncodeToString(forgedHash[:])
	if got, err = s.store(ctx, facts); err != nil || !slices.Equal(got, want) {
		t.Errorf("again: %v\n%v, want\n%v", err, got, want)
	}
	gone, stop := context.WithCancel(ctx)
	stop()
	if _, err := s.store(gone, []arrival{arrive(t, "o", rec[5])}); err == nil || s.seq("o", "a") != 5 {
		t.Errorf("without its transaction fact %d counts: %v", s.seq("o", "a"), err)
	}
	s = storeAt(t, dsn)
	if got := current(s.heads)["o"]; got != (feed.Cursor{V: 1, Journal: "a", Seq: 5}) {
		t.Errorf("after opening again: %+v, want record a, stored last, at 5", got)
	}
	read, err := s.Facts(ctx, "o", "a", 2, 2)
	if err != nil || len(read) != 2 || read[0].Seq != 3 || read[1].Seq != 4 || string(read[0].Raw) != string(rec[2].Fact) ||
		read[0].Hash != rec[2].Hash || read[0].At != 1003 || read[0].Kind != "issued" {
		t.Errorf("facts: %+v, %v", read, err)
	}
}

// nothingWithoutTheFirst: a record that does not begin leaves no
// trace.
func nothingWithoutTheFirst(t *testing.T, dsn string) {
	s := storeAt(t, dsn)
	rec := recordOf("a", 2)
	forged := rec[0]
	forged.Hash = rec[1].Hash
	got, err := s.store(t.Context(), []arrival{arrive(t, "o", rec[1]), arrive(t, "o", forged), arrive(t, "p", recordOf("b", 1)[0])})
	if err != nil || !slices.Equal(got, []error{errGap, errBroken, nil}) {
		t.Errorf("%v %v", got, err)
	}
	if s = storeAt(t, dsn); len(s.heads) != 1 || s.seq("p", "b") != 1 {
		t.Errorf("%+v", s.heads)
	}
}

// TestFileOfAnEarlierVersion: the tables of a version that knew SQLite alone are
// taken over as they are.
func TestFileOfAnEarlierVersion(t *testing.T) {
	dsn := filepath.Join(t.TempDir(), "facts.db")
	db, err := sqldb.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	rec := recordOf("a", 2)
	hash, err := hex.DecodeString(rec[0].Hash)
	if err != nil {
		t.Fatal(err)
	}
	for _, st := range []struct {
		sql  string
		args []any
	}{
		{schema, nil},
		{`INSERT INTO fact VALUES ('o', 'a', 1, 1, 'issued', 1001, ?, ?)`, []any{[]byte(rec[0].Fact), hash}},
		{`INSERT INTO progress VALUES ('o', 'a', 1, ?, 77)`, []any{hash}},
	} {
		if _, err := db.Exec(t.Context(), st.sql, st.args...); err != nil {
			t.Fatal(err)
		}
	}
	db.Close()
	s := storeAt(t, dsn)
	if got, err := s.store(t.Context(), []arrival{arrive(t, "o", rec[0]), arrive(t, "o", rec[1])}); err != nil || !slices.Equal(got, []error{errRepeated, nil}) {
		t.Errorf("%v %v", got, err)
	}
}
