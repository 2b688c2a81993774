package intake

import (
	"context"
	"testing"
	"testing/synctest"

	"sunbeon/appliance/feed"
)

func TestWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCity(t)
		ctx, cancel := context.WithCancel(t.Context())
		lazy := c.Watch(ctx)
		eager := c.Watch(ctx)
		var got []string
		done := make(chan struct{})
		go func() {
			defer close(done)
			for id := range eager {
				got = append(got, id)
			}
		}()
		for i := range 100 { // nobody fetches from lazy, and nothing waits for it
			c.status("o", &feed.Status{Epoch: int64(i)})
			c.status("p", &feed.Status{Epoch: int64(i)})
		}
		c.setLink(true)
		synctest.Wait()
		told := make(map[string]int)
		for n := 0; ; n++ {
			synctest.Wait()
			select {
			case id := <-lazy:
				told[id]++
				continue
			default:
			}
			// One may have been on offer already when it changed again.
			if n > 4 || told["o"] == 0 || told["p"] == 0 || told[""] != 1 {
				t.Errorf("told %v, want each once and at most one again", told)
			}
			break
		}
		if len(got) < 3 {
			t.Errorf("the eager one heard %v", got)
		}
		cancel()
		<-done
		if _, open := <-lazy; open {
			t.Error("not closed")
		}
	})
}
