package board

import (
	"image"
	"image/color"
	"strconv"
	"strings"

	"sunbeon/appliance/feed"
	"sunbeon/display/typeset"
)

// tiles shows a tile for every counter.
func (c *canvas) tiles(r image.Rectangle) {
	list := c.s.Counters
	if len(list) == 0 || r.Empty() {
		return
	}
	in := c.card(r, say.counters)
	if in.Dy() < c.px(24) {
		return
	}
	gap := c.px(8)
	columns := max(1, (in.Dx()+gap)/(c.px(98)+gap))
	lines := max(1, (in.Dy()+gap)/(c.px(40)+gap))
	most := columns * lines
	from, to, page, pages := c.page(len(list), most)
	if pages > 1 {
		in = c.turning(r, in, page, pages)
	}
	n := to - from
	if pages > 1 {
		n = (len(list) + pages - 1) / pages
	}
	// The most even grid that is no taller than needed.
	lines = min(lines, (n+columns-1)/columns)
	best, bestScore := columns, 0.0
	for rows := lines; rows <= max(lines, (in.Dy()+gap)/(c.px(40)+gap)); rows++ {
		cols := (n + rows - 1) / rows
		w, h := float64(in.Dx()+gap)/float64(cols)-float64(gap), float64(in.Dy()+gap)/float64(rows)-float64(gap)
		if score := min(w/2.1, h); score > bestScore {
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

// tile shows one counter: its number above or on a plaque at the left, and whom
// it serves.
func (c *canvas) tile(r image.Rectangle, k feed.Counter) {
	number, label, plaque := digits, soft, ground
	hot := shows(k) && c.isHot(k.Ticket, k.Number)
	switch {
	case hot:
		c.heat(r, 8)
		number, label, plaque = hotInk, ink, hotInk
	case k.State == feed.CounterOpen, k.State == feed.CounterUnknown:
		c.round(r, 8, stripe)
	default:
		c.round(r, 8, quiet)
	}
	var body image.Rectangle
	if r.Dy() >= c.px(68) {
		var tag image.Rectangle
		tag, body = cutTop(r, r.Dy()*41/100, 0)
		if hot {
			label = hotInk
		}
		c.deskTag(inset(tag, c.px(8), c.px(3)), k.Number, label)
		body = inset(body, c.px(8), c.px(3))
	} else {
		side := inset(r, c.px(5), c.px(5))
		var tag image.Rectangle
		tag, body = cutLeft(side, min(side.Dx()*32/100, side.Dy()*13/10), c.px(4))
		c.round(tag, 5, plaque)
		c.write(inset(tag, c.px(3), 0), strconv.Itoa(k.Number), style{size: min(c.px(28), tag.Dy()*7/10), font: bold, col: label, align: centre})
		body = inset(body, c.px(3), 0)
	}
	if w := desk(k); w[ko] != "" {
		c.both(body, w, style{size: min(c.px(28), body.Dy()*6/10), font: bold, col: ink, align: centre}, style{size: c.px(13), col: soft})
		return
	}
	if k.Ticket == "" {
		c.write(body, "–", style{size: c.px(28), col: soft, align: centre})
		return
	}
	c.write(body, k.Ticket, style{size: min(c.px(60), body.Dy()), font: bold, col: number, align: centre})
}

// deskTag writes a counter's number with the word behind it, centred.
func (c *canvas) deskTag(r image.Rectangle, n int, col color.RGBA) {
	size := min(c.px(30), r.Dy()*9/10)
	c.unit(r, strconv.Itoa(n), say.counter[ko], size, style{font: bold, col: col, align: centre})
}

// unit writes a figure with a smaller word behind it on one baseline; without
// the word where there is no room.
func (c *canvas) unit(r image.Rectangle, figure, word string, size int, st style) {
	small := size * 62 / 100
	wide := int(c.Width(figure, st.font)*float64(size) + 0.999)
	tail := int(c.Width(word, st.font)*float64(small) + 0.999)
	space := max(3, size/6)
	if wide+space+tail > r.Dx() || small < typeset.Smallest {
		st.size = size
		c.write(r, figure, st)
		return
	}
	switch st.align {
	case centre:
		r = inset(r, (r.Dx()-wide-space-tail)/2, 0)
	case right:
		_, r = cutLeft(r, r.Dx()-wide-space-tail, 0)
	}
	a, b := cutLeft(r, wide, space)
	y := (r.Min.Y+r.Max.Y)/2 + int(float64(size)*c.Face(st.font).Middle+0.5)
	st.align = left
	c.line(a, figure, size, y, st)
	c.line(b, word, small, y, st)
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
	d, n, w := cells(head)
	list := c.s.Counters
	if len(list) == 0 {
		return
	}
	from, to, page, pages := c.page(len(list), max(1, body.Dy()/max(c.px(48), lowestRow)))
	title := w
	if pages > 1 {
		var mark image.Rectangle
		mark, title = cutRight(w, c.px(60), c.px(4))
		c.write(mark, strconv.Itoa(page+1)+"/"+strconv.Itoa(pages), style{size: c.px(18), col: soft, align: right})
	}
	st, se := style{size: c.px(20), font: bold, col: soft}, style{size: c.px(14), col: soft}
	c.both(title, say.service, st, se)
	c.both(d, say.counter, st, se)
	st.align = centre
	c.both(n, say.number, st, se)
	high := min(c.px(92), body.Dy()/(to-from))
	var purposes []string
	for _, k := range list {
		purposes = append(purposes, c.purpose(k))
	}
	size := c.common(purposes, w.Dx(), high-c.px(8), min(c.px(26), high/2), 2, regular)
	for i, k := range list[from:to] {
		var row image.Rectangle
		row, body = cutTop(body, high, 0)
		c.tableRow(inset(row, 0, c.px(2)), k, i%2 == 0, size, cells)
	}
}

func (c *canvas) tableRow(row image.Rectangle, k feed.Counter, odd bool, small int, cells func(image.Rectangle) (a, b, d image.Rectangle)) {
	number, text := digits, ink
	hot := shows(k) && c.isHot(k.Ticket, k.Number)
	switch {
	case hot:
		c.heat(row, 8)
		number, text = hotInk, hotInk
	case odd:
		c.round(row, 8, stripe)
	}
	d, n, w := cells(row)
	size := min(c.px(58), row.Dy()*9/10)
	c.write(d, strconv.Itoa(k.Number), style{size: size, font: bold, col: text})
	if w := desk(k); w[ko] != "" {
		c.both(n, w, style{size: c.px(28), font: bold, col: ink, align: centre}, style{size: c.px(15), col: soft})
	} else if k.Ticket == "" {
		c.write(n, "–", style{size: size / 2, col: soft, align: centre})
	} else {
		c.write(n, k.Ticket, style{size: size, font: bold, col: number, align: centre})
	}
	c.write(inset(w, 0, c.px(2)), c.purpose(k), style{size: small, lines: 2, col: text})
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
