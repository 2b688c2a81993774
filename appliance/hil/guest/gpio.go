package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"sunbeon/appliance/hil"
)

// gpio is a simulated chip that looks like a Pi 4's. Its lines have no wires:
// what is wired to an input is set by its pull, and what an output drives is read
// as its value (Linux, Documentation/admin-guide/gpio/gpio-sim.rst).
type gpio struct{}

// pins of the 40-pin header; a Pi's chip has 54 lines.
const (
	lines    = 54
	firstPin = 2
	lastPin  = 27
)

func newGPIO() (*gpio, error) {
	const device = "/sys/kernel/config/gpio-sim/pi"
	const bank = device + "/bank0"
	if err := os.MkdirAll(bank, 0o755); err != nil {
		return nil, fmt.Errorf("gpio-sim: %w", err)
	}
	set := map[string]string{bank + "/num_lines": strconv.Itoa(lines), bank + "/label": hil.Chip}
	for n := firstPin; n <= lastPin; n++ {
		line := fmt.Sprintf("%s/line%d", bank, n)
		if err := os.Mkdir(line, 0o755); err != nil {
			return nil, fmt.Errorf("gpio-sim: %w", err)
		}
		set[line+"/name"] = "GPIO" + strconv.Itoa(n)
	}
	for file, value := range set {
		if err := os.WriteFile(file, []byte(value), 0); err != nil {
			return nil, fmt.Errorf("gpio-sim: %w", err)
		}
	}
	if err := os.WriteFile(device+"/live", []byte("1"), 0); err != nil {
		return nil, fmt.Errorf("gpio-sim: %w", err)
	}
	name, err := os.ReadFile(device + "/dev_name")
	if err != nil {
		return nil, err
	}
	chip, err := os.ReadFile(bank + "/chip_name")
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(hil.Gpio, 0o755); err != nil {
		return nil, err
	}
	for n := firstPin; n <= lastPin; n++ {
		sim := filepath.Join("/sys/devices/platform", strings.TrimSpace(string(name)), strings.TrimSpace(string(chip)), "sim_gpio"+strconv.Itoa(n))
		if err := os.Symlink(sim, filepath.Join(hil.Gpio, "GPIO"+strconv.Itoa(n))); err != nil {
			return nil, err
		}
	}
	return &gpio{}, nil
}

func (g *gpio) pull(line, to string) error {
	return os.WriteFile(filepath.Join(hil.Gpio, line, "pull"), []byte(to), 0)
}

func (g *gpio) level(line string) (string, error) {
	value, err := os.ReadFile(filepath.Join(hil.Gpio, line, "value"))
	return strings.TrimSpace(string(value)), err
}
