package journal

import (
	"path/filepath"
	"testing"

	"sunbeon/appliance/queue"
)

// Open has read the day; Replay gives the same facts the first time, from
// memory, as the second time, from disk, and none too few after an Append.
func TestReplayTwiceIsTheSame(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	facts := []queue.Fact{
		{Seq: 1, Event: queue.ConfigChanged{}},
		{Seq: 2, Day: 1, Event: queue.DayOpened{Number: 1}},
		{Seq: 3, Day: 1, Event: queue.DayClosed{}},
		{Seq: 4, Day: 1, Event: queue.DayReopened{}},
	}
	if err := j.Append(facts[:3]); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if j, err = Open(t.Context(), path, Options{}); err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	replayed := func() (seqs []uint64) {
		err := j.Replay(func(f queue.Fact) error { seqs = append(seqs, f.Seq); return nil })
		if err != nil {
			t.Fatal(err)
		}
		return seqs
	}
	for range 2 {
		if got := replayed(); len(got) != 2 || got[0] != 2 || got[1] != 3 {
			t.Fatalf("replayed %v", got)
		}
	}
	if err := j.Reopen(); err != nil {
		t.Fatal(err)
	}
	if err := j.Append(facts[3:]); err != nil {
		t.Fatal(err)
	}
	if got := replayed(); len(got) != 3 || got[2] != 4 {
		t.Fatalf("replayed %v after an append", got)
	}
}
