package board

import (
	"fmt"
	"image"
	"slices"

	"sunbeon/appliance/feed"
)

// header names the office and leaves the room of the clock to the clock layer.
func (c *canvas) header(bar image.Rectangle) {
	c.fill(bar, quiet)
	line, _ := cutBottom(bar, c.px(1.5), 0)
	c.fill(line, rule)
	in, _ := cutTop(inset(bar, c.px(margin), 0), bar.Dy()-line.Dy(), 0)
	share := in.Dx() * 42 / 100
	if c.upright {
		share = in.Dx() * 46 / 100
	}
	right, left := cutRight(in, share, c.px(gutter))
	room := image.Rect(right.Min.X, right.Min.Y, right.Max.X+c.px(4), right.Max.Y)
	c.part(part{id: "clock", rect: room}, func() {
		c.fill(room, quiet)
		c.timepiece(right)
	})
	if c.s == nil {
		return
	}
	c.both(inset(left, 0, c.px(6)), named(c.s.Name, c.s.NameEn, c.hall.Names[""]),
		style{size: c.px(34), lines: 2, font: bold, col: ink}, style{size: c.px(17), col: soft})
}

// timepiece is the clock with the date, and says when it is not to be trusted.
func (c *canvas) timepiece(r image.Rectangle) {
	today := date(c.at)
	doubt := c.s != nil && !c.s.Clock
	now := style{size: c.px(46), font: bold, col: ink, align: right}
	day := style{size: c.px(22), col: soft, align: right}
	if c.upright {
		upper, lower := cutTop(inset(r, 0, c.px(8)), r.Dy()*52/100, 0)
		c.write(upper, c.at.Format("15:04"), now)
		if doubt {
			c.plateIn(lower, say.doubt, 22, right)
			return
		}
		c.both(lower, today, day, style{size: c.px(15), col: soft})
		return
	}
	_, wide := c.write(r, c.at.Format("15:04"), now)
	_, rest := cutRight(r, wide, c.px(18))
	if !doubt {
		c.both(inset(rest, 0, c.px(8)), today, day, style{size: c.px(15), col: soft})
		return
	}
	upper, lower := cutTop(inset(rest, 0, c.px(7)), rest.Dy()/2-c.px(7), 0)
	c.write(upper, today[ko], day)
	c.plateIn(lower, say.doubt, 18, right)
}

// warnings are what everybody must read.
func (c *canvas) warnings() []words {
	var out []words
	if since, lost := c.fresh.Since(); lost {
		out = append(out, say.lost.with(moment(since, c.at)))
	}
	if c.s == nil {
		return out
	}
	for _, f := range c.s.Faults {
		if f.Device == "printer" && len(c.offers) > 0 {
			continue // the offers say so
		}
		out = append(out, named(f.Ko, f.En, nil))
	}
	if c.s.DayOpen && len(c.s.Services) > 0 && !c.issuing() {
		out = append(out, say.ended)
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
		high = 100
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
		c.group(text, n, style{size: c.px(26), lines: lines + 1, font: bold, col: alarmInk}, style{size: c.px(17), lines: lines, col: alarmInk})
	}
	_, r = cutTop(r, c.px(gutter-8), 0)
	return r
}
