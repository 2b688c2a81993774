package rs485_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/drivers/rs485"
	"sunbeon/drivers/rs485/rs485test"
)

// Dead units cost the others next to nothing, whether two or half of them: the
// line is compared with one that never had them.
func TestDeadUnits(t *testing.T) {
	readings := func(dead int, have bool) (n int) {
		synctest.Test(t, func(t *testing.T) {
			cfg, l, units := full(38400)
			for _, u := range units[:dead] {
				u.Mute = true
			}
			if !have {
				cfg.Units = cfg.Units[dead:]
			}
			run(t, cfg, l, rs485.Hooks{}, func(b *rs485.Bus) {
				time.Sleep(time.Minute)
				l.Do(func() { n = -units[31].Reads })
				time.Sleep(5 * time.Minute)
				l.Do(func() { n += units[31].Reads })
			})
		})
		return n
	}
	for _, dead := range []int{2, 16} {
		with, without := readings(dead, true), readings(dead, false)
		t.Logf("%d dead: %d readings of another in 5 minutes, %d without them", dead, with, without)
		if with*100 < without*94 {
			t.Errorf("%d dead: %d readings of another in 5 minutes, %d without them", dead, with, without)
		}
	}
}

// When a floor's breaker is closed again, the first unit found brings the others.
func TestAFloorReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg, l, units := full(38400)
		var mu sync.Mutex
		var came []time.Time
		gone := 0
		hooks := rs485.Hooks{Health: func(h rs485.Health) {
			mu.Lock()
			defer mu.Unlock()
			if !h.Alive {
				gone++
			} else if gone > 0 {
				came = append(came, time.Now())
			}
		}}
		mute := func(is bool) {
			l.Do(func() {
				for _, u := range units[:16] {
					u.Mute = is
				}
			})
		}
		run(t, cfg, l, hooks, func(b *rs485.Bus) {
			time.Sleep(10 * time.Second)
			mute(true)
			time.Sleep(time.Minute)
			mute(false)
			begin := time.Now()
			time.Sleep(20 * time.Second)
			mu.Lock()
			defer mu.Unlock()
			if gone != 16 || len(came) != 16 {
				t.Fatalf("%d went, %d came", gone, len(came))
			}
			first, all := came[0].Sub(begin), came[15].Sub(came[0])
			t.Logf("the first after %v, the others within %v", first, all)
			if first > 5*time.Second || all > time.Second {
				t.Errorf("the first after %v, the others within %v", first, all)
			}
		})
	})
}

// An answer that comes while nobody asks is no answer to the next question.
func TestStaleAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := &rs485test.Unit{Delay: 200 * time.Millisecond}
		l := rs485test.New(9600, u)
		var o told
		run(t, rs485.Config{Units: []rs485.Unit{keypadAndSign(1, 3)}}, l, o.hooks(), func(b *rs485.Bus) {
			time.Sleep(time.Minute)
			if b.Stats().Dropped == 0 {
				t.Error("none came")
			}
		})
		if _, health := o.take(); !slices.Equal(health, []string{"3 false no answer"}) {
			t.Errorf("%q", health)
		}
	})
}

// Units that answer later than they may: nothing collides, no answer is taken
// for another's, and they count as dead.
func TestLateAnswers(t *testing.T) {
	for _, delay := range []time.Duration{55, 70, 100, 140} {
		synctest.Test(t, func(t *testing.T) {
			cfg, l, units := full(38400)
			for i, u := range units {
				if i%3 == 0 {
					u.Delay = delay * time.Millisecond
					u.Inputs = 1 // what a late answer would carry to another
				}
			}
			var o told
			run(t, cfg, l, o.hooks(), func(b *rs485.Bus) {
				for i := range 60 {
					b.Show(i%32+1, fmt.Sprint(i))
					time.Sleep(time.Second)
				}
				if b.Stats().Dropped == 0 {
					t.Error("no late answer came")
				}
			})
			if n := l.Collisions(); n != 0 {
				t.Errorf("%v: %d collisions", delay, n)
			}
			if keys, _ := o.take(); keys != nil {
				t.Errorf("%v: %q", delay, keys)
			}
			for i, u := range units {
				if u.Delay == beat && u.Registers[7] != uint16(i) && u.Registers[7] != uint16(i+32) {
					t.Errorf("%v: sign %d shows %d", delay, i+1, u.Registers[7])
				}
			}
		})
	}
}
