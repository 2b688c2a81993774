package board

import (
	"image"
	"image/color"
	"strconv"

	"sunbeon/appliance/feed"
	"sunbeon/display/typeset"
)

// hero shows the newest call as large as r allows. Calls that come close
// together share it, so that none is driven off the screen unseen.
func (c *canvas) hero(r image.Rectangle) {
	most := max(1, min(3, r.Dy()/c.px(108)))
	calls, hot := c.news(most)
	if len(calls) == 0 {
		switch {
		case len(c.offers) > 0:
			c.message(r, say.noCalls, say.remember)
		case c.issuing():
			c.message(r, say.noCalls, say.take)
		default:
			c.message(r, say.noCalls, words{})
		}
		return
	}
	c.shown = calls
	for i, k := range calls {
		c.call(slot(r, i, len(calls), c.px(10), true), k, hot)
	}
}

// Proportions of a call, ems of its figures.
const (
	arrowEm  = 0.56
	spaceEm  = 0.26 // on either side of the arrow, at the least
	wordEm   = 0.34 // size of the words 번 and 창구 behind the figures
	wordGap  = 0.1
	tagEm    = 0.62 // of the labels' column when number and counter are stacked
	stackWin = 1.0  // how much larger figures must get to stack them
)

// call shows one call: the number, an arrow, the counter, and for what. Side by
// side or stacked, whichever makes the figures larger.
//
//	        No.     Counter          번호  3017
//	3017    번  ->  3 창구           창구  3
//	여권 접수 및 교부                  여권 접수 및 교부
func (c *canvas) call(r image.Rectangle, k feed.Call, hot bool) {
	number, desk, label := digits, ink, soft
	if hot {
		c.heat(r, 14)
		number, desk, label = hotInk, hotInk, hotInk
	} else {
		c.round(r, 14, panel)
	}
	in := inset(r, c.px(30), c.px(16))
	tall := in.Dy() >= c.px(180)
	if v, known := c.service(k.Service); known && in.Dy() >= c.px(124) {
		high := c.px(30)
		if tall {
			high = min(c.px(46), in.Dy()/5)
		}
		var foot image.Rectangle
		foot, in = cutBottom(in, high, high*45/100)
		size := high * 8 / 10
		if k.Recall {
			var mark image.Rectangle
			mark, foot = cutRight(foot, c.px(210), c.px(14))
			c.plateIn(mark, say.again, float64(size)/c.u*0.8, right)
		}
		c.both(foot, c.nameOf(v), style{size: size, font: bold, col: label}, style{size: size * 6 / 10, col: label})
	}
	if k.Counter == 0 { // the wire of an observed office does not say where
		c.nowhere(in, typeset.Clean(k.Ticket), number, label)
		return
	}
	ticket, to := typeset.Clean(k.Ticket), strconv.Itoa(k.Counter)
	top, bottom := c.extent(ticket + to)
	cap := bottom - top
	nw := c.Width(ticket, bold) + wordGap + wordEm*c.Width(say.no[ko], bold)
	kw := c.Width(to, bold) + wordGap + wordEm*c.Width(say.counter[ko], bold)
	beside := min(float64(in.Dy())/cap, float64(in.Dx())/(nw+kw+arrowEm+2*spaceEm))
	widest := max(c.Width(ticket, bold), c.Width(to, bold))
	stacked := min(float64(in.Dy())*0.43/cap, float64(in.Dx())/(widest+tagEm))
	if tall && stacked > beside*stackWin {
		c.callEm = max(c.callEm, int(stacked))
		c.stack(in, int(stacked), [2]string{ticket, to}, number, desk, label)
		return
	}
	size := int(beside)
	if size < typeset.Smallest {
		return
	}
	c.callEm = max(c.callEm, size)
	em := float64(size)
	spare := max(0, float64(in.Dx())-em*(nw+kw+arrowEm+2*spaceEm))
	numberCell, rest := cutLeft(in, int(em*nw+0.999), 0)
	deskCell, gap := cutRight(rest, int(em*kw+spare/5+0.999), 0)
	baseline := (in.Min.Y+in.Max.Y)/2 - int((top+bottom)*em/2)
	c.figures(numberCell, ticket, say.no, size, baseline, number, label)
	c.sign(arrow, square(gap, int(em*arrowEm)), label)
	c.figures(deskCell, to, say.counter, size, baseline, desk, label)
}

// nowhere shows a called number without a counter.
func (c *canvas) nowhere(r image.Rectangle, ticket string, number, label color.RGBA) {
	top, bottom := c.extent(ticket)
	wide := c.Width(ticket, bold) + wordGap + wordEm*c.Width(say.no[ko], bold)
	size := int(min(float64(r.Dy())/(bottom-top), float64(r.Dx())/wide))
	if size < typeset.Smallest {
		return
	}
	em := float64(size)
	r = inset(r, max(0, int((float64(r.Dx())-em*wide)/2)), 0)
	c.figures(r, ticket, say.no, size, (r.Min.Y+r.Max.Y)/2-int((top+bottom)*em/2), number, label)
}

// figures sets large figures with a word behind them, and its translation above it.
// The figures' ink, not their cell, stands at the left edge.
func (c *canvas) figures(r image.Rectangle, text string, unit words, size, baseline int, col, label color.RGBA) {
	em := float64(size)
	r.Min.X -= int(c.bearing(text) * em)
	wide := c.line(r, text, size, baseline, style{font: bold, col: col})
	_, word := cutLeft(r, wide, int(em*wordGap))
	small := int(em * wordEm)
	if small < typeset.Smallest {
		return
	}
	c.line(word, unit[ko], small, baseline, style{font: bold, col: col})
	smaller := min(small*4/10, c.px(30))
	if c.foreign(unit, smaller) {
		c.line(word, unit[c.second], smaller, baseline-small*108/100, style{font: c.second.face(regular), col: label})
	}
}

// bearing is the space before the ink of a bold text, ems.
func (c *canvas) bearing(s string) float64 {
	for _, r := range s {
		return c.Ink(r, bold).Left
	}
	return 0
}

// extent is how far the ink of a bold text reaches above and below its
// baseline, ems, y downwards.
func (c *canvas) extent(s string) (top, bottom float64) {
	top, bottom = c.Ink('0', bold).Top, 0
	for _, r := range s {
		b := c.Ink(r, bold)
		top, bottom = min(top, b.Top), max(bottom, b.Bottom)
	}
	return top, bottom
}

// stack sets the number above the counter, each behind its label.
func (c *canvas) stack(r image.Rectangle, size int, text [2]string, number, desk, label color.RGBA) {
	tags := [2]words{say.number, say.counter}
	em := float64(size)
	top, bottom := c.extent(text[0] + text[1])
	spare := float64(r.Dx()) - em*(tagEm+max(c.Width(text[0], bold), c.Width(text[1], bold)))
	for i, col := range [2]color.RGBA{number, desk} {
		row := slot(r, i, 2, 0, true)
		tag, rest := cutLeft(row, int(em*tagEm+max(0, spare)*0.6), 0)
		shift := int(c.bearing(text[i]) * em)
		rest.Min.X -= shift
		tag.Max.X = max(tag.Min.X, tag.Max.X-shift-c.px(8))
		c.under(tag, tags[i],
			style{size: min(c.px(44), int(em*tagEm/2)), font: bold, col: label}, style{size: c.px(18), col: label})
		c.line(rest, text[i], size, (row.Min.Y+row.Max.Y)/2-int((top+bottom)*em/2), style{font: bold, col: col})
	}
}

// recents lists the calls that are not shown large: in a line where r is flat.
func (c *canvas) recents(r image.Rectangle) {
	var list []feed.Call
	for _, k := range c.calls {
		if !holds(c.shown, k) {
			list = append(list, k)
		}
	}
	if r.Dy() < c.px(100) {
		c.recentLine(r, list)
		return
	}
	in := c.card(r, say.recent)
	if len(list) == 0 {
		c.write(in, "–", style{size: c.px(28), col: soft, align: centre})
		return
	}
	n := max(1, in.Dy()/c.px(38))
	high := in.Dy() / n
	size := min(c.px(32), high*8/10)
	em := float64(size)
	for _, k := range list[:min(n, len(list))] {
		var row image.Rectangle
		row, in = cutTop(in, high, 0)
		number, rest := cutLeft(row, min(int(em*2.9), row.Dx()*2/5), 0)
		sign, rest := cutLeft(rest, size, size/4)
		desk, when := cutLeft(rest, min(int(em*2.6), rest.Dx()), 0)
		c.write(number, k.Ticket, style{size: size, font: bold, col: digits})
		if k.Counter > 0 {
			c.sign(arrow, square(sign, size*6/10), soft)
			c.unit(desk, strconv.Itoa(k.Counter), say.counter[ko], size, style{font: bold, col: ink})
		}
		then := moment(unix(k.At), c.at)[ko]
		if c.Width(then, regular)*em*0.6 <= float64(when.Dx()) {
			c.write(when, then, style{size: size * 6 / 10, col: soft, align: right})
		}
	}
}

// recentLine sets as many calls as fit side by side.
func (c *canvas) recentLine(r image.Rectangle, list []feed.Call) {
	c.round(r, 12, panel)
	in := inset(r, c.px(20), c.px(6))
	size := min(c.px(27), in.Dy()*8/10)
	em, rest := float64(size), in
	if in.Dx() >= c.px(320) { // else the arrows say it
		var title image.Rectangle
		title, rest = cutLeft(in, int(c.Width(say.recent[ko], bold)*float64(c.px(22)))+1, c.px(24))
		c.write(title, say.recent[ko], style{size: c.px(22), font: bold, col: soft})
	}
	for _, k := range list {
		ticket, to := typeset.Clean(k.Ticket), strconv.Itoa(k.Counter)
		number := int(em*c.Width(ticket, bold)) + 1
		sign, desk := size, int(em*(c.Width(to, bold)+0.2+0.62*c.Width(say.counter[ko], bold)))+2
		if k.Counter == 0 {
			sign, desk = 0, 0
		}
		if number+sign+desk > rest.Dx() {
			return
		}
		var cell image.Rectangle
		cell, rest = cutLeft(rest, number+sign+desk, c.px(20))
		a, cell := cutLeft(cell, number, 0)
		b, cell := cutLeft(cell, sign, 0)
		c.write(a, ticket, style{size: size, font: bold, col: digits})
		if k.Counter > 0 {
			c.sign(arrow, square(b, size/2), soft)
			c.unit(cell, to, say.counter[ko], size, style{font: bold, col: ink})
		}
	}
}

func holds(calls []feed.Call, k feed.Call) bool {
	for _, other := range calls {
		if other.Seq == k.Seq {
			return true
		}
	}
	return false
}
