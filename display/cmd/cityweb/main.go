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
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"
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

// run does what the command line says, until ctx ends; a clean stop is no error.
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
	log := slog.New(slog.NewTextHandler(stderr, nil))
	if o.json {
		log = slog.New(slog.NewJSONHandler(stderr, nil))
	}
	s, err := assemble(ctx, o, log)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "cityweb: http://%s/\n", s.address)
	return s.run(ctx)
}
