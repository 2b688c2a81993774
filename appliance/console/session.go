package console

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"slices"
	"sync"
	"time"
)

// manager is the place of the manager's sessions; counters begin with 1.
const manager = 0

// Limits of sessions.
const (
	idleFor      = 12 * time.Hour
	sessionsKept = 256
	idsKept      = 32 // request ids a session remembers as sent
	cookieName   = "sunbeon"
)

// session is one signed-in browser.
type session struct {
	place int           // a counter's number, or manager
	ended chan struct{} // closed when it is signed out or expires

	mu    sync.Mutex
	used  time.Time
	flash *said    // for the next page without script
	ids   []string // request ids given to the loop, the newest last
}

// sessions are kept in memory: a restart signs everybody out.
type sessions struct {
	mu   sync.Mutex
	byID map[string]*session
}

func newSessions() *sessions { return &sessions{byID: map[string]*session{}} }

// open makes a session. Its id is 256 random bits.
func (ss *sessions) open(place int, now time.Time) (string, *session) {
	var b [32]byte
	rand.Read(b[:]) // never fails: the program ends where there is no randomness
	id := hex.EncodeToString(b[:])
	s := &session{place: place, used: now, ended: make(chan struct{})}
	ss.mu.Lock()
	defer ss.mu.Unlock()
	ss.expire(now)
	if len(ss.byID) >= sessionsKept {
		ss.dropOldest()
	}
	ss.byID[id] = s
	return id, s
}

// find returns the session, nil when it has ended. With touch the idle time
// begins anew: an open page that only listens does not stay signed in for ever.
func (ss *sessions) find(id string, now time.Time, touch bool) *session {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	ss.expire(now)
	s := ss.byID[id]
	if s != nil && touch {
		s.mu.Lock()
		s.used = now
		s.mu.Unlock()
	}
	return s
}

// close ends the session, and the streams that are open for it.
func (ss *sessions) close(id string) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	ss.drop(id)
}

func (ss *sessions) expire(now time.Time) {
	for id, s := range ss.byID {
		if now.Sub(s.lastUse()) > idleFor {
			ss.drop(id)
		}
	}
}

func (ss *sessions) drop(id string) {
	if s := ss.byID[id]; s != nil {
		delete(ss.byID, id)
		close(s.ended)
	}
}

func (ss *sessions) dropOldest() {
	oldest, at := "", time.Time{}
	for id, s := range ss.byID {
		if u := s.lastUse(); oldest == "" || u.Before(at) {
			oldest, at = id, u
		}
	}
	ss.drop(oldest)
}

func (s *session) lastUse() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.used
}

// may reports whether the session may act for the place.
func (s *session) may(place int) bool { return s.place == manager || s.place == place }

// sent reports whether the request id went to the loop before, and remembers it
// if enter says that it goes there now.
func (s *session) sent(id string, enter func() bool) (before, entered bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.Contains(s.ids, id) {
		return true, true
	}
	if !enter() {
		return false, false
	}
	if s.ids = append(s.ids, id); len(s.ids) > idsKept {
		s.ids = slices.Delete(s.ids, 0, 1)
	}
	return false, true
}

// say keeps what the next page shows; heard takes it.
func (s *session) say(what said) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flash = &what
}

func (s *session) heard() *said {
	s.mu.Lock()
	defer s.mu.Unlock()
	what := s.flash
	s.flash = nil
	return what
}

// who returns the session of the request, nil if it has none.
func (c *Console) who(r *http.Request, touch bool) *session {
	k, err := r.Cookie(cookieName)
	if err != nil {
		return nil
	}
	return c.sessions.find(k.Value, time.Now(), touch)
}

func setCookie(w http.ResponseWriter, id string, maxAge int) {
	http.SetCookie(w, &http.Cookie{Name: cookieName, Value: id, Path: "/", MaxAge: maxAge,
		HttpOnly: true, SameSite: http.SameSiteStrictMode})
}

// sweep ends the sessions that were idle for too long.
func (ss *sessions) sweep(now time.Time) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	ss.expire(now)
}
