package button

import (
	"fmt"
	"slices"
	"strings"

	"periph.io/x/conn/v3/driver/driverreg"
	"periph.io/x/host/v3/gpioioctl"
)

// FindLine finds a GPIO line by the label of its chip ("pinctrl-bcm2835",
// "pinctrl-bcm2711", "pinctrl-rp1") and its own name ("GPIO17"). An empty label
// is the chip of the board's header, or else the only one that has such a line,
// so that one configuration fits every board. The error lists what is there. The
// first call starts periph's drivers.
func FindLine(chipLabel, lineName string) (*gpioioctl.GPIOLine, error) {
	// Init succeeds on a machine without a chip; what counts is Chips.
	if _, err := driverreg.Init(); err != nil {
		return nil, fmt.Errorf("button: periph: %w", err)
	}
	var all []chip
	for _, c := range gpioioctl.Chips {
		one := chip{name: c.Name(), label: c.Label()}
		for _, l := range c.Lines() {
			one.lines = append(one.lines, l.Name())
		}
		all = append(all, one)
	}
	i, j, err := choose(all, chipLabel, lineName)
	if err != nil {
		return nil, err
	}
	return gpioioctl.Chips[i].Lines()[j], nil
}

// chip is what choosing needs of a chip.
type chip struct {
	name, label string
	lines       []string
}

// is reports whether line j is called so. periph puts the chip's name before a
// line's if another driver of its own has taken that name.
func (c chip) is(j int, name string) bool {
	return c.lines[j] == name || c.lines[j] == c.name+"-"+name
}

// headers are the labels of the chips that drive the header of Pi 3, 4 and 5.
var headers = [...]string{"pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-rp1"}

// header is the label to look for where none is given.
func header(all []chip, name string) (string, error) {
	var have, labels []string
	for _, c := range all {
		if slices.Contains(headers[:], c.label) {
			return c.label, nil
		}
		labels = append(labels, c.label)
		for j := range c.lines {
			if c.is(j, name) {
				have = append(have, c.label)
				break
			}
		}
	}
	switch len(have) {
	case 1:
		return have[0], nil
	case 0:
		return "", fmt.Errorf("button: no GPIO chip has a line %q; name another, or its chip; chips are: %s", name, strings.Join(labels, ", "))
	}
	return "", fmt.Errorf("button: line %q is on more than one chip; name one of: %s", name, strings.Join(have, ", "))
}

func choose(all []chip, label, name string) (i, j int, err error) {
	if name == "" {
		return 0, 0, fmt.Errorf("button: chip %q: no line is named; write e.g. \"GPIO17\"", label)
	}
	if len(all) == 0 {
		return 0, 0, fmt.Errorf("button: line %q: this machine shows no GPIO chip; are there /dev/gpiochip files, and may this program open them?", name)
	}
	if label == "" {
		if label, err = header(all, name); err != nil {
			return 0, 0, err
		}
	}
	i = -1
	var labels, lines []string
	for k, c := range all {
		labels = append(labels, c.label)
		if c.label != label {
			continue
		}
		for l := range c.lines {
			if n := c.lines[l]; n != "" && n != "-" && n != "_" {
				lines = append(lines, n)
			}
			if !c.is(l, name) {
				continue
			}
			if i >= 0 {
				return 0, 0, fmt.Errorf("button: line %q is there more than once on chips labelled %q (%s and %s); take another", name, label, all[i].name, c.name)
			}
			i, j = k, l
		}
	}
	switch {
	case i >= 0:
		return i, j, nil
	case lines == nil:
		return 0, 0, fmt.Errorf("button: no GPIO chip labelled %q with named lines; there are: %s", label, strings.Join(labels, ", "))
	}
	return 0, 0, fmt.Errorf("button: chip %q has no line %q; it has: %s", label, name, strings.Join(lines, ", "))
}
