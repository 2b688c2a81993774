package legacy

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"time"

	"sunbeon/drivers/serialport/frame"
)

// FrameFormat is one kind of private frame, of a fixed length. Positions count
// from 0, negative ones from the end (-1 is the last byte).
type FrameFormat struct {
	Name   string
	Kind   Kind
	Length int     // whole frame, start, end and check included
	Fixed  []Fixed // start, end, command; one of them stands at 0
	Check  Check

	Number  Field
	Counter Field
	Count   Field // of Wait
	// Service is a field whose value Services names; an unknown value is no
	// message of ours. Without the field, ServiceID is the service, "" unknown.
	Service   Field
	Services  map[int]string
	ServiceID string

	Repeats bool
	// Trust overrides what the check deserves: Bare for none, Checked for 8 bits,
	// Sure for a CRC-16.
	Trust Trust
}

// Fixed is what must stand at a place.
type Fixed struct {
	At    int
	Bytes []byte
}

// Field is a number in a frame. Len 0 is no field.
type Field struct {
	At, Len int
	// Code is "ascii" (decimal digits; spaces or dashes alone are darkness), "bcd",
	// "be" or "le" (binary).
	Code string
	Add  int // to the value, e.g. -32 where counter 1 is sent as 21h
}

// Check is a frame's check value.
type Check struct {
	// Kind is "" (none), "xor", "sum" (low 8 bits), "crc16" (Modbus, low byte first).
	Kind     string
	At       int
	From, To int  // what it covers, To exclusive
	Hex      bool // written as hexadecimal digits
}

// frameIdle is the silence that ends an unfinished frame.
const frameIdle = time.Second

// Frames decodes private frames.
type Frames struct {
	pending
	formats []FrameFormat
}

// NewFrames checks the formats.
func NewFrames(formats ...FrameFormat) (*Frames, error) {
	if len(formats) == 0 {
		return nil, errors.New("legacy: no frame format; describe at least one")
	}
	for _, f := range formats {
		if err := f.check(); err != nil {
			return nil, fmt.Errorf("legacy: frame %q: %w", f.Name, err)
		}
	}
	return &Frames{formats: formats}, nil
}

func (f FrameFormat) check() error {
	if f.Length < 3 || f.Length > 256 {
		return fmt.Errorf("length %d; 3 to 256", f.Length)
	}
	start := false
	for _, x := range f.Fixed {
		at := f.place(x.At)
		if len(x.Bytes) == 0 || at < 0 || at+len(x.Bytes) > f.Length {
			return fmt.Errorf("fixed bytes at %d lie outside", x.At)
		}
		start = start || at == 0
	}
	if !start {
		return errors.New("no fixed byte at 0; a frame needs a start")
	}
	for _, x := range []Field{f.Number, f.Counter, f.Count, f.Service} {
		if x.Len == 0 {
			continue
		}
		if at := f.place(x.At); at < 0 || x.Len < 0 || x.Len > 5 || at+x.Len > f.Length {
			return fmt.Errorf("field at %d lies outside, or is longer than 5 bytes", x.At)
		}
		switch x.Code {
		case "ascii", "bcd", "be", "le":
		default:
			return fmt.Errorf("code %q; ascii, bcd, be or le", x.Code)
		}
	}
	switch f.Kind {
	case Issue, Call:
		if f.Number.Len == 0 {
			return errors.New("no field for the number")
		}
	case Wait:
		if f.Count.Len == 0 {
			return errors.New("no field for the count")
		}
	default:
		return fmt.Errorf("kind %q; issued, called or waiting", f.Kind)
	}
	size := f.Check.size()
	if size == 0 {
		if f.Check.Kind != "" {
			return fmt.Errorf("check %q; xor, sum, crc16 or none", f.Check.Kind)
		}
		return nil
	}
	at, from, to := f.place(f.Check.At), f.place(f.Check.From), f.place(f.Check.To)
	if at < 0 || at+size > f.Length || from < 0 || to <= from || to > f.Length || at < to && from < at+size {
		return errors.New("the check lies outside, covers nothing or covers itself")
	}
	return nil
}

// place turns a position from the end into one from the start.
func (f FrameFormat) place(at int) int {
	if at < 0 {
		return f.Length + at
	}
	return at
}

// Decode takes what arrived.
func (d *Frames) Decode(b []byte, at time.Duration) []Reading { return d.take(b, at, d.scan) }

// scan takes all frames out of the buffer. At the end of a silence nothing is
// waited for any more.
func (d *Frames) scan(at time.Duration, end bool) []Reading {
	var rs []Reading
	i, torn := 0, false
scan:
	for i < len(d.buf) {
		rest := d.buf[i:]
		wait, damaged := false, false
		for _, f := range d.formats {
			if !f.fits(rest) {
				continue
			}
			if len(rest) < f.Length {
				wait = true
				continue
			}
			if !f.Check.holds(f, rest[:f.Length]) {
				damaged = true
				continue
			}
			d.n.Messages++
			if r, ok := f.read(rest[:f.Length], at); ok {
				r.Trust = d.trust(r.Trust, r.Repeats, at)
				rs = append(rs, r)
			} else {
				d.n.Unmatched++
			}
			i += f.Length
			continue scan
		}
		if wait && !end {
			break
		}
		switch {
		case damaged:
			d.damaged(at)
		case wait && !torn: // once a silence
			torn = true
			d.damaged(at)
		}
		d.n.Skipped++
		i++
	}
	d.buf = bytes.Clone(d.buf[i:])
	return rs
}

// fits reports whether b may be the start of the frame, as far as it goes.
func (f FrameFormat) fits(b []byte) bool {
	for _, x := range f.Fixed {
		at := f.place(x.At)
		for i, want := range x.Bytes {
			if at+i < len(b) && b[at+i] != want {
				return false
			}
		}
	}
	return true
}

func (f FrameFormat) read(b []byte, at time.Duration) (Reading, bool) {
	r := Reading{Kind: f.Kind, Service: f.ServiceID, Trust: f.Trust, Repeats: f.Repeats, At: at}
	if r.Trust == 0 {
		r.Trust = f.Check.trust()
	}
	ok := true
	take := func(x Field) int {
		if x.Len == 0 {
			return 0
		}
		n, fine := x.value(b[f.place(x.At):][:x.Len])
		ok = ok && fine
		return n
	}
	r.Number, r.Counter, r.Count = take(f.Number), take(f.Counter), take(f.Count)
	if f.Service.Len > 0 {
		var known bool
		r.Service, known = f.Services[take(f.Service)]
		ok = ok && known
	}
	if r.Number < 0 || r.Counter < 0 || r.Count < 0 || f.Kind == Issue && r.Number == 0 {
		ok = false
	}
	return r, ok
}

// value reads a field; darkness is 0.
func (x Field) value(b []byte) (n int, ok bool) {
	switch x.Code {
	case "ascii":
		b = bytes.TrimLeft(b, " -")
		if len(b) == 0 {
			return 0, true
		}
		for _, c := range b {
			if c < '0' || c > '9' {
				return 0, false
			}
			n = n*10 + int(c-'0')
		}
	case "bcd":
		for _, c := range b {
			if c>>4 > 9 || c&15 > 9 {
				return 0, false
			}
			n = n*100 + int(c>>4)*10 + int(c&15)
		}
	case "be":
		for _, c := range b {
			n = n<<8 | int(c)
		}
	case "le":
		for i := len(b) - 1; i >= 0; i-- {
			n = n<<8 | int(b[i])
		}
	}
	return n + x.Add, true
}

// size is how many bytes the check takes in the frame, 0 for none.
func (c Check) size() int {
	n := map[string]int{"xor": 1, "sum": 1, "crc16": 2}[c.Kind]
	if c.Hex {
		n *= 2
	}
	return n
}

func (c Check) trust() Trust {
	switch c.Kind {
	case "crc16":
		return Sure
	case "":
		return Bare
	}
	return Checked
}

// holds reports whether the check value of a whole frame is right.
func (c Check) holds(f FrameFormat, b []byte) bool {
	if c.Kind == "" {
		return true
	}
	want := frame.Sum(c.Kind, b[f.place(c.From):f.place(c.To)])
	got := b[f.place(c.At):][:c.size()]
	if !c.Hex {
		return bytes.Equal(got, want)
	}
	for i, w := range want {
		v, err := strconv.ParseUint(string(got[2*i:2*i+2]), 16, 8)
		if err != nil || byte(v) != w {
			return false
		}
	}
	return true
}
