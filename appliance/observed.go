package appliance

import (
	"slices"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/queue"
)

// Heard is what staff see of a service of an observed office.
type Heard struct {
	Service string
	// Last and Called are the labels of the numbers given and called last, ""
	// before the first; with each, when it was heard.
	Last     string
	LastAt   queue.Stamp
	Issued   int // tickets heard
	Called   string
	CalledAt queue.Stamp
	Counter  int // of the last call, 0 when the wire does not say
	// Waiting is how many wait, nil when that is not known. It is Told when it is
	// the old machine's own count, which it last said at ToldAt.
	Waiting *int
	Told    bool
	ToldAt  queue.Stamp
}

// heardOnly takes out of the snapshot of an observed office what cannot be known
// by listening, and puts in what was heard.
func heardOnly(s *queue.State, at queue.Stamp, p *feed.Snapshot) {
	p.Observed = true
	for i := range p.Services {
		v := &p.Services[i]
		// The forecast learns from the office's own tickets, and there are none.
		v.Waiting, v.Counters, v.Issued, v.Wait, v.Called, v.CalledAt = nil, nil, nil, nil, "", 0
		h, heard := s.HeardOf(v.ID)
		if !heard {
			continue
		}
		if n, known := s.HeardWaiting(v.ID, at); known {
			v.Waiting = &n
		}
		if h.Issued > 0 {
			v.Issued = &h.Issued
		}
		if h.Called > 0 {
			v.Called, v.CalledAt = s.Label(queue.Ref{Band: v.ID, Number: h.Called}), h.Counter
		}
	}
	// Whether a counter works is not known. All stand there once the wire has told
	// of one, so that those who look find them in their places.
	if !slices.ContainsFunc(p.Counters, func(k feed.Counter) bool { return k.Ticket != "" }) {
		p.Counters = []feed.Counter{}
	}
	for i := range p.Counters {
		p.Counters[i].State = feed.CounterUnknown
	}
}

// hear adds to the view of an observed office what staff should know of what is
// heard.
func hear(out *View, s *queue.State, at queue.Stamp) {
	for i := range out.Counters {
		if k := &out.Counters[i]; !k.Current.IsZero() {
			k.Label = s.Label(k.Current)
		}
	}
	for i := range s.Config.Services {
		id := s.Config.Services[i].ID
		row := Heard{Service: id}
		if h, heard := s.HeardOf(id); heard {
			row.LastAt, row.Issued, row.CalledAt, row.Counter = h.IssuedAt, h.Issued, h.CalledAt, h.Counter
			row.Told, row.ToldAt = h.ToldAt != queue.Stamp{}, h.ToldAt
			if h.Last > 0 {
				row.Last = s.Label(queue.Ref{Band: id, Number: h.Last})
			}
			if h.Called > 0 {
				row.Called = s.Label(queue.Ref{Band: id, Number: h.Called})
			}
			if n, known := s.HeardWaiting(id, at); known {
				row.Waiting = &n
			}
		}
		out.Heard = append(out.Heard, row)
	}
}
