package hil_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/hil"
	"sunbeon/printer/virtual"
)

const (
	button = "GPIO17"
	lamp   = "GPIO27"
)

// rig is everything: the guest, the city, and the stage that is on.
type rig struct {
	*guest
	machine *machine
	city    *city
}

// TestRig is one morning of an office: each stage goes on from where the one
// before ended.
func TestRig(t *testing.T) {
	root := os.Getenv("SUNBEON_HIL")
	if root == "" {
		t.Skip("the hardware-in-the-loop rig is not run here: `make hil` runs it (it boots a kernel that it fetches)")
	}
	t.Log("kernel", kernelVersion(t, root))
	r := &rig{}
	for _, stage := range []struct {
		name string
		run  func(*testing.T)
	}{
		{"build", func(*testing.T) {
			r.city = mosquitto(t, feed.Address{City: "uijeongbu", Office: "CS0001"})
			r.machine = build(t, root, r.city.port)
		}},
		{"boot", func(t *testing.T) { r.guest = r.machine.boot(t) }},
		{"drivers-on-this-kernel", func(*testing.T) { r.contracts() }},
		{"kiosk-check", func(*testing.T) { r.check() }},
		{"first-day", func(*testing.T) { r.firstDay() }},
		{"press-paper-city", func(*testing.T) { r.press() }},
		{"call-by-keypad", func(*testing.T) { r.call() }},
		{"printer-unplugged", func(*testing.T) { r.unplugged() }},
		{"power-cut-without-paper", func(t *testing.T) { r.cutWithoutPaper(t) }},
		{"power-cut-while-printing", func(t *testing.T) { r.cutWhilePrinting(t) }},
		{"end", func(t *testing.T) { r.goodEnd(t) }},
	} {
		on := t.Run(stage.name, func(t *testing.T) {
			if r.guest != nil {
				r.guest.t = t
			}
			stage.run(t)
		})
		if !on {
			t.FailNow()
		}
	}
}

// check is the technician's, before the kiosk runs.
func (r *rig) check() {
	said := r.request(hil.Request{Do: hil.Run, Name: hil.KioskPath, Args: []string{"check", "-config", hil.OfficePath, "-for", "0", "-print"}})
	for _, word := range []string{"confirms by process-id", hil.Keypad, "line " + button + ", lamp " + lamp + " was lit", " 0 wrong"} {
		if !strings.Contains(said, word) {
			r.fail("kiosk check does not say %q:\n%s", word, said)
		}
	}
	r.printer("prints the test ticket", func(s virtual.State) bool { return s.Pieces == 1 })
}

// firstDay: an office's first day opens when the clock is known, and not before.
func (r *rig) firstDay() {
	r.ask(hil.Start, "")
	r.sees("the day is not open", func(s *feed.Snapshot) bool { return !s.DayOpen })
	if lit := r.ask(hil.Level, lamp); lit != "0" {
		r.fail("the lamp is lit and no number would be given")
	}
	r.setClock()
	r.sees("numbers are given", func(s *feed.Snapshot) bool { return s.Services[0].Issuing == feed.IssuingOpen && len(s.Faults) == 0 })
	r.eventually(hil.Level, lamp, "1")
	r.eventually(hil.Grabbed, "", "true")
}

// again switches the machine on after a power cut and waits until the kiosk is
// at work. The printer kept its power; the clock is wrong.
func (r *rig) again(t *testing.T, before *feed.Snapshot) *feed.Snapshot {
	r.guest = r.machine.boot(t)
	r.ask(hil.Start, "")
	r.eventually(hil.Level, lamp, "1")
	return r.sees("the kiosk is there again", func(s *feed.Snapshot) bool { return s.Epoch > before.Epoch && s.DayOpen })
}

func (r *rig) setClock() {
	r.t.Helper()
	r.ask(hil.Clock, time.Now().Format(time.RFC3339Nano))
}

// contracts runs the drivers' own suites against what this kernel simulates.
func (r *rig) contracts() {
	const line = "GPIO22"
	r.suite("button", "TestContract/line", "SUNBEON_GPIO_BUTTON="+hil.Chip+"/"+line, "SUNBEON_GPIO_DRIVE="+filepath.Join(hil.Gpio, line, "pull"))
	r.suite("keypad", "TestUinput")
}

// suite runs a suite until it passes, three times at most: it types and bounces
// in real time, which an emulated machine on a busy one may stretch.
func (r *rig) suite(driver, test string, env ...string) {
	r.t.Helper()
	run := hil.Request{Do: hil.Run, Name: "/bin/" + driver + ".test", Args: []string{"-test.v", "-test.run", test}, Env: env}
	var last hil.Reply
	for range 3 {
		r.send(run)
		if last = r.reply(happensWithin); last.Error == "" && strings.Contains(last.Text, "--- PASS: "+test) {
			return
		}
		r.t.Logf("%s of drivers/%s: %s\n%s", test, driver, last.Error, last.Text)
	}
	r.fail("%s of drivers/%s does not pass", test, driver)
}

// press: the lamp is lit, so press; the ticket comes out and the city sees it.
func (r *rig) press() {
	r.push("1 waits", waiting(1, 1))
	r.paper("1")
	if s := r.city.retained(); !waiting(1, 1)(s) {
		r.fail("retained is %+v", s.Services)
	}
}

// push leans on the button until the city sees what came of it. A tap would do
// on a Pi; here it can be over before the emulated kiosk has looked.
func (r *rig) push(what string, is func(*feed.Snapshot) bool) *feed.Snapshot {
	r.t.Helper()
	r.ask(hil.Press, button)
	s := r.sees(what, is)
	r.ask(hil.Release, button)
	return s
}

func (r *rig) call() {
	r.ask(hil.Key, "KEY_KPENTER")
	r.sees("1 is called to counter 1", called("1"))
}

// unplugged: a ticket waits until the printer is back, behind another one that
// has taken its name; and one whose cable was pulled while it was printed, so
// that nobody knows, is printed again.
func (r *rig) unplugged() {
	if at := r.ask(hil.Printer, hil.TicketPrinter); at != "/dev/usb/lp0" {
		r.fail("the printer is %s", at)
	}
	r.ask(hil.Unplug, hil.TicketPrinter)
	r.push("2 waits and the printer is away", func(s *feed.Snapshot) bool { return waiting(2, 1)(s) && faulty(s) })
	r.ask(hil.Plug, hil.OtherPrinter)
	r.ask(hil.Plug, hil.TicketPrinter)
	if at := r.ask(hil.Printer, hil.TicketPrinter); at != "/dev/usb/lp1" {
		r.fail("the printer came back as %s, want another name than before", at)
	}
	r.paper("2")
	r.sees("the printer is well", func(s *feed.Snapshot) bool { return !faulty(s) })

	r.pressUntilPrinting("3")
	r.ask(hil.Unplug, hil.TicketPrinter)
	r.ask(hil.Release, button)
	r.ask(hil.Plug, hil.TicketPrinter)
	r.printer("gives 3 with the mark", func(virtual.State) bool { return r.count("3").marked > 0 })
	r.sees("the printer is well", func(s *feed.Snapshot) bool { return waiting(3, 2)(s) && !faulty(s) })
}

// pressUntilPrinting presses the button and returns while the paper moves.
func (r *rig) pressUntilPrinting(number string) {
	r.t.Helper()
	received := r.machine.printer.State().Received
	r.ask(hil.Press, button)
	r.printer("begins with "+number, func(s virtual.State) bool { return s.Printing && s.Received > received })
}

// cutWithoutPaper: the line after a power cut is what it was, and the ticket that
// had no paper gets it.
func (r *rig) cutWithoutPaper(t *testing.T) {
	r.machine.printer.PaperOut()
	r.sees("the paper is out", faulty)
	r.eventually(hil.Level, lamp, "0") // it blinks
	r.eventually(hil.Level, lamp, "1")
	before := r.push("4 waits, without paper", func(s *feed.Snapshot) bool { return waiting(4, 3)(s) && len(s.Unprinted) > 0 })
	record := r.record()

	r.cutPower()
	r.again(t, before)
	after := r.sees("a number has no paper", func(s *feed.Snapshot) bool { return s.Epoch > before.Epoch && len(s.Unprinted) > 0 })
	if was, is := line(before), line(after); was != is {
		r.fail("before the power cut:\n%s\nafter it:\n%s", was, is)
	}
	if now := r.record(); !strings.HasPrefix(now, record) {
		r.fail("the record before the power cut:\n%s\nafter it:\n%s", record, now)
	}
	r.machine.printer.LoadPaper()
	r.paper("4")
	r.setClock()
	r.sees("the clock is confirmed", func(s *feed.Snapshot) bool { return s.Clock && waiting(4, 3)(s) })
}

// record is what the kiosk's own command says of the record, after its check.
func (r *rig) record() string {
	r.t.Helper()
	journal := func(what string) string {
		return r.request(hil.Request{Do: hil.Run, Name: hil.KioskPath, Args: []string{"journal", what, "-journal", hil.DataPath + "/journal.db"}})
	}
	journal("verify") // fails where the chain is broken
	return journal("show")
}

// cutWhilePrinting: the power goes while a ticket is on its way to the paper.
func (r *rig) cutWhilePrinting(t *testing.T) {
	before := r.sees("4 were given", waiting(4, 3))
	r.pressUntilPrinting("5")
	r.cutPower()
	if s := r.again(t, before); !waiting(5, 4)(s) {
		r.fail("the line after the power cut is %+v", s.Services)
	}
	r.push("6 waits", waiting(6, 5))
	r.paper("6") // in order: 5 has its paper
	r.ask(hil.Key, "KEY_KP4")
	r.ask(hil.Key, "KEY_KPPLUS")
	r.sees("4 is picked", called("4"))
}

// goodEnd: every number has its paper, once, or again with the mark 재발행.
func (r *rig) goodEnd(t *testing.T) {
	r.end()
	tool(t, "/sbin/e2fsck", "-fn", r.machine.disk)
	for number, want := range map[string]papers{
		"1": {1, 0}, "2": {1, 0}, "6": {1, 0},
		"3": {1, 1},                          // the printer finished it without its cable
		"4": {0, 1},                          // after a restart nobody knows whether it was seen
		"5": {min(r.count("5").plain, 1), 1}, // what was on its way may have come out or not
		"7": {},
	} {
		if got := r.count(number); got != want {
			t.Errorf("number %s is on %d papers, and on %d that are marked; want %d and %d", number, got.plain, got.marked, want.plain, want.marked)
		}
	}
	if left := r.machine.printer.State().Unknown; len(left) > 0 {
		t.Errorf("the printer did not understand %q", left)
	}
	if t.Failed() {
		t.Log(r.papers())
	}
}

// papers are how often a number came out, plain and with the mark 재발행.
type papers struct{ plain, marked int }

func (r *rig) count(number string) (p papers) {
	for _, pc := range r.machine.printer.Pieces() {
		switch {
		case !shows(pc, number):
		case strings.Contains(pc.Text(), "재발행"):
			p.marked++
		default:
			p.plain++
		}
	}
	return p
}

// papers is what came out of the printer, to be read after a failure.
func (r *rig) papers() string {
	var b strings.Builder
	for _, pc := range r.machine.printer.Pieces() {
		fmt.Fprintf(&b, "--- paper %d, %.0f mm\n%s\n", pc.Seq, pc.Millimetres, pc.Text())
	}
	return b.String()
}

// paper waits for a ticket with this number.
func (r *rig) paper(number string) {
	r.t.Helper()
	r.printer("gives "+number, func(virtual.State) bool { return r.count(number) != papers{} })
}

// printer waits until the printer is as wanted.
func (r *rig) printer(what string, is func(virtual.State) bool) {
	r.t.Helper()
	late := time.NewTimer(happensWithin)
	defer late.Stop()
	for {
		changed := r.machine.printer.Changed()
		s := r.machine.printer.State()
		if is(s) {
			return
		}
		select {
		case <-changed:
		case <-r.ended:
			r.fail("the machine is off: %v", r.how)
		case <-late.C:
			r.fail("the printer never %s; it is %+v\n%s", what, s, r.papers())
		}
	}
}

func (r *rig) sees(what string, is func(*feed.Snapshot) bool) *feed.Snapshot {
	r.t.Helper()
	return r.city.sees(r.guest, what, is)
}

// shows reports whether a piece of paper is the ticket of a number.
func shows(pc virtual.Piece, number string) bool {
	return slices.ContainsFunc(pc.Lines, func(l virtual.Line) bool { return l.Width > 2 && strings.TrimSpace(l.Text) == number })
}

// waiting is a line in which so many numbers were given and so many wait.
func waiting(issued, waiting int) func(*feed.Snapshot) bool {
	return func(s *feed.Snapshot) bool {
		return *s.Services[0].Issued == issued && *s.Services[0].Waiting == waiting
	}
}

func called(number string) func(*feed.Snapshot) bool {
	return func(s *feed.Snapshot) bool {
		return s.Services[0].Called == number && s.Services[0].CalledAt == 1 && s.Counters[0].Ticket == number
	}
}

func faulty(s *feed.Snapshot) bool { return len(s.Faults) > 0 }

// line is what a power cut must not change; the rest says when and by whom it is
// told, and what is to be expected.
func line(s *feed.Snapshot) string {
	is := *s
	is.Epoch, is.Rev, is.Seq, is.AsOf, is.Clock, is.Faults = 0, 0, 0, 0, false, nil
	is.Services = slices.Clone(s.Services)
	for i := range is.Services {
		is.Services[i].Wait = nil
	}
	text, err := json.Marshal(is)
	if err != nil {
		return err.Error()
	}
	return string(text)
}
