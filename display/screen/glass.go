package screen

import (
	"image"

	"github.com/hajimehoshi/ebiten/v2"

	"sunbeon/display/screen/stage"
)

// tile is the side of the textures that a layer is cut into, px. Ebiten rounds
// a texture up to powers of two: in one piece 1920x1080 would take twice its
// memory. A band must not cross tiles.
const tile = stage.BandWidth

// glass keeps the layers as textures and paints them on the window.
type glass struct {
	on     ebiten.FinalScreen
	layers map[string]*texture
	draw   ebiten.DrawImageOptions
}

// texture is a layer's pixels on the graphics side, row by row of tiles.
type texture struct {
	size  image.Point
	tiles []*ebiten.Image
	bands stage.Bands
}

func newGlass() *glass { return &glass{layers: map[string]*texture{}} }

// Upload implements stage.Glass. It sends the bands that changed, one by one:
// ebiten copies what it is sent, and keeps the memory of its last 31 copies.
func (g *glass) Upload(id string, pixels *image.RGBA) {
	size := pixels.Rect.Size()
	t := g.layers[id]
	if t == nil || t.size != size {
		g.Drop(id)
		t = cut(size)
		g.layers[id] = t
	}
	t.bands.Changed(pixels, func(r image.Rectangle, row []byte) {
		r = r.Sub(pixels.Rect.Min)
		on, at := t.tile(r.Min.X/tile, r.Min.Y/tile)
		on.SubImage(r.Sub(at)).(*ebiten.Image).WritePixels(row)
	})
}

// cut makes the textures for a layer.
func cut(size image.Point) *texture {
	t := &texture{size: size}
	for y := 0; y < size.Y; y += tile {
		for x := 0; x < size.X; x += tile {
			r := image.Rect(0, 0, min(tile, size.X-x), min(tile, size.Y-y))
			t.tiles = append(t.tiles, ebiten.NewImageWithOptions(r, &ebiten.NewImageOptions{Unmanaged: true}))
		}
	}
	return t
}

// tile is the texture in a column and row, and its place in the layer.
func (t *texture) tile(column, row int) (*ebiten.Image, image.Point) {
	columns := (t.size.X + tile - 1) / tile
	return t.tiles[row*columns+column], image.Pt(column*tile, row*tile)
}

// Drop implements stage.Glass.
func (g *glass) Drop(id string) {
	if t := g.layers[id]; t != nil {
		for _, m := range t.tiles {
			m.Deallocate()
		}
		delete(g.layers, id)
	}
}

// Paint implements stage.Glass.
func (g *glass) Paint(id string, at image.Point, clip image.Rectangle, alpha float64) {
	t := g.layers[id]
	for y := 0; y*tile < t.size.Y; y++ {
		for x := 0; x*tile < t.size.X; x++ {
			m, place := t.tile(x, y)
			g.paint(m, at.Add(place), clip, alpha)
		}
	}
}

func (g *glass) paint(m *ebiten.Image, at image.Point, clip image.Rectangle, alpha float64) {
	seen := m.Bounds().Add(at).Intersect(clip)
	if seen.Empty() {
		return
	}
	if from := seen.Sub(at); from != m.Bounds() {
		m = m.SubImage(from).(*ebiten.Image)
	}
	g.draw = ebiten.DrawImageOptions{Blend: ebiten.BlendCopy}
	g.draw.GeoM.Translate(float64(seen.Min.X), float64(seen.Min.Y))
	if alpha < 1 {
		g.draw.Blend = ebiten.BlendSourceOver
		g.draw.ColorScale.ScaleAlpha(float32(alpha))
	}
	g.on.DrawImage(m, &g.draw)
}
