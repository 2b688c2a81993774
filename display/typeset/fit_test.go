package typeset

import (
	"strings"
	"testing"
	"unicode/utf8"

	"sunbeon/display/typeface"
)

const (
	regular Font = iota
	bold
)

func setter(t testing.TB, opt Options) *Setter {
	t.Helper()
	set, err := typeface.Load()
	if err != nil {
		t.Fatal(err)
	}
	return New(opt, Nanum(set.Regular), Nanum(set.Bold))
}

func TestWrapBreaksBetweenWords(t *testing.T) {
	ts := setter(t, Options{})
	for _, tc := range []struct {
		text string
		w    int
		want string
	}{
		{"출생·혼인/이혼·사망 신고", 1000, "출생·혼인/이혼·사망 신고"},
		{"출생·혼인/이혼·사망 신고", 170, "출생·혼인/\n이혼·사망 신고"},
		{"請記住您的號碼。", 120, "請記住您\n的號碼。"},
	} {
		if got := ts.Fit(tc.text, tc.w, 80, 26, 2, bold); got.Lines != tc.want || got.Forced || got.Cut {
			t.Errorf("%d px: %+v, want %q", tc.w, got, tc.want)
		}
	}
}

func TestWordsEndWhereTheScriptAllows(t *testing.T) {
	for text, want := range map[string]string{
		"여권 접수 및 교부":   "여권 |접수 |및 |교부",
		"민원, 등본(예약)":   "민원, |등본|(예약)",
		"约4–12分钟，请稍候。": "约4–12分|钟，|请|稍|候。",
		"チェックインを":      "チェッ|ク|イ|ン|を",
		"A, B":         "A, |B",
	} {
		if got := strings.Join(words(text), "|"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestFitIsKept: the same question is answered from the cache.
func TestFitIsKept(t *testing.T) {
	ts := setter(t, Options{})
	for range 3 {
		ts.Fit("여권 접수 및 교부", 100, 80, 26, 3, bold)
	}
	if len(ts.fits) != 1 {
		t.Errorf("%d answers are kept of one question", len(ts.fits))
	}
}

func TestPagesLoseNothing(t *testing.T) {
	ts := setter(t, Options{})
	text := strings.TrimSpace(strings.Repeat("점심시간에는 일부 창구만 운영하오니 양해하여 주시기 바랍니다. ", 6))
	pages := ts.Pages(text, 600, 24, 2, regular)
	if len(pages) < 3 || strings.Join(pages, " ") != text {
		t.Fatalf("%d pages: %q", len(pages), pages)
	}
	for _, p := range pages {
		if b := ts.Fit(p, 600, 80, 24, 2, regular); b.Cut || b.Size < 18 {
			t.Errorf("%q is set at %d px", p, b.Size)
		}
	}
	if got := ts.Pages("출생·혼인/이혼·사망", 120, 24, 1, regular); strings.Join(got, "") != "출생·혼인/이혼·사망" {
		t.Errorf("%q", got)
	}
	if short := ts.Pages("안내", 600, 24, 2, regular); len(short) != 1 {
		t.Errorf("%q", short)
	}
}

// FuzzFit: whatever the text, its lines stay within the box, and none of it is
// lost unless the block says so.
func FuzzFit(f *testing.F) {
	f.Add("여권 접수 및 교부", 120, 60, 40, 2)
	f.Add("출생·혼인/이혼·사망 신고", 80, 30, 60, 3)
	f.Add("a\x00b \u200b 漢字(예약)", 10, 8, 5, 1)
	f.Add("オンラインで番号をお取りの方は、", 90, 60, 30, 3)
	f.Add(strings.Repeat("가", 400), 300, 20, 30, 2)
	ts := setter(f, Options{})
	f.Fuzz(func(t *testing.T, text string, w, h, largest, lines int) {
		if utf8.RuneCountInString(text) > 500 || w < 16 || w > 4000 || h < 8 || h > 2000 || largest < 1 || largest > 600 || lines < 1 || lines > 6 {
			t.Skip()
		}
		text = Clean(text)
		b := ts.Fit(text, w, h, largest, lines, bold)
		got := strings.Split(b.Lines, "\n")
		if len(got) > lines {
			t.Fatalf("%d lines, at most %d", len(got), lines)
		}
		if b.Size > Smallest && float64(b.Size)*ts.High(len(got), bold) > float64(h)+1 {
			t.Fatalf("%d lines of %d px in %d", len(got), b.Size, h)
		}
		for _, line := range got {
			if utf8.RuneCountInString(line) > 1 && ts.Width(line, bold)*float64(b.Size) > float64(w)+0.01 {
				t.Fatalf("%q is wider than %d px at %d", line, w, b.Size)
			}
		}
		if !b.Cut && strings.ReplaceAll(strings.Join(got, ""), " ", "") != strings.ReplaceAll(text, " ", "") {
			t.Fatalf("%q became %q", text, got)
		}
		if pages := ts.Pages(text, w, largest, lines, bold); strings.ReplaceAll(strings.Join(pages, ""), " ", "") != strings.ReplaceAll(text, " ", "") {
			t.Fatalf("%q became the pages %q", text, pages)
		}
	})
}
