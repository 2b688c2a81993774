// Package metrics hands out what the programs of the city count, to Prometheus
// and nobody else.
//
//	part --register--> Registry --gather--> Page <--GET /metrics-- Prometheus
//	                   (each program's own)  on a listener of its own
//
// The figures say how the city's machines do and how busy they are, which is
// nobody's business outside: the listener is never the public one. Every name
// begins with sunbeon_, but for those of Go and the process. Labels have few
// values, known beforehand; an office, an address or a token is never one.
package metrics

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// New makes a registry that has the build, the Go runtime and the process.
func New(version string) *prometheus.Registry {
	r := prometheus.NewRegistry()
	build := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "sunbeon_build_info", Help: "Always 1; the labels say what runs.",
		ConstLabels: prometheus.Labels{"version": version, "go": runtime.Version()}}, func() float64 { return 1 })
	r.MustRegister(build, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

// within bounds each part of a request and its answer.
const within = 10 * time.Second

// Serve answers GET /metrics on ln until ctx ends.
func Serve(ctx context.Context, ln net.Listener, from prometheus.Gatherer, log *slog.Logger) error {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(from, promhttp.HandlerOpts{ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn), MaxRequestsInFlight: 4}))
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: within, ReadTimeout: within, WriteTimeout: within, IdleTimeout: time.Minute,
		MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(ln) }()
	select {
	case err := <-ended:
		return fmt.Errorf("metrics: serve: %w", err)
	case <-ctx.Done():
	}
	_ = srv.Close() // who reads figures asks again
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("metrics: serve: %w", err)
	}
	return nil
}
