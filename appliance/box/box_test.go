package box_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/appliance"
	"sunbeon/appliance/box"
	"sunbeon/appliance/clock"
	"sunbeon/appliance/config"
	"sunbeon/appliance/journal"
	"sunbeon/appliance/queue"
	"sunbeon/printer"
	"sunbeon/printer/virtual"
)

const officeFile = `[office]
id = "CS0001"
city = "test"
name = "민원실"
[[services]]
id = "civil"
name = "민원"
numbers = "1-300"
handling = "4m"
[[counters]]
number = 1
services = ["civil"]
`

func parts(t *testing.T, more string) box.Parts {
	t.Helper()
	f, err := config.Parse("office.toml", []byte(officeFile+more))
	if err != nil {
		t.Fatal(err)
	}
	return box.Parts{File: f, Journal: filepath.Join(t.TempDir(), "journal.db"), Log: slog.New(slog.DiscardHandler),
		Clock: clock.NewBench(time.Date(2026, 11, 23, 9, 0, 0, 0, queue.KST()))}
}

// on opens and runs a box; end waits for it.
func on(t *testing.T, p box.Parts) (b *box.Box, cancel func(), end func() error) {
	t.Helper()
	b, err := box.Open(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	return b, cancel, func() error { defer cancel(); return <-done }
}

func press(b *box.Box) (string, error) {
	got, err := b.Loop.Do(context.Background(), appliance.Command{
		Command: queue.Issue{Service: "civil", Class: queue.Ordinary, Origin: queue.Button}})
	return got.Label, err
}

// Everything ends together, the record last: what was answered is there when it
// is opened again, and no goroutine is left.
func TestEndsTogetherAndGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := parts(t, "")
		p.Dial = func(ctx context.Context) (printer.Transport, error) {
			<-ctx.Done() // a cable that hangs
			return nil, ctx.Err()
		}
		for _, want := range []string{"1", "2"} {
			b, cancel, end := on(t, p)
			if got, err := press(b); err != nil || got != want {
				t.Fatalf("got %q %v", got, err)
			}
			synctest.Wait()
			cancel()
			if err := end(); err != nil {
				t.Fatal(err)
			}
			if err := b.Journal.Append(nil); !errors.Is(err, journal.ErrReadOnly) {
				t.Fatalf("the record is still open: %v", err)
			}
		}
	})
}

// Facts that the loop did not write: the box ends and says why, once.
func TestRecordThatPartedEndsTheBox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := parts(t, "")
		p.Dial = func(context.Context) (printer.Transport, error) { return nil, errors.New("no such device") }
		b, _, end := on(t, p)
		if _, err := press(b); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		at := p.Clock.Now()
		if err := b.Journal.Append([]queue.Fact{{Day: 1, Seq: b.Journal.Last() + 1, At: at, Cause: "device", By: "another",
			Event: queue.DeviceChanged{Device: "other"}}}); err != nil {
			t.Fatal(err)
		}
		if _, err := press(b); !errors.Is(err, appliance.ErrState) {
			t.Fatalf("got %v", err)
		}
		err := end()
		if !errors.Is(err, appliance.ErrState) || !strings.Contains(err.Error(), "box: loop: ") || strings.Contains(err.Error(), "\n") {
			t.Fatalf("got %v", err)
		}
	})
}

func TestSecondBoxOnTheSameRecordIsRefused(t *testing.T) {
	p := parts(t, "")
	b, err := box.Open(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if _, err := box.Open(t.Context(), p); !errors.Is(err, journal.ErrBusy) {
		t.Fatalf("got %v", err)
	}
}

// The log of the record is moved into the database while nobody presses.
func TestRecordIsTidiedWhenQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := parts(t, "")
		b, cancel, end := on(t, p)
		for range 20 {
			if _, err := press(b); err != nil {
				t.Fatal(err)
			}
		}
		size := func() int64 {
			s, err := os.Stat(p.Journal)
			if err != nil {
				t.Fatal(err)
			}
			return s.Size()
		}
		before := size()
		for range 3 {
			time.Sleep(2 * time.Second)
			synctest.Wait()
		}
		if after := size(); after <= before {
			t.Errorf("the database has %d bytes, before %d", after, before)
		}
		cancel()
		if err := end(); err != nil {
			t.Fatal(err)
		}
	})
}

// After a run that ended with a ticket on its way, half of it may lie under the
// head: the first ticket of the next run gets its own paper, though it is no copy.
func TestHalfTicketOfTheLastRunIsCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := parts(t, "")
		paper := virtual.New(virtual.Config{Width: 576, ProcessID: true, ASB: true, Answers: true, ROM: virtual.KSX1001})
		p.Dial = func(ctx context.Context) (printer.Transport, error) {
			host, device := net.Pipe()
			go paper.Serve(context.WithoutCancel(ctx), device)
			return host, nil
		}
		pieces := func(minute int) int {
			b, cancel, end := on(t, p)
			if _, err := press(b); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(minute) * time.Minute)
			synctest.Wait()
			cancel()
			if err := end(); err != nil {
				t.Fatal(err)
			}
			return len(paper.Pieces())
		}
		if n := pieces(1); n != 1 {
			t.Fatalf("%d pieces for a ticket", n)
		}
		if n := pieces(1); n != 2 {
			t.Fatalf("%d pieces for two tickets and a clean restart", n)
		}
		paper.PaperOut()
		if n := pieces(0); n != 2 {
			t.Fatalf("%d pieces without paper", n)
		}
		paper.LoadPaper()
		p.Clock.(*clock.Bench).Skip(time.Hour) // too old to be printed now
		if n := pieces(1); n != 4 {
			t.Fatalf("%d pieces: the ticket after the interruption did not get its own", n)
		}
	})
}
