package figures

import (
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the goldens instead of comparing with them")

// noonRush is a day with two peaks: today up to a minute, and the usual one.
func noonRush(until int) *Both {
	b := new(Both)
	for h := 18; h < 36; h++ {
		x := float64(h-18) / 18
		people := 3 + 9*math.Exp(-math.Pow((x-0.2)*7, 2)) + 7*math.Exp(-math.Pow((x-0.62)*6, 2))
		b.Usual[h] = Usual{Days: 6, Issued: int(people), Low: math.Floor(people * 0.6), Mid: math.Floor(people), High: math.Ceil(people * 1.4), WaitDays: 6, Wait: int(people * 70)}
		if h*30 < until {
			b.Today[h] = Half{Span: min(1800, (until-h*30)*60), Issued: int(people), Waiting: people * (1 + 0.3*math.Sin(float64(h))), Called: 5, Wait: int(people * 60)}
		}
	}
	return b
}

func charts() map[string]Chart {
	quiet := new(Both)
	quiet.Today[20] = Half{Span: 1800, Issued: 1, Waiting: 0.2}
	crowd := noonRush(1080)
	for h := range Halves {
		crowd.Today[h].Waiting *= 13
	}
	ko := Chart{Usual: true, ID: "curve0", Title: "가능동 주민센터 시간대별 대기 인원", Desc: "오늘 가장 많았던 때는 10:30~11:00대 평균 14명입니다.", NowAt: "지금 14:02"}
	with := func(l *Both, now int, usual bool) Chart { c := ko; c.Line, c.Now, c.Usual = l, now, usual; return c }
	return map[string]Chart{
		"afternoon": with(noonRush(842), 842, true),
		"before":    with(noonRush(0), -1, true),
		"first":     with(noonRush(551), 551, true),
		"evening":   with(noonRush(1080), 1080, true),
		"unknown":   with(noonRush(842), 842, false),
		"quiet":     with(quiet, 640, false),
		"crowd":     with(crowd, 1080, true),
	}
}

func TestGolden(t *testing.T) {
	for name, c := range charts() {
		path := filepath.Join("testdata", name+".svg")
		got := c.Draw() + "\n"
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatalf("%v; goldens are written by go test -update, and looked at", err)
		}
		if got != string(want) {
			t.Errorf("%s is drawn otherwise:\n%s", name, got)
		}
	}
}

// TestNothingIsHidden: whatever the figures, all that is drawn lies in the picture,
// is well formed and has no style of its own.
func TestNothingIsHidden(t *testing.T) {
	number := regexp.MustCompile(` (x|y|x1|x2|y1|y2|width|height)="([^"]*)"`)
	for name, c := range charts() {
		svg := c.Draw()
		d := xml.NewDecoder(strings.NewReader(svg))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		for _, never := range []string{"style=", "NaN", "Inf", "fill=", " onload"} {
			if strings.Contains(svg, never) {
				t.Errorf("%s has %s", name, never)
			}
		}
		for _, m := range number.FindAllStringSubmatch(svg, -1) {
			if strings.HasPrefix(m[2], "-") {
				t.Errorf("%s: %s", name, m[0])
			}
		}
	}
}

func TestNothingToDraw(t *testing.T) {
	b := noonRush(0)
	if svg := (Chart{Line: b, Now: -1}).Draw(); svg != "" {
		t.Errorf("neither today nor a usual day is known: %s", svg)
	}
	for h := range b.Usual {
		b.Usual[h].Days = Fewest - 1
	}
	if svg := (Chart{Line: b, Now: -1, Usual: true}).Draw(); svg != "" {
		t.Errorf("of no half hour enough is known: %s", svg)
	}
}

func TestTextsAreEscaped(t *testing.T) {
	evil := `</title><script>alert(1)</script>"'&`
	c := Chart{Line: noonRush(842), Now: 842, ID: "a", Title: evil, Desc: evil, NowAt: evil}
	if svg := c.Draw(); strings.Contains(svg, "<script") || strings.Count(svg, "&lt;script&gt;") != 3 {
		t.Error(svg)
	}
}

func TestScale(t *testing.T) {
	for _, c := range []struct{ most, top, step float64 }{
		{0, 2, 1}, {0.2, 2, 1}, {1, 2, 1}, {3.1, 4, 1}, {4, 4, 1}, {4.1, 6, 2}, {8, 8, 2}, {9, 10, 5}, {20, 20, 5}, {21, 30, 10}, {190, 200, 50}, {9999, 10000, 5000},
	} {
		if top, step := scale(c.most); top != c.top || step != c.step {
			t.Errorf("%v: %v in steps of %v, want %v, %v", c.most, top, step, c.top, c.step)
		}
	}
}

func TestBest(t *testing.T) {
	b := noonRush(0)
	any := func(int) bool { return true }
	if h, ok := b.Best(any); !ok || h != 35 {
		t.Errorf("%d %v", h, ok)
	}
	if h, ok := b.Best(func(h int) bool { return h < 30 }); !ok || h != 18 {
		t.Errorf("before 15:00: %d %v", h, ok)
	}
	b.Usual[35].Issued = 0
	b.Usual[33].Wait, b.Usual[34].Wait = 100, 100
	b.Usual[33].Mid, b.Usual[34].Mid = 4, 3
	if h, ok := b.Best(any); !ok || h != 34 {
		t.Errorf("of the same wait that with fewer people: %d %v", h, ok)
	}
	b.Usual[34].WaitDays = Fewest - 1
	if h, ok := b.Best(any); !ok || h != 33 {
		t.Errorf("of too few days: %d %v", h, ok)
	}
	if h, ok := b.Best(func(int) bool { return false }); ok {
		t.Errorf("nothing may be chosen: %d", h)
	}
}
