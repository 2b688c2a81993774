package board

import (
	"fmt"
	"image"
	"slices"
	"strings"

	"sunbeon/appliance/feed"
	"sunbeon/display/typeset"
)

// header names the office and leaves the room of the clock to the clock layer.
func (c *canvas) header(bar image.Rectangle) {
	c.fill(bar, quiet)
	line, _ := cutBottom(bar, c.px(1.5), 0)
	c.fill(line, rule)
	in, _ := cutTop(inset(bar, c.px(margin), 0), bar.Dy()-line.Dy(), 0)
	share := in.Dx() * 42 / 100
	if c.upright {
		share = in.Dx() * 40 / 100
	}
	right, left := cutRight(in, share, c.px(gutter))
	c.clockRect = right
	c.timepiece(right)
	if c.s == nil {
		return
	}
	c.both(inset(left, 0, c.px(6)), c.s.Name, c.s.NameEn,
		style{size: c.px(34), lines: 2, font: bold, col: ink}, style{size: c.px(17), col: soft})
}

// timepiece is the clock with the date, and says when it is not to be trusted.
func (c *canvas) timepiece(r image.Rectangle) {
	base := c.ops
	c.ops = nil
	defer func() { c.clock, c.ops = c.ops, base }()
	c.fill(r, quiet)
	ko, en := date(c.at)
	doubt := c.s != nil && !c.s.Clock
	now := style{size: c.px(46), font: bold, col: ink, align: right}
	day := style{size: c.px(22), col: soft, align: right}
	if c.upright {
		upper, lower := cutTop(inset(r, 0, c.px(8)), r.Dy()*52/100, 0)
		c.write(upper, c.at.Format("15:04"), now)
		if doubt {
			c.plateIn(lower, "시계 미확인", "", 22, right)
			return
		}
		c.both(lower, ko, en, day, style{size: c.px(15), col: soft})
		return
	}
	_, wide := c.write(r, c.at.Format("15:04"), now)
	_, rest := cutRight(r, wide, c.px(18))
	if !doubt {
		c.both(inset(rest, 0, c.px(8)), ko, en, day, style{size: c.px(15), col: soft})
		return
	}
	upper, lower := cutTop(inset(rest, 0, c.px(7)), rest.Dy()/2-c.px(7), 0)
	c.write(upper, ko, day)
	c.plateIn(lower, "시계 미확인", "Clock not confirmed", 18, right)
}

// notice is one thing that everybody must read.
type notice struct{ ko, en string }

func (c *canvas) warnings() []notice {
	var out []notice
	if since, lost := c.fresh.Since(); lost {
		ko, en := moment(since, c.at)
		out = append(out, notice{
			ko + "부터 새 정보를 받지 못하고 있습니다. 그때까지의 화면입니다. 직원의 안내를 받아 주십시오.",
			"No updates since " + en + ". Last known state shown; please ask the staff."})
	}
	if c.s == nil {
		return out
	}
	for _, f := range c.s.Faults {
		if f.Device == "printer" && len(c.offers) > 0 {
			continue // the offers say so
		}
		out = append(out, notice{f.Ko, f.En})
	}
	if c.s.DayOpen && len(c.s.Services) > 0 && !c.issuing() {
		out = append(out, notice{
			"오늘 번호표 발권을 마감하였습니다. 받으신 번호는 차례대로 모시겠습니다.",
			"No more tickets today. Tickets already taken will be served."})
	}
	return out
}

// issuing reports whether any service gives tickets.
func (c *canvas) issuing() bool {
	return slices.ContainsFunc(c.s.Services, func(v feed.Service) bool { return v.Issuing == feed.IssuingOpen })
}

// alerts puts the warnings above everything else and returns the room below.
// Two stand at once; more take turns.
func (c *canvas) alerts(r image.Rectangle) image.Rectangle {
	list := c.warnings()
	if len(list) == 0 {
		return r
	}
	from, to, page, pages := c.page(len(list), 2)
	high := 56.0
	if c.upright {
		high = 84
	}
	for i, n := range list[from:to] {
		var band image.Rectangle
		band, r = cutTop(r, c.px(high), c.px(8))
		c.round(band, 8, alarm)
		in := inset(band, c.px(18), c.px(3))
		icon, text := cutLeft(in, c.px(40), c.px(14))
		c.sign(warning, square(icon, c.px(38)), alarmInk)
		if pages > 1 && i == 0 {
			var mark image.Rectangle
			mark, text = cutRight(text, c.px(44), c.px(10))
			c.write(mark, fmt.Sprintf("%d/%d", page+1, pages), style{size: c.px(18), col: alarmInk, align: right})
		}
		lines := 1
		if c.upright {
			lines = 2
		}
		if !c.en || n.en == "" {
			c.write(text, n.ko, style{size: c.px(26), lines: lines + 1, font: bold, col: alarmInk})
			continue
		}
		ko, en := cutTop(text, text.Dy()*62/100, 0)
		c.write(ko, n.ko, style{size: c.px(26), lines: lines, font: bold, col: alarmInk})
		c.write(en, n.en, style{size: c.px(16), col: alarmInk})
	}
	_, r = cutTop(r, c.px(gutter-8), 0)
	return r
}

// footer lists who may still come and what the office has to say, and returns
// the room above. It is absent when there is nothing to say.
func (c *canvas) footer(r image.Rectangle) image.Rectangle {
	notices := c.notices()
	var parts []func(image.Rectangle)
	var wants []int // px
	if c.s.DayOpen && len(c.s.Missed) > 0 {
		l := list{"부재", "Missed", "창구에 말씀해 주십시오", "Tell any counter", c.s.Missed}
		parts, wants = append(parts, func(r image.Rectangle) { c.labels(r, l) }), append(wants, c.labelsWidth(l))
	}
	if c.s.DayOpen && len(c.s.Held) > 0 {
		l := list{"보류", "On hold", "다시 불러 드립니다", "You will be called again", c.s.Held}
		parts, wants = append(parts, func(r image.Rectangle) { c.labels(r, l) }), append(wants, c.labelsWidth(l))
	}
	if len(c.offers) == 0 && c.s.DayOpen && len(c.s.Unprinted) > 0 {
		l := list{"미인쇄", "No paper", "번호를 기억해 주십시오", "Remember your number", c.s.Unprinted}
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
func (c *canvas) notices() []string {
	var out []string
	for _, v := range c.s.Services {
		if v.Issuing == feed.IssuingEarly && c.s.DayOpen && c.issuing() {
			out = append(out, "조기마감: 새 번호표는 드리지 않으며, 받으신 번호는 오늘 모시겠습니다.")
			break
		}
	}
	for _, n := range c.s.Notices {
		if n = typeset.Clean(n); n != "" {
			out = append(out, n)
		}
	}
	return out
}

// list is a line of the footer: tickets and what their holders should do.
type list struct {
	ko, en, doKo, doEn string
	tickets            []string
}

// titleWidth is that of a list's title, px.
func (c *canvas) titleWidth(l list) int {
	wide := int(c.Width(l.ko, bold)*float64(c.px(22))) + 1
	if c.en && c.px(15) >= c.legible() {
		wide += int(c.Width(l.en, regular)*float64(c.px(15))) + 1 + c.px(22)*2/5
	}
	return wide
}

// labelsWidth is what a list would like to have, px.
func (c *canvas) labelsWidth(l list) int {
	advice := int(c.Width(l.doKo, regular)*float64(c.px(18))) + 1
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
	c.both(head, l.ko, l.en, title, small)
	c.write(hint, l.doKo, style{size: c.px(18), col: soft, align: right})
	size := min(c.px(28), int(float64(lower.Dy())/c.High(1, bold)))
	all := c.enumerate(l.tickets, lower.Dx(), size)
	_, wide := c.write(lower, all, style{size: size, font: bold, col: digits})
	// The Korean advice always stands beside the title, the English where the
	// numbers leave room.
	if _, rest := cutLeft(lower, wide, c.px(16)); c.en && small.size >= c.legible() &&
		c.Width(l.doEn, regular)*float64(small.size) <= float64(rest.Dx()) {
		small.align = right
		c.write(rest, l.doEn, small)
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

// bulletin shows the notices one after the other.
func (c *canvas) bulletin(r image.Rectangle, notices []string) {
	c.round(r, 10, panel)
	in := inset(r, c.px(18), c.px(6))
	from, _, page, pages := c.page(len(notices), 1)
	title, text := cutLeft(in, c.px(54), c.px(14))
	c.write(title, "안내", style{size: c.px(22), font: bold, col: ink})
	if pages > 1 {
		var mark image.Rectangle
		mark, text = cutRight(text, c.px(40), c.px(10))
		c.write(mark, fmt.Sprintf("%d/%d", page+1, pages), style{size: c.px(16), col: soft, align: right})
	}
	c.write(text, notices[from], style{size: c.px(24), lines: 2, col: ink})
}
