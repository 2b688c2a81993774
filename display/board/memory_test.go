package board

import (
	"image"
	"runtime"
	"testing"
	"time"
)

// TestMemoryIsBounded: a board that has shown every state in every language, and
// slides all day, holds its layers, a few slides and a bounded cache of glyphs.
func TestMemoryIsBounded(t *testing.T) {
	if racing {
		t.Skip("the detector has memory of its own")
	}
	heap := func() int {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int(m.HeapAlloc)
	}
	show := drawn()
	before := heap()
	b := board(t, Options{Width: 1920, Height: 1080, Lang: everyLanguage})
	for day := range 3 {
		for i, sc := range show {
			v := sc.v
			if v.Slides != nil {
				v.Slides = []Slide{{time.Duration(day*100 + i).String(), hills(image.Pt(80, 45))}, {"still", hills(image.Pt(40, 45))}}
			}
			for l := range 4 {
				b.Layers(v, sc.at.Add(time.Duration(l)*pageTurn))
			}
		}
	}
	held := heap() - before
	t.Logf("a board of 1080p holds %d kB", held>>10)
	// Base and clock 9 MB, pulses 8, slides and their layers 12, glyphs 16, fonts 3.
	if held > 52<<20 {
		t.Errorf("a board of 1080p holds %d MB", held>>20)
	}
	runtime.KeepAlive(b)
}
