package digits

import (
	"errors"
	"fmt"

	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"
)

// The registers of a MAX7219 (data sheet, table 2); digits are 1 to 8.
const (
	regDecode    = 0x09
	regIntensity = 0x0A
	regScan      = 0x0B
	regOn        = 0x0C
	regTest      = 0x0F
)

// MAX7219 is a chain of chips on one SPI port, a number each.
type MAX7219 struct {
	conn  spi.Conn
	chips int
	cells int
}

// NewMAX7219 takes the port, which it connects to once. Number 0 is the chip
// next to the Pi; each shows up to 8 digits.
func NewMAX7219(port spi.Port, chips, cells int) (*MAX7219, error) {
	if port == nil {
		return nil, errors.New("digits: a MAX7219 needs an SPI port; name one")
	}
	if chips < 1 || chips > 32 || cells < 1 || cells > 8 {
		return nil, fmt.Errorf("digits: %d MAX7219 of %d digits; 1 to 32 of 1 to 8", chips, cells)
	}
	c, err := port.Connect(physic.MegaHertz, spi.Mode0, 8)
	if err != nil {
		return nil, fmt.Errorf("digits: MAX7219 on %s: %w; is SPI switched on?", port, err)
	}
	return &MAX7219{conn: c, chips: chips, cells: cells}, nil
}

// Size is a number a chip.
func (m *MAX7219) Size() (numbers, cells int) { return m.chips, m.cells }

// Write shows all numbers. What a chip holds from before stays visible until its
// digits are replaced; a chip fresh from power-on is dark until all is set.
func (m *MAX7219) Write(segments [][]byte, level int) error {
	on := byte(1)
	if level <= 0 {
		on, level = 0, 1
	}
	all := func(v byte) func(int) byte { return func(int) byte { return v } }
	if err := errors.Join(
		m.set(regTest, all(0)),
		m.set(regDecode, all(0)),
		m.set(regScan, all(byte(m.cells-1))),
		m.set(regIntensity, all(byte(2*min(level, Brightest)-1))),
	); err != nil {
		return err
	}
	for cell := range m.cells {
		// Register 1 is the digit at the right.
		if err := m.set(byte(m.cells-cell), func(chip int) byte { return order7219(segments[chip][cell]) }); err != nil {
			return err
		}
	}
	return m.set(regOn, all(on))
}

// set writes one register of every chip: 16 bits each, the farthest first.
func (m *MAX7219) set(register byte, value func(chip int) byte) error {
	w := make([]byte, 0, 2*m.chips)
	for chip := m.chips - 1; chip >= 0; chip-- {
		w = append(w, register, value(chip))
	}
	if err := m.conn.Tx(w, nil); err != nil {
		return fmt.Errorf("digits: MAX7219: register %#02x: %w", register, err)
	}
	return nil
}

// order7219 turns PGFEDCBA into the chip's PABCDEFG.
func order7219(s byte) byte {
	out := s & 0x80
	for i := range 7 {
		out |= s >> i & 1 << (6 - i)
	}
	return out
}
