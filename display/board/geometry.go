package board

import "image"

// Cuts of a rectangle: the cut part first, then the rest beyond the gap. A cut
// that is larger than r takes all of it and leaves an empty rest.

func cutTop(r image.Rectangle, h, gap int) (cut, rest image.Rectangle) {
	h = min(max(h, 0), r.Dy())
	cut, rest = r, r
	cut.Max.Y = r.Min.Y + h
	rest.Min.Y = min(cut.Max.Y+gap, r.Max.Y)
	return cut, rest
}

func cutBottom(r image.Rectangle, h, gap int) (cut, rest image.Rectangle) {
	h = min(max(h, 0), r.Dy())
	cut, rest = r, r
	cut.Min.Y = r.Max.Y - h
	rest.Max.Y = max(cut.Min.Y-gap, r.Min.Y)
	return cut, rest
}

func cutLeft(r image.Rectangle, w, gap int) (cut, rest image.Rectangle) {
	w = min(max(w, 0), r.Dx())
	cut, rest = r, r
	cut.Max.X = r.Min.X + w
	rest.Min.X = min(cut.Max.X+gap, r.Max.X)
	return cut, rest
}

func cutRight(r image.Rectangle, w, gap int) (cut, rest image.Rectangle) {
	w = min(max(w, 0), r.Dx())
	cut, rest = r, r
	cut.Min.X = r.Max.X - w
	rest.Max.X = max(cut.Min.X-gap, r.Min.X)
	return cut, rest
}

// inset returns r without x at its sides and y at its top and bottom, at the
// least an empty rectangle in its middle.
func inset(r image.Rectangle, x, y int) image.Rectangle {
	x, y = min(x, r.Dx()/2), min(y, r.Dy()/2)
	return image.Rect(r.Min.X+x, r.Min.Y+y, r.Max.X-x, r.Max.Y-y)
}

// slot returns the i-th of n equal parts of r, side by side or stacked.
func slot(r image.Rectangle, i, n, gap int, stacked bool) image.Rectangle {
	if stacked {
		h := r.Dy() - gap*(n-1)
		return image.Rect(r.Min.X, r.Min.Y+h*i/n+gap*i, r.Max.X, r.Min.Y+h*(i+1)/n+gap*i)
	}
	w := r.Dx() - gap*(n-1)
	return image.Rect(r.Min.X+w*i/n+gap*i, r.Min.Y, r.Min.X+w*(i+1)/n+gap*i, r.Max.Y)
}

// lowestRow is the height of a row, px, that holds the smallest text with its
// rounding on screens too small for the proportions.
const lowestRow = 12
