package sim

import (
	"context"
	"sync"
	"time"

	"sunbeon/display/voice"
)

// soundsKept is how many sounds a loudspeaker remembers: a browser that is a
// little behind still hears them.
const soundsKept = 4

// Speaker is the hall's loudspeaker: a voice.Player on which every sound takes as
// long as it is. The bench's page plays what it has heard.
type Speaker struct {
	mu     sync.Mutex
	count  int
	kept   []voice.Audio // the last ones, oldest first
	played chan struct{} // closed when the next begins
}

// NewSpeaker is a loudspeaker that has been silent so far.
func NewSpeaker() *Speaker { return &Speaker{played: make(chan struct{})} }

// Play plays a sound to its end.
func (s *Speaker) Play(ctx context.Context, a voice.Audio) error {
	if a.Loudness() > silent {
		s.mu.Lock()
		s.count++
		s.kept = append(s.kept, a)
		s.kept = s.kept[max(0, len(s.kept)-soundsKept):]
		close(s.played)
		s.played = make(chan struct{})
		s.mu.Unlock()
	}
	end := time.NewTimer(a.Length())
	defer end.Stop()
	select {
	case <-end.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// silent is the loudness below which nothing is heard, LUFS: a voice tries its
// player with silence.
const silent = -60

// Heard is how many sounds there were, and a channel that is closed when the next
// begins.
func (s *Speaker) Heard() (n int, next <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count, s.played
}

// Sound is the nth sound, counted from 1; false where it is not remembered.
func (s *Speaker) Sound(n int) (voice.Audio, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := n - 1 - (s.count - len(s.kept))
	if i < 0 || i >= len(s.kept) {
		return voice.Audio{}, false
	}
	return s.kept[i], true
}
