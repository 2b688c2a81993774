package process

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"sunbeon/display/board"
)

// TestShowsThePurePicture: what the glass has is what board.Draw draws, for
// screens of any shape, and of the size that the screen has.
func TestShowsThePurePicture(t *testing.T) {
	for _, size := range []image.Point{{1280, 720}, {1920, 1080}, {1080, 1920}, {1366, 768}, {3840, 2160}} {
		t.Run(size.String(), func(t *testing.T) {
			t.Parallel()
			x, k := glass(t, size), newKiosk(t)
			k.server.Publish(office("1017"))
			s := k.signboard(x)
			opt := board.Options{Width: size.X, Height: size.Y}
			shows(t, x, drawn(t, opt, board.Show{Hall: office("1017")}), "the first picture")
			k.server.Publish(office("1018"))
			shows(t, x, drawn(t, opt, board.Show{Hall: office("1018")}), "the next call")
			s.signal(syscall.SIGTERM)
			if code := s.ends(); code != 0 {
				t.Errorf("asked to end, it ends with %d", code)
			}
		})
	}
}

func TestTheKioskHasNotBeenHeardYet(t *testing.T) {
	t.Parallel()
	x, k := glass(t, image.Pt(1280, 720)), newKiosk(t)
	s := k.signboard(x)
	s.says("") // the clock of the kiosk comes before its hall
	shows(t, x, drawn(t, board.Options{Width: 1280, Height: 720}, board.Show{}), "the picture without a hall")
}

// TestSettings: the office says how it wants its screens, a flag overrides it, and
// what the office changes is seen at once.
func TestSettings(t *testing.T) {
	t.Parallel()
	x, k := glass(t, image.Pt(1280, 720)), newKiosk(t)
	h := office("1017")
	h.Board.Layout, h.Board.Languages, h.Board.Link = "byservice", []string{"ko"}, "https://example.kr/sujeong"
	k.server.Publish(h)
	k.signboard(x)
	opt := board.Options{Width: 1280, Height: 720, Layout: board.ByService, Lang: []string{"ko"}, Link: h.Board.Link}
	shows(t, x, drawn(t, opt, board.Show{Hall: h}), "the office's layout and languages")

	next := office("1017")
	next.Board.Layout = "rows"
	k.server.Publish(next)
	shows(t, x, drawn(t, board.Options{Width: 1280, Height: 720, Layout: board.Rows}, board.Show{Hall: next}), "a new layout")

	odd := office("1018")
	odd.Board.Languages = []string{"tlh"}
	k.server.Publish(odd)
	shows(t, x, drawn(t, board.Options{Width: 1280, Height: 720, Layout: board.Rows}, board.Show{Hall: odd}), "the old setting, because the new one cannot be")

	other := glass(t, image.Pt(1280, 720))
	k.server.Publish(h)
	k.signboard(other, "-screen", "second", "-layout", "grid", "-lang", "ko,en", "-still")
	opt.Layout, opt.Lang, opt.Still = board.Grid, []string{"ko", "en"}, true
	shows(t, other, drawn(t, opt, board.Show{Hall: h}), "flags instead of the office's settings")
}

func TestOverTheNetwork(t *testing.T) {
	t.Parallel()
	x, k := glass(t, image.Pt(1280, 720)), newKiosk(t)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	web := &http.Server{Handler: k.server.Keyed("correct horse")}
	go func() { _ = web.Serve(ln) }()
	t.Cleanup(func() { _ = web.Close() })
	k.server.Publish(office("1017"))
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte("correct horse\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	start(t, []string{"DISPLAY=" + x.Display}, "signboard", "-kiosk", "http://"+ln.Addr().String(), "-key-file", file)
	shows(t, x, drawn(t, board.Options{Width: 1280, Height: 720}, board.Show{Hall: office("1017")}), "the picture over TCP")
}

// TestOnADesk: a window, with its picture in its own true pixels.
func TestOnADesk(t *testing.T) {
	t.Parallel()
	x, k := glass(t, image.Pt(1600, 1000)), newKiosk(t)
	k.server.Publish(office("1017"))
	k.signboard(x, "-window", "1000x640")
	want := drawn(t, board.Options{Width: 1000, Height: 640}, board.Show{Hall: office("1017")})
	const left, top = (1600 - 1000) / 2, (1000 - 640) / 3 // where a window without a manager comes up
	eventually(t, "the picture in a window", func() error {
		got, err := x.Grab(want.Rect.Add(image.Pt(left, top)))
		if err != nil {
			return err
		}
		got.Rect = want.Rect
		return compare(got, want)
	})
}

// TestCovered: another window covers the board, and goes. The X server keeps
// nothing of what was under it.
func TestCovered(t *testing.T) {
	t.Parallel()
	x, k := glass(t, image.Pt(1280, 720)), newKiosk(t)
	k.server.Publish(office("1017"))
	k.signboard(x)
	want := drawn(t, board.Options{Width: 1280, Height: 720}, board.Show{Hall: office("1017")})
	shows(t, x, want, "the first picture")
	uncover, err := x.Cover(image.Rect(100, 50, 900, 600), 0xff00ff)
	if err != nil {
		t.Fatal(err)
	}
	got, err := x.Grab(want.Rect)
	if err != nil {
		t.Fatal(err)
	}
	if compare(got, want) == nil {
		t.Fatal("the board is not covered")
	}
	if err := uncover(); err != nil {
		t.Fatal(err)
	}
	shows(t, x, want, "the picture after it was covered")
}

// TestTheKioskGoesAndComes: the last picture stays and says since when, and the
// next one comes by itself.
func TestTheKioskGoesAndComes(t *testing.T) {
	t.Parallel()
	x, k := glass(t, image.Pt(1280, 720)), newKiosk(t)
	k.server.Publish(office("1017"))
	k.signboard(x)
	opt := board.Options{Width: 1280, Height: 720}
	live := drawn(t, opt, board.Show{Hall: office("1017")})
	shows(t, x, live, "the first picture")
	k.shut()
	lost := drawn(t, opt, board.Show{Hall: office("1017"), Fresh: board.Lost(noon)})
	if compare(lost, live) == nil {
		t.Fatal("a lost kiosk does not show")
	}
	shows(t, x, lost, "the line that the kiosk is lost")
	k.server.Publish(office("1018"))
	k.open()
	shows(t, x, drawn(t, opt, board.Show{Hall: office("1018")}), "the state after the kiosk's return")
}

// TestTheOutputIsSwitched off and on, and to another size.
func TestTheOutputIsSwitched(t *testing.T) {
	t.Parallel()
	x, k := glass(t, image.Pt(1920, 1080)), newKiosk(t)
	k.server.Publish(office("1017"))
	k.signboard(x)
	picture := func(w, h int, called string) *image.RGBA {
		return drawn(t, board.Options{Width: w, Height: h}, board.Show{Hall: office(called)})
	}
	shows(t, x, picture(1920, 1080, "1017"), "the first picture")
	if err := x.Output(false); err != nil {
		t.Fatal(err)
	}
	k.is("true [no-output]")
	k.server.Publish(office("1018"))
	if err := x.Output(true); err != nil {
		t.Fatal(err)
	}
	k.is("true []")
	shows(t, x, picture(1920, 1080, "1018"), "the picture after the output was switched on")
	if err := x.Resize(image.Pt(1280, 720)); err != nil {
		t.Fatal(err)
	}
	shows(t, x, picture(1280, 720, "1018"), "the picture of another monitor's size")
	if err := x.Output(false); err != nil {
		t.Fatal(err)
	}
	k.is("true [no-output]")
	if err := x.Output(true); err != nil {
		t.Fatal(err)
	}
	shows(t, x, picture(1920, 1080, "1018"), "the picture of the first size again")
}

// TestSlides: a picture that is copied into the folder is shown beside the line,
// and a folder that is gone is reported.
func TestSlides(t *testing.T) {
	t.Parallel()
	x, k := glass(t, image.Pt(1920, 1080)), newKiosk(t)
	k.server.Publish(office("1017"))
	dir := filepath.Join(t.TempDir(), "slides")
	k.signboard(x, "-slides", dir)
	opt, v := board.Options{Width: 1920, Height: 1080}, board.Show{Hall: office("1017")}
	without := drawn(t, opt, v)
	shows(t, x, without, "the picture without slides")
	k.is("true [slides]")

	slide := image.NewRGBA(image.Rect(0, 0, 400, 300))
	draw.Draw(slide, slide.Rect, image.NewUniform(color.RGBA{30, 90, 160, 255}), image.Point{}, draw.Src)
	var b bytes.Buffer
	if err := png.Encode(&b, slide); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "spring.png"), b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	v.Slides = []board.Slide{{ID: "spring", Image: slide}}
	with := drawn(t, opt, v)
	if compare(with, without) == nil {
		t.Fatal("this board has no room for a slide")
	}
	shows(t, x, with, "the slide")
	k.is("true []")
}

// TestEndsWithoutGL: a unit can start again only what has ended.
func TestEndsWithoutGL(t *testing.T) {
	t.Parallel()
	x, k := glass(t, image.Pt(1280, 720)), newKiosk(t)
	k.server.Publish(office("1017"))
	s := start(t, []string{"DISPLAY=" + x.Display, "LIBGL_DRIVERS_PATH=/nonexistent"}, "signboard", "-kiosk", "unix:"+k.socket)
	if code := s.ends(); code != 1 || !strings.Contains(s.output(), "OpenGL") {
		t.Errorf("status %d, want 1 and a word of OpenGL", code)
	}
}

func TestEndsWithX(t *testing.T) {
	t.Parallel()
	x, k := glass(t, image.Pt(1280, 720)), newKiosk(t)
	k.server.Publish(office("1017"))
	s := k.signboard(x)
	shows(t, x, drawn(t, board.Options{Width: 1280, Height: 720}, board.Show{Hall: office("1017")}), "the first picture")
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	if code := s.ends(); code != 1 {
		t.Errorf("status %d, want 1", code)
	}
}

// TestEndsWhenThePictureStands: an X server that answers no more keeps the draw
// loop for good, also when the program is asked to end.
func TestEndsWhenThePictureStands(t *testing.T) {
	for _, asked := range []bool{false, true} {
		t.Run(fmt.Sprintf("asked to end %t", asked), func(t *testing.T) {
			t.Parallel()
			x, k := glass(t, image.Pt(1280, 720)), newKiosk(t)
			k.server.Publish(office("1017"))
			s := k.signboard(x)
			shows(t, x, drawn(t, board.Options{Width: 1280, Height: 720}, board.Show{Hall: office("1017")}), "the first picture")
			if err := syscall.Kill(x.Pid(), syscall.SIGSTOP); err != nil {
				t.Fatal(err)
			}
			k.server.Publish(office("1018"))
			if asked {
				s.signal(syscall.SIGTERM)
			}
			if code := s.ends(); code != 1 || !strings.Contains(s.output(), "stands still") {
				t.Errorf("status %d, want 1 and why", code)
			}
		})
	}
}

func TestEndsWithoutADisplay(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ environment, why string }{
		{"DISPLAY", "DISPLAY is not set"}, {"DISPLAY=:7777", "no X server at DISPLAY=:7777"},
	} {
		s := start(t, []string{tc.environment}, "signboard")
		if code := s.ends(); code != 1 || !strings.Contains(s.output(), tc.why) || strings.Contains(s.output(), "goroutine") {
			t.Errorf("%s: status %d: %s", tc.environment, code, s.output())
		}
	}
}

// TestStartsWithAMonitor: without one it ends, so that its unit tries again.
func TestStartsWithAMonitor(t *testing.T) {
	t.Parallel()
	x, k := glass(t, image.Pt(1280, 720)), newKiosk(t)
	k.server.Publish(office("1017"))
	if err := x.Output(false); err != nil {
		t.Fatal(err)
	}
	s := k.signboard(x)
	if code := s.ends(); code != 1 || !strings.Contains(s.output(), "no monitor is switched on") || strings.Contains(s.output(), "goroutine") {
		t.Errorf("status %d: %s", code, s.output())
	}
	if err := x.Output(true); err != nil {
		t.Fatal(err)
	}
	k.signboard(x)
	shows(t, x, drawn(t, board.Options{Width: 1280, Height: 720}, board.Show{Hall: office("1017")}), "the picture on a monitor that came later")
}

func TestFlags(t *testing.T) {
	t.Parallel()
	x := glass(t, image.Pt(640, 480))
	empty := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(empty, []byte("\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		args string
		code int
		why  string
	}{
		{"-version", 0, "signboard "}, {"-help", 2, "-kiosk"},
		{"-layout round", 1, "onecall"}, {"-window 10x10", 1, "1280x720"}, {"-window 1280x720x3", 1, "1280x720"},
		{"-kiosk kiosk:8470", 1, "http://"}, {"-kiosk http://127.0.0.1:8470", 1, "board.key"},
		{"-key-file " + empty, 1, "is empty"}, {"-key-file /nonexistent", 1, "no such file"}, {"more", 1, "-help"}, {"-sound", 1, "-help"},
		{"-lang en", 1, "ko"},
	} {
		s := start(t, []string{"DISPLAY=" + x.Display}, "signboard", strings.Fields(tc.args)...)
		if code := s.ends(); code != tc.code || !strings.Contains(s.output(), tc.why) {
			t.Errorf("%s: status %d: %s", tc.args, code, s.output())
		}
	}
}
