package box

import (
	"strings"
	"testing"

	"sunbeon/appliance/config"
)

// Citizens are told what a fault means for them, never to open a cover.
func TestCitizensAreNotToldToRepair(t *testing.T) {
	for _, c := range []struct {
		device, condition string
		public            bool
	}{
		{"printer", "paper-end", true}, {"printer", "cover-open", true}, {"printer", "no-answer", true},
		{"printer", "paper-near-end", false},
		{"journal", diskFull, true}, {"journal", readOnly, true}, {"journal", failed, true},
	} {
		w := words(&config.File{})(c.device, c.condition)
		if w.StaffKo == "" || w.StaffEn == "" {
			t.Errorf("%s %s: staff are told nothing", c.device, c.condition)
		}
		if (w.PublicKo != "") != c.public || (w.PublicEn != "") != c.public {
			t.Errorf("%s %s: citizens are told %q", c.device, c.condition, w.PublicKo)
		}
		if c.public && !strings.Contains(w.PublicKo, "직원에게 문의해 주십시오") {
			t.Errorf("%s %s: %q does not say whom to ask", c.device, c.condition, w.PublicKo)
		}
	}
}
