package serialport

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"
)

// Config names a port and how it speaks. The zero values of all but the name
// mean 9600 8N1 without flow control.
type Config struct {
	// Path is a device file or a link to one; exclusive with USB.
	Path string `toml:"path"`
	// USB is vendor:product, vendor:product:serial or
	// vendor:product:serial:interface, as lsusb and /sys write them.
	USB string `toml:"usb"`

	Baud     int    `toml:"baud"`      // bits a second, 0 for 9600
	DataBits int    `toml:"data_bits"` // 7 or 8, 0 for 8
	Parity   string `toml:"parity"`    // "none", "even", "odd"; "" is none
	StopBits int    `toml:"stop_bits"` // 1 or 2, 0 for 1
	Flow     string `toml:"flow"`      // "none", "rtscts", "xonxoff"; "" is none
	RS485    RS485  `toml:"rs485"`
}

// RS485 says who switches the transceiver between sending and listening.
type RS485 struct {
	Direction string `toml:"direction"` // "", "auto" or "kernel", see the package's doc
	// RTSLow is for transceivers that send while RTS is low.
	RTSLow bool `toml:"rts_low"`
	// Before and After hold the line around a frame, in whole milliseconds.
	Before time.Duration
	After  time.Duration
}

var identity = regexp.MustCompile(`^[0-9a-fA-F]{4}:[0-9a-fA-F]{4}(:[^:]*(:[0-9a-fA-F]{2})?)?$`)

// Check reports everything that is wrong with c, before any device is touched.
func (c Config) Check() error {
	var errs []error
	bad := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("serialport: "+format, args...))
	}
	switch {
	case c.Path == "" && c.USB == "":
		bad(`no port named; give path = "/dev/serial/by-id/..." or usb = "vendor:product:serial"`)
	case c.Path != "" && c.USB != "":
		bad("both path %q and usb %q; keep one", c.Path, c.USB)
	case c.USB != "" && !identity.MatchString(c.USB):
		bad(`usb %q is no identity; write e.g. "0403:6001:FT4YXQ1A"`, c.USB)
	}
	if c.Baud != 0 && (c.Baud < 300 || c.Baud > 4000000) {
		bad("%d baud is out of range; 300 to 4000000", c.Baud)
	}
	if !slices.Contains([]int{0, 7, 8}, c.DataBits) {
		bad("%d data bits; 7 or 8", c.DataBits)
	}
	if !slices.Contains([]string{"", "none", "even", "odd"}, c.Parity) {
		bad(`parity %q; "none", "even" or "odd"`, c.Parity)
	}
	if !slices.Contains([]int{0, 1, 2}, c.StopBits) {
		bad("%d stop bits; 1 or 2", c.StopBits)
	}
	if !slices.Contains([]string{"", "none", "rtscts", "xonxoff"}, c.Flow) {
		bad(`flow %q; "none", "rtscts" or "xonxoff"`, c.Flow)
	}
	if !slices.Contains([]string{"", "auto", "kernel"}, c.RS485.Direction) {
		bad(`rs485 direction %q; "auto", "kernel" or "" for none`, c.RS485.Direction)
	}
	if c.RS485.Direction != "" && c.Flow == "rtscts" {
		bad("rts cannot be both flow control and the direction of RS-485; set flow = \"none\"")
	}
	for _, d := range []time.Duration{c.RS485.Before, c.RS485.After} {
		if d < 0 || d > 100*time.Millisecond || d%time.Millisecond != 0 {
			bad("rs485 delay of %v; whole milliseconds up to 100ms", d)
		}
	}
	return errors.Join(errs...)
}

// baud is the speed with the default filled in.
func (c Config) baud() int {
	if c.Baud == 0 {
		return 9600
	}
	return c.Baud
}

// Wire is how long n bytes take on the wire: start, data, parity and stop bits.
func (c Config) Wire(n int) time.Duration {
	bits := 1 + 8 + 1
	if c.DataBits == 7 {
		bits--
	}
	if c.Parity == "even" || c.Parity == "odd" {
		bits++
	}
	if c.StopBits == 2 {
		bits++
	}
	return time.Duration(n*bits) * time.Second / time.Duration(c.baud())
}
