// Command cityweb is the city's server: the website, and the city's end of the
// feed.
//
//	offices -- MQTT --> broker --> intake --> web --> citizens
//	                    (ours, or the city's own with -broker)
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

	"golang.org/x/sync/errgroup"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/feed/link"
	"sunbeon/display/web"
	"sunbeon/display/web/broker"
	"sunbeon/display/web/intake"
	"sunbeon/display/web/sqldb"
)

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
	o, err := parse(args, around, stderr)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(stderr, nil))
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
	var site *web.Site // the city hears nothing before it runs, and then there is one
	city := intake.New(intake.Config{City: o.city, Replica: o.replica, Link: link.Config{Brokers: o.brokers}, Store: store,
		Replied: func(office string, t feed.Issued) { site.Replied(office, t) }, Log: log.With("part", "intake")})
	site, err = web.New(web.Options{Name: o.name, City: offices{city}, Tickets: offices{city}, Desk: offices{city}, Log: log.With("part", "web")})
	if err != nil {
		return err
	}
	parts = append(parts, city.Run, func(ctx context.Context) error { return site.Serve(ctx, ln) })

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
