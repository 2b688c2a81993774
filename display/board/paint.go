package board

import (
	"image"
	"image/color"
	"image/draw"

	"golang.org/x/image/vector"

	"sunbeon/display/typeset"
)

// shape is a drawn sign. Shapes are rasterised once for each size.
type shape uint8

const (
	arrow   shape = iota // points right: go there
	down                 // points down
	warning              // a triangle with a bar and a dot
	corner               // the top left quarter of a disc
)

type shapeKey struct {
	shape shape
	w, h  int
}

// painter executes strokes on a picture.
type painter struct {
	set    *typeset.Setter
	shapes map[shapeKey][]uint8
	lineup []uint8 // one row of the colour being filled
}

const maxShapes = 256

func newPainter(t *typeset.Setter) *painter {
	return &painter{set: t, shapes: map[shapeKey][]uint8{}}
}

// paint executes ops in order, clipped to dst. Positions are absolute: a layer's
// picture has its place on the board as its bounds.
func (p *painter) paint(dst *image.RGBA, ops []op) {
	for i := range ops {
		o := &ops[i]
		if !o.rect.Overlaps(dst.Rect) {
			continue
		}
		switch o.kind {
		case opFill:
			p.fill(dst, o.rect, o.col)
		case opRound:
			p.round(dst, o)
		case opShape:
			p.mask(dst, o.rect, p.shape(o.shape, o.rect.Dx(), o.rect.Dy()), o.col)
		case opText:
			p.text(dst, o)
		case opImage:
			draw.Draw(dst, o.rect, o.image, o.image.Rect.Min, draw.Src)
		}
	}
}

func (p *painter) fill(dst *image.RGBA, r image.Rectangle, c color.RGBA) {
	if r = r.Intersect(dst.Rect); r.Empty() {
		return
	}
	n := r.Dx() * 4
	if cap(p.lineup) < n {
		p.lineup = make([]uint8, n)
	}
	row := p.lineup[:n]
	copy(row, []uint8{c.R, c.G, c.B, 255})
	for done := 4; done < n; done *= 2 {
		copy(row[done:], row[:done])
	}
	for y := r.Min.Y; y < r.Max.Y; y++ {
		copy(dst.Pix[dst.PixOffset(r.Min.X, y):], row)
	}
}

func (p *painter) round(dst *image.RGBA, o *op) {
	r := o.rect
	d := min(o.radius, r.Dx()/2, r.Dy()/2)
	p.fill(dst, image.Rect(r.Min.X+d, r.Min.Y, r.Max.X-d, r.Min.Y+d), o.col)
	p.fill(dst, image.Rect(r.Min.X, r.Min.Y+d, r.Max.X, r.Max.Y-d), o.col)
	p.fill(dst, image.Rect(r.Min.X+d, r.Max.Y-d, r.Max.X-d, r.Max.Y), o.col)
	if d == 0 {
		return
	}
	mask := p.shape(corner, d, d)
	flipped := make([]uint8, 0, d*d)
	for _, c := range []struct {
		x, y         int
		right, lower bool
	}{
		{r.Min.X, r.Min.Y, false, false}, {r.Max.X - d, r.Min.Y, true, false},
		{r.Min.X, r.Max.Y - d, false, true}, {r.Max.X - d, r.Max.Y - d, true, true},
	} {
		flipped = flipped[:0]
		for y := range d {
			for x := range d {
				fx, fy := x, y
				if c.right {
					fx = d - 1 - x
				}
				if c.lower {
					fy = d - 1 - y
				}
				flipped = append(flipped, mask[fy*d+fx])
			}
		}
		p.mask(dst, image.Rect(c.x, c.y, c.x+d, c.y+d), flipped, o.col)
	}
}

func (p *painter) text(dst *image.RGBA, o *op) {
	p.set.Set(o.text, o.font, o.size, o.x, o.y, func(r image.Rectangle, mask []uint8) {
		p.mask(dst, r, mask, o.col)
	})
}

// mask paints a colour through a mask whose rows lie over r.
func (p *painter) mask(dst *image.RGBA, r image.Rectangle, mask []uint8, c color.RGBA) {
	clip := r.Intersect(dst.Rect)
	if clip.Empty() {
		return
	}
	wide := r.Dx()
	cr, cg, cb := uint32(c.R), uint32(c.G), uint32(c.B)
	for y := clip.Min.Y; y < clip.Max.Y; y++ {
		row := mask[(y-r.Min.Y)*wide+clip.Min.X-r.Min.X:][:clip.Dx()]
		from := dst.PixOffset(clip.Min.X, y)
		pix := dst.Pix[from:][:clip.Dx()*4]
		for x, m := range row {
			if m == 0 {
				continue
			}
			q := pix[x*4:][:4:4]
			if m == 255 {
				q[0], q[1], q[2], q[3] = c.R, c.G, c.B, 255
				continue
			}
			a, b := uint32(m), 255-uint32(m)
			q[0] = uint8((cr*a + uint32(q[0])*b + 127) / 255)
			q[1] = uint8((cg*a + uint32(q[1])*b + 127) / 255)
			q[2] = uint8((cb*a + uint32(q[2])*b + 127) / 255)
			q[3] = 255
		}
	}
}

// shape returns the mask of a sign at w by h pixels.
func (p *painter) shape(s shape, w, h int) []uint8 {
	k := shapeKey{s, w, h}
	if m, ok := p.shapes[k]; ok {
		return m
	}
	ras := vector.NewRasterizer(w, h)
	fw, fh := float32(w), float32(h)
	polygon := func(xy ...float32) {
		ras.MoveTo(xy[0]*fw, xy[1]*fh)
		for i := 2; i < len(xy); i += 2 {
			ras.LineTo(xy[i]*fw, xy[i+1]*fh)
		}
		ras.ClosePath()
	}
	switch s {
	case arrow:
		polygon(0, 0.36, 0.5, 0.36, 0.5, 0.06, 1, 0.5, 0.5, 0.94, 0.5, 0.64, 0, 0.64)
	case down:
		polygon(0.36, 0, 0.64, 0, 0.64, 0.5, 0.94, 0.5, 0.5, 1, 0.06, 0.5, 0.36, 0.5)
	case warning:
		// The bar and the dot run against the triangle, which cuts them out.
		polygon(0.5, 0.02, 1, 0.96, 0, 0.96)
		polygon(0.45, 0.34, 0.46, 0.68, 0.54, 0.68, 0.55, 0.34)
		polygon(0.45, 0.75, 0.45, 0.86, 0.55, 0.86, 0.55, 0.75)
	case corner:
		const k = 0.5522847 // of a quarter circle as one cubic
		ras.MoveTo(0, fh)
		ras.CubeTo(0, fh*(1-k), fw*(1-k), 0, fw, 0)
		ras.LineTo(fw, fh)
		ras.ClosePath()
	}
	alpha := image.NewAlpha(image.Rect(0, 0, w, h))
	ras.Draw(alpha, alpha.Rect, image.Opaque, image.Point{})
	if len(p.shapes) >= maxShapes {
		clear(p.shapes)
	}
	p.shapes[k] = alpha.Pix
	return alpha.Pix
}
