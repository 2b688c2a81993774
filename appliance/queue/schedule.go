package queue

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"time"
)

// tick is what the schedule does at this instant: nothing while the clock is
// not trusted, except to record that it is from now on.
func (s *State) tick(at Stamp, next *Config) []Event {
	if !at.Trusted || len(s.Config.Services) == 0 {
		return nil
	}
	start := s.Config.Rules.DayStarts
	today, date := at.date(start), s.Day.Date
	var out []Event
	if s.Day.Number > 0 && (date == "" || s.untrusted != "" && s.untrusted == at.Boot) {
		if date == "" {
			date = today
			if opened := s.Day.Opened.corrected(at); opened.Trusted {
				date = opened.date(start)
			}
		}
		out = append(out, ClockConfirmed{Date: date})
	}
	switch {
	case s.Day.Number == 0, s.movedOn(date, today):
		if s.Day.Open {
			out = append(out, DayClosed{})
		}
		opened := s.newDay(today, next)
		return append(append(out, opened), firstIssuing(opened.Config, at)...)
	case !s.Day.Open || date != today:
		return out
	}
	out = append(out, s.tickIssuing(at)...)
	return append(out, s.tickShifts(at)...)
}

// movedOn reports whether the date went forward by a number of days that the
// office believes of its clock.
func (s *State) movedOn(from, to string) bool {
	a, err := time.Parse(time.DateOnly, from)
	if err != nil {
		return false
	}
	b, err := time.Parse(time.DateOnly, to)
	if err != nil {
		return false
	}
	days := int(b.Sub(a).Hours() / 24)
	return days >= 1 && days <= s.Config.Rules.DayJumpLimit
}

// newDay opens the day after the present one with the configuration next, if
// there is one that can be used.
func (s *State) newDay(date string, next *Config) DayOpened {
	config := s.Config
	if next != nil && len(next.Check()) == 0 {
		config = *next
	}
	opened := DayOpened{Number: s.Day.Number + 1, Date: date, Config: config.clone(), Devices: maps.Clone(s.Devices)}
	for device, conditions := range opened.Devices {
		opened.Devices[device] = slices.Clone(conditions)
	}
	return opened
}

// firstIssuing closes, with the day's first facts, what is outside its hours.
func firstIssuing(c Config, at Stamp) []Event {
	var out []Event
	for _, v := range c.Services {
		if !v.Issuing.Contains(at) {
			out = append(out, IssuingClosed{Service: v.ID, Schedule: true})
		}
	}
	return out
}

func (s *State) tickIssuing(at Stamp) []Event {
	var out []Event
	for _, v := range s.Services {
		def, ok := s.Config.Service(v.ID)
		if !ok {
			continue
		}
		switch shut := !def.Issuing.Contains(at); {
		case shut && !v.Scheduled:
			out = append(out, IssuingClosed{Service: v.ID, Schedule: true})
		case !shut && v.Scheduled:
			out = append(out, IssuingReopened{Service: v.ID, Schedule: true})
		}
	}
	return out
}

// tickShifts begins and ends the shifts. A shift that closes the counter pauses
// it; when it ends the counter is resumed and serves what its configuration
// says.
func (s *State) tickShifts(at Stamp) []Event {
	var out []Event
	for _, k := range s.Counters {
		now := 0
		for i, sh := range s.Config.Shifts {
			if sh.Counter == k.Number && sh.When.Contains(at) {
				now = i + 1
				break
			}
		}
		if now == k.Shift {
			continue
		}
		services := s.rule(k.Number).Services
		if now > 0 && !s.Config.Shifts[now-1].Closed {
			services = s.Config.Shifts[now-1].Services
		}
		out = append(out, ServicesChanged{Counter: k.Number, Services: slices.Clone(services), Shift: now})
		closes, closed := s.closing(now), s.closing(k.Shift)
		switch {
		case closes && k.Open && !k.Paused:
			out = append(out, CounterLeft{k.Number})
		case closed && !closes && k.Open && k.Paused:
			out = append(out, CounterResumed{k.Number})
		}
	}
	return out
}

// closing reports whether the shift, from 1, closes its counter.
func (s *State) closing(shift int) bool {
	return shift > 0 && shift <= len(s.Config.Shifts) && s.Config.Shifts[shift-1].Closed
}

// decideOpenDay is the staff's: it reopens a day that was closed by mistake, so
// that no number of the date is given twice, and opens a new one otherwise.
func (s *State) decideOpenDay(at Stamp, next *Config) (Decision, *Refusal) {
	if len(s.Config.Services) == 0 {
		return Decision{}, refuse(BadConfig)
	}
	if s.Day.Open {
		return Decision{}, refuse(DayIsOpen)
	}
	date := ""
	if at.Trusted {
		date = at.date(s.Config.Rules.DayStarts)
	}
	since, known := at.Since(s.Day.Closed)
	same := date != "" && date == s.Day.Date || (date == "" || s.Day.Date == "") && known && since < sameDay
	if s.Day.Number > 0 && same {
		d := events(DayReopened{})
		d.Events = append(d.Events, s.unasked(s.Config, Left)...)
		return d, nil
	}
	opened := s.newDay(date, next)
	d := events(opened)
	if at.Trusted {
		d.Events = append(d.Events, firstIssuing(opened.Config, at)...)
	}
	return d, nil
}

// sameDay is how soon after closing a day with an unknown date is taken for
// the same one.
const sameDay = 6 * time.Hour

// decideConfigure takes a changed file. What today's tickets need must stay;
// such a change is refused with ConfigInUse and belongs to the next day.
func (s *State) decideConfigure(c Configure) (Decision, *Refusal) {
	if ps := c.Config.Check(); len(ps) > 0 {
		return Decision{}, refuse(BadConfig, ps[0])
	}
	if equalConfig(s.Config, c.Config) {
		return Decision{}, nil
	}
	if what := s.inUse(c.Config); what != "" {
		return Decision{}, refuse(ConfigInUse, what)
	}
	d := events(ConfigChanged{c.Config.clone()})
	d.Events = append(d.Events, s.unasked(c.Config, Waiting)...)
	return d, nil
}

// inUse names what of the day the configuration would take away, "" if nothing:
// a ticket's number, a service of which numbers were heard, or an open counter.
// It asks of a closed day too, because that one may be reopened.
func (s *State) inUse(c Config) string {
	other := c.Observed != s.Config.Observed // another machine gives the numbers
	for i := range s.Tickets {
		t := &s.Tickets[i]
		was, _ := s.Config.Service(t.Band)
		is, ok := c.Service(t.Band)
		if other || !ok || is.Prefix != was.Prefix || t.Number < is.First || t.Number > is.Last {
			return was.Label(t.Number)
		}
		if _, ok := c.Service(t.Service); !ok && (t.Status.Live() || t.Status == Left) {
			return was.Label(t.Number)
		}
	}
	for _, h := range s.Heard {
		was, _ := s.Config.Service(h.Service)
		is, ok := c.Service(h.Service)
		if other || !ok || is.Prefix != was.Prefix || is.First != was.First || is.Last != was.Last {
			return was.Name
		}
	}
	for _, k := range s.Counters {
		gone := other || !slices.ContainsFunc(c.Counters, func(n Counter) bool { return n.Number == k.Number })
		if gone && (k.Open || !k.Current.IsZero()) {
			return cmp.Or(s.rule(k.Number).Name, strconv.Itoa(k.Number))
		}
	}
	return ""
}
