// Command guest is PID 1 of the rig's machine: it makes the devices of a
// dispenser out of the kernel's simulated ones, and starts the kiosk on them and
// moves them as the host asks. See package hil.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"sunbeon/appliance/hil"
)

func main() {
	err := run()
	if err != nil {
		fmt.Fprintln(os.Stderr, "guest:", err)
	}
	unix.Sync()
	// PID 1 must not return: the kernel would panic.
	_ = unix.Reboot(unix.LINUX_REBOOT_CMD_POWER_OFF)
}

// machine is what the host moves.
type machine struct {
	gpio     *gpio
	keypad   *keypad
	printers map[string]*printer
	kiosk    *exec.Cmd
	died     chan error // how the kiosk ended
}

func run() error {
	if err := mounts(); err != nil {
		return err
	}
	if err := loadModules(hil.ModulesPath, map[string]string{"dummy_hcd": "num=2"}); err != nil {
		return err
	}
	if err := mount("configfs", "/sys/kernel/config", "configfs"); err != nil {
		return err
	}
	if err := dataDisk(); err != nil {
		return err
	}
	if err := network(); err != nil {
		return err
	}
	m, err := devices()
	if err != nil {
		return err
	}
	control, err := openPort(hil.ControlPort)
	if err != nil {
		return err
	}
	return m.serve(control)
}

// devices are the dispenser's, with the ticket printer plugged in.
func devices() (*machine, error) {
	m := &machine{died: make(chan error, 1)}
	var err error
	if m.gpio, err = newGPIO(); err != nil {
		return nil, err
	}
	if m.keypad, err = newKeypad(hil.Keypad); err != nil {
		return nil, err
	}
	if m.printers, err = newPrinters(); err != nil {
		return nil, err
	}
	return m, m.printers[hil.TicketPrinter].plug()
}

// start starts the kiosk.
func (m *machine) start() error {
	if m.kiosk != nil {
		return errors.New("the kiosk has been started already")
	}
	m.kiosk = exec.Command(hil.KioskPath, "-config", hil.OfficePath, "-data", hil.DataPath)
	m.kiosk.Stdout, m.kiosk.Stderr = os.Stdout, os.Stderr
	if err := m.kiosk.Start(); err != nil {
		return err
	}
	go func() { m.died <- m.kiosk.Wait() }()
	return nil
}

// serve does what the host asks until it asks for the end. A kiosk that ends by
// itself is an error: nothing here restarts it.
func (m *machine) serve(control io.ReadWriter) error {
	requests := make(chan hil.Request)
	broken := make(chan error, 1)
	go func() { broken <- read(control, requests) }()
	out := json.NewEncoder(control)
	if err := out.Encode(hil.Reply{Text: "ready"}); err != nil {
		return err
	}
	for {
		select {
		case r := <-requests:
			if r.Do == hil.End {
				return m.end()
			}
			text, err := m.do(r)
			reply := hil.Reply{Text: text}
			if err != nil {
				reply.Error = err.Error()
			}
			if err := out.Encode(reply); err != nil {
				return err
			}
		case err := <-m.died:
			return fmt.Errorf("the kiosk ended by itself: %v", err)
		case err := <-broken:
			return err
		}
	}
}

func read(control io.Reader, requests chan<- hil.Request) error {
	lines := bufio.NewScanner(control)
	for lines.Scan() {
		var r hil.Request
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return fmt.Errorf("a request is not JSON: %w", err)
		}
		requests <- r
	}
	return fmt.Errorf("the host has gone: %v", lines.Err())
}

// handMoves is what a hand needs from letting go to pressing again.
const handMoves = 500 * time.Millisecond

func (m *machine) do(r hil.Request) (string, error) {
	switch r.Do {
	case hil.Start:
		return "", m.start()
	case hil.Press:
		return "", m.gpio.pull(r.Name, "pull-down")
	case hil.Release:
		err := m.gpio.pull(r.Name, "pull-up")
		time.Sleep(handMoves)
		return "", err
	case hil.Level:
		return m.gpio.level(r.Name)
	case hil.Key:
		return "", m.keypad.press(r.Name)
	case hil.Grabbed:
		held, err := m.keypad.grabbed()
		return fmt.Sprint(held), err
	case hil.Clock:
		return "", setClock(r.Name)
	case hil.Run:
		cmd := exec.Command(r.Name, r.Args...)
		cmd.Env = append(os.Environ(), r.Env...)
		out, err := cmd.CombinedOutput()
		return string(out), err
	case hil.Plug, hil.Unplug, hil.Printer:
		p := m.printers[r.Name]
		switch {
		case p == nil:
			return "", fmt.Errorf("no printer %q", r.Name)
		case r.Do == hil.Plug:
			return "", p.plug()
		case r.Do == hil.Unplug:
			return "", p.unplug()
		}
		return p.device()
	}
	return "", fmt.Errorf("the guest cannot %q", r.Do)
}

// end stops the kiosk as an update does and leaves the data disk unmounted.
func (m *machine) end() error {
	if m.kiosk == nil {
		return errors.New("the kiosk was never started")
	}
	if err := m.kiosk.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	if err := <-m.died; err != nil {
		return fmt.Errorf("the kiosk, told to end: %w", err)
	}
	if err := unix.Unmount(hil.DataPath, 0); err != nil {
		return fmt.Errorf("unmount %s: %w", hil.DataPath, err)
	}
	fmt.Println("guest: the end, in good order")
	return nil
}

// openPort opens the virtio port of that name.
func openPort(name string) (*os.File, error) {
	var port string
	err := await("virtio port "+name, func() bool {
		all, _ := filepath.Glob("/sys/class/virtio-ports/*/name")
		for _, f := range all {
			if is, _ := os.ReadFile(f); strings.TrimSpace(string(is)) == name {
				port = "/dev/" + filepath.Base(filepath.Dir(f))
			}
		}
		return port != ""
	})
	if err != nil {
		return nil, err
	}
	return os.OpenFile(port, os.O_RDWR, 0)
}

// awaited is how long a device may take to appear; emulation is slow.
const awaited = time.Minute

func await(what string, there func() bool) error {
	for end := time.Now().Add(awaited); !there(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			return fmt.Errorf("no %s after %v", what, awaited)
		}
	}
	return nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, os.ErrNotExist)
}
