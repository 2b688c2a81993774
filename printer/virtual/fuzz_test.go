package virtual

import (
	"slices"
	"testing"

	"rsc.io/qr/coding"
)

// feed gives data to a printer whose link takes the answers.
func feed(p *Printer, data []byte, step int) {
	l := &link{c: &nopCloser{}, wake: make(chan struct{}, 1), gone: make(chan struct{})}
	p.mu.Lock()
	p.link = l
	p.mu.Unlock()
	for chunk := range slices.Chunk(data, step) {
		p.receive(l, chunk)
	}
}

// held is the memory that a byte stream has made the printer hold, uncut paper aside.
func held(p *Printer) int {
	n := len(p.buf) + cap(p.parser.data) + cap(p.parser.head) + len(p.symbol.data) + len(p.line.cells)*64
	if p.band != nil {
		n += cap(p.band.bits)
	}
	if p.store != nil {
		n += cap(p.store.bits)
	}
	if p.link != nil {
		n += len(p.link.out)
	}
	return n
}

// FuzzParser: whatever arrives, the interpreter does not panic, eats every byte, holds
// a bounded amount of memory, does not depend on how the stream was cut up, and its paper can be drawn.
func FuzzParser(f *testing.F) {
	f.Add([]byte(sheet()), false)
	f.Add([]byte(sheet()), true)
	f.Add([]byte("\x1dv0\x00\xff\xff\xff\xff"+"abc"), false)
	f.Add([]byte("\x1d(k\xff\xff1P0abc"), false)
	f.Add([]byte("\x1d8L\xff\xff\xff\xff0p0\x01\x011\x00\x02\x00\x02abc"), false)
	f.Add([]byte("\x1d(L\x0b\x000p0\x01\x011\x08\x00\x01\x00\xff\x1d(L\x02\x0002"), false)
	f.Add([]byte("\x1b3\x00\n\n\n\x1b$\x00\x00a\x1b$\x00\x00b\x1b\\\x00\x80c\x1bD\x01\x02"), true)
	f.Add([]byte("\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08\x10\x10\x04\x01\x10\x05\x02\x1dV\x61\x00"), true)
	f.Fuzz(func(t *testing.T, data []byte, rich bool) {
		cfg := full
		cfg.Width = 384
		if rich {
			cfg.ROM, cfg.Width = CP949, 576
		}
		whole, single := New(cfg), New(cfg)
		feed(whole, data, max(len(data), 1))
		feed(single, data, 1)
		for _, p := range []*Printer{whole, single} {
			if len(p.buf) != 0 || len(p.todo) != 0 {
				t.Fatalf("stands still with %d bytes and %d motions", len(p.buf), len(p.todo))
			}
			if n := held(p); n > 1<<20 {
				t.Fatalf("holds %d bytes", n)
			}
			if len(p.roll.items) > maxItems || p.roll.head > maxRoll {
				t.Fatalf("%d things on %d dots of paper", len(p.roll.items), p.roll.head)
			}
		}
		a, b := whole.Roll(), single.Roll()
		if a.Text() != b.Text() || a.Millimetres != b.Millimetres || !slices.Equal(a.QRs, b.QRs) ||
			!slices.Equal(whole.State().Unknown, single.State().Unknown) || whole.State().Pieces != single.State().Pieces ||
			string(whole.link.out) != string(single.link.out) {
			t.Fatalf("depends on how the stream is cut:\n%+v\n%+v", a, b)
		}
		if a.Millimetres < 500 {
			a.Image()
		}
	})
}

// FuzzSegments: the reader of QR data never panics and never runs past it.
func FuzzSegments(f *testing.F) {
	f.Add([]byte{0x40, 0x36, 0x16, 0x26, 0x30}, 1)
	f.Add([]byte{0x1f, 0xff, 0xff}, 10)
	f.Add([]byte{0x2f, 0xff, 0xff, 0xff}, 40)
	f.Fuzz(func(t *testing.T, data []byte, v int) {
		text, _ := segments(&bits{b: data}, coding.Version(v))
		if len(text) > 4*len(data)+8 {
			t.Fatalf("%d characters out of %d bytes", len(text), len(data))
		}
	})
}
