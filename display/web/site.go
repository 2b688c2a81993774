package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/klauspost/compress/gzhttp"
	"github.com/prometheus/client_golang/prometheus"

	"sunbeon/appliance/feed"
	"sunbeon/display/web/limit"
	"sunbeon/display/web/outline"
)

// Options of a Site.
type Options struct {
	Name Words // of the city, as the pages' heading has it
	City City
	// Tickets knows those whose facts have come.
	Tickets Tickets
	Desk    Desk
	Enrol   http.Handler // of POST /enrol; nil: offices are enrolled elsewhere
	// Outline is drawn behind the offices of the map; it may be empty.
	Outline outline.Outline
	Figures Figures // nil: the pages have no curves
	// Ledger is shared by all replicas; nil keeps it in memory.
	Ledger Ledger
	// PushKey is the public VAPID key, base64url; "" offers no push messages.
	PushKey string
	// Gateway of text messages; nil offers none.
	Gateway Gateway
	// Readers is how many live streams are served at once; 0 means 19,000,
	// which leaves room below a limit of 20,000 files.
	Readers int
	Log     *slog.Logger

	// Limit tells whose a request is, to bound how often one client may ask; nil
	// is no bound.
	Limit *limit.Origin
	// Metrics gets what the site counts; nil is nobody.
	Metrics prometheus.Registerer
	// Ready are the checks of /readyz beside the site's own.
	Ready []Check
	// HTTPS: citizens reach the site by https alone, and browsers shall remember it.
	HTTPS bool
	// NationalKeys are the service keys that the national format asks for; none
	// opens it to everybody.
	NationalKeys []string
}

// Site is the website. Its handlers work while Run does.
type Site struct {
	name    Words
	city    City
	tickets Tickets
	desk    Desk
	figures Figures
	book    *book
	ledger  Ledger
	pushKey string
	gateway Gateway
	hub     *hub
	done    chan struct{} // closed when Run ends
	pages   pages
	outline outline.Outline
	enrol   http.Handler
	log     *slog.Logger

	bounds *bounds
	meters *meters
	checks []*check
	https  bool
	keys   [][32]byte // hashes of the national format's keys
	zip    func(http.Handler) http.HandlerFunc
}

// New makes a site.
func New(o Options) (*Site, error) {
	if o.City == nil || o.Tickets == nil || o.Desk == nil || o.Log == nil {
		return nil, errors.New("web: a site needs a City, Tickets, a Desk and a Log; give all four")
	}
	if o.Ledger == nil {
		o.Ledger = NewMemory()
	}
	if o.Readers == 0 {
		o.Readers = 19000
	}
	p, err := loadPages()
	if err != nil {
		return nil, err
	}
	s := &Site{name: named(o.Name.Ko, o.Name.En), city: o.City, tickets: o.Tickets, desk: o.Desk, figures: o.Figures, book: newBook(),
		ledger: o.Ledger, pushKey: o.PushKey, gateway: o.Gateway, done: make(chan struct{}), pages: p, outline: o.Outline, enrol: o.Enrol, log: o.Log}
	s.hub = newHub(o.City, rand.Text()[:8], o.Readers, o.Log)
	s.bounds, s.https = newBounds(o.Limit), o.HTTPS
	for _, c := range o.Ready {
		s.checks = append(s.checks, &check{Check: c})
	}
	for _, k := range o.NationalKeys {
		s.keys = append(s.keys, sha256.Sum256([]byte(k)))
	}
	if s.zip, err = gzhttp.NewWrapper(gzhttp.MinSize(1024)); err != nil {
		return nil, fmt.Errorf("web: compression: %w", err)
	}
	if err := s.register(o.Metrics); err != nil {
		return nil, err
	}
	s.hub.meters = s.meters
	s.desk = timed{o.Desk, s.meters.asked}
	return s, nil
}

// Replied takes in what an office has answered to any replica of the city, so
// that the page which the citizen is led to is on all of them. It does not block.
func (s *Site) Replied(office string, t feed.Issued) { s.book.given(office, t) }

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
