package legacy

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"sunbeon/drivers/serialport/frame"
)

// BusFormat says which registers of a Modbus RTU display bus mean what.
type BusFormat struct {
	// Counters names the counter of each unit's address; nil takes the address
	// itself. An address that it lacks is not a counter's.
	Counters  map[int]int
	Registers []Register
}

// Register is a holding register that the old machine writes.
type Register struct {
	Address int
	Kind    Kind // Call or Wait
	BCD     bool // 0120h shows 120; else binary
	Service string
	// Dark are further values that show nothing, as 0 does.
	Dark []int
}

// Bus decodes a Modbus RTU bus that it only listens to. Writes (FC 06 and 16)
// are read, and everything else is stepped over by its CRC, so that no silence
// between frames needs to be measured.
type Bus struct {
	pending
	f    BusFormat
	lost bool // since the last good frame: what lies between two is one damage
}

// NewBus checks the format.
func NewBus(f BusFormat) (*Bus, error) {
	if len(f.Registers) == 0 {
		return nil, errors.New("legacy: no registers; name at least one")
	}
	for _, r := range f.Registers {
		if r.Address < 0 || r.Address > 0xFFFF || r.Kind != Call && r.Kind != Wait {
			return nil, fmt.Errorf("legacy: register %d of kind %q; 0 to 65535, called or waiting", r.Address, r.Kind)
		}
	}
	return &Bus{f: f}, nil
}

// Decode takes what arrived.
func (d *Bus) Decode(b []byte, at time.Duration) []Reading { return d.take(b, at, d.scan) }

func (d *Bus) scan(at time.Duration, end bool) []Reading {
	var rs []Reading
	i := 0
	for i < len(d.buf) {
		n, wait := frameLength(d.buf[i:])
		if n > 0 {
			d.n.Messages++
			rs = append(rs, d.read(d.buf[i:i+n-2], at)...)
			i += n
			d.lost = false
			continue
		}
		if wait && !end {
			break
		}
		if !d.lost {
			d.lost = true
			d.damaged(at)
		}
		d.n.Skipped++
		i++
	}
	d.buf = bytes.Clone(d.buf[i:])
	return rs
}

// frameLength is the length of the frame that b begins with, 0 if it begins
// with none; wait says that it may with more bytes.
func frameLength(b []byte) (n int, wait bool) {
	if b[0] > 247 {
		return 0, false
	}
	if len(b) < 2 {
		return 0, true
	}
	var sizes []int
	counted := func(at, fixed int) {
		if len(b) > at {
			sizes = append(sizes, fixed+int(b[at]))
		} else {
			wait = true
		}
	}
	switch fc := b[1]; {
	case fc >= 1 && fc <= 4: // a read: its question, its answer
		sizes = append(sizes, 8)
		counted(2, 5)
	case fc == 5 || fc == 6: // question and answer are alike
		sizes = append(sizes, 8)
	case fc == 15 || fc == 16:
		sizes = append(sizes, 8)
		counted(6, 9)
	case fc > 0x80:
		sizes = append(sizes, 5)
	default:
		return 0, false
	}
	for _, s := range sizes {
		if len(b) < s {
			wait = true
			continue
		}
		if bytes.Equal(b[s-2:s], frame.Sum("crc16", b[:s-2])) {
			return s, false
		}
	}
	return 0, wait
}

// read takes the values out of a write; b has no CRC any more.
func (d *Bus) read(b []byte, at time.Duration) []Reading {
	var first int
	var values []byte
	switch {
	case b[1] == 6:
		first, values = int(binary.BigEndian.Uint16(b[2:])), b[4:6]
	case b[1] == 16 && len(b) > 6: // a question; its answer has no values
		first, values = int(binary.BigEndian.Uint16(b[2:])), b[7:]
		if len(values)%2 != 0 || len(values)/2 != int(binary.BigEndian.Uint16(b[4:])) {
			d.n.Unmatched++
			return nil
		}
	default:
		return nil
	}
	unit := int(b[0])
	if d.f.Counters != nil {
		var ok bool
		if unit, ok = d.f.Counters[unit]; !ok {
			d.n.Unmatched++
			return nil
		}
	}
	var rs []Reading
	for _, reg := range d.f.Registers {
		i := reg.Address - first
		if i < 0 || i >= len(values)/2 {
			continue
		}
		code := "be"
		if reg.BCD {
			code = "bcd"
		}
		n, ok := Field{Code: code}.value(values[2*i : 2*i+2])
		for _, dark := range reg.Dark {
			if int(binary.BigEndian.Uint16(values[2*i:])) == dark {
				n, ok = 0, true
			}
		}
		if !ok {
			d.n.Unmatched++
			continue
		}
		r := Reading{Kind: reg.Kind, Service: reg.Service, Counter: unit, Trust: d.trust(Sure, true, at), Repeats: true, At: at}
		if reg.Kind == Wait {
			r.Counter, r.Count = 0, n
		} else {
			r.Number = n
		}
		rs = append(rs, r)
	}
	return rs
}
