package clock_test

import (
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/appliance/clock"
	"sunbeon/appliance/queue"
)

// The bench's clock: what moves the wall, what moves the time since boot, and
// what begins a new boot.
func TestBench(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		nine := time.Date(2026, 11, 23, 9, 0, 0, 0, queue.KST())
		b := clock.NewBench(nine)
		first := b.Now()
		if first.Wall != nine.UnixMilli() || !first.Trusted || first.Mono != 0 || first.Boot == "" {
			t.Fatalf("at first %+v", first)
		}
		time.Sleep(time.Second)
		b.Skip(time.Minute)
		now := b.Now()
		if d, known := now.Since(first); !known || d != 61*time.Second || now.Wall-first.Wall != 61_000 {
			t.Fatalf("after 61 s %+v", now)
		}
		b.Set(nine.Add(-time.Hour)) // back: the time since boot goes on
		time.Sleep(time.Second)
		if s := b.Now(); s.Mono != 62_000 || s.Wall != nine.Add(-time.Hour+time.Second).UnixMilli() {
			t.Fatalf("after setting it back %+v", s)
		}
		b.Trust(false)
		b.Reboot()
		s := b.Now()
		if s.Boot == first.Boot || s.Mono != 0 || s.Trusted {
			t.Fatalf("after a reboot %+v", s)
		}
		if _, known := s.Since(first); known {
			t.Fatal("two boots without a clock are compared")
		}
	})
}

func TestSystem(t *testing.T) {
	c, err := clock.New()
	if err != nil {
		t.Fatal(err)
	}
	a := c.Now()
	b := c.Now()
	if _, known := b.Since(a); !known || a.Boot == "" || a.Mono <= 0 || a.Wall < time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli() {
		t.Fatalf("%+v, then %+v", a, b)
	}
}
