package legacy

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/korean"
	"pgregory.net/rapid"

	"sunbeon/drivers/serialport/frame"
)

// The wires of an imagined office, as a config file would describe them.

func textFormat() TextFormat {
	return TextFormat{Rules: []TextRule{
		{
			Kind:     Issue,
			Pattern:  `(?m)^(?P<service>\S+)\n+\s*(?P<number>[\d ]+)번\n(?:[^#]*#(?P<again>\d+)$)?`,
			Services: map[string]string{"민원발급": "civil", "여권": "passport"},
		},
		{Kind: Wait, Pattern: `대기인수\s*(?P<count>\d+)\s*명`},
	}}
}

// stx is a frame of 10 bytes: STX, counter as '0'+n, command, four digits, ETX, check.
func stx(check Check) FrameFormat {
	n := 8 + check.size()
	check.At, check.From, check.To = 8, 1, 8
	return FrameFormat{
		Name: "display", Kind: Call, Length: n,
		Fixed:   []Fixed{{0, []byte{0x02}}, {2, []byte{'C'}}, {7, []byte{0x03}}},
		Check:   check,
		Number:  Field{At: 3, Len: 4, Code: "ascii"},
		Counter: Field{At: 1, Len: 1, Code: "be", Add: -'0'},
		Repeats: true,
	}
}

func busFormat() BusFormat {
	return BusFormat{Registers: []Register{{Address: 7, Kind: Call, Dark: []int{0xFFFF}}, {Address: 8, Kind: Wait, Service: "civil"}}}
}

func objectFormat() ObjectFormat {
	menus := map[string]string{"1": "civil", "2": "passport"}
	return ObjectFormat{Rules: []ObjectRule{
		{When: map[string][]string{"CMD": {"CALL", "CALL2"}}, Kind: Call, Number: "CALL_NO", Counter: "DESK", Service: "MENU", Services: menus},
		{When: map[string][]string{"CMD": {"ISSUE"}}, Kind: Issue, Number: "ISSUE_NO", Service: "MENU", Services: menus},
		{When: map[string][]string{"CMD": {"WAIT"}}, Kind: Wait, Count: "WAIT_CNT", Service: "MENU", Services: menus},
	}}
}

func must[T any](d T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
}

// wires is a fresh decoder of each kind.
func wires(t testing.TB) map[string]Decoder {
	return map[string]Decoder{
		"text":    must(NewText(textFormat()))(t),
		"frames":  must(NewFrames(stx(Check{Kind: "xor"})))(t),
		"bus":     must(NewBus(busFormat()))(t),
		"objects": must(NewObjects(objectFormat()))(t),
	}
}

func cp949(t testing.TB, s string) []byte {
	t.Helper()
	b, err := korean.EUCKR.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// ticket is what a controller sends to its printer.
func ticket(t testing.TB, service string, number, waiting int) []byte {
	var b bytes.Buffer
	b.WriteString("\x1b@\x1bt\x00\x1c&\x1dv0\x00\x02\x00\x03\x00\x0aA\x1d\x56\x0a1") // a logo with bytes that mean nothing
	b.WriteString("\x1ba\x01\x1d!\x11")
	b.Write(cp949(t, service+"\n"))
	fmt.Fprintf(&b, "\x1d!\x33%d", number)
	b.Write(cp949(t, "번\n"))
	fmt.Fprintf(&b, "\x1d!\x00")
	b.Write(cp949(t, fmt.Sprintf("대기인수 %d명\n#%04d\n", waiting, number)))
	fmt.Fprintf(&b, "\x1d(k\x04\x00\x31\x41\x32\x00\x1dk\x04%04d\x00", number)
	b.WriteString("\x1bd\x05\x1dV\x42\x00")
	return b.Bytes()
}

// display is a frame of stx's format.
func display(check Check, counter, number int) []byte {
	b := fmt.Appendf([]byte{0x02}, "%cC%4d\x03", '0'+counter, number)
	if number == 0 {
		copy(b[3:], "    ")
	}
	switch check.Kind {
	case "xor":
		var x byte
		for _, c := range b[1:] {
			x ^= c
		}
		b = append(b, x)
	case "sum":
		var x byte
		for _, c := range b[1:] {
			x += c
		}
		if check.Hex {
			return fmt.Appendf(b, "%02X", x)
		}
		b = append(b, x)
	case "crc16":
		b = append(b, frame.Sum("crc16", b[1:])...)
	}
	return b
}

func rtu(b ...byte) []byte {
	return append(b, frame.Sum("crc16", b)...)
}

func short(rs []Reading) string {
	var out []string
	for _, r := range rs {
		out = append(out, fmt.Sprintf("%s/%s/%d/%d/%d/%d", r.Kind, r.Service, r.Number, r.Counter, r.Count, r.Trust))
	}
	return strings.Join(out, " ")
}

func TestText(t *testing.T) {
	for _, tc := range []struct {
		name string
		wire []byte
		want string
	}{
		{"a ticket", ticket(t, "민원발급", 123, 5), "issued/civil/123/0/0/2 waiting//0/0/5/1"},
		{"an unknown service", ticket(t, "운전면허", 7, 0), "issued//7/0/0/2 waiting//0/0/0/1"},
		{"two tickets, merged", slices.Concat(ticket(t, "민원발급", 9, 1), ticket(t, "여권", 510, 12)),
			"issued/civil/9/0/0/2 waiting//0/0/1/1 issued/passport/510/0/0/2 waiting//0/0/12/1"},
		{"the number twice, different", cp949(t, "여권\n510번\n#511\n\x1bi"), ""},
		{"two numbers of one rule", cp949(t, "여권\n510번\n여권\n511번\n\x1bi"), ""},
		{"digits in large print", cp949(t, "여권\n5 1 0번\n\x1bm"), "issued/passport/510/0/0/1"},
		{"ESC @ ends a ticket without a cut", cp949(t, "여권\n510번\n\x1b@\x1b@여권\n511번\n\x1b@"), "issued/passport/510/0/0/1 issued/passport/511/0/0/1"},
		{"a test print", cp949(t, "프린터 시험\n123\n\x1bi"), ""},
		{"too many digits", cp949(t, "여권\n510510번\n\x1bi"), ""},
		{"a picture is no text", slices.Concat([]byte("\x1b*\x21\x02\x00ABCDEF\x1d*\x01\x01ABCDEFGH\x1d8L\x03\x00\x00\x00ABC\x1c2ab"), bytes.Repeat([]byte("1"), 72),
			cp949(t, "\x1dk\x49\x03123\x1bD\x01\x02\x00\x10\x14\x01\x00\x01여권\n510번\n\x1dV0")), "issued/passport/510/0/0/1"},
	} {
		d := must(NewText(textFormat()))(t)
		if got := short(d.Decode(tc.wire, 0)); got != tc.want {
			t.Errorf("%s:\n got %s\nwant %s", tc.name, got, tc.want)
		}
	}
}

// TestTextIdle: silence ends a ticket, and a command that would swallow the next.
func TestTextIdle(t *testing.T) {
	d := must(NewText(textFormat()))(t)
	if rs := d.Decode(cp949(t, "여권\n510번\n"), time.Second); rs != nil {
		t.Errorf("told %s before the end", short(rs))
	}
	if rs := d.Decode(nil, 2999*time.Millisecond); rs != nil {
		t.Errorf("told %s before the silence", short(rs))
	}
	if got, want := short(d.Decode(nil, 3*time.Second)), "issued/passport/510/0/0/1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	d.Decode([]byte("\x1dv0\x00\xff\xff\xff\xff"), 4*time.Second) // a damaged picture
	if got, want := short(d.Decode(cp949(t, "여권\n511번\n\x1bi"), 9*time.Second)), "issued/passport/511/0/0/1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestFrames(t *testing.T) {
	xor, sum, hex, crc, none := Check{Kind: "xor"}, Check{Kind: "sum"}, Check{Kind: "sum", Hex: true}, Check{Kind: "crc16"}, Check{}
	broken := display(xor, 3, 120)
	broken[4] ^= 1
	for _, tc := range []struct {
		name  string
		check Check
		wire  []byte
		want  string
		heard Heard
	}{
		{"xor", xor, display(xor, 3, 120), "called//120/3/0/2", Heard{Bytes: 9, Messages: 1}},
		{"sum", sum, display(sum, 3, 120), "called//120/3/0/2", Heard{Bytes: 9, Messages: 1}},
		{"sum in hex", hex, display(hex, 3, 120), "called//120/3/0/2", Heard{Bytes: 10, Messages: 1}},
		{"crc16", crc, display(crc, 3, 120), "called//120/3/0/3", Heard{Bytes: 10, Messages: 1}},
		{"none", none, display(none, 3, 120), "called//120/3/0/1", Heard{Bytes: 8, Messages: 1}},
		{"dark", xor, display(xor, 3, 0), "called//0/3/0/2", Heard{Bytes: 9, Messages: 1}},
		{"merged", xor, slices.Concat(display(xor, 3, 120), display(xor, 4, 121)), "called//120/3/0/2 called//121/4/0/2", Heard{Bytes: 18, Messages: 2}},
		{"damaged", xor, slices.Concat(broken, display(xor, 4, 121)), "called//121/4/0/1", Heard{Bytes: 18, Messages: 1, Damaged: 1, Skipped: 9}},
		{"cut short", xor, slices.Concat(display(xor, 3, 120)[:5], display(xor, 4, 121)), "called//121/4/0/2", Heard{Bytes: 14, Messages: 1, Skipped: 5}},
		{"noise before", xor, slices.Concat([]byte("\x00\x02\x02"), display(xor, 4, 121)), "called//121/4/0/2", Heard{Bytes: 12, Messages: 1, Skipped: 3}},
		{"no digits", none, []byte("\x023C 1x0\x03"), "", Heard{Bytes: 8, Messages: 1, Unmatched: 1}},
	} {
		d := must(NewFrames(stx(tc.check)))(t)
		if got := short(d.Decode(tc.wire, 0)); got != tc.want {
			t.Errorf("%s: got %s, want %s", tc.name, got, tc.want)
		}
		if got := d.Heard(); got != tc.heard {
			t.Errorf("%s: heard %+v, want %+v", tc.name, got, tc.heard)
		}
	}
}

// TestFrameFields: every code, places from the end, services, several formats.
func TestFrameFields(t *testing.T) {
	d := must(NewFrames(
		FrameFormat{Name: "a", Kind: Issue, Length: 6, Fixed: []Fixed{{0, []byte{0xAA, 1}}, {-1, []byte{0x55}}},
			Number: Field{At: 2, Len: 2, Code: "bcd"}, Service: Field{At: -2, Len: 1, Code: "be"}, Services: map[int]string{7: "civil"}},
		FrameFormat{Name: "b", Kind: Wait, Length: 5, Fixed: []Fixed{{0, []byte{0xAA, 2}}},
			Count: Field{At: -3, Len: 2, Code: "le"}, ServiceID: "passport", Trust: Sure},
	))(t)
	rs := d.Decode([]byte{
		0xAA, 1, 0x01, 0x23, 7, 0x55,
		0xAA, 2, 0x05, 0x00, 0x99,
		0xAA, 1, 0x01, 0x23, 8, 0x55, // no such service
		0xAA, 1, 0x0A, 0x23, 7, 0x55, // no decimal digit
		0xAA, 1, 0x00, 0x00, 7, 0x55, // no ticket has number 0
	}, 0)
	if got, want := short(rs), "issued/civil/123/0/0/1 waiting/passport/0/0/5/3"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if d.Heard().Unmatched != 3 {
		t.Errorf("heard %+v", d.Heard())
	}
}

func TestFormatsRefuse(t *testing.T) {
	good := stx(Check{Kind: "xor"})
	for name, spoil := range map[string]func(*FrameFormat){
		"length":   func(f *FrameFormat) { f.Length = 1 },
		"start":    func(f *FrameFormat) { f.Fixed = f.Fixed[1:] },
		"fixed":    func(f *FrameFormat) { f.Fixed = append(f.Fixed[:1:1], Fixed{9, []byte{1}}) },
		"field":    func(f *FrameFormat) { f.Number.At = 8 },
		"code":     func(f *FrameFormat) { f.Number.Code = "ebcdic" },
		"number":   func(f *FrameFormat) { f.Number = Field{} },
		"count":    func(f *FrameFormat) { f.Kind = Wait },
		"kind":     func(f *FrameFormat) { f.Kind = "sung" },
		"check":    func(f *FrameFormat) { f.Check.Kind = "md5" },
		"covering": func(f *FrameFormat) { f.Check.To = 9 },
	} {
		f := good
		spoil(&f)
		if _, err := NewFrames(f); err == nil || !strings.Contains(err.Error(), `frame "display"`) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	for _, r := range []TextRule{
		{Kind: Issue, Pattern: "("}, {Kind: Issue, Pattern: "(?P<count>1)"}, {Kind: Wait, Pattern: "(?P<number>1)"},
		{Kind: Call, Pattern: "(?P<number>1)"}, {Kind: Issue, Pattern: "(?P<number>1)(?P<desk>2)"},
	} {
		if _, err := NewText(TextFormat{Rules: []TextRule{r}}); err == nil {
			t.Errorf("%+v: no error", r)
		}
	}
	for _, r := range []Register{{Address: -1, Kind: Call}, {Address: 7, Kind: Issue}} {
		if _, err := NewBus(BusFormat{Registers: []Register{r}}); err == nil {
			t.Errorf("%+v: no error", r)
		}
	}
	for _, r := range []ObjectRule{{Kind: "sung", Number: "N"}, {Kind: Call}, {Kind: Wait, Number: "N"}} {
		if _, err := NewObjects(ObjectFormat{Rules: []ObjectRule{r}}); err == nil {
			t.Errorf("%+v: no error", r)
		}
	}
	_, e1 := NewText(TextFormat{})
	_, e2 := NewFrames()
	_, e3 := NewBus(BusFormat{})
	_, e4 := NewObjects(ObjectFormat{})
	if e1 == nil || e2 == nil || e3 == nil || e4 == nil {
		t.Error("a decoder without rules")
	}
}

func TestBus(t *testing.T) {
	shows120 := []byte{0x01, 0x06, 0x00, 0x07, 0x00, 0x78, 0x38, 0x29}
	for _, tc := range []struct {
		name string
		wire []byte
		want string
	}{
		{"the known frame", shows120, "called//120/1/0/3"},
		{"question and answer", slices.Concat(shows120, shows120), "called//120/1/0/3 called//120/1/0/3"},
		{"many registers", rtu(3, 16, 0, 6, 0, 3, 6, 0, 9, 0, 121, 0, 4), "called//121/3/0/3 waiting/civil/0/0/4/3"},
		{"its answer", rtu(3, 16, 0, 6, 0, 3), ""},
		{"another register", rtu(3, 6, 0, 9, 0, 121), ""},
		{"dark", slices.Concat(rtu(3, 6, 0, 7, 0, 0), rtu(3, 6, 0, 7, 0xFF, 0xFF)), "called//0/3/0/3 called//0/3/0/3"},
		{"between reads", slices.Concat(rtu(9, 2, 0, 0, 0, 8), rtu(9, 2, 1, 4), rtu(9, 3, 0, 0, 0, 4), rtu(9, 3, 8, 1, 6, 0, 7, 0, 120, 0, 0), rtu(9, 0x83, 2), shows120), "called//120/1/0/3"},
		{"a byte lost", slices.Concat(shows120[:3], shows120[4:], shows120), "called//120/1/0/1"},
		{"a bit wrong", slices.Concat([]byte{0x01, 0x06, 0x00, 0x07, 0x00, 0x79, 0x38, 0x29}, shows120), "called//120/1/0/1"},
		{"a count that does not fit", rtu(3, 16, 0, 6, 0, 4, 6, 0, 9, 0, 121, 0, 4), ""},
	} {
		d := must(NewBus(busFormat()))(t)
		rs := d.Decode(tc.wire, 0)
		rs = append(rs, d.Decode(nil, frameIdle)...)
		if got := short(rs); got != tc.want {
			t.Errorf("%s: got %s, want %s", tc.name, got, tc.want)
		}
	}
	d := must(NewBus(BusFormat{Counters: map[int]int{1: 31}, Registers: []Register{{Address: 7, Kind: Call, BCD: true}}}))(t)
	wire := slices.Concat(rtu(1, 6, 0, 7, 0x01, 0x20), rtu(1, 6, 0, 7, 0x01, 0x2A), rtu(2, 6, 0, 7, 0x01, 0x20))
	if got, want := short(d.Decode(wire, 0)), "called//120/31/0/3"; got != want || d.Heard().Unmatched != 2 {
		t.Errorf("got %s, want %s; heard %+v", got, want, d.Heard())
	}
}

// TestDamageMakesDoubt: after damage the check of what comes again is not relied
// on, for ten minutes; that of what comes once is, for nothing better follows.
func TestDamageMakesDoubt(t *testing.T) {
	crc := Check{Kind: "crc16"}
	once := stx(crc)
	once.Repeats = false
	shows, broken := display(crc, 3, 120), display(crc, 3, 120)
	broken[3] ^= 1
	cut := []byte{0x01, 0x06, 0x00, 0x07, 0x00, 0x79, 0x38, 0x29}
	for _, tc := range []struct {
		name           string
		d              Decoder
		shows, damaged []byte
		want           Trust // after damage
	}{
		{"repeating frames", must(NewFrames(stx(crc)))(t), shows, broken, Bare},
		{"frames sent once", must(NewFrames(once))(t), shows, broken, Sure},
		{"registers", must(NewBus(busFormat()))(t), rtu(1, 6, 0, 7, 0, 120), cut, Bare},
	} {
		for _, step := range []struct {
			at     time.Duration
			damage bool
			want   Trust
		}{
			{0, false, Sure}, {time.Minute, true, tc.want}, {10 * time.Minute, false, tc.want}, {12 * time.Minute, false, Sure},
		} {
			if step.damage {
				if rs := append(tc.d.Decode(tc.damaged, step.at), tc.d.Decode(nil, step.at+frameIdle)...); len(rs) > 0 {
					t.Fatalf("%s: damage was read as %s", tc.name, short(rs))
				}
			}
			rs := tc.d.Decode(tc.shows, step.at+2*frameIdle)
			if len(rs) != 1 || rs[0].Trust != step.want {
				t.Errorf("%s, at %v: got %s, want one of trust %d", tc.name, step.at, short(rs), step.want)
			}
		}
	}
}

func TestObjects(t *testing.T) {
	const call = `{"SYSTEM":1,"CMD":"CALL2","MENU":1,"CALL_NO":291,"DESK":22}`
	for _, tc := range []struct {
		name, wire, want string
		damaged          int
	}{
		{"a call", call, "called/civil/291/22/0/3", 0},
		{"merged", call + call[:40] + call[40:] + "\r\n\x00" + call, "called/civil/291/22/0/3 called/civil/291/22/0/3 called/civil/291/22/0/3", 0},
		{"torn for good", call[:30] + call, "called/civil/291/22/0/3", 1},
		{"begun in the middle", call[30:] + call, "called/civil/291/22/0/3", 0},
		{"numbers as strings", `{"CMD":"CALL","CALL_NO":"291","DESK":"3"}`, "called//291/3/0/3", 0},
		{"an unknown menu", `{"CMD":"CALL","MENU":9,"CALL_NO":291}`, "called//291/0/0/3", 0},
		{"the others", `{"CMD":"ISSUE","MENU":2,"ISSUE_NO":511}{"CMD":"WAIT","MENU":2,"WAIT_CNT":4}`, "issued/passport/511/0/0/3 waiting/passport/0/0/4/3", 0},
		{"a quote lost", `{"CMD:"CALL","CALL_NO":291}` + call, "called/civil/291/22/0/3", 1},
		{"no number", `{"CMD":"CALL","DESK":2}{"CMD":"CALL","CALL_NO":-1}{"CMD":"CALL","CALL_NO":1.5}{"CMD":"CALL","CALL_NO":1e2}{"CMD":"ISSUE","ISSUE_NO":0}`, "", 0},
		{"another command", `{"CMD":"HELLO"}{}`, "", 0},
		{"endless", "{" + strings.Repeat("a", 2*objectSize) + call, "called/civil/291/22/0/3", 1},
	} {
		d := must(NewObjects(objectFormat()))(t)
		if got := short(d.Decode([]byte(tc.wire), 0)); got != tc.want {
			t.Errorf("%s: got %s, want %s", tc.name, got, tc.want)
		}
		if got := d.Heard().Damaged; got != tc.damaged {
			t.Errorf("%s: %d damaged, want %d", tc.name, got, tc.damaged)
		}
	}
}

// TestTornAnywhere: how the bytes are cut into slices changes nothing.
func TestTornAnywhere(t *testing.T) {
	xor := Check{Kind: "xor"}
	wire := map[string][]byte{
		"text":    slices.Concat(ticket(t, "민원발급", 1, 3), ticket(t, "여권", 502, 0), cp949(t, "시험\n")),
		"frames":  slices.Concat(display(xor, 1, 5), []byte("\x02noise\x02"), display(xor, 2, 6), display(xor, 2, 6)[:4]),
		"bus":     slices.Concat(rtu(1, 6, 0, 7, 0, 120), []byte{1, 6, 0}, rtu(3, 16, 0, 6, 0, 3, 6, 0, 9, 0, 121, 0, 4), []byte{1, 3}),
		"objects": []byte(`x{"CMD":"CALL","MENU":1,"CALL_NO":12,"DESK":2}{"CMD":"CA{"CMD":"ISSUE","MENU":2,"ISSUE_NO":511} {`),
	}
	whole := wires(t)
	for name, b := range wire {
		want := whole[name].Decode(b, time.Second)
		want = append(want, whole[name].Decode(nil, time.Minute)...)
		if len(want) == 0 {
			t.Fatalf("%s: nothing read", name)
		}
		rapid.Check(t, func(rt *rapid.T) {
			d := wires(t)[name]
			var got []Reading
			for rest := b; len(rest) > 0; {
				n := rapid.IntRange(1, len(rest)).Draw(rt, "n")
				got = append(got, d.Decode(bytes.Clone(rest[:n]), time.Second)...)
				rest = rest[n:]
			}
			got = append(got, d.Decode(nil, time.Minute)...)
			if !reflect.DeepEqual(got, want) || d.Heard() != whole[name].Heard() {
				rt.Fatalf("%s: got %s %+v, want %s %+v", name, short(got), d.Heard(), short(want), whole[name].Heard())
			}
		})
	}
}

// TestReset: what was begun before a cut of the line does not join what follows.
func TestReset(t *testing.T) {
	xor := Check{Kind: "xor"}
	for name, b := range map[string][]byte{
		"text":    cp949(t, "여권\n510번\n\x1bi"),
		"frames":  display(xor, 1, 5),
		"bus":     rtu(1, 6, 0, 7, 0, 120),
		"objects": []byte(`{"CMD":"CALL","CALL_NO":12}`),
	} {
		for i := 1; i < len(b); i++ {
			d := wires(t)[name]
			rs := d.Decode(b[:i], 0)
			d.Reset()
			if rs = append(rs, d.Decode(b[i:], 0)...); len(rs) > 0 && name != "text" {
				t.Errorf("%s cut at %d: %s", name, i, short(rs))
			}
			if rs = d.Decode(b, time.Minute); len(rs) != 1 {
				t.Errorf("%s cut at %d: afterwards %s", name, i, short(rs))
			}
			if h := d.Heard(); h.Damaged == 0 {
				t.Errorf("%s cut at %d: not counted: %+v", name, i, h)
			}
		}
	}
}
