package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"sunbeon/appliance/config"
	"sunbeon/appliance/queue"
	"sunbeon/drivers/rs485"
)

// keyToSign is the longest way of a call: the key of a counter that has not
// worked for long goes down right after its unit was looked at, is read twice,
// becomes a fact on disk, and its number goes to the sign over the counter.
//
//	sampled ── pressed ── a whole cycle ── read, read again ── loop, disk ── frame ── shown
//	   └───────────────────────── measured ──────────────────────────────┘
//
// The cycle is the longest that any other unit waited between the two readings
// on both sides of that frame: what it is while a key is read again and a sign
// written. The note has it of the line at rest, too.
func keyToSign(ctx context.Context, p *place) (r result, err error) {
	file, err := hallOffice()
	if err != nil {
		return result{}, err
	}
	h, signs := newHall(), &hallSigns{}
	d, err := p.desk(ctx, "keysign", file, signs)
	if err != nil {
		return result{}, err
	}
	defer func() { err = errors.Join(err, d.close()) }()

	var took, cycles, disk, quiet samples
	var ratios, dry []float64 // dry: without the disk
	dice := rand.New(rand.NewPCG(1, 2))
	left := min(2*hallUnits, p.times(2*hallUnits))
	for left > 0 {
		// A bus that begins knows of no counter that works.
		bus, end, err := h.work(ctx, func(counter int, _ string) {
			_ = call(ctx, d.loop, counter) // without it no sign changes, which is found out
		})
		if err != nil {
			return result{}, err
		}
		signs.to.Store(bus)
		rest, err := h.atRest(ctx)
		if err != nil {
			return result{}, errors.Join(err, end())
		}
		quiet = append(quiet, rest...)
		for _, unit := range dice.Perm(hallUnits)[:min(left, hallUnits)] {
			one, cycle, err := h.timedKey(ctx, d, unit, time.Duration(dice.IntN(250))*time.Millisecond)
			if err != nil {
				return result{}, errors.Join(err, end())
			}
			left--
			took, cycles = append(took, one), append(cycles, cycle)
			flush := time.Duration(d.record.took.Load())
			disk = append(disk, flush)
			ratios = append(ratios, float64(one)/float64(cycle))
			dry = append(dry, float64(one-flush)/float64(cycle))
		}
		if err := end(); err != nil {
			return result{}, err
		}
	}
	return result{value: quantile(ratios, 1), note: fmt.Sprintf(
		"worst of %d presses (median %.3f), key sampled open to the sign's frame, the frame's own %.2f ms not in it: %v; of it on the way to disk %v, without which the worst is %.3f; cycles then: %v; at rest mean %.1f %v, worst over that mean %.3f",
		len(ratios), median(ratios), ms(h.wire(8)), took, disk, quantile(dry, 1), cycles, ms(quiet.mean()), quiet, float64(took.at(1))/float64(quiet.mean()))}, nil
}

// hallOffice has a counter for each unit.
func hallOffice() (*config.File, error) {
	file, err := office()
	if err != nil {
		return nil, err
	}
	file.Queue.Counters, file.Queue.Shifts = nil, nil
	for i := range hallUnits {
		var services []string
		for _, s := range file.Queue.Services {
			services = append(services, s.ID)
		}
		file.Queue.Counters = append(file.Queue.Counters, queue.Counter{Number: i + 1, Services: services, Rule: queue.RuleLongest})
	}
	return file, nil
}

// hallSigns is the bus of the moment as appliance.Signs.
type hallSigns struct{ to atomic.Pointer[rs485.Bus] }

func (s *hallSigns) Show(counter int, text string) {
	if b := s.to.Load(); b != nil {
		b.Show(counter, text)
	}
}

// wire is the time of n bytes on the line.
func (h *hall) wire(n int) time.Duration { return time.Duration(n) * 10 * time.Second / hallBaud }

// atRest looks at the cycles while nobody presses and no sign is due.
func (h *hall) atRest(ctx context.Context) (samples, error) {
	if err := wait(ctx, time.Second); err != nil { // signs are darkened first
		return nil, err
	}
	from := time.Now()
	if err := wait(ctx, 2*time.Second); err != nil {
		return nil, err
	}
	return h.cycles(func(int) bool { return true }, from, time.Now()), nil
}

// timedKey presses the key of a unit right after a reading, and says how long
// after the unit had looked at its contact the sign's frame began.
func (h *hall) timedKey(ctx context.Context, d *desk, unit int, after time.Duration) (took, cycle time.Duration, err error) {
	if err := issue(ctx, d.loop, queue.Online); err != nil {
		return 0, 0, err
	}
	if err := wait(ctx, after); err != nil {
		return 0, 0, err
	}
	sampled, shown := make(chan time.Time, 1), make(chan time.Time, 1)
	u, pressed := h.units[unit], false
	h.tell(func(frame []byte, toUnit bool, at time.Time) {
		h.line.Do(func() {
			switch {
			case int(frame[0]) != unit+1:
			case !pressed && !toUnit && frame[1] == readsKeys:
				// The unit looked before its delay; a key that goes down at any time
				// since then is read as late as this one.
				pressed = true
				u.Inputs = 1
				sampled <- at.Add(-unitDelay)
			case pressed && toUnit && frame[1] == writesSign && number(frame) != u.Registers[7]:
				select {
				case shown <- at:
				default:
				}
			}
		})
	})
	var ends [2]time.Time
	limit := time.After(10 * time.Second)
	for i, c := range []<-chan time.Time{sampled, shown} {
		select {
		case ends[i] = <-c:
		case <-limit:
			return 0, 0, fmt.Errorf("bench: the key of counter %d calls nobody to its sign within 10 s", unit+1)
		case <-ctx.Done():
			return 0, 0, ctx.Err()
		}
	}
	h.tell(nil)
	// The key is let go, and the readings after the sign's frame are awaited.
	if err := wait(ctx, 150*time.Millisecond); err != nil {
		return 0, 0, err
	}
	h.line.Do(func() { u.Inputs = 0 })
	if err := wait(ctx, 600*time.Millisecond); err != nil {
		return 0, 0, err
	}
	var shows string
	h.line.Do(func() { shows = fmt.Sprint(u.Registers[7]) })
	if want := d.loop.View().Public.Calls[0].Ticket; shows != want {
		return 0, 0, fmt.Errorf("bench: the sign of counter %d shows %s and not %s", unit+1, shows, want)
	}
	cycle = h.across(func(i int) bool { return i != unit }, ends[1])
	if cycle == 0 {
		return 0, 0, errors.New("bench: no unit was read before and after the sign's frame")
	}
	return ends[1].Sub(ends[0]), cycle, nil
}

// number is what a frame puts on a sign.
func number(frame []byte) uint16 { return uint16(frame[4])<<8 | uint16(frame[5]) }
