package console

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"

	"sunbeon/appliance/journal"
	"sunbeon/appliance/queue"
)

// Sizes of the picture, in its own units.
const (
	chartWide   = 960
	chartHigh   = 360
	chartLeft   = 56
	chartRight  = 16
	chartTop    = 56
	chartBottom = 48
)

func (c *Console) figuresSVG(w http.ResponseWriter, r *http.Request) {
	fig, _, p := c.figuresOf(r)
	if p != nil {
		c.figuresRefused(w, r, p)
		return
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	_, _ = w.Write(chart(fig)) // a reader that has gone
}

// bar is an hour of the picture.
type bar struct {
	name           string
	office, online int // taken in the office, and online
}

// bars fills the hours between the first and the last that have tickets, so
// that equal distances are equal times. Tickets of an unconfirmed clock come
// last.
func bars(f journal.Figures) []bar {
	var out []bar
	var unsure *bar
	for _, g := range f.Hours {
		b := bar{hourName(g.Key), g.Issued[queue.Button] + g.Issued[queue.Clerk], g.Issued[queue.Online]}
		hour, err := strconv.Atoi(g.Key)
		if err != nil {
			unsure = &b
			continue
		}
		if len(out) > 0 {
			last, _ := strconv.Atoi(out[len(out)-1].name[:2])
			for h := last + 1; h < hour; h++ {
				out = append(out, bar{name: hourName(fmt.Sprintf("%02d", h))})
			}
		}
		out = append(out, b)
	}
	if unsure != nil {
		out = append(out, *unsure)
	}
	return out
}

// chart draws tickets by the hour of issue as stacked bars. It is a picture by
// itself: no style sheet, no script, colours that differ in lightness too.
func chart(f journal.Figures) []byte {
	var b bytes.Buffer
	put := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	put(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-labelledby="t d"`, chartWide, chartHigh)
	put(` font-family="'Noto Sans KR','Noto Sans CJK KR',NanumSquare,NanumGothic,'Malgun Gothic',sans-serif" font-size="15" fill="#14202e">`)
	put(`<title id="t">시간대별 발급 %s</title>`, escape(span(f)))
	put(`<desc id="d">%s</desc>`, escape(summary(f)))
	put(`<rect width="%d" height="%d" fill="#ffffff"/>`, chartWide, chartHigh)
	put(`<rect x="%d" y="14" width="16" height="16" rx="3" fill="#0b3a75"/><text x="%d" y="27">민원실 발급</text>`, chartLeft, chartLeft+24)
	put(`<rect x="%d" y="14" width="16" height="16" rx="3" fill="#8fb3dc"/><text x="%d" y="27">온라인 발급</text>`, chartLeft+130, chartLeft+154)
	all := bars(f)
	most := 0
	for _, x := range all {
		most = max(most, x.office+x.online)
	}
	step, top := scale(most)
	high := chartHigh - chartTop - chartBottom
	y := func(n int) float64 { return float64(chartHigh-chartBottom) - float64(n)*float64(high)/float64(top) }
	for n := 0; n <= top; n += step {
		put(`<path d="M%d %.1fH%d" stroke="%s" fill="none"/>`, chartLeft, y(n), chartWide-chartRight, map[bool]string{true: "#14202e", false: "#dde3ea"}[n == 0])
		put(`<text x="%d" y="%.1f" text-anchor="end" fill="#434e5c">%d</text>`, chartLeft-10, y(n)+5, n)
	}
	if len(all) == 0 {
		put(`<text x="%d" y="%d" text-anchor="middle" fill="#434e5c">이 기간에 발급한 번호표가 없습니다.</text>`, chartWide/2, chartHigh/2)
	}
	slot := float64(chartWide-chartLeft-chartRight) / float64(max(len(all), 1))
	wide := min(slot*0.62, 64)
	for i, x := range all {
		mid := chartLeft + slot*(float64(i)+0.5)
		put(`<g><title>%s %d명</title>`, escape(x.name), x.office+x.online)
		if x.office > 0 {
			put(`<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="#0b3a75"/>`, mid-wide/2, y(x.office), wide, y(0)-y(x.office))
		}
		if x.online > 0 {
			put(`<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="#8fb3dc"/>`, mid-wide/2, y(x.office+x.online), wide, y(x.office)-y(x.office+x.online))
		}
		if n := x.office + x.online; n > 0 {
			put(`<text x="%.1f" y="%.1f" text-anchor="middle" font-weight="700">%d</text>`, mid, y(n)-7, n)
		}
		put(`<text x="%.1f" y="%d" text-anchor="middle" fill="#434e5c" font-size="%d">%s</text></g>`, mid, chartHigh-chartBottom+24, nameSize(len(all)), escape(x.name))
	}
	put(`</svg>`)
	return b.Bytes()
}

// nameSize keeps the names of 24 hours apart.
func nameSize(bars int) int {
	if bars > 16 {
		return 12
	}
	return 15
}

// scale chooses round steps, at most five, and the top of the axis.
func scale(most int) (step, top int) {
	for ten := 1; ; ten *= 10 {
		for _, k := range []int{1, 2, 5} {
			if step = k * ten; most <= step*5 {
				return step, max((most+step-1)/step, 1) * step
			}
		}
	}
}

func span(f journal.Figures) string {
	if f.From == f.To {
		return f.From
	}
	return f.From + " ~ " + f.To
}

func escape(text string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(text)) // into memory
	return b.String()
}
