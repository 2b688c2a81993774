package virtual

import (
	"strings"
	"testing"
	"time"
)

// TestPace holds the time a job takes on a slow line and a slow mechanism.
func TestPace(t *testing.T) {
	cfg := full
	cfg.Baud, cfg.Speed = 9600, 200
	bench(t, cfg, func(h *host) {
		job := "\x1b@" + strings.Repeat("a", 20) + "\n" + knife + "\x1d(H\x06\x0000abcd"
		start := time.Now()
		var line, paper time.Duration
		done := make(chan struct{})
		go func() {
			defer close(done)
			for h.State().Pieces == 0 {
				ch := h.Changed()
				if h.State().Pieces > 0 {
					break
				}
				if line == 0 && h.Roll().Text() != "" {
					line = time.Since(start)
				}
				<-ch
			}
			paper = time.Since(start)
		}()
		h.send(job)
		<-done
		for h.got() == "" {
			h.after(time.Millisecond)
		}
		fence := time.Since(start)

		bytes := func(n int) time.Duration { return time.Duration(n) * 10 * time.Second / 9600 }
		feed := func(dots int) time.Duration { return time.Duration(dots) * time.Second / (8 * 200) }
		wantLine := bytes(23) + feed(30)
		wantPaper := max(wantLine, bytes(27)) + feed(96) + 300*time.Millisecond
		near := func(name string, got, want time.Duration) {
			t.Helper()
			if got < want-time.Millisecond || got > want+2*time.Millisecond {
				t.Errorf("%s after %v, want %v", name, got, want)
			}
		}
		near("line", line, wantLine)
		near("paper", paper, wantPaper)
		near("fence", fence, wantPaper+bytes(7))
	})
}

// TestPaperEndsInMotion: the line that is moving is finished, the next is not begun.
func TestPaperEndsInMotion(t *testing.T) {
	cfg := full
	cfg.Speed = 10 // a line takes 375 ms
	bench(t, cfg, func(h *host) {
		h.send("a\nb\n\x1dr\x01")
		h.after(200 * time.Millisecond)
		if !h.State().Printing || h.Roll().Text() != "" {
			t.Errorf("%+v", h.State())
		}
		h.PaperOut()
		h.after(time.Hour)
		if got := h.Roll().Text(); got != "a" {
			t.Errorf("%q", got)
		}
		h.answers("")
		h.LoadPaper()
		h.after(400 * time.Millisecond)
		h.answers("\x00")
	})
}

// TestPowerCutInMotion: the line that was moving is lost, and its motion does not
// haunt the next life.
func TestPowerCutInMotion(t *testing.T) {
	cfg := full
	cfg.Speed = 10
	bench(t, cfg, func(h *host) {
		h.send("a\n")
		h.after(200 * time.Millisecond)
		h.CutPowerAfter(0)
		<-h.done
		h.PowerOn()
		h.plug()
		h.send("b\n")
		h.after(200 * time.Millisecond)
		if got := h.Roll().Text(); got != "" {
			t.Errorf("printed %q by the timer of the earlier life", got)
		}
		h.after(time.Hour)
		if got := h.Roll().Text(); got != "b" {
			t.Errorf("%q", got)
		}
	})
}

// TestPrintsAfterHangUp: data in the buffer needs no host.
func TestPrintsAfterHangUp(t *testing.T) {
	cfg := full
	cfg.Speed = 10
	bench(t, cfg, func(h *host) {
		h.send("a\nb\n" + knife)
		_ = h.unplug()
		h.after(time.Hour)
		if got := h.last().Text(); got != "a\nb" {
			t.Errorf("%q", got)
		}
		h.plug()
	})
}

func TestFirstByte(t *testing.T) {
	cfg := full
	marks := 0
	var p *Printer
	cfg.FirstByte = func() {
		if p.parser.busy() || len(p.line.cells) != 2*marks {
			t.Error("the byte was looked at before the mark")
		}
		marks++
	}
	bench(t, cfg, func(h *host) {
		p = h.Printer
		look := func(want int) {
			t.Helper()
			if marks != want {
				t.Errorf("%d marks, want %d", marks, want)
			}
		}
		h.send(ask)
		look(0)
		h.send("\x1bE\x00a")
		look(1)
		h.after(99 * time.Millisecond)
		h.send("b")
		look(1)
		h.after(100 * time.Millisecond)
		h.send(ask)
		look(1)
		h.send("c\n")
		look(2)
	})
}
