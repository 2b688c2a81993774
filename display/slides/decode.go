package slides

import (
	"bytes"
	"fmt"
	"image"
	_ "image/jpeg" // the two formats that are read
	_ "image/png"
	"io"
	"math"

	"golang.org/x/image/draw"
)

// decode reads a picture and shrinks it to fit the screen and to have no more
// than so many pixels. It never enlarges.
func decode(r io.Reader, screen image.Point, most int) (image.Image, error) {
	b, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, err
	}
	if len(b) > MaxBytes {
		return nil, fmt.Errorf("slides: more than %d MB; save it smaller", MaxBytes>>20)
	}
	head, _, err := image.DecodeConfig(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("slides: neither PNG nor JPEG, or broken: %w", err)
	}
	if head.Width < 1 || head.Height < 1 || head.Width > MaxPixels/head.Height {
		return nil, fmt.Errorf("slides: %dx%d are more than %d Mpx; save it smaller", head.Width, head.Height, MaxPixels>>20)
	}
	m, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("slides: broken: %w", err)
	}
	have := m.Bounds()
	by := min(1, float64(screen.X)/float64(have.Dx()), float64(screen.Y)/float64(have.Dy()),
		math.Sqrt(float64(most)/float64(have.Dx()*have.Dy())))
	size := image.Rect(0, 0, max(1, int(float64(have.Dx())*by)), max(1, int(float64(have.Dy())*by)))
	small := image.NewRGBA(size)
	draw.Draw(small, size, image.White, image.Point{}, draw.Src) // for what is transparent
	draw.CatmullRom.Scale(small, size, m, have, draw.Over, nil)
	return small, nil
}
