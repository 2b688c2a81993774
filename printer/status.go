package printer

// answerKind tells apart what comes back on the one return stream.
type answerKind byte

const (
	realTime  answerKind = iota + 1 // one byte, to DLE EOT n; which n is for the asker to know
	sensors                         // one byte, to GS r 1: paper, and the fence
	automatic                       // four bytes of automatic status
	block                           // 37h or 5Fh, identifier and data, NUL
	flow                            // XON or XOFF
	noise                           // a byte that no answer has here
)

// answer is one item of the return stream.
type answer struct {
	kind answerKind
	b    [4]byte // the bytes of realTime, sensors, automatic; of a block the header
	data string  // of a block: identifier and data, without header and NUL
}

// maxBlock ends a block whose NUL never comes; the longest we cause has five
// bytes, and a printer's name (GS I) has less than 80.
const maxBlock = 80

// parser separates the return stream by the bits that every answer fixes:
//
//	0xx1xx10   DLE EOT n                       one byte
//	0xx0xxxx   GS r, GS I                      one byte
//	0xx1xx00   automatic status, first byte    and three bytes 0xx0xxxx
//	37h, 5Fh   block                           up to 00h
//	11h, 13h   XON, XOFF                       also inside another answer
//	else       noise: wrong speed, a loose plug, a printer of another tongue
//
// It is pure; time comes in only by reset.
type parser struct {
	have  int // bytes in part; 0 is between answers
	part  [4]byte
	text  []byte // data of the block under way
	block bool
}

// feed takes bytes as they come, in any portions, and emits what they end.
func (p *parser) feed(b []byte, emit func(answer)) {
	for _, c := range b {
		p.step(c, emit)
	}
}

// reset forgets a half answer. The bytes of one answer come together: what
// follows a pause is a new one.
func (p *parser) reset() {
	p.have, p.block, p.text = 0, false, p.text[:0]
}

func (p *parser) step(c byte, emit func(answer)) {
	const xon, xoff = 0x11, 0x13
	switch {
	case p.block && (c == xon || c == xoff):
		emit(answer{kind: flow, b: [4]byte{c}})
	case p.block && c == 0:
		emit(answer{kind: block, b: [4]byte{p.part[0]}, data: string(p.text)})
		p.reset()
	case p.block:
		if p.text = append(p.text, c); len(p.text) > maxBlock {
			emit(answer{kind: noise})
			p.reset()
		}
	case p.have > 0 && (c == xon || c == xoff):
		emit(answer{kind: flow, b: [4]byte{c}})
	case p.have > 0 && c&0x90 != 0:
		// Not automatic status after all: its later bytes are 0xx0xxxx. What
		// began it was noise, and this byte may begin the answer it hid.
		emit(answer{kind: noise, b: p.part})
		p.reset()
		p.step(c, emit)
	case p.have > 0:
		p.part[p.have] = c
		if p.have++; p.have == 4 {
			emit(answer{kind: automatic, b: p.part})
			p.reset()
		}
	case c == xon || c == xoff:
		emit(answer{kind: flow, b: [4]byte{c}})
	case c == 0x37 || c == 0x5f:
		p.part[0], p.block = c, true
	case c&0x93 == 0x12:
		emit(answer{kind: realTime, b: [4]byte{c}})
	case c&0x93 == 0x10:
		p.part[0], p.have = c, 1
	case c&0x90 == 0:
		emit(answer{kind: sensors, b: [4]byte{c}})
	default:
		emit(answer{kind: noise, b: [4]byte{c}})
	}
}

// status is what the printer last said of itself.
type status struct {
	offline, cover, end, nearEnd  bool
	cutter, broken, hot, anyError bool
}

// realTime takes the answer to DLE EOT n.
func (s *status) realTime(n int, b byte) {
	switch n {
	case 1:
		s.offline = b&0x08 != 0
	case 2:
		s.cover = b&0x04 != 0
		s.end = b&0x20 != 0
		s.anyError = b&0x40 != 0
	case 3:
		s.cutter = b&0x08 != 0
		s.broken = b&0x20 != 0
		s.hot = b&0x40 != 0
	case 4:
		s.nearEnd = b&0x0c != 0
		// The roll end sensor alone may be lit before the printer stops for it.
		s.end = s.end || b&0x60 != 0
	}
}

// sensors takes the answer to GS r 1.
func (s *status) sensors(b byte) {
	s.nearEnd = b&0x03 != 0
	s.end = b&0x0c != 0
}

// automatic takes the four bytes of automatic status. It says everything, so
// that nothing older stays.
func (s *status) automatic(b [4]byte) {
	*s = status{
		offline: b[0]&0x08 != 0,
		cover:   b[0]&0x20 != 0,
		cutter:  b[1]&0x08 != 0,
		broken:  b[1]&0x20 != 0,
		hot:     b[1]&0x40 != 0,
		nearEnd: b[2]&0x03 != 0,
		end:     b[2]&0x0c != 0,
	}
}

// faults lists what the status means, worst first. A bare error or off-line
// bit is named only when nothing says why.
func (s status) faults() []Fault {
	var list []Fault
	add := func(set bool, f Fault) {
		if set {
			list = append(list, f)
		}
	}
	add(s.broken, Broken)
	add(s.cutter, CutterJam)
	add(s.cover, CoverOpen)
	add(s.end, PaperEnd)
	add(s.hot, HeadHot)
	if len(list) == 0 {
		add(s.anyError, Broken)
	}
	if len(list) == 0 {
		add(s.offline, Offline)
	}
	add(s.nearEnd && !s.end, PaperNearEnd)
	return list
}
