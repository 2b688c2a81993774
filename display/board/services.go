package board

import (
	"fmt"
	"image"
	"strconv"

	"sunbeon/appliance/feed"
	"sunbeon/display/typeset"
)

// queue lists for every service how many wait and how long it will take.
func (c *canvas) queue(r image.Rectangle) {
	in := c.card(r, say.queue)
	list := c.s.Services
	if len(list) == 0 {
		return
	}
	lowest := max(c.px(30), lowestRow)
	columns := 1
	if len(list)*lowest > in.Dy() && in.Dx() >= c.px(760) {
		columns = 2
	}
	most := max(1, in.Dy()/lowest) * columns
	from, to, page, pages := c.page(len(list), most)
	if pages > 1 {
		in = c.turning(r, in, page, pages)
	}
	per := (to - from + columns - 1) / columns
	high := min(c.px(76), in.Dy()/per)
	width := (in.Dx() - c.px(36)*(columns-1)) / columns
	narrow := width < c.px(330) && high >= c.px(56) // the wait stands below the count
	cells := func(row image.Rectangle) (name, count, wait image.Rectangle) {
		if narrow {
			name, row = cutLeft(row, width*58/100, c.px(10))
			count, wait = cutTop(row, row.Dy()*54/100, 0)
			return name, count, wait
		}
		name, row = cutLeft(row, width*48/100, c.px(10))
		count, wait = cutLeft(row, width*18/100, c.px(10))
		return name, count, wait
	}
	both := c.second != ko && high >= c.px(44)
	var names, waits []string
	for _, v := range list {
		names, waits = append(names, typeset.Clean(v.Name)), append(waits, waiting(v.Wait)[ko])
	}
	n, _, w := cells(image.Rect(0, 0, width, high))
	largest, lines := min(c.px(28), high*11/20), 1
	nameSize := c.common(names, n.Dx(), high-c.px(4), largest, 1, bold)
	// The other language stands below every name or below none.
	for _, s := range names {
		both = both && c.Width(s, bold)*float64(nameSize) <= float64(n.Dx())
	}
	if !both {
		largest = min(c.px(28), high*7/10)
		if high >= c.px(52) {
			lines = 2
		}
		nameSize = c.common(names, n.Dx(), high-c.px(6), largest, lines, bold)
	}
	waitSize := c.common(waits, w.Dx(), w.Dy()-c.px(4), largest, 1, bold)
	figure := high * 8 / 10
	if narrow {
		figure /= 2
	}
	list = list[from:to]
	for i := range columns {
		col := slot(in, i, columns, c.px(36), false)
		for j := i * per; j < min(len(list), (i+1)*per); j++ {
			var row image.Rectangle
			row, col = cutTop(col, high, 0)
			if j > i*per {
				line, _ := cutTop(row, c.px(1), 0)
				c.fill(line, stripe)
			}
			v := list[j]
			name, count, wait := cells(inset(row, 0, c.px(1)))
			st := style{size: nameSize, lines: 2, font: bold, col: ink}
			if both {
				c.under(name, c.nameOf(v), st, style{size: c.px(14), col: soft})
			} else {
				c.write(name, v.Name, st)
			}
			c.write(count, people(v.Waiting)[ko], style{size: min(c.px(32), figure), font: bold, col: ink, align: right})
			c.expect(wait, v, waitSize, both && !narrow)
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

// expect says how long a service will take, or why it gives no tickets, at the
// right of r. The other language goes below when it is wanted.
func (c *canvas) expect(r image.Rectangle, v feed.Service, size int, english bool) {
	if w := issuing(v.Issuing); w[ko] != "" {
		c.plateIn(r, w, float64(size)/c.u*0.86, right)
		return
	}
	if v.Counters != nil && *v.Counters == 0 && v.Waiting != nil && *v.Waiting > 0 {
		c.plateIn(r, say.nobody, float64(size)/c.u*0.86, right)
		return
	}
	wait := waiting(v.Wait)
	if wait[ko] == "" && c.s.Observed { // which never has one
		return
	}
	if wait[ko] == "" {
		c.write(r, "–", style{size: size, col: soft, align: right})
		return
	}
	st := style{size: size, col: ink, align: right, font: bold}
	if !english {
		c.write(r, wait[ko], st)
		return
	}
	c.under(r, wait, st, style{size: c.px(14), col: soft})
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
		shares := [4]int{36, 16, 12, 14}
		if w < c.px(800) {
			shares = [4]int{33, 17, 11, 12}
		}
		for i, share := range shares {
			out[i], row = cutLeft(row, w*share/100, g)
		}
		out[4] = row
		return out
	}
	titles := [5]words{say.service, say.number, say.counter, say.waiting, say.expected}
	sides := [5]align{left, centre, centre, right, right}
	for i, cell := range cells(head) {
		c.both(cell, titles[i],
			style{size: c.px(20), font: bold, col: soft, align: sides[i]}, style{size: c.px(14), col: soft})
	}
	list := c.s.Services
	if len(list) == 0 {
		return
	}
	lowest := max(c.px(36), lowestRow)
	most := max(1, body.Dy()/lowest)
	if len(list) > most {
		var foot image.Rectangle
		foot, body = cutBottom(body, c.px(26), 0)
		most = max(1, body.Dy()/lowest)
		_, _, page, pages := c.page(len(list), most)
		c.write(inset(foot, c.px(16), 0), fmt.Sprintf("%d/%d", page+1, pages), style{size: c.px(16), col: soft, align: right})
	}
	from, to, _, _ := c.page(len(list), most)
	high := min(c.px(92), body.Dy()/(to-from))
	var names []string
	for _, v := range list {
		names = append(names, v.Name)
	}
	nameSize := c.common(names, cells(head)[0].Dx(), high-c.px(6), min(c.px(30), high*6/10), 1, bold)
	for i, v := range list[from:to] {
		var row image.Rectangle
		row, body = cutTop(body, high, 0)
		row = inset(row, 0, c.px(2))
		ticket, desk, hot := c.reached(v)
		number, text, faint := digits, ink, soft
		switch {
		case hot:
			c.heat(row, 8)
			number, text, faint = hotInk, hotInk, hotInk
		case i%2 == 0:
			c.round(row, 8, stripe)
		}
		cell := cells(row)
		c.both(inset(cell[0], 0, c.px(3)), c.nameOf(v), style{size: nameSize, lines: 2, font: bold, col: text}, style{size: c.px(15), col: faint})
		size := min(c.px(56), row.Dy()*9/10)
		if ticket == "" {
			c.write(cell[1], "–", style{size: size / 2, col: faint, align: centre})
		} else {
			c.write(cell[1], ticket, style{size: size, font: bold, col: number, align: centre})
			if desk > 0 {
				c.write(cell[2], strconv.Itoa(desk), style{size: size, font: bold, col: text, align: centre})
			}
		}
		c.write(cell[3], people(v.Waiting)[ko], style{size: min(c.px(36), row.Dy()*8/10), font: bold, col: text, align: right})
		if hot {
			w := issuing(v.Issuing)
			if w[ko] == "" {
				w = waiting(v.Wait)
			}
			c.write(cell[4], w[ko], style{size: nameSize, font: bold, col: hotInk, align: right})
			continue
		}
		c.expect(cell[4], v, nameSize, false)
	}
}
