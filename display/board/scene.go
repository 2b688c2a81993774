package board

import (
	"image"
	"image/color"
	"time"

	"sunbeon/display/typeset"
)

// A scene is the picture before it is painted: a list of strokes in painting
// order. It can be compared, so a layer is repainted only when it differs, and
// searched, so a test can ask where every text lies.
type scene struct {
	ops   []op              // of the base
	parts []part            // over it, in order
	hot   []image.Rectangle // areas of the base that pulse
	next  time.Time         // the scene is the same until then
}

type opKind uint8

const (
	opFill opKind = iota
	opRound
	opShape
	opText
	opImage
)

// op is one stroke. It is comparable.
type op struct {
	kind   opKind
	rect   image.Rectangle // what it covers; of a text, its ink
	col    color.RGBA
	radius int         // opRound
	shape  shape       // opShape
	image  *image.RGBA // opImage, rect in size
	text   string
	x      int // of a text's origin, 1/64 px
	y      int // of a text's baseline, px
	size   int // em, px
	font   typeset.Font
}

// until moves the scene's end forward to t.
func (s *scene) until(t time.Time) {
	if s.next.IsZero() || t.Before(s.next) {
		s.next = t
	}
}

// within returns the strokes that touch r.
func within(ops []op, r image.Rectangle) []op {
	var in []op
	for _, o := range ops {
		if o.rect.Overlaps(r) {
			in = append(in, o)
		}
	}
	return in
}
