package board

import (
	"fmt"
	"image"
	"strings"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/display/typeset"
)

// footer lists who may still come and what the office has to say, and returns
// the room above. It is absent when there is nothing to say.
func (c *canvas) footer(r image.Rectangle) image.Rectangle {
	notices := c.notices()
	var parts []func(image.Rectangle)
	var wants []int // px
	if c.s.DayOpen && len(c.s.Missed) > 0 {
		l := list{say.missed, say.missedDo, c.s.Missed}
		parts, wants = append(parts, func(r image.Rectangle) { c.labels(r, l) }), append(wants, c.labelsWidth(l))
	}
	if c.s.DayOpen && len(c.s.Held) > 0 {
		l := list{say.held, say.heldDo, c.s.Held}
		parts, wants = append(parts, func(r image.Rectangle) { c.labels(r, l) }), append(wants, c.labelsWidth(l))
	}
	if len(c.offers) == 0 && c.s.DayOpen && len(c.s.Unprinted) > 0 {
		l := list{say.unprinted, say.unprintedDo, c.s.Unprinted}
		parts, wants = append(parts, func(r image.Rectangle) { c.labels(r, l) }), append(wants, c.labelsWidth(l))
	}
	if len(notices) > 0 {
		parts, wants = append(parts, func(r image.Rectangle) { c.bulletin(r, notices) }), append(wants, r.Dx())
	}
	if len(parts) == 0 {
		return r
	}
	if c.upright {
		strip, rest := cutBottom(r, c.px(72)*len(parts)+c.px(8)*(len(parts)-1), c.px(gutter))
		for i, part := range parts {
			part(slot(strip, i, len(parts), c.px(8), true))
		}
		return rest
	}
	if last := len(parts) - 1; last > 2 { // the notices get a row of their own
		var row image.Rectangle
		row, r = cutBottom(r, c.px(68), c.px(8))
		parts[last](row)
		parts = parts[:last]
	}
	strip, rest := cutBottom(r, c.px(68), c.px(gutter))
	for i, part := range parts {
		box, more := cutLeft(strip, min(wants[i], r.Dx()*36/100), c.px(gutter))
		if i == len(parts)-1 {
			box = strip
		}
		strip = more
		part(box)
	}
	return rest
}

// notices are the office's own, and what an early close means.
func (c *canvas) notices() []words {
	var out []words
	for _, v := range c.s.Services {
		if v.Issuing == feed.IssuingEarly && c.s.DayOpen && c.issuing() {
			out = append(out, say.earlyMore)
			break
		}
	}
	for _, n := range c.s.Notices {
		if n = typeset.Clean(n); n != "" {
			out = append(out, korean(n))
		}
	}
	return out
}

// list is a line of the footer: tickets and what their holders should do.
type list struct {
	title, do words
	tickets   []string
}

// titleWidth is that of a list's title, px.
func (c *canvas) titleWidth(l list) int {
	wide := int(c.Width(l.title[ko], bold)*float64(c.px(22))) + 1
	if c.foreign(l.title, c.px(15)) {
		wide += c.widest(l.title, style{size: c.px(15)}) + 1 + c.px(22)*2/5
	}
	return wide
}

// labelsWidth is what a list would like to have, px.
func (c *canvas) labelsWidth(l list) int {
	advice := int(c.Width(l.do[ko], regular)*float64(c.px(18))) + 1
	numbers := int(c.Width(strings.Join(l.tickets, " · "), bold)*float64(c.px(28))) + 1
	return max(c.titleWidth(l)+c.px(18)+advice, numbers) + 2*c.px(18)
}

// labels lists tickets behind a title and what their holders should do.
func (c *canvas) labels(r image.Rectangle, l list) {
	c.round(r, 10, panel)
	in := inset(r, c.px(18), c.px(7))
	upper, lower := cutTop(in, in.Dy()*46/100, c.px(3))
	title, small := style{size: c.px(22), font: bold, col: ink}, style{size: c.px(15), col: soft}
	head, hint := cutLeft(upper, c.titleWidth(l), c.px(16))
	c.both(head, l.title, title, small)
	c.write(hint, l.do[ko], style{size: c.px(18), col: soft, align: right})
	size := min(c.px(28), int(float64(lower.Dy())/c.High(1, bold)))
	all := c.enumerate(l.tickets, lower.Dx(), size)
	_, wide := c.write(lower, all, style{size: size, font: bold, col: digits})
	// The Korean advice always stands beside the title, the other where the
	// numbers leave room.
	if _, rest := cutLeft(lower, wide, c.px(16)); c.foreign(l.do, small.size) && c.widest(l.do, small) <= rest.Dx() {
		small.align = right
		c.other(rest, l.do, small)
	}
}

// enumerate joins as many labels as fit, and counts the others.
func (c *canvas) enumerate(list []string, wide, size int) string {
	const sep = " · "
	var b strings.Builder
	for i, s := range list {
		s = typeset.Clean(s)
		tail := ""
		if left := len(list) - i - 1; left > 0 {
			tail = fmt.Sprintf(" 외 %d", left)
		}
		next := s
		if i > 0 {
			next = sep + s
		}
		if i > 0 && c.Width(b.String()+next+tail, bold)*float64(size) > float64(wide) {
			fmt.Fprintf(&b, " 외 %d", len(list)-i)
			break
		}
		b.WriteString(next)
	}
	return b.String()
}

// bulletin shows the notices one after the other. They roll into their place,
// and stand still to be read; one that is too long for it takes several turns.
func (c *canvas) bulletin(r image.Rectangle, notices []words) {
	c.round(r, 10, panel)
	in := inset(r, c.px(18), min(3, r.Dy()/8))
	title, box := cutLeft(in, c.px(54), c.px(10))
	c.write(title, say.notices[ko], style{size: c.px(22), font: bold, col: ink})
	mark, text := cutRight(inset(box, c.px(4), c.px(4)), c.px(40), c.px(10))
	st, se := style{size: c.px(24), lines: 2, col: ink}, style{size: c.px(16), lines: 2, col: soft}
	var list []words
	for _, n := range notices {
		if c.foreign(n, se.size) && c.Width(n[ko], st.font)*float64(c.px(20)) <= float64(text.Dx()) {
			list = append(list, n)
			continue
		}
		for _, page := range c.Pages(n[ko], text.Dx(), c.px(22), st.lines, st.font) {
			list = append(list, korean(page))
		}
		if n[ko] = ""; c.foreign(n, se.size) {
			list = append(list, n)
		}
	}
	turn := c.turns(len(list), pageTurn, rollTime)
	one := func(i int) func() {
		return func() {
			c.fill(box, panel)
			if len(list) > 1 {
				c.write(mark, fmt.Sprintf("%d/%d", i+1, len(list)), style{size: c.px(16), col: soft, align: right})
			}
			switch n := list[i]; {
			case n[ko] == "":
				c.other(text, n, st)
			case c.foreign(n, se.size):
				upper, lower := cutTop(text, text.Dy()*57/100, 0)
				c.write(upper, n[ko], style{size: c.px(24), col: ink})
				c.other(lower, n, style{size: c.px(16), col: soft})
			default:
				c.write(text, n[ko], st)
			}
		}
	}
	if !turn.moves {
		c.part(part{id: "ticker", rect: box}, one(turn.shown))
		return
	}
	up := func(now time.Time) int { return int(progress(turn.since, now, rollTime)*float64(box.Dy()) + 0.5) }
	out := func(now time.Time) image.Point { return image.Pt(0, -up(now)) }
	come := func(now time.Time) image.Point { return image.Pt(0, box.Dy()-up(now)) }
	c.part(part{id: "ticker", rect: box, move: out, clip: box}, one(turn.shown))
	c.part(part{id: "ticker/in", rect: box, move: come, clip: box}, one(turn.next))
}
