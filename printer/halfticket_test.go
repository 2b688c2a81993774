package printer

import (
	"bytes"
	"testing"
	"time"
)

// TestFaultMidTicket: the half ticket comes again with its mark, in its place;
// the others wait and carry none.
func TestFaultMidTicket(t *testing.T) {
	for _, c := range []struct {
		fault Fault
		set   func(*status)
	}{
		{PaperEnd, func(s *status) { s.end = true }},
		{CoverOpen, func(s *status) { s.cover = true }},
		{CutterJam, func(s *status) { s.cutter = true }},
		{Broken, func(s *status) { s.broken = true }},
	} {
		for name, able := range map[string]func(*double){
			"process id":            func(*double) {},
			"fence":                 func(d *double) { d.id = false },
			"no automatic status":   func(d *double) { d.asb = false },
			"fence, real time only": func(d *double) { d.id, d.asb = false, false },
		} {
			t.Run(string(c.fault)+"/"+name, func(t *testing.T) {
				d := newDouble()
				able(d)
				d.at["118"] = func(d *double) { c.set(&d.state) }
				onBench(t, d, nil, func(b *bench) {
					b.submit("117", "118", "119")
					b.pass(5 * time.Second)
					b.wantState(Stopped, c.fault)
					b.wantOutcomes("117 confirmed")
					b.submit("120")
					if w := b.last().Waiting; w != 3 {
						t.Errorf("%d wait, want 3", w)
					}
					d.change(func(d *double) { d.state = status{} })
					b.pass(5 * time.Second)
					b.wantState(Ready)
					b.wantOutcomes("117 confirmed", "118 confirmed copy", "119 confirmed", "120 confirmed")
					// What the printer had kept of the half ticket comes out first.
					b.wantPaper("117", "118", "118 copy", "119", "120")
					for _, o := range b.outcomes[1:] {
						if o.Fault != c.fault {
							t.Errorf("outcome of %s names %q, want %q", o.ID, o.Fault, c.fault)
						}
					}
				})
			})
		}
	}
}

func TestHalfTicketIsDroppedWhereTheModelCan(t *testing.T) {
	d := newDouble()
	d.clearable = true
	d.at["118"] = func(d *double) { d.state.end = true }
	onBench(t, d, func(c *SessionConfig) { c.Profile = profile(t, "epson-tm-t88") }, func(b *bench) {
		b.submit("117", "118", "119")
		b.pass(5 * time.Second)
		d.change(func(d *double) { d.state = status{} })
		b.pass(5 * time.Second)
		b.wantOutcomes("117 confirmed", "118 confirmed copy", "119 confirmed")
		b.wantPaper("117", "half", "118 copy", "119")
	})
}

func TestJammedCutterIsToldToTryAgain(t *testing.T) {
	d := newDouble()
	onBench(t, d, nil, func(b *bench) {
		d.change(func(d *double) { d.state.cutter, d.state.cover = true, true })
		b.submit("117")
		b.pass(2 * time.Minute)
		b.wantState(Stopped, CutterJam, CoverOpen)
		if bytes.Contains(d.first, []byte{0x10, 0x05}) {
			t.Fatal("the blade was moved with the cover open")
		}
		d.change(func(d *double) { d.state.cover = false })
		b.pass(30 * time.Second)
		b.wantOutcomes("117 confirmed")
		b.wantPaper("117")
	})
}

// TestDelayIsNoFault: a hot head goes on by itself; the ticket is whole.
func TestDelayIsNoFault(t *testing.T) {
	for _, id := range []bool{true, false} {
		d := newDouble()
		d.id = id
		d.at["117"] = func(d *double) { d.state.hot = true }
		onBench(t, d, nil, func(b *bench) {
			b.submit("117", "118")
			b.pass(2 * time.Minute)
			b.wantState(Stopped, HeadHot)
			b.wantOutcomes()
			d.change(func(d *double) { d.state = status{} })
			b.pass(5 * time.Second)
			b.wantOutcomes("117 confirmed", "118 confirmed")
			b.wantPaper("117", "118")
		})
	}
}

func TestNearEndIsAWarning(t *testing.T) {
	d := newDouble()
	onBench(t, d, nil, func(b *bench) {
		d.change(func(d *double) { d.state.nearEnd = true })
		b.submit("117")
		b.wantState(Ready, PaperNearEnd)
		b.wantOutcomes("117 confirmed")
	})
}

// TestConfirmedIsFinal: whatever happens after the proof, no second paper.
func TestConfirmedIsFinal(t *testing.T) {
	for name, after := range map[string]func(*double){
		"paper end": func(d *double) { d.state.end = true; d.sayASB() },
		"unplugged": func(d *double) { d.unplug() },
	} {
		t.Run(name, func(t *testing.T) {
			d := newDouble()
			onBench(t, d, nil, func(b *bench) {
				d.change(func(d *double) { d.at["<id>"] = after })
				b.submit("117")
				b.pass(time.Minute)
				d.change(func(d *double) { d.state = status{} })
				b.pass(time.Minute)
				b.wantOutcomes("117 confirmed")
				b.wantPaper("117")
			})
		})
	}
}

// TestFaultBetweenFenceAndLook: the bytes were worked off, but the paper was out.
func TestFaultRightAfterTheCut(t *testing.T) {
	d := newDouble()
	d.id, d.asb = false, false
	onBench(t, d, nil, func(b *bench) {
		b.pass(time.Second)
		d.change(func(d *double) { d.at["<cut>"] = func(d *double) { d.state.cutter = true } })
		b.submit("117")
		b.pass(5 * time.Second)
		b.wantOutcomes()
		d.change(func(d *double) { d.state = status{} })
		b.pass(5 * time.Second)
		b.wantOutcomes("117 confirmed copy")
	})
}

// TestFaultRightAfterTheFence: the bytes were worked off, but the look that
// follows finds the paper out.
func TestFaultRightAfterTheFence(t *testing.T) {
	d := newDouble()
	d.id, d.asb = false, false
	onBench(t, d, nil, func(b *bench) {
		d.change(func(d *double) { d.at["<fence>"] = func(d *double) { d.state.end = true } })
		b.submit("117")
		b.pass(5 * time.Second)
		b.wantOutcomes()
		b.wantState(Stopped, PaperEnd)
		d.change(func(d *double) { d.state = status{} })
		b.pass(5 * time.Second)
		b.wantOutcomes("117 confirmed copy")
	})
}

// TestCopyAfterARestart: the program before may have died in the middle of a
// ticket; its half must not hang on the copy. What is no copy gets no scrap.
func TestCopyAfterARestart(t *testing.T) {
	onBench(t, newDouble(), nil, func(b *bench) {
		err := b.Submit(Job{ID: "117", Ticket: Ticket{Number: "117", Office: "민원실", Service: "여권", Ahead: -1, Copy: true}})
		if err != nil {
			t.Fatal(err)
		}
		b.submit("118")
		b.pass(5 * time.Second)
		b.wantPaper("blank", "117 copy", "118")
	})
}
