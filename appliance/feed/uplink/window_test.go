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
		if w.sent != 11 {
			t.Errorf("going back sends up to %d, want one fact alone", w.sent)
		}
		w.stored(11, false, now)
		fill(w, now)
		if w.sent != 13 {
			t.Errorf("one stored lets two out, not those up to %d", w.sent)
		}
		if !w.due.Equal(now.Add(resendFirst)) {
			t.Error("progress does not shorten the wait")
		}
	})
	t.Run("going back too early makes it more patient", func(t *testing.T) {
		w := newWindow(0)
		fill(w, at(0))
		w.tick(at(2))
		fill(w, at(2))
		w.stored(40, false, at(3))
		fill(w, at(3))
		if w.tick(at(6.9)) || !w.tick(at(7)) {
			t.Error("it did not wait for twice the time")
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

// TestWindowOverSlowLine: a line that takes long for each fact, and is late in both
// directions, carries each fact three times at most, and not without end.
func TestWindowOverSlowLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := uint64(rapid.IntRange(1, 400).Draw(t, "facts"))
		each := time.Duration(rapid.IntRange(5, 500).Draw(t, "ms a fact")) * time.Millisecond
		late := time.Duration(rapid.IntRange(0, 1500).Draw(t, "ms late")) * time.Millisecond
		w := newWindow(0)
		type item struct {
			seq uint64
			at  time.Time
		}
		var to, back []item
		var stored, saidSeq uint64
		var said time.Time
		begin := time.Unix(1000, 0)
		free := begin // when the line can take the next fact
		sent := 0
		say := func(now time.Time) {
			said, saidSeq = now, stored
			back = append(back, item{stored, now.Add(late)})
		}
		end := begin
		for now := begin; w.acked < total; now = now.Add(5 * time.Millisecond) {
			end = now
			if now.Sub(begin) > time.Hour {
				t.Fatalf("an hour for %d facts: %+v", total, w)
			}
			for w.room() > 0 && w.sent < total {
				w.sending(w.sent+1, now)
				sent++
				if free.Before(now) {
					free = now
				}
				free = free.Add(each)
				to = append(to, item{w.sent, free.Add(late)})
			}
			for len(to) > 0 && !to[0].at.After(now) {
				if to[0].seq == stored+1 {
					stored++
					say(now)
				} else if saidSeq != stored || now.Sub(said) >= time.Second {
					say(now)
				}
				to = to[1:]
			}
			for len(back) > 0 && !back[0].at.After(now) {
				w.stored(back[0].seq, false, now)
				back = back[1:]
			}
			w.tick(now)
		}
		took, least := end.Sub(begin), time.Duration(total)*each+2*late
		if most := 3*int(total) + 2*windowSize; sent > most || took > 4*least+time.Minute {
			t.Fatalf("%d sent in %v for %d facts of %v each, %v late, which take %v", sent, took, total, each, late, least)
		}
	})
}
