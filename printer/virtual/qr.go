package virtual

import (
	"fmt"
	"slices"

	"rsc.io/qr/coding"
)

// readQRs reads the QR codes among dots, in reading order. It reads what a printer
// puts on paper, not what a camera sees: upright, whole modules, every fixed
// pattern and every check byte right. Anything less is not reported, so a code that a
// phone would have to repair counts as missing here.
func readQRs(b *bitmap) []string {
	var found []string
	for y := range b.h {
		for x := range b.w {
			if !b.at(x, y) || x > 0 && b.at(x-1, y) || y > 0 && b.at(x, y-1) {
				continue
			}
			run := 1
			for x+run < b.w && b.at(x+run, y) {
				run++
			}
			if run%7 != 0 {
				continue
			}
			m := modules{b, x, y, run / 7, 0}
			if !m.finder(0, 0) {
				continue
			}
			if text, ok := m.read(); ok {
				found = append(found, text)
			}
		}
	}
	return found
}

// modules is a possible code: its corner and size in dots, its side in modules.
type modules struct {
	b    *bitmap
	x, y int
	dots int
	side int
}

// black samples the middle of a module; outside the dots there is paper.
func (m modules) black(x, y int) bool {
	px, py := m.x+x*m.dots+m.dots/2, m.y+y*m.dots+m.dots/2
	return px < m.b.w && py < m.b.h && m.b.at(px, py)
}

// finder reports one of the three large squares at module x, y.
func (m modules) finder(x, y int) bool {
	for dy := range 7 {
		for dx := range 7 {
			ring := max(abs(dx-3), abs(dy-3))
			if m.black(x+dx, y+dy) != (ring != 2) {
				return false
			}
		}
	}
	return true
}

func abs(n int) int { return max(n, -n) }

// read tries every size whose other two finders are in place.
func (m modules) read() (string, bool) {
	for v := coding.Version(coding.MinVersion); v <= coding.MaxVersion; v++ {
		m.side = 17 + 4*int(v)
		if m.finder(m.side-7, 0) && m.finder(0, m.side-7) {
			if text, err := m.decode(v); err == nil {
				return text, true
			}
		}
	}
	return "", false
}

// decode reads the format, and by its plan all data. Standard: ISO/IEC 18004.
func (m modules) decode(v coding.Version) (string, error) {
	var format uint32
	for i := 10; i < 15; i++ { // level and mask; the plan below checks the other bits
		if m.black(14-i, 8) {
			format |= 1 << i
		}
	}
	format ^= 0x5412
	level := coding.Level(format>>13&3) ^ 1
	plan, err := coding.NewPlan(v, level, coding.Mask(format>>10&7))
	if err != nil {
		return "", fmt.Errorf("virtual: QR plan: %w", err)
	}
	raw := make([]byte, plan.DataBytes+plan.CheckBytes)
	for y, row := range plan.Pixel {
		for x, pix := range row {
			bit := m.black(x, y) != (pix&coding.Black != 0)
			switch pix.Role() {
			case coding.Data, coding.Check:
				if bit {
					o := pix.Offset()
					raw[o/8] |= 0x80 >> (o % 8)
				}
			case coding.Extra:
			default:
				if bit {
					return "", fmt.Errorf("virtual: QR pattern broken at %d,%d", x, y)
				}
			}
		}
	}
	var check coding.Bits
	check.Append(slices.Clone(raw[:plan.DataBytes]))
	check.AddCheckBytes(v, level)
	if !slices.Equal(check.Bytes(), raw) {
		return "", fmt.Errorf("virtual: QR check bytes are wrong")
	}
	return segments(&bits{b: raw[:plan.DataBytes]}, v)
}

// bits reads numbers off the data; past its end there are zeros, which is the
// terminator.
type bits struct {
	b   []byte
	pos int
}

func (s *bits) take(n int) int {
	v := 0
	for range n {
		v <<= 1
		if s.pos/8 < len(s.b) && s.b[s.pos/8]&(0x80>>(s.pos%8)) != 0 {
			v |= 1
		}
		s.pos++
	}
	return v
}

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

// segments decodes the numeric, alphanumeric and byte segments.
func segments(s *bits, v coding.Version) (string, error) {
	class := 0
	if v > 9 {
		class++
	}
	if v > 26 {
		class++
	}
	var out []byte
	for {
		switch kind := s.take(4); kind {
		case 0:
			return string(out), nil
		case 1:
			n := s.take([...]int{10, 12, 14}[class])
			for ; n > 0 && s.pos < len(s.b)*8; n -= 3 {
				d := min(n, 3)
				out = fmt.Appendf(out, "%0*d", d, s.take([...]int{0, 4, 7, 10}[d]))
			}
		case 2:
			n := s.take([...]int{9, 11, 13}[class])
			for ; n > 0 && s.pos < len(s.b)*8; n -= 2 {
				if n == 1 {
					out = append(out, alphabet[s.take(6)%45])
					break
				}
				pair := s.take(11) % (45 * 45)
				out = append(out, alphabet[pair/45], alphabet[pair%45])
			}
		case 4:
			n := s.take([...]int{8, 16, 16}[class])
			for ; n > 0 && s.pos < len(s.b)*8; n-- {
				out = append(out, byte(s.take(8)))
			}
		default:
			return "", fmt.Errorf("virtual: QR segment of kind %d", kind)
		}
	}
}
