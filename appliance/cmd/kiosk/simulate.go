package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"sunbeon/appliance/box"
	"sunbeon/appliance/config"
	"sunbeon/appliance/sim"
	"sunbeon/printer"
)

// simulate runs the kiosk on the bench.
func simulate(ctx context.Context, o options, out, logTo io.Writer) error {
	file, err := config.Parse("the bench's office.toml", sim.Office())
	if o.config != "" {
		file, err = config.Load(o.config)
	}
	if err != nil {
		return err
	}
	o.over(file)
	if o.play != "" { // before anything is opened
		if _, err := os.Stat(o.play); err != nil {
			return fmt.Errorf("kiosk: %w; give the scenario's path with -play", err)
		}
	}
	log := logger(logTo, o.verbose)
	parts, err := parts(o, file, log)
	if err != nil {
		return err
	}
	bench := sim.New(time.Now(), parts.Faces, o.speed)
	if o.play != "" {
		return play(ctx, o.play, sim.NewRig(bench, parts), out)
	}
	return stand(ctx, o, bench, parts, out, log)
}

// stand is the bench with its page, the printer on a port of its own.
func stand(ctx context.Context, o options, bench *sim.Bench, parts box.Parts, out io.Writer, log *slog.Logger) error {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("kiosk: no port for the virtual printer: %w", err)
	}
	printing, cancel := context.WithCancel(ctx)
	defer cancel()
	go bench.Printer.ListenTCP(printing, ln)
	parts.Clock, parts.Signs, parts.Record = bench.Clock, bench, bench.Disk.Under
	parts.Player, parts.Located = bench.Speaker, bench.Located
	parts.Dial = func(ctx context.Context) (printer.Transport, error) { return printer.DialTCP(ctx, ln.Addr().String()) }
	b, err := box.Open(ctx, parts)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "kiosk: virtual printer at %s\n", ln.Addr())
	return serve(ctx, b, parts.File, out, log, func(mux *http.ServeMux, addr net.Addr) error {
		page, err := sim.NewPage(bench, b.Loop, b.Hub, b.Lobby.Hall, parts.Faces, o.city, log)
		if err != nil {
			return err
		}
		page.Register(mux)
		fmt.Fprintf(out, "kiosk: bench http://%s/bench\n", addr)
		return nil
	})
}

// play plays a scenario on the bench.
func play(ctx context.Context, path string, rig *sim.Rig, out io.Writer) error {
	script, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("kiosk: %w", err)
	}
	defer script.Close()
	if err := rig.On(ctx); err != nil {
		return err
	}
	err = sim.Play(ctx, path, script, rig)
	if closed := rig.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "kiosk: %s: everything was as expected\n", path)
	return nil
}
