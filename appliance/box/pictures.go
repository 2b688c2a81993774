package box

import (
	"errors"
	"image"
	"slices"

	"sunbeon/appliance"
	"sunbeon/appliance/config"
	"sunbeon/appliance/lobby"
	"sunbeon/appliance/paper"
	"sunbeon/appliance/queue"
	"sunbeon/display/board"
	"sunbeon/display/typeface"
)

// Pictures draws what citizens see, for the manager's page: the board as a screen
// draws it, and tickets as the printer makes them. It keeps nothing between two
// pictures.
type Pictures struct {
	File  *config.File
	Faces *typeface.Set
	Lobby *lobby.Lobby
	Clock appliance.Clock
}

// Size of the board's picture, px.
const (
	boardWide = 1280
	boardHigh = 720
)

// Board is what a screen of the hall shows of a view.
func (p Pictures) Board(v *appliance.View) (image.Image, error) {
	b, err := board.New(p.Faces, board.Options{Width: boardWide, Height: boardHigh, Lang: p.File.Board.Show.Languages, Link: p.File.Board.Show.Link})
	if err != nil {
		return nil, err
	}
	return b.Draw(board.Show{Hall: p.Lobby.Hall(v)}, p.Clock.Now().Time()), nil
}

var errNoService = errors.New("box: there is no such service")

// Ticket is the paper that a service's button would give now.
func (p Pictures) Ticket(v *appliance.View, service string) (image.Image, error) {
	i := slices.IndexFunc(v.Config.Services, func(s queue.Service) bool { return s.ID == service })
	if i < 0 {
		return nil, errNoService
	}
	def := v.Config.Services[i]
	t := queue.Ticket{Ref: queue.Ref{Band: def.ID, Number: def.First}, Service: def.ID, Class: queue.Ordinary,
		Issued: p.Clock.Now(), Token: "preview"}
	for _, s := range v.Services {
		if s.ID == service {
			t.Number = min(s.Next, def.Last)
		}
	}
	for _, s := range v.Public.Services {
		if s.ID != service {
			continue
		}
		if s.Waiting != nil {
			t.Ahead = *s.Waiting
		}
		if s.Wait != nil {
			t.Forecast = queue.Forecast{Low: s.Wait.Low, Mid: s.Wait.Mid, High: s.Wait.High}
		}
	}
	return paper.Preview(printing(p.File), appliance.PrintJob{Ticket: t, Office: v.Config.Office, Service: def,
		Day: queue.Day{Number: v.Public.Day, Date: v.Public.Date}}, p.File.Printer.Profile, p.Faces)
}
