// Package box is the assembly: it opens the record, replays the day, and runs
// the loop with everything that is wired to it, the same on the Pi, on the
// bench and in tests.
//
//	office.toml ----.
//	record ---------|--> Open --> Run: loop, paper, printer session, devices, lobby, uplink
//	printer, wires -'                  all end together, the record last
package box

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"sunbeon/appliance"
	"sunbeon/appliance/checkin"
	"sunbeon/appliance/config"
	"sunbeon/appliance/devices"
	"sunbeon/appliance/feed/uplink"
	"sunbeon/appliance/journal"
	"sunbeon/appliance/lobby"
	"sunbeon/appliance/paper"
	"sunbeon/appliance/queue"
	"sunbeon/display/typeface"
	"sunbeon/display/voice"
	"sunbeon/printer"
)

// Parts are what a box is made of.
type Parts struct {
	File     *config.File
	Journal  string // path of the record
	Clock    appliance.Clock
	Dial     func(context.Context) (printer.Transport, error) // nil: no printer
	Signs    appliance.Signs                                  // nil: those of Devices; it must not block
	Devices  *devices.Set                                     // nil: nothing is wired
	Faces    *typeface.Set                                    // nil: what the printer's ROM lacks prints as □
	Player   voice.Player                                     // of the spoken call; nil: the sound card's
	Located  <-chan struct{}                                  // somebody asks where the box is; nil: what Devices hears
	Record   func(appliance.Record) appliance.Record          // goes between the loop and the record; nil: nothing does
	Software string                                           // version, for the city
	Log      *slog.Logger
}

// What main sets of the collector (runtime/debug). A small board has little
// memory and nothing else to do with it than to be steady: the collector works
// seldom, but keeps the whole below a limit of several times what a busy day
// needs (5 MB live).
const (
	GCPercent   = 400
	MemoryLimit = 20 << 20 // bytes
)

// Box is an assembled kiosk.
type Box struct {
	Loop    *appliance.Loop
	Hub     *appliance.Hub
	Journal *journal.Journal
	Clock   appliance.Clock
	Lobby   *lobby.Lobby
	// Pictures is for the manager's page.
	Pictures Pictures

	log     *slog.Logger
	arrival *checkin.Code
	devices *devices.Set
	paper   *paper.Sink
	session *printer.Session
	uplink  *uplink.Uplink
	online  *appliance.Online

	certificate *certificate // nil: the office has none
}

// Open opens the record and replays the day. Close it if Run is never called.
func Open(ctx context.Context, p Parts) (*Box, error) {
	j, err := journal.Open(ctx, p.Journal, journal.Options{FirstEpoch: p.Clock.Now().Wall / 1000, Log: p.Log})
	if err != nil {
		return nil, err
	}
	b := &Box{Hub: &appliance.Hub{}, Journal: j, Clock: p.Clock, log: p.Log}
	if err := b.assemble(p); err != nil {
		return nil, errors.Join(err, j.Close())
	}
	return b, nil
}

func (b *Box) assemble(p Parts) error {
	opt := appliance.Options{
		Config: p.File.Queue, Clock: p.Clock, Record: record{b.Journal}, Signs: p.Signs, Log: p.Log,
		Journal: b.Journal.ID(), Address: p.File.Address, Where: &p.File.Where, Notices: p.File.Notices,
		Words: words(p.File), Why: condition,
		KeepModel:     b.Journal.KeepModel,
		ReprintWithin: p.File.Printer.ReprintWithin,
		TicketPage:    p.File.Ticket.Page,
		Viewer:        b.Hub.Publish,
	}
	if b.devices = p.Devices; b.devices != nil {
		opt.Devices = b.devices.Names()
		if opt.Signs == nil {
			opt.Signs = b.devices
		}
	}
	if err := b.toHall(p); err != nil {
		return err
	}
	opt.Devices = append(opt.Devices, b.Lobby.Names()...)
	if p.Record != nil {
		opt.Record = p.Record(opt.Record)
	}
	if p.Dial != nil {
		words := printing(p.File)
		words.Log = p.Log
		b.paper = paper.New(words)
		opt.Paper = b.paper
	}
	if len(p.File.Feed.Brokers) > 0 {
		b.toCity(p, &opt)
	}
	b.Loop = appliance.New(opt)
	if b.online != nil {
		b.online.Loop = b.Loop
	}
	if err := b.replay(); err != nil {
		return err
	}
	if b.paper != nil {
		b.session = printer.NewSession(printer.SessionConfig{Dial: p.Dial, Profile: p.File.Printer.Profile, Faces: p.Faces,
			Serial: p.File.Printer.Port.OnSerial(), Interrupted: b.Loop.Interrupted(),
			Limit: mostWaiting, Report: b.paper.Report, OnHealth: b.paper.Health, Log: p.Log})
		b.paper.Attach(b.session)
	}
	return nil
}

// printing is what the office wants on its tickets.
func printing(f *config.File) paper.Options {
	return paper.Options{Message: f.Ticket.Message, Page: f.Ticket.Page, Within: f.Printer.ReprintWithin}
}

// mostWaiting is how many tickets may wait for the printer: more than a hall
// holds. How long they may is for the office to say.
const mostWaiting = 1000

// replay brings the loop to where the record ends.
func (b *Box) replay() error {
	_, model, err := b.Journal.Model()
	if err != nil {
		return err
	}
	if model != nil {
		if err := b.Loop.RestoreModel(model); err != nil {
			b.log.Warn("what the forecast learned cannot be read; it learns anew", "err", err)
		}
	}
	return b.Journal.Replay(func(f queue.Fact) error { return b.Loop.Replay(f) })
}

// Run runs everything until ctx ends or a part fails or ends by itself, then
// closes the record. The error names every part that failed.
func (b *Box) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var all sync.WaitGroup
	var mu sync.Mutex
	var errs []error
	part := func(name string, run func(context.Context) error) {
		all.Go(func() {
			defer cancel() // all end together
			err := run(ctx)
			switch {
			case errors.Is(err, context.Canceled), errors.Is(err, appliance.ErrStopped):
				return // it was told to end, or the loop says why
			case err == nil && ctx.Err() != nil:
				return
			case err == nil:
				err = errEnded
			}
			mu.Lock()
			defer mu.Unlock()
			errs = append(errs, fmt.Errorf("box: %s: %w", name, err))
		})
	}
	part("loop", b.Loop.Run)
	if b.session != nil {
		part("printer", b.session.Run)
		part("paper", func(ctx context.Context) error { return b.paper.Run(ctx, b.Loop) })
	}
	if b.devices != nil {
		part("devices", func(ctx context.Context) error { return b.devices.Run(ctx, b.Loop, b.Hub) })
	}
	part("lobby", func(ctx context.Context) error { return b.Lobby.Run(ctx, b.Loop, b.Hub) })
	if b.uplink != nil {
		part("uplink", b.uplink.Run)
	}
	if b.certificate != nil {
		part("certificate", func(ctx context.Context) error { return b.certificate.run(ctx, b.Loop) })
	}
	part("housekeeping", b.keep)
	all.Wait()
	return errors.Join(append(errs, b.Journal.Close())...)
}

// errEnded is the error of a part that had no reason to end.
var errEnded = errors.New("it ended by itself; restart the kiosk, and report this")

// Close closes the record of a box that was not run.
func (b *Box) Close() error { return b.Journal.Close() }

// quiet is how long nothing was recorded before the record is tidied.
const quiet = 2 * time.Second

// keep tidies the record's write-ahead log while nobody presses, so that no
// ticket waits for it.
func (b *Box) keep(ctx context.Context) error {
	tick := time.NewTicker(quiet)
	defer tick.Stop()
	var tidied, last uint64
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
		now := b.Journal.Last()
		if now != tidied && now == last {
			if err := b.Journal.Checkpoint(); err != nil {
				b.log.Warn("the record is not tidied", "err", err)
			}
			tidied = now
		}
		last = now
	}
}
