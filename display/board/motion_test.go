package board

import (
	"fmt"
	"image"
	"image/color"
	"slices"
	"strings"
	"testing"
	"time"

	"sunbeon/appliance/feed"
)

// three is an office with three notices and a call long ago.
func three() Show {
	s := office(4, 4)
	s.Notices = []string{"하나", "둘", "셋"}
	for i := range s.Calls {
		s.Calls[i].At = noon.Add(-time.Hour).UnixMilli()
	}
	return show(s, nil, Live())
}

func layer(layers []Layer, id string) *Layer {
	i := slices.IndexFunc(layers, func(l Layer) bool { return l.ID == id })
	if i < 0 {
		return nil
	}
	return &layers[i]
}

// TestNoticesRollIn: at the turn the old notice leaves upwards and the new one
// follows from below, within their place; before and after nothing moves.
func TestNoticesRollIn(t *testing.T) {
	b, v := board(t, Options{Width: 1280, Height: 720}), three()
	still, next := b.Layers(v, turning.Add(-time.Second))
	for _, l := range still {
		if l.Move != nil || l.Alpha != nil {
			t.Errorf("%s moves before the turn", l.ID)
		}
	}
	if !next.Equal(turning) {
		t.Fatalf("next change at %v, want the turn %v", next, turning)
	}
	moving, next := b.Layers(v, turning)
	old, new := layer(moving, "ticker"), layer(moving, "ticker/in")
	if old == nil || new == nil || !next.Equal(turning.Add(rollTime)) {
		t.Fatalf("at the turn: %v, next %v", versions(moving), next)
	}
	if old.Version != layer(still, "ticker").Version {
		t.Error("the notice that leaves is drawn again")
	}
	high := old.Rect.Dy()
	for d, want := range map[time.Duration]int{0: 0, rollTime / 2: -high / 2, rollTime: -high, time.Hour: -high} {
		from, to := old.Move(turning.Add(d)), new.Move(turning.Add(d))
		if from.X != 0 || to.X != 0 || from.Y < want-1 || from.Y > want+1 || to.Y-from.Y != high {
			t.Errorf("%v after the turn the notices stand at %v and %v", d, from, to)
		}
	}
	if old.Clip != old.Rect || new.Clip != old.Rect {
		t.Errorf("the notices leave their place %v: clips %v, %v", old.Rect, old.Clip, new.Clip)
	}
	after, _ := b.Layers(v, turning.Add(rollTime))
	if l := layer(after, "ticker"); l.Move != nil || layer(after, "ticker/in") != nil {
		t.Errorf("after the roll: %v", versions(after))
	}
}

// TestNothingElseMovesDuringACall: a turn that falls into highlights waits for
// the last of them, and then the place moves to what is due.
func TestNothingElseMovesDuringACall(t *testing.T) {
	b, v := board(t, Options{Width: 1280, Height: 720}), slides(three())
	v.Slides = append(v.Slides, Slide{"third", hills(image.Pt(40, 30))})
	first, second := turning.Add(-3*time.Second), turning.Add(4*time.Second)
	v.Hall.Snapshot.Calls = []feed.Call{
		{Seq: 3, Ticket: "7", Counter: 2, At: second.UnixMilli()},
		{Seq: 2, Ticket: "6", Counter: 1, At: first.UnixMilli()},
	}
	before, _ := b.Layers(v, first.Add(-time.Millisecond))
	ticker, slide := layer(before, "ticker").Version, layer(before, "slide").Version
	end := second.Add(Highlight)
	for at := first; at.Before(end); at = at.Add(100 * time.Millisecond) {
		layers, next := b.Layers(v, at)
		for _, l := range layers {
			if pulse := strings.HasPrefix(l.ID, "pulse/"); l.Move != nil || l.Alpha != nil && !pulse {
				t.Fatalf("%s moves %v into the highlight", l.ID, at.Sub(first))
			}
		}
		if layer(layers, "ticker").Version != ticker || layer(layers, "slide").Version != slide {
			t.Fatalf("what turns is drawn anew %v into the highlight", at.Sub(first))
		}
		if next.After(end) {
			t.Fatalf("next change at %v, after the highlight's end %v", next, end)
		}
	}
	layers, _ := b.Layers(v, end)
	if layer(layers, "ticker/in") == nil || layer(layers, "slide/in") == nil {
		t.Errorf("after the highlight nothing catches up: %v", versions(layers))
	}
	// A call in the middle of a roll ends it at once.
	v.Hall.Snapshot.Calls = []feed.Call{{Seq: 4, Ticket: "8", Counter: 3, At: turning.Add(100 * time.Millisecond).UnixMilli()}}
	if layers, _ := b.Layers(v, turning.Add(150*time.Millisecond)); layer(layers, "ticker/in") != nil {
		t.Error("a notice rolls on beside a new call")
	}
}

// TestHeld: highlights that touch are one span, others are not.
func TestHeld(t *testing.T) {
	c := &canvas{s: &feed.Snapshot{}}
	for _, s := range []int{100, 0, 8, 18, 40} {
		c.s.Calls = append(c.s.Calls, feed.Call{At: noon.Add(time.Duration(s) * time.Second).UnixMilli()})
	}
	for at, want := range map[int]string{0: "0-28 true", 5: "0-28 true", 27: "0-28 true", 28: "28-28 false", 39: "39-39 false", 45: "40-50 true", 105: "100-110 true", -1: "-1--1 false"} {
		from, to, is := c.held(noon.Add(time.Duration(at) * time.Second))
		if got := fmt.Sprintf("%.0f-%.0f %v", from.Sub(noon).Seconds(), to.Sub(noon).Seconds(), is); got != want {
			t.Errorf("at %d s: %s, want %s", at, got, want)
		}
	}
}

// TestStillBoard: without a GPU nothing moves, fades or pulses, and what is new
// still stands out.
func TestStillBoard(t *testing.T) {
	v := slides(three())
	v.Hall.Snapshot.Calls[0].At = turning.Add(-time.Second).UnixMilli()
	end := turning.Add(time.Minute)
	b := board(t, Options{Width: 640, Height: 360, Still: true})
	for at := turning.Add(-time.Second); at.Before(end); at = at.Add(1870 * time.Millisecond) {
		layers, _ := b.Layers(v, at)
		for _, l := range layers {
			if l.Alpha != nil || l.Move != nil || strings.HasPrefix(l.ID, "pulse") || strings.HasSuffix(l.ID, "/in") {
				t.Fatalf("%v: %s moves", at, l.ID)
			}
		}
		hot := slices.ContainsFunc(b.compose(v, at, hotDeep).ops, func(o op) bool { return o.col == hotDeep })
		if want := at.Before(turning.Add(Highlight - time.Second)); hot != want {
			t.Fatalf("%v: highlighted: %v", at, hot)
		}
		if n, _ := differ(screen(b.Bounds(), layers, at), b.Draw(v, at)); n > 0 {
			t.Fatalf("%v: %d pixels of the layers differ", at, n)
		}
	}
}

// TestSlidesAreWhole: a picture is neither cropped nor stretched, stands within
// its panel, and fades to the next one.
func TestSlidesAreWhole(t *testing.T) {
	for _, opt := range []Options{{Width: 1280, Height: 720}, {Width: 1920, Height: 1080, Layout: Passport}, {Width: 1080, Height: 1920}} {
		b := board(t, opt)
		s := passportOffice()
		s.Calls = nil
		v := show(s, nil, Live())
		for _, size := range []image.Point{{800, 450}, {300, 1200}, {4, 3}, {1, 1000}, {2000, 1}} {
			v.Slides = []Slide{{ID: fmt.Sprint(size), Image: frame(size)}, {ID: "none"}}
			sc := b.compose(v, noon, hotDeep)
			i := slices.IndexFunc(sc.parts, func(p part) bool { return p.id == "slide" })
			if i < 0 {
				t.Fatalf("%v: no slide", opt)
			}
			p := sc.parts[i]
			o := p.ops[len(p.ops)-1]
			if o.kind != opImage || !o.rect.In(p.rect) || o.rect.Size() != o.image.Rect.Size() {
				t.Fatalf("%v: the slide is at %v of %v", opt, o.rect, p.rect)
			}
			if over := o.rect.Dx()*size.Y - o.rect.Dy()*size.X; size.X > 1 && size.Y > 1 && (over > 2*max(size.X, size.Y) || -over > 2*max(size.X, size.Y)) {
				t.Errorf("%v: %v is stretched to %v", opt, size, o.rect.Size())
			}
			if o.rect.Dx() < p.rect.Dx() && o.rect.Dy() < p.rect.Dy() {
				t.Errorf("%v: %v fills %v of %v", opt, size, o.rect.Size(), p.rect.Size())
			}
			m := o.image
			for _, corner := range []image.Point{{}, {m.Rect.Dx() - 1, 0}, {0, m.Rect.Dy() - 1}, m.Rect.Max.Sub(image.Pt(1, 1))} {
				if got := m.RGBAAt(corner.X, corner.Y); size.X == 800 && got.R < 200 {
					t.Errorf("%v: the frame is cut off at %v: %v", opt, corner, got)
				}
			}
		}
		if len(b.slides) > scaledKept {
			t.Errorf("the board keeps %d slides", len(b.slides))
		}
	}
	b, v := board(t, Options{Width: 1280, Height: 720}), slides(three())
	layers, next := b.Layers(v, turning.Add(rollTime))
	in := layer(layers, "slide/in")
	if in == nil || !next.Equal(turning.Add(fadeTime)) {
		t.Fatalf("at the turn: %v, next %v", versions(layers), next)
	}
	for d, want := range map[time.Duration]float64{0: 0, fadeTime / 2: 0.5, fadeTime: 1, time.Minute: 1} {
		if got := in.Alpha(turning.Add(d)); got < want-0.01 || got > want+0.01 {
			t.Errorf("%v after the turn the slide has an alpha of %.2f", d, got)
		}
	}
	// While a slide stands, the one that follows is made ready.
	b = board(t, Options{Width: 1280, Height: 720})
	b.Layers(v, turning.Add(fadeTime))
	if len(b.slides) != 2 {
		t.Errorf("%d slides are ready", len(b.slides))
	}
}

// frame is a picture with a bright edge.
func frame(size image.Point) image.Image {
	m := image.NewRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			if min(x, y, size.X-1-x, size.Y-1-y) < 12 {
				m.SetRGBA(x, y, color.RGBA{255, 255, 255, 255})
			} else {
				m.SetRGBA(x, y, color.RGBA{0, 0, 0, 255})
			}
		}
	}
	return m
}

// TestSlidesGiveWay: to numbers without paper, and where counters and services
// need the room.
func TestSlidesGiveWay(t *testing.T) {
	shows := func(l Layout, size image.Point, v Show) bool {
		b := board(t, Options{Width: size.X, Height: size.Y, Layout: l})
		return slices.ContainsFunc(b.compose(slides(v), noon, hotDeep).parts, func(p part) bool { return p.id == "slide" })
	}
	if shows(Auto, image.Pt(1024, 768), show(office(4, 4), nil, Live())) {
		t.Error("slides leave a narrow screen's call too little room")
	}
	for _, size := range []image.Point{{1280, 720}, {2560, 1080}, {1080, 1920}} {
		s, offers := without(3, 4, "2031")
		for _, c := range []struct {
			what  string
			l     Layout
			v     Show
			shown bool
		}{
			{"four counters", Auto, show(office(4, 4), nil, Live()), true},
			{"eight counters", Auto, show(office(3, 8), nil, Live()), true},
			{"thirty counters", Auto, show(office(6, 30), nil, Live()), false},
			{"eight services", ByService, show(office(8, 4), nil, Live()), false},
			{"an offer", Auto, show(s, offers, Live()), false},
			{"a closed day", Auto, show(closedOffice(), nil, Live()), false},
		} {
			if got := shows(c.l, size, c.v); got != c.shown {
				t.Errorf("%v, %s: slides shown: %v", size, c.what, got)
			}
		}
	}
}
