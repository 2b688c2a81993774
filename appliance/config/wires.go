package config

import (
	"time"

	"periph.io/x/conn/v3/gpio"

	"sunbeon/appliance/queue"
	"sunbeon/drivers/callunit"
	"sunbeon/drivers/keypad"
	"sunbeon/drivers/legacy"
	"sunbeon/drivers/rs485"
	"sunbeon/drivers/serialport"
	"sunbeon/drivers/sign"
)

// Wires are the devices that hang on the box, in the order of the file.
type Wires struct {
	Buttons   []Button
	Buses     []Bus
	CallUnits []CallUnits
	Signs     []Signs
	Keypads   []Keypad
	Keys      []Keys
	Digits    []Digits
	Listen    []Listen
	Locate    *Contact // somebody who cannot see asks where the box is; nil is none
}

// Contact is a contact on a line of the box.
type Contact struct {
	Chip       string // label; "" is the board's own
	Line       string
	ClosedHigh bool
	Pull       gpio.Pull     // PullNoChange: away from the closed level
	Bounce     time.Duration // 0: the driver's
	Stuck      time.Duration // 0: the driver's
}

// Button is an illuminated ticket button.
type Button struct {
	Contact
	Service string
	Class   queue.Class
	Lamp    string // line; "" is none
	LampLow bool
}

// Bus is a Modbus RTU line of keypads and signs.
type Bus struct {
	Port serialport.Config
	rs485.Config
}

// CallUnits is a line of keypads with private frames.
type CallUnits struct {
	Port serialport.Config
	callunit.Config
}

// Signs is a line of number displays with private frames.
type Signs struct {
	Port serialport.Config
	sign.Config
}

// Keypad is a USB numeric keypad.
type Keypad struct {
	Counter int
	Device  string
	Keys    keypad.Table
}

// Keys are a counter's keys wired to the Pi.
type Keys struct {
	Counter int
	Chip    string
	Lines   map[keypad.Key]string
}

// Digits is a seven-segment display wired to the Pi: a TM1637 where CLK is
// given, else a chain of MAX7219.
type Digits struct {
	Counters []int
	Chip     string
	CLK, DIO string
	Order    []int
	SPI      string
	Cells    int
	Level    int // 0: the driver's
}

// Listen is one wire of the machine that the office keeps. Exactly one of the
// formats is there.
type Listen struct {
	Name    string
	Port    Port
	Text    *legacy.TextFormat
	Frames  []legacy.FrameFormat
	Bus     *legacy.BusFormat
	Objects *legacy.ObjectFormat
}

// Decoder makes the decoder of the wire, in its first state.
func (l Listen) Decoder() (legacy.Decoder, error) {
	switch {
	case l.Text != nil:
		return legacy.NewText(*l.Text)
	case l.Bus != nil:
		return legacy.NewBus(*l.Bus)
	case l.Objects != nil:
		return legacy.NewObjects(*l.Objects)
	}
	return legacy.NewFrames(l.Frames...)
}

// Port is where a device is found: exactly one field is set.
type Port struct {
	Dial    string            // address to connect to
	Listen  string            // address to be connected at
	Printer string            // USB printer, vendor:product[:serial]
	LP      string            // path of a USB printer, /dev/usb/lp0
	Serial  serialport.Config // by path or USB identity
}

// OnSerial reports whether the device is on a serial line.
func (p *Port) OnSerial() bool { return p != nil && p.Serial != serialport.Config{} }
