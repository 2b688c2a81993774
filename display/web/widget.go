package web

import (
	"net/http"
	"strings"
	"time"
)

// widgetEvery is how often a widget loads itself again, seconds.
const widgetEvery = "60"

// widget is one office in small, for a frame on another site: no script, no
// cookie, no form. It alone may be framed by anybody, because there is nothing in
// it that a click could be stolen from.
func (s *Site) widget(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", strings.Replace(strings.Replace(h.Get("Content-Security-Policy"),
		"frame-ancestors 'none'", "frame-ancestors *", 1), "script-src 'self'", "script-src 'none'", 1))
	h.Del("X-Frame-Options")
	p := s.page(r, Words{"순번", "Queue"})
	status := http.StatusOK
	if o, ok := s.city.Office(r.PathValue("office")); ok {
		d := detail(o, p.Link.Connected, time.UnixMilli(p.Now))
		p.Title, p.Detail, p.Public = d.Name, &d, true
		if p.Still = r.URL.Query().Has("still"); !p.Still {
			h.Set("Refresh", widgetEvery)
		}
	} else {
		why := because(unknownOffice)
		p.Why, status = &why, why.status
	}
	s.render(w, "widget.html", status, p)
}
