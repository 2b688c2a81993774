package lobby

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
	"sunbeon/appliance/config"
	"sunbeon/appliance/queue"
)

// book is a loop that writes down what it is told.
type book struct {
	mu    sync.Mutex
	facts []string
}

func (b *book) Do(_ context.Context, c appliance.Command) (appliance.Result, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	d := c.Command.(queue.ReportDevice)
	b.facts = append(b.facts, fmt.Sprint(d.Device, d.Conditions))
	return appliance.Result{}, nil
}

func TestScreensAreMissed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, err := New(Options{Board: config.Board{Screens: []string{"hall", "upstairs"}}, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		var b book
		ctx, cancel := context.WithCancel(t.Context())
		ran := make(chan error, 1)
		go func() { ran <- l.Run(ctx, &b, &appliance.Hub{}) }()
		l.screen("hall", true, nil)
		l.screen("stranger", true, nil)
		time.Sleep(late - time.Second)
		want := func(facts ...string) {
			t.Helper()
			synctest.Wait()
			b.mu.Lock()
			defer b.mu.Unlock()
			if !slices.Equal(b.facts, facts) {
				t.Fatalf("the record learnt %q, want %q", b.facts, facts)
			}
			b.facts = nil
		}
		want("screen:hall[]")
		time.Sleep(time.Minute)
		want("screen:upstairs[gone]")
		l.screen("upstairs", true, []string{noOutput, slides})
		l.screen("hall", false, nil)
		l.screen("stranger", false, nil)
		time.Sleep(time.Minute)
		want("screen:hall[gone]", "screen:upstairs[no-output slides]")
		cancel()
		if err := <-ran; err != nil {
			t.Error(err)
		}
	})
}

func TestWords(t *testing.T) {
	for _, condition := range []string{gone, noOutput, slides, "else"} {
		w, ok := Words("screen:hall", condition)
		if !ok || w.StaffKo == "" || w.StaffEn == "" || w.PublicKo != "" {
			t.Errorf("%s: %v %+v", condition, ok, w)
		}
	}
	if _, ok := Words("bus:1", gone); ok {
		t.Error("a bus is no screen")
	}
}
