package keypad

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/holoplot/go-evdev"
)

// TestUinput makes a keypad of the kernel's and types on it: Open by
// vendor:product, the grab, and the end of a read by Close are then the real ones.
func TestUinput(t *testing.T) {
	if _, err := os.Stat("/dev/uinput"); err != nil {
		t.Skipf("NOT TESTED: opening and grabbing a real input device: %v (modprobe uinput, as root)", err)
	}
	table := NumericKeys()
	var codes []evdev.EvCode
	for c := range table {
		codes = append(codes, c)
	}
	pad, err := evdev.CreateDevice("Sunbeon test keypad", evdev.InputID{BusType: 3, Vendor: 0x5b0e, Product: 0x0001, Version: 1},
		map[evdev.EvType][]evdev.EvCode{evdev.EV_KEY: codes})
	if err != nil {
		t.Skipf("NOT TESTED: opening and grabbing a real input device: %v", err)
	}
	defer func() { _ = evdev.DestroyDevice(pad) }()
	var dev Device
	for range 100 { // until the kernel has made the device's file
		if dev, err = Open("5b0e:0001", table); err == nil {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open("5b0e:0001", table); err == nil {
		t.Error("a grabbed keypad was grabbed again")
	}
	if _, err := Probe("5b0e:0001", table); err == nil || !strings.Contains(err.Error(), "another program") {
		t.Errorf("a grabbed keypad was probed: %v", err)
	}
	c := clerk{news: make(chan struct{}, 16)}
	d, err := New(func() (Device, error) { return dev, nil }, table, Options{OnCommand: c.add})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	for _, code := range []evdev.EvCode{evdev.KEY_KP1, evdev.KEY_KP7, evdev.KEY_KPPLUS, evdev.KEY_KPENTER} {
		for _, value := range []int32{1, 0} {
			if err := errors.Join(pad.WriteOne(&evdev.InputEvent{Type: evdev.EV_KEY, Code: code, Value: value}),
				pad.WriteOne(&evdev.InputEvent{Type: evdev.EV_SYN, Code: evdev.SYN_REPORT})); err != nil {
				t.Fatal(err)
			}
		}
	}
	<-c.news
	<-c.news
	cancel()
	<-done
	if got, want := c.said(), "pick 17, next"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if p, err := Probe("5b0e:0001", table); err != nil || p.Name != "Sunbeon test keypad" || p.Vendor != 0x5b0e || p.Product != 1 || p.Missing != nil {
		t.Errorf("%+v, %v", p, err)
	}
}

// TestContractOfRealKeypad opens the keypad that an environment variable names.
func TestContractOfRealKeypad(t *testing.T) {
	name := os.Getenv("SUNBEON_KEYPAD")
	if name == "" {
		t.Skip("no real keypad: set SUNBEON_KEYPAD to a path below /dev/input or vendor:product")
	}
	p, err := Probe(name, NumericKeys())
	t.Logf("%+v, %v", p, err)
	d, err := New(func() (Device, error) { return Open(name, NumericKeys()) }, NumericKeys(), Options{
		OnCommand: func(c Command) { t.Logf("%+v", c) },
		OnLink:    func(up bool) { t.Logf("there: %v", up) },
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	if err := d.Run(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Run: %v", err)
	}
	again, err := Open(name, NumericKeys())
	if err != nil {
		t.Fatalf("still held after Run: %v", err)
	}
	_ = again.Close()
}
