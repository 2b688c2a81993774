package button

import (
	"fmt"
	"strings"

	"periph.io/x/conn/v3/driver/driverreg"
	"periph.io/x/host/v3/gpioioctl"
)

// FindLine finds a GPIO line by the label of its chip ("pinctrl-bcm2835",
// "pinctrl-bcm2711", "pinctrl-rp1") and its own name ("GPIO17"). The error lists
// what is there. The first call starts periph's drivers.
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

func choose(all []chip, label, name string) (i, j int, err error) {
	if label == "" || name == "" {
		return 0, 0, fmt.Errorf("button: line %q of chip %q; give both names", name, label)
	}
	if len(all) == 0 {
		return 0, 0, fmt.Errorf("button: chip %q: this machine shows no GPIO chip; are there /dev/gpiochip files, and may this program open them?", label)
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
