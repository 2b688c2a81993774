package board

import (
	"image"
	"slices"

	"sunbeon/appliance/feed"
	"sunbeon/display/typeset"
)

// A number without paper is shown large, with the code of its page to be
// photographed as a ticket. The newest always is: its holder stands before the
// screen. The others take turns below it, and are listed meanwhile.
//
//	+------------------------------+--------------------+
//	|                              | ! not printed:     |
//	|   3017 번   ->   3 창구       |   remember it      |
//	|                              | 118 번      [code] |
//	|   counters, services ...     | 116 번      [code] |
//	|                              | others 117 115 114 |
//	+------------------------------+--------------------+
//
// The call keeps the first place and the larger figures.

// choose picks the offers that are shown large now.
func (c *canvas) choose(offers []feed.Offer) {
	if c.s == nil || !c.s.DayOpen || len(offers) == 0 {
		return
	}
	c.offers = append(c.offers, offers[0])
	if rest := offers[1:]; len(rest) > 0 {
		from, _, _, _ := c.page(len(rest), 1)
		c.offers = append(c.offers, rest[from])
	}
}

// others lists the numbers without paper that are not shown large.
func (c *canvas) others() []string {
	return slices.DeleteFunc(slices.Clone(c.s.Unprinted), func(label string) bool {
		return slices.ContainsFunc(c.offers, func(o feed.Offer) bool { return o.Ticket == label })
	})
}

// aside takes from r the room of the offers, beside everything else or below it.
func (c *canvas) aside(r image.Rectangle) (box, rest image.Rectangle) {
	n := len(c.offers)
	switch {
	case n == 0:
		return image.Rectangle{}, r
	case c.upright:
		return cutBottom(r, min(c.px(126+184*float64(n)), r.Dy()*42/100), c.px(gutter))
	}
	return cutRight(r, r.Dx()*36/100, c.px(gutter))
}

// offered shows the offers. Calls are drawn before it.
func (c *canvas) offered(r image.Rectangle) {
	n := len(c.offers)
	if n == 0 {
		return
	}
	c.round(r, 14, panel)
	high := 96.0
	if c.upright {
		high = 80
	}
	head, rest := cutTop(r, min(c.px(high), r.Dy()/3), 0)
	c.offerHead(head)
	rest = inset(rest, c.px(14), c.px(10))
	if more := c.others(); rest.Dy() >= c.px(200) && (len(more) > 0 || c.offers[0].Page != "") {
		var foot image.Rectangle
		foot, rest = cutBottom(rest, c.px(30), c.px(6))
		c.offerFoot(foot, more)
	}
	for i, o := range c.offers {
		c.offer(slot(rest, i, n, c.px(10), true), o)
	}
}

// offerHead says why the numbers stand there and what their holders do.
func (c *canvas) offerHead(r image.Rectangle) {
	c.round(r, 14, alarm)
	in := inset(r, c.px(16), c.px(7))
	icon, text := cutLeft(in, c.px(44), c.px(12))
	c.sign(warning, square(icon, c.px(44)), alarmInk)
	lines := []string{say.without[ko], say.remembered[ko]}
	if slices.ContainsFunc(c.s.Faults, func(f feed.Fault) bool { return f.Device == "printer" }) {
		lines[0] = say.stopped[ko]
	}
	if c.upright {
		lines = []string{lines[0] + " " + lines[1]}
	}
	rows := len(lines)
	if c.second != ko {
		rows++
	}
	for i, line := range lines {
		c.write(slot(text, i, rows, 0, true), line, style{size: c.px(27), font: bold, col: alarmInk})
	}
	if c.second != ko {
		c.other(slot(text, rows-1, rows, 0, true), say.remembered, style{size: c.px(17), col: alarmInk})
	}
}

// offerFoot lists the other numbers without paper or, where there are none, says
// what the code is for.
func (c *canvas) offerFoot(r image.Rectangle, others []string) {
	if len(others) > 0 {
		st := style{size: min(c.px(20), r.Dy()*8/10), font: bold, col: soft}
		title, numbers := cutLeft(r, int(c.Width(say.others[ko], bold)*float64(st.size))+1, c.px(14))
		c.write(title, say.others[ko], st)
		st = style{size: min(c.px(26), int(float64(r.Dy())/c.High(1, bold))), font: bold, col: ink}
		c.write(numbers, c.enumerate(others, numbers.Dx(), st.size), st)
		return
	}
	c.write(r, say.photograph[ko], style{size: c.px(20), col: soft, align: centre})
}

// offer shows one number, what it is for, and its code. The figures are no
// larger than those of a call, unless several calls share their place.
func (c *canvas) offer(r image.Rectangle, o feed.Offer) {
	c.round(r, 10, stripe)
	in := inset(r, c.px(14), c.px(8))
	if k := c.board.page(o.Page); k.size > 0 {
		var box image.Rectangle
		if in.Dx()*10 >= in.Dy()*13 {
			box, in = cutRight(in, min(in.Dy(), in.Dx()*52/100), c.px(12))
		} else {
			box, in = cutBottom(in, min(in.Dx(), in.Dy()*58/100), c.px(8))
		}
		c.qr(box, k)
	}
	if v, known := c.service(o.Service); known {
		var foot image.Rectangle
		foot, in = cutBottom(in, in.Dy()*40/100, c.px(4))
		st := style{size: c.px(25), font: bold, col: ink}
		if c.Fit(typeset.Clean(v.Name), foot.Dx(), foot.Dy(), st.size, 1, bold).Size < c.px(18) {
			st.lines = 2
		}
		c.both(foot, c.nameOf(v), st, style{size: c.px(15), col: soft})
	}
	most := c.px(150)
	if c.callEm > 0 {
		most = max(c.callEm, c.px(66))
	}
	ticket := typeset.Clean(o.Ticket)
	top, bottom := c.extent(ticket)
	word := wordGap + wordEm*c.Width(say.no[ko], bold)
	size := int(min(float64(most), float64(in.Dy())/(bottom-top), float64(in.Dx())/(c.Width(ticket, bold)+word)))
	if size < typeset.Smallest {
		return
	}
	c.figures(in, ticket, say.no, size, (in.Min.Y+in.Max.Y)/2-int((top+bottom)*float64(size)/2), ink, soft)
}
