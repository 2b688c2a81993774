package box_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sunbeon/appliance"
	"sunbeon/appliance/queue"
	"sunbeon/display/voice"
	"sunbeon/printer"
)

// loudspeaker counts what it plays; it can be pulled.
type loudspeaker struct {
	mu     sync.Mutex
	sounds int
	pulled bool
}

func (l *loudspeaker) Play(_ context.Context, a voice.Audio) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.pulled {
		return fmt.Errorf("test: %w", voice.ErrNoCard)
	}
	if a.Loudness() > -60 {
		l.sounds++
	}
	return nil
}

func (l *loudspeaker) heard() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sounds
}

// TestTheHallHears: calls, a number without paper and a question are heard, and a
// card that is pulled is a fault that delays nothing.
func TestTheHallHears(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := parts(t, "[voice]\npack = \"/none\"\n") // every call is a chime
		l := &loudspeaker{}
		located := make(chan struct{}, 1)
		p.Player, p.Located = l, located
		p.Dial = func(context.Context) (printer.Transport, error) { return nil, errors.New("no cable") }
		b, cancel, end := on(t, p)
		do := func(c queue.Command) {
			t.Helper()
			if _, err := b.Loop.Do(t.Context(), appliance.Command{Command: c, By: "test"}); err != nil {
				t.Fatal(err)
			}
		}
		pass := func(d time.Duration) { time.Sleep(d); synctest.Wait() }
		faults := func() string {
			var out []string
			for _, f := range b.Hub.Newest().Faults {
				out = append(out, f.Device+" "+f.Condition)
			}
			return strings.Join(out, ", ")
		}
		pass(20 * time.Second)
		if got := faults(); !strings.Contains(got, "voice missing-clips") {
			t.Errorf("a pack that is not there: %s", got)
		}
		if _, err := press(b); err != nil {
			t.Fatal(err)
		}
		pass(2 * time.Second)
		if l.heard() != 1 {
			t.Errorf("a number without paper gave %d sounds", l.heard())
		}
		do(queue.OpenCounter{Counter: 1})
		do(queue.CallNext{Counter: 1})
		pass(2 * time.Second)
		do(queue.Recall{Counter: 1})
		pass(2 * time.Second)
		located <- struct{}{}
		pass(2 * time.Second)
		if l.heard() != 4 {
			t.Errorf("after a call, a recall and a question %d sounds", l.heard())
		}
		l.mu.Lock()
		l.pulled = true
		l.mu.Unlock()
		do(queue.Recall{Counter: 1})
		pass(30 * time.Second)
		if got := faults(); !strings.Contains(got, "voice missing-clips") || !strings.Contains(got, "voice no-card") {
			t.Errorf("a card that was pulled: %s", got)
		}
		cancel()
		if err := end(); err != nil {
			t.Fatal(err)
		}
	})
}
