package slides

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/display/board"
)

var screen = image.Pt(640, 360)

func plain(w, h int, c color.Color) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(m, m.Rect, image.NewUniform(c), image.Point{}, draw.Src)
	return m
}

func pngOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func jpegOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// bomb is a PNG of few bytes that says it is huge.
func bomb(t testing.TB) []byte {
	b := pngOf(t, plain(1, 1, color.White))
	binary.BigEndian.PutUint32(b[16:], 100_000)
	binary.BigEndian.PutUint32(b[20:], 100_000)
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
	return b
}

// watched is a folder that is looked at, in a bubble.
type watched struct {
	dir string
	mu  sync.Mutex
	now seen
	log bytes.Buffer
}

// seen is what has been told so far.
type seen struct {
	told    [][]board.Slide
	trouble []bool // its changes
	log     string
}

func (w *watched) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.Write(b)
}

// after lets time pass.
func (w *watched) after(d time.Duration) seen {
	time.Sleep(d)
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.now
	now.log = w.log.String()
	return now
}

func watch(t *testing.T, dir string) *watched {
	w := &watched{dir: dir}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	f := Folder{Path: dir, Screen: func() image.Point { return screen }, Log: slog.New(slog.NewTextHandler(w, nil)),
		Tell: func(s []board.Slide) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.now.told = append(w.now.told, s)
		},
		Trouble: func(is bool) {
			w.mu.Lock()
			defer w.mu.Unlock()
			if n := len(w.now.trouble); n == 0 || w.now.trouble[n-1] != is {
				w.now.trouble = append(w.now.trouble, is)
			}
		}}
	go func() {
		defer close(done)
		_ = f.Run(ctx) // until the context ends
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	synctest.Wait()
	return w
}

func (w *watched) write(t *testing.T, name string, b []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(w.dir, name), b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func names(slides []board.Slide) (out []string) {
	for _, s := range slides {
		name, _, _ := strings.Cut(s.ID, " ")
		out = append(out, name)
	}
	return out
}

func TestAFolderIsFollowed(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := &watched{dir: dir}
		w.write(t, "b.JPG", jpegOf(t, plain(64, 36, color.White)))
		w.write(t, "a.png", pngOf(t, plain(64, 36, color.Black)))
		w.write(t, "notes.txt", []byte("none"))
		w.write(t, ".c.png", pngOf(t, plain(64, 36, color.Black)))
		w = watch(t, dir)
		got := w.after(5 * every)
		if len(got.told) != 1 || !slices.Equal(names(got.told[0]), []string{"a.png", "b.JPG"}) || !slices.Equal(got.trouble, []bool{false}) {
			t.Fatalf("told %v, trouble %v; %s", got.told, got.trouble, got.log)
		}
		w.write(t, "a.png", pngOf(t, plain(65, 36, color.White)))
		got = w.after(every)
		if len(got.told) != 2 || got.told[1][0].ID == got.told[0][0].ID || got.told[1][1] != got.told[0][1] {
			t.Fatalf("another a.png: %v", got.told)
		}
		if err := os.Remove(filepath.Join(dir, "a.png")); err != nil {
			t.Fatal(err)
		}
		got = w.after(every)
		if len(got.told) != 3 || !slices.Equal(names(got.told[2]), []string{"b.JPG"}) {
			t.Fatalf("without a.png: %v", got.told)
		}
		if err := os.Rename(dir, dir+"-away"); err != nil {
			t.Fatal(err)
		}
		got = w.after(3 * every)
		if n := strings.Count(got.log, "level=WARN"); len(got.told) != 3 || !slices.Equal(got.trouble, []bool{false, true}) || n != 1 {
			t.Fatalf("without the folder: told %d times, trouble %v, %d warnings: %s", len(got.told), got.trouble, n, got.log)
		}
		if err := os.Rename(dir+"-away", dir); err != nil {
			t.Fatal(err)
		}
		got = w.after(every)
		if len(got.told) != 3 || !slices.Equal(got.trouble, []bool{false, true, false}) {
			t.Errorf("with the folder again: told %d times, trouble %v", len(got.told), got.trouble)
		}
	})
}

// TestBadFilesAreLeftOut, each with one line, and the good ones are shown.
func TestBadFilesAreLeftOut(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := &watched{dir: dir}
		good := pngOf(t, plain(64, 36, color.White))
		w.write(t, "1.png", bomb(t))
		w.write(t, "2.png", good[:len(good)/2])
		w.write(t, "3.jpg", nil)
		w.write(t, "4.png", good)
		w.write(t, "5.jpeg", bytes.Repeat([]byte{0xff}, MaxBytes+1))
		if err := os.Mkdir(filepath.Join(dir, "6.png"), 0o700); err != nil {
			t.Fatal(err)
		}
		w = watch(t, dir)
		got := w.after(5 * every)
		if n := strings.Count(got.log, "level=WARN"); n != 4 || !strings.Contains(got.log, "more than 32 MB") || len(got.told) != 1 || !slices.Equal(names(got.told[0]), []string{"4.png"}) || !slices.Equal(got.trouble, []bool{true}) {
			t.Errorf("%d warnings, told %v, trouble %v\n%s", n, got.told, got.trouble, got.log)
		}
		for _, name := range []string{"1.png", "2.png", "3.jpg", "5.jpeg"} {
			w.write(t, name, jpegOf(t, plain(32, 32, color.White))) // a wrong ending is no harm
		}
		got = w.after(every)
		if len(got.told) != 2 || len(got.told[1]) != 5 || !slices.Equal(got.trouble, []bool{true, false}) {
			t.Errorf("mended: told %v, trouble %v", got.told, got.trouble)
		}
	})
}

func TestMemoryIsBounded(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		w := &watched{dir: dir}
		picture := pngOf(t, plain(140, 100, color.White))
		for i := range MaxSlides + 5 {
			w.write(t, fmt.Sprintf("%02d.png", i), picture)
		}
		w = watch(t, dir)
		got := w.after(0)
		pixels := 0
		for _, s := range got.told[0] {
			r := s.Image.Bounds()
			pixels += r.Dx() * r.Dy()
			if ratio := float64(r.Dx()) / float64(r.Dy()); ratio < 1.35 || ratio > 1.45 {
				t.Errorf("a picture of 7:5 became %v", r)
			}
		}
		if len(got.told[0]) != MaxSlides || pixels > screen.X*screen.Y {
			t.Errorf("%d slides of %d pixels together; the screen has %d", len(got.told[0]), pixels, screen.X*screen.Y)
		}
	})
}

func TestTransparentIsWhite(t *testing.T) {
	m, err := decode(bytes.NewReader(pngOf(t, image.NewRGBA(image.Rect(0, 0, 2000, 10)))), screen, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	if r := m.Bounds(); r.Dx() != screen.X || r.Dy() != 3 || m.At(5, 1) != (color.RGBA{255, 255, 255, 255}) {
		t.Errorf("%v, %v", r, m.At(5, 1))
	}
}

// FuzzDecode: whatever a file holds, it is refused or becomes a picture in its
// bounds.
func FuzzDecode(f *testing.F) {
	f.Add(pngOf(f, plain(3, 5, color.White)))
	f.Add(jpegOf(f, plain(9, 2, color.Black)))
	f.Add(bomb(f))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := decode(bytes.NewReader(b), screen, 10_000)
		if err != nil {
			return
		}
		if r := m.Bounds(); r.Empty() || r.Dx() > screen.X || r.Dy() > screen.Y || r.Dx()*r.Dy() > 10_000 {
			t.Fatalf("%v", r)
		}
	})
}
