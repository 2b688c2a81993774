package board

import (
	"bytes"
	"flag"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the goldens instead of comparing with them")

// scenario is one golden picture.
type scenario struct {
	name string
	opt  Options
	v    Show
	at   time.Time
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for _, sc := range scenarios() {
		if racing && sc.opt.Height > 720 {
			continue
		}
		t.Run(sc.name, func(t *testing.T) {
			got := board(t, sc.opt).Draw(sc.v, sc.at)
			path := filepath.Join("testdata", sc.name+".png")
			if *update {
				write(t, path, got)
				return
			}
			f, err := os.Open(path)
			if err != nil {
				t.Fatalf("%v; goldens are written by go test -update", err)
			}
			defer f.Close()
			decoded, err := png.Decode(f)
			if err != nil {
				t.Fatal(err)
			}
			want, is := decoded.(*image.RGBA)
			if !is {
				t.Fatalf("%s is not of opaque colours", path)
			}
			if n, at := differ(got, want); n > 0 {
				t.Errorf("%d pixels differ from %s, the first at %v", n, path, at)
			}
		})
	}
}

// differ counts pixels of which a channel is off by more than rounding.
func differ(a, b *image.RGBA) (n int, first image.Point) {
	if a.Rect != b.Rect {
		return max(a.Rect.Dx()*a.Rect.Dy(), 1), a.Rect.Min
	}
	const rounding = 3
	for i := 0; i < len(a.Pix); i += 4 {
		if row := i + a.Stride; i%a.Stride == 0 && bytes.Equal(a.Pix[i:row], b.Pix[i:row]) {
			i = row - 4
			continue
		}
		for j := range 4 {
			if d := int(a.Pix[i+j]) - int(b.Pix[i+j]); d > rounding || d < -rounding {
				if n == 0 {
					first = image.Pt(i%a.Stride/4, i/a.Stride)
				}
				n++
				break
			}
		}
	}
	return n, first
}

func write(t *testing.T, path string, m image.Image) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	enc := png.Encoder{CompressionLevel: png.BestCompression}
	if err := enc.Encode(f, m); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
