package board

import (
	"reflect"
	"regexp"
	"testing"
)

var everyLanguage = []string{"ko", "en", "zh", "vi", "ja"}

// TestEveryPhraseInEveryLanguage: none is missing, each has its glyphs in its
// own face, and all leave open the same places.
func TestEveryPhraseInEveryLanguage(t *testing.T) {
	b := board(t, Options{Width: 1280, Height: 720, Lang: everyLanguage})
	verb := regexp.MustCompile(`%(\[\d\])?[a-z]`)
	glyphs := func(l language, text string) {
		for _, r := range verb.ReplaceAllString(text, "0") {
			if !b.set.Has(r, l.face(regular)) || !b.set.Has(r, l.face(bold)) {
				t.Errorf("%s: no glyph for %c of %q", l.code(), r, text)
			}
		}
	}
	table := reflect.ValueOf(say)
	for i := range table.NumField() {
		name := table.Type().Field(i).Name
		if table.Field(i).Type() != reflect.TypeFor[words]() {
			continue // the days
		}
		var w words
		for l := range w {
			w[l] = table.Field(i).Index(l).String()
		}
		for l, text := range w {
			if text == "" {
				t.Errorf("%s has no %s", name, language(l).code())
			}
			glyphs(language(l), text)
			if got, want := len(verb.FindAllString(text, -1)), len(verb.FindAllString(w[ko], -1)); name != "date" && got != want {
				t.Errorf("%s in %s leaves %d places open, %d in Korean", name, language(l).code(), got, want)
			}
		}
	}
	for l, days := range say.weekdays {
		for _, d := range days {
			if glyphs(language(l), d); d == "" {
				t.Errorf("a day has no name in %s", language(l).code())
			}
		}
	}
}
