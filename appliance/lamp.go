package appliance

import (
	"slices"

	"sunbeon/appliance/feed"
)

// Lamp is what the light in a ticket button says.
type Lamp string

const (
	LampReady  Lamp = "ready"  // steady: press
	LampPaper  Lamp = "paper"  // slow blink: a number is given, but no paper
	LampClosed Lamp = "closed" // dark: no tickets now
	LampBroken Lamp = "broken" // quick blink: no number can be given; ask staff
)

// LampOf is the light of a service's button.
func (v *View) LampOf(service string) Lamp {
	if v.Broken != "" {
		return LampBroken
	}
	i := slices.IndexFunc(v.Public.Services, func(s feed.Service) bool { return s.ID == service })
	if i < 0 || v.Public.Services[i].Issuing != feed.IssuingOpen {
		return LampClosed
	}
	stopped := slices.ContainsFunc(v.Faults, func(f feed.Fault) bool {
		return f.Device == "printer" && f.Condition != "paper-near-end"
	})
	if stopped {
		return LampPaper
	}
	return LampReady
}
