package virtual

import "fmt"

// Control bytes of ESC/POS.
const (
	eot = 0x04
	enq = 0x05
	ht  = 0x09
	lf  = 0x0a
	cr  = 0x0d
	dle = 0x10
	dc4 = 0x14
	esc = 0x1b
	fs  = 0x1c
	gs  = 0x1d
)

// maxData bounds what one command can make the printer remember. The longest honest
// one is a GS 8 L picture of 72 bytes by 2,047 rows.
const maxData = 72 * 2048

// parser holds the unfinished command or character. Its zero value is "between commands".
type parser struct {
	head   []byte // command bytes so far
	want   int64  // bytes of data still to come
	data   []byte // data so far, at most maxData
	asData bool   // collecting data
	toNUL  bool   // data ends at a NUL
	lead   byte   // first half of a two-byte character
	rows   *rows  // data is a GS v 0 image, printed as it comes
}

func (q *parser) busy() bool { return len(q.head) > 0 || q.lead != 0 }

// step takes one byte off the receive buffer. It always makes progress and never
// looks back. Caller holds mu.
func (p *Printer) step(b byte) {
	q := &p.parser
	switch {
	case q.asData:
		p.stepData(b)
	case len(q.head) > 0:
		q.head = append(q.head, b)
		p.stepHead()
	case b == dle || b == esc || b == fs || b == gs:
		if q.lead != 0 {
			p.badLead()
		}
		q.head = append(q.head, b)
	default:
		p.stepText(b)
	}
}

// stepHead looks whether the command is complete, wants data, or is unknown.
func (p *Printer) stepHead() {
	q := &p.parser
	n := headLen(q.head)
	switch {
	case n == 0:
		p.unknown("%X", q.head)
		*q = parser{}
	case len(q.head) < n:
	default:
		p.beginData()
	}
}

// headLen is the length of the command that begins with h, without its data: 0 when
// unknown, and more than len(h) while that is all that can be said.
func headLen(h []byte) int {
	if len(h) < 2 {
		return 2
	}
	switch h[0] {
	case dle:
		switch h[1] {
		case eot, enq:
			return 3
		case dc4:
			if len(h) > 2 && h[2] == 8 {
				return 10
			}
			return 5
		}
	case esc:
		switch h[1] {
		case '@', '2', 'L', 'S', 'i', 'm', 'v', '<':
			return 2
		case ' ', '!', '%', '-', '3', '=', '?', 'E', 'G', 'J', 'K', 'M', 'R', 'T', 'V', 'a', 'd', 'e', 'r', 't', 'u', '{':
			return 3
		case '$', '\\', 'c':
			return 4
		case 'D':
			return 2 // then bytes up to a NUL
		case 'p', '*':
			return 5
		case 'W':
			return 10
		}
	case fs:
		switch h[1] {
		case '&', '.':
			return 2
		case '!', '-', 'C', 'W':
			return 3
		case 'S', 'p', '?', '2':
			return 4
		case '(':
			return 5
		}
	case gs:
		switch h[1] {
		case ':', 'c':
			return 2
		case '!', '/', 'B', 'E', 'H', 'I', 'T', 'a', 'b', 'f', 'h', 'r', 'w':
			return 3
		case '$', '*', 'L', 'P', 'W', '\\':
			return 4
		case '^', '(':
			return 5
		case 'g':
			return 6
		case '8':
			return 7
		case 'v':
			return 8
		case 'V':
			if len(h) > 2 && h[2] > 49 {
				return 4
			}
			return 3
		case 'k':
			if len(h) > 2 && h[2] > 6 {
				return 4
			}
			return 3
		}
	}
	return 0
}

// beginData starts collecting what the header announces, or runs the command.
func (p *Printer) beginData() {
	q := &p.parser
	h := q.head
	u16 := func(i int) int64 { return int64(h[i]) | int64(h[i+1])<<8 }
	switch {
	case h[0] == esc && h[1] == 'D', h[0] == gs && h[1] == 'k' && len(h) == 3:
		q.toNUL = true
	case h[0] == esc && h[1] == '*':
		q.want = u16(3)
		if h[2] >= 32 {
			q.want *= 3
		}
	case h[0] == fs && h[1] == '2':
		q.want = 72
	case h[1] == '(' && h[0] != esc:
		q.want = u16(3)
	case h[0] == gs && h[1] == '*':
		q.want = int64(h[2]) * int64(h[3]) * 8
	case h[0] == gs && h[1] == 'k':
		q.want = int64(h[3])
	case h[0] == gs && h[1] == '8':
		q.want = u16(3) | u16(5)<<16
	case h[0] == gs && h[1] == 'v':
		q.want = u16(4) * u16(6)
		q.rows = p.beginRows(h[3], int(u16(4)))
	}
	if q.want == 0 && !q.toNUL {
		p.finish()
		return
	}
	q.asData = true
}

// stepData takes a byte of data.
func (p *Printer) stepData(b byte) {
	q := &p.parser
	if q.toNUL {
		// 32 tab stops and 255 characters are the longest lists there are.
		if b != 0 && len(q.data) < 255 {
			q.data = append(q.data, b)
			return
		}
		p.finish()
		return
	}
	q.want--
	if q.rows != nil {
		p.row(q.rows, b)
	} else if len(q.data) < maxData {
		q.data = append(q.data, b)
	}
	if q.want == 0 {
		p.finish()
	}
}

// finish runs the complete command. The parser is clear before it runs, since a
// command may itself clear things.
func (p *Printer) finish() {
	q := p.parser
	p.parser = parser{}
	if q.rows != nil {
		p.endRows()
		return
	}
	p.run(q.head, q.data)
}

// unknown reports something the printer could not make sense of.
func (p *Printer) unknown(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	p.roll.unknown = appendBounded(p.roll.unknown, s)
	p.roll.everUnknown = appendBounded(p.roll.everUnknown, s)
}

func appendBounded(list []string, s string) []string {
	if len(list) >= 64 {
		return list
	}
	return append(list, s)
}
