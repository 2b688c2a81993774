package printer

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sunbeon/display/typeface"
)

// writeGoldens, when set to "1" in the environment, lets TestGolden write its
// files instead of comparing with them.
const writeGoldens = "SUNBEON_WRITE_GOLDENS"

func faces(t testing.TB) *typeface.Set {
	t.Helper()
	f, err := typeface.Load()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func passport() Ticket {
	return Ticket{Office: "중구청 민원봉사과", Service: "여권 접수 및 교부", ServiceEn: "Passport application and pick-up",
		Number: "117", Ahead: 12, WaitLow: 10, WaitHigh: 15,
		IssuedAt: time.Date(2026, 11, 23, 14, 5, 9, 0, time.UTC), ClockTrusted: true, BusinessDay: "2026-11-23",
		URL: "https://jumin.example.go.kr/q/CS0001/117", Message: "차례가 지나면 다시 뽑으십시오."}
}

// registry has the longest real service name, syllables outside KS X 1001, a
// clock nobody set, and is a copy.
func registry() Ticket {
	return Ticket{Office: "뙇동 행정복지센터", Service: "출생·혼인/이혼·사망 신고", ServiceEn: "Birth, marriage/divorce, death registration",
		Number: "A1117", Class: "우선배려", Ahead: 0, WaitHigh: 5,
		IssuedAt: time.Date(2026, 11, 23, 0, 3, 0, 0, time.UTC), BusinessDay: "업무일 17",
		URL: "https://jumin.example.go.kr/q/CS0001/1117", Message: "2층 똠방각하실\n차례가 지나면 다시 뽑으십시오.", Copy: true}
}

func bare() Ticket { return Ticket{Service: "민원", Number: "1", Ahead: -1} }

func TestGolden(t *testing.T) {
	f := faces(t)
	for _, name := range ProfileNames() {
		for kind, ticket := range map[string]Ticket{"passport": passport(), "registry-copy": registry(), "bare": bare()} {
			t.Run(name+"/"+kind, func(t *testing.T) {
				got, err := Encode(profile(t, name), ticket, f)
				if err != nil {
					t.Fatal(err)
				}
				file := filepath.Join("testdata", "tickets", name+"-"+kind+".escpos")
				if os.Getenv(writeGoldens) == "1" {
					if err := os.WriteFile(file, got, 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(file)
				if err != nil {
					t.Fatalf("%v; look at the paper with the virtual printer, then write it with %s=1", err, writeGoldens)
				}
				if !bytes.Equal(got, want) {
					at := 0
					for at < min(len(got), len(want)) && got[at] == want[at] {
						at++
					}
					t.Errorf("%s: %d bytes, want %d; the first difference is at %d", file, len(got), len(want), at)
				}
			})
		}
	}
}

// TestEncoderRemembersNothingOfATicket: what is kept between tickets must not
// show in the bytes.
func TestEncoderRemembersNothingOfATicket(t *testing.T) {
	f := faces(t)
	for _, name := range ProfileNames() {
		e, err := NewEncoder(profile(t, name), f)
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			for _, ticket := range []Ticket{passport(), registry(), bare()} {
				got, err := e.Encode(ticket)
				if err != nil {
					t.Fatal(err)
				}
				if want, _ := Encode(profile(t, name), ticket, f); !bytes.Equal(got, want) {
					t.Fatalf("%s: ticket %s differs from a fresh encoder's", name, ticket.Number)
				}
			}
		}
	}
}

func TestKeptLinesAreBounded(t *testing.T) {
	e, err := NewEncoder(profile(t, "generic58"), nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 10 * keepAtMost {
		ticket := bare()
		ticket.Message = strings.Repeat("가", i%500) + "나" + strings.Repeat("다", i/500)
		if _, err := e.Encode(ticket); err != nil {
			t.Fatal(err)
		}
		if len(e.kept) > keepAtMost {
			t.Fatalf("%d texts kept", len(e.kept))
		}
	}
}

func TestStartOfEveryJob(t *testing.T) {
	for name, want := range map[string]string{
		"generic58": "\x1b@\x1bt\x00\x1c&\x1bR\x0d\x1da\xff",
	} {
		got, _ := Encode(profile(t, name), bare(), nil)
		if !bytes.HasPrefix(got, []byte(want)) {
			t.Errorf("%s: % x", name, got[:16])
		}
	}
	p := profile(t, "generic58")
	p.Charset, p.ProcessID, p.Fence, p.Cutter = CharsetASCII, false, false, false
	got, _ := Encode(p, bare(), nil)
	if want := "\x1b@\x1bt\x00\x1bR\x0d"; !bytes.HasPrefix(got, []byte(want)) || bytes.Contains(got, []byte{0x1c, '&'}) || bytes.Contains(got, []byte{0x1d, 'a'}) {
		t.Errorf("ascii, one way: % x", got)
	}
	if !bytes.HasSuffix(got, []byte{0x1b, 'd', 5}) {
		t.Errorf("without a cutter: % x", got[len(got)-6:])
	}
}

func TestStrangersWithoutFaces(t *testing.T) {
	ticket := bare()
	ticket.Service = "뙇a가\\"
	got, err := Encode(profile(t, "generic58"), ticket, nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := "\xa1\xe0a\xb0\xa1\xa1\xe0\n"; !bytes.Contains(got, []byte(want)) {
		t.Errorf("want □a가□ in % x", got)
	}
}

func TestTextIsMadeHarmless(t *testing.T) {
	ticket := bare()
	ticket.Service = "a\x10\x04b\x1b@c\x7f\u0085\xffd"
	ticket.Message = "\u1112\u1161\u11ab\u1100\u1173\u11af" // 한글, decomposed
	p := profile(t, "generic58")
	p.Charset = CharsetCP949
	got, err := Encode(p, ticket, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(got, []byte("a b @c \xa1\xe0d")) {
		t.Errorf("control characters: % x", got)
	}
	if !bytes.Contains(got, []byte("\xc7\xd1\xb1\xdb\n")) {
		t.Errorf("decomposed Hangul: % x", got)
	}
}

func TestCharsets(t *testing.T) {
	for _, c := range []struct {
		charset string
		r       rune
		want    string // "" means not in the font
	}{
		{CharsetKSX1001, '가', "\xb0\xa1"},
		{CharsetKSX1001, '힝', "\xc8\xfe"},
		{CharsetKSX1001, '·', "\xa1\xa4"},
		{CharsetKSX1001, '뙇', ""},
		{CharsetKSX1001, '€', ""},
		{CharsetKSX1001, '😀', ""},
		{CharsetKSX1001, '\\', ""},
		{CharsetKSX1001, '₩', "\\"},
		{CharsetCP949, '뙇', "\x8c\x8d"},
		{CharsetCP949, 'é', ""},
		{CharsetASCII, '가', ""},
		{CharsetASCII, 'A', "A"},
	} {
		cs := newCharset(c.charset)
		got, ok := cs.append(nil, c.r)
		if string(got) != c.want || ok != (c.want != "") {
			t.Errorf("%c in %s: % x %v, want % x", c.r, c.charset, got, ok, c.want)
		}
	}
	n := 0
	cs := newCharset(CharsetKSX1001)
	for r := '가'; r <= '힣'; r++ {
		if cs.has(string(r)) {
			n++
		}
	}
	if n != 2350 {
		t.Errorf("%d syllables in KS X 1001, want 2350", n)
	}
}

func TestErrorsOfEncode(t *testing.T) {
	p := profile(t, "generic80")
	if _, err := Encode(p, Ticket{Service: "여권"}, nil); !errors.Is(err, ErrNoNumber) {
		t.Errorf("no number: %v", err)
	}
	long := bare()
	long.URL = strings.Repeat("u", MaxURL)
	if _, err := Encode(p, long, nil); err != nil {
		t.Errorf("%d bytes: %v", MaxURL, err)
	}
	long.URL += "u"
	if _, err := Encode(p, long, nil); err == nil || !strings.Contains(err.Error(), "shorter") {
		t.Errorf("%d bytes: %v", MaxURL+1, err)
	}
	if _, err := Encode(Profile{}, bare(), nil); err == nil {
		t.Error("encoded for no printer at all")
	}
}

func TestWaitText(t *testing.T) {
	plain := strings.NewReplacer("\u00a0", " ")
	for _, c := range []struct {
		low, high int
		want      string
	}{
		{0, 0, ""}, {10, 15, "예상 대기 10~15분 / 10-15 min"}, {15, 10, "예상 대기 10~15분 / 10-15 min"},
		{0, 5, "예상 대기 5분 이내 / within 5 min"}, {7, 7, "예상 대기 약 7분 / about 7 min"}, {-3, 4, "예상 대기 4분 이내 / within 4 min"},
	} {
		if got := plain.Replace(waitText(c.low, c.high)); got != c.want {
			t.Errorf("%d to %d: %q, want %q", c.low, c.high, got, c.want)
		}
	}
}

func TestIssuedText(t *testing.T) {
	plain := strings.NewReplacer("\u00a0", " ")
	at := time.Date(2026, 11, 23, 14, 5, 0, 0, time.UTC)
	for _, c := range []struct {
		day     string
		at      time.Time
		trusted bool
		want    string
	}{
		{"2026-11-23", at, true, "업무일 2026-11-23 발권 14:05"},
		{"2026-11-22", at, true, "업무일 2026-11-22 발권 2026-11-23 14:05"},
		{"업무일 17", at, false, "업무일 17 발권 14:05 (시계 미확인)"},
		{"", at, true, "발권 2026-11-23 14:05"},
		{"2026-11-23", time.Time{}, false, "업무일 2026-11-23"},
	} {
		if got := plain.Replace(issuedText(Ticket{BusinessDay: c.day, IssuedAt: c.at, ClockTrusted: c.trusted})); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	for name, ticket := range map[string]Ticket{"rom": passport(), "drawn": registry()} {
		for _, model := range []string{"epson-tm-t88", "generic58"} {
			b.Run(model+"/"+name, func(b *testing.B) {
				e, err := NewEncoder(profile(b, model), faces(b))
				if err != nil {
					b.Fatal(err)
				}
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					ticket.Number = []string{"117", "118", "119", "120"}[i%4]
					ticket.Ahead = i % 40
					ticket.URL = "https://jumin.example.go.kr/q/CS0001/" + ticket.Number
					if _, err := e.Encode(ticket); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
