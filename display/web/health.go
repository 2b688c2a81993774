package web

import (
	"context"
	"encoding/json"
	"net/http"
	"sync/atomic"
	"time"
)

// Check is something without which the site should get no requests. Its error is
// logged; who asks is told the name alone.
type Check struct {
	Name string
	OK   func(context.Context) error // nil: well
}

// check is a Check and what it said last.
type check struct {
	Check
	failing atomic.Bool
}

// unready is a reason against sending requests here.
type unready struct {
	Part string `json:"part"`
	Text string `json:"text"`
}

const (
	// brokerWithin is how long the broker may be away before a load balancer
	// should ask another replica: longer than a reconnect takes.
	brokerWithin = time.Minute
	checkWithin  = 2 * time.Second
)

// healthz answers 200 while the process serves; the body says what it reaches.
// Whoever starts processes anew asks here: nothing that is said would be better
// after a new start.
func (s *Site) healthz(w http.ResponseWriter, r *http.Request) {
	fresh, old := s.freshness()
	tell(w, http.StatusOK, struct {
		OK      bool `json:"ok"`
		Link    link `json:"link"`
		Offices int  `json:"offices"`
		Fresh   int  `json:"fresh"`
	}{true, linkOf(s.city), fresh + old, fresh})
}

// readyz answers 200 while requests are well sent here, and else 503 with each
// reason. A load balancer asks here.
func (s *Site) readyz(w http.ResponseWriter, r *http.Request) {
	why := []unready{}
	if s.stopped() {
		why = append(why, unready{"site", "it is stopping"})
	}
	if connected, since := s.city.Link(); !connected && time.Since(since) >= brokerWithin {
		why = append(why, unready{"broker", "not reached since " + seoul(since).Format(time.RFC3339)})
	}
	ctx, stop := context.WithTimeout(r.Context(), checkWithin)
	defer stop()
	for _, c := range s.checks {
		err := c.OK(ctx)
		if err != nil {
			why = append(why, unready{c.Name, "it fails; the log says why"})
		}
		if c.failing.Swap(err != nil) != (err != nil) {
			s.log.Warn("readiness", "check", c.Name, "well", err == nil, "err", err)
		}
	}
	status := http.StatusOK
	if len(why) > 0 {
		status = http.StatusServiceUnavailable
	}
	tell(w, status, struct {
		Ready bool      `json:"ready"`
		Why   []unready `json:"why"`
	}{len(why) == 0, why})
}

// tell sends JSON that nobody keeps.
func tell(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic("web: an answer does not encode: " + err.Error()) // it holds plain data only
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(b, '\n')) // a reader that has gone
}
