package typeset

import (
	"strings"
	"unicode"
)

// Smallest is the em to which a text may shrink before it is shortened, px.
const Smallest = 5

// Block is a text cut into lines at a size.
type Block struct {
	Lines  string // separated by newlines, so that a block is comparable
	Size   int    // em, px
	Forced bool   // broken inside a word
	Cut    bool   // shortened: the text does not fit even at the smallest size
}

type fitKey struct {
	text    string
	w, h    int
	largest int
	lines   int
	font    Font
}

// Clean makes a foreign text valid and printable on one line.
func Clean(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, "�"), func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsGraphic(r)
	}), " ")
}

// Fit cuts a text into at most so many lines, at the largest em up to largest
// that stays within w and h pixels. Lines break where the script allows it;
// inside a word only where the text would otherwise fall below three fifths of
// the size asked for.
func (t *Setter) Fit(text string, w, h, largest, lines int, f Font) Block {
	k := fitKey{text, w, h, largest, lines, f}
	if b, ok := t.fits[k]; ok {
		return b
	}
	var b Block
	for k.lines = 1; ; k.lines++ {
		// One line more must make the text a sixth larger to be worth it.
		if got := t.measure(k); k.lines == 1 || b.Cut || float64(got.Size) >= 1.15*float64(b.Size) || b.Forced && !got.Forced {
			b = got
		}
		if k.lines >= lines {
			break
		}
	}
	if len(t.fits) >= maxFits {
		clear(t.fits)
	}
	t.fits[k] = b
	return b
}

// High is how high so many lines are at an em, with all their ink, ems.
func (t *Setter) High(lines int, f Font) float64 {
	return t.faces[f].Tallest + t.faces[f].Leading*float64(lines-1)
}

func (t *Setter) measure(k fitKey) Block {
	face := t.faces[k.font]
	size := min(k.largest, int(float64(k.h)/face.Tallest))
	if all := t.Width(k.text, k.font); all > 0 {
		// No more than the lines can hold; spaces at their ends are not held.
		spaces := float64(strings.Count(k.text, " ")) * t.Em(' ', k.font)
		size = min(size, int(float64(k.w*k.lines)/max(all-spaces, all/4))+1)
	}
	size = max(size, Smallest)
	var last Block
	for ; ; size = max(Smallest, min(size-1, size*97/100)) {
		room := 1 + int((float64(k.h)/float64(size)-face.Tallest)/face.Leading)
		room = min(max(room, 1), k.lines)
		lines, forced := t.wrap(k.text, float64(k.w)/float64(size), k.font)
		last = Block{strings.Join(lines, "\n"), size, forced, false}
		fits := len(lines) <= room
		if fits && (!forced || size <= max(Smallest, k.largest*3/5)) {
			last.Lines = strings.Join(t.balance(k.text, lines, float64(k.w)/float64(size), k.font), "\n")
			return last
		}
		if size == Smallest {
			if !fits {
				last.Lines = strings.Join(t.shorten(lines[:room], float64(k.w)/Smallest, k.font), "\n")
				last.Cut = true
			}
			return last
		}
	}
}

// Pages cuts a text into pages of at most so many lines, each of which fits w
// pixels at an em of size px. Nothing is lost; a page is for Fit to cut again.
func (t *Setter) Pages(text string, w, size, lines int, f Font) []string {
	all, _ := t.wrap(text, float64(w)/float64(size), f)
	pages := (len(all) + lines - 1) / lines
	if pages == 1 {
		return []string{text}
	}
	var out []string
	for i := range pages { // even ones, rather than a last page of one word
		end := 0
		for _, line := range all[len(all)*i/pages : len(all)*(i+1)/pages] {
			end += strings.Index(text[end:], line) + len(line)
		}
		out = append(out, strings.TrimSpace(text[:end]))
		text = text[end:]
	}
	return out
}

// balance narrows the lines of a wrapped text as long as their number stays.
func (t *Setter) balance(text string, lines []string, most float64, f Font) []string {
	if len(lines) < 2 {
		return lines
	}
	least := t.Width(text, f) / float64(len(lines))
	best := lines
	for lo, hi, i := least, most, 0; i < 7; i++ {
		mid := (lo + hi) / 2
		if got, forced := t.wrap(text, mid, f); len(got) == len(lines) && !forced {
			best, hi = got, mid
		} else {
			lo = mid
		}
	}
	return best
}

// shorten ends the last line with an ellipsis.
func (t *Setter) shorten(lines []string, most float64, f Font) []string {
	last := []rune(lines[len(lines)-1])
	for len(last) > 0 && t.Width(string(last)+"…", f) > most {
		last = last[:len(last)-1]
	}
	return append(lines[:len(lines)-1:len(lines)-1], string(last)+"…")
}

// wrap fills lines of at most so many ems, and reports whether it had to break
// a word.
func (t *Setter) wrap(text string, most float64, f Font) (lines []string, forced bool) {
	line, wide := "", 0.0
	end := func() {
		if line = strings.TrimRight(line, " "); line != "" {
			lines = append(lines, line)
		}
		line, wide = "", 0
	}
	for _, word := range words(text) {
		bare := t.Width(strings.TrimRight(word, " "), f)
		if line != "" && wide+bare > most {
			end()
		}
		if bare <= most {
			line += word
			wide += t.Width(word, f)
			continue
		}
		forced = true
		for _, r := range word {
			a := t.Em(r, f)
			if line != "" && r != ' ' && wide+a > most {
				end()
			}
			line += string(r)
			wide += a
		}
	}
	end()
	if len(lines) == 0 {
		lines = []string{""}
	}
	return lines, forced
}

// words splits a text after every place where a line may end: after a space, ·,
// / and commas, before a bracket, and between Han and kana, though no line
// starts with a mark that closes.
func words(s string) []string {
	var out []string
	from, last := 0, rune(0)
	for i, r := range s {
		ends := strings.ContainsRune(" ·/,、，。；：", last) && !strings.ContainsRune(" ", r)
		if i > from && !strings.ContainsRune(closing, r) && (ends || r == '(' || r == '（' || free(last) && free(r) ||
			free(last) && !free(r) && unicode.IsLetter(r) || free(r) && unicode.IsLetter(last)) {
			out = append(out, s[from:i])
			from = i
		}
		last = r
	}
	if from < len(s) {
		out = append(out, s[from:])
	}
	return out
}

// closing are marks that no line starts with: of Japanese, the small kana too.
const closing = "、，。；：！？）」』】・ーっゃゅょァィゥェォッャュョ)…"

// free reports whether a line may end on either side of a rune.
func free(r rune) bool { return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) }
