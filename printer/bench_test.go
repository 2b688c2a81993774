package printer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// bench is a session with a double at its other end, in a bubble of fake time.
type bench struct {
	t *testing.T
	*Session
	d   *double
	end context.CancelFunc

	mu       sync.Mutex
	outcomes []Outcome
	healths  []Health
}

// onBench runs body against a session that has said hello. Run must end with
// its context and leave no goroutine: the bubble fails otherwise.
func onBench(t *testing.T, d *double, alter func(*SessionConfig), body func(*bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := &bench{t: t, d: d}
		cfg := SessionConfig{Dial: d.dial, Profile: profile(t, "generic80"),
			Report: func(o Outcome) {
				b.mu.Lock()
				defer b.mu.Unlock()
				b.outcomes = append(b.outcomes, o)
			},
			OnHealth: func(h Health) {
				b.mu.Lock()
				defer b.mu.Unlock()
				b.healths = append(b.healths, h)
			}}
		if alter != nil {
			alter(&cfg)
		}
		b.Session = NewSession(cfg)
		ctx, end := context.WithCancel(context.Background())
		b.end = end
		done := make(chan error, 1)
		go func() { done <- b.Run(ctx) }()
		defer func() {
			end()
			if err := <-done; !errors.Is(err, context.Canceled) {
				t.Errorf("Run returned %v", err)
			}
			d.change(func(d *double) { d.deaf = false; d.conn = nil })
		}()
		b.pass(time.Second)
		body(b)
	})
}

func profile(t testing.TB, name string) Profile {
	t.Helper()
	p, err := LoadProfile(name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// pass lets fake time go by.
func (b *bench) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (b *bench) submit(numbers ...string) {
	b.t.Helper()
	for _, n := range numbers {
		if err := b.Submit(Job{ID: n, Ticket: Ticket{Number: n, Office: "민원실", Service: "여권", Ahead: -1}}); err != nil {
			b.t.Fatal(err)
		}
	}
	synctest.Wait()
}

func (b *bench) last() Health {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.healths[len(b.healths)-1]
}

// wantOutcomes compares "117 confirmed", "118 confirmed copy", ...
func (b *bench) wantOutcomes(want ...string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	var got []string
	for _, o := range b.outcomes {
		s := o.ID + " " + o.Result.String()
		if o.Copy {
			s += " copy"
		}
		got = append(got, s)
	}
	if !slices.Equal(got, want) {
		b.t.Fatalf("outcomes %q, want %q", got, want)
	}
}

// wantPaper compares the pieces cut off: "117", "118 copy", ...
func (b *bench) wantPaper(want ...string) {
	b.t.Helper()
	if got := b.d.paper(); !slices.Equal(got, want) {
		b.t.Fatalf("paper %q, want %q", got, want)
	}
}

// paper names the pieces: the number, copy, torn where the head is missing.
func (d *double) paper() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var got []string
	for _, p := range d.pieces {
		name := ""
		for line := range strings.SplitSeq(p, "\n") {
			if strings.Trim(line, "0123456789") == "" {
				name += line
			}
		}
		if p == "" {
			name = "blank"
		} else if name == "" {
			name = "half"
		}
		if strings.Contains(p, "재발행") {
			name += " copy"
		}
		if name != "blank" && !strings.Contains(p, "민원실") {
			name += " torn"
		}
		got = append(got, name)
	}
	return got
}

func (b *bench) wantState(s State, faults ...Fault) {
	b.t.Helper()
	if h := b.last(); h.State != s || !slices.Equal(h.Faults, faults) {
		b.t.Fatalf("health %v %v, want %v %v", h.State, h.Faults, s, faults)
	}
}

func (h Health) String() string { return fmt.Sprintf("%v %v %d", h.State, h.Faults, h.Waiting) }

// promises checks what must hold after any accident, for jobs submitted in
// this order: one outcome a job at most, in order; what is confirmed is on
// paper, whole; no number is on two papers without the mark; first papers
// come in order.
func (b *bench) promises(numbers ...string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	paper := b.d.paper()
	fail := func(format string, args ...any) {
		b.t.Helper()
		b.t.Fatalf(format+": paper %q, outcomes %+v", append(args, paper, b.outcomes)...)
	}
	first := 0
	for _, n := range numbers {
		plain, copies, at := 0, 0, -1
		for i, p := range paper {
			switch p {
			case n:
				plain++
			case n + " copy":
				copies++
			default:
				continue
			}
			if at < 0 {
				at = i
			}
		}
		if plain > 1 {
			fail("%s twice without the mark", n)
		}
		told := 0
		for _, o := range b.outcomes {
			if o.ID != n {
				continue
			}
			told++
			if o.Result == Confirmed && (plain+copies == 0 || o.Copy && copies == 0 || !o.Copy && copies > 0) {
				fail("%s said to be printed", n)
			}
		}
		if told > 1 {
			fail("%s told %d times", n, told)
		}
		if at >= 0 && at < first {
			fail("%s out of order", n)
		}
		first = max(first, at)
	}
	i := 0
	for _, o := range b.outcomes {
		for i < len(numbers) && numbers[i] != o.ID {
			i++
		}
		if i == len(numbers) {
			fail("outcomes out of order")
		}
	}
}
