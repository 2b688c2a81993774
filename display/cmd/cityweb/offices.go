package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"sunbeon/appliance/feed"
	"sunbeon/display/web"
	"sunbeon/display/web/intake"
	"sunbeon/display/web/outline"
)

// offices shows the intake to the website, in the website's words.
type offices struct{ *intake.City }

func (o offices) Offices() []web.Office {
	all := o.City.Offices()
	out := make([]web.Office, 0, len(all))
	for _, x := range all {
		out = append(out, o.shown(x))
	}
	return out
}

func (o offices) Office(id string) (web.Office, bool) {
	x, ok := o.City.Office(id)
	return o.shown(x), ok
}

func (o offices) shown(x intake.Office) web.Office {
	rules, _ := o.City.Rules(x.ID)
	return web.Office{ID: x.ID, Snapshot: x.Snapshot, Received: x.Received, Live: x.Live, Rules: rules}
}

// Ticket finds a ticket in the facts.
func (o offices) Ticket(token string) (web.Ticket, bool) {
	t, ok := o.City.Ticket(token)
	return web.Ticket(t), ok
}

// Ask turns the intake's reasons for silence into the website's.
func (o offices) Ask(ctx context.Context, office string, r feed.Request) (feed.Reply, error) {
	reply, err := o.City.Ask(ctx, office, r)
	switch {
	case errors.Is(err, intake.ErrOffline):
		err = fmt.Errorf("%w: %w", web.ErrOffline, err)
	case errors.Is(err, intake.ErrTimeout):
		err = fmt.Errorf("%w: %w", web.ErrTimeout, err)
	}
	return reply, err
}

// outlineOf reads the file of -outline; no file is no outline.
func outlineOf(file string) (outline.Outline, error) {
	if file == "" {
		return outline.Outline{}, nil
	}
	f, err := os.Open(file)
	if err != nil {
		return outline.Outline{}, fmt.Errorf("cityweb: -outline: %w; name a readable GeoJSON file", err)
	}
	defer f.Close()
	o, err := outline.Read(f)
	if err != nil {
		return o, fmt.Errorf("cityweb: -outline %s: %w", file, err)
	}
	return o, nil
}
