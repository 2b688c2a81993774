package console

import (
	"net/http"
)

// bodyLimit is more than any form of the pages needs.
const bodyLimit = 8 << 10

// handler answers every path below "/".
func (c *Console) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", c.front)
	mux.HandleFunc("POST /signin", c.signIn)
	mux.HandleFunc("POST /signout", c.signOut)
	mux.HandleFunc("GET /counter/{n}", c.counter)
	mux.HandleFunc("GET /counter/{n}/events", c.counterEvents)
	mux.HandleFunc("POST /counter/{n}/{action}", c.counterAct)
	mux.HandleFunc("GET /manager", c.manager)
	mux.HandleFunc("GET /manager/events", c.managerEvents)
	mux.HandleFunc("POST /manager/{action}", c.managerAct)
	mux.HandleFunc("GET /manager/figures", c.figures)
	mux.HandleFunc("GET /manager/figures.svg", c.figuresSVG)
	mux.HandleFunc("GET /manager/figures.csv", c.figuresCSV)
	mux.HandleFunc("GET /manager/preview", c.preview)
	mux.HandleFunc("GET /manager/preview/board.png", c.boardPNG)
	mux.HandleFunc("GET /manager/preview/ticket.png", c.ticketPNG)
	mux.HandleFunc("GET /assets/{version}/{name}", c.pages.asset)

	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.refuse(w, r, crossOrigin())
	}))
	return headers(guard.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, bodyLimit)
		if _, pattern := mux.Handler(r); pattern == "" {
			c.elsewhere(mux, w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})))
}

// elsewhere answers what no route takes: another method, or nothing at all.
func (c *Console) elsewhere(mux *http.ServeMux, w http.ResponseWriter, r *http.Request) {
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := mux.Handler(other); pattern != "" {
			w.Header().Set("Allow", method)
			c.refuse(w, r, badMethod())
			return
		}
	}
	c.refuse(w, r, notFound())
}

// headers are those of every answer: nothing from elsewhere is loaded, nothing
// inline runs, nobody frames the pages, and no cache keeps them.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "+
			"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}
