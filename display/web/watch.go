package web

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// slow is the time from which an answer is logged: the citizen is promised one
// within 5 s. Streams are meant to last.
const slow = 5 * time.Second

// watched remembers how a request was answered.
type watched struct {
	http.ResponseWriter
	status int
}

func (w *watched) WriteHeader(status int) {
	if w.status == 0 && status >= http.StatusOK {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *watched) Write(b []byte) (int, error) {
	w.status = cmp.Or(w.status, http.StatusOK)
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController find what the server's own writer can do.
func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// watch counts every request by the pattern of its route, and logs those that
// failed or took long. Neither has an address, and of a path, which may be a
// ticket's, only the pattern.
func (s *Site) watch(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began, seen := time.Now(), &watched{ResponseWriter: w}
		next.ServeHTTP(seen, r)
		took, status, route := time.Since(began), cmp.Or(seen.status, http.StatusOK), routeOf(r)
		s.bounds.answered(r, status)
		s.meters.requests.WithLabelValues(route, strconv.Itoa(status/100)+"xx").Inc()
		stream := strings.HasSuffix(route, "/events")
		if !stream {
			s.meters.took.Observe(took.Seconds())
		}
		if status >= http.StatusInternalServerError || took >= slow && !stream {
			s.log.Warn("request failed or was slow", "method", method(r), "route", route, "status", status, "took", took.Round(time.Millisecond))
		}
	})
}

// routeOf is the pattern of the route that took a request: a bounded number of
// names, whatever is asked for.
func routeOf(r *http.Request) string {
	_, path, _ := strings.Cut(r.Pattern, " ")
	switch {
	case r.Pattern == "": // refused before a route was looked for
		return "refused"
	case path == "": // the route that takes what no other does
		return "other"
	}
	return path
}

// method is that of a request, if it is a usual one.
func method(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost:
		return r.Method
	}
	return "other"
}
