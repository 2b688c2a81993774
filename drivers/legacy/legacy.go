package legacy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"
)

// Source is one wire of the old machine.
type Source struct {
	Name string // for the log and the counts
	// Open opens the wire. Its Close must end a Read that waits, as those of
	// network connections and of files with deadlines do. It is opened again, after
	// 1 s and then later and later up to 30 s, when a Read fails or ends.
	Open    func(ctx context.Context) (io.ReadCloser, error)
	Decoder Decoder
}

// Options of a listener.
type Options struct {
	Sources []Source
	Office  Config
	// OnEvent gets what happened, in order, from the goroutine that owns the state.
	// It must not block.
	OnEvent func(Event)
	// OnLink, if set, is told when a source opens and when it is lost.
	OnLink func(source string, up bool)
	Now    func() time.Duration // monotonic; nil counts from New
	Log    *slog.Logger         // nil is silent
}

// Dev listens to an old machine. It never sends a byte.
type Dev struct {
	o       Options
	tracker *Tracker

	mu    sync.Mutex
	stats Stats
}

// Stats are counts for the health page.
type Stats struct {
	Judged Judged
	Heard  map[string]Heard // by source
}

// chunk is what a reader hands to the owner of the state.
type chunk struct {
	source int
	b      []byte
	at     time.Duration
	link   int // 1 opened, -1 lost
}

// tick is how often silence is looked at.
const tick = 500 * time.Millisecond

// New checks the configuration.
func New(o Options) (*Dev, error) {
	if len(o.Sources) == 0 {
		return nil, errors.New("legacy: no source; name the wire to listen to")
	}
	seen := map[string]bool{}
	for _, s := range o.Sources {
		if s.Name == "" || seen[s.Name] || s.Open == nil || s.Decoder == nil {
			return nil, fmt.Errorf("legacy: source %q; each needs a name of its own, a wire and a decoder", s.Name)
		}
		seen[s.Name] = true
	}
	t, err := NewTracker(o.Office)
	if err != nil {
		return nil, err
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		start := time.Now()
		o.Now = func() time.Duration { return time.Since(start) }
	}
	d := &Dev{o: o, tracker: t}
	d.count()
	return d, nil
}

// Stats is what was counted so far.
func (d *Dev) Stats() Stats {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.stats
}

// Run listens until ctx is done and returns its error. Call it once.
func (d *Dev) Run(ctx context.Context) error {
	chunks := make(chan chunk)
	var readers sync.WaitGroup
	for i := range d.o.Sources {
		readers.Go(func() { d.listen(ctx, i, chunks) })
	}
	defer readers.Wait()
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case c := <-chunks:
			d.take(c)
		case <-ticker.C:
			at := d.o.Now()
			for i := range d.o.Sources {
				d.decode(chunk{source: i, at: at})
			}
		}
		d.count()
	}
}

func (d *Dev) take(c chunk) {
	s := d.o.Sources[c.source]
	if c.link != 0 {
		s.Decoder.Reset()
		if d.o.OnLink != nil {
			d.o.OnLink(s.Name, c.link > 0)
		}
		return
	}
	d.decode(c)
}

func (d *Dev) decode(c chunk) {
	for _, r := range d.o.Sources[c.source].Decoder.Decode(c.b, c.at) {
		for _, e := range d.tracker.Apply(r) {
			if d.o.OnEvent != nil {
				d.o.OnEvent(e)
			}
		}
	}
}

func (d *Dev) count() {
	s := Stats{Judged: d.tracker.Judged(), Heard: map[string]Heard{}}
	for _, src := range d.o.Sources {
		s.Heard[src.Name] = src.Decoder.Heard()
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stats = s
}

// listen keeps one source open.
func (d *Dev) listen(ctx context.Context, i int, to chan<- chunk) {
	s := d.o.Sources[i]
	log := d.o.Log.With("source", s.Name)
	send := func(c chunk) {
		c.source, c.at = i, d.o.Now()
		select {
		case to <- c:
		case <-ctx.Done():
		}
	}
	wait, lost := time.Second, false
	for ctx.Err() == nil {
		r, err := s.Open(ctx)
		if err == nil {
			log.Info("legacy: listening")
			lost = false
			send(chunk{link: 1})
			var some bool
			some, err = read(ctx, r, send)
			if ctx.Err() == nil {
				send(chunk{link: -1})
			}
			if some {
				wait = time.Second
			}
		}
		if ctx.Err() == nil && !lost {
			lost = true
			log.Warn("legacy: the wire is lost; it is opened again and again", "err", err)
		}
		pause(ctx, wait)
		wait = min(2*wait, 30*time.Second)
	}
}

// read sends what comes until the wire ends, and says whether anything came.
func read(ctx context.Context, r io.ReadCloser, send func(chunk)) (some bool, err error) {
	var closer sync.WaitGroup
	done := make(chan struct{})
	closer.Go(func() {
		select {
		case <-ctx.Done():
		case <-done:
		}
		_ = r.Close()
	})
	defer closer.Wait()
	defer close(done)
	for ctx.Err() == nil {
		b := make([]byte, 1024)
		n, err := r.Read(b)
		if n > 0 {
			some = true
			send(chunk{b: b[:n]})
		}
		if err != nil {
			return some, err
		}
		if n == 0 {
			// A port whose read timeout is not an error; a reader must not spin on it.
			pause(ctx, 10*time.Millisecond)
		}
	}
	return some, ctx.Err()
}

func pause(ctx context.Context, wait time.Duration) {
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
