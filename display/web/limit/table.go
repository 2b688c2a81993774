package limit

import (
	"container/list"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Rate is how often something may happen: Burst times at once, and then once for
// every Every.
type Rate struct {
	Every time.Duration
	Burst int
}

// Table holds the buckets of one Rate. Its methods may be called from many
// goroutines.
type Table struct {
	rate Rate
	most int

	mu    sync.Mutex
	keys  map[Key]*list.Element // of *bucket
	order *list.List            // the one used longest ago in front
}

type bucket struct {
	key  Key
	fill *rate.Limiter
	used time.Time
}

// NewTable makes a table of at most so many buckets.
func NewTable(r Rate, most int) *Table {
	return &Table{rate: r, most: most, keys: map[Key]*list.Element{}, order: list.New()}
}

// Take takes one from a key's bucket. If it is empty, wait is the time until it
// is not.
func (t *Table) Take(k Key) (wait time.Duration, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	b := t.bucket(k, now)
	if b.fill.AllowN(now, 1) {
		return 0, true
	}
	return t.until(b, now), false
}

// Empty reports whether a key's bucket is empty, and for how long, without
// taking from it or making one.
func (t *Table) Empty(k Key) (wait time.Duration, empty bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	e := t.keys[k]
	if e == nil {
		return 0, false
	}
	b, now := e.Value.(*bucket), time.Now()
	if b.fill.TokensAt(now) >= 1 {
		return 0, false
	}
	return t.until(b, now), true
}

// Len is how many buckets there are.
func (t *Table) Len() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.keys)
}

func (t *Table) until(b *bucket, now time.Time) time.Duration {
	return time.Duration((1 - b.fill.TokensAt(now)) * float64(t.rate.Every))
}

// bucket finds a key's, or makes it; the caller holds the lock.
func (t *Table) bucket(k Key, now time.Time) *bucket {
	t.forget(now)
	if e := t.keys[k]; e != nil {
		b := e.Value.(*bucket)
		b.used = now
		t.order.MoveToBack(e)
		return b
	}
	if len(t.keys) >= t.most {
		t.drop(t.order.Front())
	}
	b := &bucket{key: k, fill: rate.NewLimiter(rate.Every(t.rate.Every), t.rate.Burst), used: now}
	t.keys[k] = t.order.PushBack(b)
	return b
}

// forget drops what has been full again for a while: all that were last used
// before a whole bucket's time. They stand in front, so that each is looked at
// once.
func (t *Table) forget(now time.Time) {
	full := now.Add(-t.rate.Every * time.Duration(t.rate.Burst))
	for e := t.order.Front(); e != nil && !e.Value.(*bucket).used.After(full); e = t.order.Front() {
		t.drop(e)
	}
}

func (t *Table) drop(e *list.Element) {
	delete(t.keys, e.Value.(*bucket).key)
	t.order.Remove(e)
}
