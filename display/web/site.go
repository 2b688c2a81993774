package web

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// Options of a Site.
type Options struct {
	Name Words // of the city, as the pages' heading has it
	City City
	// Tickets knows those whose facts have come.
	Tickets Tickets
	Desk    Desk
	// Readers is how many live streams are served at once; 0 means 19,000,
	// which leaves room below a limit of 20,000 files.
	Readers int
	Log     *slog.Logger
}

// Site is the website. Its handlers work while Run does.
type Site struct {
	name    Words
	city    City
	tickets Tickets
	desk    Desk
	book    *book
	regrets chan regret
	hub     *hub
	done    chan struct{} // closed when Run ends
	pages   pages
	log     *slog.Logger
}

// New makes a site.
func New(o Options) (*Site, error) {
	if o.City == nil || o.Tickets == nil || o.Desk == nil || o.Log == nil {
		return nil, errors.New("web: a site needs a City, Tickets, a Desk and a Log; give all four")
	}
	if o.Readers == 0 {
		o.Readers = 19000
	}
	p, err := loadPages()
	if err != nil {
		return nil, err
	}
	s := &Site{name: named(o.Name.Ko, o.Name.En), city: o.City, tickets: o.Tickets, desk: o.Desk, book: newBook(),
		regrets: make(chan regret, regretsHeld), done: make(chan struct{}), pages: p, log: o.Log}
	s.hub = newHub(o.City, rand.Text()[:8], o.Readers, o.Log)
	return s, nil
}

// Run hands out updates, and gives back the numbers that nobody came for, until
// ctx ends; then every stream is closed. It may be called once.
func (s *Site) Run(ctx context.Context) error {
	defer close(s.done)
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() { s.regret(ctx) })
	s.hub.run(ctx)
	return nil
}

// Limits of a request.
const (
	readWithin    = 10 * time.Second
	answerWithin  = 30 * time.Second // a page over a slow network
	idleFor       = 2 * time.Minute
	headerBytes   = 16 << 10
	shutdownGrace = 5 * time.Second
)

// Serve answers on ln, and runs the site, until ctx ends. Requests under way
// are given a moment to end; it returns nil after a clean stop.
func (s *Site) Serve(ctx context.Context, ln net.Listener) error {
	srv := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: readWithin,
		ReadTimeout:       readWithin,
		WriteTimeout:      answerWithin,
		IdleTimeout:       idleFor,
		MaxHeaderBytes:    headerBytes,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	served := make(chan error, 1)
	go func() {
		err := srv.Serve(ln)
		stop() // a listener that fails ends the site
		served <- err
	}()
	_ = s.Run(ctx) // ends with ctx, and with it the streams
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownGrace)
	defer cancel()
	if err := srv.Shutdown(grace); err != nil {
		_ = srv.Close() // the slow ones lose their connection
		s.log.Warn("requests cut off at the end", "err", err)
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("web: serve: %w", err)
	}
	return nil
}
