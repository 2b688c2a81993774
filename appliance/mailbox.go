package appliance

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// Mailbox stands before signs that take time or hang: Show leaves the number and
// returns, Run writes it.
//
//	loop --Show--> newest number of each counter --write--> bus of the signs
//
// A counter's newer number replaces one that is not written yet; counters are
// written in the order in which they began to wait. A write that fails is tried
// again behind the others, so that a dead sign costs the others nothing but its
// own time; and every number is written again now and then, for a sign that was
// switched off meanwhile. Make it with NewMailbox.
type Mailbox struct {
	wake chan struct{}

	mu    sync.Mutex
	shown map[int]string // the newest of each counter
	due   []int          // counters to be written, in order
}

const (
	signAgain   = time.Second      // pause after a round in which every write failed
	signRewrite = 30 * time.Second // between two rounds over all signs
)

// NewMailbox is a mailbox that nobody empties yet.
func NewMailbox() *Mailbox {
	return &Mailbox{wake: make(chan struct{}, 1), shown: map[int]string{}}
}

// Show is Signs. It does not block.
func (m *Mailbox) Show(counter int, text string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.shown[counter] = text
	m.queue(counter)
}

func (m *Mailbox) queue(counter int) {
	if slices.Contains(m.due, counter) {
		return
	}
	m.due = append(m.due, counter)
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// Run writes until ctx ends. Write is called on Run's goroutine and must return
// when its ctx ends.
func (m *Mailbox) Run(ctx context.Context, write func(ctx context.Context, counter int, text string) error, log *slog.Logger) error {
	rewrite := time.NewTicker(signRewrite)
	defer rewrite.Stop()
	failed := map[int]bool{}
	inARow := 0
	for {
		counter, text, ok := m.take()
		if !ok {
			select {
			case <-m.wake:
			case <-rewrite.C:
				m.all()
			case <-ctx.Done():
				return nil
			}
			continue
		}
		err := write(ctx, counter, text)
		if ctx.Err() != nil {
			return nil
		}
		if was := failed[counter]; was != (err != nil) {
			failed[counter] = err != nil
			if err != nil {
				log.Warn("a sign does not answer", "counter", counter, "err", err)
			} else {
				log.Info("a sign answers again", "counter", counter)
			}
		}
		if err == nil {
			inARow = 0
			continue
		}
		if inARow++; inARow > m.again(counter) {
			inARow = 0
			select {
			case <-time.After(signAgain):
			case <-ctx.Done():
				return nil
			}
		}
	}
}

// take gives the counter whose turn it is.
func (m *Mailbox) take() (counter int, text string, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.due) == 0 {
		return 0, "", false
	}
	counter, m.due = m.due[0], m.due[1:]
	return counter, m.shown[counter], true
}

// again puts a counter behind the others and says how many there are.
func (m *Mailbox) again(counter int) (others int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.queue(counter)
	return len(m.due) - 1
}

// all lets every sign be written.
func (m *Mailbox) all() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for counter := range m.shown {
		m.queue(counter)
	}
}
