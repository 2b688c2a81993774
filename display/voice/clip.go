package voice

import (
	"fmt"
	"slices"
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
	var i int
	switch {
	case number(c.Name, "letter-") != "":
		letter := number(c.Name, "letter-")
		return n.Prefixes == nil || slices.ContainsFunc(n.Prefixes, func(p string) bool { return strings.Contains(strings.ToUpper(p), letter) })
	case scan(c.Name, "counter-%d", &i):
		return n.Counters == nil || slices.Contains(n.Counters, i)
	case kiosks(c.Name):
		return n.Kiosk
	case scan(c.Name, "%d", &i) && i >= 100:
		return n.Highest == 0 || i <= n.Highest
	}
	return true
}

// number is what follows the prefix of a clip's name, "" if it has another.
func number(name, prefix string) string {
	rest, ok := strings.CutPrefix(name, prefix)
	if !ok {
		return ""
	}
	return rest
}

func scan(name, format string, into *int) bool {
	if _, err := fmt.Sscanf(name, format, into); err != nil {
		return false
	}
	return fmt.Sprintf(format, *into) == name
}

// Languages are the codes of all languages, Korean first.
func Languages() []string {
	var out []string
	for _, l := range languages() {
		out = append(out, l.code)
	}
	return out
}
