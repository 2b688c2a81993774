package board

import (
	"image"
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
	for i, k := range calls {
		c.call(slot(r, i, len(calls), c.px(10), true), k, hot)
	}
}

// call shows one call: the number, an arrow, the counter.
func (c *canvas) call(r image.Rectangle, k feed.Call, hot bool) {
	number, desk, label := digits, ink, soft
	if hot {
		c.heat(r, 14)
		number, desk, label = hotInk, hotInk, hotInk
	} else {
		c.round(r, 14, panel)
	}
	in := inset(r, c.px(28), c.px(12))
	name := style{size: c.px(34), lines: 1, weight: bold, col: label}
	small := style{size: c.px(20), col: label}
	v, known := c.service(k.Service)
	if known && in.Dy() >= c.px(150) {
		var foot image.Rectangle
		foot, in = cutBottom(in, min(c.px(54), in.Dy()/4), 0)
		name.align = left
		koEn := foot
		if k.Recall {
			var mark image.Rectangle
			mark, koEn = cutRight(foot, c.px(190), c.px(14))
			c.plateIn(mark, "재호출", "Again", 26, right)
		}
		c.both(koEn, v.Name, v.NameEn, name, small)
	}
	ticket, to := clean(k.Ticket), strconv.Itoa(k.Counter)
	head := min(c.px(52), in.Dy()/4)
	if head < c.px(30) {
		head = 0
	}
	cap := -c.ink('0', bold).top
	nw, kw := c.width(ticket, bold), c.width(to, bold)
	// Ems: half an arrow of space on either side of it.
	const arrowEm, spaceEm = 0.56, 0.3
	beside := min(float64(in.Dy()-head)*0.92/cap, float64(in.Dx())/(nw+max(kw, 0.9)+arrowEm+2*spaceEm))
	const labelEm = 0.62
	stacked := min(float64(in.Dy())*0.43/cap, float64(in.Dx())/(max(nw, kw)+labelEm))
	if stacked > beside*1.12 && in.Dx() > c.px(200) {
		size := int(stacked)
		for i, text := range []string{ticket, to} {
			row := slot(in, i, 2, c.px(6), true)
			tag, rest := cutLeft(row, int(float64(size)*labelEm), 0)
			ko, en, col := "번호", "No.", number
			if i == 1 {
				ko, en, col = "창구", "Counter", desk
			}
			c.both(tag, ko, en, style{size: c.px(40), weight: bold, col: label}, style{size: c.px(18), col: label})
			c.line(rest, text, size, (row.Min.Y+row.Max.Y)/2+int(cap*float64(size)/2), style{weight: bold, col: col, align: right})
		}
		return
	}
	labels, zone := cutTop(in, head, 0)
	size := int(beside)
	em := float64(size)
	spare := (float64(in.Dx()) - em*(nw+max(kw, 0.9)+arrowEm+2*spaceEm)) / 2
	lw := int(em*nw + spare)
	aw := int(em * (arrowEm + 2*spaceEm))
	numberCell, rest := cutLeft(zone, lw, 0)
	arrowCell, deskCell := cutLeft(rest, aw, 0)
	baseline := (zone.Min.Y+zone.Max.Y)/2 + int(cap*em/2)
	c.line(numberCell, ticket, size, baseline, style{weight: bold, col: number, align: centre})
	c.sign(arrow, square(arrowCell, int(em*arrowEm)), label)
	c.line(deskCell, to, size, baseline, style{weight: bold, col: desk, align: centre})
	if head == 0 {
		return
	}
	st := style{size: head * 7 / 10, weight: bold, col: label, align: centre}
	se := style{size: head * 4 / 10, col: label}
	numberLabel, deskLabel := labels, labels
	numberLabel.Max.X = numberCell.Max.X
	deskLabel.Min.X = deskCell.Min.X
	c.both(numberLabel, "번호", "Number", st, se)
	c.both(deskLabel, "창구", "Counter", st, se)
}

// recents lists the calls before those in the hero.
func (c *canvas) recents(r image.Rectangle) {
	in := c.card(r, "최근 호출", "Recent calls")
	shown, _ := c.news(3)
	var list []feed.Call
	for _, k := range c.calls {
		if !holds(shown, k) {
			list = append(list, k)
		}
	}
	n := max(1, in.Dy()/c.px(38))
	high := in.Dy() / n
	for _, k := range list[:min(n, len(list))] {
		var row image.Rectangle
		row, in = cutTop(in, high, 0)
		number, rest := cutLeft(row, row.Dx()*40/100, 0)
		sign, rest := cutLeft(rest, c.px(34), 0)
		desk, when := cutLeft(rest, rest.Dx()*52/100, 0)
		size := min(c.px(32), high*4/5)
		c.write(number, k.Ticket, style{size: size, weight: bold, col: digits})
		c.sign(arrow, square(sign, size*6/10), soft)
		c.both(inset(desk, c.px(8), 0), strconv.Itoa(k.Counter)+" 창구", "", style{size: size * 4 / 5, weight: bold, col: ink}, style{})
		ko, _ := moment(unix(k.At), c.at)
		c.write(when, ko, style{size: size * 6 / 10, col: soft, align: right})
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
