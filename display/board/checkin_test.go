package board

import (
	"image"
	"strings"
	"testing"

	"rsc.io/qr"
)

// TestCheckInCode reads the modules back from the picture, in every layout: they
// are those of the address, three pixels at the least, with what to do beside, and
// the code to be typed where there is one.
func TestCheckInCode(t *testing.T) {
	t.Parallel()
	for _, screen := range screens {
		if racing && screen.size.X > 1280 {
			continue
		}
		for i, c := range []struct {
			l    Layout
			v    Show
			link string
		}{
			{OneCall, show(busyOffice(), nil, Live()), ""},
			{Rows, show(mixedOffice(), nil, Live()), ""},
			{Grid, show(largeOffice(), nil, Live()), ""},
			{ByService, show(ledgerOffice(), nil, Live()), ""},
			{Passport, show(passportOffice(), nil, Live()), "https://sunbeon.example/uijeongbu/CS0001"},
			{OneCall, slides(show(busyOffice(), nil, Live())), ""},
			{Auto, slides(show(mixedOffice(), nil, Live())), ""},
		} {
			if c.l == ByService && screen.size.Y > screen.size.X {
				continue // the table takes the width
			}
			opt := Options{Width: screen.size.X, Height: screen.size.Y, Layout: c.l, Link: c.link, Lang: everyLanguage}
			b, v, what := board(t, opt), checkIn(c.v), say.checkIn
			if i%2 == 0 {
				v, what = checkInCode(c.v), say.checkInCode
			}
			sc, picture := b.compose(v, resting, hotDeep), b.Draw(v, resting)
			var area image.Rectangle
			for _, o := range sc.ops {
				if o.kind == opFill && o.col == alarm {
					area = o.rect
				}
			}
			want, err := qr.Encode(v.Hall.CheckIn, qr.L)
			if err != nil {
				t.Fatal(err)
			}
			side := want.Size + 2*quietZone
			module := area.Dx() / side
			if module < 3 || area.Dx() != module*side || area.Dy() != area.Dx() {
				t.Errorf("%v %v: the code of %d modules takes %v", screen.size, c.l, side, area)
				continue
			}
			for y := range side {
				for x := range side {
					dark := picture.RGBAAt(area.Min.X+x*module+module/2, area.Min.Y+y*module+module/2) == hotInk
					if dark != want.Black(x-quietZone, y-quietZone) {
						t.Fatalf("%v %v: module %d, %d is wrong", screen.size, c.l, x-quietZone, y-quietZone)
					}
				}
			}
			var all strings.Builder
			for _, o := range texts(sc) {
				all.WriteString(strings.ReplaceAll(o.text, " ", ""))
			}
			for _, l := range []language{ko, b.turn(resting)} {
				if !strings.Contains(all.String(), strings.ReplaceAll(what[l], " ", "")) {
					t.Errorf("%v %v: nothing says what to do in %s", screen.size, c.l, l.code())
				}
			}
			if !strings.Contains(all.String(), v.Hall.CheckInCode) {
				t.Errorf("%v %v: the code %q is not shown", screen.size, c.l, v.Hall.CheckInCode)
			}
		}
	}
}
