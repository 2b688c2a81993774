package button

import (
	"strings"
	"testing"
)

func TestChoose(t *testing.T) {
	pi5 := []chip{
		{"gpiochip10", "gpio-brcmstb@107d508500", []string{"-", "2712_WAKE", "", "GPIO17"}},
		{"gpiochip0", "pinctrl-rp1", []string{"ID_SDA", "GPIO17", "gpiochip0-GPIO22", "_", ""}},
	}
	twins := []chip{
		{"gpiochip1", "mcp23017", []string{"IN0", "IN1"}},
		{"gpiochip2", "mcp23017", []string{"IN0", "IN2"}},
	}
	for _, tc := range []struct {
		all         []chip
		label, name string
		i, j        int
		errs        []string // parts; nil is success
	}{
		{pi5, "pinctrl-rp1", "GPIO17", 1, 1, nil},
		{pi5, "pinctrl-rp1", "GPIO22", 1, 2, nil}, // renamed by periph
		{pi5, "pinctrl-rp1", "GPIO23", 0, 0, []string{"GPIO23", "ID_SDA", "GPIO17"}},
		{pi5, "pinctrl-bcm2711", "GPIO17", 0, 0, []string{"pinctrl-bcm2711", "gpio-brcmstb@107d508500", "pinctrl-rp1"}},
		{pi5, "gpiochip0", "GPIO17", 0, 0, []string{"pinctrl-rp1"}},
		{twins, "mcp23017", "IN2", 1, 1, nil},
		{twins, "mcp23017", "IN0", 0, 0, []string{"more than once", "gpiochip1", "gpiochip2"}},
		{nil, "pinctrl-rp1", "GPIO17", 0, 0, []string{"no GPIO chip", "/dev/gpiochip"}},
		{pi5, "pinctrl-rp1", "", 0, 0, []string{"no line is named"}},
		{pi5, "", "GPIO17", 1, 1, nil}, // the header's, not the other one
		{pi5, "", "2712_WAKE", 0, 0, []string{"pinctrl-rp1", "2712_WAKE", "ID_SDA"}},
		{pi5[:1], "", "GPIO17", 0, 3, nil}, // no header, one line
		{twins, "", "IN2", 1, 1, nil},
		{twins, "", "IN0", 0, 0, []string{"more than one", "mcp23017"}},
		{twins, "", "IN9", 0, 0, []string{"IN9", "mcp23017"}},
		{nil, "", "GPIO17", 0, 0, []string{"no GPIO chip"}},
	} {
		i, j, err := choose(tc.all, tc.label, tc.name)
		if (err != nil) != (tc.errs != nil) || err == nil && (i != tc.i || j != tc.j) {
			t.Errorf("%s/%s: %d, %d, %v; want %d, %d", tc.label, tc.name, i, j, err, tc.i, tc.j)
			continue
		}
		for _, part := range tc.errs {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s/%s: error %q does not name %q", tc.label, tc.name, err, part)
			}
		}
	}
}

// TestFindLine: what no machine has is refused with what there is.
func TestFindLine(t *testing.T) {
	if _, err := FindLine("no such chip", "no such line"); err == nil || !strings.HasPrefix(err.Error(), "button: ") {
		t.Errorf("error %v", err)
	}
}
