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

// Conditions of the voice, as Tell gives them.
const (
	NoPlayer     = "no-player"     // the player's program cannot be started
	NoCard       = "no-card"       // the player finds no card, or lost it
	Hung         = "hung"          // the player did not end in time
	MissingClips = "missing-clips" // the pack lacks clips that the office needs
)

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

// Back-off of a player that fails.
const (
	firstPause = 5 * time.Second
	mostPause  = time.Minute
	probe      = 100 * time.Millisecond // of silence
)

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

// open reads the pack and says what it lacks.
func (a *Announcer) open() {
	pack, err := Open(a.opt.Pack)
	if a.pack = pack; err != nil {
		a.opt.Log.Warn("the clip pack has faults", "pack", a.opt.Pack, "err", err)
	}
	if missing := pack.Missing(a.opt.Languages, a.opt.Need); len(missing) > 0 {
		a.lacks = true
		a.opt.Log.Warn("the clip pack lacks clips: what needs them is a chime only", "pack", a.opt.Pack,
			"clips", len(missing), "first", missing[0].String())
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

// pick takes from the line what is to be spoken now, nil for nothing.
func (a *Announcer) pick() func() (Audio, []Clip) {
	for {
		now := a.opt.Now()
		call, behind, here, stale := a.line.next(now)
		a.drop(stale)
		if call == nil && here == nil {
			return nil
		}
		volume := volume(a.opt.Volume, a.opt.Periods, now)
		if a.mute(volume, call != nil) {
			continue
		}
		signal, sentences := a.words(call, behind, here)
		return func() (Audio, []Clip) { return a.pack.Compose(signal, sentences, volume) }
	}
}

// mute reports whether nothing is spoken now, and logs when that changes.
func (a *Announcer) mute(volume int, call bool) bool {
	why := ""
	switch {
	case a.failed != "":
		why = a.failed
	case volume == 0:
		why = "quiet hours"
	}
	if why != a.muted {
		if a.muted != "" {
			a.opt.Log.Info("calls were shown only", "why", a.muted, "calls", a.shown)
		}
		if why != "" {
			a.opt.Log.Info("calls are shown only", "why", why)
		}
		a.muted, a.shown = why, 0
	}
	if why != "" && call {
		a.shown++
	}
	return why != ""
}

// words are what is said of one thing in all languages for which there is time.
func (a *Announcer) words(call *waiting, behind int, here *utterance) (Signal, []Sentence) {
	if here != nil {
		if here.ticket == nil {
			return Beacon, place()
		}
		s, err := here.ticket.sentences()
		if err != nil {
			a.warn(err.Error())
		}
		return NoSignal, s
	}
	codes := append([]string{korean}, a.opt.Languages...)
	if behind >= crowd && len(codes) > 1 {
		a.opt.Log.Info("a call is spoken in Korean alone", "ticket", call.Ticket, "waiting", behind)
		codes = codes[:1]
	}
	var out []Sentence
	for _, code := range codes {
		s, err := Call(code, call.Ticket, call.Counter)
		if err != nil {
			a.warn(err.Error())
			continue
		}
		out = append(out, s)
	}
	return Chime, out
}

// warn says a thing once.
func (a *Announcer) warn(what string) {
	if len(a.warned) > 2000 {
		clear(a.warned)
	}
	if !a.warned[what] {
		a.warned[what] = true
		a.opt.Log.Warn("a chime stands for words", "why", what)
	}
}

// heard takes what became of a sound, and tells what changed.
func (a *Announcer) heard(p played) {
	for _, c := range p.missing {
		a.lacks = true
		a.warn(fmt.Sprintf("voice: the pack has no usable clip %s; record it", c))
	}
	was := a.failed
	switch {
	case p.err == nil:
		a.failed, a.pause = "", 0
	case errors.Is(p.err, ErrNoPlayer):
		a.failed = NoPlayer
	case errors.Is(p.err, ErrHung):
		a.failed = Hung
	default:
		a.failed = NoCard
	}
	if a.failed != "" {
		a.pause = min(max(2*a.pause, firstPause), mostPause)
	}
	if a.failed != was {
		if a.failed != "" {
			a.opt.Log.Warn("nothing is heard", "condition", a.failed, "err", p.err)
		} else {
			a.opt.Log.Info("the player plays")
		}
	}
	a.tell()
}

func (a *Announcer) tell() {
	now := []string{}
	if a.failed != "" {
		now = append(now, a.failed)
	}
	if a.lacks {
		now = append(now, MissingClips)
	}
	slices.Sort(now)
	if a.told != nil && slices.Equal(*a.told, now) {
		return
	}
	a.told = &now
	a.opt.Tell(now)
}
