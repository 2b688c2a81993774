package appliance

import (
	"context"
	"sync"
)

// Hub gives the newest view to everybody who looks. A slow reader misses views,
// never the newest one, and delays nobody. The zero value is ready.
type Hub struct {
	mu      sync.Mutex
	newest  *View
	readers map[chan *View]struct{}
}

// Publish is a loop's Options.Viewer.
func (h *Hub) Publish(v *View) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.newest = v
	for c := range h.readers {
		select {
		case <-c: // what the reader has not fetched is old now
		default:
		}
		c <- v
	}
}

// Newest is the last view published, nil before the first.
func (h *Hub) Newest() *View {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.newest
}

// Watch gives the newest view at once, if there is one, and every later one
// that the reader is quick enough for, until ctx ends. The channel is not
// closed.
func (h *Hub) Watch(ctx context.Context) <-chan *View {
	c := make(chan *View, 1)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.readers == nil {
		h.readers = map[chan *View]struct{}{}
	}
	h.readers[c] = struct{}{}
	if h.newest != nil {
		c <- h.newest
	}
	context.AfterFunc(ctx, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.readers, c)
	})
	return c
}
