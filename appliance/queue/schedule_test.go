package queue_test

import (
	"slices"
	"testing"
	"time"

	"sunbeon/appliance/queue"
)

// at sets the wall clock and lets as much monotonic time pass as the wall moved
// forward.
func (d *desk) at(clock string) {
	d.t.Helper()
	to, err := time.ParseInLocation("2006-01-02 15:04", clock, queue.KST())
	if err != nil {
		d.t.Fatal(err)
	}
	d.now.Mono += max(0, to.UnixMilli()-d.now.Wall)
	d.now.Wall = to.UnixMilli()
}

// tick lets the schedule act and returns the kinds of what it did. A second
// tick at the same instant must do nothing.
func (d *desk) tick() []string {
	d.t.Helper()
	kinds := []string{}
	for _, e := range d.must("", queue.Tick{}).Events {
		kinds = append(kinds, e.Kind())
	}
	if again := d.must("", queue.Tick{}).Events; len(again) > 0 {
		d.t.Fatalf("a second tick does %v", again)
	}
	return kinds
}

func (d *desk) ticks(clock string, want ...string) {
	d.t.Helper()
	d.at(clock)
	if got := d.tick(); !slices.Equal(got, want) {
		d.t.Fatalf("at %s the schedule did %v, want %v", clock, got, want)
	}
}

// lunch is the office with a lunch shift that closes counter 1 and one that
// lets counter 2 serve passports alone.
func lunch() queue.Config {
	c := office()
	noon := queue.Hours{Days: []int{1, 2, 3, 4, 5}, Spans: []queue.Span{{From: 12 * 60, To: 13 * 60}}}
	c.Shifts = []queue.Shift{
		{Counter: 1, When: noon, Closed: true},
		{Counter: 2, When: noon, Services: []string{"passport"}},
	}
	return c
}

func lunchDesk(t *testing.T) *desk {
	d := newDesk(t)
	d.must("", queue.Configure{Config: lunch()})
	for n := range 3 {
		d.must("", queue.OpenCounter{Counter: n + 1})
	}
	return d
}

func (d *desk) serves(counter int, paused bool, services ...string) {
	d.t.Helper()
	k := d.state.Counter(counter)
	if k.Paused != paused || !slices.Equal(k.Services, services) {
		d.t.Fatalf("counter %d: paused %v, services %v", counter, k.Paused, k.Services)
	}
}

func TestLunchShift(t *testing.T) {
	d := lunchDesk(t)
	d.ticks("2026-11-23 11:59")
	ref := d.issue("civil", queue.Ordinary)
	d.must("", queue.CallNext{Counter: 2})
	d.ticks("2026-11-23 12:00", "services_changed", "counter_paused", "services_changed")
	d.serves(1, true, "civil")
	d.serves(2, false, "passport")
	if d.state.Counter(2).Current != ref {
		t.Fatal("the shift took the ticket from the counter")
	}
	d.issue("civil", queue.Ordinary)
	d.must("", queue.Finish{Counter: 2})
	d.refused(queue.NobodyWaiting, queue.CallNext{Counter: 2})
	d.ticks("2026-11-23 13:00", "services_changed", "counter_resumed", "services_changed")
	d.serves(1, false, "civil")
	d.serves(2, false, "civil", "passport")
	d.ticks("2026-11-28 09:00", "day_closed", "day_opened")
	d.ticks("2026-11-28 12:30") // Saturday
	d.serves(2, false, "civil", "passport")
}

// Staff know better than the shift, until it ends.
func TestServicesByHandDuringShift(t *testing.T) {
	d := lunchDesk(t)
	d.at("2026-11-23 12:10")
	d.tick()
	d.must("", queue.SetServices{Counter: 2, Services: []string{"civil"}})
	d.must("", queue.Resume{Counter: 1})
	d.ticks("2026-11-23 12:59")
	d.serves(1, false, "civil")
	d.serves(2, false, "civil")
	d.ticks("2026-11-23 13:00", "services_changed", "services_changed")
	d.serves(2, false, "civil", "passport")
}

// A configuration that does not concern a counter leaves it alone.
func TestConfigDuringShift(t *testing.T) {
	d := lunchDesk(t)
	d.must("", queue.SetServices{Counter: 3, Services: []string{"civil"}})
	d.at("2026-11-23 12:10")
	d.tick()
	d.must("", queue.SetServices{Counter: 2, Services: []string{"civil"}})
	d.must("", queue.Resume{Counter: 1})
	c := lunch()
	c.Office.Name, c.Shifts[0], c.Shifts[1] = "의정부1동 주민센터", c.Shifts[1], c.Shifts[0]
	d.must("", queue.Configure{Config: c})
	if got := d.tick(); len(got) > 0 {
		t.Fatalf("the schedule did %v", got)
	}
	d.serves(1, false, "civil")
	d.serves(2, false, "civil")
	d.serves(3, false, "civil")

	// One that changes the shift begins it anew.
	c.Shifts[0].When.Spans = []queue.Span{{From: 12 * 60, To: 14 * 60}}
	d.must("", queue.Configure{Config: c})
	d.tick()
	d.serves(2, false, "passport")

	// One that takes the closing shift away brings the clerk back.
	d.must("", queue.Pause{Counter: 1})
	c.Shifts = c.Shifts[:1]
	d.must("", queue.Configure{Config: c})
	d.tick()
	d.serves(1, false, "civil")
}
