package stage

import (
	"context"
	"fmt"
	"image"
	"log/slog"
	"reflect"
	"slices"
	"sync"
	"time"

	"sunbeon/display/board"
)

// How often a stage does what it does.
const (
	// Heartbeat is the longest time between two paintings. One more than needed
	// costs a software GL 40 ms of a processor.
	Heartbeat = 10 * time.Second
	// frame is the time between two paintings while something moves.
	frame = time.Second / 30
	// After a Refresh it is painted thrice, a little apart: the window may learn
	// what has happened to it later than who called.
	again   = 3
	between = 100 * time.Millisecond
	// jump is how far the clock may go back before the picture is made anew.
	jump = time.Second
)

// Board draws one size with one setting. Only the draw loop calls it. What it
// returns is valid until the next call. *board.Board is one.
type Board interface {
	Layers(board.Show, time.Time) ([]board.Layer, time.Time)
}

// Glass is what a stage paints on. Only the draw loop calls it.
type Glass interface {
	// Upload takes the pixels of a layer in place of those it had. The image is
	// the board's and must not be kept.
	Upload(id string, pixels *image.RGBA)
	// Drop forgets a layer.
	Drop(id string)
	// Paint puts a layer's top left corner at a point, over what is there, and
	// nothing beyond clip. Alpha is 0..1.
	Paint(id string, at image.Point, clip image.Rectangle, alpha float64)
}

// Scene is all that decides what is seen.
type Scene struct {
	Show board.Show
	// Setting is the board's that is wanted. Its size is the glass's.
	Setting board.Options
	// Skew is added to the stage's clock: the time of the kiosk, not of this machine.
	Skew time.Duration
}

// Options of a stage.
type Options struct {
	// Make gives a board for a size and setting. If it fails, the picture stays
	// as it is.
	Make func(board.Options) (Board, error)
	// Clock is the time of this machine, in the zone in which it is shown.
	Clock func() time.Time
	// Nap is the longest sleep of Wait; zero is Heartbeat.
	Nap time.Duration
	Log *slog.Logger
}

// Stage knows what is on the glass and what must change there, and sleeps until
// then. Put and Refresh may be called from anywhere, all else by the draw loop
// alone.
type Stage struct {
	opt  Options
	wake chan struct{} // holds one when next or lost is new
	mu   sync.Mutex
	next *Scene // the newest, nil when it is taken
	lost bool   // what is on the glass may be damaged

	scene   Scene
	size    image.Point
	board   Board
	made    board.Options // of board
	refused board.Options // could not be made, and it was said
	layers  []board.Layer
	onGlass map[string]uint64 // versions of what was uploaded
	moving  bool
	drawn   time.Time // time of the picture, the kiosk's
	until   time.Time // when it changes by itself, the kiosk's
	painted time.Time // by our clock
	stale   bool      // the layers must be asked for
	repeat  int       // paintings after a Refresh
}

// New gives a stage on which nothing is shown yet.
func New(opt Options, first Scene) *Stage {
	if opt.Nap == 0 {
		opt.Nap = Heartbeat
	}
	return &Stage{opt: opt, wake: make(chan struct{}, 1), scene: first, onGlass: map[string]uint64{}, stale: true}
}

// Put shows a scene in place of the one before. It never blocks.
func (s *Stage) Put(scene Scene) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next = &scene
	s.rouse()
}

// Refresh has the picture painted again, because what is on the glass may have
// been lost, or the glass be another. It never blocks.
func (s *Stage) Refresh() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lost = true
	s.rouse()
}

func (s *Stage) rouse() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// take makes what was put, and what was lost, the draw loop's.
func (s *Stage) take() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.next != nil {
		s.scene, s.next, s.stale = *s.next, nil, true
	}
	if s.lost {
		s.lost, s.repeat = false, again
	}
}

// now is the kiosk's time. It is a wall clock's, which may jump.
func (s *Stage) now() time.Time { return s.opt.Clock().Add(s.scene.Skew).Round(0) }

// Wait sleeps until something is to be painted, but never long, and not beyond
// the end of ctx.
func (s *Stage) Wait(ctx context.Context) {
	timer := time.NewTimer(s.rest())
	defer timer.Stop()
	select {
	case <-s.wake:
		s.take()
	case <-timer.C:
	case <-ctx.Done():
	}
}

// rest is how long nothing is to be painted.
func (s *Stage) rest() time.Duration {
	if s.stale {
		return 0
	}
	since := s.opt.Clock().Sub(s.painted)
	d := min(s.opt.Nap, Heartbeat-since, s.until.Sub(s.now()))
	if s.moving {
		d = min(d, frame-since)
	}
	if s.repeat > 0 {
		d = min(d, between-since)
	}
	return max(d, 0)
}

// Step makes the picture for a glass of the given size, px, if it is time, and
// says whether it must be painted. The error is that there is no picture at all.
func (s *Stage) Step(size image.Point) (paint bool, err error) {
	resized := size != s.size
	s.size = size
	if err := s.remake(); err != nil {
		return false, err
	}
	now := s.now()
	if s.stale || !now.Before(s.until) || now.Before(s.drawn.Add(-jump)) {
		s.layers, s.until = s.board.Layers(s.scene.Show, now)
		s.drawn, s.stale = now, false
		s.moving = slices.ContainsFunc(s.layers, func(l board.Layer) bool { return l.Alpha != nil || l.Move != nil })
		return true, nil
	}
	since := s.opt.Clock().Sub(s.painted)
	return resized || since < 0 || since >= Heartbeat ||
		s.moving && since >= frame || s.repeat > 0 && since >= between, nil
}

// remake has a board made when the size or the setting is another.
func (s *Stage) remake() error {
	want := s.scene.Setting
	want.Width, want.Height = s.size.X, s.size.Y
	if s.board != nil && (reflect.DeepEqual(want, s.made) || reflect.DeepEqual(want, s.refused)) {
		return nil
	}
	b, err := s.opt.Make(want)
	switch {
	case err != nil && s.board == nil:
		return fmt.Errorf("stage: %w", err)
	case err != nil:
		s.refused = want
		s.opt.Log.Warn("stage: the board stays as it was", "size", s.size, "err", err)
		return nil
	}
	s.opt.Log.Info("stage: new board", "width", want.Width, "height", want.Height, "layout", want.Layout, "languages", want.Lang, "still", want.Still)
	s.board, s.made, s.refused, s.stale = b, want, board.Options{}, true
	for id := range s.onGlass {
		s.onGlass[id] = 0 // a new board's versions begin anew, at 1
	}
	return nil
}

// Paint puts the whole picture on the glass, and uploads what has changed.
func (s *Stage) Paint(g Glass) {
	now := s.now()
	s.painted = s.opt.Clock()
	s.repeat = max(s.repeat-1, 0)
	for id := range s.onGlass {
		if !slices.ContainsFunc(s.layers, func(l board.Layer) bool { return l.ID == id }) {
			g.Drop(id)
			delete(s.onGlass, id)
		}
	}
	for _, l := range s.layers {
		if s.onGlass[l.ID] != l.Version {
			g.Upload(l.ID, l.Image)
			s.onGlass[l.ID] = l.Version
		}
		at, clip, alpha := l.Rect.Min, image.Rectangle{Max: s.size}, 1.0
		if l.Move != nil {
			at = at.Add(l.Move(now))
		}
		if !l.Clip.Empty() {
			clip = l.Clip
		}
		if l.Alpha != nil {
			alpha = min(max(l.Alpha(now), 0), 1)
		}
		if alpha > 0 {
			g.Paint(l.ID, at, clip, alpha)
		}
	}
}
