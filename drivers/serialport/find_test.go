package serialport_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sunbeon/drivers/serialport"
)

// bench is a made-up sysfs and /dev.
type bench struct {
	t        *testing.T
	sys, dev string
}

func newBench(t *testing.T) bench {
	b := bench{t, t.TempDir(), t.TempDir()}
	b.mkdir("class/tty/console") // no device behind it
	return b
}

func (b bench) mkdir(dir string) string {
	b.t.Helper()
	dir = filepath.Join(b.sys, dir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		b.t.Fatal(err)
	}
	return dir
}

// plug lays out an adapter as ftdi_sio does: a ttyUSB device below the
// interface, below the USB device; and makes dev/tty the terminal.
func (b bench) plug(tty, at, vendor, product, serial, iface, terminal string) {
	b.t.Helper()
	device := b.mkdir("devices/usb1/" + at)
	port := b.mkdir("devices/usb1/" + at + "/" + at + ":1." + iface + "/" + tty)
	class := b.mkdir("class/tty/" + tty)
	for file, text := range map[string]string{
		filepath.Join(device, "idVendor"):                      vendor,
		filepath.Join(device, "idProduct"):                     product,
		filepath.Join(device, "serial"):                        serial,
		filepath.Join(filepath.Dir(port), "bInterfaceNumber"):  iface,
		filepath.Join(b.mkdir("devices/usb1"), "idVendor"):     "1d6b", // the root hub
		filepath.Join(b.mkdir("devices/usb1"), "idProduct"):    "0002",
		filepath.Join(b.mkdir("devices/usb1"), "bDeviceClass"): "09",
	} {
		if err := os.WriteFile(file, []byte(text+"\n"), 0o600); err != nil {
			b.t.Fatal(err)
		}
	}
	if err := os.Symlink(port, filepath.Join(class, "device")); err != nil {
		b.t.Fatal(err)
	}
	if err := os.Symlink(terminal, filepath.Join(b.dev, tty)); err != nil {
		b.t.Fatal(err)
	}
}

func (b bench) unplug(tty string) {
	b.t.Helper()
	if err := errors.Join(os.RemoveAll(filepath.Join(b.sys, "class/tty", tty)), os.Remove(filepath.Join(b.dev, tty))); err != nil {
		b.t.Fatal(err)
	}
}

func (b bench) dialer(usb string) serialport.Dialer {
	return serialport.Dialer{Config: serialport.Config{USB: usb}, Sys: b.sys, Dev: b.dev}
}

func TestFoundByIdentity(t *testing.T) {
	_, one := line(t)
	_, two := line(t)
	_, three := line(t)
	b := newBench(t)
	b.plug("ttyUSB0", "1-1", "0403", "6011", "FT4X", "00", one)
	b.plug("ttyUSB1", "1-1", "0403", "6011", "FT4X", "01", two)
	b.plug("ttyACM0", "1-2", "1A86", "55d3", "", "00", three)
	for usb, want := range map[string]string{
		"0403:6011:FT4X:01": two,
		"1a86:55d3":         three,
		"1A86:55D3":         three,
		"1a86:55d3::00":     three,
	} {
		p, err := b.dialer(usb).Open(t.Context())
		if err != nil {
			t.Errorf("%s: %v", usb, err)
			continue
		}
		if p.Name() != filepath.Join(b.dev, filepath.Base(p.Name())) {
			t.Errorf("%s: opened %s outside %s", usb, p.Name(), b.dev)
		}
		if at, err := os.Readlink(p.Name()); err != nil || at != want {
			t.Errorf("%s: %s, %v; want %s", usb, at, err, want)
		}
		p.Close()
	}
	for usb, c := range map[string]struct {
		want string
		gone bool
	}{
		"0403:6011":            {"add serial and interface", false},
		"0403:6011:FT4X":       {"ttyUSB1 is 0403:6011:FT4X:01", false},
		"0403:6011:ft4x:01":    {"plug the adapter in", true},
		"0403:6001":            {"plug the adapter in", true},
		"1d6b:0002":            {"plug the adapter in", true},
		"/dev/ttyUSB0":         {"is no identity", false},
		"0403:6011:FT4X:01:00": {"is no identity", false},
	} {
		_, err := b.dialer(usb).Open(t.Context())
		if err == nil || !strings.Contains(err.Error(), c.want) || errors.Is(err, serialport.ErrGone) != c.gone {
			t.Errorf("%s: %v", usb, err)
		}
	}
}

func TestConfigIsChecked(t *testing.T) {
	for name, c := range map[string]serialport.Config{
		"no port named":     {},
		"both path":         {Path: "/dev/ttyS0", USB: "0403:6001"},
		"out of range":      {Path: "x", Baud: 12},
		"data bits":         {Path: "x", DataBits: 9},
		"parity":            {Path: "x", Parity: "mark"},
		"stop bits":         {Path: "x", StopBits: 3},
		"flow":              {Path: "x", Flow: "RTS"},
		"direction":         {Path: "x", RS485: serialport.RS485{Direction: "on"}},
		"whole millisecond": {Path: "x", RS485: serialport.RS485{Before: 1}},
		"cannot be both":    {Path: "x", Flow: "rtscts", RS485: serialport.RS485{Direction: "auto"}},
	} {
		if err := c.Check(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := (serialport.Config{Path: "x"}).Check(); err != nil {
		t.Error(err)
	}
}

func TestTimeOnTheWire(t *testing.T) {
	for _, c := range []struct {
		c    serialport.Config
		want string
	}{
		{serialport.Config{}, "8.333333ms"}, // a sign frame at 9600 8N1
		{serialport.Config{Baud: 38400}, "2.083333ms"},
		{serialport.Config{Parity: "even", StopBits: 2}, "10ms"},
		{serialport.Config{DataBits: 7}, "7.5ms"},
	} {
		if got := c.c.Wire(8).String(); got != c.want {
			t.Errorf("%+v: %s, want %s", c.c, got, c.want)
		}
	}
}
