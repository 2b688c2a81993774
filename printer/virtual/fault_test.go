package virtual

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
)

func ticket(n int) string {
	return hello + "\x1ba\x01" + ko("민원실\n") + "\x1d!\x33" + fmt.Sprint(n) + "\n\x1d!\x00" + raster(64, 40) + knife
}

// TestPowerCut cuts the power at every byte of a ticket. What was on paper stays,
// nothing else does, and the next ticket is whole.
func TestPowerCut(t *testing.T) {
	job := ticket(117)
	for n := 1; n <= len(job); n++ {
		bench(t, full, func(h *host) {
			h.CutPowerAfter(n)
			h.send(job)
			if err := <-h.done; !errors.Is(err, ErrPowerOff) {
				t.Fatalf("byte %d: Serve said %v", n, err)
			}
			st := h.State()
			if st.Power || st.Online || st.Buffered != 0 || st.MidJob || st.Linked {
				t.Fatalf("byte %d: %+v", n, st)
			}
			if len(h.Pieces()) != 0 {
				t.Fatalf("byte %d: the cut came before the last byte of its command", n)
			}
			before := h.Roll().Text()
			h.got()
			if err := h.Serve(t.Context(), &nopCloser{}); !errors.Is(err, ErrPowerOff) {
				t.Fatalf("byte %d: Serve without power said %v", n, err)
			}
			h.PowerOn()
			h.plug()
			h.send(ticket(118) + "\x1dr\x01")
			h.answers("\x00")
			want := strings.TrimPrefix(before+"\n민원실\n118", "\n")
			if got := h.last().Text(); got != want {
				t.Fatalf("byte %d: printed %q, want %q", n, got, want)
			}
		})
	}
}

type nopCloser struct{ bytes.Buffer }

func (*nopCloser) Close() error { return nil }

// TestPowerCutInBuffer: what waited for paper is lost with the power.
func TestPowerCutInBuffer(t *testing.T) {
	bench(t, full, func(h *host) {
		h.PaperOut()
		h.send(ticket(117))
		if h.State().Buffered != len(ticket(117)) {
			t.Errorf("%+v", h.State())
		}
		h.CutPowerAfter(0)
		<-h.done
		h.LoadPaper()
		h.PowerOn()
		h.plug()
		h.send(ticket(118))
		if all := h.Pieces(); len(all) != 1 || all[0].Text() != "민원실\n118" {
			t.Errorf("%+v", all)
		}
	})
}

func TestPaperOutAfter(t *testing.T) {
	bench(t, full, func(h *host) {
		h.send("\x1b@\x1da\xff")
		h.got()
		h.PaperOutAfter(5) // two lines of 3.75 mm
		h.send("a\nb\nc\n" + knife + "\x1dr\x01")
		h.answers("\x18\x00\x0f\x0f")
		if got := h.Roll().Text(); got != "a\nb" {
			t.Errorf("on the roll %q", got)
		}
		h.LoadPaper()
		h.answers("\x10\x00\x00\x0f\x00")
		if got := h.last().Text(); got != "a\nb\nc" {
			t.Errorf("printed %q", got)
		}
	})
}

func TestSilence(t *testing.T) {
	bench(t, full, func(h *host) {
		h.Silence(true)
		h.send("\x1da\xff" + ask + "117\n" + knife + "\x1dr\x01")
		h.PaperOut()
		h.LoadPaper()
		h.answers("")
		h.Silence(false)
		h.send(ask + "118\n" + knife)
		h.answers("\x12\x12\x12\x12")
		if all := h.Pieces(); len(all) != 1 || all[0].Text() != "118" {
			t.Errorf("%+v", all)
		}
	})
}

func TestSwallow(t *testing.T) {
	bench(t, full, func(h *host) {
		h.Swallow(true)
		h.PaperOut() // not even this shows
		h.send(ask + "117\n" + knife + "\x1dr\x01\x1d(H\x06\x0000abcd")
		h.answers("\x12\x12\x12\x12")
		h.LoadPaper()
		h.Swallow(false)
		h.send("118\n" + knife + "\x1dr\x01")
		h.answers("\x00")
		if all := h.Pieces(); len(all) != 1 || all[0].Text() != "118" {
			t.Errorf("%+v", all)
		}
	})
}

// TestSwallowHoldsWhatWaits: data received before is not printed while the main loop
// hangs, and is afterwards.
func TestSwallowHoldsWhatWaits(t *testing.T) {
	bench(t, full, func(h *host) {
		h.PaperOut()
		h.send("117\n" + knife)
		h.Swallow(true)
		h.LoadPaper()
		if len(h.Pieces()) != 0 {
			t.Error("printed")
		}
		h.Swallow(false)
		if got := h.last().Text(); got != "117" {
			t.Errorf("printed %q", got)
		}
	})
}

// TestPowerCutForgets holds the stores that go with the power, each set up before it
// and asked for after.
func TestPowerCutForgets(t *testing.T) {
	stored := qrNative("OLD")
	for _, c := range []struct{ name, before, after string }{
		{"symbol", stored[:len(stored)-8], stored[len(stored)-8:]},
		{"graphics", "\x1d(L\x0b\x000p0\x01\x011\x08\x00\x01\x00\xff", "\x1d(L\x02\x0002"},
		{"rows of an image", raster(8, 10)[:15], ""},
		{"modes", "\x1d!\x11\x1bE\x01", ""},
		{"print buffer", "old", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			bench(t, full, func(h *host) {
				h.send(c.before)
				h.CutPowerAfter(0)
				<-h.done
				h.PowerOn()
				h.plug()
				h.send(c.after + raster(8, 1) + "a\n" + knife)
				pc := h.last()
				if len(pc.QRs) != 0 || pc.Rasters != 1 || len(pc.Lines) != 1 || pc.Lines[0] != (Line{Text: "a", Width: 1, Height: 1}) ||
					pc.Millimetres != 12+(1+30)/8. {
					t.Errorf("%+v", pc)
				}
			})
		})
	}
	cfg := full
	cfg.Buffer, cfg.Flow = 100, FlowXON
	bench(t, cfg, func(h *host) {
		h.PaperOut()
		h.send(strings.Repeat("a", 80))
		h.answers("\x13")
		h.CutPowerAfter(0)
		<-h.done
		h.PowerOn()
		h.plug()
		h.send(strings.Repeat("a", 80))
		h.answers("\x13")
	})
}

// TestPowerCutInRealtime: half a real-time command is forgotten with the power.
func TestPowerCutInRealtime(t *testing.T) {
	bench(t, full, func(h *host) {
		h.CutPowerAfter(3)
		h.send("a\x10\x04")
		<-h.done
		h.PowerOn()
		h.CutPowerAfter(4)
		h.plug()
		h.send("\x01\x10\x04")
		h.answers("")
		h.send("\x01")
		<-h.done
		h.PowerOn()
		h.plug()
		h.send("\x01")
		h.answers("")
	})
}

func TestGarbage(t *testing.T) {
	var first string
	for range 2 {
		bench(t, full, func(h *host) {
			h.Garbage(true)
			noise := h.got()
			if noise == "" {
				t.Error("no noise")
			}
			h.send("\x1d(H\x06\x0000abcd")
			got := h.got()
			if !strings.Contains(got, "7\"abcd\x00") || len(got) == 7 {
				t.Errorf("% X", got)
			}
			if first == "" {
				first = noise + got
			}
			if noise+got != first {
				t.Error("the noise differs from run to run")
			}
			h.Garbage(false)
			h.send("\x1dr\x01")
			h.answers("\x00")
		})
	}
}

func TestOverflowIsSilent(t *testing.T) {
	cfg := full
	cfg.Buffer = 45
	bench(t, cfg, func(h *host) {
		h.PaperOut()
		h.send(strings.Repeat("0123456789", 5) + "\n\x10\x04\x01")
		h.answers("\x1a") // real-time commands need no room
		if st := h.State(); st.Buffered != 45 || st.Dropped != 9 {
			t.Errorf("%+v", st)
		}
		h.LoadPaper()
		h.send("X\n")
		if got := h.Roll().Text(); got != strings.Repeat("0123456789", 5)[:45]+"X" {
			t.Errorf("%q", got)
		}
	})
}

func TestHeldLinkLosesNothing(t *testing.T) {
	cfg := full
	cfg.Buffer, cfg.Flow = 45, FlowHold
	for name, relief := range map[string]func(h *host){
		"paper":   func(h *host) { h.LoadPaper() },
		"silence": func(h *host) { h.Silence(true) },
		"power":   func(h *host) { h.CutPowerAfter(0) },
	} {
		t.Run(name, func(t *testing.T) {
			bench(t, cfg, func(h *host) {
				h.PaperOut()
				wrote := make(chan struct{})
				go func() {
					defer close(wrote)
					_, _ = h.c.Write([]byte(strings.Repeat("0123456789\n", 200)))
				}()
				synctest.Wait()
				if st := h.State(); st.Buffered != 45 || st.Dropped != 0 {
					t.Errorf("%+v", st)
				}
				relief(h)
				<-wrote
				synctest.Wait()
				if got := len(h.Roll().Lines); name == "paper" && got != 200 {
					t.Errorf("%d lines", got)
				}
			})
		})
	}
}

func TestXON(t *testing.T) {
	cfg := full
	cfg.Buffer, cfg.Flow = 100, FlowXON
	bench(t, cfg, func(h *host) {
		h.PaperOut()
		h.send(strings.Repeat("a", 74))
		h.answers("")
		h.send("a")
		h.answers("\x13")
		h.send(strings.Repeat("a", 30))
		h.answers("")
		if got := h.State().Dropped; got != 5 {
			t.Errorf("dropped %d", got)
		}
		h.LoadPaper()
		h.answers("\x11")
	})
}
