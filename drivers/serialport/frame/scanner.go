package frame

import (
	"bytes"
	"encoding/hex"
	"strconv"
)

// Scanner finds frames in a stream: torn, merged, and behind garbage. A byte
// that cannot begin a frame is dropped and the search goes on with the next, so
// a start inside a damaged frame is a start again.
type Scanner struct {
	Table Table
	// Garbled counts pieces that began like a frame and were none, Dropped the
	// bytes that belonged to no frame.
	Garbled, Dropped int

	buf []byte
}

// Feed takes what arrived and gives the frames that are complete with it. They
// are the caller's.
func (s *Scanner) Feed(b []byte) []Frame {
	s.buf = append(s.buf, b...)
	var frames []Frame
	for len(s.buf) > 0 {
		f, n := s.Table.parse(s.buf)
		switch {
		case n > 0:
			frames = append(frames, f)
			s.buf = s.buf[n:]
		case n == 0:
			return frames
		default:
			s.drop()
		}
	}
	return frames
}

// Waiting reports whether what arrived may be the beginning of a frame.
func (s *Scanner) Waiting() bool { return len(s.buf) > 0 }

// drop gives up the first byte.
func (s *Scanner) drop() {
	start := s.Table.Start
	if len(start) > 0 && len(s.buf) > len(start) && bytes.HasPrefix(s.buf, start) {
		s.Garbled++
	}
	s.Dropped++
	s.buf = s.buf[1:]
}

// Gap says that the line was silent for longer than a frame pauses: what is
// incomplete stays so. It gives the frames that were hidden behind it.
func (s *Scanner) Gap() []Frame {
	var frames []Frame
	for len(s.buf) > 0 {
		s.drop()
		frames = append(frames, s.Feed(nil)...)
	}
	return frames
}

// parse reads a frame at the beginning of b: n is its length, 0 if more is
// needed, negative if none begins here.
func (t Table) parse(b []byte) (f Frame, n int) {
	const none = -1
	at := 0
	// take moves past want; false decides the parse with n.
	literal := func(want []byte) bool {
		have := b[at:min(len(b), at+len(want))]
		if !bytes.HasPrefix(want, have) {
			n = none
			return false
		}
		at += len(want)
		return at <= len(b)
	}
	if !literal(t.Start) {
		return f, n
	}
	size := -1
	for range t.lengths() {
		if at >= len(b) {
			return f, 0
		}
		if v := int(b[at]); size < 0 {
			size = v
		} else if v != size {
			return f, none
		}
		at++
	}
	head := t.addressSize() + len(t.Fixed) + t.Command
	switch {
	case t.Length != "" && (size < head || size > head+maxData):
		return f, none
	case t.Length == "" && t.Data >= 0:
		size = head + t.Data
	}
	if !literal(t.Again) {
		return f, n
	}
	begin := at
	// Fields that are known are checked as soon as they are there.
	address, ok := t.address(b[at:min(len(b), at+t.addressSize())])
	if !ok {
		return f, none
	}
	at += t.addressSize()
	if at > len(b) {
		return f, 0
	}
	if !literal(t.Fixed) {
		return f, n
	}
	if size < 0 {
		free := at + t.Command
		if len(b) < free {
			return f, 0
		}
		end := bytes.Index(b[free:], t.End)
		data := b[free:]
		if end >= 0 {
			data = b[free : free+end]
		} else {
			data = data[:max(0, len(data)-len(t.End)+1)] // the rest may be the end's beginning
		}
		if !printable(data) || len(data) > maxData {
			return f, none
		}
		if end < 0 {
			return f, 0
		}
		size = free + end - begin
	}
	if len(b) < begin+size {
		return f, 0
	}
	command := at
	at = begin + size
	body := b[begin:at]
	if t.CheckLast {
		if !literal(t.End) {
			return f, n
		}
		body = b[begin:at]
	}
	if !literal(t.check(b[:at], body)) {
		return f, n
	}
	if !t.CheckLast && !literal(t.End) {
		return f, n
	}
	f = Frame{
		Address: address,
		Command: bytes.Clone(b[command : command+t.Command]),
		Data:    bytes.Clone(b[command+t.Command : begin+size]),
	}
	return f, at
}

func (t Table) addressSize() int {
	if t.Address == "byte" {
		return 1
	}
	return 2
}

// address reads an address of which the end may be missing yet.
func (t Table) address(b []byte) (n int, ok bool) {
	if t.Address == "byte" || len(b) == 0 {
		if len(b) == 1 {
			n = int(b[0])
		}
		return n, true
	}
	if t.Address == "dec2" {
		v, err := strconv.ParseUint(string(b), 10, 8)
		return int(v), err == nil
	}
	for _, v := range b { // strict: as Encode writes it
		if v >= 'a' && v <= 'f' {
			return 0, false
		}
	}
	v, err := hex.DecodeString(string(append(bytes.Repeat([]byte{'0'}, 2-len(b)), b...)))
	if err != nil {
		return 0, false
	}
	return int(v[0]), true
}
