package printer

import (
	"fmt"

	"rsc.io/qr/coding"
)

// MaxURL is the longest address that a QR on a ticket takes, in bytes: a 58 mm
// paper still has three dots a module then, which a phone reads.
const MaxURL = 213

// qrLevel restores 15 % of the code: paper gets folded.
const qrLevel = coding.M

// escapeURL percent-encodes what is not printable ASCII, so that no byte of an
// address can be taken for a command.
func escapeURL(s string) string {
	const hex = "0123456789ABCDEF"
	clean := true
	for i := range len(s) {
		clean = clean && s[i] > ' ' && s[i] < 0x7f
	}
	if clean {
		return s
	}
	out := make([]byte, 0, len(s)+16)
	for i := range len(s) {
		if c := s[i]; c > ' ' && c < 0x7f {
			out = append(out, c)
		} else {
			out = append(out, '%', hex[c>>4], hex[c&15])
		}
	}
	return string(out)
}

// qrVersion is the smallest version that holds url.
func qrVersion(url string) (coding.Version, error) {
	if len(url) <= MaxURL {
		for v := coding.Version(1); v <= coding.MaxVersion; v++ {
			if coding.String(url).Bits(v) <= 8*v.DataBytes(qrLevel) {
				return v, nil
			}
		}
	}
	return 0, fmt.Errorf("printer: URL of %d bytes is too long for the ticket's QR; use a shorter address, %d at most", len(url), MaxURL)
}

// qrModule is the size of a module in dots: the code about 25 mm wide at 8
// dots a millimetre, three to eight dots, and never wider than the paper with
// its quiet zone of four modules on either side.
func qrModule(v coding.Version, dots int) int {
	n := 17 + 4*int(v)
	return max(2, min(max(3, min(200/n, 8)), dots/(n+8)))
}

// appendQR writes the code, centered, with the quiet zone above and below.
func (e *Encoder) appendQR(dst []byte, url string) ([]byte, error) {
	url = escapeURL(url)
	v, err := qrVersion(url)
	if err != nil {
		return dst, err
	}
	module := qrModule(v, e.p.Dots)
	dst = append(dst, 0x1b, 'J', byte(4*module))
	if e.p.NativeQR {
		dst = e.pen.align(dst, Center)
		dst = appendNativeQR(dst, url, module)
	} else {
		dst = e.pen.align(dst, Left)
		if dst, err = e.drawQR(dst, url, v, module); err != nil {
			return dst, err
		}
	}
	return append(dst, 0x1b, 'J', byte(4*module)), nil
}

func appendNativeQR(dst []byte, url string, module int) []byte {
	n := len(url) + 3
	dst = append(dst,
		0x1d, '(', 'k', 4, 0, '1', 'A', '2', 0, // model 2
		0x1d, '(', 'k', 3, 0, '1', 'C', byte(module),
		0x1d, '(', 'k', 3, 0, '1', 'E', '1', // level M
		0x1d, '(', 'k', byte(n), byte(n>>8), '1', 'P', '0')
	dst = append(dst, url...)
	return append(dst, 0x1d, '(', 'k', 3, 0, '1', 'Q', '0')
}

func (e *Encoder) drawQR(dst []byte, url string, v coding.Version, module int) ([]byte, error) {
	plan := e.plans[v]
	if plan == nil {
		var err error
		if plan, err = coding.NewPlan(v, qrLevel, 0); err != nil {
			return dst, fmt.Errorf("printer: QR of version %d: %w; use a shorter address", v, err)
		}
		e.plans[v] = plan
	}
	code, err := plan.Encode(coding.String(url))
	if err != nil {
		return dst, fmt.Errorf("printer: QR: %w; use a shorter address", err)
	}
	left := (e.p.Dots - code.Size*module) / 2
	pic := newRaster((left+code.Size*module+7)/8*8, code.Size*module)
	stride := pic.Stride()
	for y := range code.Size {
		row := y * module * stride
		for x := range code.Size {
			if code.Black(x, y) {
				for i := range module {
					pic.set(left+x*module+i, y*module)
				}
			}
		}
		for i := 1; i < module; i++ {
			copy(pic.Bits[row+i*stride:row+(i+1)*stride], pic.Bits[row:row+stride])
		}
	}
	pic.guard()
	return pic.append(dst, e.bandRows(stride)), nil
}
