package board

import "testing"

func BenchmarkDraw1080p(b *testing.B) {
	for _, layout := range []Layout{OneCall, Grid} {
		b.Run(layout.String(), func(b *testing.B) {
			n := 4
			if layout == Grid {
				n = 30
			}
			bd, s := board(b, Options{Width: 1920, Height: 1080, Layout: layout}), office(4, n)
			b.ReportAllocs()
			for b.Loop() {
				bd.Draw(show(s, nil, Live()), noon)
			}
		})
	}
}

// BenchmarkLayers1080p is what a new call costs: the base, the clock and the
// pulses are drawn anew.
func BenchmarkLayers1080p(b *testing.B) {
	bd := board(b, Options{Width: 1920, Height: 1080, Layout: OneCall})
	one, other := slides(checkIn(show(busyOffice(), nil, Live()))), slides(checkIn(show(mixedOffice(), nil, Live())))
	b.ReportAllocs()
	for b.Loop() {
		bd.Layers(one, noon)
		bd.Layers(other, noon)
	}
}

func BenchmarkCompose1080p(b *testing.B) {
	bd, s := board(b, Options{Width: 1920, Height: 1080, Layout: Grid}), office(4, 30)
	for b.Loop() {
		bd.compose(show(s, nil, Live()), noon, hotDeep)
	}
}
