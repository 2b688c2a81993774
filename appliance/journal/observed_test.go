package journal

import (
	"path/filepath"
	"testing"
	"time"

	"sunbeon/appliance/queue"
)

// What was heard of an old machine is in the record like everything else: it
// comes back after a reopening, and it is no ticket, visit or figure.
func TestObservedFactsAreKeptAndNotCounted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.db")
	j := openAt(t, path)
	b := newBench(t, j.Append)
	config := office()
	config.Observed = true
	config.Services[1].Online = false
	b.do(queue.Configure{Config: config})
	b.do(queue.Tick{})
	for n := range 40 {
		b.wait(30 * time.Second)
		b.do(queue.Observe{What: queue.HeardIssued, Service: "civil", Number: n + 1})
		if n > 3 {
			b.do(queue.Observe{What: queue.HeardCalled, Service: "civil", Number: n - 3, Counter: 1 + n%3})
		}
	}
	b.do(queue.Observe{What: queue.HeardWaiting, Service: "passport", Count: 7})
	b.do(queue.Observe{What: queue.HeardRestarted, Service: "passport"})
	b.do(queue.Observe{What: queue.HeardNothing})
	b.do(queue.CloseDay{})
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}

	j = openAt(t, path)
	if r := whole(t, j); r.Tickets != 0 || r.Visits != 0 || r.Facts != int(j.Last()) || r.Facts < 80 {
		t.Errorf("%+v", r)
	}
	if got := replayed(t, j); string(got.Encode()) != string(b.state.Encode()) {
		t.Errorf("the record gives\n%s\nnot\n%s", got.Encode(), b.state.Encode())
	}
	f, err := j.Figures(t.Context(), "2026-11-23", "2026-11-23")
	if err != nil || f.Days != 1 || len(f.Services) != 0 || len(f.Total.Issued) != 0 {
		t.Errorf("%+v, %v", f, err)
	}
}
