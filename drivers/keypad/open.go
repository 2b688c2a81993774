package keypad

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/holoplot/go-evdev"
)

// Table says what the keys of a USB keypad do, by evdev's codes.
type Table map[evdev.EvCode]Key

// NumericKeys is the table of a numeric keypad; see the package's picture.
func NumericKeys() Table {
	return Table{
		evdev.KEY_KP0: "0", evdev.KEY_KP1: "1", evdev.KEY_KP2: "2", evdev.KEY_KP3: "3", evdev.KEY_KP4: "4",
		evdev.KEY_KP5: "5", evdev.KEY_KP6: "6", evdev.KEY_KP7: "7", evdev.KEY_KP8: "8", evdev.KEY_KP9: "9",
		evdev.KEY_KPENTER: Next, evdev.KEY_KPASTERISK: Recall, evdev.KEY_KPSLASH: Hold, evdev.KEY_KPMINUS: NoShow,
		evdev.KEY_KPPLUS: Pick, evdev.KEY_BACKSPACE: Transfer, evdev.KEY_KPDOT: Clear,
	}
}

// ParseTable reads a table of code names and keys, as {"KEY_KPENTER": "next"}.
func ParseTable(names map[string]string) (Table, error) {
	t := Table{}
	for name, key := range names {
		code, ok := evdev.KEYFromString[name]
		if !ok {
			return nil, fmt.Errorf("keypad: no code %q; names are those of linux/input-event-codes.h, e.g. KEY_KPENTER", name)
		}
		t[code] = Key(key)
	}
	return t, t.check()
}

func (t Table) check() error {
	if len(t) == 0 {
		return errors.New("keypad: no keys; name what they do")
	}
	for _, k := range t {
		if err := k.Check(); err != nil {
			return err
		}
	}
	return nil
}

// Device is an open keypad. *evdev.InputDevice is one; Close ends a ReadOne that
// waits.
type Device interface {
	ReadOne() (*evdev.InputEvent, error)
	Close() error
}

// vendorProduct is a model's name, as lsusb writes it.
var vendorProduct = regexp.MustCompile(`^[0-9a-fA-F]{4}:[0-9a-fA-F]{4}$`)

// Open finds a keypad by its stable path or vendor:product, and grabs it. Keys
// are those that it must have at least one of.
func Open(name string, keys Table) (Device, error) {
	d, err := hold(name, keys)
	if err != nil {
		return nil, err // not a nil device in an interface
	}
	if err := d.NonBlock(); err != nil {
		_ = d.Close()
		return nil, fmt.Errorf("keypad: %s: %w", d.Path(), err)
	}
	return d, nil
}

// hold opens and grabs. Everything is to be asked before NonBlock.
func hold(name string, keys Table) (*evdev.InputDevice, error) {
	path := name
	if vendorProduct.MatchString(name) {
		var err error
		if path, err = find(name, keys); err != nil {
			return nil, err
		}
	} else if !strings.HasPrefix(name, "/dev/input/") {
		return nil, fmt.Errorf("keypad: name %q; a path below /dev/input/by-id or by-path, or vendor:product", name)
	}
	d, err := evdev.OpenWithFlags(path, os.O_RDONLY)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("keypad: %w; there are: %s", err, there())
	}
	if err != nil {
		return nil, fmt.Errorf("keypad: %s: %w; may this program read it?", path, err)
	}
	if !has(d, keys) {
		_ = d.Close()
		return nil, fmt.Errorf("keypad: %s has none of the keys in the table; is it another part of the keypad?", path)
	}
	if err := d.Grab(); err != nil {
		_ = d.Close()
		return nil, fmt.Errorf("keypad: grabbing %s: %w; does another program hold it?", path, err)
	}
	return d, nil
}

// find is the path of the only device of a model that has the keys.
func find(model string, keys Table) (string, error) {
	paths, err := filepath.Glob("/dev/input/event*")
	if err != nil {
		return "", fmt.Errorf("keypad: %w", err)
	}
	var found []string
	for _, p := range paths {
		d, err := evdev.OpenWithFlags(p, os.O_RDONLY)
		if err != nil {
			continue
		}
		id, err := d.InputID()
		if err == nil && same(model, id.Vendor, id.Product) && has(d, keys) {
			found = append(found, p)
		}
		_ = d.Close()
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", fmt.Errorf("keypad: no %s with these keys; there are: %s", model, there())
	}
	return "", fmt.Errorf("keypad: %d keypads are %s (%s); name one by its socket below /dev/input/by-path", len(found), model, strings.Join(found, ", "))
}

// same reports whether a device is of a model written as vendor:product.
func same(model string, vendor, product uint16) bool {
	v, errV := strconv.ParseUint(model[:4], 16, 16)
	p, errP := strconv.ParseUint(model[5:], 16, 16)
	return errV == nil && errP == nil && uint16(v) == vendor && uint16(p) == product
}

func has(d *evdev.InputDevice, keys Table) bool {
	return slices.ContainsFunc(d.CapableEvents(evdev.EV_KEY), func(c evdev.EvCode) bool {
		_, ok := keys[c]
		return ok
	})
}

// there lists the stable names on this machine.
func there() string {
	var all []string
	for _, dir := range []string{"by-id", "by-path"} {
		if some, err := filepath.Glob("/dev/input/" + dir + "/*-event-*"); err == nil {
			all = append(all, some...)
		}
	}
	if len(all) == 0 {
		return "no input devices with stable names (is udev running?)"
	}
	return strings.Join(all, ", ")
}
