package web

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"sunbeon/appliance/feed"
)

// meters are what the site counts. Labels have a bounded number of values: route
// patterns, kinds, codes; never an office, an address or a token.
type meters struct {
	requests *prometheus.CounterVec   // by route and class of status
	took     prometheus.Histogram     // to answer, streams apart
	refused  *prometheus.CounterVec   // by bound
	ended    *prometheus.CounterVec   // streams, by who ended them
	frames   prometheus.Counter       // deliveries to streams
	asked    *prometheus.HistogramVec // requests to offices, by kind and outcome
}

// register makes the meters and enters them. With no registry they count all the
// same, for nobody.
func (s *Site) register(reg prometheus.Registerer) error {
	s.meters = &meters{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "sunbeon_http_requests_total", Help: "Requests answered, by route and class of status."}, []string{"route", "class"}),
		took: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "sunbeon_http_request_seconds", Help: "Time to answer a request, streams apart.",
			Buckets: []float64{.001, .005, .025, .1, .5, 1, 2.5, 5, 10}}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "sunbeon_http_limited_total", Help: "Requests refused as too many: look and act by address, ticket by token, miss by address."}, []string{"by"}),
		ended:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "sunbeon_streams_ended_total", Help: "Streams that have ended, by who ended them: the reader, or we (too slow, the end)."}, []string{"by"}),
		frames:  prometheus.NewCounter(prometheus.CounterOpts{Name: "sunbeon_stream_writes_total", Help: "Deliveries to streams: one or more events each."}),
		asked: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "sunbeon_ask_seconds", Help: "Time until an office answered a request, by kind and outcome.",
			Buckets: []float64{.01, .05, .1, .25, .5, 1, 2, 4.5}}, []string{"kind", "outcome"}),
	}
	if reg == nil {
		return nil
	}
	gauge := func(name, help string, of func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, of)
	}
	all := []prometheus.Collector{s.meters.requests, s.meters.took, s.meters.refused, s.meters.ended, s.meters.frames, s.meters.asked,
		gauge("sunbeon_readers", "Open streams of server-sent events.", func() float64 { return float64(s.hub.places.Load()) }),
		gauge("sunbeon_broker_connected", "1 while the broker is reached.", func() float64 {
			if connected, _ := s.city.Link(); connected {
				return 1
			}
			return 0
		}),
		gauge("sunbeon_offices_fresh", "Offices whose figures are the present ones.", func() float64 { fresh, _ := s.freshness(); return float64(fresh) }),
		gauge("sunbeon_offices_stale", "Offices whose figures are old, or that were never heard.", func() float64 { _, old := s.freshness(); return float64(old) }),
	}
	for _, c := range all {
		if err := reg.Register(c); err != nil {
			return errors.Join(errors.New("web: metrics: give each site a registry of its own"), err)
		}
	}
	return nil
}

// freshness counts the offices whose figures are present and old.
func (s *Site) freshness() (fresh, old int) {
	now := time.Now()
	for _, o := range s.city.Offices() {
		if stale(o, now) {
			old++
		} else {
			fresh++
		}
	}
	return fresh, old
}

// timed is a Desk that tells how long its offices take.
type timed struct {
	Desk
	asked *prometheus.HistogramVec
}

func (d timed) Ask(ctx context.Context, office string, r feed.Request) (feed.Reply, error) {
	began := time.Now()
	reply, err := d.Desk.Ask(ctx, office, r)
	outcome := "answer"
	switch {
	case errors.Is(err, ErrOffline):
		outcome = "offline"
	case err != nil:
		outcome = "silent"
	case reply.Refusal != nil:
		outcome = "refusal"
	}
	d.asked.WithLabelValues(string(r.Kind), outcome).Observe(time.Since(began).Seconds())
	return reply, err
}
