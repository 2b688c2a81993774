package board

import (
	"flag"
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sunbeon/appliance/feed"
)

var update = flag.Bool("update", false, "write the goldens instead of comparing with them")

// scenario is one golden picture.
type scenario struct {
	name   string
	opt    Options
	snap   *feed.Snapshot
	offers []feed.Offer
	at     time.Time
	fresh  Freshness
}

func scenarios() []scenario {
	hd := func(l Layout) Options { return Options{Width: 1280, Height: 720, Layout: l} }
	resting := noon.Add(40 * time.Second)

	busy := office(4, 4)
	busy.Missed = []string{"1009", "1012", "3004"}
	busy.Held = []string{"2011"}
	busy.Notices = []string{"여권 사진은 6개월 이내에 찍은 것이어야 합니다."}

	rows := office(3, 8)
	rows.Counters[4].State, rows.Counters[4].Ticket = feed.CounterPaused, ""
	rows.Counters[6].Ticket = ""
	rows.Counters[7].State, rows.Counters[7].Ticket = feed.CounterClosed, ""
	rows.Services[1].Issuing = feed.IssuingEarly
	rows.Calls[1].At = rows.Calls[0].At - 2000

	grid := office(6, 30)
	grid.Counters[10].State, grid.Counters[10].Ticket = feed.CounterPaused, ""
	grid.Counters[29].State, grid.Counters[29].Ticket = feed.CounterClosed, ""
	grid.Missed = []string{"1009", "1012", "3004"}

	ledger := office(8, 12)
	ledger.Services[2].Issuing = feed.IssuingFull
	ledger.Services[5].Issuing = feed.IssuingEarly
	ledger.Services[6].Wait = nil
	ledger.Services[2].Called, ledger.Services[2].CalledAt = ledger.Calls[0].Ticket, ledger.Calls[0].Counter

	passport := office(2, 6)
	passport.Name, passport.NameEn = "의정부시 여권민원실", "Passport Office"
	passport.Services[0].Name, passport.Services[0].NameEn = "여권 접수", "Passport application"
	passport.Services[1].Name, passport.Services[1].NameEn = "여권 교부", "Passport collection"
	passport.Services[0].Called, passport.Services[0].CalledAt = passport.Calls[0].Ticket, passport.Calls[0].Counter

	upright := office(5, 12)
	upright.Missed = []string{"1009", "1012", "3004"}
	upright.Notices = busy.Notices

	trouble := office(4, 4)
	trouble.Clock = false
	trouble.Faults = []feed.Fault{{Device: "printer", Condition: "paper_out",
		Ko: "번호표 용지가 떨어졌습니다. 곧 채워 드리니 직원에게 말씀해 주십시오.",
		En: "The ticket printer is out of paper. Please ask the staff."}}
	trouble.Services[3].Issuing = feed.IssuingClosed

	closed := office(3, 4)
	closed.DayOpen = false

	heard := office(3, 4)
	heard.Observed = true
	for i := range heard.Services {
		v := &heard.Services[i]
		v.Wait, v.Counters = nil, nil
	}
	heard.Services[1].Waiting = nil
	for i := range heard.Counters {
		heard.Counters[i].State = feed.CounterUnknown
	}
	heard.Counters[0].Ticket, heard.Counters[2].Ticket = "", "3016"
	heard.Calls[0].Counter = 0

	return append([]scenario{
		{"onecall", hd(OneCall), busy, nil, noon, Live()},
		{"onecall-rest", hd(OneCall), busy, nil, resting, Live()},
		{"rows", hd(Rows), rows, nil, noon, Live()},
		{"grid", hd(Grid), grid, nil, noon, Live()},
		{"byservice", hd(ByService), ledger, nil, noon, Live()},
		{"passport", Options{Width: 1280, Height: 720, Layout: Passport, Link: "https://sunbeon.example/uijeongbu/CS0001"}, passport, nil, noon, Live()},
		{"portrait", Options{Width: 1080, Height: 1920}, upright, nil, noon, Live()},
		{"lost", hd(OneCall), trouble, nil, noon.Add(9 * time.Minute), Lost(noon.Add(time.Minute))},
		{"closed", hd(Auto), closed, nil, noon.Add(5 * time.Hour), Live()},
		{"observed", hd(Auto), heard, nil, noon, Live()},
		{"fullhd", Options{Width: 1920, Height: 1080}, busy, nil, resting, Live()},
	}, offering()...)
}

func TestGolden(t *testing.T) {
	for _, sc := range scenarios() {
		t.Run(sc.name, func(t *testing.T) {
			got := board(t, sc.opt).Draw(show(sc.snap, sc.offers, sc.fresh), sc.at)
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
			want := image.NewRGBA(decoded.Bounds())
			draw.Draw(want, want.Rect, decoded, decoded.Bounds().Min, draw.Src)
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
