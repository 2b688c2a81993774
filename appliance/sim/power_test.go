package sim_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/appliance"
	"sunbeon/appliance/queue"
	"sunbeon/appliance/sim"
	"sunbeon/printer/virtual"
)

// sheet is what a piece of paper says.
type sheet struct {
	number string
	copy   bool
	whole  bool // down to the office's last word
}

var numberLine = regexp.MustCompile(`^\d+$`)

// sheets reads the tickets on the pieces, those without a number left out. A
// torn one may hang together with the next.
func sheets(pieces []virtual.Piece) []sheet {
	var out []sheet
	var s sheet
	for _, p := range pieces {
		for line := range strings.Lines(p.Text()) {
			switch line = strings.TrimSuffix(line, "\n"); {
			case strings.HasPrefix(line, "재발행"):
				s = sheet{copy: true}
			case line == "의정부시청 민원실":
				s = sheet{copy: s.copy && s.number == ""}
			case numberLine.MatchString(line):
				s.number = line
				out = append(out, s)
			case len(out) > 0 && strings.Contains(line, "가까운 창구에"):
				out[len(out)-1].whole = true
			}
		}
		s = sheet{}
	}
	return out
}

// onPaper checks promise 3: each of the numbers 1 to n on paper, whole, in
// order, and more than once only if marked.
func onPaper(t *testing.T, pieces []virtual.Piece, n int) {
	t.Helper()
	seen, next := map[string]bool{}, 1
	for _, s := range sheets(pieces) {
		if seen[s.number] && !s.copy {
			t.Errorf("%s a second time, and not marked", s.number)
		}
		seen[s.number] = true
		if s.whole && s.number == fmt.Sprint(next) {
			next++
		}
	}
	if next != n+1 || len(seen) != n {
		t.Errorf("%d of %d tickets came out in order", next-1, n)
	}
	if t.Failed() {
		t.Logf("the paper: %+v", sheets(pieces))
	}
}

func on(t *testing.T) *sim.Rig {
	t.Helper()
	r := rig(t)
	if err := r.On(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r
}

// give gives a command to the running kiosk.
func give(t *testing.T, r *sim.Rig, c queue.Command) appliance.Result {
	t.Helper()
	kiosk, _ := r.Kiosk()
	got, err := kiosk.Do(t.Context(), appliance.Command{Command: c, By: "test"})
	if err != nil {
		t.Fatalf("%s: %v", c.Name(), err)
	}
	return got
}

var press = queue.Issue{Service: "civil", Class: queue.Ordinary, Origin: queue.Button}

// settled waits until no paper is out.
func settled(t *testing.T, r *sim.Rig) {
	t.Helper()
	_, hub := r.Kiosk()
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
		synctest.Wait()
		if len(hub.Newest().Unpaper) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("still without paper: %+v", hub.Newest().Unpaper)
		}
	}
}

// The power goes at every few bytes of three tickets: when it is back, each is
// on paper once, or again and marked.
func TestPowerCutAnywhere(t *testing.T) {
	step := 47
	if testing.Short() {
		step = 101
	}
	cuts := 0
	for n := 1; ; n += step {
		cut := false
		synctest.Test(t, func(t *testing.T) {
			t.Logf("power cut after %d bytes", n)
			r := on(t)
			settled(t, r)
			printer := r.Bench().Printer
			printer.CutPowerAfter(n)
			for range 3 {
				give(t, r, press)
			}
			for range 50 { // 5 s are enough for three tickets
				time.Sleep(100 * time.Millisecond)
				if cut = !printer.State().Power; cut {
					break
				}
			}
			r.Cut()
			if err := r.On(t.Context()); err != nil {
				t.Fatal(err)
			}
			settled(t, r)
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			onPaper(t, printer.Pieces(), 3)
		})
		if !cut {
			break // n is more than the three tickets have
		}
		cuts++
	}
	if cuts < 5 {
		t.Fatalf("only %d cuts", cuts)
	}
	t.Logf("%d cuts", cuts)
}

// The printer stops at every moment of two tickets, in every way, and goes on
// half a minute later.
func TestPrinterStopsAnywhere(t *testing.T) {
	for name, fault := range map[string]struct{ stop, goOn func(*virtual.Printer) }{
		"paper":  {(*virtual.Printer).PaperOut, (*virtual.Printer).LoadPaper},
		"cover":  {(*virtual.Printer).OpenCover, (*virtual.Printer).CloseCover},
		"cutter": {(*virtual.Printer).JamCutter, (*virtual.Printer).ClearCutter},
		"silent": {func(p *virtual.Printer) { p.Silence(true) }, func(p *virtual.Printer) { p.Silence(false) }},
	} {
		t.Run(name, func(t *testing.T) {
			step := 130 * time.Millisecond
			if testing.Short() {
				step = 200 * time.Millisecond
			}
			for at := time.Duration(0); at < 1200*time.Millisecond; at += step {
				synctest.Test(t, func(t *testing.T) {
					t.Logf("stopped after %v", at)
					r := on(t)
					settled(t, r)
					give(t, r, press)
					give(t, r, press)
					time.Sleep(at)
					fault.stop(r.Bench().Printer)
					give(t, r, press)
					time.Sleep(30 * time.Second)
					fault.goOn(r.Bench().Printer)
					settled(t, r)
					if err := r.Close(); err != nil {
						t.Fatal(err)
					}
					onPaper(t, r.Bench().Printer.Pieces(), 3)
				})
			}
		})
	}
}

// The printer hangs for ten seconds while a hundred tickets are taken and
// called: no time passes for anybody, each call shows its number, and then the
// paper comes, in order.
func TestHungPrinterDelaysNoCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := on(t)
		settled(t, r)
		printer := r.Bench().Printer
		printer.Silence(true)
		begun := time.Now()
		for n := 1; n <= 100; n++ {
			if got := give(t, r, press); got.Label != fmt.Sprint(n) {
				t.Fatalf("press %d gave %q", n, got.Label)
			}
			if got := give(t, r, queue.CallNext{Counter: 1}); got.Label != fmt.Sprint(n) {
				t.Fatalf("call %d gave %q", n, got.Label)
			}
			if text, _ := r.Bench().Sign(1); text != fmt.Sprint(n) {
				t.Fatalf("the sign shows %q, not %d", text, n)
			}
		}
		if took := time.Since(begun); took != 0 {
			t.Fatalf("the calls waited %v", took)
		}
		if got := printer.Pieces(); len(got) != 0 {
			t.Fatalf("%d pieces of paper from a printer that hangs", len(got))
		}
		time.Sleep(10 * time.Second)
		printer.Silence(false)
		settled(t, r)
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		onPaper(t, printer.Pieces(), 100)
	})
}
