package hil_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
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
		{"boot", func(t *testing.T) { r.boot(t) }},
		{"drivers-on-this-kernel", func(*testing.T) { r.contracts() }},
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

// boot: the first time ever the day opens when the clock is known, and not before.
func (r *rig) boot(t *testing.T) {
	r.guest = r.machine.boot(t)
	r.sees("the day is not open", func(s *feed.Snapshot) bool { return !s.DayOpen })
	if lit := r.ask(hil.Level, lamp); lit != "0" {
		r.fail("the lamp is lit and no number would be given")
	}
	r.setClock()
	r.sees("numbers are given", func(s *feed.Snapshot) bool { return s.Services[0].Issuing == feed.IssuingOpen && len(s.Faults) == 0 })
	r.eventually(hil.Level, lamp, "1")
	r.eventually(hil.Grabbed, "", "true")
}

// again switches the machine on after a power cut. Its printer kept its power;
// its clock is wrong.
func (r *rig) again(t *testing.T) { r.guest = r.machine.boot(t) }

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

func (r *rig) suite(driver, test string, env ...string) {
	r.t.Helper()
	out := r.request(hil.Request{Do: hil.Run, Name: "/bin/" + driver + ".test", Args: []string{"-test.v", "-test.run", test}, Env: env})
	if !strings.Contains(out, "--- PASS: "+test) {
		r.fail("%s did not run:\n%s", test, out)
	}
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
// has taken its name.
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
}

// cutWithoutPaper: the line after a power cut is what it was, and the ticket that
// had no paper gets it.
func (r *rig) cutWithoutPaper(t *testing.T) {
	r.machine.printer.PaperOut()
	r.sees("the paper is out", faulty)
	r.eventually(hil.Level, lamp, "0") // it blinks
	r.eventually(hil.Level, lamp, "1")
	before := r.push("3 waits", waiting(3, 2))
	record := r.record()

	r.cutPower()
	r.again(t)
	after := r.sees("the line is there again", func(s *feed.Snapshot) bool { return s.Epoch > before.Epoch && s.DayOpen && faulty(s) })
	if a, b := line(before), line(after); !reflect.DeepEqual(a, b) {
		r.fail("before the power cut:\n%+v\nafter it:\n%+v", b, a)
	}
	if now := r.record(); !strings.HasPrefix(now, record) {
		r.fail("the record before the power cut:\n%s\nafter it:\n%s", record, now)
	}
	r.machine.printer.LoadPaper()
	r.paper("3")
	r.setClock()
	r.sees("the clock is confirmed", func(s *feed.Snapshot) bool { return s.Clock && waiting(3, 2)(s) })
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
	r.ask(hil.Press, button)
	r.printer("has begun with 4", func(s virtual.State) bool { return s.Printing })
	r.cutPower()
	r.again(t)
	r.sees("4 waits", waiting(4, 3))
	r.push("5 waits", waiting(5, 4))
	r.paper("5") // in order: 4 has its paper
	r.ask(hil.Key, "KEY_KP4")
	r.ask(hil.Key, "KEY_KPPLUS")
	r.sees("4 is picked", called("4"))
}

// goodEnd: every number has its paper, once, or again marked as issued again.
func (r *rig) goodEnd(t *testing.T) {
	r.end()
	for _, pc := range r.machine.printer.Pieces() {
		t.Logf("paper %d, %.0f mm:\n%s", pc.Seq, pc.Millimetres, pc.Text())
	}
	tool(t, "/sbin/e2fsck", "-fn", r.machine.disk)
	for n := 1; n <= 5; n++ {
		var plain, copies int
		for _, pc := range r.machine.printer.Pieces() {
			switch number := fmt.Sprint(n); {
			case !shows(pc, number):
			case strings.Contains(pc.Text(), "재발행"):
				copies++
			default:
				plain++
			}
		}
		t.Logf("number %d: on paper %d, marked 재발행 %d", n, plain, copies)
		// Only the ticket that the power cut interrupted may have come out twice.
		if plain > 1 || plain+copies == 0 || n != 4 && copies > 0 {
			t.Errorf("number %d came out %d times, and %d times marked 재발행", n, plain, copies)
		}
	}
	if left := r.machine.printer.State().Unknown; len(left) > 0 {
		t.Errorf("the printer did not understand %q", left)
	}
}

// paper waits for a ticket with this number.
func (r *rig) paper(number string) {
	r.t.Helper()
	r.printer("gives "+number, func(virtual.State) bool {
		return slices.ContainsFunc(r.machine.printer.Pieces(), func(pc virtual.Piece) bool { return shows(pc, number) })
	})
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
			for _, pc := range r.machine.printer.Pieces() {
				r.t.Logf("paper %d, %.0f mm:\n%s", pc.Seq, pc.Millimetres, pc.Text())
			}
			r.fail("the printer never %s; it is %+v", what, s)
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
	return func(s *feed.Snapshot) bool { return s.Services[0].Issued == issued && s.Services[0].Waiting == waiting }
}

func called(number string) func(*feed.Snapshot) bool {
	return func(s *feed.Snapshot) bool {
		return s.Services[0].Called == number && s.Services[0].CalledAt == 1 && s.Counters[0].Ticket == number
	}
}

func faulty(s *feed.Snapshot) bool { return len(s.Faults) > 0 }

// line is what a power cut must not change; the rest says when and by whom it is told.
func line(s *feed.Snapshot) feed.Snapshot {
	is := *s
	is.Epoch, is.Rev, is.Seq, is.AsOf, is.Clock, is.Faults = 0, 0, 0, 0, false, nil
	is.Services = slices.Clone(s.Services)
	for i := range is.Services {
		is.Services[i].Wait = nil
	}
	return is
}
