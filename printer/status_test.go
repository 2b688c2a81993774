package printer

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func parse(portions ...[]byte) []string {
	var p parser
	var got []string
	for _, b := range portions {
		p.feed(b, func(a answer) { got = append(got, a.String()) })
	}
	return got
}

func (a answer) String() string {
	switch a.kind {
	case realTime:
		return fmt.Sprintf("real-time %02x", a.b[0])
	case sensors:
		return fmt.Sprintf("sensors %02x", a.b[0])
	case automatic:
		return fmt.Sprintf("automatic %x", a.b)
	case block:
		return fmt.Sprintf("block %02x %q", a.b[0], a.data)
	case flow:
		return fmt.Sprintf("flow %02x", a.b[0])
	}
	return "noise"
}

func TestParserTellsAnswersApart(t *testing.T) {
	for _, c := range []struct {
		in   string
		want []string
	}{
		{"\x12\x16\x72", []string{"real-time 12", "real-time 16", "real-time 72"}},
		{"\x00\x0c\x0f", []string{"sensors 00", "sensors 0c", "sensors 0f"}},
		{"\x18\x00\x0c\x00\x12", []string{"automatic 18000c00", "real-time 12"}},
		{"\x10\x00\x13\x00\x00", []string{"flow 13", "automatic 10000000"}},
		{"\x37\x220001\x00\x00", []string{`block 37 "\"0001"`, "sensors 00"}},
		{"\x37\x2200\x1301\x00", []string{"flow 13", `block 37 "\"0001"`}},
		{"\x5fEPSON\x00\x11", []string{`block 5f "EPSON"`, "flow 11"}},
		{"\xff\x9f\x35\x12", []string{"noise", "noise", "noise", "real-time 12"}},
		{"\x10\x12", []string{"noise", "real-time 12"}}, // a false start hides nothing
		{"\x5f" + strings.Repeat("x", maxBlock+1) + "\x12", []string{"noise", "real-time 12"}},
	} {
		got := parse([]byte(c.in))
		if !slices.Equal(got, c.want) {
			t.Errorf("% x: %q, want %q", c.in, got, c.want)
		}
	}
}

func TestParserForgetsAHalfAnswer(t *testing.T) {
	for _, half := range []string{"\x10\x00", "\x37\x2200"} {
		var p parser
		var got []string
		emit := func(a answer) { got = append(got, a.String()) }
		p.feed([]byte(half), emit)
		p.reset()
		p.feed([]byte{0x12}, emit)
		if !slices.Equal(got, []string{"real-time 12"}) {
			t.Errorf("after % x: %q", half, got)
		}
	}
}

// FuzzParser: the stream means the same however it is cut, every byte is
// accounted for, and the parser always comes to rest.
func FuzzParser(f *testing.F) {
	f.Add([]byte("\x12\x00\x18\x00\x0c\x00\x37\x220001\x00\x11"), 3)
	f.Add([]byte("\x10\x13\x00\x5fEPSON\x00\xff"), 1)
	f.Add([]byte("\x10\x37\x22\x10\x10"), 2)
	f.Fuzz(func(t *testing.T, in []byte, at int) {
		whole := parse(in)
		at = max(0, min(at, len(in)))
		if cut := parse(in[:at], in[at:]); !slices.Equal(whole, cut) {
			t.Fatalf("% x: %q, cut at %d: %q", in, whole, at, cut)
		}
		if len(whole) > len(in) {
			t.Fatalf("% x: more answers than bytes: %q", in, whole)
		}
		var p parser
		n := 0
		p.feed(in, func(answer) { n++ })
		p.feed([]byte(strings.Repeat("\x80", maxBlock+2)), func(answer) { n++ })
		rest := ""
		p.feed([]byte{0x00, 0x12}, func(a answer) { rest = a.String() })
		if rest != "real-time 12" {
			t.Fatalf("% x: stuck: %q", in, rest)
		}
	})
}

func TestStatusNamesFaults(t *testing.T) {
	look := func(b ...byte) (s status) {
		for i, c := range b {
			s.realTime(i+1, c)
		}
		return s
	}
	auto := func(b [4]byte) (s status) { s.automatic(b); return s }
	sense := func(b byte) (s status) { s.sensors(b); return s }
	for _, c := range []struct {
		name string
		s    status
		want []Fault
	}{
		{"clean look", look(0x12, 0x12, 0x12, 0x12), nil},
		{"offline only", look(0x1a, 0x12, 0x12, 0x12), []Fault{Offline}},
		{"cover", look(0x1a, 0x16, 0x12, 0x12), []Fault{CoverOpen}},
		{"paper end", look(0x1a, 0x32, 0x12, 0x72), []Fault{PaperEnd}},
		{"roll end sensor", look(0x12, 0x12, 0x12, 0x7e), []Fault{PaperEnd}},
		{"near end", look(0x12, 0x12, 0x12, 0x1e), []Fault{PaperNearEnd}},
		{"cutter", look(0x1a, 0x52, 0x1a, 0x12), []Fault{CutterJam}},
		{"unrecoverable", look(0x1a, 0x52, 0x32, 0x12), []Fault{Broken}},
		{"hot", look(0x1a, 0x52, 0x52, 0x12), []Fault{HeadHot}},
		{"error unnamed", look(0x1a, 0x52, 0x12, 0x12), []Fault{Broken}},
		{"automatic clean", auto([4]byte{0x10}), nil},
		{"automatic cover and paper", auto([4]byte{0x38, 0, 0x0c, 0}), []Fault{CoverOpen, PaperEnd}},
		{"automatic cutter", auto([4]byte{0x18, 0x08, 0, 0}), []Fault{CutterJam}},
		{"automatic broken", auto([4]byte{0x18, 0x20, 0, 0}), []Fault{Broken}},
		{"automatic hot, near end", auto([4]byte{0x18, 0x40, 0x03, 0}), []Fault{HeadHot, PaperNearEnd}},
		{"sensors near end", sense(0x03), []Fault{PaperNearEnd}},
		{"sensors end", sense(0x0f), []Fault{PaperEnd}},
	} {
		if got := c.s.faults(); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestEveryFaultSaysWhatToDo(t *testing.T) {
	for _, f := range []Fault{PaperNearEnd, PaperEnd, CoverOpen, CutterJam, HeadHot, Broken, Offline, NoAnswer, Unplugged} {
		if !strings.HasSuffix(f.Korean(), "시오.") || strings.Count(f.English(), ".") < 2 {
			t.Errorf("%s: %q %q", f, f.Korean(), f.English())
		}
	}
}
