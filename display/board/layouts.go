package board

import (
	"image"
	"strconv"

	"sunbeon/appliance/feed"
	"sunbeon/display/typeset"
)

// oneCall: the call over the full width, below it counters, services, calls.
func (c *canvas) oneCall(r image.Rectangle) {
	top, low := cutTop(r, r.Dy()*47/100, c.px(gutter))
	c.hero(top)
	g := c.px(gutter)
	if !c.sided {
		var tail image.Rectangle
		share := 26
		if c.arrival().size > 0 {
			share = 33
		}
		tail, low = cutRight(low, low.Dx()*share/100, g)
		c.coda(tail)
	}
	left, right := cutLeft(low, low.Dx()*38/100, g)
	c.tiles(left)
	c.queue(right)
}

// rows: the call, the services and, where there is room, the calls before beside a
// table of counters.
func (c *canvas) rows(r image.Rectangle) {
	g := c.px(gutter)
	left, right := cutLeft(r, r.Dx()*48/100, g)
	top, low := cutTop(left, left.Dy()*42/100, g)
	c.hero(top)
	card := c.arrival().size > 0 && low.Dy() >= c.cardHigh() && low.Dx() >= c.px(cardWide+280)+g
	if line := c.px(62); !card && low.Dy() >= c.px(64+46*float64(len(c.s.Services)))+g+line {
		var calls image.Rectangle
		calls, low = cutBottom(low, line, g)
		c.recents(calls)
	}
	if card {
		var box image.Rectangle
		box, low = cutRight(low, c.px(cardWide), g)
		c.arrive(box)
	}
	c.queue(low)
	c.table(right)
}

// grid: the call above a tile for every counter, services and calls beside.
func (c *canvas) grid(r image.Rectangle) {
	right, left := cutRight(r, r.Dx()*36/100, c.px(gutter))
	share := 40
	if len(c.s.Counters) > 20 {
		share = 33
	}
	top, low := cutTop(left, left.Dy()*share/100, c.px(gutter))
	c.hero(top)
	c.tiles(low)
	calls := min(right.Dy()*38/100, c.px(190))
	if len(c.offers) > 0 && right.Dy()-calls < c.px(96+46*float64(len(c.s.Services))) {
		calls = c.px(62) // one line of them: the column is narrow, and names wrap
	}
	if high := c.cardHigh(); c.arrival().size > 0 && right.Dy()-high >= c.px(96+30*float64(len(c.s.Services))) {
		calls = max(calls, high)
	}
	low, top = cutBottom(right, calls, c.px(gutter))
	c.queue(top)
	c.coda(low)
}

// byService: the call and the calls before it above a table of services.
func (c *canvas) byService(r image.Rectangle) {
	share := 34
	if len(c.s.Services) > 5 {
		share = 28
	}
	g := c.px(gutter)
	top, low := cutTop(r, r.Dy()*share/100, g)
	if !c.sided {
		var calls image.Rectangle
		calls, top = cutRight(top, top.Dx()*28/100, g)
		c.recents(calls)
		if c.arrival().size > 0 && low.Dy() >= c.cardHigh() && low.Dx() >= c.px(cardWide+800)+g {
			var card image.Rectangle
			card, low = cutRight(low, c.px(cardWide), g)
			c.arrive(card)
		}
	}
	c.hero(top)
	c.ledger(low)
}

// portrait: everything below the call.
func (c *canvas) portrait(r image.Rectangle) {
	g := c.px(gutter)
	calls, rest := image.Rectangle{}, r
	switch {
	case len(c.offers) > 0: // the counters need the room more
	case !c.sided && c.arrival().size > 0 && r.Dy() >= c.px(820):
		calls, rest = cutBottom(r, c.cardFlat(), g)
	default:
		calls, rest = cutBottom(r, c.px(62), g)
	}
	across := 4
	if len(c.s.Counters) > 16 {
		across = 5
	}
	// What services and counters want; the call takes what they leave, within
	// bounds.
	queue := c.px(64 + 46*float64(min(len(c.s.Services), 10)))
	tiles := c.px(64 + 64*float64((min(len(c.s.Counters), 40)+across-1)/across))
	hero := min(max(rest.Dy()-2*g-queue-tiles, r.Dy()*28/100), r.Dy()*40/100)
	top, rest := cutTop(rest, hero, g)
	mid, low := cutTop(rest, (rest.Dy()-g)*tiles/(tiles+queue), g)
	c.hero(top)
	c.tiles(mid)
	c.queue(low)
	if !calls.Empty() {
		c.coda(calls)
	}
}

// coda lists the calls before, with the way to an address if there is one: beside
// them, below them, or not at all where they would have no room left.
func (c *canvas) coda(r image.Rectangle) {
	g := c.px(gutter)
	k := c.arrival()
	switch {
	case k.size == 0:
	case r.Dy() >= c.cardHigh() && r.Dx() >= c.px(cardWide+160)+g:
		card, rest := cutRight(r, c.px(cardWide), g)
		c.recents(rest)
		c.arrive(card)
		return
	case r.Dx() >= c.cardLong() && r.Dy() >= c.cardFlat()+c.px(60)+g:
		card, rest := cutBottom(r, c.cardFlat(), g)
		c.recents(rest)
		c.arrive(card)
		return
	case r.Dy() >= c.cardFlat() && r.Dx() >= c.cardLong()+c.px(200)+g:
		card, rest := cutRight(r, max(c.cardLong(), r.Dx()-c.px(250)-g), g)
		c.recents(rest)
		c.arrive(card)
		return
	}
	c.recents(r)
}

// passport: a column for each service, with the number it has reached. There
// are three at most: no page may turn away the newest call.
func (c *canvas) passport(r image.Rectangle) {
	list := c.s.Services
	g := c.px(gutter)
	low, top := cutBottom(r, r.Dy()*26/100, g)
	for i, v := range list {
		c.column(slot(top, i, len(list), g, c.upright), v)
	}
	if !c.sided {
		share := 32
		if c.arrival().size > 0 {
			share = 56
		}
		var calls image.Rectangle
		calls, low = cutRight(low, low.Dx()*share/100, g)
		c.coda(calls)
	}
	c.tiles(low)
}

// column shows one service from top to bottom.
func (c *canvas) column(r image.Rectangle, v feed.Service) {
	c.round(r, 14, panel)
	in := inset(r, c.px(22), c.px(10))
	head, rest := cutTop(in, in.Dy()*18/100, c.px(8))
	foot, mid := cutBottom(rest, rest.Dy()*21/100, c.px(8))
	c.under(head, c.nameOf(v), style{size: c.px(36), lines: 2, font: bold, col: ink, align: centre}, style{size: c.px(18), col: soft})
	var calls []feed.Call
	for _, k := range c.calls {
		if is, _ := highlighted(k, c.at); is && k.Service == v.ID && len(calls) < 2 {
			calls = append(calls, k)
		}
	}
	c.shown = append(c.shown, calls...)
	if len(calls) > 1 {
		for i, k := range calls {
			c.call(slot(mid, i, len(calls), c.px(10), true), k, true)
		}
		c.columnFoot(foot, v)
		return
	}
	ticket, desk, hot := c.reached(v)
	number, text, faint := digits, ink, soft
	if hot {
		c.heat(mid, 10)
		number, text, faint = hotInk, hotInk, hotInk
	} else {
		c.round(mid, 10, stripe)
	}
	box := inset(mid, c.px(16), c.px(8))
	big, place := cutTop(box, box.Dy()*66/100, c.px(14))
	switch {
	case ticket == "":
		c.write(box, say.notCalled[ko], style{size: c.px(40), font: bold, col: faint, align: centre})
	case desk == 0:
		c.figure(box, ticket, style{font: bold, col: number, align: centre})
	default:
		c.figure(big, ticket, style{font: bold, col: number, align: centre})
		size := min(c.px(72), place.Dy())
		to := strconv.Itoa(desk)
		wide := int((c.Width(to, bold) + 0.62*c.Width(say.counter[ko], bold) + 0.2) * float64(size))
		side, space := size*6/10, size/3
		row := inset(place, max(0, (place.Dx()-side-space-wide)/2), 0)
		sign, row := cutLeft(row, side, space)
		c.sign(arrow, square(sign, side), faint)
		c.unit(row, to, say.counter[ko], size, style{font: bold, col: text})
	}
	c.columnFoot(foot, v)
}

// columnFoot says how many wait for a service, and how long.
func (c *canvas) columnFoot(foot image.Rectangle, v feed.Service) {
	count, wait := cutLeft(foot, foot.Dx()*44/100, c.px(10))
	c.under(count, waitingPeople(v.Waiting), style{size: c.px(32), font: bold, col: ink}, style{size: c.px(14), col: soft})
	c.expect(wait, v, c.px(32), true)
}

// figure sets a number as large as r allows, centred by its own height.
func (c *canvas) figure(r image.Rectangle, text string, st style) {
	text = typeset.Clean(text)
	top, bottom := c.extent(text)
	size := int(min(float64(r.Dy())*0.88/(bottom-top), float64(r.Dx())/max(c.Width(text, st.font), 0.5)))
	if size < typeset.Smallest {
		return
	}
	c.callEm = max(c.callEm, size)
	c.line(r, text, size, (r.Min.Y+r.Max.Y)/2-int((top+bottom)*float64(size)/2), st)
}

// dayClosed says that the office does not serve now, and when it gives tickets.
func (c *canvas) dayClosed(r image.Rectangle) {
	first, last := c.hours()
	var more words
	if first != "" {
		more = say.hours.with(first, last)
	}
	c.message(r, say.dayClosed, more)
}

// hours is the longest span of all services' issuing hours.
func (c *canvas) hours() (first, last string) {
	for _, v := range c.s.Services {
		if len(v.Hours) != len("09:00-18:00") {
			continue
		}
		from, to := v.Hours[:5], v.Hours[6:]
		if first == "" || from < first {
			first = from
		}
		if to > last {
			last = to
		}
	}
	return first, last
}
