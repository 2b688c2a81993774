package appliance_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/appliance"
	"sunbeon/appliance/clock"
	"sunbeon/appliance/feed"
	"sunbeon/appliance/queue"
)

func office() queue.Config {
	return queue.Config{
		Office: queue.Office{ID: "CS0001", Name: "가능동 주민센터"},
		Services: []queue.Service{
			{ID: "civil", Name: "민원", First: 1, Last: 300, Priority: true, Handling: 240},
			{ID: "passport", Name: "여권", Prefix: "P", First: 1, Last: 99, Online: true, Handling: 420},
		},
		Counters: []queue.Counter{
			{Number: 1, Services: []string{"civil"}, Rule: queue.RuleLongest},
			{Number: 2, Services: []string{"passport", "civil"}, Rule: queue.RuleLongest},
		},
		Rules: queue.Rules{PriorityRun: 1, LateWithin: 10, LatePlace: queue.LateFront, DayStarts: 240, DayJumpLimit: 14},
	}
}

// memory is a record that can be broken. It notes, with the sinks, the order of
// what happens.
type memory struct {
	mu    sync.Mutex
	facts []queue.Fact
	log   []string
	err   error
}

func (m *memory) Append(f []queue.Fact) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return m.err
	}
	m.facts = append(m.facts, f...)
	for _, x := range f {
		m.log = append(m.log, "disk "+x.Event.Kind())
	}
	return nil
}

func (m *memory) note(format string, args ...any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.log = append(m.log, fmt.Sprintf(format, args...))
}

func (m *memory) take() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := m.log
	m.log = nil
	return out
}

func (m *memory) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err = err
}

func (m *memory) Print(j appliance.PrintJob) {
	text := ""
	if j.Waited > 0 {
		text = fmt.Sprint(" waited=", j.Waited)
	}
	m.note("print %s copy=%v%s", j.Service.Label(j.Ticket.Number), j.Copy, text)
}
func (m *memory) Show(counter int, text string) { m.note("sign %d %q", counter, text) }

type rig struct {
	t     *testing.T
	mem   *memory
	clock *clock.Bench
	loop  *appliance.Loop
	stop  func()
	end   func() error // waits for Run
}

func start(t *testing.T, mem *memory, c *clock.Bench, with ...func(*appliance.Options)) *rig {
	t.Helper()
	opt := appliance.Options{
		Config: office(), Clock: c, Record: mem, Paper: mem, Signs: mem,
		Address: feed.Address{City: "test", Office: "CS0001"}, Log: slog.New(slog.DiscardHandler),
		Viewer:        func(v *appliance.View) { mem.note("view %d", v.Public.Seq) },
		Recorded:      func(seq uint64) { mem.note("recorded %d", seq) },
		Why:           func(error) string { return "disk_full" },
		ReprintWithin: 10 * time.Minute,
	}
	for _, change := range with {
		change(&opt)
	}
	loop := appliance.New(opt)
	mem.mu.Lock()
	facts := slices.Clone(mem.facts)
	mem.mu.Unlock()
	for _, f := range facts {
		if err := loop.Replay(f); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- loop.Run(ctx) }()
	synctest.Wait()
	end := func() error { defer cancel(); return <-done }
	return &rig{t: t, mem: mem, clock: c, loop: loop, end: end, stop: func() {
		cancel()
		if err := end(); err != nil {
			t.Errorf("run: %v", err)
		}
	}}
}

func (r *rig) do(c queue.Command) (appliance.Result, error) {
	return r.loop.Do(r.t.Context(), appliance.Command{Command: c, By: "test"})
}

func (r *rig) must(c queue.Command) appliance.Result {
	r.t.Helper()
	res, err := r.do(c)
	if err != nil {
		r.t.Fatalf("%s: %v", c.Name(), err)
	}
	return res
}

var nine = time.Date(2026, 11, 23, 9, 0, 0, 0, queue.KST())

func press(service string) queue.Issue {
	return queue.Issue{Service: service, Class: queue.Ordinary, Origin: queue.Button}
}

// What a citizen waits for comes first, and nothing comes before the disk.
func TestDiskThenPaperThenTheRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mem := &memory{}
		r := start(t, mem, clock.NewBench(nine))
		defer r.stop()
		r.must(queue.Tick{})
		mem.take()
		r.must(press("civil"))
		if got, want := mem.take(), []string{"disk issued", "print 1 copy=false", "recorded 3", "view 3"}; !slices.Equal(got, want) {
			t.Errorf("press: got %q want %q", got, want)
		}
		r.must(queue.CallNext{Counter: 1})
		if got, want := mem.take(), []string{"disk counter_opened", "disk called", `sign 1 "1"`, "recorded 5", "view 5"}; !slices.Equal(got, want) {
			t.Errorf("call: got %q want %q", got, want)
		}
	})
}

func TestRefusalLeavesNoTrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mem := &memory{}
		r := start(t, mem, clock.NewBench(nine))
		defer r.stop()
		r.must(queue.Tick{})
		mem.take()
		_, err := r.do(queue.Recall{Counter: 1})
		var refusal *queue.Refusal
		if !errors.As(err, &refusal) || refusal.Code != queue.CounterIdle {
			t.Fatalf("got %v", err)
		}
		if got := mem.take(); len(got) != 0 {
			t.Fatalf("got %q", got)
		}
	})
}

func TestFullDiskGivesNoNumberAndRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mem := &memory{}
		r := start(t, mem, clock.NewBench(nine))
		defer r.stop()
		r.must(press("civil"))
		full := errors.New("no space left on device")
		mem.fail(full)
		mem.take()
		if _, err := r.do(press("civil")); !errors.Is(err, appliance.ErrRecord) || !errors.Is(err, full) {
			t.Fatalf("got %v", err)
		}
		if got := mem.take(); !slices.Equal(got, []string{"view 3"}) {
			t.Fatalf("something acted without a record: %q", got)
		}
		if v := r.loop.View(); v.Broken != "disk_full" || len(v.Public.Faults) != 1 {
			t.Fatalf("the view does not say so: %+v", v.Public.Faults)
		}
		mem.fail(nil)
		time.Sleep(1500 * time.Millisecond) // the schedule finds out
		synctest.Wait()
		if v := r.loop.View(); v.Broken != "" || len(v.Public.Faults) != 0 {
			t.Fatalf("not recovered: %+v", v)
		}
		if got := r.must(press("civil")); got.Label != "2" {
			t.Fatalf("the number after is %q", got.Label)
		}
	})
}

// A power cut between the record and the paper: young tickets are printed again
// and marked, old ones are known to be without paper.
func TestRestartReprintsWhatMayNotBeOnPaper(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mem := &memory{}
		c := clock.NewBench(nine)
		r := start(t, mem, c)
		r.must(press("civil"))
		c.Skip(11 * time.Minute)
		r.must(press("civil"))
		third := r.must(press("civil"))
		r.must(queue.PaperResult{Day: 1, Ref: third.Ticket.Ref, Paper: queue.OnPaper})
		r.stop()
		mem.take()
		c.Skip(4 * time.Minute) // they count against the office's limit
		r = start(t, mem, c)
		defer r.stop()
		if got := mem.take(); !slices.Contains(got, "print 2 copy=true waited=4m0s") || !slices.Contains(got, "disk print_failed") || slices.Contains(got, "print 3 copy=true") {
			t.Fatalf("got %q", got)
		}
		if u := r.loop.View().Unpaper; len(u) != 2 || u[0].Label != "1" || u[0].Paper != queue.Failed || u[1].Paper != queue.Pending {
			t.Fatalf("got %+v", u)
		}
	})
}

func TestConfigurationInUseWaitsForTheNextDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mem := &memory{}
		c := clock.NewBench(nine)
		r := start(t, mem, c)
		r.must(press("civil"))
		r.stop()

		changed := office()
		changed.Services[0].First = 101
		loop := appliance.New(appliance.Options{Config: changed, Clock: c, Record: mem, Log: slog.New(slog.DiscardHandler), ReprintWithin: time.Minute})
		for _, f := range mem.facts {
			if err := loop.Replay(f); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go loop.Run(ctx)
		synctest.Wait()
		r.loop = loop
		if got := r.must(press("civil")); got.Label != "2" || r.loop.View().Pending == "" {
			t.Fatalf("today: %q, pending %q", got.Label, r.loop.View().Pending)
		}
		c.Skip(24 * time.Hour)
		if got := r.must(press("civil")); got.Label != "101" || r.loop.View().Pending != "" {
			t.Fatalf("the next day: %q, pending %q", got.Label, r.loop.View().Pending)
		}
		cancel()
		synctest.Wait()
	})
}

func TestManyPressesAtOnceGiveEachItsNumber(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mem := &memory{}
		r := start(t, mem, clock.NewBench(nine))
		defer r.stop()
		var mu sync.Mutex
		seen := map[string]int{}
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				for range 20 {
					res, err := r.do(press("civil"))
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					seen[res.Label]++
					mu.Unlock()
				}
			})
		}
		all.Wait()
		if len(seen) != 160 {
			t.Fatalf("160 presses gave %d numbers", len(seen))
		}
	})
}

func TestOnlineRequestTwiceIsOneTicket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mem := &memory{}
		r := start(t, mem, clock.NewBench(nine))
		defer r.stop()
		online := appliance.Online{Loop: r.loop}
		req := feed.Request{V: 1, ID: "0123456789abcdef", Kind: feed.RequestIssue, Service: "passport"}
		first := online.Handle(t.Context(), req)
		again := online.Handle(t.Context(), req)
		if first.Ticket == nil || first.Ticket.Label != "P1" || again.Ticket == nil || *again.Ticket != *first.Ticket {
			t.Fatalf("first %+v again %+v", first.Ticket, again.Ticket)
		}
		if len(first.Ticket.Token) != 16 {
			t.Fatalf("token %q", first.Ticket.Token)
		}
		cancel := feed.Request{V: 1, ID: "fedcba9876543210", Kind: feed.RequestCancel, Token: first.Ticket.Token}
		if got := online.Handle(t.Context(), cancel); got.Ticket == nil || got.Ticket.Status != "cancelled" {
			t.Fatalf("cancel: %+v", got)
		}
		if got := online.Handle(t.Context(), cancel); got.Ticket == nil || got.Ticket.Status != "cancelled" {
			t.Fatalf("cancel again: %+v", got)
		}
		req.ID, req.Service = "1123456789abcdef", "civil"
		if got := online.Handle(t.Context(), req); got.Refusal == nil || got.Refusal.Code != "no_online" || got.Refusal.Ko == "" {
			t.Fatalf("civil online: %+v", got)
		}
	})
}
