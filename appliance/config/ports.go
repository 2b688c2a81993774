package config

import (
	"fmt"
	"net"
	"regexp"
	"strings"

	"sunbeon/drivers/serialport"
)

// port is the keys of everything on a line, in each table that has one.
type port struct {
	Port      string `toml:"port"`
	Baud      int    `toml:"baud"`
	DataBits  int    `toml:"data_bits"`
	Parity    string `toml:"parity"`
	StopBits  int    `toml:"stop_bits"`
	Flow      string `toml:"flow"`
	Direction string `toml:"direction"`
	RTSLow    bool   `toml:"rts_low"`
}

var usbPrinter = regexp.MustCompile(`^[0-9a-fA-F]{4}:[0-9a-fA-F]{4}(:[^:]+)?$`)

// kinds of ports that a device can have.
const (
	onSerial = 1 << iota
	onNet
	onListen
	onPrinter
)

// read gives the port that p names, or says what to write instead. Of is a set
// of the kinds that make sense.
func (p port) read(of int) (Port, error) {
	scheme, rest, schemed := strings.Cut(p.Port, ":")
	switch {
	case p.Port == "":
		return Port{}, fmt.Errorf("is empty: write %s", examples(of))
	case strings.HasPrefix(p.Port, "/dev/usb/lp") && of&onPrinter != 0:
		return Port{LP: p.Port}, nil
	case strings.HasPrefix(p.Port, "/dev/") && of&onSerial != 0:
		return p.serial(serialport.Config{Path: p.Port})
	case schemed && scheme == "usb" && of&onSerial != 0:
		return p.serial(serialport.Config{USB: rest})
	case schemed && scheme == "usblp" && of&onPrinter != 0:
		if !usbPrinter.MatchString(rest) {
			return Port{}, fmt.Errorf("%q: write usblp:vendor:product as lsusb shows them, e.g. usblp:04b8:0202", p.Port)
		}
		return Port{Printer: rest}, nil
	case schemed && (scheme == "tcp" && of&onNet != 0 || scheme == "listen" && of&onListen != 0):
		address, ok := strings.CutPrefix(rest, "//")
		if _, _, err := net.SplitHostPort(address); !ok || err != nil {
			return Port{}, fmt.Errorf("%q: write %s://address:9100", p.Port, scheme)
		}
		if scheme == "listen" {
			return Port{Listen: address}, nil
		}
		return Port{Dial: address}, nil
	}
	return Port{}, fmt.Errorf("%q: write %s", p.Port, examples(of))
}

func (p port) serial(c serialport.Config) (Port, error) {
	c.Baud, c.DataBits, c.Parity, c.StopBits, c.Flow = p.Baud, p.DataBits, p.Parity, p.StopBits, p.Flow
	c.RS485 = serialport.RS485{Direction: p.Direction, RTSLow: p.RTSLow}
	return Port{Serial: c}, c.Check()
}

func examples(of int) string {
	var text []string
	for _, e := range []struct {
		kind int
		text string
	}{
		{onNet, "tcp://address:9100"},
		{onListen, "listen://0.0.0.0:5000"},
		{onPrinter, "usblp:04b8:0202 as lsusb shows a USB printer"},
		{onSerial, "the path of a device, e.g. /dev/serial/by-id/..., or usb:0403:6001:A50285BI"},
	} {
		if of&e.kind != 0 {
			text = append(text, e.text)
		}
	}
	return strings.Join(text, ", or ")
}
