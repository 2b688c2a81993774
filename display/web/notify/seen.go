package notify

import "sync"

// seen remembers the last ids of posts.
type seen struct {
	mu    sync.Mutex
	ids   map[string]bool
	order []string // oldest first
	most  int
}

func newSeen(most int) *seen { return &seen{ids: map[string]bool{}, most: most} }

// again reports whether an id has been before, and remembers it.
func (s *seen) again(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ids[id] {
		return true
	}
	s.ids[id] = true
	if s.order = append(s.order, id); len(s.order) > s.most {
		delete(s.ids, s.order[0])
		s.order = s.order[1:]
	}
	return false
}
