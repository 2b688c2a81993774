package printer_test

import (
	"net"
	"slices"
	"testing"
	"time"

	"sunbeon/display/typeface"
	"sunbeon/printer"
	"sunbeon/printer/virtual"
)

// TestFaults has every fault that a printer in the hall is known for, by name.
// Each happens while 118 of 117, 118 and 119 is on its way, is seen by its name,
// is mended, and then the line drains: see hall.promises. What a fault does at
// other moments stands in the tests named beside it.
func TestFaults(t *testing.T) {
	fault := func(f ...printer.Fault) []printer.Fault { return f }
	again := []string{"117 confirmed", "118 confirmed copy", "119 confirmed"}
	plain := []string{"117 confirmed", "118 confirmed", "119 confirmed"}
	unsure := []string{"117 unconfirmed", "118 unconfirmed", "119 unconfirmed"}
	nothing := func(*hall) {}
	deaf := setting{model: func(c *virtual.Config) { c.Answers = false }}
	clears := setting{session: func(c *printer.SessionConfig) { c.Profile.ClearBuffer = true }}
	faces, err := typeface.Load()
	if err != nil {
		t.Fatal(err)
	}
	overflow := setting{office: "뙇동 행정복지센터", model: func(c *virtual.Config) { c.Buffer, c.Flow = 512, virtual.FlowNone },
		session: func(c *printer.SessionConfig) { c.Faces, c.Serial = faces, true }}
	for _, c := range []struct {
		name         string
		set          setting
		happen, mend func(*hall)
		state        printer.State
		faults       []printer.Fault
		outcomes     []string // nil: as promised
		paper        []string // nil: as promised
	}{
		{"none", setting{}, nothing, nothing, // TestConfirmed
			printer.Ready, nil, plain, []string{"117", "118", "119"}},
		{"paper near end", setting{}, // TestNearEndIsAWarning
			func(h *hall) { h.v.PaperLow(true) }, nothing,
			printer.Ready, fault(printer.PaperNearEnd), plain, []string{"117", "118", "119"}},
		{"paper end", setting{}, // TestFaultMidTicket, TestFaultAtTheStart
			func(h *hall) { h.v.PaperOutAfter(10) }, func(h *hall) { h.v.LoadPaper() },
			printer.Stopped, fault(printer.PaperEnd), again, []string{"117", "118", "118 copy", "119"}},
		{"paper end, half ticket cleared", clears, // TestHalfTicketIsDroppedWhereTheModelCan
			func(h *hall) { h.v.PaperOutAfter(10) }, func(h *hall) { h.v.LoadPaper() },
			printer.Stopped, fault(printer.PaperEnd), again, []string{"117", "half", "118 copy", "119"}},
		{"cover", setting{}, // TestFaultMidTicket
			func(h *hall) { h.v.OpenCover() }, func(h *hall) { h.v.CloseCover() },
			printer.Stopped, fault(printer.CoverOpen), again, []string{"117", "118", "118 copy", "119"}},
		{"cutter", setting{}, // TestJammedCutterIsToldToTryAgain, TestFaultRightAfterTheCut
			func(h *hall) { h.v.JamCutter() }, func(h *hall) { h.v.ClearCutter() },
			printer.Stopped, fault(printer.CutterJam), again, nil},
		{"overheated head", setting{}, // TestDelayIsNoFault
			func(h *hall) { h.v.Overheat(true) }, func(h *hall) { h.v.Overheat(false) },
			printer.Stopped, fault(printer.HeadHot), plain, []string{"117", "118", "119"}},
		{"offline", setting{}, // TestHeldUpForEver
			func(h *hall) { h.v.HoldFeed(true) }, func(h *hall) { h.v.HoldFeed(false) },
			printer.Stopped, fault(printer.Offline), plain, []string{"117", "118", "119"}},
		{"silent", setting{}, // TestSilenceAfterAnswersIsAFault, TestLinkThatNeverAnswers
			func(h *hall) { h.v.Silence(true) }, func(h *hall) { h.v.Silence(false) },
			printer.Stopped, fault(printer.NoAnswer), again, []string{"117", "118", "blank", "118 copy", "119"}},
		{"garbage on the return line", setting{}, // TestGarbageOnTheReturnLine, TestGarbageConfirmsNothing
			func(h *hall) { h.v.Garbage(true) }, func(h *hall) { h.v.Garbage(false) },
			-1, nil, nil, nil},
		{"half-duplex link", deaf, // TestLinkThatNeverAnswers
			nothing, nothing,
			printer.Silent, fault(printer.NoAnswer), unsure, []string{"117", "118", "119"}},
		{"power lost", setting{}, // TestPowerLostAtEveryByte
			func(h *hall) { h.v.CutPowerAfter(0) }, func(h *hall) { h.v.PowerOn() },
			printer.Stopped, fault(printer.Unplugged), again, []string{"117", "half", "118 copy", "119"}},
		{"unplugged mid-write", setting{}, // TestUnpluggedAtEveryByte, TestSessionFollowsTheUSBPrinter
			(*hall).unplug, (*hall).plug,
			printer.Stopped, fault(printer.Unplugged), again, nil},
		{"takes data and never prints", setting{}, // TestTakesDataAndNeverPrints
			func(h *hall) { h.v.Swallow(true) }, func(h *hall) { h.v.Swallow(false) },
			printer.Stopped, fault(printer.NoAnswer), again, []string{"117", "118", "blank", "118 copy", "119"}},
		{"buffer overflows", overflow, // TestBufferTooSmallForATicket
			func(h *hall) { h.v.OpenCover() }, func(h *hall) { h.v.CloseCover() },
			printer.Stopped, fault(printer.CoverOpen), again, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			inHall(t, c.set, func(h *hall) {
				h.pass(20 * time.Second) // also past two hellos that nobody answers
				h.submit(0, "117", "118", "119")
				h.until(func() bool { return len(h.v.Pieces()) == 1 })
				h.pass(100 * time.Millisecond) // 118 is on its way
				c.happen(h)
				h.pass(2 * time.Minute)
				if c.state >= 0 {
					h.wantState(c.state, c.faults...)
				}
				c.mend(h)
				h.pass(2 * time.Minute)
				if c.outcomes != nil {
					h.wantOutcomes(c.outcomes...)
				}
				if t.Logf("paper %q, %d dropped", h.paper(), h.v.State().Dropped); c.paper != nil {
					h.wantPaper(c.paper...)
				}
				h.promises()
			})
		})
	}
}

// until waits for the paper to be so.
func (h *hall) until(done func() bool) {
	h.t.Helper()
	for range 100000 {
		changed := h.v.Changed()
		if done() {
			return
		}
		select {
		case <-changed:
		case <-time.After(time.Minute):
			h.t.Fatal("the paper does not come")
		}
	}
}

// atEveryByte tries an accident at each byte of a ticket and of the fences
// behind it.
func atEveryByte(t *testing.T, accident func(h *hall, n int)) {
	data, err := printer.Encode(load(t, "generic80"), small("118"), nil)
	if err != nil {
		t.Fatal(err)
	}
	step := 1
	if testing.Short() {
		step = 17
	}
	const fences = 11 + 3 // GS ( H, GS r
	for n := 1; n <= len(data)+fences; n += step {
		inHall(t, setting{}, func(h *hall) {
			h.pass(2 * time.Second)
			h.submit(0, "117")
			h.pass(2 * time.Second)
			accident(h, n)
			h.pass(time.Minute)
			h.promises()
			h.confirmed(3)
		})
	}
}

// TestPowerLostAtEveryByte: what was in the printer is lost at each byte of
// 118, and of the fences behind it.
func TestPowerLostAtEveryByte(t *testing.T) {
	atEveryByte(t, func(h *hall, n int) {
		h.v.CutPowerAfter(n)
		h.submit(0, "118", "119")
		h.pass(time.Minute)
		h.wantState(printer.Stopped, printer.Unplugged)
		h.v.PowerOn()
	})
}

// TestUnpluggedAtEveryByte: the cable goes, the printer goes on with what it has.
func TestUnpluggedAtEveryByte(t *testing.T) {
	atEveryByte(t, func(h *hall, n int) {
		h.mu.Lock()
		h.cutAt = n
		h.mu.Unlock()
		h.submit(0, "118", "119")
		h.pass(time.Minute)
		h.wantState(printer.Stopped, printer.Unplugged)
		h.plug()
	})
}

// confirmed wants n tickets on paper for certain, and no other word.
func (h *hall) confirmed(n int) {
	h.t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, o := range h.outcomes {
		if o.Result == printer.Confirmed {
			n--
		}
	}
	if n != 0 {
		h.t.Errorf("%d too few confirmed: %+v", n, h.outcomes)
	}
}

// TestTakesDataAndNeverPrints: the office's limit ends the wait of those in the
// line and of the one that was sent; who comes later prints when it is mended.
func TestTakesDataAndNeverPrints(t *testing.T) {
	inHall(t, setting{}, func(h *hall) {
		h.pass(2 * time.Second)
		h.v.Swallow(true)
		h.submit(3*time.Minute, "117", "118")
		h.pass(2 * time.Minute)
		h.wantState(printer.Stopped, printer.NoAnswer)
		h.wantOutcomes()
		h.submit(time.Hour, "119")
		h.pass(time.Minute + 10*time.Second) // past a flush, which takes its time
		h.wantOutcomes("117 abandoned", "118 abandoned")
		h.mu.Lock()
		sent, waited := h.outcomes[0], h.outcomes[1]
		h.mu.Unlock()
		if !sent.Partly || waited.Partly || sent.Fault != printer.NoAnswer || waited.Fault != printer.NoAnswer {
			t.Errorf("%+v, %+v: want the first on paper perhaps, both for no answer", sent, waited)
		}
		h.v.Swallow(false)
		h.pass(time.Minute)
		h.wantOutcomes("117 abandoned", "118 abandoned", "119 confirmed")
		h.promises()
	})
}

// TestHeldUpForEver: a printer that says it only waits, and never goes on, does
// not keep the ticket in its hands for ever either.
func TestHeldUpForEver(t *testing.T) {
	inHall(t, setting{}, func(h *hall) {
		h.pass(2 * time.Second)
		h.submit(10*time.Minute, "117", "118")
		h.pass(50 * time.Millisecond)
		h.v.HoldFeed(true)
		h.pass(9 * time.Minute)
		h.wantState(printer.Stopped, printer.Offline)
		h.wantOutcomes()
		h.pass(2 * time.Minute)
		h.wantOutcomes("117 abandoned", "118 abandoned")
		h.submit(0, "119")
		h.v.HoldFeed(false)
		h.pass(time.Minute)
		h.wantOutcomes("117 abandoned", "118 abandoned", "119 confirmed")
		h.wantPaper("117", "119") // the printer had kept 117
		h.promises()
	})
}

// TestBufferTooSmallForATicket: no ticket comes out whole, ever. The line does
// not stand, and the paper is not spent on copies of one number.
func TestBufferTooSmallForATicket(t *testing.T) {
	inHall(t, setting{model: func(c *virtual.Config) { c.Buffer, c.Flow, c.Speed, c.Baud = 45, virtual.FlowNone, 20, 115200 }}, func(h *hall) {
		h.pass(2 * time.Second)
		h.submit(0, "117", "118")
		h.pass(20 * time.Minute)
		h.wantOutcomes("117 abandoned copy", "118 abandoned copy")
		h.promises()
		if n := len(h.v.Pieces()); n > 20 {
			t.Errorf("%d pieces of paper", n)
		}
	})
}

// TestInterrupted: half a ticket of the last run hangs at the head. It goes off
// before the first ticket, also one that is no copy; without the caller's word
// the paper is saved.
func TestInterrupted(t *testing.T) {
	for _, told := range []bool{true, false} {
		set := setting{session: func(c *printer.SessionConfig) { c.Interrupted = told }}
		inHall(t, set, func(h *hall) {
			h.pass(5 * time.Second)
			h.submit(0, "117", "118")
			h.pass(time.Minute)
			if told {
				h.wantPaper("blank", "117", "118")
			} else {
				h.wantPaper("117", "118")
			}
			h.promises()
		})
	}
}

// TestGivenUpHalf: 117 breaks off, is given up while the printer is away, and
// does not hang on 118's paper.
func TestGivenUpHalf(t *testing.T) {
	inHall(t, setting{}, func(h *hall) {
		h.pass(2 * time.Second)
		h.v.CutPowerAfter(140)
		h.submit(time.Minute, "117")
		h.pass(2 * time.Minute)
		h.wantOutcomes("117 abandoned")
		h.submit(0, "118")
		h.v.PowerOn()
		h.pass(time.Minute)
		h.wantOutcomes("117 abandoned", "118 confirmed")
		h.wantPaper("half", "118")
		h.promises()
	})
}

// TestStandsForHours: the questions asked meanwhile stay in the receive buffer.
// They must not fill it, or the panel says that the printer is gone when all it
// lacks is paper.
func TestStandsForHours(t *testing.T) {
	for _, asb := range []bool{true, false} {
		inHall(t, setting{model: func(c *virtual.Config) { c.ASB = asb }}, func(h *hall) {
			h.pass(2 * time.Second)
			h.v.PaperOut()
			h.pass(12 * time.Second)
			h.submit(0, "117")
			hours := time.Hour
			if asb {
				hours = 15 * time.Hour // a night
			}
			h.pass(hours)
			h.wantState(printer.Stopped, printer.PaperEnd)
			h.v.LoadPaper()
			h.pass(30 * time.Second)
			h.wantOutcomes("117 confirmed")
			h.wantState(printer.Ready)
			if h.dials != 1 {
				t.Errorf("%d links", h.dials)
			}
			h.promises()
		})
	}
}

// TestFlushAfterACrash: the printer sits in a picture that a crashed host began,
// at the end of a slow line whose driver takes half of the flush at once.
func TestFlushAfterACrash(t *testing.T) {
	set := setting{kernel: true, model: func(c *virtual.Config) { c.Baud, c.Flow = 9600, virtual.FlowXON },
		session: func(c *printer.SessionConfig) { c.Serial, c.Interrupted = true, true }}
	set.before = func(h *hall) {
		host, dev := net.Pipe()
		served := make(chan error, 1)
		go func() { served <- h.v.Serve(h.t.Context(), dev) }()
		host.Write(append([]byte("\x1b@\xc1\xdf\xb1\xb8 117\n\x1dv0\x00\x48\x00\x64\x00"), make([]byte, 900)...))
		host.Close()
		<-served
	}
	inHall(t, set, func(h *hall) {
		h.submit(0, "117")
		h.pass(30 * time.Second)
		h.wantOutcomes("117 confirmed")
		h.wantPaper("half", "117")
		h.mu.Lock()
		defer h.mu.Unlock()
		for _, x := range h.healths {
			if x.State == printer.Silent || slices.Contains(x.Faults, printer.NoAnswer) {
				t.Errorf("taken for %v %v", x.State, x.Faults)
			}
		}
	})
}

// TestNoiseSpendsNoRoll: a return line that is nothing but noise costs a few
// copies of a ticket, not a roll.
func TestNoiseSpendsNoRoll(t *testing.T) {
	inHall(t, setting{}, func(h *hall) {
		h.pass(2 * time.Second)
		h.submit(0, "117")
		h.pass(2 * time.Second)
		h.v.Garbage(true)
		h.submit(0, "118", "119", "120")
		h.pass(2 * time.Hour)
		h.v.Garbage(false)
		h.pass(10 * time.Minute)
		h.promises()
		if n := len(h.v.Pieces()); n > 1+3*4 {
			t.Errorf("%d papers: %q", n, h.paper())

		}
	})
}
