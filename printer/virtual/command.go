package virtual

// run does a complete command with its data. Modes change at once; what moves
// paper is queued for the mechanism.
func (p *Printer) run(h, data []byte) {
	switch h[0] {
	case dle:
		// Obeyed when it arrived.
	case esc:
		p.runESC(h, data)
	case fs:
		p.runFS(h, data)
	case gs:
		p.runGS(h, data)
	}
}

// atStart reports whether the line is empty, as some commands demand, and
// reports the command when it is not.
func (p *Printer) atStart(h []byte) bool {
	if len(p.line.cells) == 0 {
		return true
	}
	p.unknown("%X in mid-line", h)
	return false
}

func word(b []byte) int { return int(b[0]) | int(b[1])<<8 }

func (p *Printer) runESC(h, data []byte) {
	m := &p.mode
	n := h[len(h)-1]
	switch h[1] {
	case '@':
		p.reset()
	case ' ':
		m.rightGap = int(n)
	case '!':
		m.fontB = n&1 != 0
		m.bold = n&8 != 0
		m.sy = 1 + int(n>>4&1)
		m.sx = 1 + int(n>>5&1)
		m.hx, m.hy = m.sx, m.sy
		m.under = int(n >> 7)
	case '-':
		if n &= 0x0f; n <= 2 {
			m.under = int(n)
		}
	case '2':
		m.spacing = defaultSpacing
	case '3':
		m.spacing = int(n)
	case 'E', 'G':
		m.bold = n&1 != 0
	case 'M':
		m.fontB = n&0x0f == 1
	case 'R':
		m.country = n
	case 't':
		m.page = n
	case 'a':
		if p.atStart(h) && n&0x0f <= 2 {
			m.align = Align(n & 0x0f)
		}
	case '$':
		p.line.pen = min(word(h[2:]), m.area)
	case '\\':
		p.line.pen = min(max(p.line.pen+int(int16(word(h[2:]))), 0), m.area)
	case 'D':
		m.tabs = nil
		for _, c := range data[:min(len(data), 32)] {
			m.tabs = append(m.tabs, int(c))
		}
	case 'J':
		p.feedLines(int(n))
	case 'd':
		p.feedLines(int(n) * m.spacing)
	case '*':
		p.strip(h, data)
	case 'i', 'm':
		p.cut(0)
	case 'v':
		p.send(p.paperStatus())
	case 'u':
		p.send(0)
	case '=', '{', 'V', '%', 'T':
		if n&0x0f != 0 && !(h[1] == '=' && n&1 != 0) {
			p.unknown("%X", h)
		}
	case '?', 'S', 'c', 'p', 'r', '<':
		// No user-defined characters, one mode, no paper sensor to choose, no drawer, one colour.
	default: // L, W, K, e: page mode and backward feed
		p.unknown("%X", h)
	}
}

// feedLines prints what is in the print buffer and feeds.
func (p *Printer) feedLines(dots int) {
	if len(p.line.cells) > 0 {
		p.printLine(dots, false)
		return
	}
	p.line = line{}
	p.feed(dots)
}

func (p *Printer) runFS(h, data []byte) {
	m := &p.mode
	n := h[len(h)-1]
	switch h[1] {
	case '&':
		m.hangul = true
	case '.':
		m.hangul = false
	case '!':
		m.hx, m.hy = 1+int(n>>2&1), 1+int(n>>3&1)
	case 'W':
		m.hx, m.hy = 1+int(n&1), 1+int(n&1)
	case 'S':
		m.hanGap = [2]int{int(h[2]), int(h[3])}
	case '-', 'C':
		// FS - follows ESC - here; FS C chooses between Japanese codes.
	case '(':
		if h[2] != 'A' {
			p.unknown("%X", h[:3])
		}
	default:
		p.unknown("%X", h)
	}
}

func (p *Printer) runGS(h, data []byte) {
	m := &p.mode
	n := h[len(h)-1]
	switch h[1] {
	case '!':
		m.sx, m.sy = 1+int(n>>4&7), 1+int(n&7)
		m.hx, m.hy = m.sx, m.sy
	case 'B':
		m.inverse = n&1 != 0
	case 'L':
		if p.atStart(h) {
			m.left = min(word(h[2:]), m.width-1)
			m.area = min(m.wide, m.width-m.left)
		}
	case 'W':
		if p.atStart(h) {
			m.wide = max(word(h[2:]), 1)
			m.area = min(m.wide, m.width-m.left)
		}
	case 'V':
		p.runCut(h)
	case 'a':
		if p.cfg.ASB {
			p.asb = n
			if n != 0 {
				p.sendStatus()
			}
		}
	case 'r':
		switch n & 0x0f {
		case 1:
			p.send(p.paperStatus())
		case 2, 4:
			p.send(0)
		}
	case 'I':
		p.identify(n)
	case '(':
		p.runParen(h, data)
	case '8':
		if h[2] != 'L' {
			p.unknown("%X", h[:3])
			return
		}
		p.graphics(data)
	case 'H', 'h', 'w', 'f', 'b', 'P', 'E', 'T':
		// Of bar codes and smoothing; the motion unit is one dot.
	default:
		p.unknown("%X", h)
	}
}

// identify answers GS I.
func (p *Printer) identify(n byte) {
	switch n {
	case 1, 49:
		p.send(0x20)
	case 2, 50:
		p.send(0x03) // two-byte characters and a cutter
	case 3, 51:
		p.send(0x01)
	case 65, 66, 67, 68, 69:
		text := [...]string{"1.0", "SUNBEON", "VIRTUAL", "1", "KOR HANGUL"}[n-65]
		p.send(append(append([]byte{0x5f}, text...), 0)...)
	}
}

// runParen does the GS ( family.
func (p *Printer) runParen(h, data []byte) {
	switch h[2] {
	case 'H':
		if p.cfg.ProcessID && len(data) == 6 && data[0] == 48 && data[1] == 48 {
			p.send(0x37, 0x22, data[2], data[3], data[4], data[5], 0)
		}
	case 'k':
		if !p.cfg.NativeQR || len(data) < 2 || data[0] != 49 {
			p.unknown("%X", h[:3])
			return
		}
		p.runSymbol(data[1], data[2:])
	case 'L':
		p.graphics(data)
	case 'K', 'E', 'D':
		// Density and set-up: nothing to see on paper.
	default:
		p.unknown("%X", h[:3])
	}
}

// runCut is GS V in its forms.
func (p *Printer) runCut(h []byte) {
	p.atStart(h)
	switch h[2] {
	case 0, 1, 48, 49:
		p.cut(0)
	case 65, 66, 103, 104:
		p.cut(headToBlade + int(h[3]))
	default: // 97, 98: cut later, without stopping
		p.unknown("%X", h)
	}
}

// cut prints what is in the print buffer, feeds and moves the blade.
func (p *Printer) cut(feed int) {
	if len(p.line.cells) > 0 {
		p.printLine(p.mode.spacing, false)
	}
	p.line = line{}
	p.feed(feed)
	p.enqueue(motion{blade: true, do: func() {
		pc, ok := p.roll.cut(p.roll.head - headToBlade)
		if !ok {
			return
		}
		p.seq++
		pc.Seq = p.seq
		p.pieces = append(p.pieces, pc)
		if len(p.pieces) > p.cfg.Keep {
			p.pieces = p.pieces[len(p.pieces)-p.cfg.Keep:]
		}
		p.stateChanged()
	}})
}
