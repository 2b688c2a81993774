package printer

import (
	"errors"
	"strings"

	"golang.org/x/text/encoding/korean"

	"sunbeon/display/typeface"
)

// Syllables of the test ticket: those of KS X 1001, which every Korean ROM
// font has, beside others that only a CP949 font has.
const (
	syllablesKSX  = "가순번표힝"
	syllablesMore = "뷁똠펲햏뙇"
)

// What the test ticket says. The Korean is drawn, so that it can be read
// whatever the ROM font holds.
const (
	testHangul = "칸마다 왼쪽은 그림, 오른쪽은 프린터의\u00a0글자입니다.\n" +
		"두 칸 모두 그림과 같음: cp949\n" +
		"앞 칸만 그림과 같음: ksx1001\n" +
		"앞 칸도 그림과 다름: ascii"
	testHangulEn = "In each column a picture, then the printer's own letter. " +
		"Both columns alike: cp949, the first only: ksx1001, neither: ascii."
	testSizes = "뒤로 갈수록 커야 합니다. 더 커지지 않으면 그 앞까지가 " +
		"digit_size (숫자), hangul_size (한글)\u00a0입니다."
	testSizesEn = "Each must be larger than the one before. The last that is gives digit_size and hangul_size."
	testQR1     = "QR 1: 프린터가 만든 코드\n없으면 native_qr\u00a0=\u00a0false"
	testQR1En   = "by the printer"
	testQR2     = "QR 2: 그림으로 보낸 코드\n반드시 있어야 합니다."
	testQR2En   = "as a picture"
	testCut     = "이 아래에서 잘려야 합니다."
	testCutEn   = "The cut is below."
)

// TestTicket gives the bytes of a test print for a printer taken to be p: which
// Hangul its ROM font holds, beside pictures of the same; how large it prints;
// its own QR and a drawn one; the cut; and what to conclude for p. On RS-232
// give it p.OverSerial(). Without faces there is nothing to compare with: an
// error.
func TestTicket(p Profile, faces *typeface.Set) ([]byte, error) {
	if faces == nil {
		return nil, errors.New("printer: test ticket without a typeface; apt-get install fonts-nanum")
	}
	was := p.Charset
	p.Charset = CharsetASCII // draws the Korean
	e, err := NewEncoder(p, faces)
	if err != nil {
		return nil, err
	}
	dst := append(e.appendStart(nil), 0x1c, '&')
	say := func(text string, f fit, bold bool) {
		dst = e.appendParagraph(dst, paragraph{text: text, fit: f, bold: bold})
	}
	say("시험 인쇄", large, true)
	say("Test print", plain, false)
	say(p.Name+", "+was, plain, false)
	say(strings.Repeat("-", p.Columns), plain, false)
	dst = e.appendSyllables(dst)
	say(testHangul, plain, false)
	say(testHangulEn, plain, false)
	say(strings.Repeat("-", p.Columns), plain, false)
	dst = e.appendSizes(dst, []string{"1", "2", "3", "4", "5", "6"})
	dst = e.appendSizes(dst, []string{"가", "나", "다", "라"})
	say(testSizes, plain, false)
	say(testSizesEn, plain, false)
	say(strings.Repeat("-", p.Columns), plain, false)
	for _, qr := range []struct {
		native bool
		url    string
		ko, en string
	}{{true, "QR1", testQR1, testQR1En}, {false, "QR2", testQR2, testQR2En}} {
		say(qr.ko, plain, false)
		say(qr.en, plain, false)
		e.p.NativeQR = qr.native
		if dst, err = e.appendQR(dst, qr.url); err != nil {
			return nil, err
		}
	}
	if p.Cutter {
		say(testCut, plain, false)
		say(testCutEn, plain, false)
	}
	return e.appendCut(dst), nil
}

// appendSyllables writes lines of two columns, a picture and a letter in each.
// Every place is absolute (ESC $): a letter that the font lacks may be of any
// width.
func (e *Encoder) appendSyllables(dst []byte) []byte {
	const gap = 12 // dots between picture and letter
	dst = e.pen.align(dst, Left)
	dst = e.pen.style(dst, size{1, 1}, false)
	more := []rune(syllablesMore)
	for i, r := range []rune(syllablesKSX) {
		for column, s := range []string{string(r), string(more[i])} {
			x := e.p.Dots * (1 + 4*column) / 8
			dst = append(dst, 0x1b, '$', byte(x), byte(x>>8))
			dst = e.appendStrip(dst, s)
			x += 24 + gap
			dst = append(dst, 0x1b, '$', byte(x), byte(x>>8))
			dst = append(dst, cp949(s)...)
		}
		dst = append(dst, '\n')
	}
	return dst
}

// appendStrip writes a syllable as a picture that is part of the line (ESC *
// 33): columns of 24 dots, the topmost in the highest bit.
func (e *Encoder) appendStrip(dst []byte, s string) []byte {
	pic := rasterLine(e.set, e.face(24, false), s, 24, 24, Center)
	strip := Raster{Bits: make([]byte, 3*24)}
	for x := range 24 {
		for y := range 24 {
			if pic.Black(x, y) {
				strip.Bits[3*x+y/8] |= 0x80 >> (y % 8)
			}
		}
	}
	strip.guard()
	return append(append(dst, 0x1b, '*', 33, 24, 0), strip.Bits...)
}

// appendSizes writes a line of letters from the ROM font, each a size larger.
func (e *Encoder) appendSizes(dst []byte, letters []string) []byte {
	dst = e.pen.align(dst, Left)
	for i, s := range letters {
		dst = e.pen.style(dst, size{i + 1, i + 1}, false)
		dst = append(dst, cp949(s)...)
	}
	return append(dst, '\n')
}

// cp949 gives the bytes of a text of ours, whatever the printer's font holds.
func cp949(s string) []byte {
	b, err := korean.EUCKR.NewEncoder().String(s)
	if err != nil { // a text of this file that CP949 lacks
		panic(err)
	}
	return []byte(b)
}
