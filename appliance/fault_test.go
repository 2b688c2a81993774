package appliance_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/appliance"
	"sunbeon/appliance/clock"
	"sunbeon/appliance/queue"
)

func changed() queue.Config {
	c := office()
	c.Services[0].Name = "민원 발급"
	return c
}

func configured(c queue.Config) func(*appliance.Options) {
	return func(o *appliance.Options) { o.Config = c }
}

// logged writes the loop's transitions into w, without times.
func logged(w io.Writer) func(*appliance.Options) {
	return func(o *appliance.Options) {
		o.Log = slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}}))
	}
}

func TestCallerWhoHasGoneChangesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mem := &memory{}
		r := start(t, mem, clock.NewBench(nine))
		defer r.stop()
		r.must(queue.Tick{})
		mem.take()
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		for range 50 {
			if _, err := r.loop.Do(gone, appliance.Command{Command: press("civil")}); !errors.Is(err, context.Canceled) {
				t.Fatalf("got %v", err)
			}
		}
		if got := mem.take(); len(got) != 0 {
			t.Fatalf("got %q", got)
		}
	})
}

// slow is a record that holds what it is given until it is told to go on.
type slow struct {
	*memory
	begun chan struct{}
	on    chan struct{}
}

func (s *slow) Append(f []queue.Fact) error {
	if slices.ContainsFunc(f, func(x queue.Fact) bool { return x.Event.Kind() == "issued" }) {
		s.begun <- struct{}{}
		<-s.on
	}
	return s.memory.Append(f)
}

// The kiosk is told to end while one command is on its way to the disk and
// others wait: the one is answered with its number, the others learn that
// nothing happened, and nobody waits for ever.
func TestEndWhileCommandsAreOnTheirWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rec := &slow{&memory{}, make(chan struct{}), make(chan struct{})}
		r := start(t, rec.memory, clock.NewBench(nine), func(o *appliance.Options) { o.Record = rec })
		type end struct {
			label string
			err   error
		}
		ends := make(chan end, 10)
		for range 10 {
			go func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				got, err := r.loop.Do(ctx, appliance.Command{Command: press("civil")})
				ends <- end{got.Label, err}
			}()
		}
		<-rec.begun
		synctest.Wait()
		stopped := make(chan struct{})
		go func() { r.stop(); close(stopped) }()
		synctest.Wait()
		time.Sleep(2 * time.Minute) // every caller has lost patience meanwhile
		close(rec.on)
		go func() { // the loop may take one more, before it sees that it is to end
			for range rec.begun {
			}
		}()
		<-stopped
		given := map[string]bool{}
		for range 10 {
			switch e := <-ends; {
			case e.err == nil:
				given[e.label] = true
			case !errors.Is(e.err, appliance.ErrStopped) && !errors.Is(e.err, context.DeadlineExceeded):
				t.Errorf("got %v", e.err)
			}
		}
		close(rec.begun)
		issued := 0
		for _, f := range rec.facts {
			if e, ok := f.Event.(queue.Issued); ok {
				issued++
				if !given[fmt.Sprint(e.Number)] {
					t.Errorf("%d is on record, and nobody was told", e.Number)
				}
			}
		}
		if issued == 0 || issued != len(given) {
			t.Errorf("%d on record, %d told", issued, len(given))
		}
		if _, err := r.do(press("civil")); !errors.Is(err, appliance.ErrStopped) {
			t.Errorf("afterwards: %v", err)
		}
	})
}

// A disk that is full at the very first start, before there is any day: said
// once, tried every second, mended once.
func TestBrokenBeforeTheFirstDay(t *testing.T) {
	for _, trusted := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			mem := &memory{err: errors.New("no space left on device")}
			var said strings.Builder
			c := clock.NewBench(nine)
			c.Trust(trusted)
			r := start(t, mem, c, logged(&said))
			defer r.stop()
			if _, err := r.do(press("civil")); !errors.Is(err, appliance.ErrRecord) {
				t.Fatalf("got %v", err)
			}
			time.Sleep(10 * time.Second)
			if v := r.loop.View(); v.Broken != "disk_full" || len(v.Public.Faults) != 1 {
				t.Fatalf("got %q %+v", v.Broken, v.Public.Faults)
			}
			mem.fail(nil)
			time.Sleep(2 * time.Second)
			synctest.Wait()
			if v := r.loop.View(); v.Broken != "" || len(v.Public.Services) != 2 || v.Public.DayOpen != trusted {
				t.Fatalf("after: %q, %d services, day open %v", v.Broken, len(v.Public.Services), v.Public.DayOpen)
			}
			if no, yes := strings.Count(said.String(), "takes no facts"), strings.Count(said.String(), "takes facts again"); no != 1 || yes != 1 {
				t.Fatalf("said it %d and %d times:\n%s", no, yes, said.String())
			}
			if !trusted {
				r.must(queue.OpenDay{})
			}
			if got := r.must(press("civil")); got.Label != "1" {
				t.Fatalf("got %q", got.Label)
			}
		})
	}
}

// What was recorded once is told again, also by a record that is broken now.
func TestRepeatedRequestOnABrokenRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mem := &memory{}
		r := start(t, mem, clock.NewBench(nine))
		defer r.stop()
		ask := appliance.Command{Command: press("civil"), Request: "once", By: "button"}
		first, err := r.loop.Do(t.Context(), ask)
		if err != nil {
			t.Fatal(err)
		}
		mem.fail(errors.New("no space left on device"))
		if _, err := r.do(press("civil")); !errors.Is(err, appliance.ErrRecord) {
			t.Fatalf("got %v", err)
		}
		again, err := r.loop.Do(t.Context(), ask)
		if err != nil || !again.Repeated || again.Label != first.Label {
			t.Fatalf("got %q %v", again.Label, err)
		}
		ask.Request = "another"
		if _, err := r.loop.Do(t.Context(), ask); !errors.Is(err, appliance.ErrRecord) {
			t.Fatalf("a new one: %v", err)
		}
	})
}

// The disk is full when a changed file is read: the change comes with the disk.
func TestConfigurationIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mem := &memory{}
		c := clock.NewBench(nine)
		r := start(t, mem, c)
		r.must(press("civil"))
		r.stop()
		mem.fail(errors.New("no space left on device"))
		r = start(t, mem, c, configured(changed()))
		defer r.stop()
		if v := r.loop.View(); v.Broken == "" || v.Public.Services[0].Name != "민원" {
			t.Fatalf("got %q, %q", v.Broken, v.Public.Services[0].Name)
		}
		mem.fail(nil)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if v := r.loop.View(); v.Broken != "" || v.Public.Services[0].Name != "민원 발급" {
			t.Fatalf("after: %q, %q", v.Broken, v.Public.Services[0].Name)
		}
	})
}

// papers are the tickets' papers by label.
func papers(mem *memory) map[string]queue.Paper {
	s := queue.New()
	mem.mu.Lock()
	defer mem.mu.Unlock()
	for _, f := range mem.facts {
		if err := s.Apply(f); err != nil {
			panic(err)
		}
	}
	out := map[string]queue.Paper{}
	for _, t := range s.Tickets {
		out[s.Label(t.Ref)] = t.Paper
	}
	return out
}

// After a restart no ticket's paper stays unknown for ever: not of one that has
// been served, not when the record takes nothing at that moment.
func TestRestartLeavesNoPaperUnknown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mem := &memory{}
		c := clock.NewBench(nine)
		r := start(t, mem, c)
		r.must(press("civil"))
		r.must(queue.CallNext{Counter: 1})
		r.must(queue.Finish{Counter: 1})
		r.must(press("civil"))
		r.stop()
		mem.fail(errors.New("no space left on device"))
		mem.take()
		r = start(t, mem, c)
		defer r.stop()
		if got := mem.take(); !slices.Contains(got, "print 2 copy=true") || slices.Contains(got, "print 1 copy=true") {
			t.Fatalf("got %q", got)
		}
		mem.fail(nil)
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if got := papers(mem); got["1"] != queue.Failed || got["2"] != queue.Pending {
			t.Fatalf("got %v", got)
		}
	})
}

// Without a clock nobody knows how old a ticket is: it is printed again.
func TestRestartWithoutAClockReprints(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mem := &memory{}
		c := clock.NewBench(nine)
		r := start(t, mem, c)
		r.must(press("civil"))
		r.stop()
		c.Trust(false)
		c.Skip(3 * time.Hour)
		c.Reboot()
		mem.take()
		r = start(t, mem, c)
		defer r.stop()
		if got := mem.take(); !slices.Contains(got, "print 1 copy=true") {
			t.Fatalf("got %q", got)
		}
	})
}

// The printer was taken away: tickets that were to have paper are known to have
// none, and its faults go with it.
func TestPrinterTakenAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mem := &memory{}
		c := clock.NewBench(nine)
		r := start(t, mem, c)
		r.must(press("civil"))
		r.must(queue.ReportDevice{Device: "printer", Conditions: []string{"paper-end"}})
		r.stop()
		r = start(t, mem, c, func(o *appliance.Options) { o.Paper = nil })
		defer r.stop()
		r.must(press("civil"))
		synctest.Wait()
		if got := papers(mem); got["1"] != queue.Failed || got["2"] != queue.NoPaper {
			t.Fatalf("got %v", got)
		}
		if f := r.loop.View().Public.Faults; len(f) != 0 {
			t.Fatalf("got %+v", f)
		}
	})
}

// What a printer says before the first business day is not forgotten.
func TestDeviceBeforeTheFirstDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock.NewBench(nine)
		c.Trust(false)
		r := start(t, &memory{}, c)
		defer r.stop()
		r.must(queue.ReportDevice{Device: "printer", Conditions: []string{"cover-open"}})
		r.must(queue.ReportDevice{Device: "printer", Conditions: []string{"paper-end"}})
		r.must(queue.OpenDay{})
		synctest.Wait()
		if f := r.loop.View().Public.Faults; len(f) != 1 || f[0].Condition != "paper-end" {
			t.Fatalf("got %+v", f)
		}
	})
}

func TestStateThatPartedFromTheRecordEndsTheLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mem := &memory{}
		r := start(t, mem, clock.NewBench(nine))
		r.must(press("civil"))
		mem.fail(fmt.Errorf("%w: fact 9 after fact 3", appliance.ErrState))
		if _, err := r.do(press("civil")); !errors.Is(err, appliance.ErrState) || errors.Is(err, appliance.ErrRecord) {
			t.Fatalf("got %v", err)
		}
		if err := r.end(); !errors.Is(err, appliance.ErrState) {
			t.Fatalf("Run: %v", err)
		}
	})
}

// Waiting times and the clock change while nothing happens.
func TestViewDoesNotGrowOld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := clock.NewBench(nine)
		r := start(t, &memory{}, c)
		defer r.stop()
		r.must(press("civil"))
		before := r.loop.View()
		time.Sleep(20 * time.Second)
		if r.loop.View() != before {
			t.Fatal("a new view although nothing has changed")
		}
		time.Sleep(12 * time.Second)
		if age, known := c.Now().Since(r.loop.View().At); !known || age > 3*time.Second {
			t.Fatalf("the view is of %v ago", age)
		}
		c.Trust(false)
		time.Sleep(2 * time.Second)
		if v := r.loop.View(); v.Public.Clock {
			t.Fatal("nobody sees that the clock is not confirmed")
		}
	})
}
