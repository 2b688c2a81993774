package main

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"os"
	"path/filepath"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/display/board"
)

// boardIdle is the processor time of the whole signboard while nobody is called:
// a full board with a notice at 1080p, on software GL.
func boardIdle(ctx context.Context, p *place) (r result, err error) {
	w, err := p.wall(ctx, wallOffice(20, time.Now().Add(-time.Minute)))
	if err != nil {
		return result{}, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	if err := wait(ctx, p.span(settleFor)); err != nil {
		return result{}, err
	}
	paintings := len(w.painted())
	used, took, err := atRest(ctx, w.program, p.span(idleFor))
	if err != nil {
		return result{}, err
	}
	all := w.painted()
	return result{value: 100 * float64(used) / float64(took), note: fmt.Sprintf(
		"%d ms in %.0f s by /proc/pid/stat, in steps of 10 ms; %d paintings in it, of which one takes %.0f ms of software GL",
		used.Milliseconds(), took.Seconds(), len(all)-paintings, ms(all.at(0.5)))}, nil
}

// boardRedraw is the pure picture, drawn whole.
func boardRedraw(ctx context.Context, p *place) (result, error) {
	b, err := pureBoard()
	if err != nil {
		return result{}, err
	}
	begin := time.Now()
	for i := range 20 { // glyphs are made once
		b.Draw(board.Show{Hall: wallOffice(i, begin)}, begin)
	}
	var took samples
	for i := range p.times(300) {
		h := wallOffice(i, begin)
		from := time.Now()
		b.Draw(board.Show{Hall: h}, begin)
		took = append(took, time.Since(from))
		if ctx.Err() != nil {
			return result{}, ctx.Err()
		}
	}
	return result{value: ms(took.at(0.5)), note: fmt.Sprintf("median of %d pictures of %dx%d, each of another state; %v",
		len(took), glassSize.X, glassSize.Y, took)}, nil
}

// retrace is how long a picture stands at 60 Hz.
const retrace = time.Second / 60

// factToGlass is the time from a line of the stream to its pixels on the screen,
// without what software GL paints: a GPU does not wait for that.
func factToGlass(ctx context.Context, p *place) (r result, err error) {
	at := time.Now().Add(-time.Minute) // no call that stands out: each picture is painted once
	h := wallOffice(20, at)
	w, err := p.wall(ctx, h)
	if err != nil {
		return result{}, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	if err := wait(ctx, p.span(settleFor)); err != nil {
		return result{}, err
	}
	var all, own, gl samples
	for i := range p.times(60) {
		next := wallOffice(21+i, at)
		spot, err := w.differ(h.Snapshot.CallSeq, next.Snapshot.CallSeq, at)
		if err != nil {
			return result{}, err
		}
		before, err := w.x.Grab(spot)
		if err != nil {
			return result{}, err
		}
		paintings := len(w.painted())
		from := time.Now()
		w.server.Publish(next)
		took, err := w.changed(ctx, spot, before, from)
		if err != nil {
			return result{}, err
		}
		for len(w.painted()) == paintings { // it is said after it is seen
			if err := wait(ctx, time.Millisecond); err != nil {
				return result{}, err
			}
		}
		paint := w.painted()[paintings]
		all, gl, own = append(all, took), append(gl, paint), append(own, max(0, took-paint))
		h = next
		if err := wait(ctx, 20*time.Millisecond); err != nil {
			return result{}, err
		}
	}
	return result{value: float64(own.at(0.99)) / float64(retrace), note: fmt.Sprintf(
		"p99 of %d calls, %.1f at the median, without software GL's own painting (p50 %.0f, p99 %.0f ms); with it %v from the line to the pixel",
		len(own), float64(own.at(0.5))/float64(retrace), ms(gl.at(0.5)), ms(gl.at(0.99)), all)}, nil
}

// differ is a pixel in which the pictures of two states differ.
func (w *wall) differ(a, b uint64, at time.Time) (image.Rectangle, error) {
	one := append([]byte(nil), w.pure.Draw(board.Show{Hall: wallOffice(int(a), at)}, time.Now().In(feed.KST())).Pix...)
	two := w.pure.Draw(board.Show{Hall: wallOffice(int(b), at)}, time.Now().In(feed.KST()))
	for i := range one {
		if d := int(one[i]) - int(two.Pix[i]); d > 64 || d < -64 {
			x, y := i/4%glassSize.X, i/4/glassSize.X
			return image.Rect(x, y, x+1, y+1), nil
		}
	}
	return image.Rectangle{}, errors.New("bench: two states have the same picture")
}

// changed waits until a spot of the glass is another than before.
func (w *wall) changed(ctx context.Context, spot image.Rectangle, before *image.RGBA, from time.Time) (time.Duration, error) {
	for {
		now, err := w.x.Grab(spot)
		took := time.Since(from)
		if err != nil {
			return 0, err
		}
		if now.RGBAAt(spot.Min.X, spot.Min.Y) != before.RGBAAt(spot.Min.X, spot.Min.Y) {
			return took, nil
		}
		if took > time.Minute {
			return 0, errors.New("bench: the signboard does not show a new state")
		}
		if err := wait(ctx, 200*time.Microsecond); err != nil {
			return 0, err
		}
	}
}

// boardMemory is what the signboard holds after calls that stood out and slides.
func boardMemory(ctx context.Context, p *place) (r result, err error) {
	dir, remove, err := p.folder("slides")
	if err != nil {
		return result{}, err
	}
	defer remove()
	const slides = 5
	for i := range slides {
		if err := writeSlide(filepath.Join(dir, fmt.Sprintf("%d.jpg", i)), i); err != nil {
			return result{}, err
		}
	}
	w, err := p.wall(ctx, wallOffice(20, time.Now().Add(-time.Minute)))
	if err != nil {
		return result{}, err
	}
	fresh, _, err := memory(w.program)
	if err := errors.Join(err, w.close()); err != nil {
		return result{}, err
	}
	if w, err = p.wall(ctx, nil, "-slides", dir); err != nil {
		return result{}, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	n := p.times(20)
	var most float64
	for i := range n {
		w.server.Publish(wallOffice(21+i, time.Now()))
		if err := wait(ctx, p.span(2*time.Second)); err != nil {
			return result{}, err
		}
		now, _, err := memory(w.program)
		if err != nil {
			return result{}, err
		}
		most = max(most, now)
	}
	if err := wait(ctx, p.span(40*time.Second)); err != nil { // the last call no longer stands out, and it was tidied
		return result{}, err
	}
	end, own, err := memory(w.program)
	if err != nil {
		return result{}, err
	}
	return result{value: end, note: fmt.Sprintf(
		"VmRSS after %d calls and %d slides at %dx%d; %.1f of it its own, the rest pages of files; %.1f at the start without slides, %.1f at most: software GL's compiler (LLVM) is given back when it has compiled",
		n, slides, glassSize.X, glassSize.Y, own, fresh, max(most, end))}, nil
}

// writeSlide makes a picture as large as the screen.
func writeSlide(path string, i int) error {
	m := image.NewRGBA(image.Rectangle{Max: glassSize})
	draw.Draw(m, m.Rect, image.NewUniform(color.RGBA{uint8(40 * i), 90, 160, 255}), image.Point{}, draw.Src)
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	return errors.Join(jpeg.Encode(f, m, nil), f.Close())
}
