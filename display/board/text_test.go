package board

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestWrapBreaksBetweenWords(t *testing.T) {
	ts := newTypesetter(faces(t))
	for _, tc := range []struct {
		w    int
		want string
	}{
		{1000, "출생·혼인/이혼·사망 신고"},
		{170, "출생·혼인/\n이혼·사망 신고"},
	} {
		if got := ts.fit("출생·혼인/이혼·사망 신고", tc.w, 80, 26, 2, bold); got.lines != tc.want || got.forced || got.cut {
			t.Errorf("%d px: %+v, want %q", tc.w, got, tc.want)
		}
	}
}

// FuzzFit: whatever the text, its lines stay within the box, and none of it is
// lost unless the block says so.
func FuzzFit(f *testing.F) {
	f.Add("여권 접수 및 교부", 120, 60, 40, 2)
	f.Add("출생·혼인/이혼·사망 신고", 80, 30, 60, 3)
	f.Add("a\x00b \u200b 漢字(예약)", 10, 8, 5, 1)
	f.Add(strings.Repeat("가", 400), 300, 20, 30, 2)
	ts := newTypesetter(faces(f))
	f.Fuzz(func(t *testing.T, text string, w, h, largest, lines int) {
		if utf8.RuneCountInString(text) > 500 || w < 16 || w > 4000 || h < 8 || h > 2000 || largest < 1 || largest > 600 || lines < 1 || lines > 6 {
			t.Skip()
		}
		text = clean(text)
		b := ts.fit(text, w, h, largest, lines, bold)
		got := strings.Split(b.lines, "\n")
		if len(got) > lines {
			t.Fatalf("%d lines, at most %d", len(got), lines)
		}
		if b.size > smallest && float64(b.size)*(tallest+leading*float64(len(got)-1)) > float64(h)+1 {
			t.Fatalf("%d lines of %d px in %d", len(got), b.size, h)
		}
		for _, line := range got {
			if utf8.RuneCountInString(line) > 1 && ts.width(line, bold)*float64(b.size) > float64(w)+0.01 {
				t.Fatalf("%q is wider than %d px at %d", line, w, b.size)
			}
		}
		if !b.cut && strings.ReplaceAll(strings.Join(got, ""), " ", "") != strings.ReplaceAll(text, " ", "") {
			t.Fatalf("%q became %q", text, got)
		}
	})
}
