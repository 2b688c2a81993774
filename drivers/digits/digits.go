package digits

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// Brightest is the highest level; 1 is the lowest, 0 is dark.
const Brightest = 8

// Face is a display of one or more numbers. One goroutine writes it.
type Face interface {
	// Size is how many numbers it shows, and of how many digits.
	Size() (numbers, cells int)
	// Write shows all numbers, segments left to right, PGFEDCBA, and does all
	// settings anew.
	Write(segments [][]byte, level int) error
}

// Options of a display.
type Options struct {
	Name  string // for the log
	Level int    // 1 to Brightest; 4 if 0
	// OnLink, if set, is told when writing fails, and when it succeeds again. It
	// must not block.
	OnLink func(up bool)
	Log    *slog.Logger // nil is silent
}

// Dev shows numbers.
type Dev struct {
	face  Face
	o     Options
	cells int

	mu      sync.Mutex
	texts   []string
	level   int
	changed chan struct{}
}

// rewrite is how often everything is written again; retry is how soon after a
// failure.
const (
	rewrite = 30 * time.Second
	retry   = 2 * time.Second
)

// New makes a display of a face; it is dark until Show.
func New(face Face, o Options) (*Dev, error) {
	if face == nil {
		return nil, errors.New("digits: no display; name one")
	}
	if o.Level == 0 {
		o.Level = 4
	}
	if o.Level < 0 || o.Level > Brightest {
		return nil, fmt.Errorf("digits: level %d; 1 to %d", o.Level, Brightest)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Log = o.Log.With("digits", o.Name)
	numbers, cells := face.Size()
	return &Dev{face: face, o: o, cells: cells, texts: make([]string, numbers), level: o.Level, changed: make(chan struct{}, 1)}, nil
}

// Show puts a text on number i, counted from 0; "" is dark. It never blocks; the
// newest wins. The error says what of the text cannot be shown, or that there is
// no such number; what can be shown is.
func (d *Dev) Show(i int, text string) error {
	if i < 0 || i >= len(d.texts) {
		return fmt.Errorf("digits: number %d; there are %d, from 0", i, len(d.texts))
	}
	_, err := Segments(text, d.cells)
	d.mu.Lock()
	d.texts[i] = text
	d.mu.Unlock()
	d.ring()
	return err
}

// Bright sets the level, 0 dark to Brightest.
func (d *Dev) Bright(level int) {
	d.mu.Lock()
	d.level = min(max(level, 0), Brightest)
	d.mu.Unlock()
	d.ring()
}

func (d *Dev) ring() {
	select {
	case d.changed <- struct{}{}:
	default:
	}
}

// Run writes the display until ctx is done, leaves it dark and returns the
// context's error. Call it once.
func (d *Dev) Run(ctx context.Context) error {
	lost := false
	for ctx.Err() == nil {
		d.mu.Lock()
		texts, level := slices.Clone(d.texts), d.level
		d.mu.Unlock()
		err := d.write(texts, level)
		if (err != nil) != lost {
			lost = err != nil
			d.tell(err)
		}
		wait := rewrite
		if lost {
			wait = retry
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-d.changed:
		case <-t.C:
		}
		t.Stop()
	}
	if err := d.write(make([]string, len(d.texts)), 0); err != nil && !lost {
		d.o.Log.Warn("digits: the display may be left lit", "err", err)
	}
	return ctx.Err()
}

func (d *Dev) write(texts []string, level int) error {
	segments := make([][]byte, len(texts))
	for i, text := range texts {
		segments[i], _ = Segments(text, d.cells) // Show has told the error
	}
	return d.face.Write(segments, level)
}

func (d *Dev) tell(err error) {
	if err != nil {
		d.o.Log.Warn("digits: the display cannot be written; it is tried again and again", "err", err)
	} else {
		d.o.Log.Info("digits: the display is written again")
	}
	if d.o.OnLink != nil {
		d.o.OnLink(err == nil)
	}
}
