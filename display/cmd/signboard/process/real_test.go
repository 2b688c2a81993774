package process

import (
	"context"
	"fmt"
	"image"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/display/board"
	"sunbeon/display/hall"
	"sunbeon/display/screen/xvfb"
	"sunbeon/display/typeface"
)

// bench is a kiosk with everything, the real program, and a listener that knows
// what its screens should show.
type bench struct {
	t      *testing.T
	url    string
	socket string
	faces  *typeface.Set

	mu   sync.Mutex
	told hall.Update
}

func newBench(t *testing.T) *bench {
	t.Helper()
	data := t.TempDir()
	kiosk := start(t, nil, "kiosk", "-sim", "-data", data, "-listen", "127.0.0.1:0", "-speed", "0")
	b := &bench{t: t, url: "http" + kiosk.says("kiosk: http"), socket: "unix:" + filepath.Join(data, "hall.sock")}
	var err error
	if b.faces, err = typeface.Load(); err != nil {
		t.Fatal(err)
	}
	c, err := hall.NewClient(hall.Options{Address: b.socket, Screen: "witness", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan struct{})
	go func() {
		defer close(ran)
		_ = c.Run(ctx, func(u hall.Update) { // it ends with the context
			b.mu.Lock()
			defer b.mu.Unlock()
			b.told = u
		})
	}()
	t.Cleanup(func() {
		cancel()
		<-ran
	})
	return b
}

func (b *bench) post(path string, form url.Values) error {
	reply, err := http.PostForm(b.url+path, form)
	if err != nil {
		return err
	}
	defer reply.Body.Close()
	text, err := io.ReadAll(reply.Body)
	if err == nil && reply.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", reply.Status, text)
	}
	return err
}

// serve takes a ticket and calls one, and waits until the office's state has both.
// No screen can hold that up.
func (b *bench) serve() {
	b.t.Helper()
	issued, called := b.counts()
	eventually(b.t, "a press", func() error {
		return b.post("bench/press", url.Values{"service": {"civil"}, "class": {"ordinary"}})
	})
	eventually(b.t, "a call", func() error {
		if now, _ := b.counts(); now == issued {
			return fmt.Errorf("the press is not in the state")
		}
		if err := b.post("bench/key", url.Values{"counter": {"1"}, "key": {"next"}}); err != nil {
			return err
		}
		if _, now := b.counts(); now == called {
			return fmt.Errorf("the call is not in the state")
		}
		return nil
	})
}

func (b *bench) counts() (issued int, called uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.told.Hall == nil {
		return 0, 0
	}
	for _, s := range b.told.Hall.Snapshot.Services {
		if s.Issued != nil {
			issued += *s.Issued
		}
	}
	return issued, b.told.Hall.Snapshot.CallSeq
}

// shows waits until the glass has the office's state of now. A call still stands
// out in it for ten seconds.
func (b *bench) shows(x *xvfb.Server, what string) {
	b.t.Helper()
	var pure *board.Board
	var opt board.Options
	eventually(b.t, what, func() error {
		b.mu.Lock()
		u := b.told
		b.mu.Unlock()
		if u.Hall == nil {
			return fmt.Errorf("no hall yet")
		}
		if pure == nil {
			layout := board.Auto
			for l := board.Auto; l <= board.Passport; l++ {
				if l.String() == u.Hall.Board.Layout {
					layout = l
				}
			}
			opt = board.Options{Width: 1280, Height: 720, Layout: layout, Lang: u.Hall.Board.Languages, Link: u.Hall.Board.Link, Still: true}
			var err error
			if pure, err = board.New(b.faces, opt); err != nil {
				return err
			}
		}
		got, err := x.Grab(image.Rect(0, 0, 1280, 720))
		if err != nil {
			return err
		}
		return compare(got, pure.Draw(board.Show{Hall: u.Hall}, time.Now().Add(u.Skew).In(feed.KST())))
	})
}

// TestTheLineGoesOn: whatever becomes of the screen, tickets and calls go on, and
// a screen that comes back has the state of now.
func TestTheLineGoesOn(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	x := glass(t, image.Pt(1280, 720))
	signboard := func() *program {
		return start(t, []string{"DISPLAY=" + x.Display}, "signboard", "-kiosk", b.socket, "-still")
	}
	s := signboard()
	b.serve()
	b.shows(x, "the first state")

	s.signal(syscall.SIGKILL)
	s.ends()
	b.serve()
	s = signboard()
	b.shows(x, "the state after the signboard was killed")

	s.signal(syscall.SIGSTOP)
	for range 20 {
		b.serve()
	}
	s.signal(syscall.SIGCONT)
	b.shows(x, "the state after the signboard was frozen")

	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	if code := s.ends(); code != 1 {
		t.Errorf("without X it ends with %d, want 1", code)
	}
	b.serve()
	x = glass(t, image.Pt(1280, 720))
	signboard()
	b.shows(x, "the state after X was killed")
}
