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

func lunchDesk(t tb) *desk {
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

func TestDayOpensByItself(t *testing.T) {
	d := newDesk(t) // 2026-11-23 09:00, opened
	if d.state.Day.Number != 1 || d.state.Day.Date != "2026-11-23" || !d.state.Day.Open {
		t.Fatalf("day %+v", d.state.Day)
	}
	d.issue("civil", queue.Ordinary)
	d.ticks("2026-11-24 03:59") // the day starts at 04:00
	d.ticks("2026-11-24 04:00", "day_closed", "day_opened")
	if day := d.state.Day; day.Number != 2 || day.Date != "2026-11-24" {
		t.Fatalf("day %+v", day)
	}
	if r := d.issue("civil", queue.Ordinary); r.Number != 1 {
		t.Fatalf("the new day begins with %d", r.Number)
	}
	d.ticks("2026-11-23 09:00") // back
	if r := d.issue("civil", queue.Ordinary); r.Number != 2 {
		t.Fatalf("after a jump back comes %d", r.Number)
	}
	d.ticks("2026-11-24 10:00")
	d.must("", queue.CloseDay{})
	d.ticks("2026-11-24 11:00") // closed by hand
	d.now.Boot, d.now.Mono = "b", 5
	d.ticks("2026-11-24 11:01") // a restart
	d.ticks("2026-12-09 09:00") // fifteen days: not believed
	d.must("", queue.OpenDay{})
	if day := d.state.Day; day.Number != 3 || day.Date != "2026-12-09" {
		t.Fatalf("day %+v", day)
	}
	d.ticks("2026-12-24 09:00") // fifteen days again, the day still open
	d.refused(queue.DayIsOpen, queue.OpenDay{})
	d.ticks("2026-12-23 09:00", "day_closed", "day_opened") // fourteen
}

func TestClosedDayIsReopenedOnItsDate(t *testing.T) {
	d := newDesk(t)
	a, b, c := d.issue("civil", queue.Ordinary), d.issue("civil", queue.Ordinary), d.issue("civil", queue.Ordinary)
	d.must("", queue.CallNext{Counter: 1})
	d.must("", queue.MarkNoShow{Counter: 1})
	d.must("", queue.CallNext{Counter: 1})
	d.must("", queue.CloseDay{})
	for r, want := range map[queue.Ref]queue.Status{a: queue.Left, b: queue.Done, c: queue.Left} {
		if got := d.state.Find(r).Status; got != want {
			t.Fatalf("%v is %s after the day, want %s", r, got, want)
		}
	}
	d.refused(queue.DayNotOpen, queue.CallNext{Counter: 1})
	d.wait(time.Hour)
	d.must("", queue.OpenDay{})
	if d.state.Day.Number != 1 || d.issue("civil", queue.Ordinary).Number != 4 {
		t.Fatalf("reopened as day %+v", d.state.Day)
	}
	for _, want := range []queue.Ref{a, c} {
		if got := d.must("", queue.CallNext{Counter: 1}).Answer.Ref; got != want {
			t.Fatalf("called %v, want %v", got, want)
		}
	}
}

// confirm sets the wall clock of a running boot right.
func (d *desk) confirm(clock string) {
	mono := d.now.Mono
	d.at(clock)
	d.now.Mono, d.now.Trusted = mono, true
}

// untrustedDesk is an office that starts without knowing the time.
func untrustedDesk(t tb) *desk {
	d := &desk{t: t, state: queue.New(), now: queue.Stamp{Wall: 1000, Mono: 1000, Boot: "a"}}
	d.must("", queue.Configure{Config: office()})
	if d.tick(); d.state.Day.Number != 0 {
		t.Fatal("a day opened by an untrusted clock")
	}
	d.must("", queue.OpenDay{})
	return d
}

func TestUntrustedClock(t *testing.T) {
	d := untrustedDesk(t)
	ref := d.issue("civil", queue.Ordinary)
	d.wait(10 * time.Minute)
	d.must("", queue.CloseDay{})
	d.wait(time.Minute)
	d.must("", queue.OpenDay{}) // within the hours in which it is the same day
	d.must("", queue.CallNext{Counter: 1})
	if d.state.Day.Number != 1 || d.state.Day.Date != "" {
		t.Fatalf("day %+v", d.state.Day)
	}
	d.wait(time.Minute)
	d.confirm("2026-11-23 09:30")
	if got := d.tick(); !slices.Equal(got, []string{"clock_confirmed"}) {
		t.Fatalf("the schedule did %v", got)
	}
	called := d.state.Find(ref).Called
	if d.state.Day.Date != "2026-11-23" || !called.Trusted || d.now.Wall-called.Wall != d.now.Mono-called.Mono {
		t.Fatalf("day %+v, called %+v", d.state.Day, called)
	}
	// The clock loses and regains its trust: stamps in between are corrected.
	d.now.Trusted = false
	late := d.issue("civil", queue.Ordinary)
	d.now.Trusted = true
	d.ticks("2026-11-23 09:31", "clock_confirmed")
	if !d.state.Find(late).Issued.Trusted {
		t.Fatal("the stamp is not corrected")
	}
}

// The clock is confirmed a day later: the day keeps the date it was opened on,
// and the next one begins.
func TestClockConfirmedOvernight(t *testing.T) {
	d := untrustedDesk(t)
	d.wait(24 * time.Hour)
	d.confirm("2026-11-24 09:00")
	if got := d.tick(); !slices.Equal(got, []string{"clock_confirmed", "day_closed", "day_opened"}) {
		t.Fatalf("the schedule did %v", got)
	}
	if day := d.state.Day; day.Number != 2 || day.Date != "2026-11-24" {
		t.Fatalf("day %+v", day)
	}
}

// After a restart nobody knows when the day was opened: it goes on.
func TestClockConfirmedInAnotherBoot(t *testing.T) {
	d := untrustedDesk(t)
	d.issue("civil", queue.Ordinary)
	d.now = queue.Stamp{Boot: "b", Mono: 10, Trusted: true}
	d.ticks("2026-11-24 09:00", "clock_confirmed")
	if r := d.issue("civil", queue.Ordinary); r.Number != 2 || d.state.Day.Date != "2026-11-24" {
		t.Fatalf("number %d of %+v", r.Number, d.state.Day)
	}
}

// hours is the office that gives civil tickets from 09:00 to 12:00 and from
// 13:00 to 18:00.
func hours() queue.Config {
	c := office()
	c.Services[0].Issuing = queue.Hours{Off: []string{"2026-11-25"}, Spans: []queue.Span{{From: 540, To: 720}, {From: 780, To: 1080}}}
	return c
}

func (d *desk) issuing(open bool) {
	d.t.Helper()
	_, err := d.do("", queue.Issue{Service: "civil", Class: queue.Ordinary, Origin: queue.Button})
	if open && err != nil || !open && !is(err, queue.IssuingIsClosed) {
		d.t.Fatalf("issuing: %v, want open %v", err, open)
	}
}

func TestIssuingHours(t *testing.T) {
	d := newDesk(t)
	d.must("", queue.Configure{Config: hours()})
	d.issuing(true)
	d.ticks("2026-11-23 12:00", "issuing_closed")
	d.issuing(false)
	d.must("", queue.ReopenIssuing{Service: "civil"}) // by hand, over lunch
	d.ticks("2026-11-23 12:01")
	d.issuing(true)
	d.ticks("2026-11-23 13:00", "issuing_reopened")
	d.must("", queue.CloseIssuing{}) // early: the schedule does not undo it
	d.ticks("2026-11-23 17:59")
	d.issuing(false)
	d.ticks("2026-11-23 18:00", "issuing_closed")
	d.ticks("2026-11-24 04:00", "day_closed", "day_opened", "issuing_closed")
	d.ticks("2026-11-24 09:00", "issuing_reopened")
	d.issuing(true)

	// Closed by hand while the schedule has it closed: closed for the day.
	d.ticks("2026-11-24 12:00", "issuing_closed")
	d.must("", queue.CloseIssuing{Service: "civil"})
	d.refused(queue.IssuingIsClosed, queue.CloseIssuing{Service: "civil"})
	d.ticks("2026-11-24 13:00", "issuing_reopened")
	d.issuing(false)
	d.must("", queue.ReopenIssuing{Service: "civil"})
	d.refused(queue.IssuingIsOpen, queue.ReopenIssuing{Service: "civil"})

	d.ticks("2026-11-25 10:00", "day_closed", "day_opened", "issuing_closed") // a holiday
	d.issuing(false)
	d.now.Trusted = false
	d.ticks("2026-11-26 10:00") // the clock is not believed
	d.must("", queue.CloseDay{})
	d.must("", queue.OpenDay{})
	d.issuing(false)
}

// On a closed day, and behind the day's date, the schedule rests.
func TestScheduleRests(t *testing.T) {
	d := newDesk(t)
	d.must("", queue.Configure{Config: hours()})
	d.ticks("2026-11-22 20:00")
	d.issuing(true)
	d.at("2026-11-23 11:00")
	d.must("", queue.CloseDay{})
	d.ticks("2026-11-23 12:00")
	d.must("", queue.OpenDay{})
	d.ticks("2026-11-23 12:00", "issuing_closed")
}
