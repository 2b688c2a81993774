package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/sim"
	"sunbeon/display/hall"
)

// watcher is a screen without a picture.
type watcher struct {
	mu   sync.Mutex
	last hall.Update
}

func watch(t *testing.T, address, key string) *watcher {
	t.Helper()
	c, err := hall.NewClient(hall.Options{Address: address, Key: key, Screen: "hall", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	w := &watcher{}
	ctx, cancel := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() {
		ran <- c.Run(ctx, func(u hall.Update) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.last = u
		})
	}()
	t.Cleanup(func() { cancel(); <-ran })
	return w
}

func (w *watcher) hall() *feed.Hall {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last.Hall
}

// waits says how many wait for the first service, or why that is not known.
func (w *watcher) waits(want int) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	u := w.last
	if u.Hall == nil || !u.Lost.IsZero() {
		return fmt.Errorf("no news: %+v", u)
	}
	if got := *u.Hall.Snapshot.Services[0].Waiting; got != want {
		return fmt.Errorf("%d wait, not %d", got, want)
	}
	return nil
}

// TestScreensHear: the socket of a bench, and the network with its key; the kiosk
// is killed and comes back.
func TestScreensHear(t *testing.T) {
	dir, addr := t.TempDir(), freeAddr(t)
	text := strings.NewReplacer("[board]", "[board]\nkey = \"a key nobody has\"\nlink = \"http://127.0.0.1/\"",
		"[console]", "[[screens]]\nname = \"hall\"\n[console]").Replace(string(sim.Office()))
	office := file(t, "office.toml", text)
	run := func() *process {
		p := start(t, "kiosk", "-sim", "-config", office, "-data", dir, "-listen", addr)
		p.said("kiosk: bench")
		return p
	}
	kiosk := run()
	local := watch(t, "unix:"+filepath.Join(dir, "hall.sock"), "")
	network := watch(t, "http://"+addr, "a key nobody has")
	stranger := watch(t, "http://"+addr, "a key somebody guessed")
	pressed := func() {
		t.Helper()
		if _, err := press("http://"+addr+"/", "civil"); err != nil {
			t.Fatal(err)
		}
	}
	both := func(n int) {
		t.Helper()
		eventually(t, "the socket", func() error { return local.waits(n) })
		eventually(t, "the network", func() error { return network.waits(n) })
	}
	both(0)
	pressed()
	both(1)
	if link := local.hall().Board.Link; link != "http://127.0.0.1/" {
		t.Errorf("the office's wish for its board came as %q", link)
	}
	kiosk.kill()
	eventually(t, "the loss", func() error {
		if local.waits(1) == nil {
			return errors.New("nobody has noticed")
		}
		return nil
	})
	if local.hall() == nil {
		t.Error("what was known is forgotten")
	}
	run()
	both(1)
	pressed()
	both(2)
	if stranger.waits(2) == nil {
		t.Error("a wrong key hears")
	}
}
