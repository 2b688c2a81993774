package voice

import (
	"slices"
	"strconv"
	"strings"
)

// Clip names a recording, e.g. the Korean "17". Its String is "ko/17".
type Clip struct {
	Language string
	Name     string
}

func (c Clip) String() string { return c.Language + "/" + c.Name }

// Line is a clip with what is to be read for it.
type Line struct {
	Clip
	Text string
	// Read is how the text is said where its writing does not show it: Korean as
	// it is pronounced, Chinese in pinyin, Japanese in kana. "" is as written.
	Read string
}

// Need says which clips an office uses. Its zero value is those of the calls of
// any office.
type Need struct {
	Counters []int    // numbers of the counters; nil is 1 to 99
	Prefixes []string // printed before the numbers; nil is every letter, empty is none
	Highest  int      // the largest number of a ticket; 0 is 9999
	Kiosk    bool     // tickets and the place of the dispenser are spoken too
}

// Script is what has to be recorded for an office that speaks Korean and the
// languages given, in the order of recording.
func Script(codes []string, n Need) []Line {
	var out []Line
	for _, l := range languages() {
		if l.code != korean && !slices.Contains(codes, l.code) {
			continue
		}
		for _, line := range l.lines() {
			if n.uses(line.Clip) {
				out = append(out, line)
			}
		}
	}
	return out
}

// uses reports whether an office that speaks the clip's language needs it.
func (n Need) uses(c Clip) bool {
	if letter, ok := strings.CutPrefix(c.Name, "letter-"); ok {
		return n.Prefixes == nil || slices.ContainsFunc(n.Prefixes, func(p string) bool { return strings.Contains(strings.ToUpper(p), letter) })
	}
	if counter, ok := strings.CutPrefix(c.Name, "counter-"); ok {
		return n.Counters == nil || slices.ContainsFunc(n.Counters, func(i int) bool { return strconv.Itoa(i) == counter })
	}
	if kiosks(c) {
		return n.Kiosk
	}
	number, err := strconv.Atoi(c.Name)
	return err != nil || number < 100 || n.Highest == 0 || number <= n.Highest
}

// Languages are the codes of all languages, Korean first.
func Languages() []string {
	var out []string
	for _, l := range languages() {
		out = append(out, l.code)
	}
	return out
}
