package stage

import (
	"bytes"
	"image"
	"math/rand/v2"
	"testing"
)

// TestBandsBringEveryChange: a copy that is kept by what Bands sends stays equal,
// and what has not changed is not sent.
func TestBandsBringEveryChange(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 2))
	for _, r := range []image.Rectangle{image.Rect(0, 0, 1100, 70), image.Rect(17, 9, 18, 10), image.Rect(-5, 600, 507, 632)} {
		m, have := image.NewRGBA(r), image.NewRGBA(r)
		var b Bands
		sent := 0
		send := func() {
			sent = 0
			b.Changed(m, func(r image.Rectangle, pixels []byte) {
				sent++
				for y := range r.Dy() {
					copy(have.Pix[have.PixOffset(r.Min.X, r.Min.Y+y):], pixels[4*r.Dx()*y:4*r.Dx()*(y+1)])
				}
			})
		}
		send()
		all := ((r.Dx() + BandWidth - 1) / BandWidth) * ((r.Dy() + bandHeight - 1) / bandHeight)
		if sent != all {
			t.Errorf("%v: %d bands at first, want all %d", r, sent, all)
		}
		for range 200 {
			changes := rnd.IntN(3)
			for range changes {
				m.Pix[rnd.IntN(len(m.Pix))]++
			}
			send()
			if sent > changes || !bytes.Equal(m.Pix, have.Pix) {
				t.Fatalf("%v: %d changes, %d bands sent, equal %t", r, changes, sent, bytes.Equal(m.Pix, have.Pix))
			}
		}
		m = image.NewRGBA(r.Add(image.Pt(1, 0)))
		have = image.NewRGBA(m.Rect)
		if send(); sent != all {
			t.Errorf("%v: another picture sends %d bands of %d", r, sent, all)
		}
	}
}
