package printer

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// USB finds printers of the USB printer class. The zero value looks at this
// machine.
type USB struct {
	Sys, Dev string // roots of sysfs and of the device files; "" for /sys and /dev
}

// USBPrinter is a printer that is plugged in.
type USBPrinter struct {
	Path            string // /dev/usb/lp0
	Vendor, Product string // four hex digits each
	Serial          string // "" where the printer has none; clones often share one
	Maker, Name     string // as the printer calls itself, "" where it does not
}

// ID is the printer's identity as Open takes it.
func (p USBPrinter) ID() string {
	if p.Serial == "" {
		return p.Vendor + ":" + p.Product
	}
	return p.Vendor + ":" + p.Product + ":" + p.Serial
}

func (p USBPrinter) String() string {
	s := p.Path + " is " + p.ID()
	if name := strings.TrimSpace(p.Maker + " " + p.Name); name != "" {
		s += " (" + name + ")"
	}
	return s
}

// OpenUSB opens the printer of that identity, wherever it is plugged in:
// "04b8:0202", or "04b8:0202:J3XK012345" where two of a kind are.
func OpenUSB(id string) (Transport, error) { return USB{}.Open(id) }

// Open is OpenUSB below the roots of u.
func (u USB) Open(id string) (Transport, error) {
	path, err := u.find(id)
	if err != nil {
		return nil, err
	}
	return OpenLP(path)
}

var identity = regexp.MustCompile(`^[0-9A-Fa-f]{4}:[0-9A-Fa-f]{4}(:.+)?$`)

// find gives the device file that the printer has now.
func (u USB) find(id string) (string, error) {
	if !identity.MatchString(id) {
		return "", fmt.Errorf("printer: usb %q is no identity; write vendor:product as lsusb shows them, e.g. 04b8:0202, or vendor:product:serial", id)
	}
	want := strings.SplitN(id, ":", 3)
	all, err := u.List()
	if err != nil {
		return "", err
	}
	var hits []USBPrinter
	for _, p := range all {
		if strings.EqualFold(p.Vendor, want[0]) && strings.EqualFold(p.Product, want[1]) && (len(want) < 3 || p.Serial == want[2]) {
			hits = append(hits, p)
		}
	}
	switch len(hits) {
	case 0:
		return "", fmt.Errorf("printer: usb %s: not there; switch the printer on, plug its USB cable in, or correct the identity: %s", id, plugged(all))
	case 1:
		return hits[0].Path, nil
	}
	return "", fmt.Errorf("printer: usb %s fits %s; add the serial number, or give the path", id, plugged(hits))
}

func plugged(all []USBPrinter) string {
	if len(all) == 0 {
		return "no USB printer is plugged in, or the module usblp is missing"
	}
	text := make([]string, len(all))
	for i, p := range all {
		text[i] = p.String()
	}
	return strings.Join(text, ", ")
}

// List gives the printers that are plugged in, in order of their paths.
// /sys/class/usbmisc/lp0/device is the USB interface; the USB device, with its
// identity, is the folder above.
func (u USB) List() ([]USBPrinter, error) {
	sys, dev := u.Sys, u.Dev
	if sys == "" {
		sys = "/sys"
	}
	if dev == "" {
		dev = "/dev"
	}
	nodes, err := filepath.Glob(filepath.Join(sys, "class", "usbmisc", "lp*"))
	if err != nil {
		return nil, fmt.Errorf("printer: %w", err)
	}
	var all []USBPrinter
	for _, node := range nodes {
		at, err := filepath.EvalSymlinks(filepath.Join(node, "device"))
		if err != nil {
			continue // just unplugged
		}
		at = filepath.Dir(at)
		p := USBPrinter{Path: filepath.Join(dev, "usb", filepath.Base(node)),
			Vendor: attribute(at, "idVendor"), Product: attribute(at, "idProduct"), Serial: attribute(at, "serial"),
			Maker: attribute(at, "manufacturer"), Name: attribute(at, "product")}
		if p.Vendor != "" {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b USBPrinter) int { return strings.Compare(a.Path, b.Path) })
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
