package journal

import (
	"context"
	"errors"
	"sync"
	"testing"

	"sunbeon/appliance/queue"
)

// Everything at once: the uplink follows, the cursor moves, reports are made
// and the log is moved while facts are added.
func TestAllAtOnce(t *testing.T) {
	ctx, done := context.WithCancel(t.Context())
	defer done()
	j := openNew(t)
	b := newBench(t, j.Append)
	b.open()
	const batches = 150
	var readers sync.WaitGroup
	follow := func(what string, step func() error) {
		readers.Go(func() {
			for ctx.Err() == nil {
				if err := step(); err != nil && !errors.Is(err, context.Canceled) {
					t.Errorf("%s: %v", what, err)
					return
				}
			}
		})
	}
	sent, chain := uint64(0), make([]byte, 32)
	uplink := func() error {
		records, err := j.After(context.Background(), sent, 7)
		for _, r := range records {
			if r.Seq != sent+1 {
				t.Errorf("fact %d follows fact %d", r.Seq, sent)
			}
			sent, chain = r.Seq, link(chain, r.Raw)
		}
		return errors.Join(err, j.SetCursor(sent))
	}
	follow("uplink", uplink)
	follow("verify", func() error {
		r, err := j.Verify(ctx)
		if err == nil && !r.OK() {
			t.Error(r)
		}
		return err
	})
	follow("figures", func() error { _, err := j.Figures(ctx, "2026-01-01", "2026-12-31"); return err })
	follow("checkpoint", j.Checkpoint)
	for i := range batches {
		b.issue("civil")
		if i%2 == 0 {
			b.do(queue.CallNext{Counter: 1})
		}
	}
	done()
	readers.Wait()
	for sent < j.Last() && !t.Failed() {
		if err := uplink(); err != nil {
			t.Fatal(err)
		}
	}
	if string(chain) != string(j.chain) {
		t.Fatal("the uplink's chain is another one")
	}
	whole(t, j)
}
