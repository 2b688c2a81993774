package board

import (
	"image"
	"image/color"
	"strconv"
	"strings"

	"sunbeon/appliance/feed"
)

// tiles shows a tile for every counter.
func (c *canvas) tiles(r image.Rectangle) {
	list := c.s.Counters
	if len(list) == 0 || r.Empty() {
		return
	}
	in := c.card(r, "창구 현황", "Counters")
	gap := c.px(8)
	columns := max(1, (in.Dx()+gap)/(c.px(122)+gap))
	lines := max(1, (in.Dy()+gap)/(c.px(52)+gap))
	most := columns * lines
	from, to, page, pages := c.page(len(list), most)
	if pages > 1 {
		in = c.turning(r, in, page, pages)
	}
	n := min(len(list), most)
	// The most even grid that is no taller than needed.
	lines = min(lines, (n+columns-1)/columns)
	best, bestScore := columns, 0.0
	for rows := lines; rows <= max(lines, (in.Dy()+gap)/(c.px(52)+gap)); rows++ {
		cols := (n + rows - 1) / rows
		w, h := float64(in.Dx()+gap)/float64(cols)-float64(gap), float64(in.Dy()+gap)/float64(rows)-float64(gap)
		if score := min(w/2.3, h); score > bestScore {
			best, bestScore = cols, score
			lines = rows
		}
	}
	columns = best
	tall := min(c.px(120), (in.Dy()-gap*(lines-1))/lines)
	for i, k := range list[from:to] {
		row := image.Rect(in.Min.X, in.Min.Y+(i/columns)*(tall+gap), in.Max.X, in.Min.Y+(i/columns)*(tall+gap)+tall)
		c.tile(slot(row, i%columns, columns, gap, false), k)
	}
}

// tile shows one counter: its number on the left or above, and whom it serves.
func (c *canvas) tile(r image.Rectangle, k feed.Counter) {
	number, label := digits, soft
	hot := k.Ticket != "" && k.State == feed.CounterOpen && c.isHot(k.Ticket, k.Number)
	switch {
	case hot:
		c.heat(r, 8)
		number, label = hotInk, hotInk
	case k.State == feed.CounterOpen:
		c.round(r, 8, stripe)
	default:
		c.round(r, 8, quiet)
	}
	in := inset(r, c.px(10), c.px(4))
	var tag, body image.Rectangle
	a := right
	if float64(in.Dx()) > 1.7*float64(in.Dy()) {
		tag, body = cutLeft(in, in.Dx()*38/100, c.px(6))
	} else {
		tag, body = cutTop(in, in.Dy()*38/100, 0)
		a = centre
	}
	c.deskTag(tag, k.Number, label, a == centre)
	if ko, en := desk(k); ko != "" {
		c.both(body, ko, en, style{size: min(c.px(26), body.Dy()*6/10), weight: bold, col: ink, align: a}, style{size: c.px(14), col: soft})
		return
	}
	if k.Ticket == "" {
		c.write(body, "–", style{size: c.px(30), col: soft, align: a})
		return
	}
	c.write(body, k.Ticket, style{size: min(c.px(60), body.Dy()), weight: bold, col: number, align: a})
}

// deskTag writes a counter's number and the word behind it.
func (c *canvas) deskTag(r image.Rectangle, n int, col0 color.RGBA, mid bool) {
	size := min(c.px(30), r.Dy()*8/10)
	small := max(size*6/10, 1)
	num := strconv.Itoa(n)
	wn := int(c.width(num, bold)*float64(size) + 0.999)
	ww := int(c.width("창구", regular)*float64(small) + 0.999)
	space := size / 6
	if wn+space+ww > r.Dx() {
		c.write(r, num, style{size: size, weight: bold, col: col0, align: centre})
		return
	}
	if mid {
		r = inset(r, (r.Dx()-wn-space-ww)/2, 0)
	}
	a, b := cutLeft(r, wn, space)
	y := (r.Min.Y+r.Max.Y)/2 + int(float64(size)*middle)
	c.line(a, num, size, y, style{weight: bold, col: col0})
	c.line(b, "창구", small, y, style{col: col0})
}

// table lists counters in rows: the desk, whom it serves, what it is for.
func (c *canvas) table(r image.Rectangle) {
	c.round(r, 12, panel)
	in := inset(r, c.px(8), c.px(8))
	head, body := cutTop(in, c.px(38), c.px(2))
	cells := func(row image.Rectangle) (desk, number, what image.Rectangle) {
		row = inset(row, c.px(16), 0)
		w := row.Dx()
		desk, row = cutLeft(row, w*20/100, c.px(12))
		number, what = cutLeft(row, w*32/100, c.px(20))
		return desk, number, what
	}
	st, se := style{size: c.px(20), weight: bold, col: soft}, style{size: c.px(14), col: soft}
	d, n, w := cells(head)
	c.both(d, "창구", "Counter", st, se)
	st.align = centre
	c.both(n, "번호", "Number", st, se)
	st.align = left
	c.both(w, "업무", "Service", st, se)
	list := c.s.Counters
	if len(list) == 0 {
		return
	}
	lowest := c.px(48)
	most := max(1, body.Dy()/lowest)
	from, to, page, pages := c.page(len(list), most)
	if pages > 1 {
		c.write(cutOf(cutRight(w, c.px(70), 0)), strconv.Itoa(page+1)+"/"+strconv.Itoa(pages),
			style{size: c.px(16), col: soft, align: right})
	}
	high := min(c.px(92), body.Dy()/min(len(list), most))
	for i, k := range list[from:to] {
		var row image.Rectangle
		row, body = cutTop(body, high, 0)
		c.tableRow(inset(row, 0, c.px(2)), k, i%2 == 0, cells)
	}
}

func (c *canvas) tableRow(row image.Rectangle, k feed.Counter, odd bool, cells func(image.Rectangle) (a, b, d image.Rectangle)) {
	number, text := digits, ink
	hot := k.Ticket != "" && k.State == feed.CounterOpen && c.isHot(k.Ticket, k.Number)
	switch {
	case hot:
		c.heat(row, 8)
		number, text = hotInk, hotInk
	case odd:
		c.round(row, 8, stripe)
	}
	d, n, w := cells(row)
	size := min(c.px(58), row.Dy()*9/10)
	c.write(d, strconv.Itoa(k.Number), style{size: size, weight: bold, col: text})
	if ko, en := desk(k); ko != "" {
		c.both(n, ko, en, style{size: c.px(28), weight: bold, col: ink, align: centre}, style{size: c.px(15), col: soft})
	} else if k.Ticket == "" {
		c.write(n, "–", style{size: size / 2, col: soft, align: centre})
	} else {
		c.write(n, k.Ticket, style{size: size, weight: bold, col: number, align: centre})
	}
	c.write(w, c.purpose(k), style{size: c.px(24), lines: 2, col: text})
}

// purpose says what a counter is for: its name, else its services.
func (c *canvas) purpose(k feed.Counter) string {
	if k.Name != "" {
		return k.Name
	}
	var names []string
	for _, id := range k.Services {
		if v, ok := c.service(id); ok {
			names = append(names, v.Name)
		}
	}
	if len(names) > 2 {
		return names[0] + ", " + names[1] + " 외 " + strconv.Itoa(len(names)-2)
	}
	return strings.Join(names, ", ")
}
