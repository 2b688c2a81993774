package console

import (
	"net/netip"
	"sync"
	"time"
)

// Delays of the gate.
const (
	freeTries     = 2                // a source may mistype that often without waiting
	longestWait   = 30 * time.Second // of one source
	globalTries   = 20               // failures of all sources before everybody waits
	globalWait    = 4 * time.Second  // between two tries of sources never seen to succeed
	forgetAfter   = 15 * time.Minute // without a failure
	sourcesKept   = 1024
	verifyWaiting = 16 // sign-ins that may queue for the one verification
)

// gate slows guessing down. A source that fails waits 1, 2, 4 ... 30 s; when
// many sources fail together, those that never signed in share one try every 4
// seconds. Nobody is locked out for longer than that, and a source that has
// signed in before is not slowed by what others do.
type gate struct {
	mu      sync.Mutex
	sources map[netip.Prefix]*source
	all     int       // failures of all sources
	last    time.Time // of them

	turn chan struct{} // holds a token while a PIN is verified: memory for one at a time
	line chan struct{} // who waits for turn
}

type source struct {
	failed int
	last   time.Time // of the failures, or of the success
	known  bool      // has signed in
}

func newGate() *gate {
	return &gate{sources: map[netip.Prefix]*source{}, turn: make(chan struct{}, 1), line: make(chan struct{}, verifyWaiting)}
}

// sourceOf is the unit that is slowed: an IPv4 address, or an IPv6 network of
// 64 bits, of which one machine may use every address.
func sourceOf(remote string) netip.Prefix {
	ap, err := netip.ParseAddrPort(remote)
	if err != nil {
		return netip.Prefix{} // all of unknown origin together
	}
	addr := ap.Addr().Unmap().WithZone("")
	bits := 64
	if addr.Is4() {
		bits = 32
	}
	p, err := addr.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}

// wait is how long the source must still wait before its next try; 0 is none.
func (g *gate) wait(p netip.Prefix, now time.Time) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.forget(now)
	s := g.sources[p]
	var until time.Time
	if s != nil && s.failed >= freeTries {
		until = s.last.Add(min(time.Second<<min(s.failed-freeTries, 10), longestWait))
	}
	if g.all >= globalTries && (s == nil || !s.known) {
		if t := g.last.Add(globalWait); t.After(until) {
			until = t
		}
	}
	return max(until.Sub(now), 0)
}

// tried notes how a try ended.
func (g *gate) tried(p netip.Prefix, now time.Time, ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := g.sources[p]
	if s == nil {
		g.makeRoom()
		s = &source{}
		g.sources[p] = s
	}
	s.last = now
	if ok {
		s.failed, s.known = 0, true
		return
	}
	s.failed++
	g.all++
	g.last = now
}

// forget drops failures that are old.
func (g *gate) forget(now time.Time) {
	if now.Sub(g.last) > forgetAfter {
		g.all = 0
	}
	for p, s := range g.sources {
		if now.Sub(s.last) <= forgetAfter {
			continue
		}
		if s.failed = 0; !s.known {
			delete(g.sources, p)
		}
	}
}

// makeRoom drops the source that was quiet longest, known ones last.
func (g *gate) makeRoom() {
	if len(g.sources) < sourcesKept {
		return
	}
	var oldest netip.Prefix
	var o *source
	for p, s := range g.sources {
		if o == nil || o.known && !s.known || o.known == s.known && s.last.Before(o.last) {
			oldest, o = p, s
		}
	}
	delete(g.sources, oldest)
}
