package voice_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"sunbeon/display/voice"
)

// TestNothingToPlayOn: health says so at once and says when it is over, a dead
// card is not tried at every call, and calls do not pile up.
func TestNothingToPlayOn(t *testing.T) {
	with := func(err error) func() error { return func() error { return fmt.Errorf("x: %w", err) } }
	dead := func(o *voice.Options) { o.Player.(*hall).failing(with(voice.ErrNoCard)) }
	run(t, beeps(t), dead, func(h *hall) {
		h.health("[[no-card]]")
		h.tell()
		for n := 1; n <= 9; n++ {
			h.call(n, n%4)
			h.rest(10 * time.Second)
		}
		h.rest(10 * time.Minute)
		var gaps []time.Duration
		for i := 1; i < len(h.tries); i++ {
			gaps = append(gaps, h.tries[i].Sub(h.tries[i-1]))
		}
		if want := []time.Duration{5e9, 10e9, 20e9, 40e9, 60e9, 60e9}; !slices.Equal(gaps[:6], want) {
			t.Errorf("tried after %v", gaps)
		}
		h.health("[[no-card]]")
		if h.logged("nothing is heard", "no-card") != 1 {
			t.Error(h.log.String())
		}
		h.failing(nil)
		h.rest(time.Minute)
		h.health("[[no-card] []]")
		h.call(1, 1)
		h.want("1>1")
		if h.logged("calls were shown only", "calls=9") != 1 {
			t.Error(h.log.String())
		}
		// It is lost within a call, in another way.
		h.failing(with(voice.ErrHung))
		h.call(2, 1)
		h.want()
		h.failing(with(voice.ErrNoPlayer))
		h.rest(time.Minute)
		h.health("[[no-card] [] [hung] [no-player]]")
		// The pause begins anew after it was well.
		if gap := h.tries[len(h.tries)-1].Sub(h.tries[len(h.tries)-2]); gap > 40*time.Second {
			t.Errorf("tried after %v", gap)
		}
	})
}

// TestAHungPlayerHoldsUpNobody: Follow, Ticket and Locate return while it hangs,
// and so does Run when it is to end.
func TestAHungPlayerHoldsUpNobody(t *testing.T) {
	run(t, beeps(t), nil, func(h *hall) {
		h.tell()
		block := make(chan struct{})
		h.failing(func() error { <-block; return nil })
		h.call(1, 1)
		before := time.Now()
		for i := range 500 {
			h.call(i%9+1, i%4)
			h.a.Ticket(voice.Ticket{Label: "1"})
			h.a.Locate()
		}
		if time.Now() != before {
			t.Error("time went by")
		}
		close(block)
	})
}

func TestMissingClipsAreToldAndWarnedOfOnce(t *testing.T) {
	run(t, beeps(t, "ko/4", "ko/5"), english, func(h *hall) {
		h.health("[[missing-clips]]")
		if h.logged("lacks clips", "first=ko/4") != 1 {
			t.Error(h.log.String())
		}
		h.tell()
		h.call(4, 1)
		h.want("4>1 en") // of which the Korean is left out
		h.call(4, 2)
		h.want("4>2 en")
		if n := h.logged("no usable clip ko/4"); n != 1 {
			t.Errorf("%d warnings", n)
		}
		h.call(1, 1)
		h.want("1>1 en")
	})
	// An office whose pack cannot be read has its chime.
	run(t, t.TempDir(), nil, func(h *hall) {
		h.health("[[missing-clips]]")
		h.tell()
		h.call(1, 1)
		h.want("chime")
		h.a.Ticket(voice.Ticket{Label: "#"})
		h.want("chime")
		if h.logged("the clip pack has faults", "make voice") != 1 || h.logged("#", "cannot be said") != 1 {
			t.Error(h.log.String())
		}
	})
}

// TestAClipThatIsLostIsTold: the pack was whole when it was opened.
func TestAClipThatIsLostIsTold(t *testing.T) {
	dir := beeps(t)
	whole := func(o *voice.Options) {
		o.Need = voice.Need{Counters: []int{1}, Prefixes: []string{}, Highest: 9, Kiosk: true}
	}
	run(t, dir, whole, func(h *hall) {
		h.health("[[]]")
		h.tell()
		if err := os.Remove(filepath.Join(dir, "ko/4.wav")); err != nil {
			t.Fatal(err)
		}
		h.call(4, 1)
		h.want("chime")
		h.health("[[] [missing-clips]]")
		h.call(3, 1)
		h.want("3>1")
		h.health("[[] [missing-clips]]")
	})
}
