package printer

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// TestAccidents plays random offices: tickets, faults of every kind at every
// moment, and at the end a healthy printer. The seed of a failure is in its name.
func TestAccidents(t *testing.T) {
	offices := uint64(300)
	if testing.Short() {
		offices = 30
	}
	for seed := range offices {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) { playOffice(t, seed) })
	}
}

func playOffice(t *testing.T, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 7))
	d := newDouble()
	d.id, d.asb, d.clearable = r.IntN(3) > 0, r.IntN(3) > 0, r.IntN(2) > 0
	var numbers []string
	onBench(t, d, func(c *SessionConfig) { c.Profile.ClearBuffer = d.clearable }, func(b *bench) {
		for i := range 12 {
			n := fmt.Sprint(101 + i)
			numbers = append(numbers, n)
			fault := accident(r)
			switch r.IntN(4) {
			case 0: // in the middle of this ticket
				d.change(func(d *double) { d.at[n] = fault })
			case 1:
				d.change(func(d *double) { d.at["<cut>"] = fault })
			case 2:
				d.change(fault)
			}
			b.submit(n)
			b.pass(time.Duration(r.Int64N(int64(20 * time.Second))))
			if r.IntN(2) == 0 {
				d.change(mend)
			}
			b.pass(time.Duration(r.Int64N(int64(5 * time.Second))))
		}
		d.change(func(d *double) { clear(d.at); mend(d) })
		b.pass(5 * time.Minute)
		b.wantState(Ready)
		if len(b.outcomes) != len(numbers) {
			t.Errorf("%d outcomes of %d jobs", len(b.outcomes), len(numbers))
		}
		b.promises(numbers...)
	})
}

func accident(r *rand.Rand) func(*double) {
	bytes := 1 + r.IntN(200)
	return []func(*double){
		func(d *double) { d.state.end = true },
		func(d *double) { d.state.cover = true },
		func(d *double) { d.state.cutter = true },
		func(d *double) { d.state.hot = true },
		func(d *double) { d.state.offline = true },
		func(d *double) { d.state.nearEnd = true },
		func(d *double) { d.swallow = true },
		func(d *double) { d.dead = true },
		func(d *double) { d.hangUp = bytes },
		func(d *double) {
			d.unplug()
			d.refuse = true
		},
	}[r.IntN(10)]
}

func mend(d *double) {
	d.state, d.swallow, d.dead, d.refuse, d.hangUp = status{}, false, false, false, 0
}
