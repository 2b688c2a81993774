package printer_test

import (
	"bytes"
	"image"
	"image/png"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sunbeon/display/typeface"
	"sunbeon/printer"
	"sunbeon/printer/virtual"
)

// printed is the one piece of paper that data makes on a virtual printer.
func printed(t *testing.T, cfg virtual.Config, data []byte) virtual.Piece {
	t.Helper()
	host, dev := net.Pipe()
	v := virtual.New(cfg)
	served := make(chan error, 1)
	go func() { served <- v.Serve(t.Context(), dev) }()
	if _, err := host.Write(data); err != nil {
		t.Fatal(err)
	}
	host.Close()
	if err := <-served; err != nil {
		t.Fatal(err)
	}
	pieces := v.Pieces()
	if len(pieces) != 1 || v.State().MidJob {
		t.Fatalf("%d pieces, in mid-job %v", len(pieces), v.State().MidJob)
	}
	return pieces[0]
}

// TestTestTicketPicture compares the test ticket dot by dot, as the two kinds
// of ROM print it, with pictures that were looked at by eye.
// SUNBEON_WRITE_GOLDENS=1 writes them anew.
func TestTestTicketPicture(t *testing.T) {
	faces, err := typeface.Load()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ profile, rom string }{
		"generic80-ksx1001": {"generic80", virtual.KSX1001},
		"generic80-cp949":   {"generic80", virtual.CP949},
		"generic58-ksx1001": {"generic58", virtual.KSX1001},
	} {
		t.Run(name, func(t *testing.T) {
			p := load(t, c.profile)
			data, err := printer.TestTicket(p, faces)
			if err != nil {
				t.Fatal(err)
			}
			pc := printed(t, virtual.Config{Width: p.Dots, NativeQR: true, ROM: c.rom, Faces: faces}, data)
			if len(pc.Unknown) > 0 {
				t.Errorf("the printer does not know %q", pc.Unknown)
			}
			samePicture(t, filepath.Join("testdata", "testticket", name+".png"), pc)
		})
	}
}

// TestTestTicketTellsTheROM: what the ROM lacks is missing in the second column
// and nowhere else, and the printer's own QR where the printer has none.
func TestTestTicketTellsTheROM(t *testing.T) {
	faces, err := typeface.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		rom    string
		native bool
		want   []string
		qrs    string
	}{
		{virtual.KSX1001, true, []string{"가", "□", "힝", "□", "123456", "가나다라"}, "QR1,QR2"},
		{virtual.CP949, false, []string{"가", "뷁", "똠", "펲", "햏", "힝", "뙇", "123456", "가나다라"}, "QR2"},
	} {
		for _, name := range printer.ProfileNames() {
			p := load(t, name)
			data, err := printer.TestTicket(p.OverSerial(), faces)
			if err != nil {
				t.Fatal(err)
			}
			pc := printed(t, virtual.Config{Width: p.Dots, NativeQR: c.native, ROM: c.rom}, data)
			for _, w := range c.want {
				if !strings.Contains(pc.Text(), w) {
					t.Errorf("%s, %s: no %s on %q", name, c.rom, w, pc.Text())
				}
			}
			if c.rom == virtual.CP949 && strings.Contains(pc.Text(), "□") {
				t.Errorf("%s: □ on %q", name, pc.Text())
			}
			if got := strings.Join(pc.QRs, ","); got != c.qrs {
				t.Errorf("%s: codes %q, want %q", name, got, c.qrs)
			}
			for _, l := range pc.Lines {
				if l.Wrapped {
					t.Errorf("%s: the printer had to wrap %q", name, l.Text)
				}
			}
		}
	}
	if _, err := printer.TestTicket(load(t, "generic80"), nil); err == nil || !strings.Contains(err.Error(), "apt-get") {
		t.Errorf("without faces: %v", err)
	}
}

func samePicture(t *testing.T, file string, pc virtual.Piece) {
	t.Helper()
	if os.Getenv("SUNBEON_WRITE_GOLDENS") == "1" {
		var b bytes.Buffer
		if err := pc.PNG(&b); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatalf("%v; look at the paper, then write it with SUNBEON_WRITE_GOLDENS=1", err)
	}
	defer f.Close()
	want, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	got := pc.Image()
	if got.Bounds() != want.Bounds() {
		t.Fatalf("%s: %v, want %v", file, got.Bounds(), want.Bounds())
	}
	differ, first := 0, image.Point{}
	for y := range got.Bounds().Dy() {
		for x := range got.Bounds().Dx() {
			r, _, _, _ := got.At(x, y).RGBA()
			w, _, _, _ := want.At(x, y).RGBA()
			if r != w {
				if differ++; differ == 1 {
					first = image.Pt(x, y)
				}
			}
		}
	}
	if differ > 0 {
		t.Errorf("%s: %d dots differ, the first at %v", file, differ, first)
	}
}
