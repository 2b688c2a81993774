package lobby

import (
	"slices"

	"sunbeon/appliance"
	"sunbeon/appliance/queue"
	"sunbeon/display/voice"
)

// speaker says at the dispenser which number was given. It belongs to the
// goroutine that follows the views.
type speaker struct {
	say   func(voice.Ticket)
	every bool // else only those without paper

	day  int64
	seen map[queue.Ref]bool // tickets of the day
	bare map[queue.Ref]bool // those of which it was said that they have no paper
}

// follow says what is new in a view. Of the first view nothing is new: a kiosk
// that starts again does not say the morning's numbers.
func (s *speaker) follow(v *appliance.View) {
	first := s.seen == nil
	if first || s.day != v.Public.Day {
		s.day, s.seen, s.bare = v.Public.Day, map[queue.Ref]bool{}, map[queue.Ref]bool{}
	}
	for _, t := range v.Tickets {
		isNew := !s.seen[t.Ref]
		s.seen[t.Ref] = true
		bare := slices.Contains(v.Public.Unprinted, t.Label)
		isBare := bare && !s.bare[t.Ref]
		if bare {
			s.bare[t.Ref] = true
		}
		if first || t.Origin != queue.Button || t.Status != queue.Waiting {
			continue
		}
		switch {
		case isBare:
			s.say(voice.Ticket{Label: t.Label, Ahead: t.Ahead})
		case isNew && s.every:
			s.say(voice.Ticket{Label: t.Label, Ahead: t.Ahead, Paper: true})
		}
	}
}
