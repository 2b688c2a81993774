package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"sunbeon/display/web/notify"
)

// key reads the secret of the webhook from its file.
func key(file string) ([]byte, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("cityweb: the webhook's key: %w; make one with: openssl rand -hex 32", err)
	}
	if b = bytes.TrimSpace(b); len(b) < notify.MinKey {
		return nil, fmt.Errorf("cityweb: the webhook's key in %s has %d bytes, and needs %d or more; make one with: openssl rand -hex 32", file, len(b), notify.MinKey)
	}
	return b, nil
}

// webhookTest is a gateway that sends nothing: it verifies what comes and prints
// it, a line each, until ctx ends.
func webhookTest(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := flag.NewFlagSet("cityweb webhook-test", flag.ContinueOnError)
	f.SetOutput(stderr)
	listen := f.String("listen", "127.0.0.1:0", "`host:port` to take posts at")
	file := f.String("key", "", "`file` of the secret that -webhook-key has")
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return errHelp
		}
		return fmt.Errorf("cityweb: %w", err)
	}
	secret, err := key(*file)
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", *listen)
	if err != nil {
		return fmt.Errorf("cityweb: %w; choose another address with -listen", err)
	}
	lines := make(chan string, 64)
	say := func(format string, a ...any) {
		select {
		case lines <- fmt.Sprintf(format, a...):
		case <-ctx.Done():
		}
	}
	srv := &http.Server{ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, Handler: notify.Receive(secret,
		func(p notify.Post, before bool) {
			b, err := json.Marshal(p)
			if err != nil {
				panic("cityweb: a post does not encode: " + err.Error()) // it was decoded
			}
			if before {
				say("again %s", b)
				return
			}
			say("post %s", b)
		}, func(err error) { say("refused %v", err) })}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ln) }()
	fmt.Fprintf(stdout, "cityweb: webhook http://%s/\n", ln.Addr())
	for {
		select {
		case line := <-lines:
			fmt.Fprintln(stdout, line)
		case err := <-served:
			return fmt.Errorf("cityweb: %w", err)
		case <-ctx.Done():
			_ = srv.Close()
			<-served
			return nil
		}
	}
}
