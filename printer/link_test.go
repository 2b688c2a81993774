package printer

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

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

// TestNoiseThatLooksLikeAFault: automatic status that nobody sent must not hold
// the tickets of a link that never answers, or answers by fences alone.
func TestNoiseThatLooksLikeAFault(t *testing.T) {
	for _, fence := range []bool{false, true} {
		d := newDouble()
		d.id, d.fence, d.asb, d.realTime = false, fence, false, false
		onBench(t, d, nil, func(b *bench) {
			b.pass(12 * time.Second)
			d.change(func(d *double) { d.say(0x38, 0, 0, 0) })
			b.submit("117")
			b.wantState(Stopped, CoverOpen)
			b.pass(time.Minute)
			if len(b.outcomes) != 1 {
				t.Errorf("outcomes %+v, health %v", b.outcomes, b.last())
			}
			b.promises("117")
		})
	}
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
