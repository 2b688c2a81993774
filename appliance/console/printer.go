package console

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"sunbeon/appliance"
	"sunbeon/appliance/journal"
	"sunbeon/appliance/queue"
)

// eventsKept is how many of the day's printer events the manager's page tells.
const eventsKept = 20

// printerDay is what happened at the printer today, told from the record. It
// takes every fact once: a page that is open all day costs what is new.
type printerDay struct {
	mu   sync.Mutex
	day  int64
	seq  uint64 // facts up to here are taken
	told printerStory
}

// printerKinds are the kinds of facts that tell of the printer.
func printerKinds() []string {
	return []string{queue.DayOpened{}.Kind(), queue.DeviceChanged{}.Kind(), queue.Issued{}.Kind(),
		queue.Printed{}.Kind(), queue.PrintFailed{}.Kind(), queue.ReprintAsked{}.Kind()}
}

// printing words what happened at the printer, the newest first.
func (c *Console) printing(v *appliance.View) ([]sentence, error) {
	if c.opt.Journal == nil || v.Public.Day == 0 {
		return nil, nil
	}
	p := &c.printer
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.day != v.Public.Day {
		p.day, p.seq, p.told = v.Public.Day, 0, printerStory{}
	}
	if p.seq < v.Public.Seq {
		filter := journal.Filter{Day: p.day, From: p.seq + 1, To: v.Public.Seq, Kinds: printerKinds()}
		for r, err := range c.opt.Journal.Facts(context.Background(), filter) {
			if err != nil {
				return nil, err
			}
			f, err := r.Fact()
			if err != nil {
				return nil, err
			}
			p.told.take(f)
			p.seq = f.Seq
		}
		p.seq = v.Public.Seq
	}
	var out []sentence
	for _, e := range slices.Backward(p.told.events) {
		out = append(out, sentence{Seq: e.seq, Time: e.at.Time().Format("15:04"), Sure: e.at.Trusted,
			Text: e.text(teller{v.Config}, len(p.told.out))})
	}
	return out, nil
}

// printerStory follows the printer from fact to fact.
type printerStory struct {
	events  []*printerEvent    // oldest first, the last eventsKept
	stop    *printerEvent      // the present stop, nil while the printer prints
	warned  []string           // conditions that stop nothing
	out     []queue.Ref        // tickets that are to be printed and are not yet
	waited  map[queue.Ref]bool // while it is stopped, and after the last stop
	request map[queue.Ref]bool // copies that somebody asked for
}

type printerHappening int

const (
	stopped printerHappening = iota + 1
	resumed
	warning
	relieved
	copied
	abandoned
	unconfirmed
)

// printerEvent is one line of the story.
type printerEvent struct {
	what       printerHappening
	seq        uint64
	at         queue.Stamp
	conditions []string // in the order they came
	tickets    []queue.Ref
	stop       *printerEvent // of resumed: what is over
	waited     int           // of resumed: tickets
	times      int           // of stopped: how often in short order
	over       bool          // of stopped
	asked      bool          // of copied: by staff
	sure       bool          // of copied: the printer confirmed it
}

func (s *printerStory) take(f queue.Fact) {
	switch e := f.Event.(type) {
	case queue.DayOpened:
		s.conditions(f, e.Devices["printer"])
	case queue.DeviceChanged:
		if e.Device == "printer" {
			s.conditions(f, e.Conditions)
		}
	case queue.Issued:
		if e.Paper {
			s.wait(e.Ref)
		}
	case queue.ReprintAsked:
		if s.request == nil {
			s.request = map[queue.Ref]bool{}
		}
		s.request[e.Ref] = true
		s.wait(e.Ref)
	case queue.Printed:
		s.settle(e.Ref)
		switch {
		case e.Copy:
			s.ticket(f, printerEvent{what: copied, asked: s.request[e.Ref], sure: e.Confirmed}, e.Ref)
		case !e.Confirmed:
			s.ticket(f, printerEvent{what: unconfirmed}, e.Ref)
		}
		delete(s.request, e.Ref)
	case queue.PrintFailed:
		s.settle(e.Ref)
		s.ticket(f, printerEvent{what: abandoned, conditions: []string{e.Reason}}, e.Ref)
		delete(s.request, e.Ref)
	}
}

// conditions follows the printer's state. One stop is one event, however many
// conditions it goes through: who changes a roll opens the cover, too.
func (s *printerStory) conditions(f queue.Fact, now []string) {
	var stops, warns []string
	for _, c := range now {
		if appliance.StopsPaper(c) {
			stops = append(stops, c)
		} else {
			warns = append(warns, c)
		}
	}
	switch {
	case len(stops) > 0 && s.stop == nil:
		if !s.again(f, stops) {
			s.stop = s.add(f, printerEvent{what: stopped, conditions: stops, times: 1})
			s.waited = map[queue.Ref]bool{}
		}
		for _, r := range s.out {
			s.waited[r] = true
		}
	case len(stops) > 0:
		for _, c := range stops {
			if !slices.Contains(s.stop.conditions, c) {
				s.stop.conditions = append(s.stop.conditions, c)
			}
		}
	case s.stop != nil:
		s.stop.over = true
		s.add(f, printerEvent{what: resumed, stop: s.stop, waited: len(s.waited)})
		s.stop = nil
	case len(s.warned) > 0 && len(warns) == 0:
		s.add(f, printerEvent{what: relieved, conditions: s.warned})
	}
	if s.stop != nil {
		return // what it warns of is heard when it prints again
	}
	for _, c := range warns {
		if !slices.Contains(s.warned, c) {
			s.add(f, printerEvent{what: warning, conditions: []string{c}})
		}
	}
	s.warned = warns
}

// inShort is how soon after a stop the same one is no news: a cutter that tries
// and jams, tries and jams, is one event.
const inShort = time.Minute

// again takes up the stop that has just ended, if it is the same.
func (s *printerStory) again(f queue.Fact, stops []string) bool {
	n := len(s.events)
	if n == 0 || s.events[n-1].what != resumed {
		return false
	}
	last := s.events[n-1]
	d, known := f.At.Since(last.at)
	if !known || d >= inShort || !slices.Equal(last.stop.conditions, stops) || !slices.Contains(s.events, last.stop) {
		return false
	}
	s.events = s.events[:n-1]
	s.stop = last.stop
	s.stop.over = false
	s.stop.times++
	return true
}

func (s *printerStory) wait(r queue.Ref) {
	if !slices.Contains(s.out, r) {
		s.out = append(s.out, r)
	}
	if s.stop != nil {
		s.waited[r] = true
	}
}

func (s *printerStory) settle(r queue.Ref) {
	s.out = slices.DeleteFunc(s.out, func(o queue.Ref) bool { return o == r })
}

// ticket notes what became of a ticket; several in a row with the same end are
// one event.
func (s *printerStory) ticket(f queue.Fact, e printerEvent, r queue.Ref) {
	if n := len(s.events); n > 0 {
		last := s.events[n-1]
		if last.what == e.what && last.asked == e.asked && last.sure == e.sure && slices.Equal(last.conditions, e.conditions) {
			last.seq, last.at = f.Seq, f.At
			if !slices.Contains(last.tickets, r) {
				last.tickets = append(last.tickets, r)
			}
			return
		}
	}
	e.tickets = []queue.Ref{r}
	s.add(f, e)
}

func (s *printerStory) add(f queue.Fact, e printerEvent) *printerEvent {
	e.seq, e.at = f.Seq, f.At
	if len(s.events) >= eventsKept {
		s.events = slices.Delete(s.events, 0, len(s.events)-eventsKept+1)
	}
	s.events = append(s.events, &e)
	return &e
}

// numbersTold is how many numbers one line names; the others are counted.
const numbersTold = 8

func (t teller) numbers(refs []queue.Ref) string {
	var words []string
	for _, r := range refs[:min(len(refs), numbersTold)] {
		words = append(words, t.label(r))
	}
	text := strings.Join(words, ", ")
	if more := len(refs) - numbersTold; more > 0 {
		text += " 외 " + count(more)
	}
	return text
}
