package box

import (
	"time"

	"sunbeon/appliance/checkin"
	"sunbeon/appliance/lobby"
)

// toHall wires what people in the hall see and hear.
func (b *Box) toHall(p Parts) error {
	if p.Located == nil && p.Devices != nil {
		p.Located = p.Devices.Located()
	}
	b.arrival = checkin.New(checkin.Options{Fixed: p.File.Arrival.Code, Now: func() time.Duration {
		return time.Duration(p.Clock.Now().Mono) * time.Millisecond
	}})
	var err error
	b.Lobby, err = lobby.New(lobby.Options{Board: p.File.Board, Voice: p.File.Voice, Need: lobby.Need(p.File), Player: p.Player,
		CheckIn: b.arrival, Located: p.Located, Now: func() time.Time { return p.Clock.Now().Time() }, Log: p.Log})
	b.Pictures = Pictures{File: p.File, Faces: p.Faces, Lobby: b.Lobby, Clock: p.Clock}
	return err
}
