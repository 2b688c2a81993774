package printer

import (
	"bytes"
	"context"
	"errors"
	"net"
	"strings"
	"sync"

	"golang.org/x/text/encoding/korean"
)

// double is a printer reduced to its protocol: it works commands off in order,
// stands still while a fault lasts, answers real-time status at once, and
// fences when it gets to them. It works as fast as it is sent to.
type double struct {
	// What it can; set before the first link.
	realTime, asb, id, fence, clearable bool

	mu      sync.Mutex
	links   int
	conn    net.Conn
	refuse  bool                       // no link can be opened
	dead    bool                       // reads, does and says nothing
	swallow bool                       // real-time status only; data is lost
	deaf    bool                       // does not even read
	noise   []byte                     // before every answer
	state   status                     // faults
	at      map[string]func(d *double) // once, before a line with this text
	hangUp  int                        // close the link after so many more bytes; 0 is off

	buf    []byte
	asbOn  bool
	read   *sync.Cond
	first  []byte   // what came since mark
	part   []byte   // of the line being set
	lines  []string // of the piece under the head
	pieces []string // cut off
	nuls   int
}

func newDouble() *double {
	d := &double{realTime: true, asb: true, id: true, fence: true, at: map[string]func(*double){}}
	d.read = sync.NewCond(&d.mu)
	return d
}

var errRefused = errors.New("double: refused")

func (d *double) dial(context.Context) (Transport, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.refuse {
		return nil, errRefused
	}
	host, dev := net.Pipe()
	d.links++
	d.conn = dev
	go d.serve(dev)
	return host, nil
}

// change alters the world; automatic status tells the host.
func (d *double) change(f func(d *double)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	before := d.state
	f(d)
	d.changed(before)
}

func (d *double) changed(before status) {
	if d.state != before {
		d.sayASB()
	}
	d.read.Broadcast()
	d.work()
}

// unplug cuts the link; what was not worked off is lost, as with the power.
func (d *double) unplug() {
	if d.conn != nil {
		d.conn.Close()
		d.conn = nil
	}
	d.buf, d.part, d.asbOn = nil, nil, false
}

func (d *double) serve(c net.Conn) {
	defer c.Close()
	b := make([]byte, 64)
	for {
		d.mu.Lock()
		for d.deaf && d.conn == c {
			d.read.Wait()
		}
		d.mu.Unlock()
		n, err := c.Read(b)
		if err != nil {
			return
		}
		d.mu.Lock()
		if d.conn != c {
			d.mu.Unlock()
			return
		}
		in := b[:n]
		if d.hangUp > 0 && n >= d.hangUp {
			in, d.hangUp = in[:d.hangUp], 0
			d.take(in)
			d.unplug()
			d.mu.Unlock()
			return
		}
		if d.hangUp > 0 {
			d.hangUp -= n
		}
		d.take(in)
		d.mu.Unlock()
	}
}

// take looks for real-time commands first; mu is held. The host sends each of
// them whole, and they reach Read whole too.
func (d *double) take(in []byte) {
	d.first = append(d.first, in...)
	if d.dead {
		return
	}
	if i := bytes.Index(in, []byte{0x10, 0x04}); i >= 0 && i+2 < len(in) {
		if d.realTime {
			d.say(d.realTimeByte(in[i+2]))
		}
		in = append(append([]byte(nil), in[:i]...), in[i+3:]...)
	}
	if bytes.Equal(in, []byte{0x10, 0x05, 2}) {
		d.buf, d.part = nil, nil
		before := d.state
		d.state.cutter = false
		d.changed(before)
		return
	}
	if bytes.HasPrefix(in, []byte{0x10, 0x14, 8}) {
		if d.clearable {
			d.buf, d.part = nil, nil
			d.say(0x37, 0x25, 0)
		}
		return
	}
	if d.swallow {
		return
	}
	d.buf = append(d.buf, in...)
	d.work()
}

func (d *double) stopped() bool {
	s := d.state
	return s.offline || s.cover || s.end || s.cutter || s.broken || s.hot
}

func (d *double) realTimeByte(n byte) byte {
	bit := func(on bool, b byte) byte {
		if on {
			return b
		}
		return 0
	}
	s := d.state
	switch n {
	case 1:
		return 0x12 | bit(d.stopped(), 0x08)
	case 2:
		return 0x12 | bit(s.cover, 0x04) | bit(s.end, 0x20) | bit(s.cutter || s.broken || s.hot, 0x40)
	case 3:
		return 0x12 | bit(s.cutter, 0x08) | bit(s.broken, 0x20) | bit(s.hot, 0x40)
	}
	return 0x12 | bit(s.nearEnd, 0x0c) | bit(s.end, 0x60)
}

func (d *double) sayASB() {
	if !d.asbOn || d.dead {
		return
	}
	s, b := d.state, [4]byte{0x10}
	set := func(on bool, i int, bits byte) {
		if on {
			b[i] |= bits
		}
	}
	set(d.stopped(), 0, 0x08)
	set(s.cover, 0, 0x20)
	set(s.cutter, 1, 0x08)
	set(s.broken, 1, 0x20)
	set(s.hot, 1, 0x40)
	set(s.nearEnd, 2, 0x03)
	set(s.end, 2, 0x0c)
	d.say(b[:]...)
}

func (d *double) say(b ...byte) {
	if d.conn != nil {
		d.conn.Write(append(append([]byte(nil), d.noise...), b...))
	}
}

// work interprets what is buffered until a fault, or a command not yet whole.
func (d *double) work() {
	for !d.stopped() && len(d.buf) > 0 {
		n := d.length()
		if n == 0 || n > len(d.buf) {
			return
		}
		cmd := d.buf[:n]
		if cmd[0] == '\n' {
			text, _ := korean.EUCKR.NewDecoder().Bytes(d.part)
			for key, f := range d.at {
				if strings.Contains(string(text), key) && d.happens(key, f) {
					return
				}
			}
			d.part = nil
			d.lines = append(d.lines, string(text))
		}
		d.buf = d.buf[n:]
		d.obey(cmd)
	}
}

// happens lets an accident take place, once, and reports whether the printer
// can no longer go on.
func (d *double) happens(key string, f func(*double)) bool {
	delete(d.at, key)
	before := d.state
	f(d)
	if d.conn == nil || d.dead || d.swallow {
		d.buf = nil
		return true
	}
	if d.state != before {
		d.sayASB()
	}
	return d.stopped()
}

func (d *double) obey(cmd []byte) {
	switch {
	case cmd[0] == 0:
		d.nuls++
	case cmd[0] >= ' ':
		d.part = append(d.part, cmd...)
	case cmd[0] == 0x1b && cmd[1] == '@':
		d.asbOn, d.part = false, nil
	case cmd[0] == 0x1d && cmd[1] == 'a':
		if d.asbOn = d.asb && cmd[2] != 0; d.asbOn {
			d.sayASB()
		}
	case cmd[0] == 0x1d && cmd[1] == 'V':
		d.pieces = append(d.pieces, strings.Join(d.lines, "\n"))
		d.lines = nil
		if f := d.at["<cut>"]; f != nil {
			d.happens("<cut>", f)
		}
	case cmd[0] == 0x1d && cmd[1] == '(' && cmd[2] == 'H' && d.id:
		d.say(append(append([]byte{0x37, 0x22}, cmd[7:11]...), 0)...)
		if f := d.at["<id>"]; f != nil {
			d.happens("<id>", f)
		}
	case cmd[0] == 0x1d && cmd[1] == 'r' && d.fence:
		b := byte(0)
		if d.state.nearEnd {
			b = 0x03
		}
		d.say(b)
		if f := d.at["<fence>"]; f != nil {
			d.happens("<fence>", f)
		}
	}
}

// length is that of the command at the head of the buffer, 0 while unknown.
func (d *double) length() int {
	b := d.buf
	le := func(i int) int { return int(b[i]) | int(b[i+1])<<8 }
	switch b[0] {
	case 0:
		return 1
	case 0x1b, 0x1c, 0x1d:
		switch {
		case len(b) < 2:
			return 0
		case b[1] == '@' || b[1] == '&':
			return 2
		case b[0] == 0x1d && b[1] == 'V':
			return 4
		case b[0] == 0x1d && b[1] == '(' && len(b) < 5, b[0] == 0x1d && b[1] == 'v' && len(b) < 8:
			return 0
		case b[0] == 0x1d && b[1] == '(':
			return 5 + le(3)
		case b[0] == 0x1d && b[1] == 'v':
			return 8 + le(4)*le(6)
		}
		return 3
	}
	if n := bytes.IndexFunc(b, func(r rune) bool { return r < ' ' }); n > 0 {
		return n
	} else if n < 0 {
		return len(b)
	}
	return 1
}
