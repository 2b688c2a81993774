// Command cityweb is the city's server: the website, and the city's end of the
// feed.
//
//	offices -- MQTT --> broker --> intake --> web --> citizens
//	                    (ours, or the city's own with -broker)
//	cityweb enroll       the city's authority: a certificate for each office
//
// Without -broker it serves MQTT itself, for one machine: the demo and a small
// city. It prints one line with its address when it answers, and stops cleanly
// on SIGTERM or SIGINT. Facts are kept in the store; everything else comes back by
// itself. Several processes may share a store in PostgreSQL and a broker: each
// is a replica that gives the same answers.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

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

// version is set by the linker.
var version = "development"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	host, _ := os.Hostname() // a name by itself is as good
	err := run(ctx, os.Args[1:], surroundings{store: os.Getenv("SUNBEON_STORE"), host: host}, os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, errHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run serves until ctx ends; a clean stop is no error.
func run(ctx context.Context, args []string, around surroundings, stdout, stderr io.Writer) error {
	if len(args) > 0 && args[0] == "webhook-test" {
		return webhookTest(ctx, args[1:], stdout, stderr)
	}
	if len(args) > 0 && args[0] == "enroll" {
		return enrollCommand(args[1:], stdout, time.Now)
	}
	o, err := parse(args, around, stderr)
	if err != nil {
		return err
	}
	border, err := outlineOf(o.outline)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(stderr, nil))
	if o.json {
		log = slog.New(slog.NewJSONHandler(stderr, nil))
	}
	keys, err := nationalKeys(o.keys)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(o.data, 0o750); err != nil {
		return fmt.Errorf("cityweb: the folder for facts: %w; name a writable one with -data", err)
	}
	if o.store == "" {
		o.store = storeIn(o.data)
	}
	db, err := sqldb.Open(ctx, o.store)
	if err != nil {
		return fmt.Errorf("cityweb: the store: %w (-store)", err)
	}
	defer db.Close()
	store, err := intake.OpenStore(ctx, db)
	if err != nil {
		return fmt.Errorf("cityweb: the store: %w (-store)", err)
	}
	kept, err := ledger.Open(ctx, db)
	if err != nil {
		return fmt.Errorf("cityweb: the store: %w (-store)", err)
	}
	told, err := newMessages(ctx, o, kept, log.With("part", "notify"))
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", o.listen)
	if err != nil {
		return fmt.Errorf("cityweb: %w; choose another address with -listen", err)
	}
	defer ln.Close()

	var parts []func(context.Context) error
	if len(o.brokers) == 0 {
		b, err := broker.Listen(broker.Config{Address: o.mqtt, Log: log.With("part", "broker")})
		if err != nil {
			return fmt.Errorf("cityweb: %w (-mqtt; or name the city's own with -broker)", err)
		}
		defer b.Close() // of use only when it was not run
		o.brokers = []string{b.URL()}
		parts = append(parts, b.Run)
	}
	to, err := identified(link.Config{Brokers: o.brokers}, o.as)
	if err != nil {
		return err
	}
	enrolment, err := enrolling(o.ca, o.city, log)
	if err != nil {
		return err
	}
	var site *web.Site // the city hears nothing before it runs, and then there is one
	city := intake.New(intake.Config{City: o.city, Replica: o.replica, Link: to, Store: store,
		Replied: func(office string, t feed.Issued) { site.Replied(office, t) }, Log: log.With("part", "intake")})
	days, err := figures.Open(ctx, figures.Config{DB: db, Log: log.With("part", "figures")})
	if err != nil {
		return err
	}
	registry := metrics.New(version)
	if err := registry.Register(newCounts(city)); err != nil {
		return fmt.Errorf("cityweb: metrics: %w", err)
	}
	options := web.Options{Name: o.name, City: offices{city}, Tickets: offices{city}, Desk: offices{city}, Readers: readers(), Figures: days, Outline: border, Enrol: enrolment, Log: log.With("part", "web"),
		Limit: limit.NewOrigin(o.proxies), Metrics: registry, HTTPS: o.https, NationalKeys: keys,
		Ready: []web.Check{{Name: "store", OK: func(ctx context.Context) error { return errors.Join(city.Storing(), db.Ping(ctx)) }}}}
	told.offer(&options)
	site, err = web.New(options)
	if err != nil {
		return err
	}
	if o.metrics != "" {
		own, err := net.Listen("tcp", o.metrics)
		if err != nil {
			return fmt.Errorf("cityweb: %w; choose another address with -metrics", err)
		}
		defer own.Close()
		log.Info("metrics", "address", own.Addr().String())
		parts = append(parts, func(ctx context.Context) error { return metrics.Serve(ctx, own, registry, log.With("part", "metrics")) })
	}
	parts = append(parts, city.Run, days.Run, func(ctx context.Context) error { return site.Serve(ctx, ln) },
		func(ctx context.Context) error { return kept.Run(ctx, log.With("part", "ledger")) }, told.notifier(site).Run)

	group, ctx := errgroup.WithContext(ctx)
	for _, part := range parts {
		group.Go(func() error {
			if err := part(ctx); err != nil && !errors.Is(err, context.Canceled) {
				return err
			}
			return nil
		})
	}
	fmt.Fprintf(stdout, "cityweb: http://%s/\n", ln.Addr())
	return group.Wait()
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
