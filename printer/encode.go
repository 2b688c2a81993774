package printer

import (
	"strings"

	"rsc.io/qr/coding"

	"sunbeon/display/typeface"
	"sunbeon/display/typeset"
)

// Encode turns a ticket into the bytes for one printer, from ESC @ to the cut.
// It is Encoder.Encode for a single ticket.
func Encode(p Profile, t Ticket, faces *typeface.Set) ([]byte, error) {
	e, err := NewEncoder(p, faces)
	if err != nil {
		return nil, err
	}
	return e.Encode(t)
}

// Encoder turns tickets into bytes and keeps what returns on every ticket of
// an office: the encoded names, the drawn lines, the plan of the QR. One
// goroutine at a time.
type Encoder struct {
	p   Profile
	set *typeset.Setter // nil: what the ROM font lacks cannot be drawn
	cs  charset
	pen pen

	kept  map[paragraph][]line
	plans map[coding.Version]*coding.Plan
	last  int // bytes of the last ticket
}

// keepAtMost bounds the memory of an encoder: an office has a few dozen fixed
// texts, and a drawn line takes up to 8 kB.
const keepAtMost = 128

// NewEncoder makes an encoder for one model. Faces draw the runes that the
// model's ROM font lacks; without them (nil) such a rune prints as □, since a
// ticket with a hole in a name is better than no ticket.
func NewEncoder(p Profile, faces *typeface.Set) (*Encoder, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	e := &Encoder{p: p, cs: newCharset(p.Charset),
		kept:  make(map[paragraph][]line),
		plans: make(map[coding.Version]*coding.Plan)}
	if faces != nil {
		e.set = typeset.New(typeset.Options{Exact: true, Cache: glyphCache},
			typeset.Nanum(faces.Regular), typeset.Nanum(faces.Bold))
	}
	return e, nil
}

// The faces of an encoder's setter.
const (
	regularFace typeset.Font = iota
	boldFace
)

// glyphCache is how many bytes of glyph masks an encoder keeps: a drawn line
// itself is kept.
const glyphCache = 64 << 10

// line is a line ready to send: text for the ROM font, or whole GS v 0
// commands.
type line struct {
	size   size
	bold   bool
	raster bool
	body   []byte
}

// Encode gives the bytes of one ticket, the caller's to keep. Errors: a ticket
// without a number (ErrNoNumber), a URL too long for a QR.
func (e *Encoder) Encode(t Ticket) ([]byte, error) {
	if strings.TrimSpace(t.Number) == "" {
		return nil, ErrNoNumber
	}
	dst := make([]byte, 0, max(512, e.last+e.last/8))
	dst = e.appendStart(dst)
	for _, p := range paragraphs(t) {
		dst = e.appendParagraph(dst, p)
	}
	if t.URL != "" {
		var err error
		if dst, err = e.appendQR(dst, t.URL); err != nil {
			return nil, err
		}
	}
	if m := strings.TrimSpace(t.Message); m != "" {
		dst = e.appendParagraph(dst, paragraph{text: m, fixed: true})
	}
	dst = e.appendCut(dst)
	e.last = len(dst)
	return dst, nil
}

// appendStart puts the printer into a known state. ESC @ may switch the
// automatic status off, so that GS a follows.
func (e *Encoder) appendStart(dst []byte) []byte {
	e.pen = pen{}
	dst = append(dst, 0x1b, '@', 0x1b, 't', 0)
	if e.p.Charset != CharsetASCII {
		dst = append(dst, 0x1c, '&')
	}
	dst = append(dst, 0x1b, 'R', 13)
	if e.p.twoWay() {
		dst = append(dst, 0x1d, 'a', 0xff)
	}
	return dst
}

// appendCut feeds to the knife and cuts, or to the tear bar.
func (e *Encoder) appendCut(dst []byte) []byte {
	if e.p.Cutter {
		return append(dst, 0x1d, 'V', 'B', 0)
	}
	return append(dst, 0x1b, 'd', 5)
}

func (e *Encoder) appendParagraph(dst []byte, p paragraph) []byte {
	lines, ok := e.kept[p]
	if !ok {
		lines = e.lay(p)
		if p.fixed {
			if len(e.kept) >= keepAtMost {
				clear(e.kept)
			}
			e.kept[p] = lines
		}
	}
	for _, l := range lines {
		if l.raster { // it is centered already
			dst = e.pen.align(dst, Left)
			dst = append(dst, l.body...)
			continue
		}
		dst = e.pen.align(dst, Center)
		dst = e.pen.style(dst, l.size, l.bold)
		dst = append(dst, l.body...)
		dst = append(dst, '\n')
	}
	return dst
}

// lay chooses the size, wraps and encodes.
func (e *Encoder) lay(p paragraph) []line {
	text := tidy(p.text)
	if e.set == nil {
		text = e.withoutStrangers(text)
	}
	drawn := !e.cs.has(strings.ReplaceAll(text, "\n", ""))
	limit := e.p.HangulSize
	switch {
	case drawn:
		limit = numberSize
	case columns(text) == len(text): // ASCII only
		limit = e.p.DigitSize
	}
	sizes, most := p.fit.sizes(limit, drawn)
	var texts []string
	var s size
	for i := range sizes {
		s = sizes[i]
		var broken bool
		texts, broken = wrap(text, func(t string) bool { return e.fits(t, s, p.bold, drawn) })
		if !broken && len(texts) <= most {
			break
		}
	}
	lines := make([]line, 0, len(texts))
	for _, t := range texts {
		lines = append(lines, e.encodeLine(t, s, p.bold))
	}
	return lines
}

// fits reports whether t takes one line, on the printer's grid and, where some
// of the paragraph is drawn, in the drawn face too.
func (e *Encoder) fits(t string, s size, bold, drawn bool) bool {
	if columns(t)*s.w > e.p.Columns {
		return false
	}
	return !drawn || e.set.Advance(t, e.face(24*s.h, bold), 24*s.h) <= float64(e.p.Dots)
}

func (e *Encoder) encodeLine(t string, s size, bold bool) line {
	l := line{size: s, bold: bold, body: make([]byte, 0, 2*len(t))}
	for _, r := range t {
		var ok bool
		if l.body, ok = e.cs.append(l.body, r); !ok {
			l.raster = true
			pic := rasterLine(e.set, e.face(24*s.h, bold), t, 24*s.h, e.p.Dots, Center).crop()
			pic.guard()
			l.body = pic.append(l.body[:0], e.bandRows(pic.Stride()))
			return l
		}
	}
	return l
}

// face gives the face that draws an em of px dots; large text is always bold, or
// a thermal head makes its strokes thin.
func (e *Encoder) face(px int, bold bool) typeset.Font {
	if bold || px > 24 {
		return boldFace
	}
	return regularFace
}

// bandRows is how many lines of a picture go into one command: all where the
// model allows it, else what takes half its receive buffer.
func (e *Encoder) bandRows(stride int) int {
	if e.p.RasterWhole {
		return 0xffff
	}
	return max(1, (e.p.ReceiveBuffer/2-8)/stride)
}

// withoutStrangers replaces the runes that the ROM font lacks.
func (e *Encoder) withoutStrangers(text string) string {
	stranger := '□'
	if !e.cs.has("□") {
		stranger = '?'
	}
	return strings.Map(func(r rune) rune {
		if r == '\n' || e.cs.has(string(r)) {
			return r
		}
		return stranger
	}, text)
}

// pen is the printer's state as the bytes so far leave it, so that only
// changes are sent. The zero value is the state after ESC @.
type pen struct {
	at   Align
	n    byte // argument of GS !
	bold bool
}

func (p *pen) align(dst []byte, a Align) []byte {
	if p.at == a {
		return dst
	}
	p.at = a
	return append(dst, 0x1b, 'a', byte(a))
}

func (p *pen) style(dst []byte, s size, bold bool) []byte {
	if n := byte((s.w-1)<<4 | (s.h - 1)); p.n != n {
		p.n = n
		dst = append(dst, 0x1d, '!', n)
	}
	if p.bold != bold {
		p.bold = bold
		dst = append(dst, 0x1b, 'E', b2i(bold))
	}
	return dst
}

func b2i(b bool) byte {
	if b {
		return 1
	}
	return 0
}
