// Command bench measures what the appliance promises about time, processor,
// memory and disk, and holds it against the budgets:
//
//	press_to_byte_vs_fdatasync      1.12  ratio  1.3       ok    p99 2.41 ms over ...
//	name                            value unit   budget    verdict  what was measured
//
// The verdict is ok or over, measured where there is no budget, or error and
// why. What follows it on the line is for the reader: the spread, how many, and
// what is in the figure.
//
//	bench -list            the names
//	bench -only hung       those whose name holds the text, commas between several
//	bench -profile f.prof  a processor profile of what was run
//
// # Caveats
//
// Times depend on the disk under -dir, which must not be a tmpfs, and on what
// else the machine does: figures that compare are taken in turns within one
// run, so that a noisy neighbour meets both sides.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"runtime/pprof"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"sunbeon/appliance/box"
)

func main() {
	// As the kiosk runs; without its limit, because what measures needs room too.
	debug.SetGCPercent(box.GCPercent)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(1)
	}
}

// command runs what the arguments ask for. The error is that nothing could be
// measured; a budget that is not kept is none.
func command(ctx context.Context, args []string, out, log io.Writer) error {
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(log)
	list := f.Bool("list", false, "print the names and end")
	only := f.String("only", "", "measure those whose names hold one of these texts, with commas between")
	dir := f.String("dir", "var/bench", "folder on the disk that is measured")
	scale := f.Float64("scale", 1, "how much of the usual number of samples to take")
	profile := f.String("profile", "", "write a processor profile here")
	bus := f.String("bus", "", "be the master of 32 units at this port until told to end; bus_idle_core_percent measures it")
	part := f.String("city", "", "be offices or readers for the measurements of the city")
	if err := f.Parse(args); err != nil {
		return err
	}
	if *part != "" {
		return serveCity(ctx, *part, os.Stdin, out)
	}
	if *bus != "" {
		return serveBus(ctx, *bus, log)
	}
	chosen, err := choose(table(), *only)
	if err != nil {
		return err
	}
	if *list {
		for _, m := range chosen {
			fmt.Fprintln(out, m.name)
		}
		return nil
	}
	if err := os.MkdirAll(*dir, 0o755); err != nil {
		return fmt.Errorf("bench: %w; give another folder with -dir", err)
	}
	if err := onDisk(*dir); err != nil {
		return err
	}
	if *profile != "" {
		to, err := os.Create(*profile)
		if err != nil {
			return fmt.Errorf("bench: %w", err)
		}
		defer to.Close()
		if err := pprof.StartCPUProfile(to); err != nil {
			return fmt.Errorf("bench: %w", err)
		}
		defer pprof.StopCPUProfile()
	}
	return measure(ctx, &place{dir: *dir, scale: *scale}, chosen, out)
}

// onDisk refuses a folder in memory: a flush costs nothing there.
func onDisk(dir string) error {
	var fs unix.Statfs_t
	if err := unix.Statfs(dir, &fs); err != nil {
		return fmt.Errorf("bench: %s: %w", dir, err)
	}
	if fs.Type == unix.TMPFS_MAGIC {
		return fmt.Errorf("bench: %s lies in memory (tmpfs); give a folder on a disk with -dir", dir)
	}
	return nil
}

// choose picks the measurements whose names hold one of the texts.
func choose(all []measurement, only string) ([]measurement, error) {
	if only == "" {
		return all, nil
	}
	var out []measurement
	for _, m := range all {
		for text := range strings.SplitSeq(only, ",") {
			if strings.Contains(m.name, text) {
				out = append(out, m)
				break
			}
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("bench: no measurement is named like %q; see bench -list", only)
	}
	return out, nil
}

// measure runs one after the other, because they share the machine.
func measure(ctx context.Context, p *place, chosen []measurement, out io.Writer) error {
	failed := 0
	for _, m := range chosen {
		r, err := m.run(ctx, p)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			failed++
		}
		fmt.Fprintln(out, m.line(r, err))
	}
	if failed == len(chosen) {
		return errors.New("bench: nothing could be measured")
	}
	return nil
}
