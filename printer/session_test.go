package printer

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestConfirmed(t *testing.T) {
	for name, able := range map[string]func(*double){
		"process id":              func(*double) {},
		"process id alone":        func(d *double) { d.fence, d.asb = false, false },
		"fence":                   func(d *double) { d.id = false },
		"fence without automatic": func(d *double) { d.id, d.asb = false, false },
		"fence alone":             func(d *double) { d.id, d.asb, d.realTime = false, false, false },
	} {
		t.Run(name, func(t *testing.T) {
			d := newDouble()
			able(d)
			onBench(t, d, nil, func(b *bench) {
				b.pass(5 * time.Second)
				b.wantState(Ready)
				b.submit("117", "118", "119")
				b.pass(2 * time.Second)
				b.wantPaper("117", "118", "119")
				b.wantOutcomes("117 confirmed", "118 confirmed", "119 confirmed")
				b.pass(time.Minute)
				b.wantState(Ready)
				if d.links != 1 {
					t.Errorf("%d links for a printer in good health", d.links)
				}
			})
		})
	}
}

func TestFirstByteGoesAtOnce(t *testing.T) {
	d := newDouble()
	onBench(t, d, nil, func(b *bench) {
		b.pass(11 * time.Second) // past hello and a look
		d.change(func(d *double) { d.first = nil })
		before := time.Now()
		b.submit("117") // returns when everything is at rest: fake time stands still
		if !bytes.HasPrefix(d.first, []byte{0x1b, '@'}) {
			t.Errorf("something went out before the ticket: % x", d.first[:8])
		}
		if !time.Now().Equal(before) {
			t.Error("the ticket waited")
		}
		b.wantOutcomes("117 confirmed")
	})
}

func TestRealTimeStatusAloneProvesNothing(t *testing.T) {
	d := newDouble()
	d.id, d.fence, d.asb = false, false, false
	onBench(t, d, nil, func(b *bench) {
		b.pass(5 * time.Second)
		b.submit("117")
		b.pass(time.Second)
		b.wantPaper("117")
		b.wantOutcomes("117 unconfirmed")
	})
}

func TestLinkThatNeverAnswers(t *testing.T) {
	d := newDouble()
	d.id, d.fence, d.asb, d.realTime = false, false, false, false
	onBench(t, d, nil, func(b *bench) {
		b.submit("117")
		b.pass(4 * time.Second)
		b.wantState(Silent, NoAnswer)
		b.wantPaper("117")
		b.wantOutcomes("117 unconfirmed")
		if d.nuls != flushLen {
			t.Errorf("%d NULs for a printer that may sit in a picture, want %d", d.nuls, flushLen)
		}
		// The return wire is mended: from then on tickets are confirmed.
		d.change(func(d *double) { d.id, d.fence, d.asb, d.realTime = true, true, true, true })
		b.pass(30 * time.Second)
		b.wantState(Ready)
		b.submit("118")
		b.wantOutcomes("117 unconfirmed", "118 confirmed")
	})
}

func TestOneWayProfileWaitsForNothing(t *testing.T) {
	d := newDouble()
	onBench(t, d, func(c *SessionConfig) { c.Profile.ProcessID, c.Profile.Fence = false, false }, func(b *bench) {
		b.submit("117")
		b.wantOutcomes("117 unconfirmed")
		if bytes.Contains(d.first, []byte{0x10, 0x04}) {
			t.Error("a question to a printer that cannot answer")
		}
	})
}

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

// TestHalfAnswerThenPause: a fence after a stray byte is not taken for its rest.
func TestHalfAnswerThenPause(t *testing.T) {
	d := newDouble()
	d.id, d.asb, d.realTime = false, false, false
	onBench(t, d, nil, func(b *bench) {
		b.pass(5 * time.Second)
		d.change(func(d *double) { d.say(0x10) })
		b.pass(time.Second)
		b.submit("117")
		b.wantOutcomes("117 confirmed")
	})
}

func TestConfirmedTicketIsProofThatThePrinterAnswers(t *testing.T) {
	d := newDouble()
	d.id, d.asb, d.realTime = false, false, false
	onBench(t, d, nil, func(b *bench) {
		b.pass(5 * time.Second)
		b.submit("117")
		d.change(func(d *double) { d.dead = true })
		b.submit("118")
		b.pass(time.Minute)
		b.wantOutcomes("117 confirmed")
		b.wantState(Stopped, NoAnswer)
	})
}

// TestPluggedInAgainWithoutPaper: the cable is no longer what is wrong.
func TestPluggedInAgainWithoutPaper(t *testing.T) {
	d := newDouble()
	onBench(t, d, nil, func(b *bench) {
		d.change(func(d *double) { d.unplug(); d.refuse, d.state.end = true, true })
		b.pass(time.Minute)
		b.wantState(Stopped, Unplugged)
		d.change(func(d *double) { d.refuse = false })
		b.pass(10 * time.Second)
		b.wantState(Stopped, PaperEnd)
		seen := len(b.healths)
		d.change(func(d *double) { d.state = status{} })
		b.pass(10 * time.Second)
		b.wantState(Ready)
		for _, h := range b.healths[seen:] {
			if slices.Contains(h.Faults, Unplugged) {
				t.Errorf("said to be unplugged again: %v", b.healths[seen:])
			}
		}
	})
}

func TestGarbageOnTheReturnLine(t *testing.T) {
	for _, noise := range [][]byte{{0xff}, {0x80, 0xfe}, {0x10}, {0x14, 0x90}, {0x5f}, {0x37}, {0x13}, {0x91, 0x35}} {
		d := newDouble()
		onBench(t, d, nil, func(b *bench) {
			d.change(func(d *double) { d.noise = noise })
			for range 5 {
				d.change(func(d *double) { d.say(noise...) })
				b.pass(time.Second)
			}
			b.submit("117", "118", "119")
			b.pass(2 * time.Minute)
			b.promises("117", "118", "119")
			if len(b.outcomes) != 3 {
				t.Errorf("noise % x: outcomes %v", noise, b.outcomes)
			}
		})
	}
}

func TestGarbageConfirmsNothing(t *testing.T) {
	d := newDouble()
	onBench(t, d, nil, func(b *bench) {
		d.change(func(d *double) { d.swallow = true })
		b.submit("117")
		for range 20 { // everything that could pass for an answer, but the id
			d.change(func(d *double) { d.say(0x00, 0x0c, 0x37, '"', '9', '9', '9', '9', 0, 0x37, '%', 0, 0x60) })
			b.pass(100 * time.Millisecond)
		}
		b.wantOutcomes()
	})
}

// TestStrayBytesAtRest: what looks like an answer to no question counts for
// nothing later.
func TestStrayBytesAtRest(t *testing.T) {
	d := newDouble()
	d.id = false
	onBench(t, d, nil, func(b *bench) {
		d.change(func(d *double) { d.say(0x00); d.say(0x12); d.swallow = true })
		b.submit("117")
		b.pass(5 * time.Second)
		b.wantOutcomes()
	})
	d = newDouble()
	d.id, d.fence, d.asb, d.realTime = false, false, false, false
	onBench(t, d, nil, func(b *bench) {
		b.pass(12 * time.Second) // between two looks
		d.change(func(d *double) { d.say(0x00); d.say(0x12); d.say(0x37, '%', 'x', 0) })
		b.submit("117")
		b.wantState(Silent, NoAnswer)
		b.wantOutcomes("117 unconfirmed")
		for range 100 { // during looks and hellos too
			b.pass(700 * time.Millisecond)
			d.change(func(d *double) { d.say(0x12) })
		}
		b.pass(time.Minute)
		b.submit("118")
		b.wantOutcomes("117 unconfirmed", "118 unconfirmed")
	})
}

// TestStrayByteAtHello: on a model with process ids nothing else will do.
func TestStrayByteAtHello(t *testing.T) {
	d := newDouble()
	onBench(t, d, nil, func(b *bench) {
		d.change(func(d *double) { d.swallow = true; d.unplug() })
		for range 40 {
			b.pass(500 * time.Millisecond)
			d.change(func(d *double) { d.say(0x00) })
			if s := b.last().State; s == Ready {
				t.Fatal("a stray byte passed for the printer's answer")
			}
		}
	})
}

// TestSwitchedOffDuringAFault: the link stays, as on a serial line, but the
// half ticket and its fence are gone. One copy is enough.
func TestSwitchedOffDuringAFault(t *testing.T) {
	for _, id := range []bool{true, false} {
		d := newDouble()
		d.id = id
		d.at["118"] = func(d *double) { d.state.end = true }
		onBench(t, d, nil, func(b *bench) {
			b.submit("117", "118", "119")
			b.pass(5 * time.Second)
			d.change(func(d *double) { d.state, d.buf, d.part, d.asbOn = status{}, nil, nil, false })
			b.pass(30 * time.Second)
			b.wantOutcomes("117 confirmed", "118 confirmed copy", "119 confirmed")
			if d.links != 1 {
				t.Errorf("%d links, want the first one kept", d.links)
			}
		})
	}
}

// slowEnd is a transport whose Read takes its time to return after Close.
type slowEnd struct {
	Transport
	ended *atomic.Bool
}

func (s slowEnd) Read(b []byte) (int, error) {
	n, err := s.Transport.Read(b)
	if err != nil {
		time.Sleep(time.Second)
		s.ended.Store(true)
	}
	return n, err
}

func TestRunWaitsForItsReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDouble()
		var ended atomic.Bool
		s := NewSession(SessionConfig{Profile: profile(t, "generic80"), Dial: func(ctx context.Context) (Transport, error) {
			tr, err := d.dial(ctx)
			return slowEnd{tr, &ended}, err
		}})
		ctx, end := context.WithTimeout(t.Context(), 3*time.Second)
		defer end()
		if err := s.Run(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Run returned %v", err)
		}
		if !ended.Load() {
			t.Error("Run returned before its reader did")
		}
	})
}

// TestDisconnectMidWrite at every byte of a ticket: never lost, never doubled
// without the mark.
func TestDisconnectMidWrite(t *testing.T) {
	for at := 1; at < 140; at += 3 {
		d := newDouble()
		onBench(t, d, nil, func(b *bench) {
			b.submit("117")
			d.change(func(d *double) { d.hangUp = at; d.refuse = true })
			b.submit("118", "119")
			b.pass(time.Minute)
			if got := d.paper(); slices.Equal(got, []string{"117"}) {
				b.wantState(Stopped, Unplugged)
			}
			d.change(func(d *double) { d.refuse, d.hangUp = false, 0 })
			b.pass(10 * time.Second)
			b.wantState(Ready)
			b.promises("117", "118", "119")
			if len(b.outcomes) != 3 {
				t.Fatalf("cut after %d bytes: outcomes %+v", at, b.outcomes)
			}
		})
	}
}

func TestDisconnectAtRestNeedsNoMark(t *testing.T) {
	d := newDouble()
	onBench(t, d, nil, func(b *bench) {
		d.change(func(d *double) { d.unplug(); d.refuse = true })
		b.submit("117")
		b.pass(time.Minute)
		b.wantState(Stopped, Unplugged)
		d.change(func(d *double) { d.refuse = false })
		b.pass(6 * time.Second)
		b.wantOutcomes("117 confirmed")
		b.wantPaper("117")
	})
}

func TestBackOff(t *testing.T) {
	d := newDouble()
	d.refuse = true
	dials := 0
	onBench(t, d, func(c *SessionConfig) {
		dial := c.Dial
		c.Dial = func(ctx context.Context) (Transport, error) { dials++; return dial(ctx) }
	}, func(b *bench) {
		b.pass(59 * time.Second) // with the bench's own second, a minute
		if dials < 10 || dials > 20 {
			t.Errorf("%d attempts in a minute, want one every 5 s after the first ones", dials)
		}
		b.wantState(Stopped, Unplugged)
	})
}

func TestSilenceAfterAnswersIsAFault(t *testing.T) {
	d := newDouble()
	onBench(t, d, nil, func(b *bench) {
		d.change(func(d *double) { d.dead = true })
		b.pass(30 * time.Second)
		b.wantState(Stopped, NoAnswer)
		b.submit("117")
		b.pass(time.Minute)
		b.wantOutcomes()
		d.change(func(d *double) { d.dead, d.buf = false, nil })
		b.pass(30 * time.Second)
		b.wantOutcomes("117 confirmed")
		b.wantPaper("117")
	})
}

// TestSwallowedTicket: the status is fine, the data never got there.
func TestSwallowedTicket(t *testing.T) {
	for _, id := range []bool{true, false} {
		d := newDouble()
		d.id = id
		onBench(t, d, nil, func(b *bench) {
			d.change(func(d *double) { d.swallow = true })
			b.submit("117")
			b.pass(2 * time.Minute)
			b.wantOutcomes()
			b.wantState(Stopped, NoAnswer)
			d.change(func(d *double) { d.swallow = false })
			b.pass(30 * time.Second)
			b.wantOutcomes("117 confirmed copy")
			b.wantPaper("blank", "117 copy") // what is cut off first might have been half a ticket
		})
	}
}

// TestDeafPrinter reads nothing at all: the write deadline must end it.
func TestDeafPrinter(t *testing.T) {
	d := newDouble()
	onBench(t, d, nil, func(b *bench) {
		d.change(func(d *double) { d.deaf = true; d.state.end = true })
		d.change(func(d *double) { d.say(0) }) // lets the blocked read pass
		b.submit("117", "118")
		b.pass(time.Minute)
		b.wantOutcomes()
		d.change(func(d *double) { d.deaf = false; d.state = status{} })
		b.pass(30 * time.Second)
		if len(b.outcomes) != 2 || b.outcomes[0].Result != Confirmed || b.outcomes[1].Result != Confirmed {
			t.Fatalf("outcomes %+v", b.outcomes)
		}
	})
}

// TestCrashInsidePicture: a host died in a raster command; hello gets out of it.
func TestCrashInsidePicture(t *testing.T) {
	d := newDouble()
	d.buf = append([]byte{0x1d, 'v', '0', 0, 72, 0, 100, 0}, make([]byte, 1000)...)
	onBench(t, d, nil, func(b *bench) {
		b.submit("117")
		b.pass(5 * time.Second)
		b.wantOutcomes("117 confirmed")
		b.wantPaper("117")
	})
}

func TestFaultAtTheStart(t *testing.T) {
	d := newDouble()
	d.state.end = true
	onBench(t, d, nil, func(b *bench) {
		b.submit("117")
		b.pass(time.Minute)
		b.wantState(Stopped, PaperEnd)
		d.change(func(d *double) { d.state = status{} })
		b.pass(5 * time.Second)
		b.wantOutcomes("117 confirmed")
		b.wantPaper("117")
	})
}

func TestJobsExpire(t *testing.T) {
	d := newDouble()
	d.at["118"] = func(d *double) { d.state.cover = true }
	onBench(t, d, nil, func(b *bench) {
		const limit = time.Minute + 300*time.Millisecond // apart from every look
		for _, n := range []string{"118", "119", "120"} {
			j := Job{ID: n, Ticket: Ticket{Number: n, Office: "민원실", Ahead: -1}, NotAfter: limit}
			if n == "120" {
				j.NotAfter = 0
			}
			if err := b.Submit(j); err != nil {
				t.Fatal(err)
			}
		}
		b.pass(limit - time.Nanosecond)
		b.wantOutcomes()
		b.pass(time.Nanosecond)
		b.wantOutcomes("118 abandoned", "119 abandoned")
		if o := b.outcomes[0]; !o.Partly || o.Fault != CoverOpen || o.Took != limit {
			t.Errorf("outcome %+v, want partly printed, cover open, a minute", o)
		}
		if o := b.outcomes[1]; o.Partly {
			t.Errorf("outcome %+v: nothing of it was sent", o)
		}
		d.change(func(d *double) { d.state = status{} })
		b.pass(5 * time.Second)
		b.wantOutcomes("118 abandoned", "119 abandoned", "120 confirmed")
	})
}

// TestOnItsWayToPaper: a job that the printer has is not given up.
func TestOnItsWayToPaper(t *testing.T) {
	d := newDouble()
	d.at["117"] = func(d *double) { d.state.hot = true }
	onBench(t, d, nil, func(b *bench) {
		b.Submit(Job{ID: "117", Ticket: Ticket{Number: "117", Office: "민원실"}, NotAfter: time.Second})
		b.pass(time.Minute)
		b.wantOutcomes()
		d.change(func(d *double) { d.state = status{} })
		b.pass(5 * time.Second)
		b.wantOutcomes("117 confirmed")
	})
}

func TestDrop(t *testing.T) {
	d := newDouble()
	onBench(t, d, nil, func(b *bench) {
		d.change(func(d *double) { d.state.end = true })
		b.submit("117", "118")
		b.Drop("117")
		synctest.Wait()
		b.wantOutcomes("117 abandoned")
		d.change(func(d *double) { d.state = status{} })
		b.pass(5 * time.Second)
		b.wantPaper("118")
	})
}

func TestSubmitRefuses(t *testing.T) {
	d := newDouble()
	onBench(t, d, func(c *SessionConfig) { c.Limit = 2 }, func(b *bench) {
		d.change(func(d *double) { d.state.end = true })
		b.submit("117", "118")
		if err := b.Submit(Job{ID: "119", Ticket: Ticket{Number: "119"}}); !errors.Is(err, ErrFull) {
			t.Errorf("a third of two: %v", err)
		}
		if err := b.Submit(Job{ID: "x", Ticket: Ticket{Number: " "}}); !errors.Is(err, ErrNoNumber) {
			t.Errorf("no number: %v", err)
		}
		d.change(func(d *double) { d.state = status{} })
		b.pass(5 * time.Second)
		b.wantPaper("117", "118")
	})
}

func TestTooLongURLCostsTheQROnly(t *testing.T) {
	d := newDouble()
	onBench(t, d, nil, func(b *bench) {
		b.Submit(Job{ID: "117", Ticket: Ticket{Number: "117", Office: "민원실", URL: strings.Repeat("x", 999)}})
		synctest.Wait()
		b.wantOutcomes("117 confirmed")
		b.wantPaper("117")
	})
}

func TestHealthOnChangeOnly(t *testing.T) {
	d := newDouble()
	onBench(t, d, nil, func(b *bench) {
		b.submit("117")
		b.pass(time.Hour)
		for i := 1; i < len(b.healths); i++ {
			if b.healths[i].equal(b.healths[i-1]) {
				t.Errorf("said twice: %v", b.healths[i])
			}
		}
		if len(b.healths) > 5 {
			t.Errorf("an hour at rest: %v", b.healths)
		}
	})
}

func TestRunNeedsItsConfig(t *testing.T) {
	if err := NewSession(SessionConfig{Profile: profile(t, "generic58")}).Run(t.Context()); err == nil {
		t.Error("ran without Dial")
	}
	if err := NewSession(SessionConfig{Dial: newDouble().dial}).Run(t.Context()); err == nil {
		t.Error("ran without a profile")
	}
}
