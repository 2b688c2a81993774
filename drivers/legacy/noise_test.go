package legacy

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"
)

// noise damages bytes: each is flipped in one bit, dropped or doubled with
// probability p.
func noise(rng *rand.Rand, p float64, b []byte) []byte {
	var out []byte
	for _, c := range b {
		if rng.Float64() >= p {
			out = append(out, c)
			continue
		}
		switch rng.IntN(3) {
		case 0:
			out = append(out, c^1<<rng.IntN(8))
		case 1:
		case 2:
			out = append(out, c, c)
		}
	}
	return out
}

// hall is an imagined old machine: it gives tickets, calls them, refreshes its
// displays every two seconds, and is switched off every night.
type hall struct {
	rng    *rand.Rand
	next   [2]int
	called [2]int
	shown  [6]int
	at     [6]int // second of the last call
	// The truth: what was issued this day, and each counter's calls in order.
	issued map[int]bool
	calls  [6][]int
	nCalls int
}

func bands() [2]Service { return [2]Service{{"civil", 1, 200}, {"passport", 501, 800}} }

func (h *hall) morning() {
	for i, s := range bands() {
		h.next[i], h.called[i] = s.Low, s.Low
	}
	h.shown, h.at = [6]int{}, [6]int{}
	h.issued = map[int]bool{}
}

func after(s Service, n int) int {
	if n == s.High {
		return s.Low
	}
	return n + 1
}

func (h *hall) issue(i int) int {
	n := h.next[i]
	h.next[i] = after(bands()[i], n)
	h.issued[n] = true
	return n
}

// call shows the next number at a counter, or now and then an earlier one.
func (h *hall) call(counter, second int) {
	i := counter % 2
	s := bands()[i]
	n := h.called[i]
	switch {
	case h.rng.IntN(20) == 0 && n > s.Low+5:
		n -= 1 + h.rng.IntN(4) // picked
	case n == h.next[i]:
		return
	default:
		h.called[i] = after(s, n)
	}
	if n == h.shown[counter] {
		return // a recall
	}
	h.shown[counter], h.at[counter] = n, second
	h.calls[counter] = append(h.calls[counter], n)
	h.nCalls++
}

// listened is what came of a simulation.
type listened struct {
	tickets, calls, truths int
	wrong                  []string
	tracker                Judged
	heard                  Heard
}

// simulate runs days of ten hours; frame makes the bytes of a display, or nil
// for a machine that sends a call once and over TCP.
func simulate(t *testing.T, seed uint64, days int, p float64, d Decoder, frame func(counter, number int) []byte) listened {
	t.Helper()
	h := &hall{rng: rand.New(rand.NewPCG(seed, 1))}
	printer := must(NewText(textFormat()))(t)
	tr := must(NewTracker(Config{Services: []Service{{"civil", 1, 200}, {"passport", 501, 800}}}))(t)
	var l listened
	judge := func(rs []Reading) {
		for _, r := range rs {
			for _, e := range tr.Apply(r) {
				switch e := e.(type) {
				case Issued:
					l.tickets++
					if !h.issued[e.Number] {
						l.wrong = append(l.wrong, fmt.Sprintf("%+v", e))
					}
				case Called:
					l.calls++
					// What is told of a counter is a part of its calls, in their order.
					c := &h.calls[e.Counter-1]
					i := slices.Index(*c, e.Number)
					if i < 0 {
						l.wrong = append(l.wrong, fmt.Sprintf("%+v", e))
					}
					*c = (*c)[i+1:]
				}
			}
		}
	}
	words := []string{"민원발급", "여권"}
	at := time.Duration(0)
	for day := range days {
		h.morning()
		at = time.Duration(day) * 24 * time.Hour
		for s := 0; s < 36000; s++ {
			at += time.Second
			if h.rng.IntN(60) == 0 {
				i := h.rng.IntN(2)
				judge(printer.Decode(noise(h.rng, p, ticket(t, words[i], h.issue(i), 3)), at))
			} else {
				judge(printer.Decode(nil, at))
			}
			if h.rng.IntN(30) == 0 {
				if c := h.rng.IntN(6); s-h.at[c] > 8 && s < 36000-8 { // nobody comes and goes in 8 s
					h.call(c, s)
				}
			}
			if s%2 == 0 {
				for c, n := range h.shown {
					judge(d.Decode(noise(h.rng, p, frame(c+1, n)), at))
				}
			}
		}
		judge(printer.Decode(nil, at+time.Minute))
		judge(d.Decode(nil, at+time.Minute))
	}
	l.truths, l.tracker, l.heard = h.nCalls, tr.Judged(), d.Heard()
	return l
}

// TestNoWrongCall: days of damaged wires give no call and no ticket that did
// not happen, and hardly a call is missed because displays repeat.
//
// SUNBEON_HOURS sets the simulated hours of each seed (20), ten a day, and
// SUNBEON_SEED the first of the two seeds.
func TestNoWrongCall(t *testing.T) {
	days, from := 2, uint64(0)
	if s := os.Getenv("SUNBEON_HOURS"); s != "" {
		hours, err := strconv.Atoi(s)
		if err != nil {
			t.Fatalf("SUNBEON_HOURS: %v", err)
		}
		days = max(1, hours/10)
	}
	if s := os.Getenv("SUNBEON_SEED"); s != "" {
		var err error
		if from, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatalf("SUNBEON_SEED: %v", err)
		}
	}
	bare := stx(Check{})
	doubtful := stx(Check{Kind: "xor"})
	doubtful.Trust = Bare
	for _, tc := range []struct {
		name  string
		p     float64
		make  func() Decoder
		frame func(counter, number int) []byte
	}{
		{"no noise, no check", 0, func() Decoder { return must(NewFrames(bare))(t) },
			func(c, n int) []byte { return display(Check{}, c, n) }},
		{"no check", 1e-4, func() Decoder { return must(NewFrames(bare))(t) },
			func(c, n int) []byte { return display(Check{}, c, n) }},
		{"xor", 1e-3, func() Decoder { return must(NewFrames(stx(Check{Kind: "xor"})))(t) },
			func(c, n int) []byte { return display(Check{Kind: "xor"}, c, n) }},
		{"xor, not trusted", 1e-2, func() Decoder { return must(NewFrames(doubtful))(t) },
			func(c, n int) []byte { return display(Check{Kind: "xor"}, c, n) }},
		{"sum", 1e-3, func() Decoder { return must(NewFrames(stx(Check{Kind: "sum"})))(t) },
			func(c, n int) []byte { return display(Check{Kind: "sum"}, c, n) }},
		{"crc16", 1e-2, func() Decoder { return must(NewFrames(stx(Check{Kind: "crc16"})))(t) },
			func(c, n int) []byte { return display(Check{Kind: "crc16"}, c, n) }},
		{"modbus", 1e-2, func() Decoder { return must(NewBus(busFormat()))(t) },
			func(c, n int) []byte { return rtu(byte(c), 6, 0, 7, byte(n>>8), byte(n)) }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			least := 1000
			if tc.p > 0 {
				least = 995
			}
			for seed := from; seed < from+2; seed++ {
				l := simulate(t, seed, days, tc.p, tc.make(), tc.frame)
				if len(l.wrong) > 0 {
					t.Errorf("seed %d: never happened: %v", seed, l.wrong)
				}
				if l.calls < l.truths*least/1000 || l.calls > l.truths {
					t.Errorf("seed %d: %d of %d calls heard", seed, l.calls, l.truths)
				}
				if tc.p == 0 && l.tracker.Missed+l.tracker.Strange+l.heard.Damaged+l.heard.Skipped > 0 {
					t.Errorf("a clean wire: %+v %+v", l.tracker, l.heard)
				}
				if tc.p > 0 && l.heard.Damaged == 0 && l.heard.Unmatched == 0 {
					t.Errorf("damage was not counted: %+v", l.heard)
				}
				t.Logf("seed %d: %d tickets, %d of %d calls; %+v %+v", seed, l.tickets, l.calls, l.truths, l.tracker, l.heard)
			}
		})
	}
}
