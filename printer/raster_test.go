package printer

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"
	"rsc.io/qr/coding"

	"sunbeon/display/typeset"
)

// obeyed finds the byte pairs that a printer obeys wherever they stand.
func obeyed(b []byte) int {
	for i := 1; i < len(b); i++ {
		if b[i-1] == 0x10 && (b[i] == 0x04 || b[i] == 0x05 || b[i] == 0x14) {
			return i - 1
		}
	}
	return -1
}

func TestGuard(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bits := rapid.SliceOfN(rapid.SampledFrom([]byte{0, 0x10, 0x04, 0x05, 0x14, 0x18, 0xff}), 12, 12).Draw(t, "bits")
		r := Raster{Width: 24, Height: 4, Bits: bytes.Clone(bits)}
		r.guard()
		if at := obeyed(r.Bits); at >= 0 {
			t.Fatalf("% x became % x", bits, r.Bits)
		}
		for i := range bits {
			if r.Bits[i]&bits[i] != bits[i] || r.Bits[i]^bits[i] != 0 && r.Bits[i]^bits[i] != 0x08 {
				t.Fatalf("% x became % x: more than a dot was added", bits, r.Bits)
			}
		}
	})
}

// TestNoTicketCommandsThePrinter is the promise for whole tickets, whatever
// the texts, on every model, by ROM and drawn.
func TestNoTicketCommandsThePrinter(t *testing.T) {
	f := faces(t)
	encoders := map[string]*Encoder{}
	for _, name := range ProfileNames() {
		for _, charset := range []string{CharsetASCII, CharsetKSX1001} {
			p := profile(t, name)
			p.Charset = charset
			e, err := NewEncoder(p, f)
			if err != nil {
				t.Fatal(err)
			}
			encoders[name+" "+charset] = e
		}
	}
	text := rapid.StringOf(rapid.RuneFrom([]rune("가뙇힣A0 /·\n\x10\x04\x05\x14\x1bé₩\\|i'")))
	rapid.Check(t, func(t *rapid.T) {
		ticket := Ticket{Office: text.Draw(t, "office"), Service: text.Draw(t, "service"), Class: text.Draw(t, "class"),
			Number: "7" + text.Draw(t, "number"), Message: text.Draw(t, "message"), Ahead: rapid.IntRange(-1, 99).Draw(t, "ahead"),
			URL: rapid.StringN(0, 50, 70).Draw(t, "url")}
		name := rapid.SampledFrom(append(ProfileNames(), ProfileNames()...)).Draw(t, "profile") + " " +
			rapid.SampledFrom([]string{CharsetASCII, CharsetKSX1001}).Draw(t, "charset")
		b, err := encoders[name].Encode(ticket)
		if err != nil {
			t.Skip(err)
		}
		if at := obeyed(b); at >= 0 {
			t.Fatalf("%s: % x at %d", name, b[max(0, at-8):at+4], at)
		}
	})
}

func TestRasterLine(t *testing.T) {
	f := faces(t)
	for _, align := range []Align{Left, Center, Right} {
		r := RasterLine(f.Regular, "뙇", 24, 384, align)
		if r.Width != 384 || r.Height != 24+lineGap {
			t.Fatalf("%d by %d dots", r.Width, r.Height)
		}
		first, last, black := 384, -1, 0
		for y := range r.Height {
			for x := range r.Width {
				if r.Black(x, y) {
					first, last = min(first, x), max(last, x)
					black++
				}
			}
		}
		if black < 60 || last-first > 24 {
			t.Errorf("align %d: %d black dots from %d to %d", align, black, first, last)
		}
		switch align {
		case Left:
			if first > 4 {
				t.Errorf("left: begins at %d", first)
			}
		case Center:
			if middle := (first + last) / 2; middle < 184 || middle > 200 {
				t.Errorf("center: the middle is at %d", middle)
			}
		case Right:
			if last < 378 {
				t.Errorf("right: ends at %d", last)
			}
		}
	}
	// Too long a text runs out of the picture and does no harm.
	RasterLine(f.Bold, strings.Repeat("뙇", 40), 48, 384, Center)
}

func TestCrop(t *testing.T) {
	r := newRaster(384, 3)
	r.set(17, 1)
	c := r.crop()
	if c.Width != 24 || c.Height != 3 || !c.Black(17, 1) || c.Black(16, 1) || c.Black(17, 0) {
		t.Errorf("cropped to %d by %d: % x", c.Width, c.Height, c.Bits)
	}
	if w := newRaster(384, 3).crop().Width; w != 8 {
		t.Errorf("white cropped to %d dots, want a byte", w)
	}
}

// TestBandsFitTheBuffer: a picture on a model with a small buffer comes in
// pieces of half of it.
func TestBandsFitTheBuffer(t *testing.T) {
	r := newRaster(384, 100)
	for y := range 100 {
		r.set(y, y)
	}
	p := profile(t, "generic58")
	p.ReceiveBuffer = 1000
	e := &Encoder{p: p}
	out := r.append(nil, e.bandRows(r.Stride()))
	var rows []byte
	for len(out) > 0 {
		if !bytes.HasPrefix(out, []byte{0x1d, 'v', '0', 0, 48, 0}) {
			t.Fatalf("% x", out[:8])
		}
		n := 48 * (int(out[6]) | int(out[7])<<8)
		if 8+n > 500 {
			t.Errorf("a command of %d bytes for a buffer of 1000", 8+n)
		}
		rows, out = append(rows, out[8:8+n]...), out[8+n:]
	}
	if !bytes.Equal(rows, r.Bits) {
		t.Error("the bands do not add up to the picture")
	}
}

func TestQRFitsThePaper(t *testing.T) {
	for _, dots := range []int{288, 384, 512, 576} {
		for n := 1; n <= MaxURL; n++ {
			v, err := qrVersion(strings.Repeat("u", n))
			if err != nil {
				t.Fatal(err)
			}
			m := qrModule(v, dots)
			if modules := 17 + 4*int(v); m < 3 || (modules+8)*m > dots && dots >= 384 {
				t.Fatalf("%d bytes on %d dots: %d modules of %d dots", n, dots, modules, m)
			}
		}
	}
}

// TestDrawnQR reads the dots back, module by module.
func TestDrawnQR(t *testing.T) {
	e, err := NewEncoder(profile(t, "generic58"), nil)
	if err != nil {
		t.Fatal(err)
	}
	const url = "https://jumin.example.go.kr/q/CS0001/117"
	v, _ := qrVersion(url)
	plan, _ := coding.NewPlan(v, qrLevel, 0)
	code, _ := plan.Encode(coding.String(url))
	m := qrModule(v, 384)
	out, err := e.drawQR(nil, url, v, m)
	if err != nil {
		t.Fatal(err)
	}
	r := unband(t, out)
	left := (384 - code.Size*m) / 2
	for y := range code.Size * m {
		for x := range code.Size * m {
			if r.Black(left+x, y) != code.Black(x/m, y/m) {
				t.Fatalf("dot %d, %d is wrong", x, y)
			}
		}
	}
}

func unband(t *testing.T, b []byte) Raster {
	t.Helper()
	var r Raster
	for len(b) > 0 {
		stride, rows := int(b[4])|int(b[5])<<8, int(b[6])|int(b[7])<<8
		r.Width, r.Height = 8*stride, r.Height+rows
		r.Bits = append(r.Bits, b[8:8+stride*rows]...)
		b = b[8+stride*rows:]
	}
	return r
}

func TestURLIsEscaped(t *testing.T) {
	for in, want := range map[string]string{
		"https://a.kr/q?x=1&y=%20": "https://a.kr/q?x=1&y=%20",
		"https://a.kr/민 \x10\x04":  "https://a.kr/%EB%AF%BC%20%10%04",
	} {
		if got := escapeURL(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func BenchmarkRasterLine(b *testing.B) {
	f := faces(b)
	set := typeset.New(typeset.Options{Exact: true, Cache: glyphCache}, typeset.Nanum(f.Regular))
	b.ReportAllocs()
	for b.Loop() {
		rasterLine(set, 0, "뙇동 행정복지센터 민원실", 24, 384, Center)
	}
}

// TestNoPictureGoesWholeOverSerial: a printer that stands still takes what is
// left of one command and drops the rest; on USB and TCP the model decides.
func TestNoPictureGoesWholeOverSerial(t *testing.T) {
	f := faces(t)
	for _, name := range ProfileNames() {
		p := profile(t, name)
		p.Charset, p.NativeQR, p.ReceiveBuffer = CharsetASCII, false, 1024 // all drawn, and more than the buffer
		for serial, q := range map[bool]Profile{true: p.OverSerial(), false: p} {
			data, err := Encode(q, registry(), f)
			if err != nil {
				t.Fatal(err)
			}
			longest := 0
			for i := 0; ; {
				at := bytes.Index(data[i:], []byte("\x1dv0\x00"))
				if at < 0 {
					break
				}
				h := data[i+at+4:]
				n := 8 + (int(h[0])|int(h[1])<<8)*(int(h[2])|int(h[3])<<8)
				longest = max(longest, n)
				i += at + n
			}
			if whole := longest > p.ReceiveBuffer/2; whole != (p.RasterWhole && !serial) || longest == 0 {
				t.Errorf("%s, serial %v: a command of %d bytes", name, serial, longest)
			}
		}
	}
}
