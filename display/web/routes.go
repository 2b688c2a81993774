package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// Handler answers every path of the site.
func (s *Site) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, base := range []string{"", "/en"} {
		mux.HandleFunc("GET "+base+"/{$}", s.front)
		mux.HandleFunc("GET "+base+"/o/{office}", s.office)
		mux.HandleFunc("GET "+base+"/t/{token}", s.ticket)
		mux.HandleFunc("POST "+base+"/o/{office}/ticket", s.take)
		mux.HandleFunc("POST "+base+"/t/{token}/cancel", s.cancel)
	}
	mux.Handle("GET /en", http.RedirectHandler("/en/", http.StatusPermanentRedirect))
	mux.HandleFunc("GET /events", func(w http.ResponseWriter, r *http.Request) { s.stream(w, r, &reader{}) })
	mux.HandleFunc("GET /o/{office}/events", func(w http.ResponseWriter, r *http.Request) {
		id := r.PathValue("office")
		if _, ok := s.city.Office(id); !ok {
			s.refuse(w, r, because(unknownOffice))
			return
		}
		s.stream(w, r, &reader{office: id})
	})
	mux.HandleFunc("GET /t/{token}/events", func(w http.ResponseWriter, r *http.Request) {
		t, why := s.find(r.PathValue("token"))
		if why != "" {
			s.refuse(w, r, because(why))
			return
		}
		s.stream(w, r, &reader{office: t.Office, ticket: true})
	})
	mux.HandleFunc("GET /api/v1/offices", s.apiOffices)
	mux.HandleFunc("GET /api/v1/offices/{office}", s.apiOffice)
	mux.HandleFunc("GET /api/v1/tickets/{token}", s.apiTicket)
	mux.HandleFunc("GET /B551982/cso_v2/cso_realtime_v2", s.national(realtimeRows))
	mux.HandleFunc("GET /B551982/cso_v2/cso_info_v2", s.national(infoRows))
	mux.HandleFunc("GET /assets/{version}/{name}", s.pages.asset)
	mux.HandleFunc("GET /healthz", s.healthz)
	if s.enrol != nil {
		mux.Handle("POST /enrol", s.enrol)
	}
	mux.HandleFunc("/", s.elsewhere)

	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.refuse(w, r, because(crossOrigin))
	}))
	return headers(guard.Handler(mux))
}

// headers are those of every answer: nothing from elsewhere is loaded, nothing
// inline runs, nobody frames the site.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "+
			"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin") // a ticket's address stays here
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
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

// healthz answers 200 while the process serves; the body says what it reaches.
func (s *Site) healthz(w http.ResponseWriter, r *http.Request) {
	now := time.Now()
	fresh := 0
	offices := s.city.Offices()
	for _, o := range offices {
		if !stale(o, now) {
			fresh++
		}
	}
	b, err := json.Marshal(struct {
		OK      bool `json:"ok"`
		Link    link `json:"link"`
		Offices int  `json:"offices"`
		Fresh   int  `json:"fresh"`
	}{true, linkOf(s.city), len(offices), fresh})
	if err != nil {
		panic("web: health does not encode: " + err.Error()) // it holds plain data only
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(append(b, '\n')) // a reader that has gone
}

// lang and base of a path: /en and below is English.
func lang(path string) (Lang, string) {
	if path == "/en" || strings.HasPrefix(path, "/en/") {
		return En, "/en"
	}
	return Ko, ""
}
