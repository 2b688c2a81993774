package callunit_test

import (
	"strings"
	"testing"
	"time"

	"sunbeon/drivers/callunit"
)

func TestDigits(t *testing.T) {
	for _, c := range []struct {
		keys string // "+20" lets 20 s pass
		want string
	}{
		{"next", "next:"},
		{"1 1 7 pick", "pick:117"},
		{"0 7 transfer", "transfer:07"},
		{"pick", ""},
		{"1 1 7 +11 pick", ""},
		{"1 1 +9 7 +9 pick", "pick:117"},
		{"9 +11 1 2 pick", "pick:12"},
		{"1 next 2 pick", "next: pick:2"},
		{"1 2 pick pick", "pick:12"},
		{"1 2 3 4 5 6 pick", "pick:123456"},
		{"1 2 3 4 5 6 7 8 pick", "pick:8"},
		{"bogus 1", ""},
		{"hold no_show recall pause finish", "hold: no_show: recall: pause: finish:"},
	} {
		var d callunit.Digits
		var got []string
		at := time.Hour
		for _, key := range strings.Fields(c.keys) {
			if s, ok := strings.CutPrefix(key, "+"); ok {
				wait, _ := time.ParseDuration(s + "s")
				at += wait
				continue
			}
			var cmd callunit.Command
			var ok bool
			if d, cmd, ok = d.Press(key, at); ok {
				got = append(got, cmd.Key+":"+cmd.Number)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %q, want %q", c.keys, got, c.want)
		}
	}
}

func TestTypedDigitsAreShown(t *testing.T) {
	var d callunit.Digits
	d, _, _ = d.Press("4", time.Second)
	d, _, _ = d.Press("2", 2*time.Second)
	if d.Typed() != "42" {
		t.Errorf("%q", d.Typed())
	}
}
