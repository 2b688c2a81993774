package web

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"strings"
)

// said is something for many readers, as it is and compressed. What nobody wants
// is not made.
type said struct{ plain, pressed []byte }

// press compresses an update once for everybody. A gzip stream is a header and
// then blocks, and blocks that refer to nothing before them may follow any
// others: each update is pressed alone, and what a reader is sent is a row of
// them.
//
//	1f 8b 08 ... | blocks | empty block | blocks | empty block | ...
//	header         greeting               an update
//
// No reader has a window of its own, which would be 32 kB and more. The empty
// block makes the other end hand out what has come. The checksum at the end never
// comes, because a stream of events has no end but being cut.
type press struct {
	w *flate.Writer
	b bytes.Buffer
}

// pressHeader begins every compressed stream: RFC 1952, deflate, no name, no
// time, of no known system.
const pressHeader = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"

// worthPressing is the size from which compressing gains something.
const worthPressing = 256

func newPress() *press {
	w, err := flate.NewWriter(nil, flate.BestSpeed)
	if err != nil {
		panic("web: press: " + err.Error()) // of a level that does not exist
	}
	return &press{w: w}
}

// blocks gives b as blocks that may stand anywhere.
func (p *press) blocks(b []byte) []byte {
	if len(b) < worthPressing {
		return stored(b)
	}
	p.b.Reset()
	p.w.Reset(&p.b)
	_, _ = p.w.Write(b) // into memory
	_ = p.w.Flush()     // with an empty block behind
	return bytes.Clone(p.b.Bytes())
}

// stored gives a short b as it is in a block, and an empty one.
func stored(b []byte) []byte {
	out := []byte{0}
	out = binary.LittleEndian.AppendUint16(out, uint16(len(b)))
	out = binary.LittleEndian.AppendUint16(out, ^uint16(len(b)))
	out = append(out, b...)
	return append(out, 0, 0, 0, 0xff, 0xff)
}

// takesGzip reads an Accept-Encoding.
func takesGzip(accept string) bool {
	for one := range strings.SplitSeq(accept, ",") {
		name, q, _ := strings.Cut(one, ";")
		if strings.TrimSpace(name) == "gzip" {
			return strings.Trim(strings.TrimPrefix(strings.TrimSpace(q), "q="), "0.") != "" || q == ""
		}
	}
	return false
}
