package digits

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// slate is a face that remembers.
type slate struct {
	mu     sync.Mutex
	start  time.Time
	refuse error
	writes []string // time, level, what is drawn
}

func (s *slate) Size() (int, int) { return 2, 3 }

func (s *slate) Write(segments [][]byte, level int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var text []string
	for _, n := range segments {
		w := ""
		for _, g := range n {
			for c := byte(' '); c < 'a'; c++ {
				if have, ok := glyph(c); ok && have == g {
					w += string(c)
				}
			}
		}
		text = append(text, w)
	}
	s.writes = append(s.writes, time.Since(s.start).String()+" "+strings.Join(text, "/")+" "+string(rune('0'+level)))
	return s.refuse
}

func (s *slate) take() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := strings.Join(s.writes, ", ")
	s.writes = nil
	return w
}

func (s *slate) refusing(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = err
}

func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		var links []bool
		face := &slate{start: time.Now()}
		d, err := New(face, Options{OnLink: func(up bool) { links = append(links, up) }, Log: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- d.Run(ctx) }()
		check := func(what, want string) {
			t.Helper()
			synctest.Wait()
			if got := face.take(); got != want {
				t.Errorf("%s: %s\nwant %s", what, got, want)
			}
		}
		check("at the start", "0s    /    4")
		time.Sleep(time.Second)
		_ = d.Show(1, "A17")
		check("a number", "1s    /A17 4")
		_ = d.Show(0, "1")
		_ = d.Show(0, "2") // the newest wins
		synctest.Wait()
		if got := face.take(); !strings.HasSuffix(got, "1s   2/A17 4") {
			t.Errorf("both: %s", got)
		}
		time.Sleep(61 * time.Second)
		check("rewritten", "31s   2/A17 4, 1m1s   2/A17 4")
		d.Bright(9)
		check("bright", "1m2s   2/A17 8")
		d.Bright(0)
		check("dark", "1m2s   2/A17 0")
		d.Bright(4)
		check("lit", "1m2s   2/A17 4")
		face.refusing(errors.New("gone"))
		_ = d.Show(0, "3")
		time.Sleep(5 * time.Second)
		check("refused", "1m2s   3/A17 4, 1m4s   3/A17 4, 1m6s   3/A17 4")
		face.refusing(nil)
		time.Sleep(10 * time.Second)
		check("returned", "1m8s   3/A17 4")
		if err := d.Show(0, "1234"); err == nil {
			t.Error("no error for a number without room")
		}
		check("no room", "1m17s ---/A17 4")
		if err := d.Show(2, "1"); err == nil {
			t.Error("no error for a number that is not there")
		}
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("Run: %v", err)
		}
		check("left dark", "1m17s    /    0")
		if len(links) != 2 || links[0] || !links[1] {
			t.Errorf("links %v", links)
		}
		if n := strings.Count(log.String(), "cannot be written"); n != 1 {
			t.Errorf("logged %d times, want once:\n%s", n, log.String())
		}
	})
}

func TestNewRefuses(t *testing.T) {
	if _, err := New(nil, Options{}); err == nil {
		t.Error("no error without a face")
	}
	for _, level := range []int{-1, 9} {
		if _, err := New(&slate{}, Options{Level: level}); err == nil {
			t.Errorf("level %d: no error", level)
		}
	}
}
