package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"sunbeon/appliance/box"
	"sunbeon/appliance/clock"
	"sunbeon/appliance/config"
	"sunbeon/appliance/console"
	"sunbeon/appliance/devices"
	"sunbeon/display/typeface"
)

// operate runs the kiosk on the machine in the dispenser.
func operate(ctx context.Context, o options, out, logTo io.Writer) error {
	file, err := load(o)
	if err != nil {
		return err
	}
	log := logger(logTo, o.verbose)
	now, err := clock.New()
	if err != nil {
		return err
	}
	parts, err := parts(o, file, log)
	if err != nil {
		return err
	}
	parts.Clock = now
	parts.Dial = devices.Printer(file.Printer.Port)
	if parts.Devices, err = devices.New(file, devices.Machine(), log); err != nil {
		return err
	}
	b, err := box.Open(ctx, parts)
	if err != nil {
		return err
	}
	return serve(ctx, b, file, out, log, func(*http.ServeMux, net.Addr) error { return nil })
}

// load reads the office's file and lays the flags over it.
func load(o options) (*config.File, error) {
	file, err := config.Load(o.config)
	if err != nil {
		return nil, err
	}
	o.over(file)
	return file, nil
}

func (o options) over(file *config.File) {
	if o.listen != "" {
		file.Console.Listen = o.listen
	}
	if brokers := o.brokerList(); brokers != nil {
		file.Feed.Brokers = brokers
	}
	if file.Journal.Path == "" {
		file.Journal.Path = filepath.Join(o.data, "journal.db")
	}
	if o.voice != "" {
		file.Voice.Pack = o.voice
	}
	if o.sim && file.Board.Socket == "" {
		file.Board.Socket = filepath.Join(o.data, "hall.sock")
	}
}

// parts are those that the bench and the real machine share.
func parts(o options, file *config.File, log *slog.Logger) (box.Parts, error) {
	faces, err := typeface.Load()
	if err != nil {
		return box.Parts{}, err
	}
	if err := os.MkdirAll(filepath.Dir(file.Journal.Path), 0o755); err != nil {
		return box.Parts{}, fmt.Errorf("kiosk: no folder for the record: %w; give another with -data", err)
	}
	return box.Parts{File: file, Journal: file.Journal.Path, Faces: faces, Software: version, Log: log}, nil
}

// serve runs the box and its pages until ctx ends.
func serve(ctx context.Context, b *box.Box, file *config.File, out io.Writer, log *slog.Logger, more func(*http.ServeMux, net.Addr) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	socket, err := screens(ctx, b, file, log)
	if err != nil {
		return errors.Join(err, b.Close())
	}
	running := make(chan error, 1)
	go func() { running <- b.Run(ctx) }()
	err = pages(ctx, b, file, out, log, more, running)
	cancel()
	return errors.Join(err, <-running, <-socket)
}

// pages serves the console until ctx ends or the box stops. What running says
// is put back for serve.
func pages(ctx context.Context, b *box.Box, file *config.File, out io.Writer, log *slog.Logger, more func(*http.ServeMux, net.Addr) error, running chan error) error {
	if file.Console.Listen == "" {
		fmt.Fprintln(out, "kiosk: running, without pages: console.listen is empty")
		running <- <-running
		return nil
	}
	mux := http.NewServeMux()
	c, err := console.New(console.Options{Loop: b.Loop, Views: b.Hub, Journal: b.Journal,
		Pictures: b.Pictures, Clock: b.Clock, ManagerPIN: file.Console.ManagerPIN, PINs: file.Console.PINs, Log: log})
	if err != nil {
		return err
	}
	c.Register(mux)
	mux.Handle("/hall/", b.Lobby.Screens().Keyed(file.Board.Key))
	ln, err := net.Listen("tcp", file.Console.Listen)
	if err != nil {
		return fmt.Errorf("kiosk: the pages cannot listen: %w; choose another address in console.listen or with -listen", err)
	}
	if err := more(mux, ln.Addr()); err != nil {
		return errors.Join(err, ln.Close())
	}
	server := server(ctx, mux, log)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(ln) }()
	fmt.Fprintf(out, "kiosk: http://%s/\n", ln.Addr())
	select {
	case err := <-failed:
		return err
	case err := <-running:
		running <- err
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	if err := server.Shutdown(end); err != nil {
		return server.Close()
	}
	return nil
}

func logger(to io.Writer, verbose bool) *slog.Logger {
	level := slog.LevelInfo
	if verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(to, &slog.HandlerOptions{Level: level}))
}
