package voice

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Sentence is what is said in one language.
type Sentence struct {
	Language string
	Parts    []Part
}

// Part is a clip of a sentence and the silence before it.
type Part struct {
	Clip  string // name within the language
	Pause time.Duration
}

// Silences within a sentence: between the clips of a number, between words that
// belong together, and where a comma is written.
const (
	within = 60 * time.Millisecond
	phrase = 90 * time.Millisecond
	comma  = 120 * time.Millisecond
)

// language is how calls are said in one language.
type language struct {
	code   string
	lines  func() []Line
	number func(n int) []string // clips of 0 to 9999
	call   func(ticket []string, counter int) []Part
}

func languages() []language {
	return []language{
		{korean, koreanLines, hundreds, koreanCall},
		{"en", englishLines, hundreds, englishCall},
		{"zh", chineseLines, chineseNumber, chineseCall},
		{"ja", japaneseLines, hundreds, japaneseCall},
		{"vi", vietnameseLines, vietnameseNumber, vietnameseCall},
	}
}

func find(code string) (language, error) {
	all := languages()
	i := slices.IndexFunc(all, func(l language) bool { return l.code == code })
	if i < 0 {
		return language{}, fmt.Errorf("voice: no language %q; choose among %s", code, strings.Join(Languages(), ", "))
	}
	return all[i], nil
}

// Call is the sentence that calls a ticket to a counter, of which 0 is unknown.
// A label that cannot be read out is an error.
func Call(code, label string, counter int) (Sentence, error) {
	l, err := find(code)
	if err != nil {
		return Sentence{}, err
	}
	if counter < 0 || counter > 99 {
		return Sentence{}, fmt.Errorf("voice: no clip names counter %d; counters are 1 to 99", counter)
	}
	ticket, err := l.label(label)
	if err != nil {
		return Sentence{}, err
	}
	return Sentence{code, l.call(ticket, counter)}, nil
}

// Ticket is a ticket that was given at the dispenser.
type Ticket struct {
	Label string
	Ahead int  // people who were there before; negative is unknown
	Paper bool // it was printed
}

// sentences say a ticket, in Korean: whoever needs the machine to speak must
// not have to wait for four more languages, nor must the hall.
func (t Ticket) sentences() ([]Sentence, error) {
	l, err := find(korean)
	if err != nil {
		return nil, err
	}
	label, err := l.label(t.Label)
	if err != nil {
		return nil, err
	}
	var out []Sentence
	if t.Paper {
		out = append(out, Sentence{korean, append(said(label), Part{koIs, within})})
	} else {
		out = append(out, Sentence{korean, []Part{{koUnprinted, 0}}},
			Sentence{korean, append(said(label), Part{koRemember, within})})
	}
	switch {
	case t.Ahead > mostAhead:
		out = append(out, Sentence{korean, []Part{{koMany, 0}}})
	case t.Ahead >= 0:
		out = append(out, Sentence{korean, []Part{{koAhead + strconv.Itoa(t.Ahead), 0}}})
	}
	return out, nil
}

// place says what stands here, for those who look for it.
func place() []Sentence { return []Sentence{{korean, []Part{{koDispenser, 0}}}} }

// label is the clips of a ticket's label: letters by name, numbers as people
// say them, and what is longer than four digits digit by digit. Marks between
// them are not said.
func (l language) label(label string) ([]string, error) {
	var out []string
	for rest := strings.ToUpper(label); rest != ""; {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		if digits > 0 {
			out = append(out, l.digits(rest[:digits])...)
			rest = rest[digits:]
			continue
		}
		r := []rune(rest)[0]
		rest = rest[len(string(r)):]
		switch {
		case r >= 'A' && r <= 'Z', l.code == korean && strings.ContainsRune(hangulLetters, r):
			out = append(out, "letter-"+string(r))
		case !unicode.Is(unicode.Pd, r) && !strings.ContainsRune(" ./", r):
			return nil, fmt.Errorf("voice: %q cannot be said in %s: no clip says %q; use letters A to Z as prefix", label, l.code, r)
		}
	}
	if len(out) == 0 || len(out) > 12 {
		return nil, fmt.Errorf("voice: %q cannot be said: it is no ticket's label", label)
	}
	return out, nil
}

func (l language) digits(s string) []string {
	if n, err := strconv.Atoi(s); err == nil && n <= 9999 {
		return l.number(n)
	}
	return strings.Split(s, "")
}

// hundreds is a number from thousands, hundreds and a rest of one clip.
func hundreds(n int) []string {
	if n == 0 {
		return []string{"0"}
	}
	var out []string
	for _, part := range []int{n / 1000 * 1000, n / 100 % 10 * 100, n % 100} {
		if part > 0 {
			out = append(out, strconv.Itoa(part))
		}
	}
	return out
}

// said are clips that follow each other as one word.
func said(clips []string) []Part {
	out := make([]Part, len(clips))
	for i, c := range clips {
		out[i] = Part{c, within}
	}
	return out
}

// letter is a prefix of one letter and its name.
type letter struct {
	is   rune
	said string
}

// latin gives A to Z their names.
func latin(names []string) []letter {
	var out []letter
	for i, n := range names {
		out = append(out, letter{'A' + rune(i), n})
	}
	return out
}
