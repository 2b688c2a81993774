package voice

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"sunbeon/appliance/feed"
)

// Player plays a sound to its end, or fails; see Process.Play. The announcer
// calls it from one goroutine at a time, and gives it a ctx that ends with Run.
type Player interface {
	Play(context.Context, Audio) error
}

// Options of an announcer.
type Options struct {
	Pack      string   // folder of the clip pack; while it cannot be read, calls are chimes
	Languages []string // spoken after Korean, in this order; a "ko" before them is passed over
	Need      Need     // the clips whose absence is told
	Player    Player

	Volume  int           // percent, 0 to 100
	Periods []Period      // with volumes of their own; the first that covers the time counts
	Stale   time.Duration // of a call while others wait; 0 is 30 s

	// Now is the kiosk's time in the office's time zone: a screen on another
	// machine adds the skew of its clock. Any goroutine may call it.
	Now func() time.Time
	// Tell gets what is wrong, sorted, once at the start and whenever it changes;
	// empty is well. It is called on Run's goroutine and must not block.
	Tell func(conditions []string)
	Log  *slog.Logger
}

// Announcer speaks. Create it with New and have Run run.
type Announcer struct {
	opt  Options
	wake chan struct{}

	mu       sync.Mutex // of the mailbox
	snapshot *feed.Snapshot
	asked    []utterance

	// All else is Run's.
	pack   *Pack
	line   line
	lacks  bool            // clips that the office needs
	failed string          // condition of the player, "" when it plays
	told   *[]string       // nil before the first
	warned map[string]bool // what was said of clips and labels
	muted  string          // why calls are not spoken, "" when they are
	shown  int             // calls since then
	pause  time.Duration   // until the player is tried again
}

// New checks the options.
func New(o Options) (*Announcer, error) {
	if len(o.Languages) > 0 && o.Languages[0] == korean {
		o.Languages = o.Languages[1:]
	}
	wrong := []error{volumeCheck(o.Volume)}
	for i, code := range o.Languages {
		if _, err := find(code); err != nil {
			wrong = append(wrong, err)
		} else if code == korean || slices.Contains(o.Languages[:i], code) {
			wrong = append(wrong, fmt.Errorf("voice: language %q is there twice; keep one, Korean first", code))
		}
	}
	for _, p := range o.Periods {
		wrong = append(wrong, p.check())
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}
	return &Announcer{opt: o, wake: make(chan struct{}, 1), line: line{stale: cmp.Or(o.Stale, 30*time.Second)},
		warned: map[string]bool{}}, nil
}

// Follow takes a snapshot, whose new calls will be spoken. It never blocks; the
// snapshot must not change any more.
func (a *Announcer) Follow(s *feed.Snapshot) {
	a.post(func() { a.snapshot = s })
}

// Ticket says a ticket that was given just now. It never blocks.
func (a *Announcer) Ticket(t Ticket) { a.ask(utterance{&t, a.opt.Now()}) }

// Locate gives the sound by which the dispenser is found. It never blocks.
func (a *Announcer) Locate() { a.ask(utterance{nil, a.opt.Now()}) }

func (a *Announcer) ask(u utterance) {
	a.post(func() {
		if a.asked = append(a.asked, u); len(a.asked) > mostHere {
			a.asked = a.asked[1:]
		}
	})
}

func (a *Announcer) post(put func()) {
	a.mu.Lock()
	put()
	a.mu.Unlock()
	select {
	case a.wake <- struct{}{}:
	default: // it is awake already
	}
}

// played is what became of a sound.
type played struct {
	missing []Clip
	err     error
}

// Run speaks until ctx ends, and returns its error. It opens the pack first.
func (a *Announcer) Run(ctx context.Context) error {
	a.open()
	done := make(chan played)
	busy := false
	play := func(compose func() (Audio, []Clip)) {
		busy = true
		go func() {
			sound, missing := compose()
			done <- played{missing, a.opt.Player.Play(ctx, sound)}
		}()
	}
	silence := func() (Audio, []Clip) {
		return Audio{a.pack.rate, make([]int16, samplesOf(probe, a.pack.rate))}, nil
	}
	due := false              // a try of the player
	again := time.NewTimer(0) // the first at once: health is known before a call is
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			if busy {
				<-done
			}
			return ctx.Err()
		case <-a.wake:
			a.collect()
		case <-again.C:
			due = true
		case p := <-done:
			busy = false
			if ctx.Err() == nil {
				a.heard(p)
			}
			if a.failed != "" {
				again.Reset(a.pause)
			}
		}
		switch {
		case busy:
		case due:
			due = false
			play(silence)
		case a.told != nil:
			if compose := a.pick(); compose != nil {
				play(compose)
			}
		}
	}
}

// collect empties the mailbox into the line.
func (a *Announcer) collect() {
	a.mu.Lock()
	s, asked := a.snapshot, a.asked
	a.snapshot, a.asked = nil, nil
	a.mu.Unlock()
	if s != nil {
		a.drop(a.line.follow(s, a.opt.Now()))
	}
	for _, u := range asked {
		a.line.say(u)
	}
}

func (a *Announcer) drop(calls []dropped) {
	for _, d := range calls {
		a.opt.Log.Info("a call is not spoken", "ticket", d.Ticket, "counter", d.Counter, "why", d.why)
	}
}
