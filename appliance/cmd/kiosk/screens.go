package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"sunbeon/appliance/box"
	"sunbeon/appliance/config"
	"sunbeon/display/hall"
)

// screens serves the screens of this machine on their socket until ctx ends; done
// then tells how it ended. Those of other machines come by the pages' address.
func screens(ctx context.Context, b *box.Box, file *config.File, log *slog.Logger) (done <-chan error, err error) {
	ended := make(chan error, 1)
	if file.Board.Socket == "" {
		ended <- nil
		return ended, nil
	}
	ln, err := hall.Listen(file.Board.Socket)
	if err != nil {
		return nil, err
	}
	server := server(ctx, b.Lobby.Screens().Local(), log)
	context.AfterFunc(ctx, func() { _ = server.Close() }) // streams never end by themselves
	go func() {
		err := server.Serve(ln)
		if errors.Is(err, http.ErrServerClosed) {
			err = nil
		}
		ended <- err
	}()
	return ended, nil
}

// server is how the kiosk answers over a network or a socket.
func server(ctx context.Context, h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10,
		BaseContext: func(net.Listener) context.Context { return ctx },
		ErrorLog:    slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
}
