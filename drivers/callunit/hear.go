package callunit

import (
	"encoding/hex"
	"errors"
	"os"
	"slices"
	"time"

	"sunbeon/drivers/serialport/frame"
)

const (
	// afterFrame is how long a polled line is listened to once a frame came.
	afterFrame = 10 * time.Millisecond
	// idle is how long a line is listened to that has said nothing.
	idle = time.Second
)

// sound is what a line was heard to do.
type sound int

const (
	silence sound = iota
	noise
	speech // a good frame of a unit
)

// listen takes frames until the line is silent for wait.
func (d *Dev) listen(port Port, s *frame.Scanner, buf []byte, wait time.Duration) (heard sound, err error) {
	came := time.Now() // what waits in s
	for {
		until := wait
		if d.cfg.Poll == "" && !s.Waiting() {
			until = max(wait, idle)
		}
		if err := port.SetReadDeadline(time.Now().Add(until)); err != nil {
			return heard, err
		}
		garbled, dropped := s.Garbled, s.Dropped
		fresh := !s.Waiting()
		n, err := port.Read(buf)
		if fresh {
			came = time.Now()
		}
		frames := s.Feed(buf[:n])
		silent := errors.Is(err, os.ErrDeadlineExceeded)
		if silent {
			frames = append(frames, s.Gap()...)
		} else if err != nil {
			return heard, err
		}
		for _, f := range frames {
			ours, err := d.heard(port, f)
			if err != nil {
				return heard, err
			}
			if ours {
				heard = speech
			}
			if heard == speech && d.cfg.Poll != "" {
				wait = min(wait, afterFrame)
			}
		}
		if s.Dropped > dropped {
			heard = max(heard, noise)
			d.dropped.Add(uint64(s.Dropped - dropped))
			d.noise(came)
		}
		if s.Garbled > garbled {
			d.garbled.Add(uint64(s.Garbled - garbled))
			if len(d.cfg.Frame.Nak) > 0 && len(frames) == 0 {
				if err := write(port, d.cfg.Frame.Nak); err != nil {
					return heard, err
				}
			}
		}
		if silent {
			return heard, nil
		}
	}
}

// heard acts on a good frame: acknowledges it, and tells a press once. spoke is
// false where the frame is our own question, heard again by the adapter.
func (d *Dev) heard(port Port, f frame.Frame) (spoke bool, err error) {
	code := hex.EncodeToString(slices.Concat(f.Command, f.Data))
	if d.cfg.Poll != "" && code == d.cfg.Poll {
		return false, nil
	}
	u, ours := d.units[f.Address]
	key, known := d.cfg.Keys[code]
	if d.tell != nil {
		h := Heard{Address: f.Address, Code: code, Key: key}
		if ours {
			h.Counter = u.counter
		}
		d.tell(h)
	}
	switch {
	case ours && d.cfg.Poll != "" && code == d.cfg.None:
		u.up(upsByAnswer)
		return true, nil
	case !ours || !known:
		d.noise(time.Now())
		if d.unknown.Add(1) == 1 {
			d.log.Warn("frame that the table does not have", "address", f.Address, "code", code)
		}
		return true, nil
	}
	now := time.Now()
	what := u.hear(d.cfg, code, now)
	if what == first {
		d.noise(now)
		d.unsure.Add(1)
		if u.lonely == lonelyMax {
			d.log.Warn("unit says each press once only; if its keys do nothing, set sightings = 1", "address", f.Address)
		}
		if len(d.cfg.Frame.Nak) > 0 {
			return true, write(port, d.cfg.Frame.Nak)
		}
		return true, nil
	}
	// The acknowledgement first: a press told and not acknowledged comes again,
	// and is taken for the repetition that it is.
	if len(d.cfg.Frame.Ack) > 0 {
		if err := write(port, d.cfg.Frame.Ack); err != nil {
			return true, err
		}
	}
	if what == repetition {
		d.repeated.Add(1)
		return true, nil
	}
	d.keys.Add(1)
	d.onKey(u.counter, key)
	return true, nil
}

// noise takes that what came at a time was damaged, or may have been.
func (d *Dev) noise(at time.Time) {
	for _, u := range d.units {
		u.noise(at, d.cfg.Repeat)
	}
}
