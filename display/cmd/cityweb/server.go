package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sync/errgroup"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/feed/link"
	"sunbeon/display/web"
	"sunbeon/display/web/broker"
	"sunbeon/display/web/figures"
	"sunbeon/display/web/intake"
	"sunbeon/display/web/ledger"
	"sunbeon/display/web/limit"
	"sunbeon/display/web/metrics"
	"sunbeon/display/web/sqldb"
)

// server is the city's server, assembled: what is open, and what runs.
type server struct {
	address net.Addr
	parts   []func(context.Context) error
	opened  []func() error
}

// assemble opens everything that the options name. On an error nothing is left
// open.
func assemble(ctx context.Context, o options, log *slog.Logger) (_ *server, err error) {
	s := &server{}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	border, err := outlineOf(o.outline)
	if err != nil {
		return nil, err
	}
	keys, err := nationalKeys(o.keys)
	if err != nil {
		return nil, err
	}
	db, err := s.store(ctx, o)
	if err != nil {
		return nil, err
	}
	facts, err := intake.OpenStore(ctx, db)
	if err != nil {
		return nil, fmt.Errorf("cityweb: the store: %w (-store)", err)
	}
	kept, err := ledger.Open(ctx, db)
	if err != nil {
		return nil, fmt.Errorf("cityweb: the store: %w (-store)", err)
	}
	days, err := figures.Open(ctx, figures.Config{DB: db, Log: log.With("part", "figures")})
	if err != nil {
		return nil, err
	}
	told, err := newMessages(ctx, o, kept, log.With("part", "notify"))
	if err != nil {
		return nil, err
	}
	ln, err := net.Listen("tcp", o.listen)
	if err != nil {
		return nil, fmt.Errorf("cityweb: %w; choose another address with -listen", err)
	}
	s.opened, s.address = append(s.opened, ln.Close), ln.Addr()
	to, err := s.broker(o, log)
	if err != nil {
		return nil, err
	}
	enrolment, err := enrolling(o.ca, o.city, log)
	if err != nil {
		return nil, err
	}
	var site *web.Site // the city hears nothing before it runs, and then there is one
	city := intake.New(intake.Config{City: o.city, Replica: o.replica, Link: to, Store: facts,
		Replied: func(office string, t feed.Issued) { site.Replied(office, t) }, Log: log.With("part", "intake")})
	registry := metrics.New(version)
	options := web.Options{Name: o.name, City: offices{city}, Tickets: offices{city}, Desk: offices{city}, Readers: readers(),
		Figures: days, Outline: border, Enrol: enrolment, Limit: limit.NewOrigin(o.proxies), Metrics: registry, HTTPS: o.https, NationalKeys: keys,
		Ready: []web.Check{{Name: "store", OK: func(ctx context.Context) error { return errors.Join(city.Storing(), db.Ping(ctx)) }}},
		Log:   log.With("part", "web")}
	told.offer(&options)
	if site, err = web.New(options); err != nil {
		return nil, err
	}
	messenger := told.notifier(site)
	if err := registry.Register(newCounts(city, messenger)); err != nil {
		return nil, fmt.Errorf("cityweb: metrics: %w", err)
	}
	if o.metrics != "" {
		own, err := net.Listen("tcp", o.metrics)
		if err != nil {
			return nil, fmt.Errorf("cityweb: %w; choose another address with -metrics", err)
		}
		s.opened = append(s.opened, own.Close)
		log.Info("metrics", "address", own.Addr().String())
		s.parts = append(s.parts, func(ctx context.Context) error { return metrics.Serve(ctx, own, registry, log.With("part", "metrics")) })
	}
	s.parts = append(s.parts, city.Run, days.Run, messenger.Run,
		func(ctx context.Context) error { return kept.Run(ctx, log.With("part", "ledger")) },
		func(ctx context.Context) error { return site.Serve(ctx, ln) })
	return s, nil
}

// store opens the store, by default a file in the folder of -data.
func (s *server) store(ctx context.Context, o options) (*sqldb.DB, error) {
	if err := os.MkdirAll(o.data, 0o750); err != nil {
		return nil, fmt.Errorf("cityweb: the folder for facts: %w; name a writable one with -data", err)
	}
	if o.store == "" {
		o.store = storeIn(o.data)
	}
	db, err := sqldb.Open(ctx, o.store)
	if err != nil {
		return nil, fmt.Errorf("cityweb: the store: %w (-store)", err)
	}
	s.opened = append(s.opened, db.Close)
	return db, nil
}

// broker says which brokers are the city's: those of -broker, or one of our own.
func (s *server) broker(o options, log *slog.Logger) (link.Config, error) {
	if len(o.brokers) == 0 {
		b, err := broker.Listen(broker.Config{Address: o.mqtt, Log: log.With("part", "broker")})
		if err != nil {
			return link.Config{}, fmt.Errorf("cityweb: %w (-mqtt; or name the city's own with -broker)", err)
		}
		s.opened = append(s.opened, b.Close) // of use only when it was not run
		s.parts = append(s.parts, b.Run)
		o.brokers = []string{b.URL()}
	}
	return identified(link.Config{Brokers: o.brokers}, o.as)
}

// run runs the parts until ctx ends or one of them fails, and closes what is open.
func (s *server) run(ctx context.Context) error {
	defer s.close()
	group, ctx := errgroup.WithContext(ctx)
	for _, part := range s.parts {
		group.Go(func() error {
			if err := part(ctx); err != nil && !errors.Is(err, context.Canceled) {
				return err
			}
			return nil
		})
	}
	return group.Wait()
}

// close closes what was opened, the newest first. What was closed already says
// so, and that is all that an error here could be about.
func (s *server) close() {
	for _, c := range slices.Backward(s.opened) {
		_ = c()
	}
}

// storeIn is the store's file in a folder: city.db, or the facts.db of a version
// that kept nothing else in it.
func storeIn(folder string) string {
	path, old := filepath.Join(folder, "city.db"), filepath.Join(folder, "facts.db")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(old); err == nil {
			return old
		}
	}
	return path
}
