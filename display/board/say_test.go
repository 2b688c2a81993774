package board

import (
	"image"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
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

// TestLanguagesTakeTurns: beside Korean one language stands at a time, each as
// long as the others, and Korean does not move.
func TestLanguagesTakeTurns(t *testing.T) {
	b := board(t, Options{Width: 1280, Height: 720, Lang: everyLanguage})
	v := named4(show(busyOffice(), nil, Live()))
	at := time.UnixMilli(floor(resting, 4*pageTurn)).In(seoul)
	var first map[string]image.Rectangle
	for _, want := range []language{en, zh, vi, ja} {
		_, next := b.Layers(v, at)
		if !next.Equal(at.Add(pageTurn)) && next.Sub(at) > pageTurn {
			t.Errorf("next change at %v", next)
		}
		hangul := map[string]image.Rectangle{}
		for _, o := range texts(b.compose(v, at, hotDeep)) {
			if strings.ContainsFunc(o.text, func(r rune) bool { return unicode.Is(unicode.Hangul, r) }) {
				hangul[o.text] = o.rect
				if o.font > bold {
					t.Errorf("%q is not in the Hangul face", o.text)
				}
			}
			for l := en; l < languages; l++ {
				if l != want && o.text == say.counters[l] {
					t.Errorf("%s at the turn of %s", o.text, want.code())
				}
			}
			if o.text == say.counters[want] && o.font != want.face(regular) {
				t.Errorf("%q is set in face %d", o.text, o.font)
			}
			han := strings.ContainsFunc(o.text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
			if han && o.font != want.face(regular) && o.font != want.face(bold) {
				t.Errorf("%q is set in face %d at the turn of %s", o.text, o.font, want.code())
			}
		}
		for _, name := range []words{say.counters, say.queue, named("", "", v.Hall.Names["s1"])} {
			if name[want] != "" && !slices.ContainsFunc(texts(b.compose(v, at, hotDeep)), func(o op) bool { return o.text == name[want] }) {
				t.Errorf("%q is not there at the turn of %s", name[want], want.code())
			}
		}
		if first == nil {
			first = hangul
		} else if !maps.Equal(first, hangul) {
			t.Errorf("Korean moves at the turn of %s", want.code())
		}
		at = at.Add(pageTurn)
	}
}

// TestEnglishStandsIn for names that are not known in a language, and for what a
// kiosk says in two languages alone.
func TestEnglishStandsIn(t *testing.T) {
	b := board(t, Options{Width: 1280, Height: 720, Lang: []string{"ko", "ja"}})
	v := show(troubledOffice(), nil, Live())
	v.Hall.Names = map[string]map[string]string{"s1": {"ja": "証明書の発行", "ko": "다른 이름", "xx": "?"}}
	var all []string
	for _, o := range texts(b.compose(v, resting, hotDeep)) {
		all = append(all, o.text)
	}
	for _, want := range []string{"証明書の発行", "Uijeongbu City Hall", paperOut[0].En, "민원서류 발급"} {
		if !slices.Contains(all, want) {
			t.Errorf("%q is not on the board: %q", want, all)
		}
	}
	if slices.Contains(all, "다른 이름") || slices.Contains(all, "?") {
		t.Errorf("a name that is not of a further language is shown: %q", all)
	}
}
