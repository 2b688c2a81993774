package intake

import (
	"cmp"
	"crypto/rand"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/feed/link"
)

// maxOffices bounds what a broker can make the city remember.
// All of Korea has 3,800.
const maxOffices = 5000

// Config is what a City needs.
type Config struct {
	City    string      // the topic level
	Replica string      // tells this process from others of the same city; may be empty where it is alone
	Link    link.Config // ClientID, Username and Log have defaults
	Store   *Store      // only this City of the process may write to it
	// Replied hears every reply that carries a ticket, whichever replica has asked.
	// It must not block. Nil is nobody.
	Replied func(office string, t feed.Issued)
	Log     *slog.Logger     // nil is silent
	Now     func() time.Time // nil is time.Now
}

// City keeps what the offices say. All its methods are safe for concurrent use
// and answer from memory.
type City struct {
	cfg      Config
	watchers watchers
	asks     asks

	news    *mailbox // states and statuses, for show
	mail    *mailbox // for work
	cursors *cursors
	run     string // tells this start from all others

	// Of the worker alone.
	late *time.Timer     // to look for what told tells of
	told map[head]uint64 // facts that states tell of and that have not come

	heard atomic.Int64 // when a state came live last, Unix ns; 0 is never

	mu         sync.RWMutex
	complained map[string]bool   // by kind and office
	offices    map[string]Office // by id
	linked     bool
	since      time.Time
	counts     Counts
	refused    map[string]uint64 // by kind, which are few
	storing    error             // what the store said last
}

// New makes a City; it hears nothing before Run.
func New(cfg Config) *City {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	late := time.NewTimer(lookAfter)
	late.Stop()
	return &City{cfg: cfg, news: newMailbox(), mail: newMailbox(), cursors: newCursors(), run: rand.Text(), late: late, told: make(map[head]uint64),
		offices: make(map[string]Office), complained: make(map[string]bool), refused: make(map[string]uint64), since: cfg.Now()}
}

// Counts are for the health page, since the start.
type Counts struct {
	Snapshots uint64 // accepted
	Older     uint64 // snapshots dropped because a newer one is held
	Facts     uint64 // stored
	Repeated  uint64 // facts that were stored already
	Gaps      uint64 // facts refused because earlier ones are missing
	Refused   uint64 // messages that could not be read
	Failed    uint64 // batches of facts that the store did not take
}

// Offices are all offices that were heard of, by id.
func (c *City) Offices() []Office {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return slices.SortedFunc(maps.Values(c.offices), func(a, b Office) int { return cmp.Compare(a.ID, b.ID) })
}

// Office is one office.
func (c *City) Office(id string) (Office, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	o, ok := c.offices[id]
	return o, ok
}

// Link reports whether the broker is connected, and since when that is so.
func (c *City) Link() (connected bool, since time.Time) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.linked, c.since
}

// Counts returns the counters.
func (c *City) Counts() Counts {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.counts
}

// Refused counts the messages that could not be read, by kind: the leaf of their
// topic, or what is wrong with it.
func (c *City) Refused() map[string]uint64 {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return maps.Clone(c.refused)
}

// Storing is the error with which the store has refused the last facts, nil when
// it took them.
func (c *City) Storing() error {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.storing
}

// stored notes what the store said of a batch.
func (c *City) stored(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.storing = err; err != nil {
		c.counts.Failed++
	}
}

func (c *City) setLink(up bool) {
	c.mu.Lock()
	c.linked, c.since = up, c.cfg.Now()
	c.mu.Unlock()
	c.watchers.tell("")
}

// update changes an office under the lock, if change says so, and tells the
// watchers. An unknown office is added unless there are too many.
func (c *City) update(id string, change func(*Office, *Counts) bool) {
	c.mu.Lock()
	o, known := c.offices[id]
	o.ID = id
	changed := false
	if known || len(c.offices) < maxOffices {
		if changed = change(&o, &c.counts); changed {
			c.offices[id] = o
		}
	}
	c.mu.Unlock()
	if changed {
		c.watchers.tell(id)
	}
}

// replaceAfter is how long an office must have been silent before the snapshot
// of another record may replace a newer one: the kiosk's card was exchanged, and
// the epochs of two cards do not compare.
const replaceAfter = 3 * time.Minute

func (c *City) snapshot(s *feed.Snapshot, retained bool) {
	now := c.cfg.Now()
	c.update(s.Office, func(o *Office, n *Counts) bool {
		other := !retained && o.Snapshot != nil && o.Snapshot.Journal != s.Journal && now.Sub(o.Received) >= replaceAfter
		if !s.Newer(o.Snapshot) && !other {
			n.Older++
			return false
		}
		n.Snapshots++
		o.Snapshot, o.Received, o.Live = s, now, !retained
		return true
	})
}

func (c *City) status(id string, s *feed.Status) {
	c.update(id, func(o *Office, n *Counts) bool {
		if o.Status != nil && s.Epoch < o.Status.Epoch {
			n.Older++ // the last will of a run that is over
			return false
		}
		o.Status = s
		return true
	})
}
