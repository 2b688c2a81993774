package board

import (
	"fmt"
	"image"
	"strconv"

	"sunbeon/appliance/feed"
)

// queue lists for every service how many wait and how long it will take.
func (c *canvas) queue(r image.Rectangle) {
	in := c.card(r, "대기 현황", "Waiting")
	list := c.s.Services
	if len(list) == 0 {
		return
	}
	lowest := c.px(42)
	columns := 1
	if len(list)*lowest > in.Dy() && in.Dx() >= c.px(760) {
		columns = 2
	}
	most := max(1, in.Dy()/lowest) * columns
	from, to, page, pages := c.page(len(list), most)
	if pages > 1 {
		in = c.turning(r, in, page, pages)
	}
	list = list[from:to]
	per := (min(len(c.s.Services), most) + columns - 1) / columns
	high := min(c.px(76), in.Dy()/per)
	for i := range columns {
		col := slot(in, i, columns, c.px(36), false)
		for j := i * per; j < min(len(list), (i+1)*per); j++ {
			var row image.Rectangle
			row, col = cutTop(col, high, 0)
			c.queueRow(row, list[j])
		}
	}
}

// turning writes which page of how many stands in a card's title line.
func (c *canvas) turning(r, in image.Rectangle, page, pages int) image.Rectangle {
	head := image.Rect(in.Max.X-c.px(70), r.Min.Y+c.px(10), in.Max.X, min(r.Min.Y+c.px(42), in.Min.Y))
	if head.Dy() >= c.px(24) {
		c.write(head, fmt.Sprintf("%d/%d", page+1, pages), style{size: c.px(18), col: soft, align: right})
	}
	return in
}

func (c *canvas) queueRow(row image.Rectangle, v feed.Service) {
	name, rest := cutLeft(row, row.Dx()*44/100, c.px(10))
	count, wait := cutLeft(rest, rest.Dx()*34/100, c.px(10))
	st := style{size: c.px(26), lines: 2, weight: bold, col: ink}
	c.both(inset(name, 0, c.px(1)), v.Name, v.NameEn, st, style{size: c.px(15), col: soft})
	ko, _ := people(v.Waiting)
	c.write(count, ko, style{size: c.px(32), weight: bold, col: ink, align: right})
	c.expect(wait, v, c.px(26), right)
}

// expect says how long a service will take, or why it gives no tickets.
func (c *canvas) expect(r image.Rectangle, v feed.Service, size int, a align) {
	if ko, en := issuing(v.Issuing); ko != "" {
		c.plateIn(r, ko, en, float64(size)/c.u*0.9, a)
		return
	}
	if v.Counters == 0 && v.Waiting > 0 {
		c.plateIn(r, "창구 부재중", "Away", float64(size)/c.u*0.9, a)
		return
	}
	ko, en := waiting(v.Wait)
	c.both(r, ko, en, style{size: size, col: ink, align: a, weight: bold}, style{size: c.px(15), col: soft})
}

// ledger is a table of services with the number each has reached.
func (c *canvas) ledger(r image.Rectangle) {
	c.round(r, 12, panel)
	in := inset(r, c.px(8), c.px(8))
	head, body := cutTop(in, c.px(38), c.px(2))
	cells := func(row image.Rectangle) [5]image.Rectangle {
		row = inset(row, c.px(16), 0)
		var out [5]image.Rectangle
		g, w := c.px(14), row.Dx()
		out[0], row = cutLeft(row, w*32/100, g)
		out[1], row = cutLeft(row, w*18/100, g)
		out[2], row = cutLeft(row, w*12/100, g)
		out[3], row = cutLeft(row, w*14/100, g)
		out[4] = row
		return out
	}
	titles := [5][2]string{{"업무", "Service"}, {"번호", "Number"}, {"창구", "Counter"}, {"대기", "Waiting"}, {"예상 시간", "Expected"}}
	sides := [5]align{left, centre, centre, right, right}
	for i, cell := range cells(head) {
		c.both(cell, titles[i][0], titles[i][1],
			style{size: c.px(20), weight: bold, col: soft, align: sides[i]}, style{size: c.px(14), col: soft})
	}
	list := c.s.Services
	if len(list) == 0 {
		return
	}
	most := max(1, body.Dy()/c.px(46))
	from, to, page, pages := c.page(len(list), most)
	if pages > 1 {
		most = max(1, (body.Dy()-c.px(26))/c.px(46))
		if from, to, page, pages = c.page(len(list), most); pages > 1 {
			var foot image.Rectangle
			foot, body = cutBottom(body, c.px(26), 0)
			c.write(inset(foot, c.px(16), 0), fmt.Sprintf("%d/%d", page+1, pages), style{size: c.px(16), col: soft, align: right})
		}
	}
	high := min(c.px(92), body.Dy()/min(len(list), most))
	for i, v := range list[from:to] {
		var row image.Rectangle
		row, body = cutTop(body, high, 0)
		row = inset(row, 0, c.px(2))
		hot := v.Called != "" && c.isHot(v.Called, v.CalledAt)
		number, text, faint := digits, ink, soft
		switch {
		case hot:
			c.heat(row, 8)
			number, text, faint = hotInk, hotInk, hotInk
		case i%2 == 0:
			c.round(row, 8, stripe)
		}
		cell := cells(row)
		c.both(cell[0], v.Name, v.NameEn, style{size: c.px(28), lines: 2, weight: bold, col: text}, style{size: c.px(16), col: faint})
		size := min(c.px(56), row.Dy()*9/10)
		if v.Called == "" {
			c.write(cell[1], "–", style{size: size / 2, col: faint, align: centre})
		} else {
			c.write(cell[1], v.Called, style{size: size, weight: bold, col: number, align: centre})
			c.write(cell[2], strconv.Itoa(v.CalledAt), style{size: size, weight: bold, col: text, align: centre})
		}
		ko, _ := people(v.Waiting)
		c.write(cell[3], ko, style{size: c.px(34), weight: bold, col: text, align: right})
		if hot {
			ko, en := issuing(v.Issuing)
			if ko == "" {
				ko, en = waiting(v.Wait)
			}
			c.both(cell[4], ko, en, style{size: c.px(28), weight: bold, col: hotInk, align: right}, style{size: c.px(15), col: hotInk})
			continue
		}
		c.expect(cell[4], v, c.px(28), right)
	}
}
