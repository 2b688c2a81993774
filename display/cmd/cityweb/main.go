// Command cityweb is the city's server: the website, and the city's end of the
// feed.
//
//	offices -- MQTT --> broker --> intake --> web --> citizens
//	                    (ours, or the city's own with -broker)
//
// Without -broker it serves MQTT itself, for one machine: the demo and a small
// city. It prints one line with its address when it answers, and stops cleanly
// on SIGTERM or SIGINT. Facts are kept in the folder of -data; everything else
// comes back by itself.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"golang.org/x/sync/errgroup"

	"sunbeon/appliance/feed/link"
	"sunbeon/display/web"
	"sunbeon/display/web/broker"
	"sunbeon/display/web/intake"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, errHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run serves until ctx ends; a clean stop is no error.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(stderr, nil))
	if err := os.MkdirAll(o.data, 0o750); err != nil {
		return fmt.Errorf("cityweb: the folder for facts: %w; name a writable one with -data", err)
	}
	store, err := intake.OpenStore(filepath.Join(o.data, "facts.db"))
	if err != nil {
		return err
	}
	defer store.Close()
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
	city := intake.New(intake.Config{City: o.city, Link: link.Config{Brokers: o.brokers}, Store: store, Log: log.With("part", "intake")})
	site, err := web.New(web.Options{Name: o.name, City: offices{city}, Tickets: offices{city}, Desk: offices{city}, Readers: readers(), Log: log.With("part", "web")})
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
