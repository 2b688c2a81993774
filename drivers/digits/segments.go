package digits

import (
	"errors"
	"fmt"
	"strings"
)

// glyph is the segments of a character, PGFEDCBA; ok is false for one that
// seven segments cannot show without being taken for another.
func glyph(c byte) (segments byte, ok bool) {
	const digits = "\x3F\x06\x5B\x4F\x66\x6D\x7D\x07\x7F\x6F"
	switch {
	case c >= '0' && c <= '9':
		return digits[c-'0'], true
	case c >= 'a' && c <= 'z':
		c -= 'a' - 'A'
	}
	switch c {
	case ' ':
		return 0x00, true
	case '-':
		return 0x40, true
	case 'A':
		return 0x77, true
	case 'B':
		return 0x7C, true
	case 'C':
		return 0x39, true
	case 'D':
		return 0x5E, true
	case 'E':
		return 0x79, true
	case 'F':
		return 0x71, true
	case 'H':
		return 0x76, true
	case 'J':
		return 0x1E, true
	case 'L':
		return 0x38, true
	case 'N':
		return 0x54, true
	case 'O':
		return 0x5C, true
	case 'P':
		return 0x73, true
	case 'Q':
		return 0x67, true
	case 'R':
		return 0x50, true
	case 'T':
		return 0x78, true
	case 'U':
		return 0x3E, true
	case 'Y':
		return 0x6E, true
	}
	return 0, false
}

// Segments is a text on a display of so many cells, left to right, PGFEDCBA. The
// text is a number with an optional prefix ("117", "A12", "B-012"), or "" for
// darkness. With an error the result is what can honestly be shown: the number
// without its prefix, or dashes.
func Segments(text string, cells int) ([]byte, error) {
	out := make([]byte, max(cells, 0))
	if text == "" {
		return out, nil
	}
	prefix := strings.TrimRight(text, "0123456789")
	number := text[len(prefix):]
	var err error
	for i := range len(prefix) {
		if _, ok := glyph(prefix[i]); !ok {
			err = fmt.Errorf("digits: %q: seven segments cannot show %q; the number is shown without its prefix", text, prefix)
			break
		}
	}
	switch {
	case len(number) > cells || number == "":
		err = fmt.Errorf("digits: %q does not fit in %d digits; dashes are shown", text, cells)
		if number == "" {
			err = errors.New("digits: no number in " + fmt.Sprintf("%q; dashes are shown", text))
		}
		for i := range out {
			out[i] = 0x40
		}
		return out, err
	case err == nil && len(text) <= cells:
		number = text
	case err == nil:
		err = fmt.Errorf("digits: %q does not fit in %d digits; the number is shown without its prefix", text, cells)
	}
	for i := range len(number) {
		out[cells-len(number)+i], _ = glyph(number[i])
	}
	return out, err
}
