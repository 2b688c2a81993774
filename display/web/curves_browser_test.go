package web

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"sunbeon/display/web/figures"
)

// TestCurvesForEverybody: axe finds nothing in them, and nothing is cut off, with
// everything unfolded, of a usual day that is known or not, live or stale.
func TestCurvesForEverybody(t *testing.T) {
	judge := axe(t)
	var days atomic.Int64
	w := &week{curves: func(now time.Time, _ figures.Point) figures.Curves { return rush(now, 842, int(days.Load())) }}
	c := newTown(hall("CS0001", time.Now()), hall("CS0002", time.Now().Add(-time.Hour)))
	base := serveReal(t, newSiteWith(t, c, w))
	b := newBrowser(t)
	for _, look := range []struct {
		days  int
		path  string
		sizes []size
	}{
		{6, "/o/CS0001", []size{narrow(), {640, 450, 2}, desktop()}},
		{6, "/en/o/CS0001", []size{narrow()}},
		{6, "/o/CS0002", []size{narrow()}},
		{1, "/o/CS0001", []size{narrow()}},
	} {
		days.Store(int64(look.days))
		p := b.open(t, narrow(), base+look.path)
		eval[bool](p, `document.querySelectorAll(".curves details").forEach((d) => { d.open = true; }), true`)
		eval[bool](p, judge+";true")
		for _, s := range look.sizes {
			p.resize(s)
			found := eval[[]string](p, cutOff)
			if s.scale == 1 {
				found = append(found, eval[[]string](p, axeRun)...)
			}
			for _, f := range found {
				t.Errorf("%s of %d days at %d: %s", look.path, look.days, s.wide, f)
			}
		}
		p.close()
	}
}

// TestCurvesOfAnOpenPageGrow, while what the reader has unfolded stays so.
func TestCurvesOfAnOpenPageGrow(t *testing.T) {
	var until atomic.Int64
	until.Store(602)
	w := &week{curves: func(now time.Time, _ figures.Point) figures.Curves { return rush(now, int(until.Load()), 6) }}
	base := serveReal(t, newSiteWith(t, newTown(hall("CS0001", time.Now())), w))
	p := newBrowser(t).open(t, handy(), base+"/en/o/CS0001")
	bars := func(n int) string { return fmt.Sprintf(`document.querySelectorAll("#curve0 .bar").length === %d`, n) }
	p.holds(bars(3))
	until.Store(842)
	const asks = `(() => {
		document.querySelector(".curves .numbers").open = true;
		document.querySelector(".curves").dataset.every = %d;
		document.dispatchEvent(new Event("visibilitychange"));
		return true;
	})()`
	eval[bool](p, fmt.Sprintf(asks, 300))
	p.holds(bars(3)) // it is too early
	eval[bool](p, fmt.Sprintf(asks, 0))
	p.holds(bars(11) + ` && document.querySelector(".curves .numbers").open && !document.querySelector(".curves .each").open`)
	p.holds(`document.querySelector(".curves h2").textContent === "Waiting by the hour" && document.querySelector(".curves").dataset.every === "300"`)
}
