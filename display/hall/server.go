package hall

import (
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"sunbeon/appliance/feed"
)

// mostScreens is how many may listen at once: more than a hall has walls.
const mostScreens = 16

// ServerOptions of a Server. Now and Log must be there.
type ServerOptions struct {
	Now func() time.Time // the kiosk's clock
	// Screen is told of a screen whenever what is known of it changed: whether it
	// listens, and the conditions that it reported. It is called by a request's
	// goroutine, one call at a time, and must not block.
	Screen func(name string, listening bool, conditions []string)
	Log    *slog.Logger
}

// Server gives the newest hall to every screen. Handler serves it.
type Server struct {
	opt ServerOptions

	mu      sync.Mutex
	newest  *sheet        // nil before the first
	changed chan struct{} // closed when newest is another
	screens map[string]*heard
}

// sheet is a hall as a line, encoded once, when the first screen asks: a kiosk
// without screens pays nothing.
type sheet struct {
	hall *feed.Hall
	once sync.Once
	line []byte
}

func (n *sheet) bytes() []byte {
	n.once.Do(func() {
		b, err := json.Marshal(line{Hall: n.hall})
		if err != nil {
			panic(fmt.Sprintf("hall: %v", err)) // there is nothing in a hall that cannot be encoded
		}
		n.line = append(b, '\n')
	})
	return n.line
}

// heard is what is known of a screen.
type heard struct {
	streams    int
	conditions []string
}

// NewServer returns a server without a hall.
func NewServer(opt ServerOptions) *Server {
	if opt.Screen == nil {
		opt.Screen = func(string, bool, []string) {}
	}
	return &Server{opt: opt, changed: make(chan struct{}), screens: map[string]*heard{}}
}

// Publish makes h, which nobody changes any more, the newest hall. It never waits
// for a screen.
func (s *Server) Publish(h *feed.Hall) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.newest = &sheet{hall: h}
	close(s.changed)
	s.changed = make(chan struct{})
}

// Local serves the stream to whoever can reach it: for a socket, whose file
// decides who may.
func (s *Server) Local() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+streamPath, s.stream)
	mux.HandleFunc("POST "+healthPath, s.health)
	return mux
}

// Keyed serves the stream to who has the key; an empty key is nobody's.
func (s *Server) Keyed(key string) http.Handler {
	local := s.Local()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		given, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		switch {
		case key == "":
			http.Error(w, "No screen may listen over the network: board.key in office.toml is empty.", http.StatusForbidden)
		case !bearer || subtle.ConstantTimeCompare([]byte(given), []byte(key)) != 1:
			http.Error(w, "The key is not that of board.key in office.toml.", http.StatusUnauthorized)
		default:
			local.ServeHTTP(w, r)
		}
	})
}

// name is the screen that a request names, "" for none that could be one.
func name(w http.ResponseWriter, r *http.Request) string {
	n := r.URL.Query().Get("screen")
	if n == "" || len(n) > 32 || strings.ContainsFunc(n, func(c rune) bool { return c <= ' ' || c > '~' }) {
		http.Error(w, "Name the screen: ?screen=hall, 1 to 32 letters, digits and signs.", http.StatusBadRequest)
		return ""
	}
	return n
}

func (s *Server) stream(w http.ResponseWriter, r *http.Request) {
	screen := name(w, r)
	if screen == "" {
		return
	}
	if !s.enter(screen) {
		http.Error(w, "There are as many screens as can be.", http.StatusServiceUnavailable)
		return
	}
	defer s.leave(screen)
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.Header().Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	_ = out.SetReadDeadline(time.Time{}) // the server's is for requests; a stream lasts
	send := func(b []byte) bool {
		_ = out.SetWriteDeadline(time.Now().Add(writeWithin)) // a recorder of a test has none
		_, err := w.Write(b)
		return err == nil && out.Flush() == nil
	}
	beat := func() bool {
		b, err := json.Marshal(line{Now: s.opt.Now().UnixMilli()})
		return err == nil && send(append(b, '\n'))
	}
	if !beat() {
		return
	}
	tick := time.NewTicker(Beat)
	defer tick.Stop()
	var sent *sheet
	for {
		newest, changed := s.look()
		if newest != sent {
			if sent = newest; !send(newest.bytes()) {
				return
			}
		}
		select {
		case <-changed:
		case <-tick.C:
			if !beat() {
				return
			}
		case <-r.Context().Done():
			return
		}
	}
}

func (s *Server) look() (newest *sheet, changed chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.newest, s.changed
}

func (s *Server) health(w http.ResponseWriter, r *http.Request) {
	screen := name(w, r)
	if screen == "" {
		return
	}
	var h health
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, healthLimit))
	if err == nil {
		err = json.Unmarshal(b, &h)
	}
	if err != nil {
		http.Error(w, `The body is not {"conditions":[...]} of at most 2 KB.`, http.StatusBadRequest)
		return
	}
	slices.Sort(h.Conditions)
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.screens[screen]
	if known == nil {
		http.Error(w, "Listen first, report then.", http.StatusConflict)
		return
	}
	if conditions := slices.Compact(h.Conditions); !slices.Equal(conditions, known.conditions) {
		known.conditions = conditions
		s.opt.Screen(screen, true, conditions)
	}
	w.WriteHeader(http.StatusNoContent)
}

// enter counts a screen's stream. Two of one name are one screen whose link was
// replaced, or a mistake that harms nobody.
func (s *Server) enter(screen string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	total := 0
	for h := range maps.Values(s.screens) {
		total += h.streams
	}
	if total >= mostScreens {
		return false
	}
	h := s.screens[screen]
	if h == nil {
		h = &heard{}
		s.screens[screen] = h
		s.opt.Log.Info("hall: a screen listens", "screen", screen)
		s.opt.Screen(screen, true, nil)
	}
	h.streams++
	return true
}

func (s *Server) leave(screen string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.screens[screen]
	if h.streams--; h.streams > 0 {
		return
	}
	delete(s.screens, screen)
	s.opt.Log.Info("hall: a screen has gone", "screen", screen)
	s.opt.Screen(screen, false, nil)
}
