package printer

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// nbsp is a space where no line breaks.
const nbsp = '\u00a0'

// tidy makes a text printable: composed syllables (a text typed on some
// systems comes decomposed), line breaks kept, any other control character a
// space. No byte below 20h can then reach the printer from a text, so none can
// be taken for a command.
func tidy(s string) string {
	s = norm.NFC.String(strings.ToValidUTF8(s, "□"))
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' || r >= 0x7f && r < nbsp {
			return ' '
		}
		return r
	}, s)
}

// charset says which runes a ROM font holds and how they are sent. One
// goroutine at a time.
type charset struct {
	name  string
	euckr transform.Transformer
}

func newCharset(name string) charset {
	return charset{name: name, euckr: korean.EUCKR.NewEncoder().Transformer}
}

// append adds the bytes of r, or says that the font lacks it. After ESC R 13
// the code of the backslash prints the won sign.
func (c *charset) append(dst []byte, r rune) ([]byte, bool) {
	switch {
	case r == '₩':
		return append(dst, '\\'), true
	case r == nbsp:
		return append(dst, ' '), true
	case r == '\\':
		return dst, false
	case r >= ' ' && r < 0x7f:
		return append(dst, byte(r)), true
	case r < 0x7f || c.name == CharsetASCII:
		return dst, false
	}
	var src, out [4]byte
	n := utf8.EncodeRune(src[:], r)
	k, _, err := c.euckr.Transform(out[:], src[:n], true)
	if err != nil || k != 2 {
		return dst, false
	}
	if c.name == CharsetKSX1001 && !inKSX1001(out[0], out[1]) {
		return dst, false
	}
	return append(dst, out[0], out[1]), true
}

// inKSX1001 reports whether a CP949 code lies in the standard's 94 by 94 table
// as the ROM fonts have it; A2E6h and A2E7h (€, ®) were added in 1998, later
// than most of them.
func inKSX1001(hi, lo byte) bool {
	return hi >= 0xa1 && lo >= 0xa1 && !(hi == 0xa2 && lo >= 0xe6)
}

// has reports whether the font holds every rune of s.
func (c *charset) has(s string) bool {
	var buf [4]byte
	for _, r := range s {
		if _, ok := c.append(buf[:0], r); !ok {
			return false
		}
	}
	return true
}

// columns is the width of s on the printer's own grid: one for ASCII, two for
// everything that is sent as two bytes or drawn.
func columns(s string) int {
	n := 0
	for _, r := range s {
		n += runeColumns(r)
	}
	return n
}

func runeColumns(r rune) int {
	if r < 0x7f || r == '₩' || r == nbsp {
		return 1
	}
	return 2
}
