package board

import (
	"strings"
	"unicode"
)

// Measures of a line of Nanum, ems. Hangul and figures are centred on middle
// above the baseline to within a hundredth; leading is from line to line.
const (
	middle  = 0.35
	leading = 1.24
	tallest = 1.06 // of one line's ink, accents and brackets included
)

// smallest is the em to which a text may shrink before it is shortened.
const smallest = 5

// block is a text cut into lines at a size.
type block struct {
	lines  string // separated by newlines, so that a block is comparable
	size   int
	forced bool // broken inside a word
	cut    bool // shortened: the text does not fit even at the smallest size
}

type fitKey struct {
	text    string
	w, h    int
	largest int
	lines   int
	weight  weight
}

// clean makes a foreign text valid and printable on one line.
func clean(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, "�"), func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsGraphic(r)
	}), " ")
}

// fit cuts a text into at most so many lines, at the largest size up to largest
// that stays within w and h pixels. Lines break between words, after ·, / and
// commas; inside a word only where the text would otherwise fall below three
// fifths of the size asked for.
func (t *typesetter) fit(text string, w, h, largest, lines int, wt weight) block {
	k := fitKey{text, w, h, largest, lines, wt}
	if b, ok := t.fits[k]; ok {
		return b
	}
	var b block
	for k.lines = 1; ; k.lines++ {
		// One line more must make the text a third larger to be worth it.
		if got := t.measure(k); k.lines == 1 || b.cut || float64(got.size) >= 1.33*float64(b.size) || b.forced && !got.forced {
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

func (t *typesetter) measure(k fitKey) block {
	size := min(k.largest, int(float64(k.h)/tallest))
	if all := t.width(k.text, k.weight); all > 0 {
		// No more than the lines can hold; spaces at their ends are not held.
		spaces := float64(strings.Count(k.text, " ")) * t.em(' ', k.weight)
		size = min(size, int(float64(k.w*k.lines)/max(all-spaces, all/4))+1)
	}
	size = max(size, smallest)
	var last block
	for ; ; size = max(smallest, min(size-1, size*97/100)) {
		room := 1 + int((float64(k.h)/float64(size)-tallest)/leading)
		room = min(max(room, 1), k.lines)
		lines, forced := t.wrap(k.text, float64(k.w)/float64(size), k.weight)
		last = block{strings.Join(lines, "\n"), size, forced, false}
		fits := len(lines) <= room
		if fits && (!forced || size <= max(smallest, k.largest*3/5)) {
			last.lines = strings.Join(t.balance(k.text, lines, float64(k.w)/float64(size), k.weight), "\n")
			return last
		}
		if size == smallest {
			if !fits {
				last.lines = strings.Join(t.shorten(lines[:room], float64(k.w)/smallest, k.weight), "\n")
				last.cut = true
			}
			return last
		}
	}
}

// balance narrows the lines of a wrapped text as long as their number stays.
func (t *typesetter) balance(text string, lines []string, most float64, w weight) []string {
	if len(lines) < 2 {
		return lines
	}
	least := t.width(text, w) / float64(len(lines))
	best := lines
	for lo, hi, i := least, most, 0; i < 7; i++ {
		mid := (lo + hi) / 2
		if got, forced := t.wrap(text, mid, w); len(got) == len(lines) && !forced {
			best, hi = got, mid
		} else {
			lo = mid
		}
	}
	return best
}

// shorten ends the last line with an ellipsis.
func (t *typesetter) shorten(lines []string, most float64, w weight) []string {
	last := []rune(lines[len(lines)-1])
	for len(last) > 0 && t.width(string(last)+"…", w) > most {
		last = last[:len(last)-1]
	}
	return append(lines[:len(lines)-1:len(lines)-1], string(last)+"…")
}

// wrap fills lines of at most so many ems, and reports whether it had to break
// a word.
func (t *typesetter) wrap(text string, most float64, w weight) (lines []string, forced bool) {
	line, wide := "", 0.0
	end := func() {
		if line = strings.TrimRight(line, " "); line != "" {
			lines = append(lines, line)
		}
		line, wide = "", 0
	}
	for _, word := range words(text) {
		bare := t.width(strings.TrimRight(word, " "), w)
		if line != "" && wide+bare > most {
			end()
		}
		if bare <= most {
			line += word
			wide += t.width(word, w)
			continue
		}
		forced = true
		for _, r := range word {
			a := t.em(r, w)
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

// words splits a text after every place where a line may end.
func words(s string) []string {
	var out []string
	from := 0
	for i, r := range s {
		switch {
		case r == '(' && i > from:
			out = append(out, s[from:i])
			from = i
		case strings.ContainsRune(" ·/,", r):
			end := i + len(string(r))
			out = append(out, s[from:end])
			from = end
		}
	}
	if from < len(s) {
		out = append(out, s[from:])
	}
	return out
}
