package typeface

import (
	"errors"
	"strings"
	"testing"
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

func TestMissingNamesTheRemedy(t *testing.T) {
	_, err := load([]string{t.TempDir()})
	if !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), "apt-get install fonts-nanum") {
		t.Fatalf("got %v", err)
	}
}
