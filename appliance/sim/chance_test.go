package sim_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/appliance"
	"sunbeon/appliance/journal"
	"sunbeon/appliance/queue"
	"sunbeon/appliance/sim"
)

// witness notes what the record has acknowledged.
type witness struct {
	mu    sync.Mutex
	state *queue.State
	err   error
}

type witnessed struct {
	*witness
	appliance.Record
}

func (w witnessed) Append(facts []queue.Fact) error {
	if err := w.Record.Append(facts); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, f := range facts {
		w.err = errors.Join(w.err, w.state.Apply(f))
	}
	return nil
}

func (w *witness) bytes() ([]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.state.Encode(), w.err
}

type number struct {
	day   int64
	label string
}

// chance is one day of everything that can happen, drawn from a seed.
type chance struct {
	t     *testing.T
	r     *sim.Rig
	rnd   *rand.Rand
	saw   *witness
	path  string
	given map[number]bool // that somebody was told
}

func (c *chance) service() string { return []string{"civil", "register", "passport"}[c.rnd.IntN(3)] }

func (c *chance) ref() queue.Ref {
	first := map[string]int{"civil": 1, "register": 401, "passport": 601}
	s := c.service()
	return queue.Ref{Band: s, Number: first[s] + c.rnd.IntN(8)}
}

func (c *chance) command() queue.Command {
	k := 1 + c.rnd.IntN(5)
	switch c.rnd.IntN(18) {
	case 0, 1, 2, 3, 4:
		class, origin := queue.Ordinary, queue.Button
		if c.rnd.IntN(5) == 0 {
			class = queue.Priority
		}
		if c.rnd.IntN(5) == 0 {
			origin = queue.Online
		}
		return queue.Issue{Service: c.service(), Class: class, Origin: origin}
	case 5, 6, 7:
		return queue.CallNext{Counter: k}
	case 8:
		return queue.Hold{Counter: k}
	case 9:
		return queue.MarkNoShow{Counter: k}
	case 10:
		return queue.Pick{Counter: k, Ref: c.ref()}
	case 11:
		return queue.Return{Ref: c.ref()}
	case 12:
		return queue.Transfer{Counter: k, Service: c.service()}
	case 13:
		return queue.Cancel{Ref: c.ref()}
	case 14:
		return queue.Reprint{Ref: c.ref()}
	case 15:
		return queue.Arrive{Ref: c.ref()}
	case 16:
		return queue.Delay{Ref: c.ref(), Pass: 1 + c.rnd.IntN(3)}
	}
	return []queue.Command{queue.Pause{Counter: k}, queue.Finish{Counter: k}, queue.CloseCounter{Counter: k},
		queue.CloseIssuing{Service: c.service()}, queue.ReopenIssuing{}, queue.Recall{Counter: k}}[c.rnd.IntN(6)]
}

// step is one thing that happens.
func (c *chance) step() {
	bench := c.r.Bench()
	switch c.rnd.IntN(30) {
	case 0:
		bench.Printer.PaperOut()
	case 1:
		bench.Printer.LoadPaper()
	case 2:
		bench.Disk.Fill(true)
	case 3, 4:
		bench.Disk.Fill(false)
	case 5:
		bench.Printer.Silence(c.rnd.IntN(2) == 0)
	case 6:
		bench.Clock.Set(bench.Clock.Now().Time().Add(time.Duration(c.rnd.IntN(240)-120) * time.Minute))
	case 7:
		bench.Clock.Trust(c.rnd.IntN(3) > 0)
	case 8:
		time.Sleep(time.Duration(c.rnd.IntN(3000)) * time.Millisecond)
	case 9:
		bench.Printer.CutPowerAfter(c.rnd.IntN(400))
		c.cut()
	case 10:
		c.cut()
	default:
		c.act()
	}
}

func (c *chance) act() {
	kiosk, _ := c.r.Kiosk()
	got, err := kiosk.Do(c.t.Context(), appliance.Command{Command: c.command(), By: "chance", Request: fmt.Sprint("r", c.rnd.Uint64())})
	var refusal *queue.Refusal
	switch {
	case errors.As(err, &refusal), errors.Is(err, appliance.ErrRecord):
	case err != nil:
		c.t.Fatal(err)
	case got.Answer.Cause == "issue":
		n := number{got.View.Public.Day, got.Label}
		if c.given[n] {
			c.t.Errorf("%v was given twice", n)
		}
		c.given[n] = true
	}
}

// cut takes the power and compares what is on disk with what was acknowledged.
func (c *chance) cut() {
	c.t.Helper()
	c.r.Cut()
	j, err := journal.OpenReader(c.t.Context(), c.path)
	if err != nil {
		c.t.Fatal(err)
	}
	disk := queue.New()
	if err := errors.Join(j.Replay(disk.Apply), j.Close()); err != nil {
		c.t.Fatal(err)
	}
	want, err := c.saw.bytes()
	if err != nil {
		c.t.Fatal(err)
	}
	if got := disk.Encode(); !bytes.Equal(got, want) {
		c.t.Fatalf("the state on disk is not the one acknowledged:\n%s\n%s", got, want)
	}
	if err := c.r.On(c.t.Context()); err != nil {
		c.t.Fatal(err)
	}
	synctest.Wait()
	for _, k := range disk.Counters {
		want := ""
		if !k.Current.IsZero() {
			want = disk.Label(k.Current)
		}
		if got, _ := c.r.Bench().Sign(k.Number); got != want {
			c.t.Errorf("after the power cut sign %d shows %q, not %q", k.Number, got, want)
		}
	}
}

// heal makes everything well and lets the paper come.
func (c *chance) heal() {
	b := c.r.Bench()
	b.Disk.Fill(false)
	b.Printer.LoadPaper()
	b.Printer.Silence(false)
	for range 120 {
		time.Sleep(time.Second)
		synctest.Wait()
		_, hub := c.r.Kiosk()
		if !slices.ContainsFunc(hub.Newest().Unpaper, func(t appliance.Ticket) bool { return t.Paper == queue.Pending }) {
			return
		}
	}
	c.t.Error("paper is still out")
}

func TestWhateverHappens(t *testing.T) {
	days := 8
	if testing.Short() {
		days = 2
	}
	first := rand.Uint64()
	for day := range days {
		seed := first + uint64(day)
		synctest.Test(t, func(t *testing.T) {
			saw := &witness{state: queue.New()}
			r, path := rigOn(t, func(r appliance.Record) appliance.Record { return witnessed{saw, r} })
			t.Logf("seed %d", seed)
			if err := r.On(t.Context()); err != nil {
				t.Fatal(err)
			}
			c := &chance{t: t, r: r, rnd: rand.New(rand.NewPCG(seed, 1)), saw: saw, path: path, given: map[number]bool{}}
			for range 80 {
				c.step()
			}
			c.heal()
			c.cut()
			if err := r.Close(); err != nil {
				t.Error(err)
			}
			saw.mu.Lock()
			defer saw.mu.Unlock()
			for n := range c.given {
				if _, ok := saw.state.Lookup(n.label); !ok && saw.state.Day.Number == n.day {
					t.Errorf("%v was given and is not on record", n)
				}
			}
			out := sheets(append(r.Bench().Printer.Pieces(), r.Bench().Printer.Roll()))
			for _, s := range out {
				if _, ok := saw.state.Lookup(s.number); !ok && saw.state.Day.Number == 1 {
					t.Errorf("%s is on paper and not on record", s.number)
				}
			}
			for _, ticket := range saw.state.Tickets {
				label := strconv.Itoa(ticket.Number)
				onRoll := slices.ContainsFunc(out, func(s sheet) bool { return s.number == label && s.whole })
				if ticket.Paper == queue.OnPaper && !onRoll {
					t.Errorf("%s is on record as printed and not on paper", label)
				}
			}
		})
		if t.Failed() {
			return
		}
	}
}
