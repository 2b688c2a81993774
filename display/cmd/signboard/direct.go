package main

import (
	"image"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"

	"sunbeon/display/board"
	"sunbeon/display/hall"
	"sunbeon/display/screen/stage"
)

// director makes scenes of what the kiosk says and what the machine has. Its
// methods may be called by any goroutine.
type director struct {
	opt    options
	put    func(stage.Scene) // to the stage
	report func(conditions []string)
	log    *slog.Logger

	monitor atomic.Pointer[image.Point]

	mu     sync.Mutex
	update hall.Update
	slides []board.Slide
	wrong  map[string]bool // conditions of this screen
	layout string          // of the office, that was refused and said
}

func newDirector(o options, report func([]string), log *slog.Logger) *director {
	return &director{opt: o, report: report, log: log, wrong: map[string]bool{}}
}

// heard is told by the kiosk's stream.
func (d *director) heard(u hall.Update) {
	d.mu.Lock()
	defer d.mu.Unlock()
	was := d.update
	d.update = u
	d.put(d.scene())
	switch {
	case !u.Lost.IsZero() && was.Lost.IsZero():
		d.log.Warn("signboard: the kiosk is lost; the last picture stays, and says so", "since", u.Lost)
	case u.Lost.IsZero() && !was.Lost.IsZero():
		d.log.Info("signboard: the kiosk is back")
	}
}

// pictures is told of the slides.
func (d *director) pictures(slides []board.Slide) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.slides = slides
	d.put(d.scene())
}

// output is told where the monitor's picture is, empty if there is none. A size
// that is gone is kept: the next monitor may be the same one.
func (d *director) output(r image.Rectangle) {
	d.condition("no-output", r.Empty())
	if size := r.Size(); !r.Empty() {
		d.monitor.Store(&size)
	}
}

// size is the monitor's, zero if it is not known.
func (d *director) size() image.Point {
	if size := d.monitor.Load(); size != nil {
		return *size
	}
	return image.Point{}
}

// condition has the kiosk know what is wrong with this screen, or no more.
func (d *director) condition(name string, wrong bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.wrong[name] == wrong {
		return
	}
	d.wrong[name] = wrong
	all := []string{}
	for name, wrong := range d.wrong {
		if wrong {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	d.log.Info("signboard: the condition of this screen", "wrong", all)
	d.report(all)
}

// scene is what is to be seen now. The caller has the lock: scenes must reach the
// stage in the order in which they are made.
func (d *director) scene() stage.Scene {
	s := stage.Scene{Show: board.Show{Hall: d.update.Hall, Slides: d.slides}, Skew: d.update.Skew,
		Setting: board.Options{Lang: d.opt.lang, Still: d.opt.still}}
	if !d.update.Lost.IsZero() {
		s.Show.Fresh = board.Lost(d.update.Lost.Add(d.update.Skew))
	}
	if h := d.update.Hall; h != nil {
		s.Setting.Link = h.Board.Link
		if len(s.Setting.Lang) == 0 {
			s.Setting.Lang = h.Board.Languages
		}
		layout, err := layoutNamed(h.Board.Layout)
		if err != nil && d.layout != h.Board.Layout {
			d.log.Warn("signboard: the office wants a layout that this version has not", "err", err)
			d.layout = h.Board.Layout
		}
		s.Setting.Layout = layout
	}
	if d.opt.layout != nil {
		s.Setting.Layout = *d.opt.layout
	}
	return s
}
