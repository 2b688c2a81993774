package legacy

// paper follows the bytes to a printer and keeps the text of the ticket that is
// being printed. Commands, pictures and bar codes are stepped over.
type paper struct {
	cmd  []byte // command begun, its length not yet known
	skip int    // bytes of a command still to come
	nul  bool   // a command that ends with NUL
	cut  bool   // the command being skipped cuts
	text []byte
}

// ticketSize is the most text of one ticket that is kept.
const ticketSize = 8 << 10

// step takes a byte and reports whether it ends the ticket.
func (p *paper) step(b byte) (end bool) {
	switch {
	case p.nul:
		p.nul = b != 0
		return false
	case p.skip > 0:
		p.skip--
		if p.skip == 0 && p.cut {
			p.cut = false
			return true
		}
		return false
	case len(p.cmd) > 0 || b == 0x1B || b == 0x1C || b == 0x1D || b == 0x10:
		p.cmd = append(p.cmd, b)
		return p.command()
	case b == '\n':
		p.put('\n')
	case b == '\t':
		p.put(' ')
	case b >= 0x20 && b != 0x7F:
		p.put(b)
	}
	return false
}

func (p *paper) put(b byte) {
	if len(p.text) < ticketSize {
		p.text = append(p.text, b)
	}
}

// command looks whether the length of the command begun is known.
func (p *paper) command() (end bool) {
	c := p.cmd
	if len(c) < 2 {
		return false
	}
	total := 0 // whole length, 0 not yet known
	cut := false
	word := func(at int) int { return int(c[at]) | int(c[at+1])<<8 }
	switch c[0] {
	case 0x10: // DLE
		switch {
		case c[1] == 0x04 || c[1] == 0x05:
			total = 3
		case c[1] != 0x14:
			total = 2
		case len(c) >= 3 && c[2] == 8:
			total = 10
		case len(c) >= 3:
			total = 5
		}
	case 0x1B: // ESC
		switch c[1] {
		case '@':
			p.cmd = nil
			return len(p.text) > 0
		case 'i', 'm':
			total, cut = 2, true
		case ' ', '!', '%', '-', '3', '=', '?', 'E', 'G', 'J', 'M', 'R', 'T', 'U', 'V', 'a', 'd', 'e', 'r', 't', 'u', '{':
			total = 3
		case '$', '\\', 'B', 'c':
			total = 4
		case 'p':
			total = 5
		case 'W':
			total = 10
		case 'D':
			p.nul, p.cmd = true, nil
			return false
		case '*':
			if len(c) >= 5 {
				wide := 1
				if c[2] >= 32 {
					wide = 3
				}
				total = 5 + wide*word(3)
			}
		case '(':
			if len(c) >= 5 {
				total = 5 + word(3)
			}
		default:
			total = 2
		}
	case 0x1C: // FS
		switch c[1] {
		case '!', '-', 'C', 'W':
			total = 3
		case 'S', 'p':
			total = 4
		case '2':
			total = 4 + 72
		case '(':
			if len(c) >= 5 {
				total = 5 + word(3)
			}
		default:
			total = 2
		}
	case 0x1D: // GS
		switch c[1] {
		case 'V':
			cut = true
			if len(c) >= 3 {
				total = 4
				if c[2] == 0 || c[2] == 1 || c[2] == '0' || c[2] == '1' {
					total = 3
				}
			}
		case '!', '/', 'B', 'E', 'H', 'I', 'T', 'a', 'b', 'f', 'h', 'r', 'w':
			total = 3
		case '$', 'L', 'P', 'W', '\\':
			total = 4
		case '^':
			total = 5
		case 'k':
			if len(c) >= 3 && c[2] <= 6 {
				p.nul, p.cmd = true, nil
				return false
			} else if len(c) >= 4 {
				total = 4 + int(c[3])
			}
		case '*':
			if len(c) >= 4 {
				total = 4 + 8*int(c[2])*int(c[3])
			}
		case 'v':
			if len(c) >= 8 {
				total = 8 + word(4)*word(6)
			}
		case '(':
			if len(c) >= 5 {
				total = 5 + word(3)
			}
		case '8':
			if len(c) >= 7 {
				total = 7 + word(3) + word(5)<<16
			}
		default:
			total = 2
		}
	}
	if total == 0 {
		return false
	}
	p.skip, p.cut, p.cmd = total-len(c), cut, nil
	if p.skip == 0 {
		p.cut = false
		return cut
	}
	return false
}
