// Package frame reads and writes the private frames of call units and signs by
// a table in the configuration.
//
//	start │ length │ again │ address │ fixed │ command │ data │ check │ end
//	 02   │        │       │ "05"    │       │ "43"    │ ...  │  71   │ 03
//
// Parts that a device does not have stay empty. The check may stand after the
// end (check_last), be written as hexadecimal text (check_text), and count the
// start or not.
//
// # Shapes
//
// Shape gives tables of documents that can be read by anybody. None is of a
// Korean maker: no such document was found, which is why the table exists.
//
//	compoway    02 "05" "00" "0" data 03 xor          Omron CompoWay/F, e.g. E5CN communications manual, 2-2
//	edwards     02 "05" "43" data 03 "71"             Edwards Signaling 5530M-485, P/N 3100345, 4.0: sum as text
//	callunit21  ff 68 n n 68 addr cmd data sum 16     "21-key LCD call unit protocol" (21键点阵液晶呼叫器通讯协议); the
//	                                                  public part leaves open what the sum covers: address to data here
//	board4      addr hi lo sum                        a maker's product page of RS-485 number boards: 05 03 e7 ef shows 999
//	length-crc  02 n addr cmd data crc16 03           typical of newer devices; no single document
//
// # Caveats
//
// A frame without length whose data may hold any byte cannot be told from its
// neighbours: such data must be printable (20h and above), or of a fixed size.
// One byte of sum or xor lets one damaged frame in 256 pass: confirm where the
// device can.
package frame

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Bytes are written as hexadecimal text, "02" or "ff 68".
type Bytes []byte

// UnmarshalText reads "ff 68".
func (b *Bytes) UnmarshalText(text []byte) error {
	v, err := hex.DecodeString(strings.ReplaceAll(string(text), " ", ""))
	if err != nil {
		return fmt.Errorf("frame: %q is not hexadecimal; write e.g. \"02\" or \"ff 68\"", text)
	}
	*b = v
	return nil
}

// MarshalText writes "ff68".
func (b Bytes) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(b)), nil }

// Table is how a device's frames are built.
type Table struct {
	Start Bytes `toml:"start"`
	// Length is "", "byte" or "twice": how many bytes from address to data.
	Length string `toml:"length"`
	Again  Bytes  `toml:"again"` // follows the length
	// Address is "byte", "dec2" or "hex2": two digits of text.
	Address string `toml:"address"`
	Fixed   Bytes  `toml:"fixed"`   // the same in every frame, after the address
	Command int    `toml:"command"` // bytes, 0 to 4
	// Data is how many bytes of data a frame without length has; -1 for
	// printable data of any length up to 64, ended by End.
	Data int   `toml:"data"`
	End  Bytes `toml:"end"`

	Check      string `toml:"check"` // "none", "xor", "sum", "crc16" (Modbus, low byte first)
	CheckStart bool   `toml:"check_start"`
	CheckLast  bool   `toml:"check_last"` // after End, which it then covers
	CheckText  bool   `toml:"check_text"`

	Ack Bytes `toml:"ack"` // said to a good frame; empty for nothing
	Nak Bytes `toml:"nak"` // said to a damaged one
}

// Shape gives the table of a documented shape.
func Shape(name string) (Table, bool) {
	switch name {
	case "compoway":
		return Table{Start: Bytes{2}, Address: "dec2", Fixed: Bytes("000"), Data: -1, End: Bytes{3}, Check: "xor", CheckLast: true}, true
	case "edwards":
		return Table{Start: Bytes{2}, Address: "hex2", Command: 2, Data: -1, End: Bytes{3}, Check: "sum", CheckLast: true, CheckText: true, Ack: Bytes{6}, Nak: Bytes{0x15}}, true
	case "callunit21":
		return Table{Start: Bytes{0xff, 0x68}, Length: "twice", Again: Bytes{0x68}, Address: "byte", Command: 1, End: Bytes{0x16}, Check: "sum"}, true
	case "board4":
		return Table{Address: "byte", Data: 2, Check: "sum"}, true
	case "length-crc":
		return Table{Start: Bytes{2}, Length: "byte", Address: "byte", Command: 1, End: Bytes{3}, Check: "crc16", Ack: Bytes{6}, Nak: Bytes{0x15}}, true
	}
	return Table{}, false
}

const maxData = 64

// Validate reports everything that is wrong with t.
func (t Table) Validate() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf("frame: "+format, args...)) }
	if !slices.Contains([]string{"byte", "dec2", "hex2"}, t.Address) {
		bad("address %q; \"byte\", \"dec2\" or \"hex2\"", t.Address)
	}
	if !slices.Contains([]string{"", "byte", "twice"}, t.Length) {
		bad("length %q; \"byte\", \"twice\" or \"\" for none", t.Length)
	}
	if !slices.Contains([]string{"none", "xor", "sum", "crc16"}, t.Check) {
		bad("check %q; \"none\", \"xor\", \"sum\" or \"crc16\"", t.Check)
	}
	if t.Command < 0 || t.Command > 4 {
		bad("command of %d bytes; 0 to 4", t.Command)
	}
	for name, b := range map[string]Bytes{"start": t.Start, "again": t.Again, "fixed": t.Fixed, "end": t.End, "ack": t.Ack, "nak": t.Nak} {
		if len(b) > 8 {
			bad("%s of %d bytes; up to 8", name, len(b))
		}
	}
	switch {
	case t.Length != "" && t.Data != 0:
		bad("data of %d bytes beside a length; leave data out", t.Data)
	case t.Data < -1 || t.Data > maxData:
		bad("data of %d bytes; -1 to %d", t.Data, maxData)
	case t.Data == -1 && (len(t.End) == 0 || t.End[0] >= 0x20):
		bad("data of any length without an end below 20h; give end, length or a fixed size")
	}
	if len(t.Again) > 0 && t.Length == "" {
		bad("again without a length")
	}
	if len(t.Start) == 0 && t.Check == "none" {
		bad("neither a start nor a check: anything would be a frame; give one")
	}
	return errors.Join(errs...)
}

// Frame is what a frame says.
type Frame struct {
	Address int
	Command []byte
	Data    []byte
}

// Encode builds the frame. The error names what the table cannot carry.
func (t Table) Encode(f Frame) ([]byte, error) {
	if len(f.Command) != t.Command {
		return nil, fmt.Errorf("frame: command of %d bytes; the table says %d", len(f.Command), t.Command)
	}
	if len(f.Data) > maxData || t.Length == "" && t.Data >= 0 && len(f.Data) != t.Data {
		return nil, fmt.Errorf("frame: %d bytes of data; the table says %d", len(f.Data), t.Data)
	}
	if t.Length == "" && t.Data < 0 && !printable(f.Data) {
		return nil, fmt.Errorf("frame: data % x is not printable and would end the frame", f.Data)
	}
	var body []byte
	switch t.Address {
	case "byte":
		if f.Address < 0 || f.Address > 255 {
			return nil, fmt.Errorf("frame: address %d; 0 to 255", f.Address)
		}
		body = append(body, byte(f.Address))
	case "dec2":
		if f.Address < 0 || f.Address > 99 {
			return nil, fmt.Errorf("frame: address %d; 0 to 99", f.Address)
		}
		body = fmt.Appendf(body, "%02d", f.Address)
	default:
		if f.Address < 0 || f.Address > 255 {
			return nil, fmt.Errorf("frame: address %d; 0 to 255", f.Address)
		}
		body = fmt.Appendf(body, "%02X", f.Address)
	}
	body = slices.Concat(body, t.Fixed, f.Command, f.Data)
	out := slices.Clone([]byte(t.Start))
	for range t.lengths() {
		out = append(out, byte(len(body)))
	}
	out = slices.Concat(out, t.Again, body)
	if !t.CheckLast {
		return append(append(out, t.check(out, body)...), t.End...), nil
	}
	out = append(out, t.End...)
	return append(out, t.check(out, slices.Concat(body, t.End))...), nil
}

// lengths is how many bytes of length there are.
func (t Table) lengths() int { return map[string]int{"": 0, "byte": 1, "twice": 2}[t.Length] }

func printable(b []byte) bool {
	return !slices.ContainsFunc(b, func(v byte) bool { return v < 0x20 })
}

// check is the checksum: over all so far, or from the address on.
func (t Table) check(all, body []byte) []byte {
	if t.CheckStart {
		body = all
	}
	sum := Sum(t.Check, body)
	if t.CheckText {
		return []byte(strings.ToUpper(hex.EncodeToString(sum)))
	}
	return sum
}

// Sum is the check value of b: "xor" and "sum" (low 8 bits) are a byte, "crc16"
// two, the low one first, as Modbus has it (polynomial A001h reflected, start
// FFFFh; Modbus over serial line 1.02, 6.2.2). Any other kind has none.
func Sum(kind string, b []byte) []byte {
	switch kind {
	case "xor":
		var x byte
		for _, v := range b {
			x ^= v
		}
		return []byte{x}
	case "sum":
		var x byte
		for _, v := range b {
			x += v
		}
		return []byte{x}
	case "crc16":
		x := uint16(0xFFFF)
		for _, v := range b {
			x ^= uint16(v)
			for range 8 {
				if x&1 != 0 {
					x = x>>1 ^ 0xA001
				} else {
					x >>= 1
				}
			}
		}
		return []byte{byte(x), byte(x >> 8)}
	}
	return nil
}
