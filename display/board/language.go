package board

import (
	"image"
	"slices"
	"time"

	"sunbeon/display/typeface"
	"sunbeon/display/typeset"
)

// language is one that a board can speak.
type language int

const (
	ko language = iota // always first
	en
	zh // in simplified letters
	vi
	ja
	languages
)

var codes = [languages]string{"ko", "en", "zh", "vi", "ja"}

// code is a language's name in Options and in a hall's names.
func (l language) code() string { return codes[l] }

func parseLanguage(code string) (language, bool) {
	l := slices.Index(codes[:], code)
	return language(l), l >= 0
}

// The faces of Korean and English; the other languages' stand behind them.
const (
	regular typeset.Font = iota
	bold
)

// face is that of a language that stands for Korean's.
func (l language) face(f typeset.Font) typeset.Font {
	switch l {
	case zh, vi:
		return f + 2
	case ja:
		return f + 4
	}
	return f
}

// glyphCache is how many bytes of masks a board keeps: those of several pictures.
const glyphCache = 16 << 20

// newSetter sets the languages of a board.
func newSetter(set *typeface.Set, others []language) (*typeset.Setter, error) {
	faces := make([]typeset.Face, 6)
	faces[regular], faces[bold] = typeset.Nanum(set.Regular), typeset.Nanum(set.Bold)
	for _, l := range others {
		if l.face(regular) == regular {
			continue
		}
		plain, heavy, err := set.For(l.code())
		if err != nil {
			return nil, err
		}
		faces[l.face(regular)], faces[l.face(bold)] = typeset.NotoCJK(plain), typeset.NotoCJK(heavy)
	}
	return typeset.New(typeset.Options{Cache: glyphCache}, faces...), nil
}

// turn returns the language that stands beside Korean at a time, ko for none.
func (b *Board) turn(at time.Time) language {
	if len(b.others) == 0 {
		return ko
	}
	return b.others[at.UnixMilli()/pageTurn.Milliseconds()%int64(len(b.others))]
}

// foreign reports whether a text has a second language at all, and can be read
// in it at a size. It is so at every turn or at none, so that Korean keeps its
// place while the languages change.
func (c *canvas) foreign(w words, size int) bool {
	if size < c.legible() {
		return false
	}
	for _, l := range c.board.others {
		if w[l] != "" {
			return true
		}
	}
	return false
}

// widest is how wide a text is in the widest of the other languages, px.
func (c *canvas) widest(w words, st style) int {
	most := 0.0
	for _, l := range c.board.others {
		most = max(most, c.Width(w[l], l.face(st.font)))
	}
	return int(most*float64(st.size) + 0.999)
}

// fitting reports whether a line holds a text in each of the other languages at
// a legible size.
func (c *canvas) fitting(w words, wide, high int, st style) bool {
	for _, l := range c.board.others {
		if b := c.Fit(w[l], wide, high, st.size, 1, l.face(st.font)); b.Cut || b.Size < c.legible() {
			return false
		}
	}
	return true
}

// other writes a text in the language whose turn it is, and returns its width.
func (c *canvas) other(r image.Rectangle, w words, st style) int {
	st.font = c.second.face(st.font)
	_, wide := c.write(r, w[c.second], st)
	return wide
}
