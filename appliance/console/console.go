package console

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"net/http"
	"sync"

	"sunbeon/appliance"
	"sunbeon/appliance/journal"
	"sunbeon/appliance/queue"
)

// Journal is the record as the manager's page reads it; *journal.Journal is
// one. Its methods may be called from many goroutines.
type Journal interface {
	// Recent gives the last n facts, oldest first.
	Recent(n int) ([]queue.Fact, error)
	// Facts gives the facts that the filter chooses, one by one.
	Facts(ctx context.Context, f journal.Filter) iter.Seq2[journal.Record, error]
	// Figures counts the business days from one date to another, yyyy-mm-dd.
	Figures(ctx context.Context, from, to string) (journal.Figures, error)
}

// Options are what the pages need. Loop and Views must be there.
type Options struct {
	Loop    appliance.Handler
	Views   *appliance.Hub
	Journal Journal // nil: no figures and no list of facts
	// Clock tells how long somebody has waited. With nil it is the machine's
	// wall clock, as far as the last view's clock was confirmed.
	Clock appliance.Clock
	// ManagerPIN is a hash by HashPIN; "" is no manager page.
	ManagerPIN string
	// PINs are hashes by counter number; a counter without one has no page.
	PINs map[int]string
	// Pictures draws what the hall sees, for the manager; nil: no such page.
	Pictures Pictures
	Log      *slog.Logger // nil: nothing is logged
}

// Console serves the pages. It is safe for concurrent use and has no goroutine
// of its own.
type Console struct {
	opt      Options
	pins     map[int]pinHash // by counter; 0 is the manager
	gate     *gate
	sessions *sessions
	pages    *pages
	streams  chan struct{} // a token for each open stream
	printer  printerDay
	drawing  sync.Mutex // of Pictures
}

// New reads the hashes and the pages. An error names the PIN that is wrong.
func New(o Options) (*Console, error) {
	if o.Loop == nil || o.Views == nil {
		return nil, errors.New("console: the loop and its views are missing; give Options.Loop and Options.Views")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	c := &Console{opt: o, pins: map[int]pinHash{}, gate: newGate(), sessions: newSessions(),
		streams: make(chan struct{}, streamsMost)}
	for n, text := range o.PINs {
		if n < 1 {
			return nil, fmt.Errorf("console: a PIN is given for counter %d; counters begin with 1", n)
		}
		if text == "" {
			continue
		}
		h, err := parseHash(text)
		if err != nil {
			return nil, fmt.Errorf("pin of counter %d: %w", n, err)
		}
		c.pins[n] = h
	}
	if o.ManagerPIN != "" {
		h, err := parseHash(o.ManagerPIN)
		if err != nil {
			return nil, fmt.Errorf("manager_pin: %w", err)
		}
		c.pins[manager] = h
	}
	var err error
	if c.pages, err = newPages(); err != nil {
		return nil, err
	}
	return c, nil
}

// Register adds the pages to mux, under "/": a more specific pattern of
// somebody else goes before them.
func (c *Console) Register(mux *http.ServeMux) { mux.Handle("/", c.handler()) }
