package callunit_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/drivers/callunit"
	"sunbeon/drivers/serialport/frame"
)

// With a weak check and an acknowledgement a first frame only waits, and its
// unit is asked to say it again; one that never does is told of.
func TestSecondSighting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := config(t, "edwards")
		c.Sightings = 0
		run(t, c, nil, func(b *bench, d *callunit.Dev) {
			expect := func(what, keys, said string) {
				t.Helper()
				time.Sleep(100 * time.Millisecond)
				if got := strings.Join(b.take(), ", "); got != keys {
					t.Errorf("%s: %q, want %q", what, got, keys)
				}
				if got := b.heard(); got != said {
					t.Errorf("%s: we said %q, want %q", what, got, said)
				}
			}
			b.unit.Write(wire(t, c, 5, 0))
			expect("first", "", "15")
			b.unit.Write(wire(t, c, 6, 0))
			expect("another unit's", "", "15")
			b.unit.Write(wire(t, c, 5, 0))
			expect("second", "3 next", "06")
			b.unit.Write(wire(t, c, 5, 0))
			expect("our acknowledgement was lost", "", "06")
			time.Sleep(time.Second)
			b.unit.Write(wire(t, c, 5, 1))
			expect("another key", "", "15")
			b.unit.Write(wire(t, c, 5, 2))
			expect("which was damaged", "", "15")
			b.unit.Write(wire(t, c, 5, 1))
			expect("not twice in a row", "", "15")
			time.Sleep(3 * time.Second)
			b.unit.Write(wire(t, c, 5, 1))
			expect("too late", "", "15")
		})
	})
}

// A damaged frame may be the repetition of a press: the next one is none either.
func TestDamagedRepetition(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := config(t, "edwards")
		run(t, c, nil, func(b *bench, d *callunit.Dev) {
			for i := range 9 {
				f := wire(t, c, 5, 0)
				switch i % 3 {
				case 1:
					f[4] ^= 1 // seen to be damaged
				case 2:
					f = wire(t, c, 7, 3) // not seen: of no unit
				}
				b.unit.Write(f)
				time.Sleep(250 * time.Millisecond)
			}
			if keys := b.take(); !slices.Equal(keys, []string{"3 next"}) {
				t.Errorf("%q", keys)
			}
			time.Sleep(time.Second)
			b.unit.Write(wire(t, c, 5, 0))
			time.Sleep(time.Second)
			if keys := b.take(); !slices.Equal(keys, []string{"3 next"}) {
				t.Errorf("the next press: %q", keys)
			}
		})
	})
}

// A unit that says half of something and falls silent does not hold the others.
func TestDoubtDoesNotHoldTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := asked(t)
		c.Sightings = 2
		var mu sync.Mutex
		said, down := 0, -1
		answer := func(question []byte) []byte {
			mu.Lock()
			defer mu.Unlock()
			s := frame.Scanner{Table: c.Frame}
			for _, f := range s.Feed(question) {
				switch {
				case f.Address == 5 && said == 0: // once, then never again
					said++
					return wire(t, c, 5, 0)
				case f.Address == 6 && down >= 0:
					return wire(t, c, 6, down)
				case f.Address == 6:
					b, _ := c.Frame.Encode(frame.Frame{Address: 6, Command: command(c.Frame), Data: []byte("00")})
					return b
				}
			}
			return nil
		}
		run(t, c, answer, func(b *bench, d *callunit.Dev) {
			time.Sleep(5 * time.Second)
			mu.Lock()
			down = 2
			mu.Unlock()
			time.Sleep(time.Second)
			if keys := b.take(); !slices.Equal(keys, []string{"4 hold"}) {
				t.Errorf("%q", keys)
			}
		})
	})
}

// A polled key that is down is up when the unit has said so twice: one answer
// can be damaged into that.
func TestPolledKeyIsUpAfterTwo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := asked(t)
		c.Units = c.Units[:1]
		var mu sync.Mutex
		says := "1111110111110110011111000"
		answer := func([]byte) []byte {
			mu.Lock()
			defer mu.Unlock()
			if len(says) > 1 {
				says = says[1:]
			}
			if says[0] == '1' {
				return wire(t, c, 5, 0)
			}
			b, _ := c.Frame.Encode(frame.Frame{Address: 5, Command: command(c.Frame), Data: []byte("00")})
			return b
		}
		run(t, c, answer, func(b *bench, d *callunit.Dev) {
			time.Sleep(5 * time.Second)
			if keys := b.take(); !slices.Equal(keys, []string{"3 next", "3 next"}) {
				t.Errorf("%q", keys)
			}
		})
	})
}
