package box

import (
	"time"

	"sunbeon/appliance/lobby"
)

// toHall wires what people in the hall see and hear.
func (b *Box) toHall(p Parts) error {
	if p.Located == nil && p.Devices != nil {
		p.Located = p.Devices.Located()
	}
	var err error
	b.Lobby, err = lobby.New(lobby.Options{Board: p.File.Board, Voice: p.File.Voice, Need: lobby.Need(p.File), Player: p.Player,
		Located: p.Located, Now: func() time.Time { return p.Clock.Now().Time() }, Log: p.Log})
	b.Pictures = Pictures{File: p.File, Faces: p.Faces, Lobby: b.Lobby, Clock: p.Clock}
	return err
}
