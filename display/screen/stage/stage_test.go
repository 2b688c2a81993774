package stage

import (
	"context"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/display/board"
	"sunbeon/display/typeface"
)

var size = image.Pt(320, 240)

// canvas is a glass of memory.
type canvas struct {
	whole    *image.RGBA
	layers   map[string]*image.RGBA
	uploads  []string
	drops    []string
	paints   int // of whole pictures
	sequence []string
}

func newCanvas(size image.Point) *canvas {
	return &canvas{whole: image.NewRGBA(image.Rectangle{Max: size}), layers: map[string]*image.RGBA{}}
}

func (c *canvas) Upload(id string, m *image.RGBA) {
	c.uploads = append(c.uploads, id)
	kept := image.NewRGBA(image.Rectangle{Max: m.Rect.Size()})
	draw.Draw(kept, kept.Rect, m, m.Rect.Min, draw.Src)
	c.layers[id] = kept
}

func (c *canvas) Drop(id string) {
	c.drops = append(c.drops, id)
	delete(c.layers, id)
}

func (c *canvas) Paint(id string, at image.Point, clip image.Rectangle, alpha float64) {
	m := c.layers[id]
	c.sequence = append(c.sequence, id)
	r := m.Rect.Add(at).Intersect(clip)
	draw.DrawMask(c.whole, r, m, r.Min.Sub(at), image.NewUniform(color.Alpha{uint8(alpha*255 + 0.5)}), image.Point{}, draw.Over)
}

// puppet is a board that returns what it is told to.
type puppet struct {
	layers []board.Layer
	next   time.Duration
	asked  []time.Time
	shown  []board.Show
}

func (p *puppet) Layers(v board.Show, at time.Time) ([]board.Layer, time.Time) {
	p.asked, p.shown = append(p.asked, at), append(p.shown, v)
	return p.layers, at.Add(p.next)
}

func layer(id string, r image.Rectangle) board.Layer {
	return board.Layer{ID: id, Rect: r, Version: 1, Image: image.NewRGBA(r)}
}

// play is a stage in a bubble with its draw loop.
type play struct {
	*Stage
	*canvas
	puppet *puppet
	boards []board.Options
	tries  int // to make one
	ended  error
	turn   sync.Mutex // held while the draw loop works

	mu   sync.Mutex
	fail error         // of making a board
	back time.Duration // by which the clock was set back
	size image.Point   // of the glass
}

// pass lets time pass; what the test has read is read before it.
func (y *play) pass(d time.Duration) {
	y.turn.Lock()
	time.AfterFunc(0, y.turn.Unlock)
	time.Sleep(d)
	synctest.Wait()
}

// set changes what the draw loop reads.
func (y *play) set(f func()) {
	y.mu.Lock()
	defer y.mu.Unlock()
	f()
}

func newPlay(t *testing.T, p *puppet) *play {
	y := &play{canvas: newCanvas(size), puppet: p, size: size}
	y.Stage = New(Options{Clock: func() (now time.Time) {
		y.set(func() { now = time.Now().Add(-y.back) })
		return now
	}, Log: slog.New(slog.DiscardHandler),
		Make: func(opt board.Options) (_ Board, err error) {
			y.tries++
			if y.set(func() { err = y.fail }); err != nil {
				return nil, err
			}
			y.boards = append(y.boards, opt)
			return p, nil
		}}, Scene{})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			var now image.Point
			y.set(func() { now = y.size })
			y.turn.Lock()
			paint, err := y.Step(now)
			if y.ended = err; paint {
				y.sequence = nil
				y.canvas.paints++
				y.Stage.Paint(y.canvas)
			}
			y.turn.Unlock()
			if err != nil {
				return
			}
			y.Wait(ctx)
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	synctest.Wait()
	return y
}

func still() *puppet {
	return &puppet{next: time.Hour, layers: []board.Layer{layer("base", image.Rectangle{Max: size}), layer("clock", image.Rect(200, 0, 320, 30))}}
}

func TestAtRestOnlyTheHeartbeatPaints(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newPlay(t, still())
		y.pass(10*Heartbeat + time.Second)
		if y.paints != 11 || len(y.puppet.asked) != 1 || !slices.Equal(y.uploads, []string{"base", "clock"}) {
			t.Errorf("in ten heartbeats painted %d times, asked the board %d times, uploaded %q", y.paints, len(y.puppet.asked), y.uploads)
		}
		if !slices.Equal(y.sequence, []string{"base", "clock"}) {
			t.Errorf("painted in the order %q", y.sequence)
		}
	})
}

func TestTheBoardIsAskedWhenItsTimeHasCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := still()
		p.next = 3 * time.Second
		y := newPlay(t, p)
		began := time.Now().Round(0)
		p.layers[1].Version = 2
		y.pass(10 * time.Second)
		want := []time.Time{began, began.Add(3 * time.Second), began.Add(6 * time.Second), began.Add(9 * time.Second)}
		if !slices.EqualFunc(p.asked, want, time.Time.Equal) || !slices.Equal(y.uploads, []string{"base", "clock", "clock"}) {
			t.Errorf("asked at %v, want %v; uploaded %q", p.asked, want, y.uploads)
		}
	})
}

func TestTheNewestSceneIsShownAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newPlay(t, still())
		y.pass(time.Second)
		for i := range 3 {
			y.Put(Scene{Show: board.Show{Hall: &feed.Hall{CheckIn: string(rune(97 + i))}}, Skew: time.Hour})
		}
		synctest.Wait()
		shown := y.puppet.shown
		if len(shown) != 2 || shown[1].Hall.CheckIn != "c" || !y.puppet.asked[1].Equal(time.Now().Add(time.Hour)) || y.paints != 2 {
			t.Errorf("shown %+v at %v, %d paintings", shown, y.puppet.asked, y.paints)
		}
	})
}

// TestMotion: a layer that moves is painted thirty times a second, where it is at
// the time, within its clip, and neither uploaded nor asked for again.
func TestMotion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := still()
		ticker := layer("ticker", image.Rect(0, 200, 60, 230))
		draw.Draw(ticker.Image, ticker.Rect, image.White, image.Point{}, draw.Src)
		began := time.Now()
		ticker.Move = func(now time.Time) image.Point { return image.Pt(int(now.Sub(began)/time.Second), 0) }
		ticker.Clip = image.Rect(20, 0, 90, 240)
		p.layers = append(p.layers, ticker)
		y := newPlay(t, p)
		y.pass(10*time.Second + 100*time.Millisecond)
		if y.paints < 295 || y.paints > 305 || len(p.asked) != 1 || len(y.uploads) != 3 {
			t.Errorf("in ten seconds %d paintings, %d questions, uploads %q", y.paints, len(p.asked), y.uploads)
		}
		first, last := -1, -1
		for x := range size.X {
			if y.whole.RGBAAt(x, 210).R == 255 {
				if first < 0 {
					first = x
				}
				last = x
			}
		}
		if first != 20 || last != 69 {
			t.Errorf("the ticker stands from %d to %d; it has moved to 10 to 69, and its clip begins at 20", first, last)
		}
		p.layers[2].Move, p.layers[2].Clip = nil, image.Rectangle{}
		y.Put(Scene{})
		synctest.Wait()
		before := y.paints
		y.pass(Heartbeat - time.Second)
		if y.paints != before {
			t.Errorf("what has come to rest is painted %d times", y.paints-before)
		}
	})
}

func TestALayerThatIsGoneIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newPlay(t, still())
		y.puppet.layers = y.puppet.layers[:1]
		y.Put(Scene{})
		synctest.Wait()
		if !slices.Equal(y.drops, []string{"clock"}) || len(y.canvas.layers) != 1 {
			t.Errorf("dropped %q", y.drops)
		}
		y.puppet.layers = append(y.puppet.layers, layer("clock", image.Rect(200, 0, 320, 30)))
		y.Put(Scene{})
		synctest.Wait()
		if !slices.Equal(y.uploads, []string{"base", "clock", "clock"}) {
			t.Errorf("a layer that came back: uploads %q", y.uploads)
		}
	})
}

func TestAfterDamageItIsPaintedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newPlay(t, still())
		y.pass(time.Second)
		y.Refresh()
		synctest.Wait()
		if y.paints != 2 {
			t.Errorf("at once %d paintings, want the second", y.paints)
		}
		y.pass(time.Second)
		if y.paints != 1+again || len(y.puppet.asked) != 1 {
			t.Errorf("%d paintings, want %d; the board was asked %d times", y.paints, 1+again, len(y.puppet.asked))
		}
	})
}

func TestTheClockGoesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newPlay(t, still())
		y.set(func() { y.back = 2 * time.Hour })
		y.pass(Heartbeat + time.Second)
		if n := len(y.puppet.asked); n != 2 {
			t.Errorf("the board was asked %d times", n)
		}
	})
}

func TestBoardsAreMadeForSizeAndSetting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		y := newPlay(t, still())
		y.set(func() { y.size = image.Pt(1920, 1080) })
		y.Refresh()
		synctest.Wait()
		y.Put(Scene{Setting: board.Options{Lang: []string{"ko"}, Layout: board.Grid}})
		synctest.Wait()
		y.Put(Scene{Setting: board.Options{Lang: []string{"ko"}, Layout: board.Grid}})
		synctest.Wait()
		want := []board.Options{{Width: 320, Height: 240}, {Width: 1920, Height: 1080},
			{Width: 1920, Height: 1080, Lang: []string{"ko"}, Layout: board.Grid}}
		if !slices.EqualFunc(y.boards, want, func(a, b board.Options) bool {
			return a.Width == b.Width && a.Height == b.Height && a.Layout == b.Layout && slices.Equal(a.Lang, b.Lang)
		}) {
			t.Errorf("made %+v, want %+v", y.boards, want)
		}
		if !slices.Equal(y.uploads, []string{"base", "clock", "base", "clock", "base", "clock"}) {
			t.Errorf("uploads %q: a new board's versions begin anew", y.uploads)
		}
		y.set(func() { y.fail = errors.New("too odd") })
		y.Put(Scene{Setting: board.Options{Layout: board.Rows}})
		y.pass(3 * Heartbeat)
		if n := len(y.puppet.asked); n != 5 || y.ended != nil || y.tries != 4 {
			t.Errorf("a board that cannot be made: asked %d times, tried %d times, ended with %v; the old one must go on", n, y.tries, y.ended)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Clock: time.Now, Log: slog.New(slog.DiscardHandler),
			Make: func(board.Options) (Board, error) { return nil, board.ErrOptions }}, Scene{})
		if _, err := s.Step(size); !errors.Is(err, board.ErrOptions) {
			t.Errorf("no board at all: %v", err)
		}
	})
}

// TestComposedAsDrawn: the layers of a real board, put together, are its picture,
// at every tone of a call that stands out.
func TestComposedAsDrawn(t *testing.T) {
	faces, err := typeface.Load()
	if err != nil {
		t.Fatal(err)
	}
	b, err := board.New(faces, board.Options{Width: size.X, Height: size.Y})
	if err != nil {
		t.Fatal(err)
	}
	pure, err := board.New(faces, board.Options{Width: size.X, Height: size.Y})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 25, 12, 0, 20, 0, time.UTC)
	n := 3
	h := &feed.Hall{Snapshot: feed.Snapshot{V: 1, Name: "수정동 주민센터", DayOpen: true, Clock: true, CallSeq: 1,
		Services: []feed.Service{{ID: "civil", Name: "민원서류 발급", Waiting: &n, Issuing: feed.IssuingOpen}},
		Counters: []feed.Counter{{Number: 2, State: feed.CounterOpen, Ticket: "1017", Services: []string{"civil"}}},
		Calls:    []feed.Call{{Seq: 1, Ticket: "1017", Service: "civil", Counter: 2, At: now.UnixMilli()}}}}
	s := New(Options{Clock: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler),
		Make: func(board.Options) (Board, error) { return b, nil }}, Scene{Show: board.Show{Hall: h}})
	c := newCanvas(size)
	for range 12 {
		if _, err := s.Step(size); err != nil {
			t.Fatal(err)
		}
		s.Paint(c)
		want := pure.Draw(board.Show{Hall: h}, now)
		for i := range want.Pix {
			if d := int(want.Pix[i]) - int(c.whole.Pix[i]); d < -3 || d > 3 {
				t.Fatalf("at %v pixel %d is %d, drawn it is %d", now, i/4, c.whole.Pix[i], want.Pix[i])
			}
		}
		now = now.Add(1060 * time.Millisecond)
	}
}
