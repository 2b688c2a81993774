package appliance_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/appliance"
	"sunbeon/appliance/clock"
	"sunbeon/appliance/queue"
)

// wires are signs on a bus that can hang, and whose units can be dead.
type wires struct {
	memory
	hang chan struct{} // closed: goes on
	dead map[int]bool  // under memory.mu
}

func (w *wires) write(ctx context.Context, counter int, text string) error {
	select {
	case <-w.hang:
	case <-ctx.Done():
		return ctx.Err()
	}
	w.mu.Lock()
	dead := w.dead[counter]
	w.mu.Unlock()
	if dead {
		return errors.New("no answer")
	}
	w.note("%d %q", counter, text)
	return nil
}

func (w *wires) kill(counter int, dead bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dead = map[int]bool{counter: dead}
}

func open() chan struct{} { c := make(chan struct{}); close(c); return c }

func runMailbox(t *testing.T, w *wires) (m *appliance.Mailbox, stop func()) {
	m = appliance.NewMailbox()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- m.Run(ctx, w.write, slog.New(slog.DiscardHandler)) }()
	return m, func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// A bus that hangs delays nobody, and afterwards shows the newest numbers alone.
func TestSignsThatHangDelayNoCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wires{hang: make(chan struct{})}
		box, stop := runMailbox(t, w)
		r := start(t, &memory{}, clock.NewBench(nine), func(o *appliance.Options) { o.Signs = box })
		begun := time.Now()
		for i := range 100 {
			r.must(press("civil"))
			if got := r.must(queue.CallNext{Counter: 1}); got.Label != fmt.Sprint(i+1) {
				t.Fatalf("call %d: %q", i+1, got.Label)
			}
		}
		if took := time.Since(begun); took != 0 {
			t.Fatalf("the calls waited %v", took)
		}
		synctest.Wait()
		if got := w.take(); len(got) != 0 {
			t.Fatalf("written although the bus hangs: %q", got)
		}
		close(w.hang)
		synctest.Wait()
		got := w.take()
		if last := len(got) - 1; last < 1 || last > 3 || !slices.Contains(got, `1 "100"`) || !slices.Contains(got, `2 ""`) {
			t.Fatalf("got %q", got)
		}
		r.stop()
		stop()
	})
}

// A reader of views that does nothing delays nobody either, and finds the newest
// when it looks again.
func TestViewerThatHangsDelaysNoCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hub := &appliance.Hub{}
		r := start(t, &memory{}, clock.NewBench(nine), func(o *appliance.Options) { o.Viewer = hub.Publish })
		ctx, cancel := context.WithCancel(t.Context())
		views := hub.Watch(ctx)
		begun := time.Now()
		for range 100 {
			r.must(press("civil"))
			r.must(queue.CallNext{Counter: 1})
		}
		if took := time.Since(begun); took != 0 {
			t.Fatalf("the calls waited %v", took)
		}
		if v := <-views; v != r.loop.View() || v.Public.Calls[0].Ticket != "100" {
			t.Fatalf("got the view of fact %d", v.Public.Seq)
		}
		cancel()
		synctest.Wait()
		r.must(press("civil"))
		select {
		case <-views:
			t.Fatal("a reader that has gone still gets views")
		default:
		}
		r.stop()
	})
}

func TestDeadSignIsTriedAgainBehindTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wires{hang: open()}
		w.kill(1, true)
		box, stop := runMailbox(t, w)
		box.Show(1, "7")
		box.Show(2, "8")
		synctest.Wait()
		if got := w.take(); !slices.Equal(got, []string{`2 "8"`}) {
			t.Fatalf("got %q", got)
		}
		box.Show(1, "9")
		w.kill(1, false)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if got := w.take(); !slices.Equal(got, []string{`1 "9"`}) {
			t.Fatalf("the newest alone, got %q", got)
		}
		time.Sleep(31 * time.Second) // one was switched off and on meanwhile
		synctest.Wait()
		if got := w.take(); len(got) != 2 {
			t.Fatalf("rewritten: %q", got)
		}
		w.hang = make(chan struct{})
		box.Show(1, "10")
		synctest.Wait()
		stop() // it ends although the bus hangs
	})
}

// gone is a printer's sink that never says what became of a ticket.
type gone struct{ *memory }

func (g gone) Print(j appliance.PrintJob) { g.note("print %d", j.Ticket.Number) }

// The printer says nothing for ten seconds while a hundred tickets are taken and
// called: each is answered and shown at once, and its paper follows.
func TestPrinterThatSaysNothingDelaysNoCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mem := &memory{}
		r := start(t, mem, clock.NewBench(nine), func(o *appliance.Options) { o.Paper = gone{mem} })
		defer r.stop()
		r.must(queue.OpenCounter{Counter: 1})
		mem.take()
		begun := time.Now()
		for i := range 100 {
			r.must(press("civil"))
			r.must(queue.CallNext{Counter: 1})
			got := slices.DeleteFunc(mem.take(), func(s string) bool { return s[:4] == "view" || s[:4] == "reco" })
			want := []string{"disk issued", fmt.Sprintf("print %d", i+1), "disk called", fmt.Sprintf("sign 1 %q", fmt.Sprint(i+1))}
			if i > 0 {
				want = slices.Insert(want, 2, "disk finished")
			}
			if !slices.Equal(got, want) {
				t.Fatalf("got  %q\nwant %q", got, want)
			}
		}
		if took := time.Since(begun); took != 0 {
			t.Fatalf("the calls waited %v", took)
		}
		time.Sleep(10 * time.Second)
		for i := range 100 {
			r.must(queue.PaperResult{Day: 1, Ref: queue.Ref{Band: "civil", Number: i + 1}, Paper: queue.OnPaper})
		}
		if left := r.loop.View().Unpaper; len(left) != 0 {
			t.Fatalf("without paper: %+v", left)
		}
	})
}
