package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/holoplot/go-evdev"
	"golang.org/x/sys/unix"
)

// keypad is a clerk's USB keypad, made of the kernel's uinput.
type keypad struct {
	dev *evdev.InputDevice
	id  evdev.InputID
}

func newKeypad(id string) (*keypad, error) {
	k := &keypad{id: evdev.InputID{BusType: evdev.BUS_USB, Version: 1}}
	if _, err := fmt.Sscanf(id, "%04x:%04x", &k.id.Vendor, &k.id.Product); err != nil {
		return nil, fmt.Errorf("keypad %q: %w", id, err)
	}
	keys := []evdev.EvCode{evdev.KEY_BACKSPACE}
	for name, code := range evdev.KEYFromString {
		if strings.HasPrefix(name, "KEY_KP") || name == "KEY_NUMLOCK" {
			keys = append(keys, code)
		}
	}
	var err error
	k.dev, err = evdev.CreateDevice("Numeric keypad", k.id, map[evdev.EvType][]evdev.EvCode{evdev.EV_KEY: keys})
	if err != nil {
		return nil, fmt.Errorf("keypad: %w", err)
	}
	return k, await("keypad", func() bool {
		there, err := k.open()
		if err == nil {
			_ = there.Close()
		}
		return err == nil
	})
}

// press presses a key and lets it go.
func (k *keypad) press(name string) error {
	code, ok := evdev.KEYFromString[name]
	if !ok {
		return fmt.Errorf("keypad: no key %q", name)
	}
	for _, value := range []int32{1, 0} {
		if err := errors.Join(
			k.dev.WriteOne(&evdev.InputEvent{Type: evdev.EV_KEY, Code: code, Value: value}),
			k.dev.WriteOne(&evdev.InputEvent{Type: evdev.EV_SYN, Code: evdev.SYN_REPORT})); err != nil {
			return err
		}
	}
	return nil
}

// grabbed reports whether a program holds the keypad for itself alone: then the
// kernel refuses it to us.
func (k *keypad) grabbed() (bool, error) {
	d, err := k.open()
	if err != nil {
		return false, err
	}
	defer d.Close()
	// Not by go-evdev, whose errors are texts alone.
	f, err := os.Open(d.Path())
	if err != nil {
		return false, err
	}
	defer f.Close()
	const eviocgrab = 0x40044590 // _IOW('E', 0x90, int), linux/input.h
	err = unix.IoctlSetInt(int(f.Fd()), eviocgrab, 1)
	if errors.Is(err, unix.EBUSY) {
		return true, nil
	}
	return false, err
}

// open opens the device that other programs see.
func (k *keypad) open() (*evdev.InputDevice, error) {
	all, err := filepath.Glob("/dev/input/event*")
	if err != nil {
		return nil, err
	}
	for _, path := range all {
		d, err := evdev.Open(path)
		if err != nil {
			return nil, err
		}
		if id, err := d.InputID(); err == nil && id == k.id {
			return d, nil
		}
		_ = d.Close()
	}
	return nil, fmt.Errorf("keypad: not below /dev/input")
}
