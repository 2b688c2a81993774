package web

import (
	"net/http"
	"strings"
)

// Handler answers every path of the site.
func (s *Site) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, base := range []string{"", "/en"} {
		mux.Handle("GET "+base+"/{$}", s.zip(http.HandlerFunc(s.front)))
		mux.Handle("GET "+base+"/map", s.zip(http.HandlerFunc(s.drawn)))
		mux.Handle("GET "+base+"/o/{office}", s.zip(http.HandlerFunc(s.office)))
		mux.Handle("GET "+base+"/o/{office}/curves", s.zip(http.HandlerFunc(s.curvesAgain)))
		mux.HandleFunc("GET "+base+"/widget/{office}", s.widget)
		mux.HandleFunc("GET "+base+"/t/{token}", s.ticket)
		mux.HandleFunc("GET "+base+"/o/{office}/ticket", s.offered)
		mux.HandleFunc("POST "+base+"/o/{office}/ticket", s.take)
		mux.HandleFunc("POST "+base+"/t/{token}/cancel", s.cancel)
		mux.HandleFunc("POST "+base+"/t/{token}/delay", s.delay)
		mux.HandleFunc("POST "+base+"/t/{token}/arrive", s.arrive)
		mux.HandleFunc("GET "+base+"/o/{office}/arrive", s.arriving)
		mux.HandleFunc("POST "+base+"/t/{token}/push", s.subscribe)
		mux.HandleFunc("POST "+base+"/t/{token}/text", s.text)
	}
	mux.Handle("GET /en", http.RedirectHandler("/en/", http.StatusPermanentRedirect))
	mux.HandleFunc("GET /events", func(w http.ResponseWriter, r *http.Request) {
		foreign(w.Header())
		s.stream(w, r, room{})
	})
	mux.HandleFunc("GET /o/{office}/events", func(w http.ResponseWriter, r *http.Request) {
		foreign(w.Header())
		id := r.PathValue("office")
		if _, ok := s.city.Office(id); !ok {
			s.refuse(w, r, because(unknownOffice))
			return
		}
		s.stream(w, r, room{office: id})
	})
	mux.HandleFunc("GET /t/{token}/events", func(w http.ResponseWriter, r *http.Request) {
		t, why := s.find(r.PathValue("token"))
		if why != "" {
			s.refuse(w, r, because(why))
			return
		}
		s.stream(w, r, room{office: t.Office, ticket: true})
	})
	mux.Handle("GET /api/v1/openapi.yaml", s.open(s.apiDocument))
	mux.Handle("GET /api/v1/offices", s.open(s.apiOffices))
	mux.Handle("GET /api/v1/offices/{office}", s.open(s.apiOffice))
	mux.Handle("GET /api/v1/offices/{office}/curves", s.open(s.apiCurves))
	mux.Handle("GET /api/v1/offices/{office}/nearby", s.open(s.apiNearby))
	mux.HandleFunc("GET /api/v1/tickets/{token}", s.apiTicket)
	mux.Handle("GET /B551982/cso_v2/cso_realtime_v2", s.open(s.national(realtimeRows)))
	mux.Handle("GET /B551982/cso_v2/cso_info_v2", s.open(s.national(infoRows)))
	mux.Handle("GET /assets/{version}/{name}", s.zip(http.HandlerFunc(s.pages.asset)))
	mux.HandleFunc("GET /sw.js", s.worker)
	mux.HandleFunc("GET /healthz", s.healthz)
	mux.HandleFunc("GET /readyz", s.readyz)
	if s.enrol != nil {
		mux.Handle("POST /enrol", s.enrol)
	}
	mux.HandleFunc("/", s.elsewhere)

	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.refuse(w, r, because(crossOrigin))
	}))
	return s.headers(s.watch(s.bounded(guard.Handler(mux))))
}

// headers are those of every answer: nothing from elsewhere is loaded, nothing
// inline runs, nobody frames the site, and of a browser's senses it asks for the
// position alone.
func (s *Site) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "+
			"connect-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin") // a ticket's address stays here
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "geolocation=(self), camera=(), microphone=(), payment=(), usb=(), interest-cohort=()")
		if s.https {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// elsewhere answers what no route takes.
func (s *Site) elsewhere(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		s.refuse(w, r, because(badMethod))
		return
	}
	s.refuse(w, r, because(notFound))
}

// lang and base of a path: /en and below is English.
func lang(path string) (Lang, string) {
	if path == "/en" || strings.HasPrefix(path, "/en/") {
		return En, "/en"
	}
	return Ko, ""
}
