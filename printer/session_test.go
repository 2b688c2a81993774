package printer

import (
	"bytes"
	"errors"
	"strings"
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
