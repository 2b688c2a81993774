package virtual

import (
	"bytes"
	"slices"
	"testing"
)

const ask = "\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04"

var faults = []struct {
	name      string
	make      func(*Printer)
	mend      func(*Printer)
	stops     bool
	four, asb string
	paper     string // GS r 1 where it can still be asked
}{
	{"healthy", func(*Printer) {}, func(*Printer) {}, false, "\x12\x12\x12\x12", "\x10\x00\x00\x0f", "\x00"},
	{"paper low", func(p *Printer) { p.PaperLow(true) }, func(p *Printer) { p.PaperLow(false) }, false, "\x12\x12\x12\x1e", "\x10\x00\x03\x0f", "\x03"},
	{"paper out", (*Printer).PaperOut, (*Printer).LoadPaper, true, "\x1a\x32\x12\x7e", "\x18\x00\x0f\x0f", ""},
	{"cover open", (*Printer).OpenCover, (*Printer).CloseCover, true, "\x1a\x16\x12\x12", "\x38\x00\x00\x0f", ""},
	{"overheated", func(p *Printer) { p.Overheat(true) }, func(p *Printer) { p.Overheat(false) }, true, "\x1a\x52\x52\x12", "\x18\x40\x00\x0f", ""},
	{"feed button held", func(p *Printer) { p.HoldFeed(true) }, func(p *Printer) { p.HoldFeed(false) }, true, "\x1a\x1a\x12\x12", "\x58\x00\x00\x0f", ""},
	{"cutter jammed", func(p *Printer) {
		p.JamCutter()
		p.mu.Lock()
		p.cutterError = true // as after a cut
		p.mu.Unlock()
		p.JamCutter()
	}, (*Printer).ClearCutter, true, "\x1a\x52\x1a\x12", "\x18\x08\x00\x0f", ""},
}

func TestStatus(t *testing.T) {
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			bench(t, full, func(h *host) {
				f.make(h.Printer)
				h.send(ask)
				h.answers(f.four)
				if got := h.State().Online; got == f.stops {
					t.Errorf("online %v", got)
				}
				h.send("\x1dr\x01")
				h.answers(f.paper)
				f.mend(h.Printer)
				if f.stops {
					h.answers("\x00") // the fence that waited
				}
				h.got()
				h.send(ask)
				h.answers("\x12\x12\x12\x12")
			})
		})
	}
}

func TestAutomaticStatus(t *testing.T) {
	for _, f := range faults[1:] {
		t.Run(f.name, func(t *testing.T) {
			bench(t, full, func(h *host) {
				f.make(h.Printer)
				h.answers("")
				f.mend(h.Printer)
				h.send("\x1da\xff")
				h.answers(faults[0].asb)
				f.make(h.Printer)
				h.answers(f.asb)
				f.mend(h.Printer)
				h.answers(faults[0].asb)
				h.send("\x1b@") // switches it off
				f.make(h.Printer)
				h.answers("")
				f.mend(h.Printer)
			})
		})
	}
}

func TestModelsThatDoNotAnswer(t *testing.T) {
	const all = hello + "\x1da\xff" + ask + "\x1dr\x01\x1dI\x42\x1d(H\x06\x0000abcd"
	for _, c := range []struct {
		name string
		cfg  Config
		want string
	}{
		{"full", full, "\x10\x00\x00\x0f\x12\x12\x12\x12\x00_SUNBEON\x007\"abcd\x00"},
		{"no process id", Config{Answers: true, ASB: true}, "\x10\x00\x00\x0f\x12\x12\x12\x12\x00_SUNBEON\x00"},
		{"no automatic status", Config{Answers: true}, "\x12\x12\x12\x12\x00_SUNBEON\x00"},
		{"half duplex", Config{}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			bench(t, c.cfg, func(h *host) {
				h.send(all + "a\n" + knife)
				h.answers(c.want)
				if got := h.last().Text(); got != "a" {
					t.Errorf("printed %q", got)
				}
			})
		})
	}
}

// TestRealtimeInsideData: the printer obeys a real-time command that stands inside an
// image or another command, and the data still counts its bytes.
func TestRealtimeInsideData(t *testing.T) {
	bench(t, full, func(h *host) {
		h.send(hello + "\x1dv0\x00\x02\x00\x04\x00\x00\x10\x04\x02\x00\x10\x04\x01a\n" + knife)
		h.answers("\x12\x12")
		if pc := h.last(); pc.Text() != "a" || pc.Rasters != 1 {
			t.Errorf("printed %q and %d images", pc.Text(), pc.Rasters)
		}
		h.send("\x10\x10\x04\x01") // a stray DLE before it
		h.answers("\x12")
		h.send("\x1b\x10\x04\x01b\n" + knife)
		h.answers("\x12")
		if pc := h.last(); pc.Text() != "b" || !slices.Equal(pc.Unknown, []string{"1010", "04", "01", "1B10", "04", "01"}) {
			t.Errorf("printed %q, unknown %q", pc.Text(), pc.Unknown)
		}
	})
}

// TestDeafHost: a host that asks and never reads costs a bounded amount.
func TestDeafHost(t *testing.T) {
	p := New(full)
	feed(p, bytes.Repeat([]byte("\x10\x04\x01"), 3*maxAnswers), 3)
	if got := len(p.link.out); got != maxAnswers {
		t.Errorf("%d answers wait", got)
	}
}

// TestFences: whatever is stopped answers no fence, and answers each once when it
// goes on.
func TestFences(t *testing.T) {
	for _, f := range faults {
		if !f.stops {
			continue
		}
		t.Run(f.name, func(t *testing.T) {
			bench(t, full, func(h *host) {
				f.make(h.Printer)
				h.send("\x1b@117\n" + knife + "\x1dr\x01\x1d(H\x06\x000017zz")
				h.answers("")
				if len(h.Pieces()) != 0 || h.Roll().Text() != "" {
					t.Error("it printed")
				}
				f.mend(h.Printer)
				h.answers("\x007\"17zz\x00")
				if got := h.last().Text(); got != "117" {
					t.Errorf("printed %q", got)
				}
			})
		})
	}
}

func TestCutterJam(t *testing.T) {
	bench(t, full, func(h *host) {
		h.send("\x1b@\x1da\xff")
		h.got()
		h.JamCutter()
		h.send(ask)
		h.answers("\x12\x12\x12\x12") // nobody has noticed yet
		h.send("117\n" + knife + "\x1dr\x01")
		h.answers("\x18\x08\x00\x0f")
		if h.Roll().Text() != "117" {
			t.Error("the ticket should hang out of the slot")
		}
		h.send("\x10\x05\x01") // recover: still jammed
		h.answers("\x10\x00\x00\x0f\x18\x08\x00\x0f")
		h.ClearCutter()
		h.answers("\x10\x00\x00\x0f\x00")
		if got := h.last().Text(); got != "117" {
			t.Errorf("printed %q", got)
		}

		h.JamCutter()
		h.send("118\n" + knife + "119\n")
		h.got()
		h.send("\x10\x05\x02") // recover and forget what was sent
		h.answers("\x10\x00\x00\x0f")
		h.ClearCutter()
		h.send("\x1dr\x01")
		h.answers("\x00")
		if got := h.Roll().Text(); got != "118" {
			t.Errorf("on the roll %q", got)
		}
	})
}

func TestClearBuffer(t *testing.T) {
	bench(t, full, func(h *host) {
		h.PaperOut()
		h.send("117\n" + knife + "\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08")
		h.answers("\x37\x25\x00")
		h.LoadPaper()
		h.send("118\n" + knife)
		if all := h.Pieces(); len(all) != 1 || all[0].Text() != "118" {
			t.Errorf("%+v", all)
		}
	})
}
