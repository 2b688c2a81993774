package clock

import (
	"fmt"
	"sync"
	"time"

	"sunbeon/appliance/queue"
)

// Bench is the clock of a bench: it runs with the real one, and can be moved,
// distrusted and restarted. It is safe for concurrent use.
type Bench struct {
	mu      sync.Mutex
	base    time.Time     // wall time at origin
	origin  time.Time     // real instant at which base held
	skipped time.Duration // monotonic time that Skip added
	booted  time.Time     // real instant of the boot
	boot    int
	trusted bool
}

// NewBench is a trusted clock that shows wall now.
func NewBench(wall time.Time) *Bench {
	now := time.Now()
	return &Bench{base: wall, origin: now, booted: now, boot: 1, trusted: true}
}

// Now is the present instant of the bench.
func (b *Bench) Now() queue.Stamp {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	return queue.Stamp{
		Wall:    b.base.Add(now.Sub(b.origin)).UnixMilli(),
		Trusted: b.trusted,
		Mono:    (now.Sub(b.booted) + b.skipped).Milliseconds(),
		Boot:    fmt.Sprintf("bench-%d", b.boot),
	}
}

// Skip lets d pass at once.
func (b *Bench) Skip(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.base = b.base.Add(d)
	b.skipped += d
}

// Set changes the wall clock, as somebody who sets a clock does: the time since
// boot does not move.
func (b *Bench) Set(wall time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.base, b.origin = wall, time.Now()
}

// Trust says whether the clock counts as confirmed.
func (b *Bench) Trust(yes bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trusted = yes
}

// Reboot starts the time since boot again, under a new boot id.
func (b *Bench) Reboot() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.boot++
	b.booted, b.skipped = time.Now(), 0
}
