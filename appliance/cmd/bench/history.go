package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"sunbeon/appliance/journal"
	"sunbeon/appliance/queue"
)

// history is a record of days: so many before the last one, which has 400
// tickets and is still open.
type history struct {
	days    int // before the last
	tickets int // on each of them
	last    int // on the last
}

// year is the days on which an office is open.
const year = 250

// name tells the file of this history from that of another; the number is that
// of the way in which it is made.
func (h history) name() string {
	return fmt.Sprintf("history-1-%d-%d-%d.db", h.days, h.tickets, h.last)
}

// path gives the record, made the first time it is asked for. One that this
// program's journal cannot open is made anew.
func (h history) path(ctx context.Context, dir string) (string, error) {
	path := filepath.Join(dir, h.name())
	if _, err := os.Stat(path); err == nil {
		j, err := journal.Open(ctx, path, journal.Options{})
		if err == nil {
			return path, j.Close()
		}
		if errors.Is(err, journal.ErrBusy) {
			return "", err // another bench has it
		}
	}
	making := path + ".making"
	for _, end := range []string{"", "-wal", "-shm", ".lock"} {
		for _, old := range []string{path, making} {
			if err := os.Remove(old + end); err != nil && !errors.Is(err, os.ErrNotExist) {
				return "", fmt.Errorf("bench: %w", err)
			}
		}
	}
	if err := h.make(ctx, making); err != nil {
		return "", err
	}
	if err := errors.Join(os.Rename(making, path), os.Remove(making+".lock")); err != nil {
		return "", fmt.Errorf("bench: %w", err)
	}
	return path, nil
}

// make writes the days, each in one transaction.
func (h history) make(ctx context.Context, path string) (err error) {
	file, err := office()
	if err != nil {
		return err
	}
	j, err := journal.Open(ctx, path, journal.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	w := &writer{state: queue.New(), opens: nine()}
	if err := w.do(0, queue.Configure{Config: file.Queue}); err != nil {
		return err
	}
	for d := range h.days + 1 {
		n := h.tickets
		if d == h.days {
			n = h.last
		}
		if err := w.day(n); err != nil {
			return err
		}
		if err := j.Append(w.facts); err != nil {
			return err
		}
		if d%20 == 0 {
			if err := j.Checkpoint(); err != nil {
				return err
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		w.facts = w.facts[:0]
	}
	return nil
}

// writer makes facts as the loop does, without a disk.
type writer struct {
	state *queue.State
	facts []queue.Fact
	opens time.Time // when the day's work begins
}

// day is a day of n tickets over eight hours: issued, printed, and called when
// eight more have come.
func (w *writer) day(n int) error {
	const line = 8
	step := 8 * time.Hour / time.Duration(n)
	if err := w.do(0, queue.Tick{}); err != nil {
		return err
	}
	desks := []int{1, 2, 3, 5}
	for i := range n {
		at := time.Duration(i) * step
		ref := queue.Ref{Band: "civil", Number: w.state.Service("civil").Next}
		if err := w.do(at, queue.Issue{Service: "civil", Class: queue.Ordinary, Origin: queue.Button, Token: "abcdefghijklmnop"}); err != nil {
			return err
		}
		if err := w.do(at+time.Second, queue.PaperResult{Day: w.state.Day.Number, Ref: ref, Paper: queue.OnPaper}); err != nil {
			return err
		}
		if i < line {
			continue
		}
		if err := w.do(at+2*time.Second, queue.CallNext{Counter: desks[i%len(desks)]}); err != nil {
			return err
		}
	}
	w.opens = w.opens.AddDate(0, 0, 1)
	return nil
}

func (w *writer) do(after time.Duration, c queue.Command) error {
	at := w.opens.Add(after)
	in := queue.Input{By: "bench", Command: c,
		At: queue.Stamp{Wall: at.UnixMilli(), Trusted: true, Mono: at.Sub(nine()).Milliseconds(), Boot: "bench"}}
	d, err := w.state.Decide(in)
	if err != nil {
		return fmt.Errorf("bench: the history's %s: %w", c.Name(), err)
	}
	for _, f := range w.state.Facts(in, d.Events) {
		if err := w.state.Apply(f); err != nil {
			return fmt.Errorf("bench: the history's %s: %w", c.Name(), err)
		}
		w.facts = append(w.facts, f)
	}
	return nil
}
