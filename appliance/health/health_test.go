package health

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/appliance"
	"sunbeon/appliance/queue"
)

// book is a loop that writes down what it is told; it refuses the first few.
type book struct {
	mu    sync.Mutex
	full  int // so many tries fail
	facts []string
}

func (b *book) Do(_ context.Context, c appliance.Command) (appliance.Result, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.full > 0 {
		b.full--
		return appliance.Result{}, appliance.ErrRecord
	}
	d := c.Command.(queue.ReportDevice)
	b.facts = append(b.facts, fmt.Sprint(d.Device, d.Conditions))
	return appliance.Result{}, nil
}

func told(t *testing.T, full int, story func(h *Reporter)) []string {
	t.Helper()
	b := &book{full: full}
	synctest.Test(t, func(t *testing.T) {
		h := New(slog.New(slog.DiscardHandler))
		ctx, cancel := context.WithCancel(t.Context())
		ran := make(chan error, 1)
		h.Set("a")
		go func() { ran <- h.Run(ctx, b) }()
		time.Sleep(2 * apart)
		story(h)
		time.Sleep(2 * apart)
		cancel()
		if err := <-ran; err != nil {
			t.Error(err)
		}
	})
	return b.facts
}

func TestWhatLastsIsTold(t *testing.T) {
	got := told(t, 0, func(h *Reporter) {
		h.Set("a", "slow", "hot")
		time.Sleep(settle + time.Second)
		h.Set("a", "hot", "slow") // the same
		time.Sleep(2 * apart)
		h.When("a", true, "hot")
		time.Sleep(2 * apart)
		h.When("a", false, "hot")
		time.Sleep(2 * apart)
		h.Set("b") // known only now, and well
	})
	if want := []string{"a[]", "a[hot slow]", "a[hot]", "a[]", "b[]"}; !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
}

func TestWhatFlickersIsNot(t *testing.T) {
	got := told(t, 0, func(h *Reporter) {
		for range 1000 {
			h.Set("a", "out")
			time.Sleep(time.Second)
			h.Set("a")
			time.Sleep(time.Second)
		}
	})
	if len(got) > 2000/int(apart/time.Second)+2 {
		t.Errorf("%d facts about one loose plug", len(got))
	}
}

func TestARecordThatIsFullIsAskedAgain(t *testing.T) {
	if got := told(t, 12, func(*Reporter) {}); !slices.Equal(got, []string{"a[]"}) {
		t.Errorf("told %q", got)
	}
}
