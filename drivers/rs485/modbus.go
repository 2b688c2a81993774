package rs485

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/grid-x/modbus"
)

// rtu speaks Modbus RTU over a line. Framing, CRC and the checks of an answer
// against its question are grid-x/modbus; its own transports are not used, for
// they open the port themselves, wait for answers by sleeping and know nothing
// of late answers.
type rtu struct {
	line   *line
	packer *modbus.RTUClientHandler // never connected
	client modbus.Client
}

func newRTU(l *line) *rtu {
	r := &rtu{line: l, packer: modbus.NewRTUClientHandler("")}
	r.client = modbus.NewClient2(r.packer, r)
	return r
}

// Send is modbus.Transporter.
func (r *rtu) Send(question []byte) ([]byte, error) {
	size := answerSize(question)
	return r.line.ask(question, size, func(got []byte) []byte { return r.find(question, size, got) })
}

// answerSize is the length of the answer to question, address and CRC included.
func answerSize(question []byte) int {
	if question[1] == modbus.FuncCodeReadDiscreteInputs {
		inputs := int(question[4])<<8 | int(question[5])
		return 5 + (inputs+7)/8
	}
	return 8 // FC05, FC06 and FC16 repeat address and value or count
}

// find looks for the answer in what came: a line without bias makes a byte out
// of the driver's switching, so it need not stand at the beginning. What it
// gives has the right address, function, length and CRC, or is nil.
func (r *rtu) find(question []byte, size int, got []byte) []byte {
	for i := range got {
		need := size
		switch rest := got[i:]; {
		case len(rest) < 5 || rest[0] != question[0]:
			continue
		case rest[1] == question[1]|0x80:
			need = 5
		case rest[1] != question[1], size != 8 && int(rest[2]) != size-5:
			continue
		}
		if i+need > len(got) {
			continue
		}
		frame := got[i : i+need]
		if _, err := r.packer.Decode(frame); err == nil {
			return frame
		}
	}
	return nil
}

// refused is a unit's own refusal: it lives, but is not what the configuration
// says.
func refused(err error) bool {
	var e *modbus.Error
	return errors.As(err, &e)
}

// pressed reads the inputs of u; bit i is input i.
func (r *rtu) pressed(u Unit) (uint64, error) {
	r.packer.SetSlave(byte(u.Address))
	n := u.inputs()
	b, err := r.client.ReadDiscreteInputs(uint16(u.First), uint16(n))
	if err != nil {
		return 0, err
	}
	var bits uint64
	for i, v := range b {
		bits |= uint64(v) << (8 * i)
	}
	return bits, nil
}

// clear makes a unit forget the presses that it kept.
func (r *rtu) clear(u Unit) error {
	r.packer.SetSlave(byte(u.Address))
	_, err := r.client.WriteSingleCoil(uint16(u.Clear), 0xFF00)
	return err
}

// show puts text on the sign of u.
func (r *rtu) show(u Unit, text string) error {
	r.packer.SetSlave(byte(u.Address))
	if number, ok := u.Sign.number(text); ok {
		_, err := r.client.WriteSingleRegister(uint16(u.Sign.Register), number)
		return err
	}
	ascii := fmt.Sprintf("%*s", u.Sign.Digits, text)
	b := make([]byte, 2*len(ascii))
	for i := range ascii {
		b[2*i+1] = ascii[i]
	}
	_, err := r.client.WriteMultipleRegisters(0, uint16(len(ascii)), b)
	return err
}

// fits reports whether the sign can show text. What it cannot show it shows
// dark: a cut number is a wrong number.
func (s Sign) fits(text string) bool {
	if text == "" {
		return true
	}
	for _, r := range text {
		if r < ' ' || r > '~' {
			return false
		}
	}
	if s.Letters {
		return len(text) <= s.Digits
	}
	_, ok := s.number(text)
	return ok
}

// number is text as the number register takes it; ok is false if it goes as
// letters. A display without letters shows the digits of "A12".
func (s Sign) number(text string) (n uint16, ok bool) {
	if text == "" {
		return uint16(s.Dark), !s.Letters
	}
	digits := text
	if !s.Letters {
		digits = strings.TrimLeft(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	}
	v, err := strconv.ParseUint(digits, 10, 16)
	if err != nil || len(strconv.FormatUint(v, 10)) > s.Digits {
		return 0, false
	}
	if s.Letters && digits[0] == '0' && digits != "0" {
		return 0, false // the register drops leading zeros
	}
	return uint16(v), true
}
