package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"image"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jezek/xgb"
	"golang.org/x/sync/errgroup"

	"sunbeon/appliance/feed"
	"sunbeon/display/board"
	"sunbeon/display/hall"
	"sunbeon/display/screen"
	"sunbeon/display/screen/stage"
	"sunbeon/display/screen/xwatch"
	"sunbeon/display/slides"
	"sunbeon/display/typeface"
)

// version is set by the linker.
var version = "development"

// windowNap is how often a window on a desk is asked whether it is to be closed.
const windowNap = 250 * time.Millisecond

func main() {
	xgb.Logger.SetOutput(io.Discard) // ebiten's, which tells of a file of cookies that is not needed
	debug.SetGCPercent(gcPercent)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run shows the board until ctx ends, which is no error.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	if o.version {
		fmt.Fprintln(stdout, "signboard", version)
		return nil
	}
	level := slog.LevelInfo
	if o.verbose {
		level = slog.LevelDebug
	}
	log := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level}))
	key, err := o.key()
	if err != nil {
		return err
	}
	client, err := hall.NewClient(hall.Options{Address: o.kiosk, Key: key, Screen: o.screen, Log: log})
	if err != nil {
		return err
	}
	faces, err := typeface.Load()
	if err != nil {
		return err
	}
	d := newDirector(o, client.Report, log)
	so := stage.Options{
		Make: func(opt board.Options) (stage.Board, error) {
			limitMemory(opt)
			return board.New(faces, opt)
		},
		Clock: func() time.Time { return time.Now().In(feed.KST()) },
		Log:   log,
	}
	if o.window != (image.Point{}) {
		so.Nap = windowNap
	}
	st := stage.New(so, d.scene())
	d.put = st.Put

	var ticks atomic.Uint64
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return ended(client.Run(ctx, d.heard)) })
	group.Go(func() error { return ended(tidy(ctx, log)) })
	if o.slides != "" {
		f := slides.Folder{Path: o.slides, Screen: d.size, Tell: d.pictures, Log: log,
			Trouble: func(is bool) { d.condition("slides", is) }}
		group.Go(func() error { return ended(f.Run(ctx)) })
	}
	group.Go(func() error {
		return ended(xwatch.Run(ctx, os.Getenv("DISPLAY"), xwatch.Hooks{Changed: st.Refresh, Output: d.output}))
	})
	// The watch is the last to end, because any other may hang in X or GL.
	watched, unwatch := context.WithCancel(context.Background())
	unwatched := make(chan struct{})
	go func() {
		defer close(unwatched)
		watch(watched, ticks.Load, func() {
			log.Error("signboard: the picture stands still; ending, so that the unit starts it again")
			os.Exit(1)
		})
	}()
	err = screen.Run(ctx, screen.Options{Stage: st, Window: o.window, Title: "순번", Monitor: d.size, Log: log, Tick: func() { ticks.Add(1) }})
	cancel()
	err = errors.Join(err, group.Wait())
	unwatch()
	<-unwatched
	return err
}

// ended takes the end of the context for no error.
func ended(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}
