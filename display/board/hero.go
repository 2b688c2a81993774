package board

import (
	"image"
	"image/color"
	"strconv"

	"sunbeon/appliance/feed"
)

// hero shows the newest call as large as r allows. Calls that come close
// together share it, so that none is driven off the screen unseen.
func (c *canvas) hero(r image.Rectangle) {
	most := max(1, min(3, r.Dy()/c.px(118)))
	calls, hot := c.news(most)
	if len(calls) == 0 {
		c.message(r, "아직 호출이 없습니다", "No calls yet", "번호표를 받고 잠시 기다려 주십시오", "Take a ticket and wait for your number")
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
	spaceEm  = 0.32 // on either side of the arrow, at the least
	wordEm   = 0.36 // of 창구 behind the counter, where no labels stand above
	tagEm    = 0.62 // of the labels' column when number and counter are stacked
	deskEm   = 1.0  // of the counter's column, at the least
	stackWin = 1.08 // how much larger figures must get to stack them
)

// call shows one call: the number, an arrow, the counter, and for what.
func (c *canvas) call(r image.Rectangle, k feed.Call, hot bool) {
	number, desk, label := digits, ink, soft
	if hot {
		c.heat(r, 14)
		number, desk, label = hotInk, hotInk, hotInk
	} else {
		c.round(r, 14, panel)
	}
	in := inset(r, c.px(30), c.px(14))
	tall := in.Dy() >= c.px(190)
	if v, known := c.service(k.Service); known && in.Dy() >= c.px(128) {
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
			c.plateIn(mark, "재호출", "Called again", float64(size)/c.u*0.8, right)
		}
		c.both(foot, v.Name, v.NameEn, style{size: size, weight: bold, col: label}, style{size: size * 6 / 10, col: label})
	}
	ticket, to := clean(k.Ticket), strconv.Itoa(k.Counter)
	top, bottom := c.extent(ticket + to)
	cap := bottom - top
	nw, kw := c.width(ticket, bold), c.width(to, bold)
	head := 0
	tail := wordEm*c.width("창구", bold) + 0.12
	if tall {
		head, tail = min(c.px(46), in.Dy()/5), 0
	}
	side := max(kw+tail, deskEm)
	beside := min(float64(in.Dy()-head-min(head, c.px(12)))/cap, float64(in.Dx())/(nw+side+arrowEm+2*spaceEm))
	stacked := min(float64(in.Dy())*0.43/cap, float64(in.Dx())/(max(nw, kw)+tagEm))
	if tall && stacked > beside*stackWin {
		c.stack(in, int(stacked), [2]string{ticket, to}, number, desk, label)
		return
	}
	size := int(beside)
	if size < smallest {
		return
	}
	em := float64(size)
	spare := max(0, float64(in.Dx())-em*(nw+side+arrowEm+2*spaceEm))
	labels, zone := cutTop(in, head, min(head, c.px(12)))
	numberCell, rest := cutLeft(zone, int(em*nw+0.999), 0)
	deskCell, gap := cutRight(rest, int(em*side+spare/5), 0)
	baseline := (zone.Min.Y+zone.Max.Y)/2 - int((top+bottom)*em/2)
	// The figures' ink, not their cells, stands in line with the labels.
	numberCell.Min.X -= int(c.bearing(ticket) * em)
	deskCell.Min.X -= int(c.bearing(to) * em)
	c.line(numberCell, ticket, size, baseline, style{weight: bold, col: number})
	c.sign(arrow, square(gap, int(em*arrowEm)), label)
	wide := c.line(deskCell, to, size, baseline, style{weight: bold, col: desk})
	if head == 0 {
		_, word := cutLeft(deskCell, wide, int(em*0.12))
		if small := int(em * wordEm); small >= smallest {
			c.line(word, "창구", small, baseline, style{weight: bold, col: desk})
		}
		return
	}
	st := style{size: head * 8 / 10, weight: bold, col: label}
	se := style{size: head * 45 / 100, col: label}
	numberLabel, deskLabel := labels, labels
	numberLabel.Max.X = gap.Min.X
	deskLabel.Min.X = deskCell.Min.X + int(c.bearing(to)*em)
	c.both(numberLabel, "번호", "Number", st, se)
	c.both(deskLabel, "창구", "Counter", st, se)
}

// bearing is the space before the ink of a bold text, ems.
func (c *canvas) bearing(s string) float64 {
	for _, r := range s {
		return c.ink(r, bold).left
	}
	return 0
}

// extent is how far the ink of a bold text reaches above and below its
// baseline, ems, y downwards.
func (c *canvas) extent(s string) (top, bottom float64) {
	top, bottom = c.ink('0', bold).top, 0
	for _, r := range s {
		b := c.ink(r, bold)
		top, bottom = min(top, b.top), max(bottom, b.bottom)
	}
	return top, bottom
}

// stack sets the number above the counter, each behind its label.
func (c *canvas) stack(r image.Rectangle, size int, text [2]string, number, desk, label color.RGBA) {
	words := [2][2]string{{"번호", "Number"}, {"창구", "Counter"}}
	em := float64(size)
	top, bottom := c.extent(text[0] + text[1])
	spare := float64(r.Dx()) - em*(tagEm+max(c.width(text[0], bold), c.width(text[1], bold)))
	for i, col := range [2]color.RGBA{number, desk} {
		row := slot(r, i, 2, 0, true)
		tag, rest := cutLeft(row, int(em*tagEm+max(0, spare)*0.6), 0)
		c.under(tag, words[i][0], words[i][1],
			style{size: min(c.px(44), int(em*tagEm/2)), weight: bold, col: label}, style{size: c.px(18), col: label})
		rest.Min.X -= int(c.bearing(text[i]) * em)
		c.line(rest, text[i], size, (row.Min.Y+row.Max.Y)/2-int((top+bottom)*em/2), style{weight: bold, col: col})
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
	in := c.card(r, "최근 호출", "Recent calls")
	n := max(1, in.Dy()/c.px(38))
	high := in.Dy() / n
	size := min(c.px(32), high*8/10)
	em := float64(size)
	for _, k := range list[:min(n, len(list))] {
		var row image.Rectangle
		row, in = cutTop(in, high, 0)
		number, rest := cutLeft(row, min(int(em*3.1), row.Dx()*2/5), 0)
		sign, rest := cutLeft(rest, size, size/4)
		desk, when := cutLeft(rest, min(int(em*3), rest.Dx()), 0)
		c.write(number, k.Ticket, style{size: size, weight: bold, col: digits})
		c.sign(arrow, square(sign, size*6/10), soft)
		c.unit(desk, strconv.Itoa(k.Counter), "창구", size, style{weight: bold, col: ink})
		ko, _ := moment(unix(k.At), c.at)
		if c.width(ko, regular)*em*0.6 <= float64(when.Dx()) {
			c.write(when, ko, style{size: size * 6 / 10, col: soft, align: right})
		}
	}
}

// recentLine sets as many calls as fit side by side.
func (c *canvas) recentLine(r image.Rectangle, list []feed.Call) {
	c.round(r, 12, panel)
	in := inset(r, c.px(20), c.px(6))
	size := min(c.px(30), in.Dy()*8/10)
	title, rest := cutLeft(in, int(c.width("최근 호출", bold)*float64(c.px(22)))+1, c.px(24))
	c.write(title, "최근 호출", style{size: c.px(22), weight: bold, col: soft})
	em := float64(size)
	for _, k := range list {
		ticket, to := clean(k.Ticket), strconv.Itoa(k.Counter)
		number := int(em*c.width(ticket, bold)) + 1
		sign, desk := size, int(em*(c.width(to, bold)+0.2+0.62*c.width("창구", bold)))+2
		if number+sign+desk > rest.Dx() {
			return
		}
		var cell image.Rectangle
		cell, rest = cutLeft(rest, number+sign+desk, c.px(28))
		a, cell := cutLeft(cell, number, 0)
		b, cell := cutLeft(cell, sign, 0)
		c.write(a, ticket, style{size: size, weight: bold, col: digits})
		c.sign(arrow, square(b, size/2), soft)
		c.unit(cell, to, "창구", size, style{weight: bold, col: ink})
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
