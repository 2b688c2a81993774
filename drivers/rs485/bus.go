package rs485

import (
	"context"
	"fmt"
	"log/slog"
	"math/bits"
	"sync"
	"sync/atomic"
	"time"

	"sunbeon/drivers/serialport"
)

// Hooks are how the bus tells. Each may be nil. They are called from one
// goroutine that is not the line's: one that takes its time delays the others
// and Run's return, but no sign.
type Hooks struct {
	// Key is a press, in order. A press is worth nothing seconds later: with 64
	// waiting, further ones are dropped and logged.
	Key func(counter int, key string)
	// Health is a unit that came or went, the newest for each. After New every
	// unit counts as gone.
	Health func(Health)
}

// Health is what became of a unit.
type Health struct {
	Address, Counter int
	Alive            bool
	Reason           string // why not alive
}

// Stats are what the line has done since New.
type Stats struct {
	Asked   uint64 // questions sent
	Silent  uint64 // questions without an answer
	Garbled uint64 // answers thrown away: CRC, length, wrong unit
	Dropped uint64 // bytes nobody had asked for
	Keys    uint64 // presses
	Shown   uint64 // signs written and confirmed
	// Cycle is the longest that a keypad that lives waited between its last two
	// readings.
	Cycle time.Duration
}

// Bus is the master of one line.
type Bus struct {
	cfg   Config
	dial  func(context.Context) (Port, error)
	hooks Hooks
	log   *slog.Logger

	units []*unit // owned by serve, but for their atomics
	count counts
	keys  atomic.Uint64
	shown atomic.Uint64

	wake    chan struct{} // ends a rest when a sign is to be written
	presses chan press
	changed chan struct{} // health has something

	mu     sync.Mutex
	want   map[int]wish // by counter
	wishes uint64
	health map[int]Health // by address, not told yet
}

// wish is what a counter's signs are to show; number grows with every Show.
type wish struct {
	text   string
	number uint64
}

type press struct {
	counter int
	key     string
}

// New makes the bus of a line; dial opens its port, again after each failure.
func New(cfg Config, dial func(context.Context) (Port, error), hooks Hooks, log *slog.Logger) (*Bus, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	b := &Bus{
		cfg: cfg.filled(), dial: dial, hooks: hooks, log: log,
		wake: make(chan struct{}, 1), presses: make(chan press, 64), changed: make(chan struct{}, 1),
		want: map[int]wish{}, health: map[int]Health{},
	}
	for _, u := range cfg.Units {
		b.units = append(b.units, &unit{Unit: u, keypad: newKeypad(u, b.cfg.Bounce)})
	}
	return b, nil
}

// Show puts text over a counter: at once, newest wins, again when a sign comes
// back. It never blocks. "" is dark, and so is what a sign cannot show. Until
// the first Show a sign is kept dark, lest it show the number of yesterday.
func (b *Bus) Show(counter int, text string) {
	b.mu.Lock()
	b.wishes++
	b.want[counter] = wish{text, b.wishes}
	b.mu.Unlock()
	signal(b.wake)
}

// signal makes one receiver go, now or when it looks next.
func signal(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// wanted is what the signs of counter are to show.
func (b *Bus) wanted(counter int) wish {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.want[counter]
}

// Stats may be called from any goroutine.
func (b *Bus) Stats() Stats {
	s := Stats{
		Asked: b.count.asked.Load(), Silent: b.count.silent.Load(),
		Garbled: b.count.garbled.Load(), Dropped: b.count.dropped.Load(),
		Keys: b.keys.Load(), Shown: b.shown.Load(),
	}
	for _, u := range b.units {
		s.Cycle = max(s.Cycle, time.Duration(u.interval.Load()))
	}
	return s
}

// Run works the line until ctx ends, and opens the port again when it fails.
// It returns ctx's error.
func (b *Bus) Run(ctx context.Context) error {
	var teller sync.WaitGroup
	done := make(chan struct{})
	teller.Go(func() { b.tell(done) })
	defer teller.Wait()
	defer close(done)
	return serialport.Redial(ctx, b.log, b.dial, b.serve)
}

// tell calls the hooks.
func (b *Bus) tell(done <-chan struct{}) {
	for {
		select {
		case p := <-b.presses:
			if b.hooks.Key != nil {
				b.hooks.Key(p.counter, p.key)
			}
		case <-b.changed:
			b.mu.Lock()
			news := b.health
			b.health = map[int]Health{}
			b.mu.Unlock()
			for _, u := range b.units {
				if h, ok := news[u.Address]; ok && b.hooks.Health != nil {
					b.hooks.Health(h)
				}
			}
		case <-done:
			return
		}
	}
}

// serve works the line while the port lasts.
func (b *Bus) serve(ctx context.Context, port Port) (err error) {
	l := &line{port: port, cfg: b.cfg, count: &b.count}
	r := newRTU(l)
	// Whoever spoke before us is given time to end.
	l.free = time.Now().Add(b.cfg.Late)
	var s schedule
	for _, u := range b.units {
		u.reset()
	}
	defer func() {
		for _, u := range b.units {
			if ctx.Err() != nil {
				u.alive = false // the end of Run is no news of a unit
				continue
			}
			b.gone(u, fmt.Sprintf("the port: %v", err))
		}
	}()
	for ctx.Err() == nil {
		// Chosen after the silence, not before: a call made meanwhile goes first.
		busy := l.settle()
		if busy != nil && !unitFault(busy) {
			return busy
		}
		now := time.Now()
		u, do, at := s.next(b, now)
		if do == rest {
			b.rest(ctx, at.Sub(now))
			continue
		}
		if err := b.attend(r, &s, u, do, busy); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// rest waits until something is due or a sign is to be written.
func (b *Bus) rest(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	case <-b.wake:
	}
}

// attend does one exchange with u, which fails where the line is busy. The error
// it returns is the port's.
func (b *Bus) attend(r *rtu, s *schedule, u *unit, do task, busy error) error {
	begin := time.Now()
	probe := !u.alive
	err := busy
	switch {
	case busy != nil:
	case do == write:
		err = b.write(r, u)
	default:
		err = b.read(r, u)
	}
	now := time.Now()
	if probe {
		s.probed(u, now, now.Sub(begin)+b.cfg.Late, err == nil)
	}
	switch {
	case err == nil:
		u.fails = 0
		if !u.alive {
			b.came(u)
			s.returned(b, u, now)
		}
		return nil
	case !unitFault(err) && !refused(err):
		return err
	}
	u.failed(now, do, b.cfg.Idle)
	if u.alive && u.fails < failures {
		return nil
	}
	u.backOff(now)
	b.gone(u, err.Error())
	return nil
}

// write puts what is wanted on the sign of u.
func (b *Bus) write(r *rtu, u *unit) error {
	w := b.wanted(u.Counter)
	text := w.text
	if !u.Sign.fits(text) {
		text = ""
		if w.number != u.number {
			b.log.Warn("sign stays dark: it cannot show the text", "address", u.Address, "counter", u.Counter, "text", w.text)
		}
	}
	if err := r.show(u.Unit, text); err != nil {
		return err
	}
	now := time.Now()
	if w.number != u.number {
		u.working = now.Add(b.cfg.Working)
		u.due = now // a call is followed by keys
	}
	u.number, u.written, u.rewrite = w.number, true, now.Add(b.cfg.Rewrite)
	b.shown.Add(1)
	return nil
}

// read takes the keys of u.
func (b *Bus) read(r *rtu, u *unit) error {
	now, err := r.pressed(u.Unit)
	if err != nil {
		return err
	}
	at := time.Now()
	pressed, first, again := u.keypad.read(now, at)
	if pressed != 0 {
		u.working = at.Add(b.cfg.Working)
	}
	if u.alive && !u.polled.IsZero() {
		u.interval.Store(int64(at.Sub(u.polled)))
	}
	u.polled = at
	u.due = at.Add(b.cfg.Idle)
	switch {
	case first:
		u.due = time.Time{} // before all that wait
	case again:
		u.due = at
	case at.Before(u.working):
		u.due = at.Add(b.cfg.Active)
	}
	clear := u.Latch == "clear" && now&u.keypad.down != 0
	if clear && pressed != 0 {
		u.due = at // the sooner it is seen empty, the sooner the next press counts
	}
	for ; pressed != 0; pressed &= pressed - 1 {
		b.press(u, u.Keys[bits.TrailingZeros64(pressed)])
	}
	if clear {
		return r.clear(u.Unit)
	}
	return nil
}

func (b *Bus) press(u *unit, key string) {
	b.keys.Add(1)
	select {
	case b.presses <- press{u.Counter, key}:
	default:
		b.log.Warn("key dropped: nobody takes keys", "counter", u.Counter, "key", key)
	}
}

// came tells that u answers.
func (b *Bus) came(u *unit) {
	u.alive, u.why = true, ""
	b.log.Info("unit answers", "address", u.Address, "counter", u.Counter)
	b.report(Health{Address: u.Address, Counter: u.Counter, Alive: true})
}

// gone tells that u does not answer, once for each reason.
func (b *Bus) gone(u *unit, why string) {
	u.lost()
	if !u.alive && u.why == why {
		return
	}
	u.alive, u.why = false, why
	b.log.Warn("unit does not answer", "address", u.Address, "counter", u.Counter, "reason", why)
	b.report(Health{Address: u.Address, Counter: u.Counter, Reason: why})
}

func (b *Bus) report(h Health) {
	b.mu.Lock()
	b.health[h.Address] = h
	b.mu.Unlock()
	signal(b.changed)
}
