package lobby

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"sunbeon/appliance"
	"sunbeon/appliance/config"
	"sunbeon/appliance/feed"
	"sunbeon/appliance/health"
	"sunbeon/display/hall"
)

// Conditions, as they stand in facts. The screens report theirs under the same
// names.
const (
	gone     = "gone"
	noOutput = "no-output"
	slides   = "slides"

	screenPrefix = "screen:"
)

// late is how long after the start a screen may come up before it counts as gone:
// its machine boots as the kiosk does, and X after it.
const late = 2 * time.Minute

// Options of a Lobby.
type Options struct {
	Board config.Board
	Now   func() time.Time // the kiosk's clock
	Log   *slog.Logger
}

// Lobby shows an office to its hall.
type Lobby struct {
	opt     Options
	screens *hall.Server
	health  *health.Reporter

	mu   sync.Mutex
	seen map[string]bool // screens that have been heard
}

// New opens nothing.
func New(opt Options) *Lobby {
	l := &Lobby{opt: opt, health: health.New(opt.Log), seen: map[string]bool{}}
	l.screens = hall.NewServer(hall.ServerOptions{Now: opt.Now, Screen: l.screen, Log: opt.Log})
	return l
}

// Screens serves the screens' streams.
func (l *Lobby) Screens() *hall.Server { return l.screens }

// Names lists the devices as ReportDevice names them.
func (l *Lobby) Names() []string {
	var names []string
	for _, s := range l.opt.Board.Screens {
		names = append(names, screenPrefix+s)
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

// show gives every view to the screens.
func (l *Lobby) show(ctx context.Context, views *appliance.Hub) {
	newest := views.Watch(ctx)
	for {
		select {
		case v := <-newest:
			l.screens.Publish(l.Hall(v))
		case <-ctx.Done():
			return
		}
	}
}

// Hall is what the hall may see of a view.
func (l *Lobby) Hall(v *appliance.View) *feed.Hall {
	b := l.opt.Board
	return &feed.Hall{Snapshot: v.Public, Offers: v.Offers, CheckIn: b.CheckIn, Names: b.Names, Board: b.Show}
}
