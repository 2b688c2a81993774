package uplink

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestWindow(t *testing.T) {
	t0 := time.Unix(1000, 0)
	at := func(s float64) time.Time { return t0.Add(time.Duration(s * float64(time.Second))) }
	fill := func(w *window, now time.Time) {
		for w.room() > 0 {
			w.sending(w.sent+1, now)
		}
	}
	t.Run("no more than 64 are on their way", func(t *testing.T) {
		w := newWindow(10)
		fill(w, at(0))
		if w.sent != 74 {
			t.Errorf("sent up to %d, want 74", w.sent)
		}
		w.stored(20, false, at(1))
		if w.room() != 10 {
			t.Errorf("room for %d, want 10", w.room())
		}
	})
	t.Run("without progress it goes back, later and later", func(t *testing.T) {
		w := newWindow(10)
		now := at(0)
		for _, wait := range []time.Duration{2, 4, 8, 16, 32, 60, 60} {
			fill(w, now)
			now = now.Add(wait*time.Second - 1)
			if w.tick(now) {
				t.Fatalf("went back before %d s", wait)
			}
			now = now.Add(1)
			if !w.tick(now) || w.sent != 10 {
				t.Fatalf("did not go back after %d s", wait)
			}
		}
		fill(w, now)
		w.stored(11, false, now)
		if !w.due.Equal(now.Add(resendFirst)) {
			t.Error("progress does not shorten the wait")
		}
	})
	t.Run("a repeated cursor goes back, but not at once after a movement", func(t *testing.T) {
		w := newWindow(0)
		fill(w, at(0))
		w.stored(3, false, at(0.5))
		w.stored(3, false, at(0.6))
		if w.tick(at(1.4)) {
			t.Error("went back within a second of progress")
		}
		if !w.tick(at(1.5)) || w.sent != 3 {
			t.Error("did not go back")
		}
	})
	t.Run("a cursor from the broker's memory is no news", func(t *testing.T) {
		w := newWindow(3)
		fill(w, at(0))
		w.stored(3, true, at(1))
		if w.tick(at(1.9)) {
			t.Error("went back")
		}
	})
	t.Run("a lower cursor goes back at once, a higher one beyond what was sent jumps", func(t *testing.T) {
		w := newWindow(50)
		fill(w, at(0))
		w.stored(20, false, at(1))
		if w.acked != 20 || w.sent != 20 {
			t.Errorf("%+v", w)
		}
		w.stored(100, false, at(2))
		if w.acked != 100 || w.sent != 100 || !w.due.IsZero() {
			t.Errorf("%+v", w)
		}
	})
}

// TestWindowOverBadLine runs the sender against a receiver over lines that lose
// whole stretches in both directions, as brokers and restarts do, and asks that
// everything arrives, in order, and then falls silent.
func TestWindowOverBadLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := uint64(rapid.IntRange(1, 300).Draw(t, "facts"))
		good := rapid.IntRange(1, 20).Draw(t, "good of 20")
		w := newWindow(0)
		now := time.Unix(1000, 0)
		var stored uint64
		var line []uint64 // to the city
		var back []uint64 // cursors
		var said time.Time
		saidSeq := uint64(1 << 60)
		sent := 0
		for step := 0; ; step++ {
			if step > 20000 {
				t.Fatalf("stored %d of %d, window %+v", stored, total, w)
			}
			bad := step < 400 // then the line is well
			pass := func(what string) bool { return !bad || rapid.IntRange(1, 20).Draw(t, what) <= good }
			for w.room() > 0 && w.sent < total {
				seq := w.sent + 1
				w.sending(seq, now)
				sent++
				if pass("fact") {
					line = append(line, seq)
				}
			}
			now = now.Add(50 * time.Millisecond)
			moved, misfit := false, false
			for _, seq := range line {
				if seq == stored+1 {
					stored, moved = seq, true
				} else {
					misfit = true
				}
			}
			line = nil
			if moved || misfit && (saidSeq != stored || now.Sub(said) >= time.Second) {
				said, saidSeq = now, stored
				if pass("cursor") {
					back = append(back, stored)
				}
			}
			now = now.Add(50 * time.Millisecond)
			for _, c := range back {
				w.stored(c, false, now)
			}
			back = nil
			w.tick(now)
			if w.acked == total && !bad {
				break
			}
		}
		if stored != total || w.sent != total {
			t.Fatalf("stored %d of %d, window %+v", stored, total, w)
		}
		// A line that was well from the start carries each fact once.
		if good == 20 && sent != int(total) {
			t.Fatalf("%d sent for %d facts on a good line", sent, total)
		}
	})
}
