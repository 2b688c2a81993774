package typeface

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

func TestLoadHasEverySyllable(t *testing.T) {
	set, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	face := Face(set.Bold, 24)
	for r := '가'; r <= '힣'; r++ {
		if _, ok := face.GlyphAdvance(r); !ok {
			t.Fatalf("no glyph for %c", r)
		}
	}
}

// TestFacesByLanguage: every language has its letters, and Han is Chinese in
// Chinese and Japanese in Japanese: the two draw 直 otherwise.
func TestFacesByLanguage(t *testing.T) {
	set, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	shape := map[string]fixed.Rectangle26_6{}
	for lang, letters := range map[string]string{"ko": "번창", "en": "Counter", "zh": "请取号直", "vi": "Ếựỡđ", "ja": "窓口へお越しください直"} {
		regular, bold, err := set.For(lang)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range []*opentype.Font{regular, bold} {
			face := Face(f, 100)
			for _, r := range letters {
				if _, ok := face.GlyphAdvance(r); !ok {
					t.Errorf("%s: no glyph for %c", lang, r)
				}
			}
			shape[lang], _, _ = face.GlyphBounds('直')
		}
	}
	if shape["zh"] == shape["ja"] {
		t.Errorf("直 is the same letter in zh and ja: %v", shape["zh"])
	}
	again, _, err := set.For("zh")
	if first, _, _ := set.For("vi"); err != nil || again != first {
		t.Errorf("the same face is opened twice: %v", err)
	}
	if _, _, err := set.For("fr"); err == nil {
		t.Error("a face for French")
	}
	set.others.dirs, set.others.faces = []string{t.TempDir()}, nil
	if _, _, err := set.For("ja"); !errors.Is(err, ErrMissingCJK) || !strings.Contains(err.Error(), "apt-get install fonts-noto-cjk") {
		t.Errorf("got %v", err)
	}
	if _, _, err := set.For("en"); err != nil {
		t.Error(err)
	}
}

func TestMissingNamesTheRemedy(t *testing.T) {
	_, err := load([]string{t.TempDir()})
	if !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), "apt-get install fonts-nanum") {
		t.Fatalf("got %v", err)
	}
}
