package journal

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"sunbeon/appliance/queue"
)

// office is a small 민원실: two services, three counters.
func office() queue.Config {
	return queue.Config{
		Office: queue.Office{ID: "CS0001", Name: "가능동 주민센터"},
		Services: []queue.Service{
			{ID: "civil", Name: "민원", First: 1, Last: 3000, Priority: true, Handling: 240},
			{ID: "passport", Name: "여권", Prefix: "P", First: 1, Last: 990, Online: true, Handling: 420},
		},
		Counters: []queue.Counter{
			{Number: 1, Services: []string{"civil"}, Rule: queue.RuleLongest},
			{Number: 2, Services: []string{"civil", "passport"}, Rule: queue.RuleStrict},
			{Number: 3, Services: []string{"passport", "civil"}, Rule: queue.RuleWeighted, Weights: []int{3, 1}},
		},
		Rules: queue.Rules{PriorityRun: 1, LateWithin: 10, LatePlace: queue.LateFront, DayStarts: 240, DayJumpLimit: 14},
	}
}

// monday is the first morning of the tests.
func monday() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, queue.KST()) }

// bench is an office as the loop runs it, without the loop: each command is
// decided, handed to keep as one batch, and applied when keep took it.
type bench struct {
	tb    testing.TB
	state *queue.State
	now   queue.Stamp
	keep  func([]queue.Fact) error
}

func newBench(tb testing.TB, keep func([]queue.Fact) error) *bench {
	return &bench{tb: tb, state: queue.New(), keep: keep,
		now: queue.Stamp{Wall: monday().UnixMilli(), Trusted: true, Mono: 1000, Boot: "boot-a"}}
}

func (b *bench) wait(d time.Duration) {
	b.now.Wall += d.Milliseconds()
	b.now.Mono += d.Milliseconds()
}

// try gives a command; a refusal is nothing, an error of keep is returned.
func (b *bench) try(c queue.Command) (queue.Decision, error) {
	b.tb.Helper()
	in := queue.Input{At: b.now, By: "test", Command: c}
	d, err := b.state.Decide(in)
	if err != nil || len(d.Events) == 0 {
		return queue.Decision{}, nil
	}
	facts := b.state.Facts(in, d.Events)
	if err := b.keep(facts); err != nil {
		return d, err
	}
	for _, f := range facts {
		if err := b.state.Apply(f); err != nil {
			b.tb.Fatal(err)
		}
	}
	return d, nil
}

func (b *bench) do(c queue.Command) queue.Ref {
	b.tb.Helper()
	d, err := b.try(c)
	if err != nil {
		b.tb.Fatal(err)
	}
	return d.Answer.Ref
}

// open begins the first day.
func (b *bench) open() {
	b.tb.Helper()
	b.do(queue.Configure{Config: office()})
	b.do(queue.Tick{})
	if !b.state.Day.Open {
		b.tb.Fatal("the day did not open")
	}
}

func (b *bench) issue(service string) queue.Ref {
	b.tb.Helper()
	return b.do(queue.Issue{Service: service, Class: queue.Ordinary, Origin: queue.Button,
		Forecast: queue.Forecast{Known: true, Low: 60, Mid: 120, High: 300, Base: 110_000, Line: 3}})
}

// random gives one command of any kind.
func (b *bench) random(r *rand.Rand) queue.Command {
	counter := 1 + r.IntN(3)
	service := []string{"civil", "passport"}[r.IntN(2)]
	ref := queue.Ref{}
	if n := len(b.state.Tickets); n > 0 {
		ref = b.state.Tickets[r.IntN(n)].Ref
	}
	switch r.IntN(27) {
	case 0, 1, 2, 3, 4:
		class, origin := queue.Ordinary, queue.Button
		if r.IntN(4) == 0 && service == "civil" {
			class = queue.Priority
		}
		if r.IntN(3) == 0 && service == "passport" {
			origin = queue.Online
		}
		return queue.Issue{Service: service, Class: class, Origin: origin, Token: "t", Forecast: queue.Forecast{Known: true, Low: 1, Mid: 2, High: 3, Base: 4}}
	case 5, 6, 7, 8, 9:
		return queue.CallNext{Counter: counter}
	case 10:
		return queue.Recall{Counter: counter}
	case 11:
		return queue.Pick{Counter: counter, Ref: ref}
	case 12:
		return queue.Hold{Counter: counter}
	case 13:
		return queue.MarkNoShow{Counter: counter}
	case 14:
		return queue.Return{Ref: ref}
	case 15:
		return queue.Transfer{Counter: counter, Service: service, ToCounter: r.IntN(4)}
	case 16:
		return queue.Finish{Counter: counter}
	case 17:
		return queue.Pause{Counter: counter}
	case 18:
		return queue.Resume{Counter: counter}
	case 19:
		return queue.Cancel{Ref: ref}
	case 20:
		return queue.PaperResult{Ref: ref, Paper: queue.OnPaper}
	case 21:
		return queue.SetServices{Counter: counter, Services: []string{service}}
	case 22:
		if r.IntN(6) == 0 {
			return queue.CloseDay{}
		}
		return queue.CloseCounter{Counter: counter}
	case 23:
		return queue.Arrive{Ref: ref}
	case 24:
		return queue.Delay{Ref: ref, Pass: 1 + r.IntN(3)}
	case 25: // who comes with an online ticket has to say so, from now on or no more
		c := office()
		c.Services[1].Arrival, c.Rules.DelayMost = r.IntN(4) > 0, 5
		return queue.Configure{Config: c}
	default:
		return queue.OpenDay{}
	}
}

// life lets the clocks and the day do what they do, then gives a command.
func (b *bench) life(r *rand.Rand) error {
	b.wait(time.Duration(r.IntN(90_000)) * time.Millisecond)
	switch r.IntN(60) {
	case 0:
		b.wait(18 * time.Hour) // the night
	case 1:
		// A power cut: a new boot, and no clock until the network is back.
		b.now.Boot += "x"
		b.now.Mono = r.Int64N(60_000)
		b.now.Trusted = false
		b.now.Wall -= r.Int64N(1_000_000_000)
	case 2, 3, 4:
		b.now.Wall = max(b.now.Wall, monday().UnixMilli()+b.now.Mono)
		b.now.Trusted = true
	}
	if _, err := b.try(queue.Tick{}); err != nil {
		return err
	}
	_, err := b.try(b.random(r))
	return err
}

func openAt(tb testing.TB, path string) *Journal {
	tb.Helper()
	j, err := Open(context.Background(), path, Options{FirstEpoch: 1})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = j.Close() })
	return j
}

func openNew(tb testing.TB) *Journal {
	tb.Helper()
	return openAt(tb, filepath.Join(tb.TempDir(), "journal.db"))
}

// whole fails unless Verify finds nothing.
func whole(tb testing.TB, j *Journal) Report {
	tb.Helper()
	r, err := j.Verify(context.Background())
	if err != nil {
		tb.Fatal(err)
	}
	if !r.OK() {
		tb.Fatal(r)
	}
	return r
}

// replayed is the state that the record gives.
func replayed(tb testing.TB, j *Journal) *queue.State {
	tb.Helper()
	s := queue.New()
	if err := j.Replay(s.Apply); err != nil {
		tb.Fatal(err)
	}
	return s
}

// devices are n facts that need no state beyond the first day.
func devices(day int64, after uint64, n int) []queue.Fact {
	out := make([]queue.Fact, n)
	for i := range out {
		seq := after + 1 + uint64(i)
		out[i] = queue.Fact{Day: day, Seq: seq, At: queue.Stamp{Wall: int64(seq), Trusted: true, Mono: int64(seq), Boot: "b"},
			Event: queue.DeviceChanged{Device: "printer", Conditions: []string{"paper_end"}}}
	}
	return out
}

func encoded(tb testing.TB, f queue.Fact) string {
	tb.Helper()
	b, err := json.Marshal(f)
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}

func collect(tb testing.TB, j *Journal, f Filter) []Record {
	tb.Helper()
	var out []Record
	for r, err := range j.Facts(context.Background(), f) {
		if err != nil {
			tb.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

func kinds(tb testing.TB, records []Record) []string {
	tb.Helper()
	var out []string
	for _, r := range records {
		f, err := r.Fact()
		if err != nil {
			tb.Fatal(err)
		}
		out = append(out, f.Event.Kind())
	}
	return slices.Clip(out)
}
