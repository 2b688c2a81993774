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

func BenchmarkCompose1080p(b *testing.B) {
	bd, s := board(b, Options{Width: 1920, Height: 1080, Layout: Grid}), office(4, 30)
	for b.Loop() {
		bd.compose(show(s, nil, Live()), noon, hotDeep)
	}
}
