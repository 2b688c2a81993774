package serialport

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ErrGone says that the device is unplugged or not there yet. Keep waits for
// it; other callers open again.
var ErrGone = errors.New("not there")

// find gives the device file of c as it is now called, links resolved.
func (d Dialer) find() (string, error) {
	if d.Config.Path != "" {
		path, err := filepath.EvalSymlinks(d.Config.Path)
		if errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("serialport: %s: %w; plug the adapter in, or correct the path: ls -l /dev/serial/by-id", d.Config.Path, ErrGone)
		}
		if err != nil {
			return "", fmt.Errorf("serialport: %w; correct the path", err)
		}
		return path, nil
	}
	want := strings.Split(d.Config.USB, ":")
	all, err := d.adapters()
	if err != nil {
		return "", err
	}
	var hits []adapter
	for _, a := range all {
		if a.matches(want) {
			hits = append(hits, a)
		}
	}
	switch len(hits) {
	case 0:
		return "", fmt.Errorf("serialport: usb %s: %w; plug the adapter in, or correct the identity: %s", d.Config.USB, ErrGone, listed(all))
	case 1:
		return filepath.Join(d.dev(), hits[0].tty), nil
	}
	return "", fmt.Errorf("serialport: usb %s fits %s; add serial and interface, or use path = \"/dev/serial/by-path/...\"", d.Config.USB, listed(hits))
}

// adapter is a USB serial port as sysfs shows it.
type adapter struct {
	tty             string
	vendor, product string
	serial, iface   string
}

func (a adapter) String() string {
	return fmt.Sprintf("%s is %s:%s:%s:%s", a.tty, a.vendor, a.product, a.serial, a.iface)
}

func (a adapter) matches(want []string) bool {
	have := []string{a.vendor, a.product, a.serial, a.iface}
	for i, w := range want {
		fold := i != 2 // a serial number keeps its case
		if i == 2 && w == "" {
			continue
		}
		if have[i] != w && !(fold && strings.EqualFold(have[i], w)) {
			return false
		}
	}
	return true
}

func listed(all []adapter) string {
	if len(all) == 0 {
		return "no USB serial port is plugged in"
	}
	text := make([]string, len(all))
	for i, a := range all {
		text[i] = a.String()
	}
	return strings.Join(text, ", ")
}

// adapters lists the USB serial ports: /sys/class/tty/*/device points below a
// USB interface (bInterfaceNumber), which lies in a USB device (idVendor).
func (d Dialer) adapters() ([]adapter, error) {
	class := filepath.Join(d.sys(), "class", "tty")
	entries, err := os.ReadDir(class)
	if err != nil {
		return nil, fmt.Errorf("serialport: %w; is sysfs mounted?", err)
	}
	var all []adapter
	for _, e := range entries {
		at, err := filepath.EvalSymlinks(filepath.Join(class, e.Name(), "device"))
		if err != nil {
			continue // a console or pseudo-terminal: no device behind it
		}
		a := adapter{tty: e.Name()}
		for up := at; len(up) > len(d.sys()) && a.vendor == ""; up = filepath.Dir(up) {
			if a.iface == "" {
				a.iface = attribute(up, "bInterfaceNumber")
			}
			a.vendor = attribute(up, "idVendor")
			a.product = attribute(up, "idProduct")
			a.serial = attribute(up, "serial")
		}
		if a.vendor != "" {
			all = append(all, a)
		}
	}
	slices.SortFunc(all, func(a, b adapter) int { return strings.Compare(a.tty, b.tty) })
	return all, nil
}

// attribute reads a file of sysfs, "" where there is none.
func attribute(dir, name string) string {
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}
