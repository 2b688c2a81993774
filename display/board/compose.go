package board

import (
	"image"
	"image/color"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/display/typeset"
)

// margin and gap of the picture, units.
const (
	margin = 30
	gutter = 16
)

// compose lays the picture out.
func (b *Board) compose(v Show, at time.Time, tone color.RGBA) *scene {
	var s *feed.Snapshot
	var offers []feed.Offer
	if v.Hall != nil {
		s, offers = &v.Hall.Snapshot, v.Hall.Offers
	}
	w, h := b.opt.Width, b.opt.Height
	c := &canvas{Setter: b.set, s: s, at: at, fresh: v.Fresh, hall: v.Hall, second: b.turn(at), board: b, hotTone: tone}
	c.upright = h > w
	if c.upright {
		c.u = min(float64(w)/720, float64(h)/1280)
	} else {
		c.u = min(float64(w)/1280, float64(h)/720)
	}
	c.until(at.Truncate(time.Minute).Add(time.Minute))
	if len(b.others) > 1 {
		c.until(time.UnixMilli((at.UnixMilli()/pageTurn.Milliseconds() + 1) * pageTurn.Milliseconds()))
	}
	if s != nil {
		c.calls = newest(s.Calls)
		for _, k := range c.calls {
			if hot, end := highlighted(k, at); hot {
				c.until(end)
			}
		}
	}
	c.choose(offers)
	all := image.Rect(0, 0, w, h)
	c.fill(all, ground)
	head := 76.0
	if c.upright {
		head = 122
	}
	bar, rest := cutTop(all, c.px(head), c.px(gutter))
	c.header(bar)
	rest = inset(rest, c.px(margin), 0)
	_, rest = cutBottom(rest, c.px(24), 0)
	rest = c.alerts(rest)
	if s == nil {
		c.message(rest, say.wait, say.starting)
		return &c.scene
	}
	rest = c.footer(rest)
	if !s.DayOpen {
		c.dayClosed(rest)
		return &c.scene
	}
	layout := b.layout(s)
	if layout == Passport && c.upright && len(c.offers) > 0 {
		layout = Portrait // a column each would leave the call no room
	}
	c.slides = pictures(v.Slides)
	var aside image.Rectangle
	if c.sided = c.showing(layout); c.sided {
		aside, rest = c.side(rest)
		if layout == Rows || layout == Grid {
			layout = OneCall // a table beside the call would leave neither room
		}
	} else {
		aside, rest = c.aside(rest)
	}
	switch layout {
	case OneCall:
		c.oneCall(rest)
	case Rows:
		c.rows(rest)
	case Grid:
		c.grid(rest)
	case ByService:
		c.byService(rest)
	case Portrait:
		c.portrait(rest)
	case Passport:
		c.passport(rest)
	}
	if c.sided {
		c.gallery(aside)
	} else {
		c.offered(aside)
	}
	return &c.scene
}

// layout resolves Auto, and what would not suit the screen's shape.
func (b *Board) layout(s *feed.Snapshot) Layout {
	upright := b.opt.Height > b.opt.Width
	switch l := b.opt.Layout; {
	case l == ByService, l == Passport && len(s.Services) > 3:
		return ByService
	case l == Passport && len(s.Services) > 0:
		return Passport
	case upright:
		return Portrait
	case l == Portrait:
		return Grid
	case l == OneCall, l == Rows, l == Grid:
		return l
	case len(s.Counters) <= 4:
		return OneCall
	case len(s.Counters) <= 8:
		return Rows
	}
	return Grid
}

// newest keeps the newest call of each ticket.
func newest(calls []feed.Call) []feed.Call {
	seen := make(map[string]bool, len(calls))
	var out []feed.Call
	for _, k := range calls {
		if !seen[k.Ticket] {
			seen[k.Ticket] = true
			out = append(out, k)
		}
	}
	return out
}

// news returns the calls that the eye should be drawn to: all that are new, or
// the newest one when none is, and whether they are new.
func (c *canvas) news(most int) (calls []feed.Call, hot bool) {
	for _, k := range c.calls {
		if is, _ := highlighted(k, c.at); is && len(calls) < most {
			calls = append(calls, k)
		}
	}
	if len(calls) == 0 && len(c.calls) > 0 {
		return c.calls[:1], false
	}
	return calls, len(calls) > 0
}

// isHot reports whether a ticket was just called to a counter.
func (c *canvas) isHot(ticket string, counter int) bool {
	for _, k := range c.calls {
		if k.Ticket == ticket && k.Counter == counter {
			hot, _ := highlighted(k, c.at)
			return hot
		}
	}
	return false
}

// reached returns the number that a service has reached, its counter, and
// whether it is new. The calls know it first.
func (c *canvas) reached(v feed.Service) (ticket string, counter int, hot bool) {
	for _, k := range c.calls {
		if is, _ := highlighted(k, c.at); is && k.Service == v.ID {
			return k.Ticket, k.Counter, true
		}
	}
	return v.Called, v.CalledAt, false
}

// heat paints the ground of something just called and has it pulse.
func (c *canvas) heat(r image.Rectangle, units float64) {
	c.round(r, units, c.hotTone)
	c.hot = append(c.hot, r)
}

// nameOf names a service.
func (c *canvas) nameOf(v feed.Service) words { return named(v.Name, v.NameEn, c.hall.Names[v.ID]) }

func (c *canvas) service(id string) (feed.Service, bool) {
	for _, v := range c.s.Services {
		if v.ID == id {
			return v, true
		}
	}
	return feed.Service{}, false
}

// card paints a panel with a title and returns the room inside.
func (c *canvas) card(r image.Rectangle, head words) image.Rectangle {
	c.round(r, 12, panel)
	in := inset(r, c.px(20), c.px(10))
	if in.Dy() < c.px(84) {
		return in
	}
	title, rest := cutTop(in, c.px(32), 0)
	if title.Dx() < c.px(236) { // the page's mark stands there, see turning
		_, title = cutRight(title, c.px(60), 0)
	}
	c.both(title, head, style{size: c.px(22), font: bold, col: soft}, style{size: c.px(15), col: soft})
	line, rest := cutTop(rest, c.px(1.5), c.px(8))
	c.fill(line, rule)
	return rest
}

// plateIn writes a state's word on a light plate in r.
func (c *canvas) plateIn(r image.Rectangle, w words, units float64, a align) {
	st := style{size: min(c.px(units), int(float64(r.Dy())/1.5)), font: bold, col: plateInk, align: centre}
	se := style{size: st.size * 13 / 20, col: plateInk}
	pad := st.size / 2
	first, other := int(c.Width(w[ko], bold)*float64(st.size))+1, c.widest(w, se)
	wide, high := first, st.size*3/2
	switch stacked := st.size*3/2 + se.size*3/2; {
	case !c.foreign(w, se.size):
		w = korean(w[ko])
	case first+st.size*2/5+2+other+2*pad <= r.Dx():
		wide += st.size*2/5 + 2 + other
	case stacked <= r.Dy() && other+2*pad <= r.Dx():
		wide, high = max(first, other+2), stacked
	default:
		w = korean(w[ko])
	}
	wide = min(wide+2*pad, r.Dx())
	x := r.Min.X
	switch a {
	case centre:
		x += (r.Dx() - wide) / 2
	case right:
		x = r.Max.X - wide
	}
	y := r.Min.Y + (r.Dy()-high)/2
	box := image.Rect(x, y, x+wide, y+min(high, r.Dy()))
	c.round(box, 6, plate)
	c.both(inset(box, min(pad, wide/8), 0), w, st, se)
}

// message fills r with what the people in the hall should know: a headline and
// a line of advice, each with its other language, as one group in the middle.
func (c *canvas) message(r image.Rectangle, head, more words) {
	c.round(r, 14, panel)
	in := inset(r, c.px(40), c.px(16))
	parts := []struct {
		words words
		style style
		gap   float64 // below, of the group's unit
	}{
		{head, style{size: 84, font: bold, col: ink}, 26},
		{head, style{size: 36, font: c.second.face(regular), col: soft}, 52},
		{more, style{size: 44, font: bold, col: digits}, 20},
		{more, style{size: 28, font: c.second.face(regular), col: soft}, 0},
	}
	total, last := 0.0, 0.0
	for i, p := range parts {
		if p.words[ko] != "" && (i%2 == 0 || c.second != ko) {
			total += last + float64(p.style.size)*tall
			last = p.gap
		}
	}
	unit := min(c.u, float64(in.Dy())/total)
	_, in = cutTop(in, int((float64(in.Dy())-total*unit)/2), 0)
	for i, p := range parts {
		text := p.words[ko]
		if i%2 == 1 {
			text = p.words[c.second]
		}
		if p.words[ko] == "" || i%2 == 1 && c.second == ko {
			continue
		}
		var row image.Rectangle
		row, in = cutTop(in, int(float64(p.style.size)*tall*unit+0.5)+1, int(p.gap*unit))
		p.style.size, p.style.align = int(float64(p.style.size)*unit), centre
		if p.style.size >= typeset.Smallest {
			c.write(row, text, p.style)
		}
	}
}

// tall is the room of a line of any face, ems.
const tall = 1.26
