package web

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"sunbeon/display/web/limit"
)

// bounds are how often one client may ask. By address the rates are bounds against a flood:
// behind one address there may be a whole telephone network. By token they hold
// for one ticket, whoever asks. A miss is a ticket's address that is none: a
// token has 80 random bits, so that with 3,800 offices of 300 tickets a day one
// guess in 10^18 finds any, and 100,000 guesses a second for a whole day find one
// with a chance of 10^-8; the bound on misses only keeps the noise down.
type bounds struct {
	origin *limit.Origin // nil: nobody is limited
	look   *limit.Table  // anything, by address
	act    *limit.Table  // forms, by address
	ticket *limit.Table  // forms, by token
	miss   *limit.Table  // by address
}

// buckets bounds each table: some 40 MB if all four are full.
const buckets = 1 << 15

func newBounds(o *limit.Origin) *bounds {
	table := func(every time.Duration, burst int) *limit.Table {
		return limit.NewTable(limit.Rate{Every: every, Burst: burst}, buckets)
	}
	return &bounds{origin: o, look: table(20*time.Millisecond, 3000), act: table(time.Second, 60),
		ticket: table(3*time.Second, 20), miss: table(time.Second, 120)}
}

// refused says for how long a request is refused, and by which bound; "" lets it
// through.
func (b *bounds) refused(r *http.Request) (wait time.Duration, by string) {
	if b.origin == nil {
		return 0, ""
	}
	acts := r.Method != http.MethodGet && r.Method != http.MethodHead
	token := tokenIn(r.URL.Path)
	if token != "" && acts {
		if wait, ok := b.ticket.Take(b.origin.Named(token)); !ok {
			return wait, "ticket"
		}
	}
	k, limited := b.origin.Of(r)
	if !limited {
		return 0, ""
	}
	if wait, ok := b.look.Take(k); !ok {
		return wait, "look"
	}
	if acts {
		if wait, ok := b.act.Take(k); !ok {
			return wait, "act"
		}
	}
	if token != "" {
		if wait, empty := b.miss.Empty(k); empty {
			return wait, "miss"
		}
	}
	return 0, ""
}

// answered counts a ticket's address that was none.
func (b *bounds) answered(r *http.Request, status int) {
	if b.origin == nil || status != http.StatusNotFound || tokenIn(r.URL.Path) == "" {
		return
	}
	if k, limited := b.origin.Of(r); limited {
		b.miss.Take(k)
	}
}

// tokenIn is the part of a path that stands where a ticket's token does.
func tokenIn(path string) string {
	path = strings.TrimPrefix(path, "/en")
	rest, ok := strings.CutPrefix(path, "/t/")
	if !ok {
		rest, ok = strings.CutPrefix(path, "/api/v1/tickets/")
	}
	if !ok {
		return ""
	}
	token, _, _ := strings.Cut(rest, "/")
	return token
}

// bounded refuses what is too much, and lets the rest through.
func (s *Site) bounded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		wait, by := s.bounds.refused(r)
		if by == "" {
			next.ServeHTTP(w, r)
			return
		}
		s.meters.refused.WithLabelValues(by).Inc()
		w.Header().Set("Retry-After", strconv.Itoa(max(1, int(math.Ceil(wait.Seconds())))))
		if strings.HasPrefix(r.URL.Path, nationalRoot) {
			nationalRefuses(w, http.StatusTooManyRequests, nationalTooMany())
			return
		}
		s.refuse(w, r, because(tooFast))
	})
}
