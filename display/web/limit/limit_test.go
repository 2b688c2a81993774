package limit

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func key(n int) Key { return Key{byte(n), byte(n >> 8), byte(n >> 16)} }

func TestBucketEmptiesAndFills(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table := NewTable(Rate{2 * time.Second, 3}, 10)
		for i := range 3 {
			if wait, ok := table.Take(key(1)); !ok || wait != 0 {
				t.Fatalf("%d of the burst: %v %v", i, wait, ok)
			}
		}
		if wait, ok := table.Take(key(1)); ok || wait != 2*time.Second {
			t.Errorf("after the burst: %v %v", wait, ok)
		}
		if wait, empty := table.Empty(key(1)); !empty || wait != 2*time.Second {
			t.Errorf("empty: %v %v", wait, empty)
		}
		if _, ok := table.Take(key(2)); !ok {
			t.Error("another client pays for the first")
		}
		time.Sleep(time.Second)
		if wait, ok := table.Take(key(1)); ok || wait != time.Second {
			t.Errorf("too early: %v %v", wait, ok)
		}
		time.Sleep(time.Second)
		if _, ok := table.Take(key(1)); !ok {
			t.Error("not filled again")
		}
		if _, ok := table.Take(key(1)); ok {
			t.Error("filled with more than one")
		}
	})
}

// Who has gone is forgotten, as soon as the table is used and not before the
// bucket is full again: forgetting earlier would give a new burst.
func TestForgetsWhoIsFullAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table := NewTable(Rate{time.Second, 5}, 1000)
		for i := range 100 {
			table.Take(key(i))
		}
		time.Sleep(5*time.Second - time.Nanosecond)
		if table.Take(key(1000)); table.Len() != 101 {
			t.Errorf("forgotten too early: %d", table.Len())
		}
		time.Sleep(time.Nanosecond)
		if table.Take(key(1000)); table.Len() != 1 {
			t.Errorf("%d are remembered", table.Len())
		}
		if _, empty := table.Empty(key(7)); empty || table.Len() != 1 {
			t.Error("a look makes a bucket")
		}
	})
}

func TestTableIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table := NewTable(Rate{time.Hour, 2}, 50)
		table.Take(key(0))
		table.Take(key(0))
		for i := 1; i < 50; i++ {
			table.Take(key(i))
		}
		if _, ok := table.Take(key(0)); ok { // used now: the last to be given up
			t.Error("key 0 has a third")
		}
		for i := 50; i < 5000; i++ {
			if i%40 == 0 {
				table.Take(key(0))
			}
			if table.Take(key(i)); table.Len() > 50 {
				t.Fatalf("%d buckets", table.Len())
			}
		}
		if _, ok := table.Take(key(0)); ok {
			t.Error("a flood of others has emptied the bucket of one that goes on")
		}
	})
}

func TestManyAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table := NewTable(Rate{time.Minute, 100}, 10)
		var wg sync.WaitGroup
		var mu sync.Mutex
		taken := 0
		for range 8 {
			wg.Go(func() {
				for range 50 {
					if _, ok := table.Take(key(1)); ok {
						mu.Lock()
						taken++
						mu.Unlock()
					}
				}
			})
		}
		wg.Wait()
		if taken != 100 {
			t.Errorf("%d were let through", taken)
		}
	})
}

func asked(peer string, forwarded ...string) *http.Request {
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr = peer
	for _, f := range forwarded {
		r.Header.Add("X-Forwarded-For", f)
	}
	return r
}

func TestWhoseItIs(t *testing.T) {
	trusted, err := Prefixes("127.0.0.0/8, ::1, 10.0.0.0/8,2001:db8:f::/48")
	if err != nil {
		t.Fatal(err)
	}
	o := NewOrigin(trusted)
	for _, c := range []struct {
		peer      string
		forwarded []string
		want      string // "" is not limited
	}{
		{"203.0.113.9:5000", nil, "203.0.113.9"},
		{"203.0.113.9:5000", []string{"198.51.100.7"}, "203.0.113.9"}, // no proxy of ours: it says what it likes
		{"10.0.0.1:5000", []string{"198.51.100.7"}, "198.51.100.7"},
		{"10.0.0.1:5000", []string{"192.0.2.66, 198.51.100.7, 10.0.0.2"}, "198.51.100.7"}, // the client's own words before it
		{"10.0.0.1:5000", []string{"192.0.2.66", "198.51.100.7"}, "198.51.100.7"},
		{"10.0.0.1:5000", []string{"198.51.100.7:4711"}, "198.51.100.7"},
		{"[::ffff:10.0.0.1]:5000", []string{"::ffff:198.51.100.7"}, "198.51.100.7"},
		{"10.0.0.1:5000", []string{"198.51.100.7, unknown"}, "10.0.0.1"},
		{"10.0.0.1:5000", []string{""}, "10.0.0.1"},
		{"10.0.0.1:5000", nil, ""},
		{"10.0.0.1:5000", []string{"10.9.9.9"}, ""},
		{"[::1]:5000", nil, ""},
		{"[2001:db8:f::1]:1", []string{"2001:db8:1:2:3:4:5:6"}, "2001:db8:1:2::"},
		{"[2001:db8:1:2::9]:1", nil, "2001:db8:1:2::"},
		{"[fe80::1%eth0]:1", nil, "fe80::"},
		{"pipe", []string{"198.51.100.7"}, netip.Addr{}.String()},
	} {
		k, limited := o.Of(asked(c.peer, c.forwarded...))
		if limited != (c.want != "") || limited && k != o.Named(c.want) {
			t.Errorf("%s, %q: not the key of %q (%v)", c.peer, c.forwarded, c.want, limited)
		}
	}
	if a, b := NewOrigin(nil).Named("203.0.113.9"), NewOrigin(nil).Named("203.0.113.9"); a == b {
		t.Error("two processes make the same key of an address")
	}
}

func TestPrefixes(t *testing.T) {
	for _, bad := range []string{"", "10.0.0.0/8,", "ten", "10.0.0.0/33", "10.0.0.1:80"} {
		if p, err := Prefixes(bad); err == nil {
			t.Errorf("%q: %v", bad, p)
		}
	}
	p, err := Prefixes("10.1.2.3/8,::ffff:192.0.2.1")
	if err != nil || fmt.Sprint(p) != "[10.0.0.0/8 192.0.2.1/32]" {
		t.Error(p, err)
	}
}

func FuzzOrigin(f *testing.F) {
	f.Add("10.0.0.1:80", "198.51.100.7, 10.0.0.2")
	f.Add("[2001:db8::1%eth0]:1", "[::1]:5,,")
	f.Add("pipe", "\x00")
	trusted, err := Prefixes("10.0.0.0/8,::1")
	if err != nil {
		f.Fatal(err)
	}
	o := NewOrigin(trusted)
	f.Fuzz(func(t *testing.T, peer, forwarded string) {
		r := asked(peer)
		r.Header.Set("X-Forwarded-For", forwarded)
		k, limited := o.Of(r)
		again, _ := o.Of(r)
		if k != again || !limited && k != (Key{}) {
			t.Fatalf("%x %x %v", k, again, limited)
		}
		if a, ok := parse(peer); ok && !o.believes(a) {
			if alone, _ := o.Of(asked(peer)); alone != k {
				t.Fatal("a header of a stranger counts")
			}
		}
	})
}
