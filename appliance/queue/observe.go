package queue

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Observation is what an old machine was heard to do.
type Observation string

const (
	HeardIssued    Observation = "issued"    // gave a number
	HeardCalled    Observation = "called"    // showed a number for the first time
	HeardWaiting   Observation = "waiting"   // said how many wait, as it counts
	HeardRestarted Observation = "restarted" // began its numbers again
	// HeardNothing: a wire was cut or nobody listened, and what the machine did
	// meanwhile is not known.
	HeardNothing Observation = "nothing"
)

// Heard is what was heard today of one service of an observed office.
type Heard struct {
	Service  string `json:"service"`
	Issued   int    `json:"issued,omitempty"` // tickets heard
	Last     int    `json:"last,omitempty"`   // the number of the last one, 0 for none
	IssuedAt Stamp  `json:"issuedAt,omitzero"`
	Called   int    `json:"called,omitempty"`  // the number called last, 0 for none
	Counter  int    `json:"counter,omitempty"` // where, 0 if the wire does not say
	CalledAt Stamp  `json:"calledAt,omitzero"`
	Told     int    `json:"told,omitempty"` // how many wait, as the machine counts
	ToldAt   Stamp  `json:"toldAt,omitzero"`
	Line     Line   `json:"line,omitzero"`
}

// Line is what can be known of who waits from issued and called numbers alone.
type Line struct {
	// Numbers are those issued and not heard called, oldest first. The first Gone
	// of them were called unheard, for calls went on past them; those from there to
	// Doubt were passed over by the last calls, and whether they still wait is not
	// known; the others wait.
	Numbers []int `json:"numbers,omitempty"`
	Gone    int   `json:"gone,omitempty"`
	Doubt   int   `json:"doubt,omitempty"`
	Reach   int   `json:"reach,omitempty"` // how many numbers up to Last are known to be issued
	Row     int   `json:"row,omitempty"`   // calls in a row that were of the next number
	Based   bool  `json:"based,omitempty"` // nobody waits whose number was issued unheard
}

const (
	// proof is how many calls in a row, each of the number that is next, show that
	// nobody waits before them.
	proof = 3
	// leap is how many numbers may be missed in a row and are still taken to be
	// issued; a larger step may be anything. It is less in a small band.
	leap = 20
	// abreast is how close a told count and a call are to be one thing of the old
	// machine, in either order.
	abreast = 10 * time.Second
	// silence is after which a count of people is no longer believed if nothing
	// was heard that lowers it: one of the wires may be dead.
	silence = time.Hour
)

// forObserved reports whether an observed office can carry the command out.
// Closing issuing is staff's word about the old machine, for the city's page.
func forObserved(c Command) bool {
	switch c.(type) {
	case OpenDay, CloseDay, CloseIssuing, ReopenIssuing, Observe:
		return true
	}
	return false
}

func (s *State) decideObserve(c Observe) (Decision, *Refusal) {
	def, known := s.Config.Service(c.Service)
	h := s.heard(c.Service)
	e := Observed{What: c.What, Service: c.Service}
	switch {
	case !s.Config.Observed:
		return Decision{}, refuse(BadInput, "observe")
	case c.Service != "" && !known:
		return Decision{}, refuse(UnknownService, c.Service)
	case c.What == HeardIssued || c.What == HeardCalled:
		if e.Number = c.Number; c.Number < 1 || c.Number > maxNumber || known && (c.Number < def.First || c.Number > def.Last) {
			return Decision{}, refuse(BadInput, "number ", c.Number)
		}
	}
	switch c.What {
	case HeardIssued:
		if !known {
			return Decision{}, refuse(UnknownService)
		}
		if h != nil && h.Last == c.Number { // a copy of the same ticket
			return Decision{}, nil
		}
	case HeardCalled:
		if e.Counter = c.Counter; c.Counter < 0 || c.Counter > maxCounter {
			return Decision{}, refuse(BadInput, "counter ", c.Counter)
		}
	case HeardWaiting:
		if e.Count = c.Count; c.Count < 0 || c.Count > maxNumber {
			return Decision{}, refuse(BadInput, "count ", c.Count)
		}
		if !known { // of all services or of an unnamed one: it tells nothing of any
			return Decision{}, nil
		}
	case HeardRestarted:
		if !known {
			return Decision{}, refuse(UnknownService)
		}
	case HeardNothing:
		if known && h == nil || len(s.Heard) == 0 {
			return Decision{}, nil
		}
	default:
		return Decision{}, refuse(BadInput, c.What)
	}
	return events(e), nil
}

// observe takes what was heard. Facts of the old machine bear the time at which
// they came to the loop.
func (s *State) observe(at Stamp, e Observed) error {
	def, known := s.Config.Service(e.Service)
	switch {
	case !s.Config.Observed || !s.Day.Open:
		return errors.New("no open day of an observed office")
	case e.Service != "" && !known:
		return fmt.Errorf("no service %q", e.Service)
	case e.What == HeardNothing:
		s.unhear(e.Service)
		return nil
	case e.What == HeardCalled && !known:
		s.heardCall(at, e)
		for i := range s.Heard {
			h := &s.Heard[i]
			if d, _ := s.Config.Service(h.Service); d.First <= e.Number && e.Number <= d.Last { // it may be of this one
				h.outdate(at)
				h.Line.lose()
			}
		}
		return nil
	case !known:
		return fmt.Errorf("%s of no service", e.What)
	}
	h := s.heard(e.Service)
	if h == nil {
		s.Heard = append(s.Heard, Heard{Service: e.Service})
		h = &s.Heard[len(s.Heard)-1]
	}
	switch e.What {
	case HeardIssued:
		h.issue(def, e.Number)
		h.IssuedAt = at
	case HeardCalled:
		s.heardCall(at, e)
		h.outdate(at)
		h.Called, h.Counter, h.CalledAt = e.Number, e.Counter, at
		h.Line.call(e.Number, def.behind(h.Last, e.Number))
	case HeardWaiting:
		h.Told, h.ToldAt = e.Count, at
	case HeardRestarted:
		h.Last = 0
		h.forget()
	default:
		return fmt.Errorf("observation %q", e.What)
	}
	return nil
}

// heardCall lists a call and shows it over its counter. A counter that the
// configuration lacks is in the list only.
func (s *State) heardCall(at Stamp, e Observed) {
	r := Ref{e.Service, e.Number}
	s.listCall(Call{Ref: r, Counter: e.Counter, At: at})
	if k := s.Counter(e.Counter); k != nil {
		k.Current, k.Since = r, at
	}
}

func (s *State) heard(service string) *Heard {
	i := slices.IndexFunc(s.Heard, func(h Heard) bool { return h.Service == service })
	if i < 0 {
		return nil
	}
	return &s.Heard[i]
}

// unhear forgets who waits for the service; "" is every one.
func (s *State) unhear(service string) {
	for i := range s.Heard {
		if service == "" || s.Heard[i].Service == service {
			s.Heard[i].forget()
		}
	}
}

// outdate drops a count that was told before the call of this time: it is not of
// the line after it.
func (h *Heard) outdate(at Stamp) {
	if since, known := at.Since(h.ToldAt); !known || since > abreast {
		h.Told, h.ToldAt = 0, Stamp{}
	}
}

// forget drops all that was known of who waits.
func (h *Heard) forget() { h.Told, h.ToldAt, h.Line = 0, Stamp{}, Line{} }

// HeardOf is what was heard of a service today; false when nothing was.
func (s *State) HeardOf(service string) (Heard, bool) {
	h := s.heard(service)
	if h == nil {
		return Heard{}, false
	}
	out := *h
	out.Line.Numbers = slices.Clone(h.Line.Numbers)
	return out, true
}

// HeardWaiting is how many wait for a service of an observed office at a time,
// by the rule of the package comment; false when that is not known.
func (s *State) HeardWaiting(service string, at Stamp) (int, bool) {
	h := s.heard(service)
	if h == nil {
		return 0, false
	}
	n, lowered := h.Told, h.ToldAt
	if h.ToldAt == (Stamp{}) {
		l := &h.Line
		if !l.Based || l.Gone != l.Doubt || h.Called == 0 {
			return 0, false
		}
		n, lowered = len(l.Numbers)-l.Gone, h.CalledAt
	}
	age, known := at.Since(lowered)
	return n, n == 0 || known && age <= silence
}

// issue takes a ticket. Numbers passed over were issued, too: the machine gives
// them one after the other.
func (h *Heard) issue(def Service, n int) {
	l := &h.Line
	size := def.Last - def.First + 1
	step := def.behind(n, h.Last)
	switch {
	case l.Reach == 0:
		*l = Line{Reach: 1, Numbers: []int{n}, Based: n == def.First && h.Issued == 0 && h.Called == 0}
	case step > max(1, min(leap, size/4)):
		*l = Line{Reach: 1, Numbers: []int{n}}
	default:
		for i := step - 1; i >= 0; i-- {
			m := (n-def.First-i+size)%size + def.First
			if old := slices.Index(l.Numbers, m); old >= 0 { // of a whole round ago
				l.remove(old)
			}
			l.Numbers = append(l.Numbers, m)
		}
		l.Reach = min(l.Reach+step, size)
	}
	h.Last = n
	h.Issued++
}

// behind is how many steps n lies behind last in the band, which goes round.
func (s Service) behind(last, n int) int {
	size := s.Last - s.First + 1
	return ((last-n)%size + size) % size
}

// call takes a number out of the line; behind is how far it lies behind the last
// one issued.
func (l *Line) call(n, behind int) {
	if l.Reach == 0 {
		return
	}
	i := slices.Index(l.Numbers, n)
	if i < 0 {
		if behind >= l.Reach {
			l.lose() // issued unheard: so may others be
		}
		return // else called a second time, e.g. to another counter
	}
	switch {
	case i < l.Gone: // late, or it had waited after all
		l.remove(i)
		l.Gone, l.Row = i, 0
	case i < l.Doubt: // so it had only been passed over, and who came after it waits
		l.remove(i)
		l.Doubt, l.Row = i, 0
	case i > l.Doubt:
		l.remove(i)
		l.Doubt, l.Row = i, 0
	default:
		l.remove(i)
		if l.Row = min(l.Row+1, proof); l.Row == proof {
			l.Gone, l.Based = l.Doubt, true
		}
	}
}

// lose says that somebody may wait whose number was not heard.
func (l *Line) lose() { l.Based, l.Row = false, 0 }

func (l *Line) remove(i int) {
	l.Numbers = slices.Delete(l.Numbers, i, i+1)
	if i < l.Gone {
		l.Gone--
	}
	if i < l.Doubt {
		l.Doubt--
	}
}
