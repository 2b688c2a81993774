package intake

import (
	"context"
	"database/sql"
	"sync"
	"testing"

	"sunbeon/appliance/feed"
)

// TestPagesGoOnWhileTheStoreHangs: a state is shown while a transaction waits for
// the database, and the facts are stored when it answers again.
func TestPagesGoOnWhileTheStoreHangs(t *testing.T) {
	s, path := openStore(t)
	c := New(Config{City: "u", Store: s})
	other, err := sql.Open("sqlite", "file:"+path+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	hold, err := other.Begin() // nobody else can write
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	defer wg.Wait()
	defer stop()
	wg.Go(func() { c.work(ctx) })
	wg.Go(func() { c.show(ctx) })
	o := morning(t, "a")
	c.hearFacts(t, "o", o.record...)
	eventually(t, "the worker has the facts", func() bool {
		c.mail.mu.Lock()
		defer c.mail.mu.Unlock()
		return len(c.mail.boxes) == 0
	})
	c.hearSnapshot(t, false, feed.Snapshot{Office: "o", Journal: "a", Epoch: 1, Rev: 1, Seq: uint64(len(o.record))})
	eventually(t, "the state is shown", func() bool {
		of, _ := c.Office("o")
		return of.Snapshot != nil
	})
	if of, _ := c.Office("o"); of.Stored.Seq != 0 {
		t.Fatalf("the store did not hang: %+v", of.Stored)
	}
	if err := hold.Rollback(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the facts are stored", func() bool {
		c.hearFacts(t, "o", o.record...) // as an office does again and again
		of, _ := c.Office("o")
		return of.Stored == Stored{Journal: "a", Seq: uint64(len(o.record))}
	})
}
