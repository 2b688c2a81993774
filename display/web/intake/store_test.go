package intake

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"sunbeon/appliance/feed"
)

func openStore(t *testing.T) (*Store, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "사실 100%?.db") // a name that a URI must escape
	s, err := OpenStore(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, path
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

func TestStoreJudgesFacts(t *testing.T) {
	ctx := context.Background()
	s, path := openStore(t)
	rec := recordOf("a", 6)
	other := recordOf("b", 2)
	forged := rec[4]
	forged.Fact = []byte(`{"day":1,"seq":5,"at":{},"kind":"forged"}`)
	forked := rec[1]
	forked.Hash = rec[2].Hash
	steps := []struct {
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
		{"another record", other[0], nil},
		{"the fifth", rec[4], nil},
	}
	b, err := s.begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, st := range steps {
		if err := b.add(ctx, arrive(t, "o", st.m)); !errors.Is(err, st.want) {
			t.Errorf("%s: %v, want %v", st.what, err, st.want)
		}
	}
	if s.seq("o", "a") != 0 {
		t.Error("a fact counts before its transaction")
	}
	if err := b.commit(ctx); err != nil {
		t.Fatal(err)
	}
	if s.seq("o", "a") != 5 || s.seq("o", "b") != 1 || s.seq("p", "a") != 0 {
		t.Errorf("stored %d and %d, want 5 and 1", s.seq("o", "a"), s.seq("o", "b"))
	}
	b, err = s.begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.add(ctx, arrive(t, "o", rec[5])); err != nil {
		t.Fatal(err)
	}
	b.rollback()
	if s.seq("o", "a") != 5 {
		t.Error("a fact counts without its transaction")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = OpenStore(path); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := s.current()["o"]; got != (feed.Cursor{V: 1, Journal: "a", Seq: 5}) {
		t.Errorf("after opening again: %+v, want record a, stored last, at 5", got)
	}
	facts, err := s.Facts(ctx, "o", "a", 2, 2)
	if err != nil || len(facts) != 2 || facts[0].Seq != 3 || facts[1].Seq != 4 || string(facts[0].Raw) != string(rec[2].Fact) ||
		facts[0].Hash != rec[2].Hash || facts[0].At != 1003 || facts[0].Kind != "issued" {
		t.Errorf("facts: %+v, %v", facts, err)
	}
}

func TestStoreThatCannotOpen(t *testing.T) {
	if _, err := OpenStore(filepath.Join(t.TempDir(), "no", "such", "folder.db")); err == nil {
		t.Error("a store without a folder")
	}
}
