package virtual

import (
	"strings"
	"testing"
)

// TestBlade: the blade is 12 mm behind the head.
func TestBlade(t *testing.T) {
	bench(t, full, func(h *host) {
		if got := h.Roll().Millimetres; got != 12 {
			t.Errorf("a fresh roll hangs out %v mm", got)
		}
		h.send("\x1b@a\nb\n" + knife)
		pc := h.last()
		if pc.Text() != "a\nb" || !pc.Cut || pc.Seq != 1 || pc.Millimetres != 12+2*3.75 {
			t.Errorf("feed and cut: %q, %v mm, %+v", pc.Text(), pc.Millimetres, pc)
		}
		if r := h.Roll(); r.Millimetres != 12 || r.Text() != "" || r.Cut {
			t.Errorf("left on the roll: %+v", r)
		}
		h.send("a\nb\nc\nd\ne\n\x1dV\x00") // 18.75 mm printed, 12 mm of it not past the blade
		if got := h.last().Text(); got != "a\nb" {
			t.Errorf("cut without feeding: the piece has %q", got)
		}
		if got := h.Roll().Text(); got != "c\nd\ne" {
			t.Errorf("cut without feeding: the roll has %q", got)
		}
	})
}

// TestBladeBetweenLines: a line that begins right at the blade stays on the roll.
func TestBladeBetweenLines(t *testing.T) {
	bench(t, full, func(h *host) {
		h.send("\x1b@a\n\x1b3\x60b\n\x1dV\x00") // b takes the 96 dots between blade and head
		if got := h.last().Text(); got != "a" {
			t.Errorf("the piece has %q", got)
		}
		if got := h.Roll().Text(); got != "b" {
			t.Errorf("the roll has %q", got)
		}
	})
}

func TestCutForms(t *testing.T) {
	for _, c := range []struct {
		cut string
		mm  float64
	}{
		{"\x1dV\x00", 42}, {"\x1dV\x01", 42}, {"\x1dV0", 42}, {"\x1dV1", 42}, {"\x1bi", 42}, {"\x1bm", 42},
		{"\x1dVA\x00", 54}, {"\x1dVB\x00", 54}, {"\x1dVB\x50", 64}, {"\x1dVg\x08", 55}, {"\x1dVh\x08", 55},
	} {
		bench(t, full, func(h *host) {
			h.send("\x1b@a\n" + "\x1bd\x0a" + "\x1bJ\x06" + c.cut + "\x1dr\x01")
			h.answers("\x00")
			if got := h.last().Millimetres; got != c.mm {
				t.Errorf("% X: %v mm, want %v", c.cut, got, c.mm)
			}
		})
	}
}

func TestSpacing(t *testing.T) {
	for _, c := range []struct {
		sent string
		dots int
	}{
		{"a\n", 30}, {"\n", 30}, {"\x1b3\x40a\n", 64}, {"\x1b3\x00a\n", 24}, {"\x1b3\x00\n", 0},
		{"\x1b3\x00\x1b2a\n", 30}, {"\x1d!\x33a\n", 96}, {"a\x1bJ\x05", 24}, {"a\x1bd\x02", 60},
		{"\x1bM\x01a\n", 30}, {"\x1bM\x01\x1b3\x00a\n", 17}, {"\x1b*\x21\x01\x00\xff\xff\xff\x1b3\x00\n", 24},
		{raster(8, 100), 100}, {strings.Replace(raster(8, 100), "v0\x00", "v0\x02", 1), 200},
	} {
		bench(t, full, func(h *host) {
			h.send("\x1b@" + c.sent)
			if got := h.Roll().Millimetres*8 - headToBlade; got != float64(c.dots) {
				t.Errorf("% .20X: %v dots, want %d", c.sent, got, c.dots)
			}
		})
	}
}

// TestPaperIsBounded prints without end and never cuts.
func TestPaperIsBounded(t *testing.T) {
	bench(t, full, func(h *host) {
		h.send("\x1b3\x00" + strings.Repeat("\n", 3*maxItems))
		if got := len(h.Roll().Lines); got > maxItems {
			t.Errorf("%d empty lines remembered", got)
		}
		h.send("\x1b3\xff" + strings.Repeat("\n", 3*maxItems))
		if got := h.Roll().Millimetres; got > maxRoll/dotsPerMM {
			t.Errorf("%v mm hang out", got)
		}
	})
	bench(t, full, func(h *host) {
		h.send(strings.Repeat("a\x1b$\x00\x00", 100000))
		h.Printer.mu.Lock()
		if got := len(h.line.cells); got > maxCells {
			t.Errorf("%d characters on a line", got)
		}
		h.Printer.mu.Unlock()
		h.send("\x1b@\x1dv0\x00\xff\xff\xff\xff" + strings.Repeat("\xff", 60000))
		h.Printer.mu.Lock()
		if got := len(h.parser.rows.row); got > 72 {
			t.Errorf("%d bytes of a row that is 72 wide", got)
		}
		h.Printer.mu.Unlock()
	})
	cfg := full
	cfg.Keep = 3
	bench(t, cfg, func(h *host) {
		h.send(strings.Repeat("a\n"+knife, 5))
		if all := h.Pieces(); len(all) != 3 || all[2].Seq != 5 || h.State().Pieces != 5 {
			t.Errorf("%d pieces, %+v", len(all), h.State())
		}
	})
}
