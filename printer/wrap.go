package printer

import (
	"strings"
	"unicode/utf8"
)

// wrap breaks a text into lines that fit, at spaces (not at nbsp) and at the
// line breaks it has. Nothing is ever cut off: a word that does not fit alone is broken after
// a dot, stroke or comma inside it, else between two runes, and broken says so.
func wrap(text string, fits func(string) bool) (lines []string, broken bool) {
	for paragraph := range strings.SplitSeq(text, "\n") {
		line := ""
		for _, word := range strings.FieldsFunc(paragraph, func(r rune) bool { return r == ' ' }) {
			if line != "" && fits(line+" "+word) {
				line += " " + word
				continue
			}
			if line != "" {
				lines = append(lines, line)
			}
			for !fits(word) {
				broken = true
				head := longestHead(word, fits)
				if head == word { // one rune, wider than the paper
					break
				}
				lines = append(lines, head)
				word = word[len(head):]
			}
			line = word
		}
		lines = append(lines, line)
	}
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines, broken
}

// longestHead is the longest beginning of word that fits and ends well; it has
// one rune at least.
func longestHead(word string, fits func(string) bool) string {
	_, first := utf8.DecodeRuneInString(word)
	longest, well := first, 0
	for i, r := range word {
		end := i + utf8.RuneLen(r)
		if !fits(word[:end]) {
			break
		}
		longest = max(longest, end)
		if strings.ContainsRune("·/,.-)", r) {
			well = end
		}
	}
	if well > 0 {
		return word[:well]
	}
	return word[:longest]
}
