package main

import (
	"context"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	"sunbeon/display/board"
	"sunbeon/display/screen"
	"sunbeon/display/screen/coldcode"
)

// Memory. Pictures are few and large, so that the collector must not wait until
// their garbage is as large as they are.
const (
	gcPercent  = 30
	baseMemory = 12 << 20 // of Go, without pictures
	tidyEvery  = 30 * time.Second
)

// limitMemory holds Go to what a board of this size takes: its picture, as much
// again in smaller layers and in slides, and what is being drawn anew.
func limitMemory(opt board.Options) {
	debug.SetMemoryLimit(baseMemory + 3*4*int64(opt.Width)*int64(opt.Height))
}

// tidy gives back what is not used, now and then, until ctx ends: garbage, and the
// compiler of software GL, which works only while the first pictures are painted.
func tidy(ctx context.Context, log *slog.Logger) error {
	next := time.NewTicker(tidyEvery)
	defer next.Stop()
	for {
		select {
		case <-next.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		debug.FreeOSMemory()
		screen.Trim()
		if _, err := coldcode.Release(func(path string) bool { return strings.Contains(path, "/libLLVM") }); err != nil {
			log.Warn("signboard: the compiler's memory is kept", "err", err)
			return nil
		}
	}
}
