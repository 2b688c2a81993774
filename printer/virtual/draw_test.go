package virtual

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"testing"

	"sunbeon/display/typeface"
)

const sheetASCII = "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~\nABCDEFGHIJKLMNOPQRSTUVWXYZ\nabcdefghijklmnopqrstuvwxyz\n"

// sheet is a ticket with everything on it that can be printed.
func sheet() string {
	return hello + "\x1ba\x01" + ko("의정부시청 민원실\n") + "\x1d!\x11" + ko("여권 신청\n") +
		"\x1d!\x55\x1bE\x01117\n\x1bE\x00\x1d!\x00" +
		"\x1dB\x01" + ko(" 우선배려 ") + "\x1dB\x00\n" + ko("대기인수 12명   예상 25~40분\n") +
		"\x1c.\x1bt\x00\xc9\xcd\xcb\xcd\xbb\n\xba \xba \xba\n\xc8\xcd\xca\xcd\xbc \xb0\xb1\xb2\xdb\n\x1c&" +
		"\x1bd\x01" + qrNative("https://queue.example.go.kr/t/117") + "\x1bd\x01" +
		"\x1ba\x00" + ko("굵게: ") + "\x1bE\x01" + ko("삼 번 창구") + "\x1bE\x00 \x1b-\x02" + ko("밑줄") + "\x1b-\x00\n" +
		"\x1bM\x01" + ko("작은 글씨 Font B 0123456789\n") + "\x1bM\x00" +
		"\x1ba\x02" + ko("2026-11-23 09:12 뷁 \\0\n") + sheetASCII +
		"\x1b*\x21\x18\x00" + string(bytes.Repeat([]byte{0xaa, 0xff, 0x0f}, 24)) + "\n" +
		raster(200, 12) + knife
}

// TestPicture compares the paper dot by dot with testdata/sheet.png, which was looked
// at by eye. SUNBEON_WRITE_GOLDEN=1 writes it anew.
func TestPicture(t *testing.T) {
	const golden = "testdata/sheet.png"
	faces, err := typeface.Load()
	if err != nil {
		t.Fatal(err)
	}
	cfg := full
	cfg.Width, cfg.Faces = 384, faces
	var got bytes.Buffer
	bench(t, cfg, func(h *host) {
		h.send(sheet())
		if err := h.last().PNG(&got); err != nil {
			t.Fatal(err)
		}
	})
	if os.Getenv("SUNBEON_WRITE_GOLDEN") != "" {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.Open(golden)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	want, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(&got)
	if err != nil {
		t.Fatal(err)
	}
	if img.Bounds() != want.Bounds() {
		t.Fatalf("%v, want %v", img.Bounds(), want.Bounds())
	}
	differ, first := 0, image.Point{}
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			if black(img, x, y) != black(want, x, y) {
				if differ++; differ == 1 {
					first = image.Pt(x, y)
				}
			}
		}
	}
	if differ > 0 {
		t.Errorf("%d dots differ, the first at %v", differ, first)
	}
}

func black(img image.Image, x, y int) bool {
	return color.GrayModel.Convert(img.At(x, y)).(color.Gray).Y < 0x80
}

// TestPictureIsReadable reads the QR code back off the picture of the paper.
func TestPictureIsReadable(t *testing.T) {
	bench(t, full, func(h *host) {
		h.send(sheet())
		pc := h.last()
		img := pc.Image()
		b := newBitmap(img.Bounds().Dx(), img.Bounds().Dy())
		for y := range b.h {
			for x := range b.w {
				if black(img, x, y) {
					b.set(x, y)
				}
			}
		}
		if got := readQRs(b); len(got) != 1 || got[0] != pc.QRs[0] {
			t.Errorf("read %q off the picture, want %q", got, pc.QRs)
		}
	})
}

// TestCellsWithoutFaces: the paper can be drawn without fonts; every printed
// character leaves its cell.
func TestCellsWithoutFaces(t *testing.T) {
	bench(t, full, func(h *host) {
		h.send(hello + ko("가") + " a\n")
		img := h.Roll().Image()
		for _, c := range []struct {
			x    int
			want bool
		}{{2, true}, {26, false}, {38, true}} {
			if got := black(img, c.x, headToBlade+12); got != c.want {
				t.Errorf("dot at %d black: %v", c.x, got)
			}
		}
	})
}
