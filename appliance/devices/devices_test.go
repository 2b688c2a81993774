package devices_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpiotest"
	"periph.io/x/conn/v3/spi/spitest"

	"sunbeon/appliance/queue"
)

func TestOnePressOneTicket(t *testing.T) {
	enter(t, func(t *testing.T, h *hall) {
		if h.press("GPIO17", 100*time.Millisecond); h.issued() != 1 {
			t.Fatalf("%d tickets after a press", h.issued())
		}
		if h.press("GPIO17", 20*time.Second); h.issued() != 2 {
			t.Fatalf("%d tickets after somebody leaned on the button", h.issued())
		}
		if h.press("GPIO22", 100*time.Millisecond); h.issued() != 3 {
			t.Fatalf("%d tickets after the priority button", h.issued())
		}
		v := h.Hub.Newest()
		if got := v.Tickets[2]; got.Class != queue.Priority || got.Origin != queue.Button {
			t.Errorf("the priority button gave %+v", got.Ticket)
		}
	})
}

// While the disk takes its time the lamp winks, and whoever presses again gets no
// second ticket; nor does the button stay deaf.
func TestButtonIsBusyUntilTheLoopHasAnswered(t *testing.T) {
	enter(t, func(t *testing.T, h *hall) {
		if !lit(h, "GPIO27", 2*time.Second)[true] || lit(h, "GPIO27", 2*time.Second)[false] {
			t.Error("the lamp of a ready button is not steady")
		}
		h.mu.Lock()
		h.slow = make(chan struct{})
		h.mu.Unlock()
		for range 3 {
			h.press("GPIO17", 100*time.Millisecond)
		}
		if seen := lit(h, "GPIO27", 2*time.Second); !seen[true] || !seen[false] {
			t.Errorf("the lamp does not wink while a press is under way: %v", seen)
		}
		h.mu.Lock()
		close(h.slow)
		h.slow = nil
		h.mu.Unlock()
		pass(time.Second)
		if h.issued() != 1 {
			t.Fatalf("%d tickets for three presses during one", h.issued())
		}
		if h.press("GPIO17", 100*time.Millisecond); h.issued() != 2 {
			t.Errorf("%d tickets after the next press", h.issued())
		}
	})
}

// lit collects what a lamp shows for a while.
func lit(h *hall, lamp string, d time.Duration) map[bool]bool {
	seen := map[bool]bool{}
	for range d / (10 * time.Millisecond) {
		p := h.lines[lamp]
		p.Lock()
		seen[bool(p.L)] = true
		p.Unlock()
		pass(10 * time.Millisecond)
	}
	return seen
}

// A call unit calls, its sign and the digits follow, and a twelve-key unit picks
// by typed number.
func TestKeysCallAndSignsShow(t *testing.T) {
	enter(t, func(t *testing.T, h *hall) {
		for range 3 {
			h.press("GPIO17", 100*time.Millisecond)
		}
		if h.key(0, 0); h.sign(0) != 1 {
			t.Fatalf("the sign of counter 1 shows %d", h.sign(0))
		}
		if ops := h.spi.Ops; len(ops) == 0 {
			t.Error("the digits were not written")
		}
		h.key(1, 2) // 2
		if h.key(1, 3); h.sign(1) != 2 {
			t.Fatalf("2 pick shows %d at counter 2", h.sign(1))
		}
		h.key(1, 2) // no: 2 is at this counter; then 1, which another serves
		h.key(1, 1)
		if h.key(1, 3); h.sign(1) != 2 {
			t.Errorf("a number that was never given shows %d", h.sign(1))
		}
		if h.key(0, 4); !h.Hub.Newest().Counters[0].Paused {
			t.Error("the pause key does not pause")
		}
		if h.key(0, 4); h.Hub.Newest().Counters[0].Paused {
			t.Error("the pause key does not end the pause")
		}
		h.key(1, 1)
		if h.key(1, 4); h.sign(1) != 0 {
			t.Errorf("after 1 transfer counter 2 shows %d", h.sign(1))
		}
		if h.waitingFor(2) != 1 {
			t.Errorf("ticket 2 waits for counter %d", h.waitingFor(2))
		}
	})
}

// waitingFor is the counter that a ticket waits for.
func (h *hall) waitingFor(number int) int {
	for _, v := range h.Hub.Newest().Tickets {
		if v.Number == number && v.Status == queue.Waiting {
			return v.Counter
		}
	}
	return 0
}

// Keys that had to wait for a slow disk are not carried out when nobody expects
// them any more.
func TestOldKeysAreDropped(t *testing.T) {
	enter(t, func(t *testing.T, h *hall) {
		for range 4 {
			h.press("GPIO17", 100*time.Millisecond)
		}
		h.mu.Lock()
		h.slow = make(chan struct{})
		h.mu.Unlock()
		h.key(0, 0) // is being carried out
		h.key(1, 0) // waits
		pass(4 * time.Second)
		h.mu.Lock()
		close(h.slow)
		h.slow = nil
		h.mu.Unlock()
		pass(time.Second)
		if h.sign(0) != 1 || h.sign(1) != 0 {
			t.Errorf("the signs show %d and %d", h.sign(0), h.sign(1))
		}
	})
}

func TestFaultsAreTold(t *testing.T) {
	enter(t, func(t *testing.T, h *hall) {
		pass(time.Minute)
		want := func(what string, want map[string]string) {
			t.Helper()
			if got := h.faults(); !maps.Equal(got, want) {
				t.Fatalf("%s: %v, want %v", what, got, want)
			}
		}
		want("all is well", map[string]string{})

		h.bus.Do(func() { h.units[1].Mute = true })
		pass(time.Minute)
		want("one unit is dead", map[string]string{"bus:1/2": "no-answer"})

		h.bus.Do(func() { h.units[0].Mute = true })
		pass(time.Minute)
		want("all units are dead", map[string]string{"bus:1": "no-answer"})

		h.bus.Do(func() { h.units[0].Mute, h.units[1].Mute = false, false })
		pass(time.Minute)
		want("they are back", map[string]string{})

		h.lines["GPIO22"].EdgesChan <- gpio.Low
		pass(time.Minute)
		want("something leans on a button", map[string]string{"button:civil/priority": "stuck"})
		if h.press("GPIO17", 100*time.Millisecond); h.issued() != 2 {
			t.Errorf("beside a stuck button %d tickets", h.issued())
		}
		for _, f := range h.Hub.Newest().Faults {
			if !strings.Contains(f.Ko, "우선배려 단추가 눌린 채로 있습니다.") {
				t.Errorf("staff read %q", f.Ko)
			}
		}
		h.lines["GPIO22"].EdgesChan <- gpio.High
		pass(time.Minute)
		want("it is gone", map[string]string{})
	})
}

// A loose plug gives a few facts, and ends with what is true; a moment is nothing.
func TestFlickeringDeviceIsNoFlood(t *testing.T) {
	enter(t, func(t *testing.T, h *hall) {
		pass(time.Minute)
		before := h.Journal.Last()
		h.pull(true)
		pass(3 * time.Second)
		h.pull(false)
		pass(time.Minute)
		if n := h.Journal.Last() - before; n != 0 {
			t.Errorf("%d facts for three seconds", n)
		}
		for i := range 76 {
			h.pull(i%2 == 0)
			pass(8 * time.Second)
		}
		h.pull(true)
		pass(time.Minute)
		if n := h.Journal.Last() - before; n < 2 || n > 10*60/15+4 {
			t.Errorf("%d facts in ten minutes", n)
		}
		if got := h.faults(); !maps.Equal(got, map[string]string{"bus:1": "unplugged"}) {
			t.Errorf("in the end: %v", got)
		}
	})
}

// pull takes the adapter of the bus out, or puts it back.
func (h *hall) pull(out bool) {
	h.mu.Lock()
	h.pulled = out
	h.mu.Unlock()
	if out {
		h.bus.Unplug()
	}
}

// What is not there at the start is found when it comes, and shows what it should.
func TestLateDevicesAreFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &hall{lines: map[string]*gpiotest.Pin{"GPIO22": {N: "GPIO22", EdgesChan: make(chan gpio.Level, 8)}}}
		h.units = append(h.units, unit(), unit())
		h.bus = bus(h)
		end := h.open(t, t.TempDir()+"/journal.db")
		defer end()
		pass(2 * time.Minute)
		want := map[string]string{"button:civil": "not-found", "digits:1": "not-found", "locate": "not-found"}
		if got := h.faults(); !maps.Equal(got, want) {
			t.Fatalf("missing: %v", got)
		}
		h.press("GPIO22", 100*time.Millisecond)
		h.key(0, 0)
		h.mu.Lock()
		h.lines["GPIO17"] = &gpiotest.Pin{N: "GPIO17", EdgesChan: make(chan gpio.Level, 8)}
		h.lines["GPIO27"] = &gpiotest.Pin{N: "GPIO27"}
		h.lines["GPIO5"] = &gpiotest.Pin{N: "GPIO5", EdgesChan: make(chan gpio.Level, 8)}
		h.spi = &spitest.Record{}
		h.mu.Unlock()
		pass(2 * time.Minute)
		if got := h.faults(); len(got) > 0 {
			t.Fatalf("they are there now: %v", got)
		}
		if h.press("GPIO17", 100*time.Millisecond); h.issued() != 2 {
			t.Errorf("the late button gave %d tickets", h.issued())
		}
		var written []string
		for _, op := range h.spi.Ops {
			written = append(written, fmt.Sprintf("% x", op.W))
		}
		if !strings.Contains(strings.Join(written, ","), "01 30") { // a 1, rightmost
			t.Errorf("the late digits were written %v", written)
		}
	})
}

// The record's word about a device that is no longer wired ends at start.
func TestFaultOfADeviceThatIsGoneEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := t.TempDir() + "/journal.db"
		h := &hall{lines: map[string]*gpiotest.Pin{}, spi: &spitest.Record{}}
		h.units = append(h.units, unit(), unit())
		h.bus = bus(h)
		end := h.open(t, path)
		pass(time.Minute)
		if h.faults()["button:civil"] != "not-found" {
			t.Fatalf("before: %v", h.faults())
		}
		end()
		h.office = strings.Replace(office, "[[buttons]]\nservice = \"civil\"\nline", "[[buttons]]\nservice = \"civil\"\nclass = \"priority\"\nline", 1)
		h.office = strings.Replace(h.office, "[[buttons]]\nservice = \"civil\"\nclass = \"priority\"\nline = \"GPIO22\"\n", "", 1)
		end = h.open(t, path)
		defer end()
		if _, there := h.faults()["button:civil"]; there {
			t.Errorf("after: %v", h.faults())
		}
	})
}

// TestWhoAsksWhereTheMachineIs gets an answer and no ticket.
func TestWhoAsksWhereTheMachineIs(t *testing.T) {
	enter(t, func(t *testing.T, h *hall) {
		for range 3 { // nobody listens to the first two
			h.press("GPIO5", 100*time.Millisecond)
		}
		select {
		case <-h.set.Located():
		default:
			t.Error("a press of the locating receiver is not heard")
		}
		select {
		case <-h.set.Located():
			t.Error("questions nobody had an ear for are answered later")
		default:
		}
		if h.issued() != 0 {
			t.Errorf("%d tickets", h.issued())
		}
		h.lines["GPIO5"].EdgesChan <- gpio.Low
		pass(time.Minute)
		if got := h.faults(); got["locate"] != "stuck" {
			t.Errorf("faults %v", got)
		}
	})
}
