package printer

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func wide(n int) func(string) bool { return func(s string) bool { return columns(s) <= n } }

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text   string
		n      int
		want   []string
		broken bool
	}{
		{"여권 접수 및 교부", 16, []string{"여권 접수 및", "교부"}, false},
		{"여권 접수 및 교부", 17, []string{"여권 접수 및 교부"}, false},
		{"출생·혼인/이혼·사망 신고", 21, []string{"출생·혼인/이혼·사망", "신고"}, false},
		{"출생·혼인/이혼·사망 신고", 16, []string{"출생·혼인/", "이혼·사망 신고"}, true},
		{"가나다라마바사", 5, []string{"가나", "다라", "마바", "사"}, true},
		{"한 줄\n\n두 줄\n", 20, []string{"한 줄", "", "두 줄"}, false},
		{"발권\u00a014:05 끝", 10, []string{"발권\u00a014:05", "끝"}, false},
		{"  ", 20, nil, false},
	} {
		got, broken := wrap(c.text, wide(c.n))
		if !slices.Equal(got, c.want) || broken != c.broken {
			t.Errorf("%q in %d: %q %v, want %q %v", c.text, c.n, got, broken, c.want, c.broken)
		}
	}
}

// TestWrapLosesNothing: the same runes in the same order, and no line too long.
func TestWrapLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("가나다힣AZ09 /·,.-\n\u00a0"))).Draw(t, "text")
		n := rapid.IntRange(2, 48).Draw(t, "columns")
		lines, _ := wrap(text, wide(n))
		for _, l := range lines {
			if columns(l) > n {
				t.Fatalf("%q is %d columns, want %d at most", l, columns(l), n)
			}
		}
		bare := strings.NewReplacer(" ", "", "\n", "")
		if got, want := bare.Replace(strings.Join(lines, "")), bare.Replace(text); got != want {
			t.Fatalf("%q became %q", text, lines)
		}
	})
}
