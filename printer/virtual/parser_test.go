package virtual

import (
	"slices"
	"strings"
	"testing"

	"rsc.io/qr"
)

func TestText(t *testing.T) {
	for _, c := range []struct {
		name, rom, sent, want string
		unknown               []string
	}{
		{name: "hangul", sent: hello + ko("대기인수 12명\n"), want: "대기인수 12명"},
		{name: "extension in a KS X 1001 ROM", sent: hello + ko("뷁 똠 펲시\n"), want: "□ □ □시"},
		{name: "extension in a CP949 ROM", rom: CP949, sent: hello + ko("뷁 똠 펲시\n"), want: "뷁 똠 펲시"},
		{name: "hangul mode not asked for", sent: "\x1b@" + ko("가") + "\n", want: "░í"},
		{name: "hangul mode left", sent: hello + ko("가") + "\x1c." + ko("가") + "\n", want: "가░í"},
		{name: "won sign", sent: hello + "\\5000\n\x1bR\x00\\\n", want: "₩5000\n\\"},
		{name: "code pages", sent: "\x1b@\x1bt\x01\x9c\x95\x9d\x1bt\x11\x80\x1bt\x63\x80\n", want: "╭─╮А□"},
		{name: "a character cut in half by LF", sent: hello + "\xb0\nA\n", want: "□\nA", unknown: []string{"half character B0"}},
		{name: "a character cut in half by a command", sent: hello + "\xb0\x1bE\x01A\n", want: "□A", unknown: []string{"half character B0"}},
		{name: "tab stops", sent: "\x1b@a\tb\n\x1bD\x03\x05\x00a\tb\tc\td\n", want: "a       b\na  b cd"},
		{name: "empty lines, CR and NUL", sent: "\x1b@a\r\n\n\x00b\n", want: "a\n\nb"},
		{name: "feeds are not lines", sent: "\x1b@a\x1bd\x03b\x1bJ\x40\n", want: "a\nb\n"},
		{name: "absolute and relative place", sent: "\x1b@\x1b$\x18\x00a\x1b\\\x0c\x00b\n", want: "  a b"},
		{name: "gaps between characters", sent: hello + "\x1b \x0cab\x1b \x00c\n\x1cS\x0c\x0c" + ko("가나") + "\n", want: "a b c\n 가  나"},
		{name: "unknown commands", sent: "\x1b@\x1b\x06\x01a\x1f\x1dqb\n", want: "ab", unknown: []string{"1B06", "01", "1F", "1D71"}},
		{name: "skipped by their length", sent: "\x1b@\x1d(A\x02\x00\x00\x02\x1dkI\x05{B123\x1dk\x04X1\x00\x1c2\xb0\xa1" + strings.Repeat("Z", 72) + "a\n",
			want: "a", unknown: []string{"1D2841", "1D6B4905", "1D6B04", "1C32B0A1"}},
		{name: "real-time commands print nothing", sent: "\x1b@\x10\x04\x01a\x10\x05\x00\x10\x14\x01\x00\x01b\n", want: "ab"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := full
			cfg.ROM = c.rom
			bench(t, cfg, func(h *host) {
				h.send(c.sent)
				roll := h.Roll()
				if got := roll.Text(); got != c.want {
					t.Errorf("printed %q, want %q", got, c.want)
				}
				if !slices.Equal(roll.Unknown, c.unknown) {
					t.Errorf("unknown %q, want %q", roll.Unknown, c.unknown)
				}
				if h.State().MidJob {
					t.Error("still inside a command")
				}
			})
		})
	}
}

// TestByteByByte sends everything in pieces of one byte: the answer must be the same
// as in one go.
func TestByteByByte(t *testing.T) {
	sent := hello + "\x1ba\x01\x1d!\x33117\n\x1d!\x00" + ko("가나다\n") + qrNative("HELLO") + raster(16, 30) + knife + "\x1d(H\x06\x0000abcd"
	var texts [2]string
	for i := range texts {
		bench(t, full, func(h *host) {
			if i == 0 {
				h.send(sent)
			} else {
				for j := range len(sent) {
					h.send(sent[j : j+1])
				}
			}
			h.answers("7\"abcd\x00")
			pc := h.last()
			texts[i] = pc.Text() + strings.Join(pc.QRs, ",")
			if pc.Rasters != 1 || len(pc.Unknown) > 0 {
				t.Errorf("rasters %d, unknown %q", pc.Rasters, pc.Unknown)
			}
		})
	}
	if texts[0] != texts[1] || texts[0] != "117\n가나다HELLO" {
		t.Errorf("%q", texts)
	}
}

func TestStyle(t *testing.T) {
	for _, c := range []struct {
		sent string
		want Line
	}{
		{"a\n", Line{Text: "a", Width: 1, Height: 1}},
		{"\x1d!\x31a\x1d!\x00b\n", Line{Text: "ab", Width: 4, Height: 2}},
		{"\x1b!\x38a\n", Line{Text: "a", Width: 2, Height: 2, Bold: true}},
		{"\x1bE\x01a\x1bE\x00\n", Line{Text: "a", Width: 1, Height: 1, Bold: true}},
		{"\x1b-1a\n", Line{Text: "a", Width: 1, Height: 1, Underline: true}},
		{"\x1dB\x01a\n", Line{Text: "a", Width: 1, Height: 1, Inverse: true}},
		{"\x1ba\x01a\n", Line{Text: "a", Width: 1, Height: 1, Align: Center}},
		{"\x1ba2a\n", Line{Text: "a", Width: 1, Height: 1, Align: Right}},
		{"\x1c&\x1c!\x0c" + ko("가") + "\n", Line{Text: "가", Width: 2, Height: 2}},
		{"\x1c&\x1cW\x01" + ko("가") + "\x1cW\x00" + ko("가") + "\n", Line{Text: "가가", Width: 2, Height: 2}},
		{"\x1d!\x77\x1bE\x01\x1b@a\n", Line{Text: "a", Width: 1, Height: 1}},
	} {
		bench(t, full, func(h *host) {
			h.send("\x1b@" + c.sent)
			if got := h.Roll().Lines; len(got) != 1 || got[0] != c.want {
				t.Errorf("% X: got %+v, want %+v", c.sent, got, c.want)
			}
		})
	}
}

func TestFullLineWraps(t *testing.T) {
	cfg := full
	cfg.Width = 384
	bench(t, cfg, func(h *host) {
		h.send("\x1b@" + strings.Repeat("a", 32) + "\n" + strings.Repeat("b", 33) + "\n")
		lines := h.Roll().Lines
		if len(lines) != 3 || lines[0].Wrapped || !lines[1].Wrapped || lines[2].Text != "b" {
			t.Errorf("%+v", lines)
		}
		h.send("\x1dL\x18\x00\x1dW\x30\x00abcde\n")
		if got := h.Roll().Lines[3:]; got[0].Text != "abcd" || got[1].Text != "e" {
			t.Errorf("in an area of 48 dots: %+v", got)
		}
	})
}

// TestOutOfPlace holds commands that work at the start of a line only.
func TestOutOfPlace(t *testing.T) {
	bench(t, full, func(h *host) {
		h.send("\x1b@a\x1ba\x01b\x1dL\x10\x00c\n")
		roll := h.Roll()
		if roll.Lines[0].Align != Left || !slices.Equal(roll.Unknown, []string{"1B6101 in mid-line", "1D4C1000 in mid-line"}) {
			t.Errorf("%+v, unknown %q", roll.Lines, roll.Unknown)
		}
	})
}

// raster is a GS v 0 image of w by h dots, black.
func raster(w, h int) string {
	row := strings.Repeat("\xff", w/8)
	return "\x1dv0\x00" + string([]byte{byte(w / 8), byte(w / 8 >> 8), byte(h), byte(h >> 8)}) + strings.Repeat(row, h)
}

// qrNative is text by GS ( k.
func qrNative(text string) string {
	n := len(text) + 3
	return "\x1d(k\x03\x001C\x06\x1d(k\x03\x001E1\x1d(k" + string([]byte{byte(n), byte(n >> 8)}) + "1P0" + text + "\x1d(k\x03\x001Q0"
}

// qrRaster is text as dots, in GS v 0 images of so many rows each.
func qrRaster(t *testing.T, text string, level qr.Level, scale, split int) string {
	t.Helper()
	code, err := qr.Encode(text, level)
	if err != nil {
		t.Fatal(err)
	}
	b := newBitmap((code.Size+8)*scale, code.Size*scale)
	for y := range b.h {
		for x := range b.w {
			if code.Black(x/scale-4, y/scale) {
				b.set(x, y)
			}
		}
	}
	var s strings.Builder
	for y := 0; y < b.h; y += split {
		n := min(split, b.h-y)
		s.WriteString("\x1dv0\x00" + string([]byte{byte(b.stride), 0, byte(n), byte(n >> 8)}))
		s.Write(b.bits[y*b.stride : (y+n)*b.stride])
	}
	return s.String()
}

func TestQRNative(t *testing.T) {
	const url = "https://queue.example.go.kr/t/117?k=abcdef"
	bench(t, full, func(h *host) {
		h.send(hello + qrNative(url) + knife)
		if got := h.last().QRs; !slices.Equal(got, []string{url}) {
			t.Errorf("read %q", got)
		}
	})
	cfg := full
	cfg.NativeQR = false
	bench(t, cfg, func(h *host) {
		h.send(hello + qrNative("X") + "a\n" + knife)
		pc := h.last()
		if len(pc.QRs) != 0 || pc.Text() != "a" || len(pc.Unknown) != 4 {
			t.Errorf("a printer without GS ( k: QRs %q text %q unknown %q", pc.QRs, pc.Text(), pc.Unknown)
		}
	})
	bench(t, full, func(h *host) {
		h.send(hello + "\x1dW\x64\x00" + qrNative(url) + knife)
		if pc := h.last(); len(pc.QRs) != 0 || len(pc.Unknown) != 1 {
			t.Errorf("a code wider than the print area: %q, unknown %q", pc.QRs, pc.Unknown)
		}
	})
}

func TestQRReadOffDots(t *testing.T) {
	for _, c := range []struct {
		text  string
		level qr.Level
		scale int
	}{
		{"https://queue.example.go.kr/t/117?k=abcdef", qr.M, 4},
		{"01234567890123456789", qr.L, 3},
		{"SUNBEON 117/A:42", qr.H, 6},
		{strings.Repeat("긴 글 long text ", 12), qr.Q, 3},
		{strings.Repeat("0123456789", 30), qr.L, 5},
	} {
		for _, split := range []int{1, 8, 24, 4096} {
			bench(t, full, func(h *host) {
				h.send(hello + qrRaster(t, c.text, c.level, c.scale, split) + knife)
				pc := h.last()
				if !slices.Equal(pc.QRs, []string{c.text}) || pc.Rasters != 1 {
					t.Errorf("split %d: read %q in %d images, want %q", split, pc.QRs, pc.Rasters, c.text)
				}
			})
		}
	}
}

// TestImagesApart: images with paper between them, or side by side with text, are not
// one.
func TestImagesApart(t *testing.T) {
	bench(t, full, func(h *host) {
		h.send(hello + raster(16, 30) + raster(16, 3) + "\x1bJ\x01" + raster(16, 3) + "\x1ba\x01" + raster(16, 3) + "a\n" + raster(16, 3) + knife)
		if got := h.last().Rasters; got != 4 {
			t.Errorf("%d images", got)
		}
	})
}

// TestQRDamaged flips one dot after the other in the middle of modules: no damage
// goes unnoticed.
func TestQRDamaged(t *testing.T) {
	code, err := qr.Encode("117", qr.M)
	if err != nil {
		t.Fatal(err)
	}
	b := newBitmap(code.Size, code.Size)
	for y := range b.h {
		for x := range b.w {
			if code.Black(x, y) {
				b.set(x, y)
			}
		}
	}
	if got := readQRs(b); !slices.Equal(got, []string{"117"}) {
		t.Fatalf("undamaged: %q", got)
	}
	for i := range b.w * b.h {
		x, y := i%b.w, i/b.w
		b.bits[y*b.stride+x/8] ^= 0x80 >> (x % 8)
		if got := readQRs(b); len(got) != 0 {
			t.Fatalf("module %d,%d flipped: still %q", x, y, got)
		}
		b.bits[y*b.stride+x/8] ^= 0x80 >> (x % 8)
	}
}
