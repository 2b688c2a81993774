package forecast

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// snapshotVersion changes when a number in a snapshot changes its meaning,
// the limits of the bins included.
const snapshotVersion = 1

// state is a snapshot. Weights are in 65536ths of an observation. The prior
// is not in it: it comes from the configuration and may change overnight.
type state struct {
	Version  int            `json:"version"`
	Day      int64          `json:"day"`
	Started  bool           `json:"started"`
	Pace     int64          `json:"pace"`
	Pauses   timesState     `json:"pauses"`
	Level    [][2]int64     `json:"level"`
	Pool     []cellState    `json:"pool"`
	Services []serviceState `json:"services"`
}

type serviceState struct {
	Name  string      `json:"name"`
	Times timesState  `json:"times"`
	Cells []cellState `json:"cells"`
}

type timesState struct {
	Sum  int64      `json:"sum"`
	Bins [][2]int64 `json:"bins"` // bin, weight; ascending, none empty
}

type cellState struct {
	Bucket int        `json:"bucket"`
	Zero   int64      `json:"zero"`
	Bins   [][2]int64 `json:"bins"`
}

// Snapshot returns everything learned so far as JSON of a few kilobytes: the
// same bytes for the same history. Store it once per business day, and at
// start Restore it and repeat the observations made since.
func (m *Model) Snapshot() []byte {
	s := state{
		Version: snapshotVersion, Day: m.day, Started: m.started,
		Pace:   int64(m.pace),
		Pauses: m.pauses.state(),
		Level:  make([][2]int64, 0, buckets), Pool: []cellState{}, Services: []serviceState{},
	}
	for b := range m.pool {
		s.Level = append(s.Level, [2]int64{m.level[b].low, m.level[b].high})
		if m.pool[b].weight > 0 {
			s.Pool = append(s.Pool, m.pool[b].state(b))
		}
	}
	for _, v := range m.services {
		o := serviceState{Name: v.name, Times: v.times.state(), Cells: []cellState{}}
		for b, c := range v.cells {
			if c != nil && c.weight > 0 {
				o.Cells = append(o.Cells, c.state(b))
			}
		}
		if o.Times.Sum > 0 || len(o.Cells) > 0 {
			s.Services = append(s.Services, o)
		}
	}
	slices.SortFunc(s.Services, func(a, b serviceState) int { return strings.Compare(a.Name, b.Name) })
	data, err := json.Marshal(s)
	if err != nil {
		panic("forecast: integers and strings do not marshal: " + err.Error())
	}
	return data
}

// Restore replaces everything learned by a snapshot. The model is unchanged
// when it returns an error: then start without, from the configured times.
func (m *Model) Restore(data []byte) error {
	var s state
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return fmt.Errorf("forecast: snapshot is not readable, start without it: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("forecast: snapshot goes on after its end, start without it")
	}
	n := New(m.prior)
	if err := n.load(s); err != nil {
		return fmt.Errorf("forecast: snapshot cannot be, start without it: %w", err)
	}
	*m = *n
	return nil
}

// load fills a new model.
func (m *Model) load(s state) error {
	if s.Version != snapshotVersion {
		return fmt.Errorf("version %d, this program reads %d", s.Version, snapshotVersion)
	}
	m.day, m.started = s.Day, s.Started
	if s.Pace < 0 || s.Pace > 5*one {
		return fmt.Errorf("pace %d out of bounds", s.Pace)
	}
	m.pace = pace(s.Pace)
	if len(s.Level) != buckets {
		return fmt.Errorf("%d levels, not %d", len(s.Level), buckets)
	}
	for b, l := range s.Level {
		v := level{l[0], l[1]}
		if v != v.bounded() {
			return fmt.Errorf("level %d out of bounds", b)
		}
		m.level[b] = v
	}
	if err := m.pauses.load(s.Pauses); err != nil {
		return fmt.Errorf("pauses: %w", err)
	}
	last := -1
	for _, c := range s.Pool {
		if c.Bucket <= last || c.Bucket >= buckets {
			return fmt.Errorf("bucket %d out of order", c.Bucket)
		}
		last = c.Bucket
		if err := m.pool[c.Bucket].load(c); err != nil {
			return fmt.Errorf("bucket %d: %w", c.Bucket, err)
		}
	}
	for i, o := range s.Services {
		if i > 0 && o.Name <= s.Services[i-1].Name {
			return fmt.Errorf("service %q out of order", o.Name)
		}
		v := m.services[m.service(o.Name)]
		if err := v.times.load(o.Times); err != nil {
			return fmt.Errorf("service %q: %w", o.Name, err)
		}
		last := -1
		for _, c := range o.Cells {
			if c.Bucket <= last || c.Bucket >= buckets {
				return fmt.Errorf("service %q: bucket %d out of order", o.Name, c.Bucket)
			}
			last = c.Bucket
			v.cells[c.Bucket] = &cell{}
			if err := v.cells[c.Bucket].load(c); err != nil {
				return fmt.Errorf("service %q: bucket %d: %w", o.Name, c.Bucket, err)
			}
		}
	}
	return nil
}

func (t *times) state() timesState {
	return timesState{Sum: t.sum, Bins: pack(t.bins[:])}
}

func (t *times) load(s timesState) (err error) {
	if t.weight, err = unpack(t.bins[:], s.Bins); err != nil {
		return err
	}
	if s.Sum < 0 || (s.Sum > 0) != (t.weight > 0) || s.Sum > 1<<60 || s.Sum/maxMS > t.weight {
		return fmt.Errorf("sum %d does not fit the bins", s.Sum)
	}
	t.sum = s.Sum
	t.refresh()
	return nil
}

func (c *cell) state(bucket int) cellState {
	return cellState{Bucket: bucket, Zero: c.zero, Bins: pack(c.bins[:])}
}

func (c *cell) load(s cellState) (err error) {
	if c.weight, err = unpack(c.bins[:], s.Bins); err != nil {
		return err
	}
	if s.Zero < 0 || s.Zero > maxWeight {
		return fmt.Errorf("weight %d out of bounds", s.Zero)
	}
	c.zero = s.Zero
	c.weight += s.Zero
	if c.weight == 0 {
		return errors.New("empty")
	}
	return nil
}

// pack leaves out the empty bins.
func pack(bins []int64) [][2]int64 {
	out := [][2]int64{}
	for i, w := range bins {
		if w > 0 {
			out = append(out, [2]int64{int64(i), w})
		}
	}
	return out
}

func unpack(bins []int64, packed [][2]int64) (total int64, err error) {
	last := int64(-1)
	for _, p := range packed {
		if p[0] <= last || p[0] >= int64(len(bins)) {
			return 0, fmt.Errorf("bin %d out of order", p[0])
		}
		if p[1] <= 0 || p[1] > maxWeight {
			return 0, fmt.Errorf("weight %d out of bounds", p[1])
		}
		last = p[0]
		bins[p[0]] = p[1]
		total += p[1]
	}
	return total, nil
}
