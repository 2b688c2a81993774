package frame_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"

	"sunbeon/drivers/serialport/frame"
)

func shapes() []string { return []string{"compoway", "edwards", "callunit21", "board4", "length-crc"} }

func shape(t testing.TB, name string) frame.Table {
	t.Helper()
	table, ok := frame.Shape(name)
	if !ok {
		t.Fatalf("no shape %s", name)
	}
	if err := table.Validate(); err != nil {
		t.Fatal(err)
	}
	return table
}

// example is a frame that the shape can carry.
func example(table frame.Table, address int, n byte) frame.Frame {
	f := frame.Frame{Address: address, Command: bytes.Repeat([]byte{'C'}, table.Command), Data: []byte{'0' + n, '1'}}
	return f
}

// The frames are those that the documents print.
func TestFramesOfTheDocuments(t *testing.T) {
	for _, c := range []struct {
		shape string
		f     frame.Frame
		want  string
	}{
		// E5AR manual, 6.2: 02 30 30 30 30 30 30 35 30 30 03 36.
		{"compoway", frame.Frame{Address: 0, Data: []byte("0500")}, "02303030303030353030" + "0336"},
		// 5530M-485 manual: a poll of unit 05, zone B, and an answer of unit 01.
		{"edwards", frame.Frame{Address: 5, Command: []byte("43"), Data: []byte("00B")}, hex.EncodeToString([]byte("\x02054300B\x0371"))},
		// 05 03 E7 EF: board 5 shows 999.
		{"board4", frame.Frame{Address: 5, Data: []byte{0x03, 0xe7}}, "0503e7ef"},
		{"callunit21", frame.Frame{Address: 3, Command: []byte{0x11}, Data: []byte{0x41}}, "ff680303680311415516"},
		{"length-crc", frame.Frame{Address: 1, Command: []byte{6}, Data: []byte{0, 7, 0, 0x78}}, "02060106000700783829" + "03"},
	} {
		table := shape(t, c.shape)
		got, err := table.Encode(c.f)
		if err != nil || hex.EncodeToString(got) != c.want {
			t.Errorf("%s: %x, %v; want %s", c.shape, got, err, c.want)
		}
		wire, _ := hex.DecodeString(c.want)
		s := frame.Scanner{Table: table}
		if fs := s.Feed(wire); len(fs) != 1 || fmt.Sprint(fs[0]) != fmt.Sprint(c.f) {
			t.Errorf("%s: read %v, want %v", c.shape, fs, c.f)
		}
	}
}

func TestTornAndMerged(t *testing.T) {
	for _, name := range shapes() {
		table := shape(t, name)
		var wire []byte
		var want []string
		for i := range 5 {
			f := example(table, 10+i, byte(i))
			b, err := table.Encode(f)
			if err != nil {
				t.Fatal(err)
			}
			wire, want = append(wire, b...), append(want, fmt.Sprint(f))
		}
		for piece := 1; piece <= len(wire); piece++ {
			s := frame.Scanner{Table: table}
			var got []string
			for at := 0; at < len(wire); at += piece {
				for _, f := range s.Feed(wire[at:min(len(wire), at+piece)]) {
					got = append(got, fmt.Sprint(f))
				}
			}
			if fmt.Sprint(got) != fmt.Sprint(want) || s.Dropped != 0 {
				t.Fatalf("%s in pieces of %d: %v", name, piece, got)
			}
		}
	}
}

// A frame is found behind garbage, behind a piece of itself and behind a silence.
func TestFindsTheNextFrame(t *testing.T) {
	for _, name := range shapes() {
		table := shape(t, name)
		want := example(table, 0x21, 5)
		wire, err := table.Encode(want)
		if err != nil {
			t.Fatal(err)
		}
		for cut := range wire {
			if name == "board4" {
				break // four bytes without a start: only silence parts them
			}
			s := frame.Scanner{Table: table}
			got := append(s.Feed(append(append([]byte{0, 0xff, 0x68, 2, 0x55}, wire[:cut]...), wire...)), s.Gap()...)
			if len(got) != 1 || fmt.Sprint(got[0]) != fmt.Sprint(want) {
				t.Errorf("%s behind %d of its bytes: %v", name, cut, got)
			}
		}
		s := frame.Scanner{Table: table}
		s.Feed(wire[:len(wire)-1])
		got := append(s.Gap(), s.Feed(wire)...)
		if len(got) != 1 || fmt.Sprint(got[0]) != fmt.Sprint(want) || s.Dropped != len(wire)-1 {
			t.Errorf("%s after a silence: %v, %d dropped", name, got, s.Dropped)
		}
	}
}

// No single damaged bit passes a check, and a frame after it does.
func TestEveryBitIsChecked(t *testing.T) {
	for _, name := range shapes() {
		table := shape(t, name)
		f := example(table, 0x21, 5)
		wire, _ := table.Encode(f)
		for bit := range len(wire) * 8 {
			damaged := bytes.Clone(wire)
			damaged[bit/8] ^= 1 << (bit % 8)
			s := frame.Scanner{Table: table}
			for _, got := range append(s.Feed(damaged), s.Gap()...) {
				t.Errorf("%s, bit %d: % x read as %v", name, bit, damaged, got)
			}
			if got := s.Feed(wire); len(got) != 1 {
				t.Errorf("%s, bit %d: the next frame: %v", name, bit, got)
			}
		}
	}
}

func TestRandomFramesComeBack(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for range 2000 {
		table := shape(t, shapes()[r.IntN(len(shapes()))])
		f := frame.Frame{Address: r.IntN(100), Command: make([]byte, table.Command)}
		n := table.Data
		if n <= 0 {
			n = r.IntN(65)
		}
		for range n {
			f.Data = append(f.Data, byte(0x20+r.IntN(0xe0)))
		}
		for i := range f.Command {
			f.Command[i] = byte(0x20 + r.IntN(0x50))
		}
		wire, err := table.Encode(f)
		if err != nil {
			t.Fatal(err)
		}
		s := frame.Scanner{Table: table}
		if got := s.Feed(wire); len(got) != 1 || !bytes.Equal(got[0].Data, f.Data) || got[0].Address != f.Address || !bytes.Equal(got[0].Command, f.Command) {
			t.Fatalf("% x: %v, want %v", wire, got, f)
		}
	}
}

func TestTableIsStrict(t *testing.T) {
	good := shape(t, "edwards")
	for want, change := range map[string]func(*frame.Table){
		`address "bcd"`:      func(t *frame.Table) { t.Address = "bcd" },
		`length "word"`:      func(t *frame.Table) { t.Length = "word"; t.Data = 0 },
		`check "crc8"`:       func(t *frame.Table) { t.Check = "crc8" },
		"command of 5":       func(t *frame.Table) { t.Command = 5 },
		"beside a length":    func(t *frame.Table) { t.Length = "byte" },
		"without an end":     func(t *frame.Table) { t.End = nil },
		"data of 65":         func(t *frame.Table) { t.Data = 65 },
		"again without":      func(t *frame.Table) { t.Again = frame.Bytes{1} },
		"neither a start":    func(t *frame.Table) { t.Start, t.Check = nil, "none" },
		"start of 9 bytes":   func(t *frame.Table) { t.Start = make(frame.Bytes, 9) },
		`address ""; "byte"`: func(t *frame.Table) { t.Address = "" },
	} {
		table := good
		change(&table)
		if err := table.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	for _, f := range []frame.Frame{
		{Address: 256, Command: []byte("43")},
		{Address: 1, Command: []byte("4")},
		{Address: 1, Command: []byte("43"), Data: []byte{3}},
		{Address: 1, Command: []byte("43"), Data: make([]byte, 65)},
	} {
		if b, err := good.Encode(f); err == nil {
			t.Errorf("%v became % x", f, b)
		}
	}
}

func TestTableAsTOML(t *testing.T) {
	var table frame.Table
	err := toml.NewDecoder(strings.NewReader(`
start = "02"
address = "hex2"
command = 2
data = -1
end = "03"
check = "sum"
check_last = true
check_text = true
ack = "06"
nak = "15"
`)).DisallowUnknownFields().Decode(&table)
	if want := shape(t, "edwards"); err != nil || fmt.Sprint(table) != fmt.Sprint(want) {
		t.Errorf("%v, %v", table, err)
	}
	if err := toml.Unmarshal([]byte(`start = "STX"`), &table); err == nil || !strings.Contains(err.Error(), "not hexadecimal") {
		t.Errorf("%v", err)
	}
}

// Whatever arrives, in whatever pieces: what is read can be written again as
// the bytes it came from, and the buffer is bounded.
func FuzzScanner(f *testing.F) {
	for i, name := range shapes() {
		table := shape(f, name)
		wire, _ := table.Encode(example(table, 0x21, 5))
		f.Add(byte(i), byte(3), append([]byte{0x02, 0xff}, append(wire, wire...)...))
	}
	f.Fuzz(func(t *testing.T, which, piece byte, wire []byte) {
		table := shape(t, shapes()[int(which)%len(shapes())])
		s := frame.Scanner{Table: table}
		var got []frame.Frame
		for rest := wire; len(rest) > 0; {
			n := min(len(rest), int(piece)%16+1)
			got, rest = append(got, s.Feed(rest[:n])...), rest[n:]
		}
		got = append(got, s.Gap()...)
		total := s.Dropped
		for _, f := range got {
			b, err := table.Encode(f)
			if err != nil || !bytes.Contains(wire, b) {
				t.Fatalf("%v: % x, %v", f, b, err)
			}
			total += len(b)
		}
		if total != len(wire) {
			t.Fatalf("%d of %d bytes are accounted for", total, len(wire))
		}
	})
}
