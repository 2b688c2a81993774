package metrics

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
)

func TestFiguresAreServedUntilTheEnd(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := New("v1.2.3")
	pressed := prometheus.NewCounter(prometheus.CounterOpts{Name: "sunbeon_pressed_total", Help: "Presses."})
	r.MustRegister(pressed)
	pressed.Add(3)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- Serve(ctx, ln, r, slog.New(slog.DiscardHandler)) }()
	get := func(path string) (int, string) {
		t.Helper()
		answer, err := http.Get("http://" + ln.Addr().String() + path)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		b, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(b)
	}
	status, body := get("/metrics")
	for _, want := range []string{"sunbeon_pressed_total 3\n", `sunbeon_build_info{go="go`, `version="v1.2.3"} 1`, "go_goroutines ", "process_open_fds "} {
		if status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%d, without %q: %s", status, want, body)
		}
	}
	if problems, err := promlint.New(strings.NewReader(body)).Lint(); err != nil || len(problems) > 0 {
		t.Error(problems, err)
	}
	if status, _ := get("/"); status != http.StatusNotFound {
		t.Errorf("another page: %d", status)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

type broken struct{ net.Listener }

func (broken) Accept() (net.Conn, error) { return nil, errors.New("no more files") }
func (broken) Close() error              { return nil }
func (broken) Addr() net.Addr            { return &net.UnixAddr{} }

func TestListenerThatFailsIsReported(t *testing.T) {
	if err := Serve(t.Context(), broken{}, New("x"), slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "no more files") {
		t.Error(err)
	}
}
