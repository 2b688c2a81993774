package lobby

import (
	"context"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"sunbeon/appliance"
	"sunbeon/appliance/config"
	"sunbeon/appliance/feed"
	"sunbeon/appliance/health"
	"sunbeon/display/hall"
	"sunbeon/display/voice"
)

// Conditions, as they stand in facts. The screens report theirs under the same
// names.
const (
	gone     = "gone"
	noOutput = "no-output"
	slides   = "slides"

	screenPrefix = "screen:"
	voiceDevice  = "voice"
)

// late is how long after the start a screen may come up before it counts as gone:
// its machine boots as the kiosk does, and X after it.
const late = 2 * time.Minute

// Options of a Lobby.
type Options struct {
	Board config.Board
	Voice config.Voice
	Need  voice.Need // clips that the office uses
	// Player plays for Voice; nil is ALSA's program, on the card of Voice.
	Player voice.Player
	// CheckIn is the code that shows that somebody is in the hall; nil is none.
	CheckIn Code
	// Located is told when somebody asks where the dispenser is; nil is never.
	Located <-chan struct{}
	Now     func() time.Time // the kiosk's clock
	Log     *slog.Logger
}

// Code is what proves that somebody is in the hall. Left is how long it is until
// the next one; 0 is that it stays. It is asked from several goroutines.
type Code interface {
	Shown() (code string, left time.Duration)
}

// Lobby shows an office to its hall.
type Lobby struct {
	opt     Options
	screens *hall.Server
	voice   *voice.Announcer // nil: nothing is spoken
	health  *health.Reporter

	mu   sync.Mutex
	seen map[string]bool // screens that have been heard
}

// New opens nothing. The error is a voice that config.Parse would have refused.
func New(opt Options) (*Lobby, error) {
	l := &Lobby{opt: opt, health: health.New(opt.Log), seen: map[string]bool{}}
	l.screens = hall.NewServer(hall.ServerOptions{Now: opt.Now, Screen: l.screen, Log: opt.Log})
	if opt.Voice.Pack == "" {
		return l, nil
	}
	if opt.Player == nil {
		opt.Player = &voice.Process{Command: voice.Aplay(opt.Voice.Device)}
	}
	var err error
	l.voice, err = voice.New(voice.Options{Pack: opt.Voice.Pack, Languages: opt.Voice.Languages, Need: opt.Need, Player: opt.Player,
		Volume: opt.Voice.Volume, Periods: opt.Voice.Volumes, Now: opt.Now, Log: opt.Log,
		Tell: func(conditions []string) { l.health.Set(voiceDevice, conditions...) }})
	return l, err
}

// Need are the clips that an office's calls use.
func Need(f *config.File) voice.Need {
	n := voice.Need{Prefixes: []string{}, Kiosk: true} // a ticket without paper is always said
	for _, c := range f.Queue.Counters {
		n.Counters = append(n.Counters, c.Number)
	}
	for _, s := range f.Queue.Services {
		if s.Prefix != "" && !slices.Contains(n.Prefixes, s.Prefix) {
			n.Prefixes = append(n.Prefixes, s.Prefix)
		}
		n.Highest = max(n.Highest, s.Last)
	}
	return n
}

// Screens serves the screens' streams.
func (l *Lobby) Screens() *hall.Server { return l.screens }

// Names lists the devices as ReportDevice names them.
func (l *Lobby) Names() []string {
	var names []string
	for _, s := range l.opt.Board.Screens {
		names = append(names, screenPrefix+s)
	}
	if l.voice != nil {
		names = append(names, voiceDevice)
	}
	return names
}

// screen is told by the server how a screen is. One that office.toml does not
// name is welcome, and nobody misses it.
func (l *Lobby) screen(name string, listening bool, conditions []string) {
	if !slices.Contains(l.opt.Board.Screens, name) {
		return
	}
	l.mu.Lock()
	l.seen[name] = true
	l.mu.Unlock()
	if !listening {
		conditions = []string{gone}
	}
	l.health.Set(screenPrefix+name, conditions...)
}

// Run works until ctx ends. The error is the loop's, which has stopped.
func (l *Lobby) Run(ctx context.Context, loop appliance.Handler, views *appliance.Hub) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var all sync.WaitGroup
	all.Go(func() { l.show(ctx, views) })
	if l.voice != nil {
		all.Go(func() { _ = l.voice.Run(ctx) }) // its error is ctx's
		all.Go(func() { l.locate(ctx) })
	}
	missed := time.AfterFunc(late, l.miss)
	defer missed.Stop()
	err := l.health.Run(ctx, loop)
	cancel()
	all.Wait()
	return err
}

// miss says which screens have not come up.
func (l *Lobby) miss() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.opt.Board.Screens {
		if !l.seen[s] {
			l.health.Set(screenPrefix+s, gone)
		}
	}
}

// show gives every view to screens and voice, and to the screens the newest one
// again when the code for arrivals changes. Halls are in order: by the time of the
// start, then by their number.
func (l *Lobby) show(ctx context.Context, views *appliance.Hub) {
	newest := views.Watch(ctx)
	epoch, rev := l.opt.Now().UnixMilli(), uint64(0)
	changes := time.NewTimer(0)
	changes.Stop()
	defer changes.Stop()
	var v *appliance.View
	publish := func() *feed.Hall {
		rev++
		h, left := l.hall(v)
		h.Snapshot.Epoch, h.Snapshot.Rev = epoch, rev
		l.screens.Publish(h)
		if changes.Stop(); left > 0 {
			changes.Reset(left)
		}
		return h
	}
	var numbers speaker
	if l.voice != nil {
		numbers = speaker{say: l.voice.Ticket, every: l.opt.Voice.Tickets}
	}
	for {
		select {
		case v = <-newest:
			h := publish()
			if l.voice != nil {
				l.voice.Follow(&h.Snapshot)
				numbers.follow(v)
			}
		case <-changes.C:
			publish()
		case <-ctx.Done():
			return
		}
	}
}

// locate sounds where the dispenser is whenever somebody asks.
func (l *Lobby) locate(ctx context.Context) {
	for {
		select {
		case <-l.opt.Located:
			l.voice.Locate()
		case <-ctx.Done():
			return
		}
	}
}

// Hall is what the hall may see of a view.
func (l *Lobby) Hall(v *appliance.View) *feed.Hall {
	h, _ := l.hall(v)
	return h
}

// hall is Hall, and for how long it holds while nothing happens; 0 is for ever.
func (l *Lobby) hall(v *appliance.View) (h *feed.Hall, left time.Duration) {
	b := l.opt.Board
	h = &feed.Hall{Snapshot: v.Public, Offers: v.Offers, CheckIn: b.CheckIn, Names: b.Names, Board: b.Show}
	asks := slices.ContainsFunc(v.Public.Services, func(s feed.Service) bool { return s.Arrival })
	if l.opt.CheckIn == nil || !asks {
		return h, 0
	}
	h.CheckInCode, left = l.opt.CheckIn.Shown()
	if h.CheckIn != "" {
		h.CheckIn = withCode(h.CheckIn, h.CheckInCode)
	}
	return h, left
}

// withCode is the address of the page for arrivals that need not ask for the code.
func withCode(address, code string) string {
	sep := "?"
	if strings.Contains(address, "?") {
		sep = "&"
	}
	return address + sep + "code=" + url.QueryEscape(code)
}
