package legacy

import (
	"errors"
	"fmt"
	"time"
)

// Service is a number band of the old machine.
type Service struct {
	ID        string
	Low, High int // first and last number; after High comes Low
}

func (s Service) has(n int) bool { return n >= s.Low && n <= s.High }

// ahead is how many steps n lies after from, 0 to the size of the band less 1.
func (s Service) ahead(from, n int) int {
	size := s.High - s.Low + 1
	return ((n-from)%size + size) % size
}

// Config is what the tracker knows of the office.
type Config struct {
	Services []Service
	// Gap is how many numbers may be missed in a row and the next still be
	// plausible. 20 if 0; never more than a quarter of a band.
	Gap int
	// Within is how far apart two sightings of an unproven number may be. 30 s if 0.
	Within time.Duration
	// Quiet is the silence after which a machine may have been off. 2 h if 0.
	Quiet time.Duration
}

func (c Config) withDefaults() (Config, error) {
	if len(c.Services) == 0 {
		return c, errors.New("legacy: no services; give each its number band")
	}
	seen := map[string]bool{}
	for _, s := range c.Services {
		switch {
		case s.ID == "" || seen[s.ID]:
			return c, fmt.Errorf("legacy: service %q; each needs an id of its own", s.ID)
		case s.Low < 1 || s.High <= s.Low || s.High > 99999:
			return c, fmt.Errorf("legacy: service %s: band %d-%d; it must rise, from 1 to 99999 at most", s.ID, s.Low, s.High)
		}
		seen[s.ID] = true
	}
	if c.Gap <= 0 {
		c.Gap = 20
	}
	if c.Within <= 0 {
		c.Within = 30 * time.Second
	}
	if c.Quiet <= 0 {
		c.Quiet = 2 * time.Hour
	}
	return c, nil
}

// Judged counts what a tracker did with readings.
type Judged struct {
	Issued, Called, Waiting int // events
	Duplicates              int // the same ticket again
	Refreshes               int // the same number on a display again
	Baselines               int // on a display when listening began
	Missed                  int // numbers that must have been issued unheard
	Wraps                   int // end of band reached
	Restarts                int // numbers began again
	Resyncs                 int // numbers went on elsewhere
	Held                    int // readings that had to be seen again
	Dropped                 int // readings that were not
	Strange                 int // outside every band, or of no known service
}

// Tracker judges readings and says what happened. It is a pure state machine and
// belongs to one goroutine.
type Tracker struct {
	c       Config
	lines   map[string]*line
	desks   map[int]*desk
	waiting map[string]*count
	n       Judged
}

// NewTracker checks the bands.
func NewTracker(c Config) (*Tracker, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	t := &Tracker{c: c, lines: map[string]*line{}, desks: map[int]*desk{}, waiting: map[string]*count{}}
	for _, s := range c.Services {
		t.lines[s.ID] = &line{s: s, gap: min(c.Gap, (s.High-s.Low+1)/4)}
	}
	return t, nil
}

// Judged is what was counted so far.
func (t *Tracker) Judged() Judged { return t.n }

// Apply judges one reading.
func (t *Tracker) Apply(r Reading) []Event {
	switch r.Kind {
	case Issue:
		return t.issue(r)
	case Call:
		return t.call(r)
	case Wait:
		return t.wait(r)
	}
	t.n.Strange++
	return nil
}

// line of a reading: the service it names, or else the only one whose band has
// the number. A service that the office does not have, and a number outside its
// service's band, are strange.
func (t *Tracker) line(r Reading) (l *line, strange bool) {
	if r.Service != "" {
		l = t.lines[r.Service]
		return l, l == nil || !l.s.has(r.Number)
	}
	found := 0
	for _, s := range t.c.Services {
		if s.has(r.Number) {
			l = t.lines[s.ID]
			found++
		}
	}
	if found != 1 {
		return nil, found == 0
	}
	return l, false
}

// count is the last believed number of waiting citizens.
type count struct {
	known bool
	n     int
	sight sighting
}

func (t *Tracker) wait(r Reading) []Event {
	if r.Service != "" && t.lines[r.Service] == nil || r.Count < 0 || r.Count > 9999 {
		t.n.Strange++
		return nil
	}
	if r.Service == "" && len(t.c.Services) == 1 {
		r.Service = t.c.Services[0].ID
	}
	w := t.waiting[r.Service]
	if w == nil {
		w = &count{}
		t.waiting[r.Service] = w
	}
	if w.known && w.n == r.Count {
		t.forget(&w.sight)
		return nil
	}
	at := r.At
	if r.Trust == Bare {
		var ok bool
		if at, ok = t.again(&w.sight, r.Count, r.At); !ok {
			return nil
		}
	}
	w.known, w.n = true, r.Count
	t.forget(&w.sight)
	t.n.Waiting++
	return []Event{Waiting{Service: r.Service, Count: r.Count, At: at}}
}

// sighting is a value that must be seen a second time.
type sighting struct {
	set bool
	n   int
	at  time.Duration
}

// again notes a sighting and reports whether it is the second one, with the
// time of the first.
func (t *Tracker) again(s *sighting, n int, at time.Duration) (time.Duration, bool) {
	if s.set && s.n == n && at-s.at <= t.c.Within {
		first := s.at
		*s = sighting{}
		return first, true
	}
	t.forget(s)
	*s = sighting{set: true, n: n, at: at}
	t.n.Held++
	return 0, false
}

// forget drops a sighting that was not confirmed.
func (t *Tracker) forget(s *sighting) {
	if s.set {
		t.n.Dropped++
	}
	*s = sighting{}
}
