package hall

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/appliance/feed"
)

func numbered(n int) *feed.Hall {
	return &feed.Hall{Snapshot: feed.Snapshot{V: 1, Office: "CS0001", Rev: uint64(n)}}
}

// wall is a hall's network without a kernel: connections are pipes, so that time
// in a bubble stands still while they wait.
type wall struct {
	dialled chan net.Conn
	mu      sync.Mutex
	cut     bool
	open    []net.Conn
	dials   int
}

func newWall() *wall { return &wall{dialled: make(chan net.Conn)} }

func (w *wall) Accept() (net.Conn, error) {
	c, ok := <-w.dialled
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}
func (w *wall) Close() error   { return nil }
func (w *wall) Addr() net.Addr { return &net.UnixAddr{Name: "wall"} }

func (w *wall) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cut {
		return nil, errors.New("no way there")
	}
	a, b := net.Pipe()
	w.dials++
	w.open = append(w.open, a, b)
	select {
	case w.dialled <- b:
		return a, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// pull cuts every connection, and what comes until it is mended.
func (w *wall) pull(cut bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = cut
	for _, c := range w.open {
		_ = c.Close()
	}
	w.open = nil
}

// stand is a server, a client and what the client was told, in a bubble.
type stand struct {
	*wall
	server *Server
	client *Client
	told   []Update
	mu     sync.Mutex
	seen   []string // of screens
}

func newStand(t *testing.T) *stand {
	s := &stand{wall: newWall()}
	s.server = NewServer(ServerOptions{Now: func() time.Time { return time.Now().Add(time.Hour) }, Log: slog.New(slog.DiscardHandler),
		Screen: func(name string, listening bool, conditions []string) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.seen = append(s.seen, fmt.Sprintf("%s %t %v", name, listening, conditions))
		}})
	var err error
	s.client, err = NewClient(Options{Address: "unix:/x", Screen: "hall", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	s.client.http.Transport.(*http.Transport).DialContext = s.dial
	return s
}

func (s *stand) run(t *testing.T) {
	web := &http.Server{Handler: s.server.Local()}
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() { _ = web.Serve(s.wall) })
	all.Go(func() {
		_ = s.client.Run(ctx, func(u Update) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.told = append(s.told, u)
		})
	})
	t.Cleanup(func() {
		cancel()
		s.pull(true)
		close(s.dialled)
		_ = web.Close()
		all.Wait()
	})
	synctest.Wait()
}

func (s *stand) last() Update {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.told) == 0 {
		return Update{}
	}
	return s.told[len(s.told)-1]
}

func TestTheNewestHallArrives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t)
		s.server.Publish(numbered(1))
		s.run(t)
		for n := 1; n < 5; n++ {
			if got := s.last(); got.Hall == nil || got.Hall.Snapshot.Rev != uint64(n) || !got.Lost.IsZero() || got.Skew != time.Hour {
				t.Fatalf("after hall %d: %+v", n, got)
			}
			s.server.Publish(numbered(n + 1))
			synctest.Wait()
		}
		time.Sleep(5 * silence)
		if s.dials != 1 {
			t.Errorf("a link that was never silent was made %d times", s.dials)
		}
	})
}

// TestAKioskThatGoesAndComes: the last hall stays, with the time at which it was
// last known to be true, and a short cut is no news.
func TestAKioskThatGoesAndComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t)
		s.server.Publish(numbered(1))
		s.run(t)
		before := len(s.told)
		s.pull(true)
		time.Sleep(2 * time.Second)
		s.pull(false)
		time.Sleep(3 * time.Second)
		synctest.Wait()
		for _, u := range s.told[before:] {
			if !u.Lost.IsZero() {
				t.Errorf("two seconds without a link were called a loss")
			}
		}
		time.Sleep(Beat)
		cut := time.Now()
		s.pull(true)
		time.Sleep(20 * time.Second)
		synctest.Wait()
		got := s.last()
		if got.Hall.Snapshot.Rev != 1 || got.Lost.After(cut) || got.Lost.Before(cut.Add(-Beat)) {
			t.Fatalf("cut at %v: %+v", cut, got)
		}
		s.server.Publish(numbered(2))
		s.pull(false)
		time.Sleep(latest)
		synctest.Wait()
		if got := s.last(); got.Hall.Snapshot.Rev != 2 || !got.Lost.IsZero() {
			t.Errorf("after its return: %+v", got)
		}
	})
}

// TestAFrozenKiosk: the link stands, and nothing comes over it.
func TestAFrozenKiosk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t)
		ctx, cancel := context.WithCancel(t.Context())
		links := 0
		var all sync.WaitGroup
		all.Go(func() {
			for c := range s.dialled {
				links++
				all.Go(func() { _, _ = io.Copy(io.Discard, c) })
			}
		})
		all.Go(func() { _ = s.client.Run(ctx, func(u Update) { s.told = append(s.told, u) }) })
		time.Sleep(3 * silence)
		synctest.Wait()
		if got := s.last(); got.Lost.IsZero() || links < 2 {
			t.Errorf("after %v of silence: %+v, %d links", 3*silence, got, links)
		}
		cancel()
		s.pull(true)
		close(s.dialled)
		all.Wait()
	})
}

func TestHealthComesWithEveryLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStand(t)
		s.client.Report([]string{"slides", "no-output", "slides"})
		s.run(t)
		s.pull(true)
		synctest.Wait()
		s.pull(false)
		time.Sleep(latest)
		synctest.Wait()
		s.client.Report(nil)
		synctest.Wait()
		s.mu.Lock()
		defer s.mu.Unlock()
		want := []string{"hall true []", "hall true [no-output slides]", "hall false []",
			"hall true []", "hall true [no-output slides]", "hall true []"}
		if !slices.Equal(s.seen, want) {
			t.Errorf("the kiosk learnt %q, want %q", s.seen, want)
		}
	})
}

func TestOnlyTheKeyOpens(t *testing.T) {
	s := NewServer(ServerOptions{Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	s.Publish(numbered(1))
	for _, tc := range []struct {
		key, header string
		want        int
	}{
		{"", "Bearer ", http.StatusForbidden}, {"", "", http.StatusForbidden},
		{"correct horse", "", http.StatusUnauthorized}, {"correct horse", "Bearer correct", http.StatusUnauthorized},
		{"correct horse", "correct horse", http.StatusUnauthorized}, {"correct horse", "Bearer correct horse", http.StatusOK},
	} {
		web := httptest.NewServer(s.Keyed(tc.key))
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, web.URL+streamPath+"?screen=hall", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", tc.header)
		resp, err := web.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		web.CloseClientConnections()
		web.Close()
		if resp.StatusCode != tc.want {
			t.Errorf("key %q, header %q: %d, want %d", tc.key, tc.header, resp.StatusCode, tc.want)
		}
	}
}

func TestWhatAServerRefuses(t *testing.T) {
	s := NewServer(ServerOptions{Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	ask := func(method, path, body string) int {
		w := httptest.NewRecorder()
		ctx, cancel := context.WithCancel(t.Context())
		cancel() // a stream ends after its first line
		s.Local().ServeHTTP(w, httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(body)))
		return w.Code
	}
	for _, tc := range []struct {
		method, path, body string
		want               int
	}{
		{"GET", "/hall/stream", "", 400}, {"GET", "/hall/stream?screen=" + strings.Repeat("x", 33), "", 400},
		{"GET", "/hall/stream?screen=a%0ab", "", 400}, {"POST", "/hall/stream?screen=a", "", 405},
		{"GET", "/hall/stream?screen=a", "", 200},
		{"POST", "/hall/health?screen=a", "{}", 409}, {"POST", "/hall/health?screen=a", "no", 400},
		{"POST", "/hall/health?screen=a", `{"conditions":["` + strings.Repeat("x", healthLimit) + `"]}`, 400},
	} {
		if got := ask(tc.method, tc.path, tc.body); got != tc.want {
			t.Errorf("%s %.40s: %d, want %d", tc.method, tc.path, got, tc.want)
		}
	}
	for i := range mostScreens {
		if !s.enter(fmt.Sprint(i)) {
			t.Fatalf("screen %d was refused", i)
		}
	}
	if got := ask("GET", "/hall/stream?screen=a", ""); got != 503 {
		t.Errorf("a screen too many: %d", got)
	}
}

func TestAddresses(t *testing.T) {
	for _, tc := range []struct {
		address, key, why string
	}{
		{"unix:", "", "unix:/run/"}, {"kiosk:8470", "k", "is no kiosk's address"}, {"https://kiosk", "k", "is no kiosk's address"},
		{"http://kiosk:8470/x", "k", "is no kiosk's address"}, {"http://kiosk:8470", "", "board.key"}, {"", "", "is no kiosk's address"},
	} {
		if _, err := NewClient(Options{Address: tc.address, Key: tc.key}); err == nil || !strings.Contains(err.Error(), tc.why) {
			t.Errorf("%q: %v", tc.address, err)
		}
	}
}

// TestSocket: over a real socket, with what an earlier kiosk left there.
func TestSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run", "hall.sock")
	first, err := Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(path); err == nil || !strings.Contains(err.Error(), "another kiosk") {
		t.Errorf("a served socket: %v", err)
	}
	first.(*net.UnixListener).SetUnlinkOnClose(false) // as a kiosk that is killed
	_ = first.Close()
	ln, err := Listen(path)
	if err != nil {
		t.Fatalf("a socket left behind: %v", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o660 {
		t.Errorf("the socket is %v, %v", info.Mode(), err)
	}
	s := NewServer(ServerOptions{Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	s.Publish(numbered(7))
	web := &http.Server{Handler: s.Local()}
	served := make(chan error, 1)
	go func() { served <- web.Serve(ln) }()
	c, err := NewClient(Options{Address: "unix:" + path, Screen: "hall", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	rev := uint64(0)
	if err := c.Run(ctx, func(u Update) {
		if u.Hall != nil {
			rev = u.Hall.Snapshot.Rev
			cancel()
		}
	}); !errors.Is(err, context.Canceled) || rev != 7 {
		t.Errorf("got %d, %v", rev, err)
	}
	_ = web.Close()
	<-served
	plain := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(plain, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(plain); err == nil || !strings.Contains(err.Error(), "no socket") {
		t.Errorf("a file in the way: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{`{"now":1}`, `{"hall":{"snapshot":{"v":1}}}`, `{"hall":{"snapshot":{"v":2}}}`, `{}`, `{"now":1,"hall":{}}`, `[`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := decode(b)
		if err == nil && (l.Now == 0) == (l.Hall == nil) {
			t.Errorf("%q is taken for %+v", b, l)
		}
	})
}
