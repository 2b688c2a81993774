package uplink

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"sunbeon/appliance/feed"
	"sunbeon/appliance/feed/link"
)

const (
	stateGap  = 100 * time.Millisecond // between two publications of the state
	statusGap = time.Second
	proof     = 10 * time.Second // for our own words to come back
)

// errDeaf ends a connection over which nothing comes back: the access list forbids
// it, or the broker has lost our subscriptions, as one does that clears up after
// our last connection when this one has begun. A new one has the latter heal.
var errDeaf = errors.New("uplink: what we publish does not come back")

// refresh is when the state is said again unchanged: 30 to 60 s, so that the
// offices of a city do not speak in step.
func refresh() time.Duration { return 30*time.Second + rand.N(30*time.Second) }

// publish sends state and status: now, on change, and again and again. own are
// the statuses under our address as the broker passes them on: every one that we
// publish must come back.
func (u *Uplink) publish(ctx context.Context, c link.Conn, own <-chan feed.Status) error {
	for _, given := range []chan struct{}{u.state.changed, u.status.changed} {
		select {
		case <-given: // the first publications cover it
		default:
		}
	}
	now := time.Now()
	state, status := due{gap: stateGap, at: now}, due{gap: statusGap, at: now}
	again := time.NewTimer(refresh())
	defer again.Stop()
	unproven, asked := time.NewTimer(proof), true // whether our own words come back
	defer unproven.Stop()
	for {
		if state.now() {
			if err := u.publishState(ctx, c); err != nil {
				return err
			}
			state.done()
		}
		if status.now() {
			if err := u.publishStatus(ctx, c); err != nil {
				return err
			}
			status.done()
			if !asked {
				unproven.Reset(proof)
				asked = true
			}
		}
		timer := time.NewTimer(min(state.in(), status.in()))
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		case <-u.state.changed:
			state.want()
		case <-u.status.changed:
			status.want()
		case <-again.C:
			again.Reset(refresh())
			state.want()
			status.want()
		case s := <-own:
			switch {
			case s.Online && s.Epoch == u.cfg.Epoch:
				unproven.Stop()
				asked = false
				u.count(func(n *Stats) { n.Proven = true })
			case !s.Online:
				status.want() // the will of a connection that is over: say that we live
			}
		case <-unproven.C:
			u.count(func(n *Stats) { n.Proven = false })
			return fmt.Errorf("%w on %s; let the broker's access list allow this office its topics", errDeaf, u.cfg.Address.Status())
		}
		timer.Stop()
	}
}

// due is when something is to be published next: on demand at once, but never
// within gap of the last time.
type due struct {
	gap      time.Duration
	at, last time.Time // at is zero while nothing is wanted
}

const never = time.Hour

func (d *due) want() {
	if d.at.IsZero() {
		d.at = d.last.Add(d.gap)
	}
}

func (d *due) now() bool { return !d.at.IsZero() && !time.Now().Before(d.at) }

func (d *due) in() time.Duration {
	if d.at.IsZero() {
		return never
	}
	return max(0, time.Until(d.at))
}

func (d *due) done() { d.at, d.last = time.Time{}, time.Now() }

func (u *Uplink) publishState(ctx context.Context, c link.Conn) error {
	given := u.state.value.Load()
	if given == nil {
		return nil
	}
	s := *given
	s.V, s.City, s.Office = 1, u.cfg.Address.City, u.cfg.Address.Office
	if s.Epoch == 0 {
		s.Epoch = u.cfg.Epoch
	}
	if u.cfg.Stamp != nil {
		u.cfg.Stamp(&s)
	} else {
		u.rev++
		s.Rev, s.AsOf = u.rev, u.cfg.Now().UnixMilli()
	}
	b, err := json.Marshal(&s)
	if err == nil {
		// What a reader would refuse is not worth the broker's memory.
		_, err = feed.DecodeSnapshot(u.cfg.Address, b)
	}
	if err != nil {
		u.complaints.add("state of our own", err)
		return nil
	}
	return c.Publish(ctx, u.cfg.Address.State(), 1, true, b)
}

func (u *Uplink) publishStatus(ctx context.Context, c link.Conn) error {
	var s feed.Status
	if given := u.status.value.Load(); given != nil {
		s = *given
	}
	s.V, s.Online, s.Epoch = 1, true, u.cfg.Epoch
	if s.Software == "" {
		s.Software = u.cfg.Software
	}
	if s.AsOf == 0 {
		s.AsOf = u.cfg.Now().UnixMilli()
	}
	b, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("uplink: status: %w", err)
	}
	if len(b) > feed.MaxMessage {
		u.complaints.add("status of our own", fmt.Errorf("%d bytes", len(b)))
		return nil
	}
	return c.Publish(ctx, u.cfg.Address.Status(), 1, true, b)
}
