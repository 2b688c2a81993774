package web

import (
	"context"
	"testing"
	"time"
)

// running runs a site until the test ends.
func running(t testing.TB, s *Site) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// until looks again until it is so.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	look, end := time.NewTicker(5*time.Millisecond), time.After(20*time.Second)
	defer look.Stop()
	for !ok() {
		select {
		case <-look.C:
		case <-end:
			t.Fatalf("never: %s", what)
		}
	}
}
