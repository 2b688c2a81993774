package intake

import (
	"context"
	"sync"
)

// Watch tells which office changed, or "" when the link to the broker did, until
// ctx ends and the channel is closed. Changes that the reader has not fetched
// yet are told once: read the office anew on each.
func (c *City) Watch(ctx context.Context) <-chan string {
	w := &watcher{pending: make(map[string]bool), wake: make(chan struct{}, 1)}
	c.watchers.add(w)
	out := make(chan string)
	go func() {
		defer close(out)
		defer c.watchers.remove(w)
		for {
			select {
			case <-w.wake:
			case <-ctx.Done():
				return
			}
			for id, ok := w.take(); ok; id, ok = w.take() {
				select {
				case out <- id:
				case <-ctx.Done():
					return
				}
			}
		}
	}()
	return out
}

// watcher is one reader and what it has not fetched, oldest first.
type watcher struct {
	mu      sync.Mutex
	order   []string
	pending map[string]bool
	wake    chan struct{}
}

func (w *watcher) tell(id string) {
	w.mu.Lock()
	if !w.pending[id] {
		w.pending[id] = true
		w.order = append(w.order, id)
	}
	w.mu.Unlock()
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

func (w *watcher) take() (string, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.order) == 0 {
		return "", false
	}
	id := w.order[0]
	w.order = w.order[1:]
	delete(w.pending, id)
	return id, true
}

type watchers struct {
	mu  sync.Mutex
	all map[*watcher]bool
}

func (s *watchers) add(w *watcher) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all = make(map[*watcher]bool)
	}
	s.all[w] = true
}

func (s *watchers) remove(w *watcher) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, w)
}

func (s *watchers) tell(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for w := range s.all {
		w.tell(id)
	}
}
