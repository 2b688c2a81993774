package main

import (
	"bufio"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sunbeon/display/web"
	"sunbeon/display/web/notify"
)

func keyFile(t *testing.T, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "webhook.key")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestWebhookTest: what the shipped receiver prints is what the city sends.
func TestWebhookTest(t *testing.T) {
	secret := strings.Repeat("0123456789abcdef", 2)
	ctx, stop := context.WithCancel(t.Context())
	said, says := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := run(ctx, []string{"webhook-test", "-listen", "127.0.0.1:0", "-key", keyFile(t, secret+"\n")}, surroundings{}, says, io.Discard)
		says.CloseWithError(err)
		done <- err
	}()
	lines := bufio.NewScanner(said)
	line := func() string {
		if !lines.Scan() {
			t.Fatal(lines.Err())
		}
		return lines.Text()
	}
	at, ok := strings.CutPrefix(line(), "cityweb: webhook ")
	if !ok {
		t.Fatal(at)
	}
	g, err := notify.NewGateway(at, []byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	to := web.Subscription{Token: "tokenaaaaaaaaaaa", Lang: web.Ko, Endpoint: web.GatewayEndpoint}
	p := notify.Parcel{ID: "x", To: to, Made: time.Now(), Message: notify.Message{Kind: notify.Near, Token: to.Token}}
	for _, send := range []func() error{
		func() error { return g.Announce(ctx, to, "01012345678", web.TicketView{Label: "502"}) },
		func() error { return g.Carry(ctx, p) },
		func() error { return g.Carry(ctx, p) },
	} {
		if err := send(); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{`post {"v":1,`, `post {"v":1,"id":"x","kind":"near"`, `again {"v":1,"id":"x"`} {
		if got := line(); !strings.HasPrefix(got, want) || strings.Contains(want, `"x"`) == strings.Contains(got, "01012345678") {
			t.Errorf("%s", got)
		}
	}
	forged, err := notify.NewGateway(at, []byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	if err := forged.Carry(ctx, p); err == nil {
		t.Error("another key is taken")
	}
	if got := line(); !strings.HasPrefix(got, "refused ") {
		t.Error(got)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestFlagsOfMessages(t *testing.T) {
	short := keyFile(t, "short")
	for want, args := range map[string][]string{
		"queue@city.example":      {"-push", "nobody"},
		"go together":             {"-webhook", "https://gateway.example/"},
		"openssl rand -hex 32":    {"-data", t.TempDir(), "-webhook", "https://gateway.example/", "-webhook-key", short},
		"must be https":           {"-data", t.TempDir(), "-webhook", "http://gateway.example/", "-webhook-key", keyFile(t, strings.Repeat("k", 40))},
		"needs 32 or more":        {"webhook-test", "-key", short},
		"no such file":            {"webhook-test", "-key", short + "x"},
		"another address with -l": {"webhook-test", "-key", keyFile(t, strings.Repeat("k", 40)), "-listen", "192.0.2.1:1"},
	} {
		err := run(t.Context(), args, surroundings{host: "here"}, io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", args, err)
		}
	}
}
