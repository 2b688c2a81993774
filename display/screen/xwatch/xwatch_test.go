package xwatch

import (
	"context"
	"errors"
	"image"
	"testing"
	"time"

	"sunbeon/display/screen/xvfb"
)

// watched is a server and what is told of it.
type watched struct {
	t       *testing.T
	x       *xvfb.Server
	outputs chan image.Rectangle
	changes chan struct{}
	ran     chan error
	cancel  context.CancelFunc
}

func watch(t *testing.T) *watched {
	t.Helper()
	x, err := xvfb.Start(image.Pt(800, 600))
	if err != nil {
		t.Fatal(err)
	}
	w := &watched{t: t, x: x, outputs: make(chan image.Rectangle, 100), changes: make(chan struct{}, 100), ran: make(chan error, 1)}
	var ctx context.Context
	ctx, w.cancel = context.WithCancel(t.Context())
	go func() {
		w.ran <- Run(ctx, x.Display, Hooks{Output: func(r image.Rectangle) { w.outputs <- r }, Changed: func() { w.changes <- struct{}{} }})
	}()
	t.Cleanup(func() {
		w.cancel()
		_ = x.Close() // one test has closed it already
	})
	return w
}

// patience is how long a real server may take.
const patience = 30 * time.Second

// output waits until the output is at the given place.
func (w *watched) output(want image.Rectangle) {
	w.t.Helper()
	for limit := time.After(patience); ; {
		select {
		case got := <-w.outputs:
			if got == want {
				return
			}
		case err := <-w.ran:
			w.t.Fatal(err)
		case <-limit:
			w.t.Fatalf("the output is not said to be at %v", want)
		}
	}
}

func (w *watched) ends() error {
	w.t.Helper()
	select {
	case err := <-w.ran:
		return err
	case <-time.After(patience):
		w.t.Fatal("Run does not end")
		return nil
	}
}

func TestOutputs(t *testing.T) {
	t.Parallel()
	w := watch(t)
	w.output(image.Rect(0, 0, 800, 600))
	for _, step := range []struct {
		what string
		do   func() error
		want image.Rectangle
	}{
		{"off", func() error { return w.x.Output(false) }, image.Rectangle{}},
		{"on", func() error { return w.x.Output(true) }, image.Rect(0, 0, 800, 600)},
		{"another mode", func() error { return w.x.Resize(image.Pt(640, 480)) }, image.Rect(0, 0, 640, 480)},
	} {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.what, err)
		}
		w.output(step.want)
	}
	w.cancel()
	if err := w.ends(); !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
}

// TestDamage: a window that came, and one that went, may have hidden the picture.
func TestDamage(t *testing.T) {
	t.Parallel()
	w := watch(t)
	w.output(image.Rect(0, 0, 800, 600))
	uncover, err := w.x.Cover(image.Rect(10, 10, 100, 100), 0xffffff)
	if err != nil {
		t.Fatal(err)
	}
	told := func(what string) {
		t.Helper()
		select {
		case <-w.changes:
		case <-time.After(patience):
			t.Fatalf("nothing is said of a window that %s", what)
		}
	}
	told("came")
	for len(w.outputs) > 0 || len(w.changes) > 0 { // two events of one window may come apart
		select {
		case <-w.outputs:
		case <-w.changes:
		}
	}
	if err := uncover(); err != nil {
		t.Fatal(err)
	}
	told("went")
}

func TestTheServerGoes(t *testing.T) {
	t.Parallel()
	w := watch(t)
	w.output(image.Rect(0, 0, 800, 600))
	if err := w.x.Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.ends(); !errors.Is(err, ErrGone) {
		t.Errorf("ended with %v", err)
	}
}

func TestNoServer(t *testing.T) {
	if err := Run(t.Context(), ":7777", Hooks{}); err == nil {
		t.Error("a server that is not there is watched")
	}
}
