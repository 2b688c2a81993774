package digits

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// draw is what a display shows, as text of three lines.
func draw(segments []byte) string {
	var rows [3]strings.Builder
	bar := func(s byte, bit int, c string) string {
		if s>>bit&1 == 1 {
			return c
		}
		return " "
	}
	for _, s := range segments {
		rows[0].WriteString(" " + bar(s, 0, "_") + "  ")
		rows[1].WriteString(bar(s, 5, "|") + bar(s, 6, "_") + bar(s, 1, "|") + " ")
		rows[2].WriteString(bar(s, 4, "|") + bar(s, 3, "_") + bar(s, 2, "|") + " ")
	}
	var out []string
	for i := range rows {
		out = append(out, strings.TrimRight(rows[i].String(), " "))
	}
	return strings.Join(out, "\n")
}

func TestSegments(t *testing.T) {
	for _, tc := range []struct {
		text  string
		cells int
		same  string // as the text with spaces, drawn without an error; else errs
		errs  string
	}{
		{"7", 4, "   7", ""},
		{"117", 4, " 117", ""},
		{"1234", 4, "1234", ""},
		{"A12", 4, " A12", ""},
		{"b-12", 4, "B-12", ""},
		{"", 4, "    ", ""},
		{"0", 3, "  0", ""},
		{"A117", 3, "117", "without its prefix"},
		{"S12", 4, "  12", "cannot show"},
		{"가12", 4, "  12", "cannot show"},
		{"K123", 3, "123", "cannot show"},
		{"1234", 3, "---", "does not fit"},
		{"K1234", 3, "---", "does not fit"},
		{"AB", 4, "----", "no number"},
		{"12A", 4, "----", "no number"},
		{"1", 0, "", "does not fit"},
	} {
		got, err := Segments(tc.text, tc.cells)
		want := make([]byte, tc.cells)
		for i := range want {
			want[i], _ = glyph(tc.same[i])
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%q on %d:\n%s\nwant\n%s", tc.text, tc.cells, draw(got), draw(want))
		}
		if (err != nil) != (tc.errs != "") || err != nil && (!strings.Contains(err.Error(), tc.errs) || !strings.HasPrefix(err.Error(), "digits: ")) {
			t.Errorf("%q on %d: error %v, want %q", tc.text, tc.cells, err, tc.errs)
		}
	}
}

// TestDigitsLook compares the ten digits with a picture of them.
func TestDigitsLook(t *testing.T) {
	got, err := Segments("0123456789", 10)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Trim(`
 _       _   _       _   _   _   _   _
| |   |  _|  _| |_| |_  |_    | |_| |_|
|_|   | |_   _|   |  _| |_|   | |_|  _|
`, "\n")
	if d := draw(got); d != want {
		t.Errorf("\n%s\nwant\n%s", d, want)
	}
}

// TestGlyphsDiffer: no two characters look alike, and none like a lit dot.
func TestGlyphsDiffer(t *testing.T) {
	seen := map[byte]byte{}
	for c := byte(' '); c < 'a'; c++ {
		s, ok := glyph(c)
		if !ok {
			continue
		}
		if other, taken := seen[s]; taken {
			t.Errorf("%q looks like %q", c, other)
		}
		if s&0x80 != 0 {
			t.Errorf("%q lights the point", c)
		}
		seen[s] = c
	}
	if len(seen) < 28 {
		t.Errorf("only %d characters", len(seen))
	}
	for _, c := range "GISZKMVWX" {
		if _, ok := glyph(byte(c)); ok {
			t.Errorf("%c can be taken for another", c)
		}
	}
}

// TestNeverAnotherNumber: whatever the text, the digits shown are all of its
// number's, at the right, or none.
func TestNeverAnotherNumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.RuneFrom([]rune("0123456789ABKSZ- 가")), 0, 8, -1).Draw(t, "text")
		cells := rapid.IntRange(0, 8).Draw(t, "cells")
		got, err := Segments(text, cells)
		if len(got) != cells {
			t.Fatalf("%d cells", len(got))
		}
		number := text[len(strings.TrimRight(text, "0123456789")):]
		shown := ""
		for _, s := range got {
			for c := byte('0'); c <= '9'; c++ {
				if g, _ := glyph(c); g == s {
					shown += string(c)
				}
			}
		}
		prefix := strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return r
			}
			return -1
		}, text[:len(text)-len(number)])
		if shown != "" && shown != number && (err != nil || shown != prefix+number) {
			t.Fatalf("%q on %d shows %q", text, cells, shown)
		}
	})
}
